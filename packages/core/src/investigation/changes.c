/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A proposal, change by change: which rule, when it may apply, and in which order.
 */
#include "rules.h"

#define ANY 0u
#define INVESTIGATING 1u /* only while investigating */
#define TERMINAL 2u      /* also after the end */

/* Evidence before hypotheses before links, so that handles resolve; the ends of a case come last.
 */
static const struct {
    int group;
    unsigned when;
    rule_fn rule;
} rules[FM_CHANGE_COUNT] = {
    [FM_CHANGE_PROPOSE_STATEMENT] = {0, ANY, rule_propose_statement},
    [FM_CHANGE_INTENT] = {0, TERMINAL, rule_intent},
    [FM_CHANGE_SET_TITLE] = {0, ANY, rule_set_title},
    [FM_CHANGE_SET_MEMBER] = {0, TERMINAL, rule_set_member},
    [FM_CHANGE_PREFER] = {0, ANY, rule_prefer},
    [FM_CHANGE_ADD_EVIDENCE] = {1, ANY, rule_add_evidence},
    [FM_CHANGE_WITHDRAW_EVIDENCE] = {1, ANY, rule_withdraw_evidence},
    [FM_CHANGE_UPDATE_VERIFICATION] = {1, INVESTIGATING, rule_update_verification},
    [FM_CHANGE_RECORD_CHANGE] = {1, INVESTIGATING, rule_record_change},
    [FM_CHANGE_LOOP_BACK] = {1, INVESTIGATING, rule_loop_back},
    [FM_CHANGE_ADD_HYPOTHESIS] = {2, INVESTIGATING, rule_add_hypothesis},
    [FM_CHANGE_REQUEST_EVIDENCE] = {3, INVESTIGATING, rule_request_evidence},
    [FM_CHANGE_LINK] = {4, INVESTIGATING, rule_link},
    [FM_CHANGE_ANSWER_REQUEST] = {4, INVESTIGATING, rule_answer_request},
    [FM_CHANGE_ASK_AGAIN] = {4, INVESTIGATING, rule_ask_again},
    [FM_CHANGE_UPDATE_HYPOTHESIS] = {5, INVESTIGATING, rule_update_hypothesis},
    [FM_CHANGE_ROOT_CAUSE] = {6, INVESTIGATING, rule_root_cause},
    [FM_CHANGE_SET_MILESTONE] = {7, INVESTIGATING, rule_set_milestone},
    [FM_CHANGE_ADD_SOLUTION] = {8, INVESTIGATING, rule_add_solution},
    [FM_CHANGE_UPDATE_SOLUTION] = {8, INVESTIGATING, rule_update_solution},
    [FM_CHANGE_CONCLUSION] = {9, INVESTIGATING, rule_conclusion},
    [FM_CHANGE_SELECT_PATH] = {9, INVESTIGATING, rule_select_path},
    [FM_CHANGE_WAIT] = {9, INVESTIGATING, rule_wait},
    [FM_CHANGE_SUGGEST_DEGRADED] = {9, INVESTIGATING, rule_suggest_degraded},
    [FM_CHANGE_RESOLVE_ESCALATION] = {9, INVESTIGATING, rule_resolve_escalation},
    [FM_CHANGE_DOCUMENT] = {9, TERMINAL, rule_document},
    [FM_CHANGE_ACTION_ITEM] = {9, TERMINAL, rule_action_item},
    [FM_CHANGE_RELATE] = {9, TERMINAL, rule_relate},
};

#define RATE_BEFORE 5 /* likelihoods are brought up to date before this group */
#define GROUP_LAST 10 /* ends of the case */

static int group_of(const struct fm_change *ch)
{
    if (ch->type != FM_CHANGE_INTENT || !ch->body)
        return rules[ch->type].group;
    enum fm_intent_kind kind = ((const struct fm_intent *)ch->body)->kind;
    return kind == FM_INTENT_RESOLVE || kind == FM_INTENT_CLOSE ? GROUP_LAST : 0;
}

static enum fm_code check_when(struct fm_turn_work *w, const struct fm_change *ch)
{
    unsigned when = rules[ch->type].when;
    if (fm_case_is_terminal(w->c) && when != TERMINAL)
        return step_reject(w, "the case is %s; open a follow-up case instead",
                           fm_name_of(&fm_case_status_names, w->c->status));
    if (w->c->status != FM_CASE_INVESTIGATING && when == INVESTIGATING)
        return step_reject(w, "only while investigating; the case is %s",
                           fm_name_of(&fm_case_status_names, w->c->status));
    return FM_OK;
}

static enum fm_code apply_one(struct fm_turn_work *w, const struct fm_change *ch)
{
    if (ch->defect.len)
        return step_reject(w, "%.*s", FM_STR_ARG(ch->defect));
    FM_TRY(check_when(w, ch));
    const struct fm_record_type *t = fm_change_body(ch->type);
    FM_TRY(fm_record_check(w->ctx, t, ch->body));
    void *copy = fm_arena_alloc(&w->ctx->arena, t->size);
    fm_record_copy(&w->ctx->arena, t, ch->body, copy);
    return rules[ch->type].rule(w, ch, copy);
}

static fm_str payload_text(struct fm_turn_work *w, const struct fm_change *ch)
{
    if (!ch->body)
        return FM_STR_NULL;
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    fm_record_write(fm_change_body(ch->type), ch->body, &b);
    fm_str text = step_cut(&w->ctx->arena, fm_buf_str(&b), 2000);
    fm_buf_release(&b);
    return text;
}

static void note_rejection(struct fm_turn_work *w, const struct fm_change *ch, size_t index)
{
    struct fm_rejection *r = fm_vec_add(&w->ctx->arena, &w->turn.rejected);
    r->index = (int64_t)index;
    r->change = fm_str_c(ch->type ? fm_name_of(&fm_change_type_names, ch->type) : "unknown");
    r->handle = step_cut(&w->ctx->arena, ch->handle, 40);
    r->reason = fm_str_dup(&w->ctx->arena, fm_str_c(w->ctx->error));
    r->payload = payload_text(w, ch);
    fm_ctx_clear_error(w->ctx);
}

static enum fm_code apply_group(struct fm_turn_work *w, const struct fm_changes *changes, int group)
{
    struct fm_actor by = w->by;
    for (size_t i = 0; i < changes->n; i++) {
        const struct fm_change *ch = &changes->items[i];
        if (group_of(ch) != group)
            continue;
        enum fm_code code = apply_one(w, ch);
        w->by = by;
        if (code == FM_EREJECTED || code == FM_EINVAL)
            note_rejection(w, ch, i);
        else if (code != FM_OK)
            return code;
    }
    return FM_OK;
}

enum fm_code step_apply_changes(struct fm_turn_work *w, const struct fm_changes *changes)
{
    struct fm_actor by = w->by;
    for (int group = 0; group <= GROUP_LAST; group++) {
        if (group == RATE_BEFORE)
            FM_TRY(step_rate_hypotheses(w));
        w->by = by;
        FM_TRY(apply_group(w, changes, group));
    }
    return FM_OK;
}
