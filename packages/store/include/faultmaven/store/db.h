/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fm_db: one connection to a database. Drivers: SQLite 3.37+ and PostgreSQL 15+. Repositories are
 * written once, in SQL that both accept; parameters stand in it as :name and are bound by name.
 *
 *     struct fm_query q = fm_query("SELECT title FROM cases WHERE id = :id");
 *     fm_query_str(&q, "id", id);
 *     FM_TRY(fm_db_each(db, ctx, &q, on_row, &arg));
 *
 * The text of a query is a literal: drivers keep prepared statements by its address. One thread at
 * a time.
 *
 * Errors: FM_ECONFLICT for a broken unique key or a serialization failure, FM_EUNAVAILABLE when the
 * database is busy or away, FM_EIO for a full disk or a damaged file, FM_EINTERNAL for the rest
 * (our SQL is wrong).
 */
#ifndef FAULTMAVEN_STORE_DB_H
#define FAULTMAVEN_STORE_DB_H

#include "faultmaven/base/ctx.h"

enum fm_db_kind { FM_DB_NULL, FM_DB_INT, FM_DB_REAL, FM_DB_TEXT, FM_DB_BLOB };

struct fm_db_value {
    enum fm_db_kind kind;
    int64_t i;
    double d;
    fm_str s;
};

#define FM_QUERY_PARAMS_MAX 20

struct fm_query {
    const char *sql;
    int n;
    struct {
        const char *name;
        struct fm_db_value value;
    } params[FM_QUERY_PARAMS_MAX];
};

struct fm_query fm_query(const char *sql);
void fm_query_str(struct fm_query *q, const char *name, fm_str s); /* empty is the empty text */
void fm_query_blob(struct fm_query *q, const char *name, fm_str s);
void fm_query_int(struct fm_query *q, const char *name, int64_t i);
void fm_query_time(struct fm_query *q, const char *name, fm_time t); /* NULL for none */
void fm_query_real(struct fm_query *q, const char *name, double d);  /* NULL below 0 */

/* One row; values are valid until the callback returns. */
struct fm_row {
    const struct fm_db_value *values;
    int n;
};
typedef enum fm_code (*fm_row_fn)(void *arg, const struct fm_row *row);

struct fm_row_sink {
    fm_row_fn fn;
    void *arg;
    int64_t affected;
};

static inline int64_t fm_row_int(const struct fm_row *r, int i)
{
    return r->values[i].kind == FM_DB_INT ? r->values[i].i : 0;
}
static inline fm_time fm_row_time(const struct fm_row *r, int i)
{
    return r->values[i].kind == FM_DB_INT ? r->values[i].i : FM_TIME_NONE;
}
static inline fm_str fm_row_str(const struct fm_row *r, int i)
{
    return r->values[i].s;
}

enum fm_db_dialect { FM_DB_SQLITE, FM_DB_POSTGRES };

struct fm_db {
    const struct fm_db_ops *ops;
    enum fm_db_dialect dialect;
};
struct fm_db_ops {
    /* Runs a query; sink->fn (may be NULL) gets each row, its failure ends the query and is
     * returned. sink->affected is then the number of rows that a change touched. */
    enum fm_code (*run)(struct fm_db *db, struct fm_ctx *ctx, const struct fm_query *q,
                        struct fm_row_sink *sink);
    /* Statements without parameters or rows, separated by ";". */
    enum fm_code (*script)(struct fm_db *db, struct fm_ctx *ctx, const char *sql);
    /* A transaction; is_write takes the write lock at once, so that a commit cannot fail for being
     * late. */
    enum fm_code (*begin)(struct fm_db *db, struct fm_ctx *ctx, bool is_write);
    enum fm_code (*commit)(struct fm_db *db, struct fm_ctx *ctx);
    void (*rollback)(struct fm_db *db);
    /* A consistent copy of the whole database at path. FM_EUNSUPPORTED where the database has its
     * own tool for it. */
    enum fm_code (*backup)(struct fm_db *db, struct fm_ctx *ctx, const char *path);
    void (*free)(struct fm_db *db);
};

/* WAL, foreign keys on, every commit durable. ":memory:" for one connection without a file. */
FM_MUST_CHECK enum fm_code fm_db_open_sqlite(struct fm_ctx *ctx, const char *path,
                                             struct fm_db **out);

/* A libpq connection string or URI. */
FM_MUST_CHECK enum fm_code fm_db_open_postgres(struct fm_ctx *ctx, const char *conninfo,
                                               struct fm_db **out);

static inline enum fm_code fm_db_each(struct fm_db *db, struct fm_ctx *ctx,
                                      const struct fm_query *q, fm_row_fn fn, void *arg)
{
    struct fm_row_sink sink = {fn, arg, 0};
    return db->ops->run(db, ctx, q, &sink);
}

static inline enum fm_code fm_db_run(struct fm_db *db, struct fm_ctx *ctx, const struct fm_query *q,
                                     int64_t *affected)
{
    struct fm_row_sink sink = {0};
    FM_TRY(db->ops->run(db, ctx, q, &sink));
    if (affected)
        *affected = sink.affected;
    return FM_OK;
}

/* Brings the schema to this program's version, in one transaction per step. FM_EUNSUPPORTED when a
 * newer program wrote it: a downgrade is refused before anything is touched. */
FM_MUST_CHECK enum fm_code fm_db_migrate(struct fm_db *db, struct fm_ctx *ctx);
extern const int fm_db_schema_version;

void fm_db_free(struct fm_db *db);

#endif
