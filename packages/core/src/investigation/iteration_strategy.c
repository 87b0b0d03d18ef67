/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft budget of turns per stage. Exceeding it is said, and changes the advice; it forces
 * nothing.
 */
#include "faultmaven/core/investigation.h"

/* The stage of a past turn is not stored; what counts is the time since the last progress of the
 * present stage, so the turns since the last milestone, hypothesis move or solution move are taken.
 */
static int64_t stage_since(const struct fm_case *c)
{
    int64_t since = 0;
    fm_vec_each (&c->milestone_history, m)
        since = m->turn > since ? m->turn : since;
    fm_vec_each (&c->paths, p)
        since = p->turn > since ? p->turn : since;
    fm_vec_each (&c->solutions, s)
        since = s->applied_turn > since ? s->applied_turn : since;
    return since;
}

struct fm_iteration_budget fm_iteration_budget(const struct fm_case *c)
{
    struct fm_iteration_budget b = {.stage = fm_case_stage(c)};
    if (!b.stage)
        return b;
    b.limit = fm_strategy_limits(fm_case_strategy(c))->iterations[b.stage];
    int64_t since = stage_since(c);
    fm_vec_each (&c->turns, t)
        b.used += t->number > since && !t->waiting && t->outcome != FM_TURN_FAILED;
    b.is_exceeded = b.used > b.limit;
    return b;
}
