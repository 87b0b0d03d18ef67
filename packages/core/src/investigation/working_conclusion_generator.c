/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The working conclusion: what is believed now, how sure, what speaks against it, what would help.
 * Computed each turn of an investigation from the root cause or the best hypothesis; a new version
 * is kept only when something changed.
 */
#include "step.h"

#define MAX_LIST 3

static void add(struct fm_turn_work *w, struct fm_strs *list, fm_str text)
{
    fm_vec_push(&w->ctx->arena, list, text);
}

static bool is_open(const struct fm_evidence_request *r)
{
    return r->status == FM_REQUEST_PENDING || r->status == FM_REQUEST_PARTIAL;
}

/* Share of what the hypothesis still needs: mean completeness of its requests, 1 when it asked for
 * nothing. */
static double evidence_completeness(const struct fm_case *c, fm_str hypothesis_id)
{
    double sum = 0.0;
    int n = 0;
    fm_vec_each (&c->requests, r) {
        if (!fm_str_eq(r->hypothesis_id, hypothesis_id) || r->status == FM_REQUEST_OBSOLETE)
            continue;
        sum += r->completeness;
        n++;
    }
    return n ? sum / n : 1.0;
}

static void add_next_evidence(struct fm_turn_work *w, struct fm_conclusion *b)
{
    fm_vec_each (&w->c->requests, r)
        if (is_open(r) && b->next_evidence.n < MAX_LIST)
            add(w, &b->next_evidence, r->label.len ? r->label : r->description);
}

static void add_link_caveats(struct fm_turn_work *w, struct fm_conclusion *b,
                             const struct fm_hypothesis *h)
{
    struct fm_arena *a = &w->ctx->arena;
    fm_vec_each (&w->c->links, l) {
        if (!fm_str_eq(l->hypothesis_id, h->id))
            continue;
        bool is_against =
            l->stance == FM_STANCE_CONTRADICTS || l->stance == FM_STANCE_STRONGLY_CONTRADICTS;
        if (is_against && b->caveats.n < 8)
            add(w, &b->caveats,
                fm_str_fmt(a, "%.*s %s it", FM_STR_ARG(l->evidence_id),
                           fm_name_of(&fm_stance_names, l->stance)));
        else if (!is_against && l->stance != FM_STANCE_NEUTRAL && b->evidence_ids.n < 32)
            add(w, &b->evidence_ids, l->evidence_id);
    }
}

static void add_caveats(struct fm_turn_work *w, struct fm_conclusion *b, double completeness)
{
    if (b->confidence < 0.5)
        add(w, &b->caveats, FM_STR("the likelihood is low: this is speculation"));
    else if (b->confidence < 0.7)
        add(w, &b->caveats, FM_STR("the likelihood is moderate"));
    if (completeness < 0.5)
        add(w, &b->caveats, FM_STR("less than half of the evidence asked for is there"));
    else if (completeness < 0.7)
        add(w, &b->caveats, FM_STR("some of the evidence asked for is missing"));
    fm_vec_each (&w->c->requests, r)
        if (r->status == FM_REQUEST_BLOCKED && r->priority == FM_REQUEST_PRIORITY_CRITICAL &&
            b->caveats.n < 8)
            add(w, &b->caveats,
                fm_str_fmt(&w->ctx->arena, "%.*s cannot be had", FM_STR_ARG(r->id)));
}

static void add_alternatives(struct fm_turn_work *w, struct fm_conclusion *b,
                             const struct fm_hypothesis *best)
{
    struct fm_hypothesis_list ranked = fm_hypotheses_ranked(&w->ctx->arena, w->c);
    fm_vec_each (&ranked, p) {
        const struct fm_hypothesis *h = *p;
        bool is_open_one = h->status == FM_HYPOTHESIS_ACTIVE || h->status == FM_HYPOTHESIS_CAPTURED;
        if (h != best && is_open_one && h->likelihood >= 0.30 && b->alternatives.n < MAX_LIST)
            add(w, &b->alternatives, h->statement);
    }
}

static void from_hypothesis(struct fm_turn_work *w, struct fm_conclusion *b,
                            const struct fm_hypothesis *h)
{
    double completeness = evidence_completeness(w->c, h->id);
    b->statement = h->statement;
    b->hypothesis_id = h->id;
    b->confidence = h->likelihood;
    b->reasoning = h->rationale;
    add_link_caveats(w, b, h);
    add_caveats(w, b, completeness);
    add_alternatives(w, b, h);
    double needed = fm_strategy_limits(fm_case_strategy(w->c))->act_threshold;
    b->can_proceed = b->confidence >= needed && completeness >= 0.6;
}

static void from_root_cause(struct fm_turn_work *w, struct fm_conclusion *b,
                            const struct fm_root_cause *r)
{
    b->statement = r->statement;
    b->hypothesis_id = r->hypothesis_id;
    b->confidence = r->confidence;
    b->reasoning = r->mechanism;
    fm_vec_each (&r->cites, k)
        if (k->evidence_id.len && b->evidence_ids.n < 32)
            add(w, &b->evidence_ids, k->evidence_id);
    if (r->status == FM_FACT_DISPUTED)
        add(w, &b->caveats,
            fm_str_fmt(&w->ctx->arena, "disputed: %.*s",
                       FM_STR_ARG(fm_str_sub(r->reason, 0, 400))));
    add_caveats(w, b, 1.0);
    b->can_proceed = r->status != FM_FACT_DISPUTED;
}

static void from_nothing(struct fm_turn_work *w, struct fm_conclusion *b)
{
    static const char *const by_stage[FM_CASE_STAGE_COUNT] = {
        [FM_CASE_STAGE_SYMPTOM_VERIFICATION] = "The symptom is not verified yet.",
        [FM_CASE_STAGE_HYPOTHESIS_FORMULATION] = "The symptom is verified; the cause is open.",
        [FM_CASE_STAGE_HYPOTHESIS_VALIDATION] = "Hypotheses are being tested.",
        [FM_CASE_STAGE_SOLUTION] = "Stop the impact first; the cause is open.",
    };
    b->confidence = 0.0;
    b->statement = fm_str_c(by_stage[fm_case_stage(w->c)]);
    if (w->c->hypotheses.n && !fm_hypothesis_best(w->c))
        b->statement = FM_STR("No hypothesis stands; new ones are needed.");
}

static bool is_same(const struct fm_conclusion *a, const struct fm_conclusion *b)
{
    return a && fm_str_eq(a->statement, b->statement) && a->confidence == b->confidence &&
           a->can_proceed == b->can_proceed && a->caveats.n == b->caveats.n &&
           a->alternatives.n == b->alternatives.n && a->next_evidence.n == b->next_evidence.n &&
           a->evidence_ids.n == b->evidence_ids.n;
}

enum fm_code step_conclude(struct fm_turn_work *w)
{
    const struct fm_conclusion *old = fm_case_conclusion(w->c);
    if (w->c->status != FM_CASE_INVESTIGATING || (old && old->turn == step_turn(w)))
        return FM_OK; /* one was claimed in this turn and passed the rules */
    struct fm_conclusion *b = step_body(w, FM_EVENT_CONCLUSION_SET);
    const struct fm_root_cause *r = fm_case_root_cause(w->c);
    const struct fm_hypothesis *h = fm_hypothesis_best(w->c);
    if (r && r->status != FM_FACT_DISPUTED)
        from_root_cause(w, b, r);
    else if (h)
        from_hypothesis(w, b, h);
    else
        from_nothing(w, b);
    add_next_evidence(w, b);
    b->at = w->now;
    b->turn = step_turn(w);
    return is_same(old, b) ? FM_OK : step_emit_system(w, FM_EVENT_CONCLUSION_SET, b);
}
