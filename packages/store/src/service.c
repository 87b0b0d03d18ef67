/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/store/service.h"

#define ATTEMPTS 4

static enum fm_code read_evidence(struct fm_evidence_reader *base, struct fm_ctx *ctx, fm_str id,
                                  struct fm_range range, fm_str *out)
{
    struct fm_case_evidence *r = (struct fm_case_evidence *)base;
    const struct fm_evidence_item *e = fm_case_find(r->c, FM_REF_EVIDENCE, id);
    if (!e)
        return fm_fail(ctx, FM_ENOTFOUND, "evidence %.*s is not in this case", FM_STR_ARG(id));
    if (e->sha256.len)
        return fm_blobs_read(r->blobs, ctx, e->sha256, range, out);
    *out = fm_str_sub(e->extract, (size_t)range.offset, (size_t)range.length);
    return FM_OK;
}

void fm_case_evidence_init(struct fm_case_evidence *r, struct fm_blobs *blobs,
                           const struct fm_case *c)
{
    static const struct fm_evidence_reader_ops ops = {.read = read_evidence};
    *r = (struct fm_case_evidence){{&ops}, blobs, c};
}

/* ---- the answer as JSON ---- */

static void put_strs(struct fm_buf *b, const char *name, const struct fm_strs *list)
{
    fm_buf_addf(b, ",\"%s\":[", name);
    fm_vec_each (list, s) {
        fm_buf_addz(b, s == list->items ? "" : ",");
        fm_json_put_str(b, *s);
    }
    fm_buf_addc(b, ']');
}

/* The id of what an event added or moved: the first member named id. */
static fm_str id_in(const struct fm_event *e)
{
    const struct fm_record_type *t = fm_event_body(e->type);
    for (size_t i = 0; i < t->n_fields; i++)
        if (strcmp(t->fields[i].name, "id") == 0)
            return *(const fm_str *)(const void *)((const char *)e->body + t->fields[i].offset);
    return FM_STR_NULL;
}

static void put_accepted(struct fm_buf *b, const struct fm_events *events)
{
    fm_buf_addz(b, ",\"accepted\":[");
    fm_vec_each (events, e) {
        fm_buf_addf(b, "%s{\"seq\":%lld,\"type\":\"%s\"", e == events->items ? "" : ",",
                    (long long)e->seq, fm_name_of(&fm_event_type_names, e->type));
        if (id_in(e).len) {
            fm_buf_addz(b, ",\"id\":");
            fm_json_put_str(b, id_in(e));
        }
        fm_buf_addc(b, '}');
    }
    fm_buf_addc(b, ']');
}

static void put_rejected(struct fm_buf *b, const struct fm_rejections *list)
{
    fm_buf_addz(b, ",\"rejected\":[");
    fm_vec_each (list, r) {
        fm_buf_addf(b, "%s{\"index\":%lld,\"change\":", r == list->items ? "" : ",",
                    (long long)r->index);
        fm_json_put_str(b, r->change);
        fm_buf_addz(b, ",\"handle\":");
        fm_json_put_str(b, r->handle);
        fm_buf_addz(b, ",\"reason\":");
        fm_json_put_str(b, r->reason);
        fm_buf_addc(b, '}');
    }
    fm_buf_addc(b, ']');
}

static void put_duplicates(struct fm_buf *b, const struct fm_turn_result *r)
{
    fm_buf_addz(b, ",\"duplicates\":[");
    fm_vec_each (&r->duplicates, d) {
        fm_buf_addz(b, d == r->duplicates.items ? "{\"filename\":" : ",{\"filename\":");
        fm_json_put_str(b, d->filename);
        fm_buf_addz(b, ",\"evidence_id\":");
        fm_json_put_str(b, d->evidence_id);
        fm_buf_addc(b, '}');
    }
    fm_buf_addc(b, ']');
}

/* What the reply rests on. */
static void put_cites(struct fm_buf *b, const struct fm_case *c, fm_str reply)
{
    const struct fm_message *m = c->messages.n ? &c->messages.items[c->messages.n - 1] : NULL;
    fm_buf_addz(b, ",\"cites\":[");
    for (size_t i = 0; m && reply.len && m->role == FM_MESSAGE_ASSISTANT && i < m->cites.n; i++) {
        fm_buf_addz(b, i ? "," : "");
        fm_record_write(&fm_cite_type, &m->cites.items[i], b);
    }
    fm_buf_addz(b, "],\"provenance\":");
}

static void put_milestones(struct fm_buf *b, const struct fm_enums *list)
{
    fm_buf_addz(b, ",\"milestones_completed\":[");
    fm_vec_each (list, m)
        fm_buf_addf(b, "%s\"%s\"", m == list->items ? "" : ",",
                    fm_name_of(&fm_milestone_name_names, *m));
    fm_buf_addc(b, ']');
}

static fm_str answer_json(struct fm_ctx *ctx, const struct fm_case *c,
                          const struct fm_turn_result *r, fm_time now)
{
    struct fm_buf b;
    const struct fm_turn *t = r->turn;
    fm_buf_init(&b, 64 << 20);
    fm_buf_addz(&b, "{\"case_id\":");
    fm_json_put_str(&b, c->id);
    fm_buf_addf(
        &b, ",\"version\":%lld,\"turn\":%lld,\"status\":\"%s\",\"stage\":\"%s\",\"outcome\":\"%s\"",
        (long long)c->version, (long long)t->number, fm_name_of(&fm_case_status_names, c->status),
        fm_name_of(&fm_case_stage_names, fm_case_stage(c)),
        fm_name_of(&fm_turn_outcome_names, t->outcome));
    fm_buf_addf(&b, ",\"progress\":%s,\"stuck\":%s,\"message\":", t->progress ? "true" : "false",
                fm_case_is_stalled(c, now) ? "true" : "false");
    fm_json_put_str(&b, r->reply);
    put_milestones(&b, &t->milestones);
    put_cites(&b, c, r->reply);
    fm_record_write(&fm_provenance_type, &t->provenance, &b);
    put_strs(&b, "evidence", &r->evidence_ids);
    put_duplicates(&b, r);
    put_accepted(&b, &r->events);
    put_rejected(&b, &t->rejected);
    struct fm_strs steps = fm_case_next_steps(&ctx->arena, c, now, 3);
    put_strs(&b, "next_steps", &steps);
    fm_buf_addc(&b, '}');
    fm_str json = fm_str_dup(&ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return json;
}

/* ---- turns ---- */

struct attempt {
    const struct fm_case_service *s;
    struct fm_ctx *ctx;
    const struct fm_case_turn *t;
    struct fm_proposal made; /* by the reasoner, kept for a retry */
    bool is_made;
};

static enum fm_code ask_reasoner(struct attempt *x, const struct fm_turn_work *w,
                                 const struct fm_proposal **p)
{
    *p = x->t->proposal;
    if (*p || !x->t->reasoner)
        return FM_OK;
    if (!x->is_made)
        FM_TRY(fm_reasoner_propose(x->t->reasoner, x->ctx, fm_turn_reasoner_input(w), &x->made));
    x->is_made = true;
    *p = &x->made;
    return FM_OK;
}

static enum fm_code try_once(struct attempt *x, struct fm_case_answer *out)
{
    struct fm_case_evidence evidence;
    struct fm_turn_work *w;
    struct fm_turn_input in = x->t->input;
    const struct fm_proposal *p;
    struct fm_case_answer answer = {0};
    FM_TRY(fm_store_load(x->s->store, x->ctx, x->t->case_id, &answer.c, NULL));
    fm_case_evidence_init(&evidence, fm_store_blobs(x->s->store), answer.c);
    in.evidence = &evidence.base;
    FM_TRY(fm_turn_begin(&x->s->engine, x->ctx, answer.c, &in, &w));
    FM_TRY(ask_reasoner(x, w, &p));
    FM_TRY(fm_turn_finish(w, p, x->t->by, &answer.result));
    answer.json = answer_json(x->ctx, answer.c, &answer.result, fm_now(x->s->engine.clock));
    struct fm_append append = {.c = answer.c,
                               .expected = answer.result.expected_version,
                               .events = &answer.result.events,
                               .key = x->t->key,
                               .response = answer.json};
    FM_TRY(fm_store_append(x->s->store, x->ctx, &append));
    *out = answer;
    return FM_OK;
}

/* True when the key was answered before. */
static enum fm_code find_answer(struct attempt *x, struct fm_case_answer *out)
{
    if (!x->t->key.len)
        return FM_OK;
    enum fm_code code = fm_store_answer(x->s->store, x->ctx, x->t->case_id, x->t->key, &out->json);
    if (code == FM_ENOTFOUND) {
        fm_ctx_clear_error(x->ctx);
        return FM_OK;
    }
    out->is_repeat = code == FM_OK;
    return code;
}

/* A stored answer is shown only to those who may read the case. */
static enum fm_code check_repeat_access(struct attempt *x)
{
    struct fm_case *c;
    FM_TRY(fm_store_load(x->s->store, x->ctx, x->t->case_id, &c, NULL));
    return fm_case_may_write(x->ctx, c, x->t->input.actor);
}

enum fm_code fm_case_work(const struct fm_case_service *s, struct fm_ctx *ctx,
                          const struct fm_case_turn *t, struct fm_case_answer *out)
{
    struct attempt x = {.s = s, .ctx = ctx, .t = t};
    if (t->key.len > 200)
        return fm_fail(ctx, FM_EINVAL, "idempotency key: at most 200 bytes, not %zu", t->key.len);
    for (int i = 1;; i++) {
        struct fm_case_answer known = {0};
        FM_TRY(find_answer(&x, &known));
        if (known.is_repeat) {
            FM_TRY(check_repeat_access(&x));
            *out = known;
            return FM_OK;
        }
        enum fm_code code = try_once(&x, out);
        if (code != FM_ECONFLICT || i == ATTEMPTS)
            return code;
        fm_ctx_clear_error(ctx);
    }
}

/* ---- outside of turns ---- */

static fm_time start_of_day(fm_time now)
{
    return now - now % FM_DAY;
}

enum fm_code fm_case_create(const struct fm_case_service *s, struct fm_ctx *ctx,
                            const struct fm_open_request *req, struct fm_case **out)
{
    struct fm_open_request full = *req;
    struct fm_case_counts counts;
    struct fm_events events;
    struct fm_case *c;
    fm_time today = start_of_day(fm_now(s->engine.clock));
    FM_TRY(fm_store_count(s->store, ctx, req->actor.id, today, &counts));
    full.open_cases = counts.open;
    full.opened_today = counts.opened;
    FM_TRY(fm_case_open(&s->engine, ctx, &full, &c, &events));
    struct fm_append append = {.c = c, .expected = 0, .events = &events};
    FM_TRY(fm_store_append(s->store, ctx, &append));
    *out = c;
    return FM_OK;
}

enum fm_code fm_case_note(const struct fm_case_service *s, struct fm_ctx *ctx, fm_str case_id,
                          const struct fm_plain_event *e, struct fm_case **out)
{
    for (int i = 1;; i++) {
        struct fm_events events;
        struct fm_case *c;
        FM_TRY(fm_store_load(s->store, ctx, case_id, &c, NULL));
        int64_t expected = c->version;
        FM_TRY(fm_case_record(&s->engine, ctx, c, e, &events));
        struct fm_append append = {.c = c, .expected = expected, .events = &events};
        enum fm_code code = fm_store_append(s->store, ctx, &append);
        if (code == FM_OK)
            *out = c;
        if (code != FM_ECONFLICT || i == ATTEMPTS)
            return code;
        fm_ctx_clear_error(ctx);
    }
}
