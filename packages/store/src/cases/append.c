/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appending to logs with group commit: the first caller that finds no leader takes everything that
 * waits, writes it in one transaction, each request in its own savepoint, and wakes the others. A
 * request that fails leaves no trace and does not touch its neighbours.
 */
#include "store_impl.h"

struct fm_store_request {
    struct fm_store_request *next;
    struct fm_ctx *ctx;
    const struct fm_append *a;
    enum fm_code code;
    bool is_done;
};

struct head {
    bool is_found;
    int64_t version;
    uint8_t hash[FM_SHA256_BYTES];
};

static enum fm_code on_head(void *arg, const struct fm_row *row)
{
    struct head *h = arg;
    h->is_found = true;
    h->version = fm_row_int(row, 0);
    fm_str hash = fm_row_str(row, 1);
    if (hash.len == FM_SHA256_BYTES)
        memcpy(h->hash, hash.p, FM_SHA256_BYTES);
    return FM_OK;
}

static enum fm_code read_head(struct fm_db *db, struct fm_ctx *ctx, fm_str case_id, struct head *h)
{
    static const char plain[] = "SELECT version, head FROM cases WHERE id = :id";
    static const char locking[] = "SELECT version, head FROM cases WHERE id = :id FOR UPDATE";
    struct fm_query q = fm_query(db->dialect == FM_DB_SQLITE ? plain : locking);
    fm_query_str(&q, "id", case_id);
    return fm_db_each(db, ctx, &q, on_head, h);
}

static enum fm_code insert_event(struct fm_db *db, struct fm_ctx *ctx, fm_str case_id,
                                 const struct fm_event *e, uint8_t head[FM_SHA256_BYTES])
{
    struct fm_buf payload;
    uint8_t hash[FM_SHA256_BYTES];
    fm_buf_init(&payload, 64 << 20);
    fm_record_write(fm_event_body(e->type), e->body, &payload);
    struct fm_event_row row = {.case_id = case_id,
                               .seq = e->seq,
                               .type = fm_str_c(fm_name_of(&fm_event_type_names, e->type)),
                               .at = e->at,
                               .actor = fm_actor_str(&ctx->arena, e->actor),
                               .payload = fm_buf_str(&payload)};
    fm_event_hash(head, &row, hash);
    struct fm_query q = fm_query("INSERT INTO events (case_id, seq, type, at, actor, payload, "
                                 "prev_hash, hash) VALUES (:case_id, :seq,"
                                 " :type, :at, :actor, :payload, :prev, :hash)");
    fm_query_str(&q, "case_id", row.case_id);
    fm_query_int(&q, "seq", row.seq);
    fm_query_str(&q, "type", row.type);
    fm_query_int(&q, "at", row.at);
    fm_query_str(&q, "actor", row.actor);
    fm_query_str(&q, "payload", row.payload);
    fm_query_blob(&q, "prev", fm_str_n((const char *)head, FM_SHA256_BYTES));
    fm_query_blob(&q, "hash", fm_str_n((const char *)hash, FM_SHA256_BYTES));
    enum fm_code code =
        payload.overflow
            ? fm_fail(ctx, FM_ELIMIT, "event %lld is larger than 64 MB", (long long)e->seq)
            : fm_db_run(db, ctx, &q, NULL);
    fm_buf_release(&payload);
    memcpy(head, hash, FM_SHA256_BYTES);
    return code;
}

/* The row that events refer to must be there before them. */
static enum fm_code insert_case(struct fm_db *db, struct fm_ctx *ctx, const struct fm_case *c)
{
    struct fm_query q = fm_query("INSERT INTO cases (id, version, head, owner, organization, "
                                 "title, description, status, closure, stage,"
                                 " severity, completion, turns, stalled, created_at, updated_at) "
                                 "VALUES (:id, 0, :head, :owner, :org,"
                                 " '', '', '', '', '', '', 0, 0, 0, :at, :at)");
    fm_query_str(&q, "id", c->id);
    fm_query_blob(&q, "head", FM_STR(""));
    fm_query_str(&q, "owner", c->owner);
    fm_query_str(&q, "org", c->organization);
    fm_query_int(&q, "at", c->created_at);
    return fm_db_run(db, ctx, &q, NULL);
}

static enum fm_code set_head(struct fm_db *db, struct fm_ctx *ctx, const struct fm_append *a,
                             const uint8_t head[FM_SHA256_BYTES])
{
    int64_t affected = 0;
    struct fm_query q = fm_query(
        "UPDATE cases SET version = :version, head = :head WHERE id = :id AND version = :expected");
    fm_query_str(&q, "id", a->c->id);
    fm_query_int(&q, "version", a->c->version);
    fm_query_blob(&q, "head", fm_str_n((const char *)head, FM_SHA256_BYTES));
    fm_query_int(&q, "expected", a->expected);
    FM_TRY(fm_db_run(db, ctx, &q, &affected));
    return affected == 1 ? FM_OK
                         : fm_fail(ctx, FM_ECONFLICT, "case %.*s was changed meanwhile",
                                   FM_STR_ARG(a->c->id));
}

static enum fm_code insert_answer(struct fm_db *db, struct fm_ctx *ctx, const struct fm_append *a)
{
    if (!a->key.len)
        return FM_OK;
    struct fm_query q = fm_query(
        "INSERT INTO answers (case_id, idempotency_key, turn, response) VALUES (:case_id, :key,"
        " :turn, :response)");
    fm_query_str(&q, "case_id", a->c->id);
    fm_query_str(&q, "key", a->key);
    fm_query_int(&q, "turn", a->c->current_turn);
    fm_query_str(&q, "response", a->response);
    return fm_db_run(db, ctx, &q, NULL);
}

static enum fm_code write_one(struct fm_db *db, struct fm_ctx *ctx, const struct fm_append *a)
{
    struct head h = {0};
    FM_TRY(read_head(db, ctx, a->c->id, &h));
    if (h.version != a->expected || h.is_found != (a->expected > 0))
        return fm_fail(ctx, FM_ECONFLICT,
                       "case %.*s has version %lld, not %lld: somebody else was first; try again",
                       FM_STR_ARG(a->c->id), (long long)h.version, (long long)a->expected);
    if (!h.is_found)
        FM_TRY(insert_case(db, ctx, a->c));
    fm_vec_each (a->events, e)
        FM_TRY(insert_event(db, ctx, a->c->id, e, h.hash));
    FM_TRY(set_head(db, ctx, a, h.hash));
    FM_TRY(insert_answer(db, ctx, a));
    return store_project(db, ctx, a->c, a->events);
}

static enum fm_code write_in_savepoint(struct fm_db *db, struct fm_store_request *r)
{
    enum fm_code code = db->ops->script(db, r->ctx, "SAVEPOINT one");
    if (code != FM_OK)
        return code;
    code = write_one(db, r->ctx, r->a);
    struct fm_ctx scratch;
    fm_ctx_init(&scratch, r->ctx->clock);
    enum fm_code end = db->ops->script(
        db, &scratch, code == FM_OK ? "RELEASE one" : "ROLLBACK TO one; RELEASE one");
    if (end != FM_OK && code == FM_OK)
        code = fm_fail(r->ctx, end, "%s", scratch.error);
    fm_ctx_release(&scratch);
    return code;
}

static void fail_all(struct fm_store_request *batch, enum fm_code code, const char *why)
{
    for (struct fm_store_request *r = batch; r; r = r->next)
        if (r->code == FM_OK)
            r->code = fm_fail(r->ctx, code, "%s", why);
}

static void write_batch(struct fm_store *s, struct fm_store_request *batch)
{
    struct fm_db *db = s->writer;
    struct fm_ctx scratch;
    fm_ctx_init(&scratch, batch->ctx->clock);
    pthread_mutex_lock(&s->write_lock);
    enum fm_code code = db->ops->begin(db, &scratch, true);
    for (struct fm_store_request *r = batch; r && code == FM_OK; r = r->next)
        r->code = write_in_savepoint(db, r);
    if (code == FM_OK)
        code = db->ops->commit(db, &scratch);
    if (code != FM_OK)
        db->ops->rollback(db);
    pthread_mutex_unlock(&s->write_lock);
    if (code != FM_OK)
        fail_all(batch, code, scratch.error);
    fm_ctx_release(&scratch);
}

/* Oldest first, as they came. */
static struct fm_store_request *take_queue(struct fm_store *s)
{
    struct fm_store_request *batch = NULL;
    while (s->queue) {
        struct fm_store_request *r = s->queue;
        s->queue = r->next;
        r->next = batch;
        batch = r;
    }
    return batch;
}

static void lead(struct fm_store *s)
{
    struct fm_store_request *batch = take_queue(s);
    s->has_leader = true;
    pthread_mutex_unlock(&s->lock);
    write_batch(s, batch);
    pthread_mutex_lock(&s->lock);
    s->has_leader = false;
    while (batch) {
        struct fm_store_request *next = batch->next;
        batch->is_done = true;
        batch = next;
    }
    pthread_cond_broadcast(&s->done);
}

enum fm_code fm_store_append(struct fm_store *s, struct fm_ctx *ctx, const struct fm_append *a)
{
    struct fm_store_request mine = {.ctx = ctx, .a = a};
    if (!a->events->n || a->c->version != a->expected + (int64_t)a->events->n)
        return fm_fail(ctx, FM_EINTERNAL,
                       "append: %zu events do not lead from version %lld to %lld", a->events->n,
                       (long long)a->expected, (long long)a->c->version);
    pthread_mutex_lock(&s->lock);
    mine.next = s->queue;
    s->queue = &mine;
    while (!mine.is_done) {
        if (s->has_leader)
            pthread_cond_wait(&s->done, &s->lock);
        else
            lead(s);
    }
    pthread_mutex_unlock(&s->lock);
    return mine.code;
}
