/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be done next: requests for evidence, answers to them, solutions. A plan states
 * nothing about the incident. */
#include "llm_changes.h"

fm_str llm_check_request(struct llm_checking *x, void *body)
{
    struct fm_evidence_request *b = body;
    static const struct fm_cites none = {0};
    if (!fm_claim_is_harmless(x->ctx, x->k, b->label) ||
        !fm_claim_is_harmless(x->ctx, x->k, b->description))
        return FM_STR("a request says what to look at; this one states what is the case");
    llm_keep_carried(x, &b->rationale, &none);
    llm_keep_carried(x, &b->expected_output, &none);
    b->reason = FM_STR_NULL;
    return FM_STR_NULL;
}

/* Old evidence was there when the request was made, so that it is no answer; only the person knows
 * what cannot be had. */
fm_str llm_check_answer(struct llm_checking *x, void *body)
{
    struct fm_answer *b = body;
    const struct fm_case *c = x->a->in->c;
    const struct fm_evidence_request *r = fm_case_find(c, FM_REF_REQUEST, b->request_id);
    if (b->unavailable && !llm_is_said(x, b->reason))
        return FM_STR("the person says what cannot be had: quote them as the reason");
    fm_vec_each (&b->evidence_ids, id) {
        const struct fm_evidence_item *e = fm_case_find(c, FM_REF_EVIDENCE, *id);
        if (r && e && e->turn <= r->created_turn)
            return LLM_REASON(x, "%.*s was there before the request was made", FM_STR_ARG(*id));
    }
    if (!b->unavailable)
        b->reason = FM_STR_NULL;
    return FM_STR_NULL;
}

fm_str llm_check_solution(struct llm_checking *x, void *body)
{
    struct fm_solution *b = body;
    static const struct fm_cites none = {0};
    bool is_plan = fm_claim_is_harmless(x->ctx, x->k, b->title) ||
                   fm_claim_stands(x->ctx, x->k, b->title, &b->cites);
    if (!is_plan || !fm_claim_is_harmless(x->ctx, x->k, b->immediate_action))
        return FM_STR("a solution says what to do; this one states what is the case, or a number "
                      "that nobody gave");
    llm_keep_carried(x, &b->longterm_fix, &none);
    llm_keep_carried(x, &b->rollback, &none);
    llm_keep_harmless(x, &b->steps);
    llm_keep_harmless(x, &b->risks);
    return FM_STR_NULL;
}
