/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seven classic phases as a view over facts: nothing is stored, nothing is gated.
 */
#include "faultmaven/core/investigation.h"

static const char *const phase_names[FM_PHASE_N] = {
    "intake", "blast_radius", "timeline", "hypothesis", "validation", "solution", "document",
};

static bool is_tested(const struct fm_case *c)
{
    fm_vec_each (&c->hypotheses, h)
        if (h->status == FM_HYPOTHESIS_VALIDATED || h->status == FM_HYPOTHESIS_REFUTED)
            return true;
    return false;
}

static bool is_done(const struct fm_case *c, int phase)
{
    switch (phase) {
    case 0:
        return c->status != FM_CASE_CONSULTING;
    case 1:
        return fm_case_has(c, FM_MILESTONE_SCOPE_ASSESSED);
    case 2:
        return fm_case_has(c, FM_MILESTONE_TIMELINE_ESTABLISHED);
    case 3:
        return c->hypotheses.n > 0 || fm_case_has(c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED);
    case 4:
        return is_tested(c) || fm_case_has(c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED);
    case 5:
        return fm_case_has(c, FM_MILESTONE_SOLUTION_VERIFIED) || c->status == FM_CASE_RESOLVED;
    default:
        return c->reports.n > 0;
    }
}

static fm_str basis_of(struct fm_arena *a, const struct fm_case *c, int phase)
{
    switch (phase) {
    case 0:
        return fm_str_fmt(a, "status %s", fm_name_of(&fm_case_status_names, c->status));
    case 1:
        return fm_str_fmt(a, "%zu affected services", c->verification.affected_services.n);
    case 2:
        return c->verification.started_at == FM_TIME_NONE
                   ? FM_STR("start unknown")
                   : fm_time_str(a, c->verification.started_at);
    case 3:
        return fm_str_fmt(a, "%zu hypotheses", c->hypotheses.n);
    case 4:
        return fm_str_fmt(a, "%zu links of evidence", c->links.n);
    case 5:
        return fm_str_fmt(a, "%zu solutions", c->solutions.n);
    default:
        return fm_str_fmt(a, "%zu reports", c->reports.n);
    }
}

void fm_case_phases(struct fm_arena *a, const struct fm_case *c, struct fm_phase out[FM_PHASE_N])
{
    bool has_current = false;
    int last_done = -1;
    for (int i = 0; i < FM_PHASE_N; i++)
        last_done = is_done(c, i) ? i : last_done;
    for (int i = 0; i < FM_PHASE_N; i++) {
        enum fm_phase_state state = FM_PHASE_PENDING;
        if (is_done(c, i))
            state = FM_PHASE_DONE;
        else if (i < last_done)
            state = FM_PHASE_SKIPPED;
        else if (!has_current && c->status != FM_CASE_CLOSED)
            state = FM_PHASE_CURRENT;
        has_current |= state == FM_PHASE_CURRENT;
        out[i] = (struct fm_phase){phase_names[i], state, basis_of(a, c, i)};
    }
}

const char *fm_phase_state_name(enum fm_phase_state s)
{
    static const char *const names[] = {"pending", "current", "done", "skipped"};
    return (unsigned)s < 4 ? names[s] : "";
}
