/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appending to logs with group commit: the first waiter that finds no leader takes everything that
 * waits, writes it in one transaction, and wakes the others. A conflict is seen before anything of
 * its request is written, so it does not touch its neighbours; should a write fail all the same,
 * the whole transaction is rolled back and each request is tried again by itself.
 */
#include "store_impl.h"

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

/* FM_ECONFLICT comes before the first write. */
static enum fm_code check_head(struct fm_db *db, struct fm_ctx *ctx, const struct fm_append *a,
                               struct head *h)
{
    FM_TRY(read_head(db, ctx, a->c->id, h));
    if (h->version == a->expected && h->is_found == (a->expected > 0))
        return FM_OK;
    return fm_fail(ctx, FM_ECONFLICT,
                   "case %.*s has version %lld, not %lld: somebody else was first; try again",
                   FM_STR_ARG(a->c->id), (long long)h->version, (long long)a->expected);
}

static enum fm_code write_one(struct fm_db *db, struct fm_ctx *ctx, const struct fm_append *a,
                              struct head *h)
{
    if (!h->is_found)
        FM_TRY(insert_case(db, ctx, a->c));
    fm_vec_each (a->events, e)
        FM_TRY(insert_event(db, ctx, a->c->id, e, h->hash));
    FM_TRY(set_head(db, ctx, a, h->hash));
    FM_TRY(insert_answer(db, ctx, a));
    return store_project(db, ctx, a->c, a->events);
}

/* False: a write failed and the transaction must go. */
static bool write_ticket(struct fm_db *db, struct fm_ticket *t)
{
    struct head h = {0};
    t->code = check_head(db, t->ctx, t->a, &h);
    if (t->code == FM_ECONFLICT)
        return true;
    if (t->code == FM_OK)
        t->code = write_one(db, t->ctx, t->a, &h);
    return t->code == FM_OK;
}

/* *is_written: the transaction was committed, and each ticket's code stands. */
static enum fm_code write_together(struct fm_db *db, struct fm_ctx *scratch,
                                   struct fm_ticket *batch, bool *is_written)
{
    FM_TRY(db->ops->begin(db, scratch, true));
    bool is_good = true;
    for (struct fm_ticket *t = batch; t && is_good; t = t->next)
        is_good = write_ticket(db, t);
    if (!is_good)
        return FM_OK;
    FM_TRY(db->ops->commit(db, scratch));
    *is_written = true;
    return FM_OK;
}

static void write_alone(struct fm_db *db, struct fm_ticket *t)
{
    struct fm_ctx scratch;
    bool is_written = false;
    struct fm_ticket alone = {.ctx = t->ctx, .a = t->a};
    fm_ctx_init(&scratch, t->ctx->clock);
    fm_ctx_clear_error(t->ctx);
    enum fm_code code = write_together(db, &scratch, &alone, &is_written);
    if (!is_written)
        db->ops->rollback(db);
    t->code = code != FM_OK ? fm_fail(t->ctx, code, "%s", scratch.error) : alone.code;
    fm_ctx_release(&scratch);
}

static void write_batch(struct fm_store *s, struct fm_ticket *batch)
{
    struct fm_ctx scratch;
    bool is_written = false;
    fm_ctx_init(&scratch, batch->ctx->clock);
    pthread_mutex_lock(&s->write_lock);
    enum fm_code code = write_together(s->writer, &scratch, batch, &is_written);
    if (!is_written) {
        s->writer->ops->rollback(s->writer);
        for (struct fm_ticket *t = batch; t; t = t->next)
            write_alone(s->writer, t);
    }
    pthread_mutex_unlock(&s->write_lock);
    (void)code; /* each ticket has its own */
    fm_ctx_release(&scratch);
}

/* Oldest first, as they came. */
static struct fm_ticket *take_queue(struct fm_store *s)
{
    struct fm_ticket *batch = NULL;
    while (s->queue) {
        struct fm_ticket *t = s->queue;
        s->queue = t->next;
        t->next = batch;
        batch = t;
    }
    return batch;
}

static void lead(struct fm_store *s)
{
    struct fm_ticket *batch = take_queue(s);
    s->has_leader = true;
    pthread_mutex_unlock(&s->lock);
    write_batch(s, batch);
    pthread_mutex_lock(&s->lock);
    s->has_leader = false;
    while (batch) {
        struct fm_ticket *next = batch->next;
        batch->is_done = true;
        batch = next;
    }
    pthread_cond_broadcast(&s->done);
}

void fm_store_submit(struct fm_store *s, struct fm_ctx *ctx, const struct fm_append *a,
                     struct fm_ticket *t)
{
    *t = (struct fm_ticket){.ctx = ctx, .a = a};
    if (!a->events->n || a->c->version != a->expected + (int64_t)a->events->n) {
        t->code =
            fm_fail(ctx, FM_EINTERNAL, "append: %zu events do not lead from version %lld to %lld",
                    a->events->n, (long long)a->expected, (long long)a->c->version);
        t->is_done = true;
        return;
    }
    pthread_mutex_lock(&s->lock);
    t->next = s->queue;
    s->queue = t;
    pthread_mutex_unlock(&s->lock);
}

enum fm_code fm_store_wait(struct fm_store *s, struct fm_ticket *t)
{
    pthread_mutex_lock(&s->lock);
    while (!t->is_done) {
        if (s->has_leader)
            pthread_cond_wait(&s->done, &s->lock);
        else
            lead(s);
    }
    pthread_mutex_unlock(&s->lock);
    return t->code;
}

enum fm_code fm_store_append(struct fm_store *s, struct fm_ctx *ctx, const struct fm_append *a)
{
    struct fm_ticket t;
    fm_store_submit(s, ctx, a, &t);
    return fm_store_wait(s, &t);
}
