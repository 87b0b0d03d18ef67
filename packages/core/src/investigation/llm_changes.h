/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what a model states by a change; each returns why the change is refused, or "", and may
 * take out of the payload what is not needed and not carried. */
#ifndef FAULTMAVEN_CORE_LLM_CHANGES_H
#define FAULTMAVEN_CORE_LLM_CHANGES_H

#include "llm_internal.h"

#define LLM_REASON(x, ...) fm_str_fmt(&(x)->a->ctx->arena, __VA_ARGS__)

struct llm_checking {
    struct llm_ask *a;
    struct fm_ctx *ctx;
    const struct fm_claim_sources *k; /* with the proposal's own evidence */
    struct fm_proposal *p;
    fm_str known; /* what user and program said: messages, statement, facts, entities */
};

fm_str llm_check_intent(struct llm_checking *x, void *body);
fm_str llm_check_statement(struct llm_checking *x, void *body);
fm_str llm_check_title(struct llm_checking *x, void *body);
fm_str llm_check_evidence(struct llm_checking *x, void *body);
fm_str llm_check_verification(struct llm_checking *x, void *body);
fm_str llm_check_recent_change(struct llm_checking *x, void *body);
fm_str llm_check_milestone(struct llm_checking *x, void *body);
fm_str llm_check_hypothesis(struct llm_checking *x, void *body);
fm_str llm_check_hypothesis_move(struct llm_checking *x, void *body);
fm_str llm_check_link(struct llm_checking *x, void *body);
fm_str llm_check_root_cause(struct llm_checking *x, void *body);
fm_str llm_check_conclusion(struct llm_checking *x, void *body);
fm_str llm_check_request(struct llm_checking *x, void *body);
fm_str llm_check_answer(struct llm_checking *x, void *body);
fm_str llm_check_solution(struct llm_checking *x, void *body);
fm_str llm_check_solution_move(struct llm_checking *x, void *body);
fm_str llm_check_wait(struct llm_checking *x, void *body);
fm_str llm_check_loop_back(struct llm_checking *x, void *body);
fm_str llm_check_degraded(struct llm_checking *x, void *body);
fm_str llm_check_documentation(struct llm_checking *x, void *body);
fm_str llm_check_action(struct llm_checking *x, void *body);

/* Every number, and four of five words of it, were said by the user or the program. */
bool llm_is_known(struct llm_checking *x, fm_str text);
/* The same for all of a list. */
bool llm_all_known(struct llm_checking *x, const struct fm_strs *list);
/* Words of the user's message of this turn. */
bool llm_is_said(const struct llm_checking *x, fm_str text);
/* Takes away what is neither carried by the citations nor harmless. */
void llm_keep_carried(struct llm_checking *x, fm_str *text, const struct fm_cites *cites);
/* Takes the items away that state something. */
void llm_keep_harmless(struct llm_checking *x, struct fm_strs *list);
/* Evidence items of the citations are quoted, and the line of one of them shares this many telling
 * words with text. */
bool llm_quote_speaks_of(struct llm_checking *x, const struct fm_cites *cites, fm_str text,
                         size_t words);
/* First quote of the citations; "" when there is none. */
fm_str llm_first_quote(const struct fm_cites *cites);

#endif
