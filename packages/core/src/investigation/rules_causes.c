/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Milestones as facts, root causes, and the claimed working conclusion.
 */
#include "rules.h"

static bool is_from_solutions(enum fm_milestone_name m)
{
    return m >= FM_MILESTONE_SOLUTION_PROPOSED && m <= FM_MILESTONE_MITIGATION_APPLIED;
}

static enum fm_code check_assertion(struct fm_turn_work *w, struct fm_milestone *b)
{
    int all = 0;
    if (is_from_solutions(b->name))
        return step_reject(w, "%s follows from the state of solutions; use update_solution",
                           fm_name_of(&fm_milestone_name_names, b->name));
    if (!b->cites.n)
        return step_reject(w, "%s needs evidence: cite at least one item",
                           fm_name_of(&fm_milestone_name_names, b->name));
    int solid = step_count_cited(w, &b->cites, &all);
    if (!all)
        return step_reject(w, "%s: none of the citations is accepted evidence",
                           fm_name_of(&fm_milestone_name_names, b->name));
    if (b->name != FM_MILESTONE_ROOT_CAUSE_IDENTIFIED)
        return FM_OK;
    if (b->confidence <= 0.0 || !b->method)
        return step_reject(w, "root_cause_identified needs a confidence above 0 and a method");
    if (!solid)
        return step_reject(w, "testimony alone does not identify a root cause");
    return fm_case_root_cause(w->c)
               ? FM_OK
               : step_reject(w, "state the cause with a root_cause change; it sets this");
}

static enum fm_code check_withdrawal(struct fm_turn_work *w, const struct fm_milestone *b)
{
    if (!fm_case_has(w->c, b->name) && w->c->milestones[b->name].status != FM_FACT_DISPUTED)
        return step_reject(w, "%s does not hold, so it cannot be %s",
                           fm_name_of(&fm_milestone_name_names, b->name),
                           fm_name_of(&fm_fact_status_names, b->status));
    if (!b->reason.len)
        return step_reject(w, "a milestone is %s only with a reason",
                           fm_name_of(&fm_fact_status_names, b->status));
    return FM_OK;
}

/* Without the milestone no cause stands undisputed. */
static enum fm_code dispute_all(struct fm_turn_work *w, fm_str reason)
{
    for (size_t i = 0; i < w->c->root_causes.n; i++) {
        const struct fm_root_cause *r = &w->c->root_causes.items[i];
        if (r->status != FM_FACT_ASSERTED && r->status != FM_FACT_CONFIRMED)
            continue;
        struct fm_item_note *b = step_body(w, FM_EVENT_ROOT_CAUSE_DISPUTED);
        *b = (struct fm_item_note){r->id, reason};
        FM_TRY(step_emit_system(w, FM_EVENT_ROOT_CAUSE_DISPUTED, b));
    }
    return FM_OK;
}

enum fm_code rule_set_milestone(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_milestone *b = body;
    (void)change;
    FM_TRY(step_resolve(w, &fm_milestone_type, b));
    FM_TRY(step_check_cites(w, &b->cites));
    if (!b->status)
        b->status = FM_FACT_ASSERTED;
    if (b->status == FM_FACT_DISPUTED || b->status == FM_FACT_REVOKED)
        FM_TRY(check_withdrawal(w, b));
    else
        FM_TRY(check_assertion(w, b));
    if (b->status == FM_FACT_CONFIRMED && !step_is_user(w))
        return step_reject(w, "only a user confirms a fact; assert it");
    if (b->status == w->c->milestones[b->name].status)
        return step_reject(w, "%s is %s already", fm_name_of(&fm_milestone_name_names, b->name),
                           fm_name_of(&fm_fact_status_names, b->status));
    if (b->confidence > step_bound(w, &b->cites))
        b->confidence = step_bound(w, &b->cites);
    b->by = step_by(w);
    FM_TRY(step_emit(w, FM_EVENT_MILESTONE_SET, b));
    bool is_doubt = b->status == FM_FACT_DISPUTED || b->status == FM_FACT_REVOKED;
    return is_doubt && b->name == FM_MILESTONE_ROOT_CAUSE_IDENTIFIED ? dispute_all(w, b->reason)
                                                                     : FM_OK;
}

static enum fm_code check_cause(struct fm_turn_work *w, const struct fm_root_cause *b)
{
    int all = 0;
    if (b->confidence <= 0.0 || !b->method)
        return step_reject(w, "a root cause needs a confidence above 0 and a method");
    if (!b->mechanism.len)
        return step_reject(w, "a root cause needs its mechanism: how it made the symptom");
    if (!step_count_cited(w, &b->cites, &all))
        return step_reject(w, all ? "testimony alone does not identify a root cause"
                                  : "a root cause needs evidence: cite at least one accepted item");
    if (b->level && b->level != fm_confidence_band(b->confidence))
        return step_reject(w, "level %s does not fit confidence %.2f; leave the level out",
                           fm_name_of(&fm_confidence_level_names, b->level), b->confidence);
    return FM_OK;
}

/* A cause that rests on a hypothesis is as sure as the hypothesis, which must be validated. */
static enum fm_code bound_by_hypothesis(struct fm_turn_work *w, struct fm_root_cause *b)
{
    const struct fm_hypothesis *h = fm_case_find(w->c, FM_REF_HYPOTHESIS, b->hypothesis_id);
    if (!h)
        return b->method == FM_CAUSE_METHOD_HYPOTHESIS_VALIDATION
                   ? step_reject(w, "method hypothesis_validation needs hypothesis_id")
                   : FM_OK;
    if (b->method == FM_CAUSE_METHOD_HYPOTHESIS_VALIDATION && h->status != FM_HYPOTHESIS_VALIDATED)
        return step_reject(w, "hypothesis %.*s is %s at likelihood %.2f, not validated",
                           FM_STR_ARG(h->id), fm_name_of(&fm_hypothesis_status_names, h->status),
                           h->likelihood);
    if (b->method == FM_CAUSE_METHOD_HYPOTHESIS_VALIDATION && b->confidence > h->likelihood)
        b->confidence = h->likelihood;
    return FM_OK;
}

static enum fm_code bound_confidence(struct fm_turn_work *w, struct fm_root_cause *b)
{
    double bound = step_bound(w, &b->cites);
    FM_TRY(bound_by_hypothesis(w, b));
    b->confidence = fm_unit_round(b->confidence < bound ? b->confidence : bound);
    double needed = fm_strategy_limits(fm_case_strategy(w->c))->cause_threshold;
    if (b->confidence < needed)
        return step_reject(
            w,
            "confidence %.2f is below the %.2f that a root cause needs here; keep it a hypothesis",
            b->confidence, needed);
    b->level = fm_confidence_band(b->confidence);
    return FM_OK;
}

static enum fm_code assert_cause_milestone(struct fm_turn_work *w, const struct fm_root_cause *b)
{
    struct fm_milestone *m = step_body(w, FM_EVENT_MILESTONE_SET);
    m->name = FM_MILESTONE_ROOT_CAUSE_IDENTIFIED;
    m->status = FM_FACT_ASSERTED;
    m->cites = b->cites;
    m->confidence = b->confidence;
    m->method = b->method;
    m->by = step_by(w);
    return step_emit(w, FM_EVENT_MILESTONE_SET, m);
}

/* A cause and its hypothesis do not disagree: what is likely enough counts as validated with it. */
static enum fm_code sync_hypothesis(struct fm_turn_work *w, const struct fm_root_cause *b)
{
    const struct fm_hypothesis *h = fm_case_find(w->c, FM_REF_HYPOTHESIS, b->hypothesis_id);
    bool is_open = h && (h->status == FM_HYPOTHESIS_ACTIVE || h->status == FM_HYPOTHESIS_CAPTURED);
    if (!is_open || h->likelihood < 0.70)
        return FM_OK;
    return step_move_hypothesis(
        w, h->id, FM_HYPOTHESIS_VALIDATED, FM_UNIT_NONE,
        fm_str_fmt(&w->ctx->arena, "root cause %.*s rests on it", FM_STR_ARG(b->id)));
}

enum fm_code rule_root_cause(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_root_cause *b = body;
    FM_TRY(step_may_name(w, change->handle));
    b->id = b->reason = FM_STR_NULL;
    FM_TRY(step_resolve(w, &fm_root_cause_type, b));
    FM_TRY(step_check_cites(w, &b->cites));
    FM_TRY(check_cause(w, b));
    FM_TRY(bound_confidence(w, b));
    fm_vec_each (&w->c->root_causes, old)
        if (old->status == FM_FACT_ASSERTED && fm_str_ieq(old->statement, b->statement))
            return step_reject(w, "this is root cause %.*s already", FM_STR_ARG(old->id));
    b->id = step_new_id(w, "rc");
    b->role = b->role ? b->role : FM_CAUSE_TRIGGER;
    b->status = FM_FACT_ASSERTED;
    b->by = step_by(w);
    b->at = w->now;
    b->turn = step_turn(w);
    FM_TRY(step_emit(w, FM_EVENT_ROOT_CAUSE_SET, b));
    FM_TRY(step_name(w, change->handle, b->id));
    FM_TRY(sync_hypothesis(w, b));
    return fm_case_has(w->c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED) ? FM_OK
                                                                 : assert_cause_milestone(w, b);
}

enum fm_code step_dispute_causes(struct fm_turn_work *w, fm_str hypothesis_id, fm_str reason)
{
    bool is_any = false;
    for (size_t i = 0; i < w->c->root_causes.n; i++) {
        const struct fm_root_cause *r = &w->c->root_causes.items[i];
        if (r->status != FM_FACT_ASSERTED && r->status != FM_FACT_CONFIRMED)
            continue;
        if (!fm_str_eq(r->hypothesis_id, hypothesis_id))
            continue;
        struct fm_item_note *b = step_body(w, FM_EVENT_ROOT_CAUSE_DISPUTED);
        *b = (struct fm_item_note){r->id, reason};
        FM_TRY(step_emit_system(w, FM_EVENT_ROOT_CAUSE_DISPUTED, b));
        is_any = true;
    }
    if (!is_any || !fm_case_has(w->c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED))
        return FM_OK;
    struct fm_milestone *m = step_body(w, FM_EVENT_MILESTONE_SET);
    m->name = FM_MILESTONE_ROOT_CAUSE_IDENTIFIED;
    m->status = FM_FACT_DISPUTED;
    m->reason = reason;
    m->by = FM_STR("system");
    return step_emit_system(w, FM_EVENT_MILESTONE_SET, m);
}

/* What a conclusion may claim: the likelihood of its hypothesis, or what its evidence can carry. */
static double bound_conclusion(const struct fm_turn_work *w, const struct fm_conclusion *b)
{
    const struct fm_hypothesis *h = fm_case_find(w->c, FM_REF_HYPOTHESIS, b->hypothesis_id);
    if (h)
        return h->likelihood;
    struct fm_cites cites = {0};
    fm_vec_each (&b->evidence_ids, id) {
        struct fm_cite *k = fm_vec_add(&w->ctx->arena, &cites);
        k->evidence_id = *id;
    }
    return step_bound(w, &cites);
}

enum fm_code rule_conclusion(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_conclusion *b = body;
    (void)change;
    FM_TRY(step_resolve(w, &fm_conclusion_type, b));
    double bound = bound_conclusion(w, b);
    if (b->confidence < 0.0 || b->confidence > bound)
        b->confidence = bound;
    b->can_proceed = b->confidence >= fm_strategy_limits(fm_case_strategy(w->c))->act_threshold;
    b->at = w->now;
    b->turn = step_turn(w);
    return step_emit(w, FM_EVENT_CONCLUSION_SET, b);
}
