/* SPDX-License-Identifier: Apache-2.0 */
#include "store_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

struct store_stale {
    struct fm_ctx *ctx;
    struct fm_strs ids;
};

static bool is_postgres(const char *location)
{
    return strncmp(location, "postgresql://", 13) == 0 || strncmp(location, "postgres://", 11) == 0;
}

static bool is_memory(const char *location)
{
    return strcmp(location, ":memory:") == 0;
}

static fm_str database_path(struct fm_ctx *ctx, const char *location)
{
    return is_memory(location) ? FM_STR(":memory:")
                               : fm_str_fmt(&ctx->arena, "%s/faultmaven.db", location);
}

static enum fm_code open_db(struct fm_ctx *ctx, const char *location, struct fm_db **out)
{
    if (is_postgres(location))
        return fm_db_open_postgres(ctx, location, out);
    return fm_db_open_sqlite(ctx, database_path(ctx, location).p, out);
}

static enum fm_code make_folder(struct fm_ctx *ctx, const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return FM_OK;
    return fm_fail(ctx, FM_EIO, "%s: cannot make this folder: %s", path, strerror(errno));
}

/* Parents too, as mkdir -p does. */
static enum fm_code make_folders(struct fm_ctx *ctx, const char *path)
{
    char *copy = fm_arena_dup(&ctx->arena, path, strlen(path));
    for (char *p = copy + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        struct stat st;
        if (stat(copy, &st) != 0)
            FM_TRY(make_folder(ctx, copy));
        *p = '/';
    }
    return make_folder(ctx, copy);
}

static enum fm_code open_parts(struct fm_store *s, struct fm_ctx *ctx,
                               const struct fm_store_options *o)
{
    bool is_folder = !is_postgres(o->location) && !is_memory(o->location);
    if (!is_folder && !o->blob_dir)
        return fm_fail(ctx, FM_EINVAL, "%s: a folder for evidence is needed with this store",
                       is_memory(o->location) ? o->location : "postgresql");
    if (is_folder)
        FM_TRY(make_folders(ctx, o->location));
    const char *blobs =
        o->blob_dir ? o->blob_dir : fm_str_fmt(&ctx->arena, "%s/blobs", o->location).p;
    FM_TRY(make_folders(ctx, blobs));
    s->folder = strdup(is_folder ? o->location : blobs);
    if (!s->folder)
        FM_BUG("out of memory");
    FM_TRY(fm_blobs_open(ctx, blobs, &s->blobs));
    FM_TRY(open_db(ctx, o->location, &s->writer));
    return fm_db_migrate(s->writer, ctx);
}

static enum fm_code on_stale(void *arg, const struct fm_row *row)
{
    struct store_stale *stale = arg;
    fm_vec_push(&stale->ctx->arena, &stale->ids,
                fm_str_dup(&stale->ctx->arena, fm_row_str(row, 0)));
    return FM_OK;
}

/* A step of the schema may add columns to the projections; they are a picture of the log, so they
 * are made anew. A crash in between leaves the mark, and the next start goes on. A case whose log
 * is damaged keeps its old row: it must not shut out the others. */
static enum fm_code refresh_projections(struct fm_store *s, struct fm_ctx *ctx)
{
    struct store_stale stale = {.ctx = ctx};
    struct fm_query q = fm_query("SELECT id FROM cases WHERE urgency = '-'");
    FM_TRY(fm_db_each(s->writer, ctx, &q, on_stale, &stale));
    fm_vec_each (&stale.ids, id)
        if (fm_store_rebuild(s, ctx, *id) != FM_OK)
            fm_ctx_clear_error(ctx);
    return fm_ctx_check(ctx);
}

enum fm_code fm_store_open(struct fm_ctx *ctx, const struct fm_store_options *o,
                           struct fm_store **out)
{
    struct fm_store *s = calloc(1, sizeof *s);
    if (!s || !(s->location = strdup(o->location)))
        FM_BUG("out of memory");
    s->is_single = is_memory(o->location);
    s->ledger.ops = &store_ledger_ops;
    pthread_mutex_init(&s->write_lock, NULL);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->done, NULL);
    enum fm_code code = open_parts(s, ctx, o);
    if (code == FM_OK)
        code = refresh_projections(s, ctx);
    if (code != FM_OK) {
        fm_store_free(s);
        return code;
    }
    *out = s;
    return FM_OK;
}

void fm_store_free(struct fm_store *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->n_idle; i++)
        fm_db_free(s->idle[i]);
    fm_db_free(s->writer);
    fm_blobs_free(s->blobs);
    pthread_mutex_destroy(&s->write_lock);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->done);
    free(s->location);
    free(s->folder);
    free(s);
}

struct fm_blobs *fm_store_blobs(struct fm_store *s)
{
    return s->blobs;
}

const char *fm_store_folder(const struct fm_store *s)
{
    return s->folder;
}

enum fm_code store_take_reader(struct fm_store *s, struct fm_ctx *ctx, struct fm_db **db)
{
    if (s->is_single) {
        pthread_mutex_lock(&s->write_lock);
        *db = s->writer;
        return FM_OK;
    }
    struct fm_db *idle = NULL;
    pthread_mutex_lock(&s->lock);
    if (s->n_idle)
        idle = s->idle[--s->n_idle];
    pthread_mutex_unlock(&s->lock);
    if (!idle)
        return open_db(ctx, s->location, db);
    *db = idle;
    return FM_OK;
}

void store_give_reader(struct fm_store *s, struct fm_db *db)
{
    if (s->is_single) {
        pthread_mutex_unlock(&s->write_lock);
        return;
    }
    db->ops->rollback(db);
    pthread_mutex_lock(&s->lock);
    bool is_kept = s->n_idle < READERS_MAX;
    if (is_kept)
        s->idle[s->n_idle++] = db;
    pthread_mutex_unlock(&s->lock);
    if (!is_kept)
        fm_db_free(db);
}

enum fm_code fm_store_backup(struct fm_store *s, struct fm_ctx *ctx, const char *path)
{
    struct fm_db *db = NULL;
    FM_TRY(store_take_reader(s, ctx, &db));
    enum fm_code code = db->ops->backup(db, ctx, path);
    store_give_reader(s, db);
    return code;
}
