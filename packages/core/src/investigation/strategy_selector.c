/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path and strategy: whether to stop the bleeding first, and how much proof is enough.
 */
#include "faultmaven/core/investigation.h"

static struct fm_path_choice choose_ongoing(enum fm_urgency urgency)
{
    if (urgency == FM_URGENCY_CRITICAL || urgency == FM_URGENCY_HIGH)
        return (struct fm_path_choice){
            FM_CASE_PATH_MITIGATION_FIRST, FM_CASE_PATH_ROOT_CAUSE,
            "ongoing and urgent: stop the impact first, then find the cause"};
    if (urgency == FM_URGENCY_MEDIUM)
        return (struct fm_path_choice){
            FM_CASE_PATH_USER_CHOICE, FM_CASE_PATH_ROOT_CAUSE,
            "ongoing, medium urgency: a quick mitigation and a full analysis both fit"};
    return (struct fm_path_choice){FM_CASE_PATH_ROOT_CAUSE, FM_CASE_PATH_MITIGATION_FIRST,
                                   "ongoing, low urgency: there is time to find the cause"};
}

static struct fm_path_choice choose_historical(enum fm_urgency urgency)
{
    if (urgency == FM_URGENCY_CRITICAL || urgency == FM_URGENCY_HIGH)
        return (struct fm_path_choice){
            FM_CASE_PATH_USER_CHOICE, FM_CASE_PATH_ROOT_CAUSE,
            "over, but urgent: guard against a return first, or find the cause"};
    return (struct fm_path_choice){FM_CASE_PATH_ROOT_CAUSE, FM_CASE_PATH_MITIGATION_FIRST,
                                   "over: nothing to mitigate, find the cause"};
}

struct fm_path_choice fm_path_choose(enum fm_temporal temporal, enum fm_urgency urgency)
{
    if (!temporal || !urgency || urgency == FM_URGENCY_UNKNOWN)
        return (struct fm_path_choice){FM_CASE_PATH_NONE, FM_CASE_PATH_NONE,
                                       "urgency or time course is unknown"};
    return temporal == FM_TEMPORAL_HISTORICAL ? choose_historical(urgency)
                                              : choose_ongoing(urgency);
}

enum fm_strategy fm_case_strategy(const struct fm_case *c)
{
    const struct fm_path_selection *p = fm_case_path_now(c);
    const struct fm_verification *v = &c->verification;
    if (c->strategy)
        return c->strategy;
    if (p && p->path == FM_CASE_PATH_MITIGATION_FIRST)
        return FM_STRATEGY_ACTIVE_INCIDENT;
    bool is_severe = v->severity == FM_INCIDENT_CRITICAL || v->severity == FM_INCIDENT_HIGH;
    bool is_urgent = v->urgency == FM_URGENCY_CRITICAL || v->urgency == FM_URGENCY_HIGH;
    if (is_urgent || (is_severe && v->temporal != FM_TEMPORAL_HISTORICAL))
        return FM_STRATEGY_ACTIVE_INCIDENT;
    bool is_old = v->started_at != FM_TIME_NONE && c->created_at - v->started_at > FM_DAY;
    return v->temporal == FM_TEMPORAL_HISTORICAL || is_old ? FM_STRATEGY_POST_MORTEM
                                                           : FM_STRATEGY_ACTIVE_INCIDENT;
}

const struct fm_strategy_limits *fm_strategy_limits(enum fm_strategy s)
{
    static const struct fm_strategy_limits active = {
        .validation_threshold = 0.70,
        .cause_threshold = 0.70,
        .act_threshold = 0.60,
        .iterations = {[FM_CASE_STAGE_SYMPTOM_VERIFICATION] = 4,
                       [FM_CASE_STAGE_HYPOTHESIS_FORMULATION] = 2,
                       [FM_CASE_STAGE_HYPOTHESIS_VALIDATION] = 4,
                       [FM_CASE_STAGE_SOLUTION] = 3},
    };
    static const struct fm_strategy_limits thorough = {
        .validation_threshold = 0.85,
        .cause_threshold = 0.85,
        .act_threshold = 0.85,
        .iterations = {[FM_CASE_STAGE_SYMPTOM_VERIFICATION] = 6,
                       [FM_CASE_STAGE_HYPOTHESIS_FORMULATION] = 4,
                       [FM_CASE_STAGE_HYPOTHESIS_VALIDATION] = 8,
                       [FM_CASE_STAGE_SOLUTION] = 4},
        .needs_documentation = true,
    };
    return s == FM_STRATEGY_POST_MORTEM ? &thorough : &active;
}
