/* SPDX-License-Identifier: Apache-2.0 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "faultmaven/store/db.h"

#define STATEMENTS_MAX 96
#define BUSY_MS 10000
#define COLUMNS_MAX 32

struct sqlite_db {
    struct fm_db base;
    sqlite3 *handle;
    struct {
        const char *sql; /* compared by address */
        sqlite3_stmt *stmt;
    } statements[STATEMENTS_MAX];
    int n_statements;
};

static enum fm_code code_of(int rc)
{
    switch (rc & 0xFF) {
    case SQLITE_CONSTRAINT:
        return FM_ECONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
        return FM_EUNAVAILABLE;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_READONLY:
        return FM_EIO;
    default:
        return FM_EINTERNAL;
    }
}

static enum fm_code fail(struct sqlite_db *s, struct fm_ctx *ctx, int rc, const char *what)
{
    return fm_fail(ctx, code_of(rc), "database: %s: %s", what,
                   s->handle ? sqlite3_errmsg(s->handle) : sqlite3_errstr(rc));
}

static enum fm_code prepare(struct sqlite_db *s, struct fm_ctx *ctx, const char *sql,
                            sqlite3_stmt **out)
{
    for (int i = 0; i < s->n_statements; i++) {
        if (s->statements[i].sql == sql) {
            *out = s->statements[i].stmt;
            return FM_OK;
        }
    }
    if (s->n_statements == STATEMENTS_MAX)
        FM_BUG("more than %d different statements", STATEMENTS_MAX);
    int rc = sqlite3_prepare_v3(s->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    if (rc != SQLITE_OK)
        return fail(s, ctx, rc, sql);
    s->statements[s->n_statements].sql = sql;
    s->statements[s->n_statements++].stmt = *out;
    return FM_OK;
}

static int bind_value(sqlite3_stmt *stmt, int at, const struct fm_db_value *v)
{
    switch (v->kind) {
    case FM_DB_INT:
        return sqlite3_bind_int64(stmt, at, v->i);
    case FM_DB_REAL:
        return sqlite3_bind_double(stmt, at, v->d);
    case FM_DB_TEXT:
        return sqlite3_bind_text64(stmt, at, v->s.p, v->s.len, SQLITE_STATIC, SQLITE_UTF8);
    case FM_DB_BLOB:
        return sqlite3_bind_blob64(stmt, at, v->s.p, v->s.len, SQLITE_STATIC);
    case FM_DB_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, at);
}

static void bind_all(sqlite3_stmt *stmt, const struct fm_query *q)
{
    char name[64];
    for (int i = 0; i < q->n; i++) {
        snprintf(name, sizeof name, ":%s", q->params[i].name);
        int at = sqlite3_bind_parameter_index(stmt, name);
        if (at == 0 || bind_value(stmt, at, &q->params[i].value) != SQLITE_OK)
            FM_BUG("query has no parameter %s: %s", name, q->sql);
    }
}

static void read_value(sqlite3_stmt *stmt, int i, struct fm_db_value *v)
{
    *v = (struct fm_db_value){.kind = FM_DB_NULL};
    int type = sqlite3_column_type(stmt, i);
    if (type == SQLITE_INTEGER)
        *v = (struct fm_db_value){.kind = FM_DB_INT, .i = sqlite3_column_int64(stmt, i)};
    else if (type == SQLITE_FLOAT)
        *v = (struct fm_db_value){.kind = FM_DB_REAL, .d = sqlite3_column_double(stmt, i)};
    else if (type != SQLITE_NULL) {
        const char *p = type == SQLITE_BLOB ? sqlite3_column_blob(stmt, i)
                                            : (const char *)sqlite3_column_text(stmt, i);
        v->kind = type == SQLITE_BLOB ? FM_DB_BLOB : FM_DB_TEXT;
        v->s = fm_str_n(p, (size_t)sqlite3_column_bytes(stmt, i));
    }
}

static enum fm_code give_row(sqlite3_stmt *stmt, fm_row_fn fn, void *arg)
{
    struct fm_db_value values[COLUMNS_MAX];
    int n = sqlite3_column_count(stmt);
    if (n > COLUMNS_MAX)
        FM_BUG("more than %d columns", COLUMNS_MAX);
    for (int i = 0; i < n; i++)
        read_value(stmt, i, &values[i]);
    struct fm_row row = {values, n};
    return fn ? fn(arg, &row) : FM_OK;
}

static enum fm_code sqlite_run(struct fm_db *db, struct fm_ctx *ctx, const struct fm_query *q,
                               struct fm_row_sink *sink)
{
    struct sqlite_db *s = (struct sqlite_db *)db;
    sqlite3_stmt *stmt = NULL;
    FM_TRY(prepare(s, ctx, q->sql, &stmt));
    bind_all(stmt, q);
    enum fm_code code = FM_OK;
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && code == FM_OK)
        code = give_row(stmt, sink->fn, sink->arg);
    if (code == FM_OK && rc != SQLITE_DONE)
        code = fail(s, ctx, rc, "statement failed");
    if (code == FM_OK)
        sink->affected = sqlite3_changes64(s->handle);
    sqlite3_reset(stmt);
    return code;
}

static enum fm_code sqlite_script(struct fm_db *db, struct fm_ctx *ctx, const char *sql)
{
    struct sqlite_db *s = (struct sqlite_db *)db;
    int rc = sqlite3_exec(s->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? FM_OK : fail(s, ctx, rc, "script failed");
}

static enum fm_code sqlite_begin(struct fm_db *db, struct fm_ctx *ctx, bool is_write)
{
    return sqlite_script(db, ctx, is_write ? "BEGIN IMMEDIATE" : "BEGIN");
}

static enum fm_code sqlite_commit(struct fm_db *db, struct fm_ctx *ctx)
{
    return sqlite_script(db, ctx, "COMMIT");
}

static void sqlite_rollback(struct fm_db *db)
{
    struct sqlite_db *s = (struct sqlite_db *)db;
    if (!sqlite3_get_autocommit(s->handle))
        sqlite3_exec(s->handle, "ROLLBACK", NULL, NULL, NULL);
}

static enum fm_code sqlite_backup(struct fm_db *db, struct fm_ctx *ctx, const char *path)
{
    struct sqlite_db *s = (struct sqlite_db *)db;
    sqlite3 *to = NULL;
    enum fm_code code = FM_OK;
    int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    sqlite3_backup *b = rc == SQLITE_OK ? sqlite3_backup_init(to, "main", s->handle, "main") : NULL;
    if (b) {
        while ((rc = sqlite3_backup_step(b, 1024)) == SQLITE_OK || rc == SQLITE_BUSY ||
               rc == SQLITE_LOCKED)
            if (rc != SQLITE_OK)
                sqlite3_sleep(20);
        sqlite3_backup_finish(b);
    }
    if (rc != SQLITE_DONE)
        code = fm_fail(ctx, code_of(rc), "backup to %s: %s", path,
                       to ? sqlite3_errmsg(to) : sqlite3_errstr(rc));
    sqlite3_close(to);
    return code;
}

static void sqlite_free(struct fm_db *db)
{
    struct sqlite_db *s = (struct sqlite_db *)db;
    for (int i = 0; i < s->n_statements; i++)
        sqlite3_finalize(s->statements[i].stmt);
    sqlite3_close(s->handle);
    free(s);
}

static const struct fm_db_ops sqlite_ops = {
    .run = sqlite_run,
    .script = sqlite_script,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .backup = sqlite_backup,
    .free = sqlite_free,
};

enum fm_code fm_db_open_sqlite(struct fm_ctx *ctx, const char *path, struct fm_db **out)
{
    struct sqlite_db *s = calloc(1, sizeof *s);
    if (!s)
        FM_BUG("out of memory");
    s->base = (struct fm_db){&sqlite_ops, FM_DB_SQLITE};
    int rc = sqlite3_open_v2(
        path, &s->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    enum fm_code code = rc == SQLITE_OK
                            ? FM_OK
                            : fm_fail(ctx, code_of(rc), "%s: %s", path, sqlite3_errmsg(s->handle));
    if (code == FM_OK) {
        sqlite3_extended_result_codes(s->handle, 1);
        sqlite3_busy_timeout(s->handle, BUSY_MS);
        code = sqlite_script(
            &s->base, ctx,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
            "PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = "
            "MEMORY;"
            "PRAGMA cache_size = -16000");
    }
    if (code != FM_OK) {
        sqlite_free(&s->base);
        return code;
    }
    *out = &s->base;
    return FM_OK;
}
