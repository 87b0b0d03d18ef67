/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statement of the problem, consent, and the ends of a case. Nothing here reads prose: each
 * step is a typed intent by the user, or one relayed with the user's quoted words.
 */
#include "rules.h"

enum fm_code rule_propose_statement(struct fm_turn_work *w, const struct fm_change *change,
                                    void *body)
{
    struct fm_statement *b = body;
    (void)change;
    if (w->c->status != FM_CASE_CONSULTING)
        return step_reject(w, "the problem statement is fixed once the investigation runs");
    if (b->text.len && w->c->consulting.confirmed)
        return step_reject(w, "the statement is confirmed and frozen; a new problem is a new case");
    FM_TRY(step_resolve(w, &fm_statement_type, b));
    FM_TRY(step_check_cites(w, &b->cites));
    b->text = fm_str_trim(b->text);
    return step_emit(w, FM_EVENT_STATEMENT_PROPOSED, b);
}

static enum fm_code accept_candidates(struct fm_turn_work *w)
{
    for (size_t i = 0; i < w->c->evidence.n; i++) {
        if (w->c->evidence.items[i].state != FM_EVIDENCE_CANDIDATE)
            continue;
        struct fm_item_note *b = step_body(w, FM_EVENT_EVIDENCE_ACCEPTED);
        b->id = w->c->evidence.items[i].id;
        b->reason = FM_STR("uploaded before the investigation started");
        FM_TRY(step_emit_system(w, FM_EVENT_EVIDENCE_ACCEPTED, b));
    }
    return FM_OK;
}

enum fm_code step_start_investigation(struct fm_turn_work *w, fm_str reason)
{
    struct fm_status_entry *b = step_body(w, FM_EVENT_STATUS_CHANGED);
    b->from = FM_CASE_CONSULTING;
    b->to = FM_CASE_INVESTIGATING;
    b->by = step_by(w);
    b->reason = reason.len ? reason : FM_STR("statement confirmed, investigation wanted");
    FM_TRY(step_emit(w, FM_EVENT_STATUS_CHANGED, b));
    return accept_candidates(w);
}

enum fm_code step_end_case(struct fm_turn_work *w, struct fm_status_entry entry)
{
    struct fm_status_entry *b = step_body(w, FM_EVENT_STATUS_CHANGED);
    *b = entry;
    b->from = w->c->status;
    b->by = step_by(w);
    if (!fm_status_allowed(b->from, b->to))
        return step_reject(w, "a case cannot go from %s to %s",
                           fm_name_of(&fm_case_status_names, b->from),
                           fm_name_of(&fm_case_status_names, b->to));
    struct fm_text_value *why = step_body(w, FM_EVENT_WAITING_CLEARED);
    why->text = FM_STR("the case ended");
    if (w->c->waiting.on.len)
        FM_TRY(step_emit_system(w, FM_EVENT_WAITING_CLEARED, why));
    if (fm_case_episode(w->c))
        FM_TRY(step_emit_system(w, FM_EVENT_DEGRADED_EXITED, why));
    return step_emit(w, FM_EVENT_STATUS_CHANGED, b);
}

static enum fm_code state_intent(struct fm_turn_work *w, struct fm_intent *b)
{
    return step_emit(w, FM_EVENT_INTENT_STATED, b);
}

static enum fm_code on_confirm(struct fm_turn_work *w, struct fm_intent *b)
{
    const struct fm_consulting *k = &w->c->consulting;
    if (w->c->status != FM_CASE_CONSULTING)
        return step_reject(w, "there is no statement to confirm: the case is %s",
                           fm_name_of(&fm_case_status_names, w->c->status));
    if (!k->statement.len)
        return step_reject(w, "there is no proposed statement to confirm yet");
    return k->confirmed ? step_reject(w, "the statement is confirmed already") : state_intent(w, b);
}

static enum fm_code on_statement_answer(struct fm_turn_work *w, struct fm_intent *b)
{
    if (w->c->status != FM_CASE_CONSULTING || !w->c->consulting.statement.len)
        return step_reject(w, "there is no proposed statement");
    return w->c->consulting.confirmed ? step_reject(w, "the statement is confirmed and frozen")
                                      : state_intent(w, b);
}

static enum fm_code on_investigate(struct fm_turn_work *w, struct fm_intent *b)
{
    if (w->c->status != FM_CASE_CONSULTING)
        return step_reject(w, "a case cannot go from %s to investigating",
                           fm_name_of(&fm_case_status_names, w->c->status));
    if (!w->c->consulting.statement.len || !w->c->consulting.confirmed)
        return step_reject(w, "the problem statement must be proposed and confirmed first");
    FM_TRY(state_intent(w, b));
    return step_start_investigation(w, b->reason);
}

static enum fm_code on_do_not_investigate(struct fm_turn_work *w, struct fm_intent *b)
{
    return w->c->status == FM_CASE_CONSULTING
               ? state_intent(w, b)
               : step_reject(w, "the investigation runs already; close the case instead");
}

static enum fm_code check_ending(struct fm_turn_work *w)
{
    if (!step_is_user(w))
        return step_reject(
            w, "only the user ends a case, by the command or button; propose it instead");
    if (fm_case_is_terminal(w->c))
        return step_reject(w, "the case is %s already",
                           fm_name_of(&fm_case_status_names, w->c->status));
    return FM_OK;
}

static enum fm_code on_resolve(struct fm_turn_work *w, struct fm_intent *b)
{
    FM_TRY(check_ending(w));
    if (w->c->status != FM_CASE_INVESTIGATING)
        return step_reject(
            w, "only an investigated case can be resolved; close it with consulting_only");
    bool is_verified = fm_case_has(w->c, FM_MILESTONE_SOLUTION_VERIFIED);
    if (!is_verified && b->basis != FM_BASIS_USER_ATTESTED)
        return step_reject(
            w, "no fix is verified; verify it, or attest that it is fixed (basis user_attested)");
    if (!is_verified && !b->reason.len)
        return step_reject(w, "an attestation needs a reason: what shows that it is fixed?");
    b->basis = is_verified ? FM_BASIS_EVIDENCE_VERIFIED : FM_BASIS_USER_ATTESTED;
    FM_TRY(state_intent(w, b));
    return step_end_case(w, (struct fm_status_entry){.to = FM_CASE_RESOLVED,
                                                     .reason = b->reason,
                                                     .closure = FM_CLOSURE_RESOLVED,
                                                     .basis = b->basis,
                                                     .at = FM_TIME_NONE});
}

static bool is_closure_allowed(enum fm_case_status from, enum fm_closure closure)
{
    if (closure == FM_CLOSURE_DUPLICATE || closure == FM_CLOSURE_OTHER)
        return true;
    if (from == FM_CASE_CONSULTING)
        return closure == FM_CLOSURE_CONSULTING_ONLY;
    return closure == FM_CLOSURE_ABANDONED || closure == FM_CLOSURE_ESCALATED;
}

static enum fm_code on_close(struct fm_turn_work *w, struct fm_intent *b)
{
    FM_TRY(check_ending(w));
    if (!b->closure)
        return step_reject(w, "closing needs a reason: %s",
                           w->c->status == FM_CASE_CONSULTING
                               ? "consulting_only, duplicate or other"
                               : "abandoned, escalated, duplicate or other");
    if (!is_closure_allowed(w->c->status, b->closure))
        return step_reject(w, "a case that is %s cannot be closed as %s",
                           fm_name_of(&fm_case_status_names, w->c->status),
                           fm_name_of(&fm_closure_names, b->closure));
    FM_TRY(state_intent(w, b));
    return step_end_case(w, (struct fm_status_entry){.to = FM_CASE_CLOSED,
                                                     .reason = b->reason,
                                                     .closure = b->closure,
                                                     .at = FM_TIME_NONE});
}

/* "It is not fixed": whatever was applied or thought verified has failed. */
static enum fm_code on_not_fixed(struct fm_turn_work *w, struct fm_intent *b)
{
    if (w->c->status != FM_CASE_INVESTIGATING)
        return step_reject(w, "no fix is under way");
    FM_TRY(state_intent(w, b));
    bool is_any = false;
    for (size_t i = 0; i < w->c->solutions.n; i++) {
        const struct fm_solution *s = &w->c->solutions.items[i];
        if (s->state != FM_SOLUTION_APPLIED && s->state != FM_SOLUTION_VERIFIED)
            continue;
        struct fm_solution_move m;
        fm_record_init(&fm_solution_move_type, &m);
        m.id = s->id;
        m.state = FM_SOLUTION_FAILED;
        m.reason =
            b->reason.len ? b->reason : FM_STR("the user reports that the problem is still there");
        FM_TRY(step_move_solution(w, &m));
        is_any = true;
    }
    return is_any ? FM_OK
                  : step_advise(w, FM_ADVICE_NEXT_SOLUTION, FM_STR("The problem is still there."));
}

static enum fm_code on_unblock(struct fm_turn_work *w, struct fm_intent *b)
{
    if (!fm_case_episode(w->c) && !w->c->waiting.on.len)
        return step_reject(w, "nothing is blocked");
    FM_TRY(state_intent(w, b));
    struct fm_text_value *text = step_body(w, FM_EVENT_DEGRADED_EXITED);
    text->text = b->reason.len ? b->reason : FM_STR("the user says it is unblocked");
    if (fm_case_episode(w->c)) {
        w->is_exited = true;
        w->exited = fm_case_episode(w->c)->type;
        FM_TRY(step_emit(w, FM_EVENT_DEGRADED_EXITED, text));
        w->why_progress = FM_STR("the user unblocked it");
    }
    return w->c->waiting.on.len ? step_emit(w, FM_EVENT_WAITING_CLEARED, text) : FM_OK;
}

static enum fm_code on_want_alternatives(struct fm_turn_work *w, struct fm_intent *b)
{
    FM_TRY(state_intent(w, b));
    w->wants_alternatives = true;
    return step_advise(w, FM_ADVICE_NEED_ALTERNATIVES,
                       FM_STR("The user asks what else it could be."));
}

static enum fm_code on_want_more_help(struct fm_turn_work *w, struct fm_intent *b)
{
    FM_TRY(state_intent(w, b));
    return fm_case_is_terminal(w->c)
               ? step_advise(w, FM_ADVICE_OFFER_FOLLOW_UP,
                             FM_STR("The case has ended; open a follow-up case."))
               : FM_OK;
}

static enum fm_code on_request_escalation(struct fm_turn_work *w, struct fm_intent *b)
{
    if (w->c->status != FM_CASE_INVESTIGATING)
        return step_reject(w, "only a running investigation can be escalated");
    FM_TRY(state_intent(w, b));
    return step_escalate(w, b);
}

enum fm_code rule_intent(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    static enum fm_code (*const rules[FM_INTENT_COUNT])(struct fm_turn_work *,
                                                        struct fm_intent *) = {
        [FM_INTENT_CONFIRM_STATEMENT] = on_confirm,
        [FM_INTENT_REVISE_STATEMENT] = on_statement_answer,
        [FM_INTENT_DECLINE_STATEMENT] = on_statement_answer,
        [FM_INTENT_INVESTIGATE] = on_investigate,
        [FM_INTENT_DO_NOT_INVESTIGATE] = on_do_not_investigate,
        [FM_INTENT_RESOLVE] = on_resolve,
        [FM_INTENT_NOT_FIXED] = on_not_fixed,
        [FM_INTENT_CLOSE] = on_close,
        [FM_INTENT_REQUEST_ESCALATION] = on_request_escalation,
        [FM_INTENT_UNBLOCK] = on_unblock,
        [FM_INTENT_WANT_ALTERNATIVES] = on_want_alternatives,
        [FM_INTENT_WANT_MORE_HELP] = on_want_more_help,
    };
    struct fm_intent *b = body;
    (void)change;
    if (fm_case_is_terminal(w->c) && b->kind != FM_INTENT_WANT_MORE_HELP)
        return step_reject(w, "the case is %s; open a follow-up case instead",
                           fm_name_of(&fm_case_status_names, w->c->status));
    FM_TRY(step_resolve(w, &fm_intent_type, b));
    FM_TRY(step_check_consent(w, &b->cites));
    FM_TRY(step_check_cites(w, &b->cites));
    return rules[b->kind](w, b);
}

enum fm_code rule_set_title(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_text_value *b = body;
    (void)change;
    b->text = fm_str_trim(b->text);
    if (!b->text.len || b->text.len > 200)
        return step_reject(w, "a title has 1 to 200 characters");
    if (!step_is_user(w) && !fm_str_starts(w->c->title, FM_STR("Case-")))
        return step_reject(w, "the user chose the title; only they change it");
    return step_emit(w, FM_EVENT_TITLE_CHANGED, b);
}

enum fm_code rule_set_member(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_member *b = body;
    (void)change;
    if (!step_is_user(w) || fm_case_role(w->c, w->by.id) != FM_MEMBER_OWNER)
        return step_reject(w, "only the owner changes who works on a case");
    if (b->role == FM_MEMBER_OWNER || fm_str_eq(b->user, w->c->owner))
        return step_reject(w, "a case has one owner, %.*s", FM_STR_ARG(w->c->owner));
    return step_emit(w, FM_EVENT_MEMBER_SET, b);
}

enum fm_code rule_relate(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_relation *b = body;
    (void)change;
    if (!step_is_user(w))
        return step_reject(w, "only the user relates cases");
    if (fm_str_eq(b->case_id, w->c->id))
        return step_reject(w, "a case is not related to itself");
    return step_emit(w, FM_EVENT_RELATED, b);
}
