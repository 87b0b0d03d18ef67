/* SPDX-License-Identifier: Apache-2.0 */
/* What only the person can say: consent, refusal, what was done. A model relays it with the
 * person's words; a question, or words that say the opposite or nothing of the kind, relay nothing.
 * The words alone never do: without the typed intent nothing is read out of them. */
#include "llm_changes.h"

#define LIST(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}

LIST(agreeing, "yes", "yep", "yeah", "confirm", "confirmed", "correct", "right", "agree", "agreed",
     "ok", "okay", "go ahead", "proceed", "investigate", "sure", "exactly", "do it", "please do",
     "sounds good", "start", "accurate", "approve", "approved", "unblocked", "available", "arrived",
     "done");
LIST(refusing, "no", "not", "don't", "wrong", "incorrect", "decline", "reject", "isn't", "never",
     "instead", "rather", "stop", "still", "again", "back", "fails", "failing", "failed");
LIST(escalating, "escalate", "escalation", "hand over", "hand it over", "someone else", "page",
     "on-call", "on call", "senior", "expert", "another team");
LIST(doing, "applied", "did", "done", "rolled back", "deployed", "restarted", "scaled", "changed",
     "approved", "approve", "reject", "rejected", "failed", "worked", "helped", "reverted",
     "undid");

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
}

static bool has_any(fm_str text, const char *const *list)
{
    for (; *list; list++) {
        fm_str word = fm_str_c(*list);
        for (ptrdiff_t at = fm_str_ifind(text, word, 0); at >= 0;
             at = fm_str_ifind(text, word, (size_t)at + 1)) {
            size_t end = (size_t)at + word.len;
            if ((at == 0 || !is_letter(text.p[at - 1])) &&
                (end == text.len || !is_letter(text.p[end])))
                return true;
        }
    }
    return false;
}

/* The sentence of this turn's message that is quoted. */
static fm_str quoted_sentence(struct llm_checking *x, const struct fm_cites *cites)
{
    fm_vec_each (cites, c)
        if (fm_str_eq(c->message_id, x->a->in->message_id))
            return fm_claim_quoted_line(x->ctx, x->k, c->message_id, c->quote);
    return FM_STR_NULL;
}

static fm_str check_relay(struct llm_checking *x, const struct fm_cites *cites,
                          const char *const *needed, bool is_consent)
{
    fm_str said = quoted_sentence(x, cites);
    if (!said.len)
        return FM_STR("only the person can say this: quote their words in this turn's message");
    if (fm_str_ends(said, FM_STR("?")))
        return FM_STR("a question is no consent; the person states it by a command, or plainly");
    if ((is_consent && has_any(said, refusing)) || !has_any(said, needed))
        return LLM_REASON(x, "\"%.*s\" does not say so; the person states it by a command",
                          FM_STR_ARG(fm_str_sub(said, 0, 100)));
    return FM_STR_NULL;
}

fm_str llm_check_intent(struct llm_checking *x, void *body)
{
    struct fm_intent *b = body;
    fm_str why = FM_STR_NULL;
    b->reason = llm_first_quote(&b->cites);
    switch (b->kind) {
    case FM_INTENT_CONFIRM_STATEMENT:
    case FM_INTENT_INVESTIGATE:
    case FM_INTENT_UNBLOCK:
        why = check_relay(x, &b->cites, agreeing, true);
        break;
    case FM_INTENT_DECLINE_STATEMENT:
    case FM_INTENT_REVISE_STATEMENT:
    case FM_INTENT_DO_NOT_INVESTIGATE:
    case FM_INTENT_NOT_FIXED:
        why = check_relay(x, &b->cites, refusing, false);
        break;
    case FM_INTENT_REQUEST_ESCALATION:
        b->to = llm_is_said(x, b->to) ? b->to : FM_STR_NULL;
        why = check_relay(x, &b->cites, escalating, true);
        break;
    case FM_INTENT_NONE:
    case FM_INTENT_RESOLVE:
    case FM_INTENT_CLOSE:
    case FM_INTENT_WANT_ALTERNATIVES:
    case FM_INTENT_WANT_MORE_HELP:
    case FM_INTENT_COUNT:
        break; /* the engine's rules suffice */
    }
    return why;
}

/* What was done to a fix is the person's to say. */
fm_str llm_check_solution_move(struct llm_checking *x, void *body)
{
    struct fm_solution_change *b = body;
    fm_str why = check_relay(x, &b->cites, doing, false);
    b->reason = llm_first_quote(&b->cites);
    b->method = llm_is_said(x, b->method) ? b->method : FM_STR_NULL;
    b->at = FM_TIME_NONE;
    if (b->state == FM_SOLUTION_VERIFIED)
        return FM_STR("whether a fix helped is the person's to say: verify-fix");
    return why;
}

fm_str llm_check_statement(struct llm_checking *x, void *body)
{
    struct fm_statement *b = body;
    b->guidance = FM_STR_NULL;
    if (b->text.len && !fm_claim_stands(x->ctx, x->k, b->text, &b->cites) &&
        !llm_is_known(x, b->text))
        return FM_STR("the statement holds what neither the person nor the evidence says");
    llm_keep_harmless(x, &b->suggestions);
    return FM_STR_NULL;
}

fm_str llm_check_title(struct llm_checking *x, void *body)
{
    const struct fm_text_value *b = body;
    return llm_is_known(x, b->text) ? FM_STR_NULL
                                    : FM_STR("the title holds what the case does not say");
}

fm_str llm_check_wait(struct llm_checking *x, void *body)
{
    struct fm_waiting *b = body;
    if (!llm_is_said(x, b->on))
        return FM_STR("the person did not say that the case waits on this");
    b->reason = llm_is_said(x, b->reason) ? b->reason : FM_STR_NULL;
    return FM_STR_NULL;
}

/* ---- after the end ---- */

/* Each text is checked like an answer, and keeps its mark. */
static void mark_list(struct llm_checking *x, struct fm_strs *list, size_t max)
{
    for (size_t i = 0; i < list->n; i++) {
        struct fm_checked c;
        fm_claims_check(x->ctx, x->k, list->items[i], &c);
        bool is_plain = fm_claim_is_harmless(x->ctx, x->k, list->items[i]);
        if (!is_plain)
            list->items[i] = fm_str_sub(c.text, 0, max);
    }
}

fm_str llm_check_documentation(struct llm_checking *x, void *body)
{
    struct fm_documentation *b = body;
    struct fm_strs *lists[] = {&b->lessons_learned, &b->went_well, &b->could_improve,
                               &b->preventive_measures, &b->monitoring};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        mark_list(x, lists[i], 1000);
    struct fm_strs entry = {0};
    if (b->runbook_entry.len) {
        fm_vec_push(&x->ctx->arena, &entry, b->runbook_entry);
        mark_list(x, &entry, 5000);
        b->runbook_entry = entry.items[0];
    }
    return FM_STR_NULL;
}

fm_str llm_check_action(struct llm_checking *x, void *body)
{
    struct fm_action_item *b = body;
    if (!fm_claim_is_harmless(x->ctx, x->k, b->text))
        return FM_STR("an action item says what is to be done; this one states what was");
    if (b->status && b->status != FM_ACTION_ITEM_OPEN)
        return FM_STR("the person says when an action item is done");
    b->owner = b->owner.len && fm_str_ihas(x->known, b->owner) ? b->owner : FM_STR_NULL;
    b->due = llm_is_said(x, b->due) ? b->due : FM_STR_NULL;
    return FM_STR_NULL;
}
