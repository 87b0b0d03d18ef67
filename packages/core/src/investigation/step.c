/* SPDX-License-Identifier: Apache-2.0 */
#include "step.h"

fm_str fm_new_id(const struct fm_engine *engine, struct fm_arena *a, const char *prefix)
{
    uint8_t raw[6];
    char hex[sizeof raw * 2 + 1];
    fm_rng_fill(engine->rng, raw, sizeof raw);
    fm_hex(raw, sizeof raw, hex);
    return fm_str_fmt(a, "%s_%s", prefix, hex);
}

/* 48 random bits are unique enough between cases; within one, a taken id is drawn again. */
fm_str step_new_id(struct fm_turn_work *w, const char *prefix)
{
    for (;;) {
        fm_str id = fm_new_id(w->engine, &w->ctx->arena, prefix);
        if (!fm_map_get(&w->c->ids, id))
            return id;
    }
}

fm_str step_by(struct fm_turn_work *w)
{
    return fm_actor_str(&w->ctx->arena, w->by);
}

int64_t step_turn(const struct fm_turn_work *w)
{
    return w->c->current_turn + 1;
}

void *step_body(struct fm_turn_work *w, enum fm_event_type type)
{
    return fm_record_new(&w->ctx->arena, fm_event_body(type));
}

static void note_progress(struct fm_turn_work *w, fm_str why)
{
    if (!w->why_progress.len)
        w->why_progress = why;
}

static void note_milestone(struct fm_turn_work *w, const struct fm_milestone *m)
{
    if (m->status == FM_FACT_DISPUTED || m->status == FM_FACT_REVOKED)
        return;
    fm_vec_push(&w->ctx->arena, &w->turn.milestones, m->name);
    note_progress(w, fm_str_fmt(&w->ctx->arena, "milestone %s",
                                fm_name_of(&fm_milestone_name_names, m->name)));
}

static void note_hypothesis(struct fm_turn_work *w, const struct fm_hypothesis_move *m)
{
    if (m->status == FM_HYPOTHESIS_VALIDATED)
        fm_vec_push(&w->ctx->arena, &w->turn.hypotheses_validated, m->id);
    else if (m->status == FM_HYPOTHESIS_REFUTED)
        fm_vec_push(&w->ctx->arena, &w->turn.hypotheses_refuted, m->id);
    if (m->status)
        note_progress(w, fm_str_fmt(&w->ctx->arena, "hypothesis %.*s is %s", FM_STR_ARG(m->id),
                                    fm_name_of(&fm_hypothesis_status_names, m->status)));
}

static void note_request(struct fm_turn_work *w, const struct fm_request_move *m)
{
    bool is_answer = m->completeness > 0 || m->status == FM_REQUEST_BLOCKED;
    if (!is_answer)
        return;
    fm_vec_push(&w->ctx->arena, &w->turn.requests_answered, m->id);
    note_progress(w, fm_str_fmt(&w->ctx->arena, "request %.*s was answered", FM_STR_ARG(m->id)));
}

static void note_evidence(struct fm_turn_work *w, fm_str id, bool is_accepted)
{
    fm_vec_push(&w->ctx->arena, &w->turn.evidence_added, id);
    if (is_accepted)
        note_progress(w, fm_str_fmt(&w->ctx->arena, "new evidence %.*s", FM_STR_ARG(id)));
}

/* What an event means for the record of the turn. */
static void note_event(struct fm_turn_work *w, enum fm_event_type type, const void *body)
{
    struct fm_arena *a = &w->ctx->arena;
    if (type == FM_EVENT_MILESTONE_SET)
        note_milestone(w, body);
    else if (type == FM_EVENT_HYPOTHESIS_MOVED)
        note_hypothesis(w, body);
    else if (type == FM_EVENT_REQUEST_MOVED)
        note_request(w, body);
    else if (type == FM_EVENT_EVIDENCE_ADDED)
        note_evidence(w, ((const struct fm_evidence_item *)body)->id,
                      ((const struct fm_evidence_item *)body)->state == FM_EVIDENCE_ACCEPTED);
    else if (type == FM_EVENT_HYPOTHESIS_ADDED)
        fm_vec_push(a, &w->turn.hypotheses_added, ((const struct fm_hypothesis *)body)->id);
    else if (type == FM_EVENT_SOLUTION_ADDED)
        fm_vec_push(a, &w->turn.solutions_proposed, ((const struct fm_solution *)body)->id);
    else if (type == FM_EVENT_SOLUTION_MOVED)
        note_progress(w, FM_STR("a solution changed state"));
    else if (type == FM_EVENT_STATUS_CHANGED)
        note_progress(w, FM_STR("the status changed"));
}

static enum fm_code emit_by(struct fm_turn_work *w, struct fm_actor by, enum fm_event_type type,
                            void *body)
{
    FM_TRY(fm_record_check(w->ctx, fm_event_body(type), body));
    struct fm_event e = {w->c->version + 1, type, w->now, by, body};
    FM_TRY(fm_case_apply(w->ctx, w->c, &e));
    fm_vec_push(&w->ctx->arena, &w->events, e);
    note_event(w, type, body);
    return FM_OK;
}

enum fm_code step_emit(struct fm_turn_work *w, enum fm_event_type type, void *body)
{
    return emit_by(w, w->by, type, body);
}

enum fm_code step_emit_system(struct fm_turn_work *w, enum fm_event_type type, void *body)
{
    return emit_by(w, (struct fm_actor){FM_ACTOR_SYSTEM, FM_STR_NULL}, type, body);
}

enum fm_code step_advise(struct fm_turn_work *w, enum fm_advice_kind kind, fm_str text)
{
    fm_vec_each (&w->c->advice, old)
        if (old->turn == step_turn(w) && old->kind == kind)
            return FM_OK;
    struct fm_advice *b = step_body(w, FM_EVENT_ADVISED);
    *b = (struct fm_advice){kind, text, step_turn(w)};
    return step_emit_system(w, FM_EVENT_ADVISED, b);
}

enum fm_code step_may_name(struct fm_turn_work *w, fm_str handle)
{
    if (!handle.len)
        return FM_OK;
    if (fm_map_get(&w->handles, handle) || fm_map_get(&w->c->ids, handle))
        return step_reject(w, "handle \"%.*s\" is already taken", FM_STR_ARG(handle));
    return FM_OK;
}

enum fm_code step_name(struct fm_turn_work *w, fm_str handle, fm_str id)
{
    FM_TRY(step_may_name(w, handle));
    if (handle.len)
        fm_map_put(&w->handles, handle)->value = fm_arena_dup(&w->ctx->arena, id.p, id.len);
    return FM_OK;
}

enum fm_code step_resolve_one(struct fm_turn_work *w, enum fm_ref_kind kind, fm_str *ref)
{
    const char *id = fm_map_get(&w->handles, *ref);
    fm_str named = id ? fm_str_c(id) : *ref;
    const struct fm_evidence_item *e = fm_case_find(w->c, kind, named);
    if (!e)
        return step_reject(w, "\"%.*s\" names no %s of this case or proposal", FM_STR_ARG(*ref),
                           fm_name_of(&fm_ref_kind_names, kind));
    if (kind == FM_REF_EVIDENCE && e->state == FM_EVIDENCE_WITHDRAWN)
        return step_reject(w, "evidence %.*s was withdrawn: %.*s", FM_STR_ARG(named),
                           FM_STR_ARG(e->withdrawn_reason));
    *ref = named;
    return FM_OK;
}

static enum fm_code resolve_ref(void *arg, enum fm_ref_kind kind, fm_str *ref)
{
    return step_resolve_one(arg, kind, ref);
}

enum fm_code step_resolve(struct fm_turn_work *w, const struct fm_record_type *t, void *record)
{
    return fm_record_each_ref(t, record, resolve_ref, w);
}

static enum fm_code check_bytes(struct fm_turn_work *w, const struct fm_cite *k, fm_str bytes)
{
    if (k->length > 0 && k->length != (int64_t)k->quote.len)
        return step_reject(w, "a quote of %zu bytes is cited with length %lld", k->quote.len,
                           (long long)k->length);
    if (k->length > 0 ? fm_str_eq(bytes, k->quote) : fm_str_has(bytes, k->quote))
        return FM_OK;
    return step_reject(w, "the quote \"%.*s\" is not what %.*s holds there",
                       FM_STR_ARG(fm_str_sub(k->quote, 0, 80)),
                       FM_STR_ARG(k->evidence_id.len ? k->evidence_id : k->message_id));
}

static enum fm_code check_message_cite(struct fm_turn_work *w, const struct fm_cite *k)
{
    const struct fm_message *m = fm_case_find(w->c, FM_REF_MESSAGE, k->message_id);
    if (!k->quote.len)
        return FM_OK;
    fm_str text =
        k->length > 0 ? fm_str_sub(m->text, (size_t)k->offset, (size_t)k->length) : m->text;
    return check_bytes(w, k, text);
}

static enum fm_code check_evidence_cite(struct fm_turn_work *w, const struct fm_cite *k)
{
    const struct fm_evidence_item *e = fm_case_find(w->c, FM_REF_EVIDENCE, k->evidence_id);
    if (!k->quote.len)
        return FM_OK;
    struct fm_evidence_reader *r = w->in.evidence;
    if (!r || k->length == 0 || !e->sha256.len)
        return e->extract.len && k->length == 0 ? check_bytes(w, k, e->extract) : FM_OK;
    fm_str bytes = FM_STR_NULL;
    FM_TRY(
        r->ops->read(r, w->ctx, k->evidence_id, (struct fm_range){k->offset, k->length}, &bytes));
    return check_bytes(w, k, bytes);
}

enum fm_code step_check_cites(struct fm_turn_work *w, const struct fm_cites *cites)
{
    fm_vec_each (cites, k) {
        if (!k->evidence_id.len && !k->message_id.len)
            return step_reject(w, "a citation must name evidence_id or message_id");
        if (k->message_id.len)
            FM_TRY(check_message_cite(w, k));
        if (k->evidence_id.len)
            FM_TRY(check_evidence_cite(w, k));
    }
    return FM_OK;
}

/* The same item cited twice counts once. */
int step_count_cited(const struct fm_turn_work *w, const struct fm_cites *cites, int *all)
{
    int solid = 0;
    *all = 0;
    for (size_t i = 0; i < cites->n; i++) {
        bool is_repeat = false;
        for (size_t j = 0; j < i; j++)
            is_repeat |= fm_str_eq(cites->items[i].evidence_id, cites->items[j].evidence_id);
        const struct fm_evidence_item *e =
            fm_case_find(w->c, FM_REF_EVIDENCE, cites->items[i].evidence_id);
        if (is_repeat || !e || e->state != FM_EVIDENCE_ACCEPTED)
            continue;
        ++*all;
        solid += !e->testimony;
    }
    return solid;
}

double step_bound(const struct fm_turn_work *w, const struct fm_cites *cites)
{
    int all = 0;
    int solid = step_count_cited(w, cites, &all);
    if (solid >= 2)
        return 0.99;
    if (solid == 1)
        return 0.95;
    return all ? 0.45 : 0.30;
}

enum fm_code step_check_consent(struct fm_turn_work *w, const struct fm_cites *cites)
{
    if (step_is_user(w))
        return FM_OK;
    fm_vec_each (cites, k)
        if (k->message_id.len && fm_str_eq(k->message_id, w->message_id) && k->quote.len)
            return FM_OK;
    return step_reject(w,
                       "only the user can say this: cite their words in message %.*s of this turn",
                       FM_STR_ARG(w->message_id.len ? w->message_id : FM_STR("(none)")));
}

fm_str step_cut(struct fm_arena *a, fm_str text, size_t max)
{
    if (text.len <= max)
        return fm_str_dup(a, text);
    size_t n = max - 3;
    while (n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    return fm_str_fmt(a, "%.*s\xE2\x80\xA6", (int)n, text.p);
}
