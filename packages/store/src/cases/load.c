/* SPDX-License-Identifier: Apache-2.0 */
#include "store_impl.h"

struct reader {
    struct fm_ctx *ctx;
    struct fm_events events;
    fm_str case_id;
    struct fm_stored_events *rows;
};

static enum fm_code parse_event(struct reader *r, const struct fm_row *row)
{
    struct fm_event e = {.seq = fm_row_int(row, 0), .at = fm_row_int(row, 2)};
    fm_str type = fm_row_str(row, 1);
    yyjson_val *v = NULL;
    e.type = fm_name_parse(&fm_event_type_names, type);
    if (!e.type)
        return fm_fail(
            r->ctx, FM_EUNSUPPORTED,
            "case %.*s, event %lld: type \"%.*s\" is unknown here; a newer faultmaven wrote it",
            FM_STR_ARG(r->case_id), (long long)e.seq, FM_STR_ARG(type));
    fm_str actor = fm_str_dup(&r->ctx->arena, fm_row_str(row, 3));
    FM_TRY(fm_actor_parse(r->ctx, actor, &e.actor));
    fm_str payload = fm_str_dup(&r->ctx->arena, fm_row_str(row, 4));
    FM_TRY(fm_json_read(r->ctx, payload, &v));
    FM_TRY(fm_event_read_body(r->ctx, e.type, v, &e.body));
    fm_vec_push(&r->ctx->arena, &r->events, e);
    return FM_OK;
}

static enum fm_code on_event(void *arg, const struct fm_row *row)
{
    struct reader *r = arg;
    if (parse_event(r, row) == FM_OK)
        return FM_OK;
    char why[FM_ERROR_MAX];
    memcpy(why, r->ctx->error, sizeof why);
    enum fm_code code = r->ctx->code;
    fm_ctx_clear_error(r->ctx);
    return fm_fail(r->ctx, code == FM_EUNSUPPORTED ? code : FM_EIO,
                   "case %.*s, event %lld is damaged: %s", FM_STR_ARG(r->case_id),
                   (long long)fm_row_int(row, 0), why);
}

enum fm_code fm_store_load(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id,
                           struct fm_case **c, struct fm_events *events)
{
    struct fm_db *db = NULL;
    struct reader r = {.ctx = ctx, .case_id = case_id};
    FM_TRY(store_take_reader(s, ctx, &db));
    struct fm_query q = fm_query(
        "SELECT seq, type, at, actor, payload FROM events WHERE case_id = :id ORDER BY seq");
    fm_query_str(&q, "id", case_id);
    enum fm_code code = fm_db_each(db, ctx, &q, on_event, &r);
    store_give_reader(s, db);
    FM_TRY(code);
    if (!r.events.n)
        return fm_fail(ctx, FM_ENOTFOUND, "there is no case %.*s in this store",
                       FM_STR_ARG(fm_str_sub(case_id, 0, 64)));
    FM_TRY(fm_case_fold(ctx, &r.events, c));
    if (events)
        *events = r.events;
    return FM_OK;
}

static enum fm_code on_text(void *arg, const struct fm_row *row)
{
    struct reader *r = arg;
    r->case_id = fm_str_dup(&r->ctx->arena, fm_row_str(row, 0));
    r->events.n++;
    return FM_OK;
}

enum fm_code fm_store_answer(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id, fm_str key,
                             fm_str *response)
{
    struct fm_db *db = NULL;
    struct reader r = {.ctx = ctx};
    FM_TRY(store_take_reader(s, ctx, &db));
    struct fm_query q =
        fm_query("SELECT response FROM answers WHERE case_id = :id AND idempotency_key = :key");
    fm_query_str(&q, "id", case_id);
    fm_query_str(&q, "key", key);
    enum fm_code code = fm_db_each(db, ctx, &q, on_text, &r);
    store_give_reader(s, db);
    FM_TRY(code);
    if (!r.events.n)
        return fm_fail(ctx, FM_ENOTFOUND, "this idempotency key is new");
    *response = r.case_id;
    return FM_OK;
}

/* The range of texts that start with a prefix: up to, not including, the prefix with its last byte
 * raised. */
enum fm_code fm_store_resolve(struct fm_store *s, struct fm_ctx *ctx, fm_str prefix, fm_str *id)
{
    struct fm_db *db = NULL;
    struct reader r = {.ctx = ctx};
    if (!prefix.len || prefix.len > 64 || !fm_str_is_utf8(prefix) ||
        memchr(prefix.p, '\0', prefix.len))
        return fm_fail(ctx, FM_EINVAL, "a case id looks like case_0123456789ab");
    FM_TRY(store_take_reader(s, ctx, &db));
    fm_str from = fm_str_starts(prefix, FM_STR("case_"))
                      ? prefix
                      : fm_str_fmt(&ctx->arena, "case_%.*s", FM_STR_ARG(prefix));
    fm_str to = fm_str_fmt(&ctx->arena, "%.*s~", FM_STR_ARG(from));
    struct fm_query q =
        fm_query("SELECT id FROM cases WHERE id >= :from AND id < :to ORDER BY id LIMIT 2");
    fm_query_str(&q, "from", from);
    fm_query_str(&q, "to", to);
    enum fm_code code = fm_db_each(db, ctx, &q, on_text, &r);
    store_give_reader(s, db);
    FM_TRY(code);
    if (r.events.n == 1) {
        *id = r.case_id;
        return FM_OK;
    }
    if (r.events.n > 1)
        return fm_fail(ctx, FM_EINVAL, "several cases start with %.*s; give more of the id",
                       FM_STR_ARG(prefix));
    return fm_fail(ctx, FM_ENOTFOUND, "there is no case %.*s in this store", FM_STR_ARG(prefix));
}

static void copy_hash(uint8_t out[FM_SHA256_BYTES], fm_str s)
{
    memset(out, 0, FM_SHA256_BYTES);
    if (s.len == FM_SHA256_BYTES)
        memcpy(out, s.p, FM_SHA256_BYTES);
}

static enum fm_code on_stored(void *arg, const struct fm_row *row)
{
    struct reader *r = arg;
    struct fm_arena *a = &r->ctx->arena;
    struct fm_stored_event *e = fm_vec_add(a, r->rows);
    e->row = (struct fm_event_row){.case_id = r->case_id,
                                   .seq = fm_row_int(row, 0),
                                   .type = fm_str_dup(a, fm_row_str(row, 1)),
                                   .at = fm_row_int(row, 2),
                                   .actor = fm_str_dup(a, fm_row_str(row, 3)),
                                   .payload = fm_str_dup(a, fm_row_str(row, 4))};
    copy_hash(e->prev_hash, fm_row_str(row, 5));
    copy_hash(e->hash, fm_row_str(row, 6));
    return FM_OK;
}

enum fm_code fm_store_rows(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id,
                           struct fm_stored_events *out)
{
    struct fm_db *db = NULL;
    struct fm_stored_events rows = {0};
    struct reader r = {.ctx = ctx, .case_id = case_id, .rows = &rows};
    FM_TRY(store_take_reader(s, ctx, &db));
    struct fm_query q = fm_query(
        "SELECT seq, type, at, actor, payload, prev_hash, hash FROM events WHERE case_id = :id"
        " ORDER BY seq");
    fm_query_str(&q, "id", case_id);
    enum fm_code code = fm_db_each(db, ctx, &q, on_stored, &r);
    store_give_reader(s, db);
    FM_TRY(code);
    if (!rows.n)
        return fm_fail(ctx, FM_ENOTFOUND, "there is no case %.*s in this store",
                       FM_STR_ARG(case_id));
    *out = rows;
    return FM_OK;
}
