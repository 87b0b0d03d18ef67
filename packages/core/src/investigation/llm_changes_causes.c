/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Causes: hypotheses, what speaks for them, and what may be called the cause.
 *
 * A model may guess: a hypothesis is a guess, and starts low. It may not lift its own guess by
 * links that it judged itself, nor call it the cause: that takes the diagnosis, or a hypothesis
 * that evidence validated.
 */
#include "llm_changes.h"

#define START_MAX 0.4
#define COMPLETENESS_MAX 0.3 /* of a link that only the model sees */
#define HELD_LIKELIHOOD 0.5

/* ---- what is held ---- */

static bool says(struct llm_checking *x, fm_str text, fm_str statement, fm_str mechanism)
{
    return fm_claim_is_within(x->ctx, x->k, text, statement) ||
           fm_claim_is_within(x->ctx, x->k, text, mechanism) ||
           fm_claim_is_within(x->ctx, x->k, text,
                              fm_str_fmt(&x->ctx->arena, "%.*s. %.*s", FM_STR_ARG(statement),
                                         FM_STR_ARG(mechanism)));
}

/* A held cause that says all of text, in its words; its likelihood, or -1. */
static double held_likelihood(struct llm_checking *x, fm_str text)
{
    const struct fm_inquiry *q = x->a->r->opt.inquiry;
    for (size_t i = 0; q && q->diagnosis && i < q->diagnosis->causes.n; i++) {
        const struct fm_cause *k = q->diagnosis->causes.items[i];
        if (k->likelihood >= HELD_LIKELIHOOD && says(x, text, k->statement, k->mechanism))
            return k->likelihood;
    }
    fm_vec_each (&x->a->in->c->hypotheses, h)
        if (h->status == FM_HYPOTHESIS_VALIDATED && says(x, text, h->statement, h->mechanism))
            return h->likelihood;
    return -1;
}

/* ---- hypotheses ---- */

fm_str llm_check_hypothesis(struct llm_checking *x, void *body)
{
    struct fm_hypothesis *b = body;
    fm_str rest = b->statement, word;
    while (fm_str_word(&rest, &word)) {
        bool is_number = word.len && word.p[0] >= '0' && word.p[0] <= '9';
        fm_str line = FM_STR_NULL;
        fm_vec_each (&b->cites, c)
            if (!line.len || !fm_claim_words_stand(x->ctx, x->k, word, line))
                line = fm_claim_quoted_line(x->ctx, x->k, c->evidence_id, c->quote);
        if (is_number && !fm_claim_words_stand(x->ctx, x->k, word, line) &&
            !fm_claim_words_stand(x->ctx, x->k, word, x->known))
            return LLM_REASON(x, "the number %.*s stands in no cited evidence", FM_STR_ARG(word));
    }
    llm_keep_carried(x, &b->rationale, &b->cites);
    llm_keep_carried(x, &b->mechanism, &b->cites);
    b->entity = b->entity.len && fm_str_ihas(x->known, b->entity) ? b->entity : FM_STR_NULL;
    b->initial_likelihood = b->initial_likelihood > START_MAX ? START_MAX : b->initial_likelihood;
    b->mode = FM_GENERATION_OPPORTUNISTIC;
    b->on_timeline = false;
    return FM_STR_NULL;
}

static const struct fm_hypothesis *find_hypothesis(struct llm_checking *x, fm_str id)
{
    const struct fm_hypothesis *h = fm_case_find(x->a->in->c, FM_REF_HYPOTHESIS, id);
    for (size_t i = 0; i < x->p->changes.n && !h; i++)
        if (x->p->changes.items[i].type == FM_CHANGE_ADD_HYPOTHESIS &&
            fm_str_eq(x->p->changes.items[i].handle, id))
            h = x->p->changes.items[i].body;
    return h;
}

/* Words that evidence and hypothesis must share: two, or all that a short statement has. */
static bool is_about(struct llm_checking *x, const struct fm_cites *cites,
                     const struct fm_hypothesis *h)
{
    size_t n = fm_claim_words_shared(x->ctx, x->k, h->statement, h->statement);
    return llm_quote_speaks_of(x, cites, h->statement, n < 2 ? n : 2);
}

/* A model does not conclude against what evidence made likely. */
fm_str llm_check_hypothesis_move(struct llm_checking *x, void *body)
{
    struct fm_hypothesis_change *b = body;
    const struct fm_hypothesis *h = fm_case_find(x->a->in->c, FM_REF_HYPOTHESIS, b->hypothesis_id);
    bool is_end = b->status == FM_HYPOTHESIS_REFUTED || b->status == FM_HYPOTHESIS_RETIRED ||
                  b->status == FM_HYPOTHESIS_INCONCLUSIVE;
    if (h && is_end && h->likelihood >= HELD_LIKELIHOOD)
        return LLM_REASON(x, "evidence puts it at %.2f: link what speaks against it instead",
                          h->likelihood);
    if (h && is_end && !is_about(x, &b->cites, h))
        return FM_STR("quote evidence that speaks of this hypothesis");
    llm_keep_carried(x, &b->reason, &b->cites);
    if (!b->reason.len)
        b->reason = llm_first_quote(&b->cites);
    return FM_STR_NULL;
}

/* The diagnosis sees the same evidence on the same side of the same cause. */
static bool analyst_agrees(struct llm_checking *x, const struct fm_link *b,
                           const struct fm_hypothesis *h)
{
    const struct fm_inquiry *q = x->a->r->opt.inquiry;
    bool is_for = b->stance == FM_STANCE_SUPPORTS || b->stance == FM_STANCE_STRONGLY_SUPPORTS;
    for (size_t i = 0; q && q->diagnosis && i < q->diagnosis->causes.n; i++) {
        const struct fm_cause *k = q->diagnosis->causes.items[i];
        const struct fm_claims *claims = is_for ? &k->supports : &k->contradicts;
        if (!says(x, h->statement, k->statement, k->mechanism))
            continue;
        fm_vec_each (claims, s)
            if (s->span.length && fm_str_eq(q->ids[s->span.evidence], b->evidence_id))
                return true;
    }
    return false;
}

static enum fm_stance plain(enum fm_stance s)
{
    return s == FM_STANCE_STRONGLY_SUPPORTS      ? FM_STANCE_SUPPORTS
           : s == FM_STANCE_STRONGLY_CONTRADICTS ? FM_STANCE_CONTRADICTS
                                                 : s;
}

fm_str llm_check_link(struct llm_checking *x, void *body)
{
    struct fm_link *b = body;
    const struct fm_hypothesis *h = find_hypothesis(x, b->hypothesis_id);
    bool is_telling = b->stance != FM_STANCE_IRRELEVANT && b->stance != FM_STANCE_NEUTRAL;
    if (!h || !is_telling)
        return FM_STR_NULL; /* the engine's to refuse, or without weight */
    bool is_of_it = false;
    fm_vec_each (&b->cites, c)
        is_of_it |= fm_str_eq(c->evidence_id, b->evidence_id) && c->quote.len;
    if (!is_of_it || !is_about(x, &b->cites, h))
        return FM_STR("quote words of this evidence that speak of the hypothesis");
    llm_keep_carried(x, &b->reasoning, &b->cites);
    if (analyst_agrees(x, b, h))
        return FM_STR_NULL;
    b->stance = plain(b->stance);
    b->completeness = b->completeness < 0 || b->completeness > COMPLETENESS_MAX ? COMPLETENESS_MAX
                                                                                : b->completeness;
    return FM_STR_NULL;
}

/* ---- the cause ---- */

fm_str llm_check_root_cause(struct llm_checking *x, void *body)
{
    struct fm_root_cause *b = body;
    double held = held_likelihood(x, b->statement);
    if (held < 0)
        return FM_STR("neither the diagnosis nor a validated hypothesis says this; propose it as a "
                      "hypothesis, in the words of the evidence");
    if (held_likelihood(x, b->mechanism) < 0)
        return FM_STR("the mechanism is not what the diagnosis or a validated hypothesis says");
    if (b->confidence > held)
        b->confidence = held;
    b->level = 0;
    b->contributing = (struct fm_strs){0};
    return FM_STR_NULL;
}

fm_str llm_check_conclusion(struct llm_checking *x, void *body)
{
    struct fm_conclusion *b = body;
    struct fm_cites cites = {0};
    fm_vec_each (&b->evidence_ids, id)
        fm_vec_push(&x->ctx->arena, &cites, ((struct fm_cite){.evidence_id = *id}));
    double held = held_likelihood(x, b->statement);
    if (held < 0 && !fm_claim_stands(x->ctx, x->k, b->statement, &cites))
        return FM_STR("neither the diagnosis, a validated hypothesis nor the cited evidence says "
                      "this");
    if (held >= 0 && b->confidence > held)
        b->confidence = held;
    if (!fm_claim_stands(x->ctx, x->k, b->reasoning, &cites))
        b->reasoning = FM_STR_NULL;
    llm_keep_harmless(x, &b->caveats);
    llm_keep_harmless(x, &b->alternatives);
    llm_keep_harmless(x, &b->next_evidence);
    return FM_STR_NULL;
}
