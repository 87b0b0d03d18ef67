/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

static double start_likelihood(enum fm_generation mode)
{
    return mode == FM_GENERATION_SYSTEMATIC ? 0.5 : 0.3;
}

/* A proposer may start a hypothesis lower or somewhat higher than usual, never near certainty:
 * evidence does that. */
static double bound_start(double wanted, enum fm_generation mode)
{
    if (wanted < 0.0)
        return start_likelihood(mode);
    return wanted < 0.05 ? 0.05 : wanted > 0.70 ? 0.70 : wanted;
}

static const struct fm_hypothesis *same_hypothesis(const struct fm_case *c, fm_str statement)
{
    fm_vec_each (&c->hypotheses, h)
        if (fm_str_ieq(fm_str_trim(h->statement), fm_str_trim(statement)))
            return h;
    return NULL;
}

enum fm_code rule_add_hypothesis(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_hypothesis *b = body;
    FM_TRY(step_may_name(w, change->handle));
    const struct fm_hypothesis *old = same_hypothesis(w->c, b->statement);
    if (old)
        return step_reject(w, "this is hypothesis %.*s already", FM_STR_ARG(old->id));
    b->id = b->status_reason = FM_STR_NULL;
    FM_TRY(step_resolve(w, &fm_hypothesis_type, b));
    FM_TRY(step_check_cites(w, &b->cites));
    if (w->wants_alternatives)
        b->mode = FM_GENERATION_FORCED_ALTERNATIVE;
    if (!b->mode)
        b->mode = FM_GENERATION_OPPORTUNISTIC;
    b->id = step_new_id(w, "hyp");
    b->status = b->mode == FM_GENERATION_SYSTEMATIC ? FM_HYPOTHESIS_ACTIVE : FM_HYPOTHESIS_CAPTURED;
    b->initial_likelihood = bound_start(b->initial_likelihood, b->mode);
    b->likelihood = b->initial_likelihood;
    b->turn = b->last_progress_turn = step_turn(w);
    b->tested_at = b->concluded_at = FM_TIME_NONE;
    FM_TRY(step_emit(w, FM_EVENT_HYPOTHESIS_ADDED, b));
    return step_name(w, change->handle, b->id);
}

static enum fm_code make_requests_obsolete(struct fm_turn_work *w, fm_str hypothesis_id)
{
    for (size_t i = 0; i < w->c->requests.n; i++) {
        const struct fm_evidence_request *r = &w->c->requests.items[i];
        bool is_open = r->status == FM_REQUEST_PENDING || r->status == FM_REQUEST_PARTIAL;
        if (!is_open || !fm_str_eq(r->hypothesis_id, hypothesis_id))
            continue;
        struct fm_request_move *m = step_body(w, FM_EVENT_REQUEST_MOVED);
        m->id = r->id;
        m->status = FM_REQUEST_OBSOLETE;
        m->reason =
            fm_str_fmt(&w->ctx->arena, "hypothesis %.*s is refuted", FM_STR_ARG(hypothesis_id));
        FM_TRY(step_emit_system(w, FM_EVENT_REQUEST_MOVED, m));
    }
    return FM_OK;
}

enum fm_code step_move_hypothesis(struct fm_turn_work *w, fm_str id,
                                  enum fm_hypothesis_status status, double likelihood,
                                  fm_str reason)
{
    const struct fm_hypothesis *h = fm_case_find(w->c, FM_REF_HYPOTHESIS, id);
    enum fm_hypothesis_status before = h->status;
    struct fm_hypothesis_move *m = step_body(w, FM_EVENT_HYPOTHESIS_MOVED);
    *m =
        (struct fm_hypothesis_move){.id = id,
                                    .status = status == before ? FM_HYPOTHESIS_STATUS_NONE : status,
                                    .likelihood = likelihood,
                                    .reason = reason};
    FM_TRY(step_emit(w, FM_EVENT_HYPOTHESIS_MOVED, m));
    if (m->status == FM_HYPOTHESIS_REFUTED)
        FM_TRY(make_requests_obsolete(w, id));
    if (m->status && before == FM_HYPOTHESIS_VALIDATED)
        FM_TRY(step_dispute_causes(w, id, reason));
    return FM_OK;
}

static enum fm_code check_move(struct fm_turn_work *w, const struct fm_hypothesis *h,
                               enum fm_hypothesis_status to)
{
    bool is_final = h->status == FM_HYPOTHESIS_REFUTED || h->status == FM_HYPOTHESIS_RETIRED;
    if (to == h->status)
        return step_reject(w, "hypothesis %.*s is %s already", FM_STR_ARG(h->id),
                           fm_name_of(&fm_hypothesis_status_names, to));
    if (to == FM_HYPOTHESIS_VALIDATED)
        return step_reject(w, "evidence validates a hypothesis: link what supports it");
    if (to == FM_HYPOTHESIS_CAPTURED || (is_final && to != FM_HYPOTHESIS_ACTIVE))
        return step_reject(w, "a %s hypothesis cannot become %s",
                           fm_name_of(&fm_hypothesis_status_names, h->status),
                           fm_name_of(&fm_hypothesis_status_names, to));
    return FM_OK;
}

/* By hand: a model needs evidence to refute; a person's word with a reason is enough. */
enum fm_code rule_update_hypothesis(struct fm_turn_work *w, const struct fm_change *change,
                                    void *body)
{
    struct fm_hypothesis_change *b = body;
    (void)change;
    FM_TRY(step_resolve(w, &fm_hypothesis_change_type, b));
    FM_TRY(step_check_cites(w, &b->cites));
    FM_TRY(check_move(w, fm_case_find(w->c, FM_REF_HYPOTHESIS, b->hypothesis_id), b->status));
    int all = 0;
    if (b->status == FM_HYPOTHESIS_REFUTED && !step_is_user(w) &&
        !step_count_cited(w, &b->cites, &all))
        return step_reject(
            w, "refuting a hypothesis needs evidence: cite it, or link it as contradicting");
    return step_move_hypothesis(w, b->hypothesis_id, b->status, FM_UNIT_NONE, b->reason);
}

/* Irrelevant is no link, and neutral data that shows little says nothing. */
static bool is_worth_keeping(const struct fm_link *b)
{
    if (b->stance == FM_STANCE_IRRELEVANT)
        return false;
    return b->stance != FM_STANCE_NEUTRAL || b->completeness < 0.0 || b->completeness >= 0.3;
}

enum fm_code rule_link(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_link *b = body;
    (void)change;
    FM_TRY(step_resolve(w, &fm_link_type, b));
    FM_TRY(step_check_cites(w, &b->cites));
    if (!is_worth_keeping(b))
        return step_reject(
            w, "not kept: %s evidence of completeness %.2f says nothing about the hypothesis",
            fm_name_of(&fm_stance_names, b->stance), b->completeness < 0 ? 0.0 : b->completeness);
    const struct fm_link *old = fm_case_link(w->c, b->hypothesis_id, b->evidence_id);
    if (b->completeness < 0.0)
        b->completeness = 1.0;
    if (old && old->stance == b->stance && old->completeness == b->completeness)
        return step_reject(w, "this link is known already");
    b->at = w->now;
    b->turn = step_turn(w);
    return step_emit(w, FM_EVENT_LINK_SET, b);
}

static fm_str why_moved(struct fm_turn_work *w, enum fm_hypothesis_status to, double likelihood)
{
    return fm_str_fmt(&w->ctx->arena, "%s: likelihood %.2f by the linked evidence",
                      fm_name_of(&fm_hypothesis_status_names, to), likelihood);
}

enum fm_code step_rate_hypotheses(struct fm_turn_work *w)
{
    for (size_t i = 0; i < w->c->hypotheses.n; i++) {
        const struct fm_hypothesis *h = &w->c->hypotheses.items[i];
        double likelihood = fm_hypothesis_rate(w->c, h, w->engine->rating);
        enum fm_hypothesis_status next =
            fm_hypothesis_next_status(w->c, h, likelihood, w->engine->rating);
        if (next == h->status && likelihood == h->likelihood)
            continue;
        fm_str why = next == h->status ? FM_STR_NULL : why_moved(w, next, likelihood);
        w->by = (struct fm_actor){FM_ACTOR_SYSTEM, FM_STR_NULL};
        FM_TRY(step_move_hypothesis(w, h->id, next, likelihood, why));
    }
    return FM_OK;
}
