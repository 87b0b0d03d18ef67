/* SPDX-License-Identifier: Apache-2.0 */
#include "store_impl.h"

struct head_row {
    struct fm_ctx *ctx;
    int64_t version;
    fm_str head;
    bool is_found;
};

static enum fm_code on_head(void *arg, const struct fm_row *row)
{
    struct head_row *h = arg;
    h->version = fm_row_int(row, 0);
    h->head = fm_str_dup(&h->ctx->arena, fm_row_str(row, 1));
    h->is_found = true;
    return FM_OK;
}

static enum fm_code read_head(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id,
                              struct head_row *h)
{
    struct fm_db *db = NULL;
    FM_TRY(store_take_reader(s, ctx, &db));
    struct fm_query q = fm_query("SELECT version, head FROM cases WHERE id = :id");
    fm_query_str(&q, "id", case_id);
    enum fm_code code = fm_db_each(db, ctx, &q, on_head, h);
    store_give_reader(s, db);
    return code;
}

static void bad(struct fm_verify_result *r, const char *what, int64_t seq, fm_str item,
                fm_str reason)
{
    if (!r->ok)
        return;
    r->ok = false;
    r->what = what;
    r->seq = seq;
    r->item = item;
    r->reason = reason;
}

static void check_chain(const struct fm_stored_events *rows, struct fm_verify_result *r)
{
    uint8_t prev[FM_SHA256_BYTES] = {0};
    uint8_t hash[FM_SHA256_BYTES];
    int64_t expected = 1;
    fm_vec_each (rows, e) {
        fm_event_hash(prev, &e->row, hash);
        if (e->row.seq != expected)
            bad(r, "event", expected, FM_STR_NULL, FM_STR("the event is missing"));
        else if (memcmp(e->prev_hash, prev, sizeof prev) != 0)
            bad(r, "event", e->row.seq, FM_STR_NULL,
                FM_STR("it does not continue the event before it"));
        else if (memcmp(e->hash, hash, sizeof hash) != 0)
            bad(r, "event", e->row.seq, FM_STR_NULL, FM_STR("its content does not fit its hash"));
        if (!r->ok)
            return;
        memcpy(prev, hash, sizeof prev);
        expected++;
        r->events++;
    }
}

static void check_head(const struct fm_stored_events *rows, const struct head_row *h,
                       struct fm_verify_result *r)
{
    const struct fm_stored_event *last = &rows->items[rows->n - 1];
    if (!h->is_found || h->version != last->row.seq)
        bad(r, "head", last->row.seq + 1, FM_STR_NULL,
            FM_STR("events are missing at the end of the log"));
    else if (h->head.len != FM_SHA256_BYTES || memcmp(h->head.p, last->hash, FM_SHA256_BYTES) != 0)
        bad(r, "head", last->row.seq, FM_STR_NULL, FM_STR("the head of the log is another one"));
}

static void check_blob(struct fm_store *s, struct fm_ctx *ctx, fm_str sha256,
                       struct fm_verify_result *r)
{
    if (!r->ok || !sha256.len)
        return;
    r->blobs++;
    if (!fm_blobs_copy_is_intact(s->blobs, ctx, sha256)) {
        bad(r, "blob", 0, sha256,
            FM_STR("its uncompressed copy differs; delete that file in raw/"));
        return;
    }
    if (fm_blobs_stream(s->blobs, ctx, sha256, NULL, NULL) == FM_OK)
        return;
    bad(r, "blob", 0, sha256, fm_str_dup(&ctx->arena, fm_str_c(ctx->error)));
    fm_ctx_clear_error(ctx);
}

/* Projections as they are stored, and as the log makes them. */
struct dumps {
    struct fm_buf stored, fresh;
    int64_t rows;
};

static enum fm_code dump_both(struct fm_store *s, struct fm_ctx *ctx, const struct fm_case *c,
                              struct dumps *d)
{
    struct fm_db *db = s->writer;
    int64_t ignored;
    FM_TRY(db->ops->begin(db, ctx, true));
    FM_TRY(store_dump_projections(db, ctx, c->id, &d->stored, &d->rows));
    FM_TRY(store_delete_projections(db, ctx, c->id));
    FM_TRY(store_project(db, ctx, c, NULL));
    return store_dump_projections(db, ctx, c->id, &d->fresh, &ignored);
}

static fm_str first_difference(struct fm_ctx *ctx, fm_str a, fm_str b)
{
    fm_str x, y;
    while (fm_str_line(&a, &x)) {
        if (!fm_str_line(&b, &y) || !fm_str_eq(x, y))
            return fm_str_dup(&ctx->arena, fm_str_cut(&x, '\t'));
    }
    fm_str_line(&b, &y);
    return fm_str_dup(&ctx->arena, fm_str_cut(&y, '\t'));
}

/* The projections are made anew inside a transaction that is rolled back. */
static enum fm_code check_projections(struct fm_store *s, struct fm_ctx *ctx,
                                      const struct fm_case *c, struct fm_verify_result *r)
{
    struct dumps d = {.rows = 0};
    fm_buf_init(&d.stored, 1UL << 30);
    fm_buf_init(&d.fresh, 1UL << 30);
    pthread_mutex_lock(&s->write_lock);
    enum fm_code code = dump_both(s, ctx, c, &d);
    r->rows = d.rows;
    s->writer->ops->rollback(s->writer);
    pthread_mutex_unlock(&s->write_lock);
    if (code == FM_OK && !fm_str_eq(fm_buf_str(&d.stored), fm_buf_str(&d.fresh)))
        bad(r, "projection", 0, first_difference(ctx, fm_buf_str(&d.stored), fm_buf_str(&d.fresh)),
            FM_STR("the table differs from the log; 'case rebuild' makes it anew"));
    fm_buf_release(&d.stored);
    fm_buf_release(&d.fresh);
    return code;
}

enum fm_code fm_store_verify(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id,
                             struct fm_verify_result *out)
{
    struct fm_verify_result r = {.ok = true, .what = ""};
    struct fm_stored_events rows;
    struct head_row h = {.ctx = ctx};
    struct fm_case *c = NULL;
    FM_TRY(fm_store_rows(s, ctx, case_id, &rows));
    FM_TRY(read_head(s, ctx, case_id, &h));
    check_chain(&rows, &r);
    if (r.ok)
        check_head(&rows, &h, &r);
    if (r.ok) {
        FM_TRY(fm_store_load(s, ctx, case_id, &c, NULL));
        fm_vec_each (&c->files, f)
            check_blob(s, ctx, f->sha256, &r);
        fm_vec_each (&c->reports, p)
            check_blob(s, ctx, p->sha256, &r);
    }
    if (r.ok)
        FM_TRY(check_projections(s, ctx, c, &r));
    *out = r;
    return FM_OK;
}

/* ---- garbage ---- */

#define DERIVED_AGE (7 * FM_DAY) /* unused for so long, it is not worth its room */

struct collection {
    struct fm_ctx *ctx;
    struct fm_map used;
    struct fm_gc_result r;
    bool is_dry_run;
};

static enum fm_code on_used(void *arg, const struct fm_row *row)
{
    struct collection *g = arg;
    fm_map_put(&g->used, fm_row_str(row, 0))->value = g;
    return FM_OK;
}

static bool judge(void *arg, fm_str sha256, int64_t stored_bytes)
{
    struct collection *g = arg;
    if (fm_map_get(&g->used, sha256)) {
        g->r.kept++;
        return false;
    }
    g->r.deleted++;
    g->r.bytes += stored_bytes;
    return !g->is_dry_run;
}

enum fm_code fm_store_gc(struct fm_store *s, struct fm_ctx *ctx, int64_t age_ns, bool is_dry_run,
                         struct fm_gc_result *out)
{
    struct fm_db *db = NULL;
    struct collection g = {.ctx = ctx, .is_dry_run = is_dry_run};
    int64_t derived, derived_bytes;
    fm_map_init(&g.used, &ctx->arena);
    FM_TRY(store_take_reader(s, ctx, &db));
    struct fm_query q =
        fm_query("SELECT sha256 FROM uploaded_files UNION SELECT sha256 FROM reports");
    enum fm_code code = fm_db_each(db, ctx, &q, on_used, &g);
    store_give_reader(s, db);
    FM_TRY(code);
    FM_TRY(fm_blobs_sweep(s->blobs, ctx, fm_now(ctx->clock) - age_ns, judge, &g));
    fm_blobs_trim(s->blobs, fm_now(ctx->clock) - DERIVED_AGE, is_dry_run, &derived, &derived_bytes);
    g.r.deleted += derived;
    g.r.bytes += derived_bytes;
    *out = g.r;
    return FM_OK;
}
