/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Milestones, status and stage: what a case has reached, computed from its facts.
 */
#include "faultmaven/core/investigation.h"

bool fm_status_allowed(enum fm_case_status from, enum fm_case_status to)
{
    if (from == FM_CASE_CONSULTING)
        return to == FM_CASE_INVESTIGATING || to == FM_CASE_CLOSED;
    return from == FM_CASE_INVESTIGATING && (to == FM_CASE_RESOLVED || to == FM_CASE_CLOSED);
}

static bool is_mitigation_first(const struct fm_case *c)
{
    const struct fm_path_selection *p = fm_case_path_now(c);
    return p && p->path == FM_CASE_PATH_MITIGATION_FIRST;
}

static bool has_open_hypothesis(const struct fm_case *c)
{
    fm_vec_each (&c->hypotheses, h)
        if (h->status == FM_HYPOTHESIS_ACTIVE || h->status == FM_HYPOTHESIS_VALIDATED)
            return true;
    return false;
}

static bool is_solution_stage(const struct fm_case *c)
{
    bool has_cause = fm_case_has(c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED);
    bool is_mitigated = fm_case_has(c, FM_MILESTONE_MITIGATION_APPLIED);
    if (has_cause)
        return true;
    if (is_mitigated)
        return false;
    if (fm_case_has(c, FM_MILESTONE_SOLUTION_PROPOSED) ||
        fm_case_has(c, FM_MILESTONE_SOLUTION_APPLIED) ||
        fm_case_has(c, FM_MILESTONE_SOLUTION_VERIFIED))
        return true;
    return is_mitigation_first(c) && fm_case_has(c, FM_MILESTONE_SYMPTOM_VERIFIED);
}

enum fm_case_stage fm_case_stage(const struct fm_case *c)
{
    if (c->status != FM_CASE_INVESTIGATING)
        return FM_CASE_STAGE_NONE;
    if (is_solution_stage(c))
        return FM_CASE_STAGE_SOLUTION;
    if (has_open_hypothesis(c))
        return FM_CASE_STAGE_HYPOTHESIS_VALIDATION;
    return fm_case_has(c, FM_MILESTONE_SYMPTOM_VERIFIED) ? FM_CASE_STAGE_HYPOTHESIS_FORMULATION
                                                         : FM_CASE_STAGE_SYMPTOM_VERIFICATION;
}

int fm_case_completion(const struct fm_case *c)
{
    int total = is_mitigation_first(c) ? 9 : 8;
    int done = 0;
    for (enum fm_milestone_name m = FM_MILESTONE_SYMPTOM_VERIFIED; m < FM_MILESTONE_COUNT; m++)
        done += fm_case_has(c, m) && (m != FM_MILESTONE_MITIGATION_APPLIED || total == 9);
    return done * 100 / total;
}

bool fm_verification_is_complete(const struct fm_verification *v)
{
    bool is_severe_known = v->severity && v->severity != FM_INCIDENT_UNKNOWN;
    bool is_urgency_known = v->urgency && v->urgency != FM_URGENCY_UNKNOWN;
    return v->symptom.len && is_severe_known && v->temporal && is_urgency_known;
}

int64_t fm_verification_detection_ns(const struct fm_verification *v)
{
    if (v->started_at == FM_TIME_NONE || v->noticed_at == FM_TIME_NONE)
        return INT64_MIN;
    return v->noticed_at - v->started_at;
}

/* Its data is from after a fix was applied: by event time when it has one, else by when it was
 * collected. */
static bool is_after_fix(const struct fm_case *c, const struct fm_evidence_item *e)
{
    fm_time at = e->last != FM_TIME_NONE ? e->last : e->collected_at;
    fm_vec_each (&c->solutions, s) {
        bool was_applied = s->state == FM_SOLUTION_APPLIED || s->state == FM_SOLUTION_VERIFIED;
        if (was_applied && at > s->applied_at && e->turn >= s->applied_turn)
            return true;
    }
    return false;
}

static bool has_stance(const struct fm_case *c, fm_str evidence_id)
{
    fm_vec_each (&c->links, l) {
        bool is_telling = l->stance != FM_STANCE_NEUTRAL && l->stance != FM_STANCE_IRRELEVANT;
        if (is_telling && fm_str_eq(l->evidence_id, evidence_id))
            return true;
    }
    return false;
}

static bool supports_verification(const struct fm_case *c, const struct fm_evidence_item *e)
{
    for (size_t i = 0; i < e->advances.n; i++)
        if (e->advances.items[i] <= FM_MILESTONE_CHANGES_IDENTIFIED)
            return true;
    for (enum fm_milestone_name m = FM_MILESTONE_SYMPTOM_VERIFIED;
         m <= FM_MILESTONE_CHANGES_IDENTIFIED; m++)
        if (!fm_case_has(c, m))
            return true;
    return false;
}

size_t fm_evidence_purposes(const struct fm_case *c, const struct fm_evidence_item *e,
                            enum fm_purpose out[FM_PURPOSE_COUNT])
{
    size_t n = 0;
    if (is_after_fix(c, e))
        out[n++] = FM_PURPOSE_RESOLUTION;
    if (has_stance(c, e->id))
        out[n++] = FM_PURPOSE_CAUSAL;
    if (n == 0 ? supports_verification(c, e)
               : e->advances.n && e->advances.items[0] <= FM_MILESTONE_CHANGES_IDENTIFIED)
        out[n++] = FM_PURPOSE_SYMPTOM;
    if (n == 0)
        out[n++] = FM_PURPOSE_OTHER;
    return n;
}
