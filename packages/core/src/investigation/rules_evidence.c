/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence, the verification record, changes of the system, and requests for evidence.
 */
#include "rules.h"

/* What was not stored as a file must stand in what the user wrote, else it is only hearsay. */
static bool is_in_message(const struct fm_turn_work *w, fm_str extract)
{
    return extract.len && fm_str_has(w->in.message, extract);
}

static enum fm_code check_new_evidence(struct fm_turn_work *w, struct fm_evidence_item *b)
{
    b->id = b->withdrawn_reason = FM_STR_NULL;
    b->advances = (struct fm_enums){0};
    b->request_ids = (struct fm_strs){0};
    FM_TRY(step_resolve(w, &fm_evidence_item_type, b));
    const struct fm_case_file *f = fm_case_find(w->c, FM_REF_FILE, b->file_id);
    b->sha256 = f ? f->sha256 : FM_STR_NULL;
    b->size = f ? f->size : (int64_t)b->extract.len;
    if (!f && !is_in_message(w, b->extract))
        b->testimony = true;
    if (b->source == FM_EVIDENCE_SOURCE_USER_REPORT)
        b->testimony = true;
    if (b->first != FM_TIME_NONE && b->last != FM_TIME_NONE && b->first > b->last)
        return step_reject(w, "evidence cannot end before it starts");
    return FM_OK;
}

enum fm_code rule_add_evidence(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_evidence_item *b = body;
    FM_TRY(step_may_name(w, change->handle));
    FM_TRY(check_new_evidence(w, b));
    b->id = step_new_id(w, "ev");
    b->state = w->c->status == FM_CASE_INVESTIGATING ? FM_EVIDENCE_ACCEPTED : FM_EVIDENCE_CANDIDATE;
    if (!b->source)
        b->source = b->testimony ? FM_EVIDENCE_SOURCE_USER_REPORT : FM_EVIDENCE_SOURCE_OTHER;
    if (!b->form)
        b->form = b->file_id.len ? FM_EVIDENCE_DOCUMENT : FM_EVIDENCE_USER_INPUT;
    b->collected_by = w->in.actor.id;
    b->collected_at = w->now;
    b->turn = step_turn(w);
    FM_TRY(step_emit(w, FM_EVENT_EVIDENCE_ADDED, b));
    return step_name(w, change->handle, b->id);
}

enum fm_code rule_withdraw_evidence(struct fm_turn_work *w, const struct fm_change *change,
                                    void *body)
{
    struct fm_item_note *b = body;
    (void)change;
    FM_TRY(step_resolve_one(w, FM_REF_EVIDENCE, &b->id));
    if (!step_is_user(w))
        return step_reject(w, "only the user withdraws evidence; dispute what rests on it instead");
    if (!b->reason.len)
        return step_reject(w, "withdrawing evidence needs a reason");
    return step_emit(w, FM_EVENT_EVIDENCE_WITHDRAWN, b);
}

static bool is_before(fm_time a, fm_time b)
{
    return a != FM_TIME_NONE && b != FM_TIME_NONE && a < b;
}

static enum fm_code check_times(struct fm_turn_work *w, const struct fm_verification *v)
{
    if (is_before(v->noticed_at, v->started_at))
        return step_reject(w, "noticed_at is before started_at");
    if (is_before(v->resolved_naturally_at, v->noticed_at) ||
        is_before(v->resolved_naturally_at, v->started_at))
        return step_reject(w,
                           "resolved_naturally_at is before the incident was noticed or started");
    if (is_before(v->mitigated_at, v->started_at))
        return step_reject(w, "mitigated_at is before started_at");
    return FM_OK;
}

enum fm_code rule_update_verification(struct fm_turn_work *w, const struct fm_change *change,
                                      void *body)
{
    struct fm_verification *b = body;
    struct fm_verification merged = w->c->verification;
    (void)change;
    b->symptom = FM_STR_NULL; /* the confirmed statement */
    fm_record_merge(&fm_verification_type, b, &merged);
    FM_TRY(check_times(w, &merged));
    if (b->no_changes && w->c->changes.n)
        return step_reject(w, "changes are recorded, so no_changes does not hold");
    return step_emit(w, FM_EVENT_VERIFICATION_UPDATED, b);
}

enum fm_code rule_record_change(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_recent_change *b = body;
    FM_TRY(step_may_name(w, change->handle));
    b->id = FM_STR_NULL;
    FM_TRY(step_resolve(w, &fm_recent_change_type, b));
    FM_TRY(step_check_cites(w, &b->cites));
    if (is_before(b->to, b->from))
        return step_reject(w, "a change cannot end before it starts");
    fm_vec_each (&w->c->changes, old)
        if (fm_str_ieq(old->description, b->description) && old->from == b->from)
            return step_reject(w, "this change is recorded already as %.*s", FM_STR_ARG(old->id));
    b->id = step_new_id(w, "chg");
    FM_TRY(step_emit(w, FM_EVENT_CHANGE_RECORDED, b));
    return step_name(w, change->handle, b->id);
}

#define ASKS_MAX 2 /* never the same thing a third time */

static enum fm_code ask_once_more(struct fm_turn_work *w, const struct fm_evidence_request *r)
{
    if (r->status == FM_REQUEST_BLOCKED)
        return step_reject(w, "%.*s cannot be had (%.*s); ask for an alternative",
                           FM_STR_ARG(r->id), FM_STR_ARG(r->reason));
    if (r->status != FM_REQUEST_PENDING && r->status != FM_REQUEST_PARTIAL)
        return step_reject(w, "request %.*s is %s", FM_STR_ARG(r->id),
                           fm_name_of(&fm_request_status_names, r->status));
    if (r->ask_count >= ASKS_MAX)
        return step_reject(w, "%.*s was asked %d times; change the approach", FM_STR_ARG(r->id),
                           ASKS_MAX);
    struct fm_request_move *m = step_body(w, FM_EVENT_REQUEST_MOVED);
    m->id = r->id;
    m->asked = true;
    return step_emit(w, FM_EVENT_REQUEST_MOVED, m);
}

static const struct fm_evidence_request *same_request(const struct fm_case *c,
                                                      const struct fm_evidence_request *b)
{
    fm_vec_each (&c->requests, r)
        if (r->status != FM_REQUEST_OBSOLETE &&
            fm_str_ieq(fm_str_trim(r->description), fm_str_trim(b->description)))
            return r;
    return NULL;
}

enum fm_code rule_request_evidence(struct fm_turn_work *w, const struct fm_change *change,
                                   void *body)
{
    struct fm_evidence_request *b = body;
    FM_TRY(step_may_name(w, change->handle));
    const struct fm_evidence_request *old = same_request(w->c, b);
    if (old) {
        FM_TRY(ask_once_more(w, old));
        return step_name(w, change->handle, old->id);
    }
    b->id = b->reason = FM_STR_NULL;
    b->evidence_ids = (struct fm_strs){0};
    FM_TRY(step_resolve(w, &fm_evidence_request_type, b));
    b->id = step_new_id(w, "req");
    b->status = FM_REQUEST_PENDING;
    b->completeness = 0.0;
    b->priority = b->priority ? b->priority : FM_REQUEST_PRIORITY_IMPORTANT;
    b->ask_count = 1;
    b->created_turn = b->updated_turn = step_turn(w);
    FM_TRY(step_emit(w, FM_EVENT_REQUEST_ADDED, b));
    return step_name(w, change->handle, b->id);
}

enum fm_code rule_ask_again(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_item_note *b = body;
    (void)change;
    FM_TRY(step_resolve_one(w, FM_REF_REQUEST, &b->id));
    return ask_once_more(w, fm_case_find(w->c, FM_REF_REQUEST, b->id));
}

static enum fm_request_status status_for(double completeness)
{
    if (completeness >= 0.8)
        return FM_REQUEST_COMPLETE;
    return completeness >= 0.3 ? FM_REQUEST_PARTIAL : FM_REQUEST_PENDING;
}

static enum fm_code block_request(struct fm_turn_work *w, const struct fm_answer *b)
{
    struct fm_request_move *m = step_body(w, FM_EVENT_REQUEST_MOVED);
    m->id = b->request_id;
    m->status = FM_REQUEST_BLOCKED;
    m->reason = step_cut(&w->ctx->arena, b->reason.len ? b->reason : FM_STR("not available"), 200);
    return step_emit(w, FM_EVENT_REQUEST_MOVED, m);
}

enum fm_code rule_answer_request(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_answer *b = body;
    (void)change;
    FM_TRY(step_resolve(w, &fm_answer_type, b));
    const struct fm_evidence_request *r = fm_case_find(w->c, FM_REF_REQUEST, b->request_id);
    if (r->status == FM_REQUEST_OBSOLETE)
        return step_reject(w, "request %.*s is obsolete: %.*s", FM_STR_ARG(r->id),
                           FM_STR_ARG(r->reason));
    if (b->unavailable)
        return block_request(w, b);
    double completeness = b->completeness >= 0.0 ? b->completeness : 1.0;
    if (completeness <= r->completeness && !b->evidence_ids.n)
        return step_reject(w, "request %.*s is answered to %.0f %% already", FM_STR_ARG(r->id),
                           r->completeness * 100);
    struct fm_request_move *m = step_body(w, FM_EVENT_REQUEST_MOVED);
    m->id = b->request_id;
    m->completeness = completeness > r->completeness ? completeness : r->completeness;
    m->status = status_for(m->completeness);
    m->evidence_ids = b->evidence_ids;
    return step_emit(w, FM_EVENT_REQUEST_MOVED, m);
}
