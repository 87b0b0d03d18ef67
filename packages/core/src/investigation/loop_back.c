/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Going back: a fact turned out wrong, or every hypothesis fell. The facts in question are revoked
 * with the reason; after three times the advice is to escalate, and nothing is forced.
 */
#include "rules.h"

#define LOOP_BACKS_MAX 3

static enum fm_code revoke(struct fm_turn_work *w, enum fm_milestone_name name, fm_str reason)
{
    if (!fm_case_has(w->c, name))
        return FM_OK;
    struct fm_milestone *m = step_body(w, FM_EVENT_MILESTONE_SET);
    m->name = name;
    m->status = FM_FACT_REVOKED;
    m->reason = reason;
    m->by = step_by(w);
    return step_emit(w, FM_EVENT_MILESTONE_SET, m);
}

static enum fm_code review_timeline(struct fm_turn_work *w)
{
    struct fm_buf ids;
    fm_buf_init(&ids, 600);
    fm_vec_each (&w->c->hypotheses, h)
        if (h->on_timeline &&
            (h->status == FM_HYPOTHESIS_ACTIVE || h->status == FM_HYPOTHESIS_VALIDATED))
            fm_buf_addf(&ids, "%s%.*s", ids.len ? ", " : "", FM_STR_ARG(h->id));
    fm_str list = fm_str_dup(&w->ctx->arena, fm_buf_str(&ids));
    fm_buf_release(&ids);
    if (!list.len)
        return FM_OK;
    return step_advise(w, FM_ADVICE_REVIEW_TIMELINE_HYPOTHESES,
                       fm_str_fmt(&w->ctx->arena, "Built on the old timeline, judge again: %.*s",
                                  FM_STR_ARG(list)));
}

static enum fm_code check_all_refuted(struct fm_turn_work *w)
{
    fm_vec_each (&w->c->hypotheses, h)
        if (h->status == FM_HYPOTHESIS_ACTIVE || h->status == FM_HYPOTHESIS_VALIDATED)
            return step_reject(w, "hypothesis %.*s is still %s", FM_STR_ARG(h->id),
                               fm_name_of(&fm_hypothesis_status_names, h->status));
    return w->c->hypotheses.n ? FM_OK : step_reject(w, "there are no hypotheses yet");
}

enum fm_code rule_loop_back(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_loop_back *b = body;
    (void)change;
    if (w->c->loop_backs.n >= LOOP_BACKS_MAX) {
        FM_TRY(step_advise(
            w, FM_ADVICE_PROPOSE_ESCALATION,
            FM_STR(
                "The investigation went back three times; someone with another view may help.")));
        return step_reject(w, "went back %d times already; propose an escalation", LOOP_BACKS_MAX);
    }
    if (b->kind == FM_LOOP_HYPOTHESES_REFUTED)
        FM_TRY(check_all_refuted(w));
    b->at = w->now;
    b->turn = step_turn(w);
    FM_TRY(step_emit(w, FM_EVENT_LOOPED_BACK, b));
    if (b->kind == FM_LOOP_SCOPE_CHANGED)
        return revoke(w, FM_MILESTONE_SCOPE_ASSESSED, b->reason);
    if (b->kind == FM_LOOP_TIMELINE_WRONG) {
        FM_TRY(revoke(w, FM_MILESTONE_TIMELINE_ESTABLISHED, b->reason));
        return review_timeline(w);
    }
    return step_advise(w, FM_ADVICE_NEED_ALTERNATIVES,
                       FM_STR("Every hypothesis fell; propose other categories."));
}
