/* SPDX-License-Identifier: Apache-2.0 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "faultmaven/base/buf.h"
#include "faultmaven/store/db.h"

#define STATEMENTS_MAX 96
#define COLUMNS_MAX 32

struct statement {
    const char *sql; /* compared by address */
    int n;
    const char *names[FM_QUERY_PARAMS_MAX]; /* of $1, $2, …; point into sql */
    size_t lengths[FM_QUERY_PARAMS_MAX];
};

struct postgres_db {
    struct fm_db base;
    PGconn *conn;
    struct statement statements[STATEMENTS_MAX];
    int n_statements;
};

static enum fm_code code_of(const char *sqlstate)
{
    if (!sqlstate || strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57", 2) == 0)
        return FM_EUNAVAILABLE;
    if (strncmp(sqlstate, "23", 2) == 0 || strncmp(sqlstate, "40", 2) == 0)
        return FM_ECONFLICT;
    return strncmp(sqlstate, "53", 2) == 0 || strncmp(sqlstate, "58", 2) == 0 ? FM_EIO
                                                                              : FM_EINTERNAL;
}

/* libpq's texts end with a line feed. */
static enum fm_code fail(struct postgres_db *p, struct fm_ctx *ctx, const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    fm_str text = fm_str_trim(fm_str_c(r ? PQresultErrorMessage(r) : PQerrorMessage(p->conn)));
    return fm_fail(ctx, code_of(state), "database: %.*s", FM_STR_ARG(text));
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

static int number_of(struct statement *st, const char *name, size_t len)
{
    for (int i = 0; i < st->n; i++)
        if (st->lengths[i] == len && memcmp(st->names[i], name, len) == 0)
            return i + 1;
    if (st->n == FM_QUERY_PARAMS_MAX)
        FM_BUG("too many parameters: %s", st->sql);
    st->names[st->n] = name;
    st->lengths[st->n] = len;
    return ++st->n;
}

/* :name becomes $1, $2, …; "::" is a cast, and quoted text holds no parameters in our SQL. */
static void translate(struct statement *st, struct fm_buf *out)
{
    for (const char *c = st->sql; *c;) {
        if (c[0] == ':' && c[1] == ':') {
            fm_buf_addz(out, "::");
            c += 2;
        } else if (c[0] == ':' && is_name(c[1])) {
            size_t len = 1;
            while (is_name(c[1 + len]))
                len++;
            fm_buf_addf(out, "$%d", number_of(st, c + 1, len));
            c += 1 + len;
        } else {
            fm_buf_addc(out, *c++);
        }
    }
}

static enum fm_code prepare(struct postgres_db *p, struct fm_ctx *ctx, const char *sql, int *out)
{
    for (int i = 0; i < p->n_statements; i++) {
        if (p->statements[i].sql == sql) {
            *out = i;
            return FM_OK;
        }
    }
    if (p->n_statements == STATEMENTS_MAX)
        FM_BUG("more than %d different statements", STATEMENTS_MAX);
    struct statement *st = &p->statements[p->n_statements];
    *st = (struct statement){.sql = sql};
    struct fm_buf text;
    char name[16];
    fm_buf_init(&text, 65536);
    translate(st, &text);
    snprintf(name, sizeof name, "s%d", p->n_statements);
    PGresult *r = PQprepare(p->conn, name, text.p, 0, NULL);
    enum fm_code code = PQresultStatus(r) == PGRES_COMMAND_OK ? FM_OK : fail(p, ctx, r);
    PQclear(r);
    fm_buf_release(&text);
    if (code == FM_OK)
        *out = p->n_statements++;
    return code;
}

/* libpq wants NUL-terminated text and (pointer, length) for binary. */
struct bound {
    const char *values[FM_QUERY_PARAMS_MAX];
    int lengths[FM_QUERY_PARAMS_MAX];
    int formats[FM_QUERY_PARAMS_MAX];
};

static void bind_value(struct fm_ctx *ctx, const struct fm_db_value *v, struct bound *b, int at)
{
    b->formats[at] = v->kind == FM_DB_BLOB;
    b->lengths[at] = (int)v->s.len;
    if (v->kind == FM_DB_NULL)
        b->values[at] = NULL;
    else if (v->kind == FM_DB_INT)
        b->values[at] = fm_str_fmt(&ctx->arena, "%lld", (long long)v->i).p;
    else if (v->kind == FM_DB_REAL)
        b->values[at] = fm_str_fmt(&ctx->arena, "%.17g", v->d).p;
    else
        b->values[at] = fm_str_dup(&ctx->arena, v->s).p;
}

static void bind_all(struct fm_ctx *ctx, const struct statement *st, const struct fm_query *q,
                     struct bound *b)
{
    for (int i = 0; i < st->n; i++) {
        int k = 0;
        while (k < q->n && !(strlen(q->params[k].name) == st->lengths[i] &&
                             memcmp(q->params[k].name, st->names[i], st->lengths[i]) == 0))
            k++;
        if (k == q->n)
            FM_BUG("parameter :%.*s is not bound: %s", (int)st->lengths[i], st->names[i], st->sql);
        bind_value(ctx, &q->params[k].value, b, i);
    }
}

enum {
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_NUMERIC = 1700
};

static void read_value(struct fm_ctx *ctx, const PGresult *r, int row, int col,
                       struct fm_db_value *v)
{
    *v = (struct fm_db_value){.kind = FM_DB_NULL};
    if (PQgetisnull(r, row, col))
        return;
    const char *text = PQgetvalue(r, row, col);
    Oid type = PQftype(r, col);
    if (type == OID_INT8 || type == OID_INT4 || type == OID_INT2 || type == OID_NUMERIC) {
        *v = (struct fm_db_value){.kind = FM_DB_INT, .i = strtoll(text, NULL, 10)};
    } else if (type == OID_FLOAT8 || type == OID_FLOAT4) {
        v->kind = FM_DB_REAL;
        fm_str_f64(fm_str_c(text), &v->d);
    } else if (type == OID_BYTEA) {
        size_t n;
        unsigned char *raw = PQunescapeBytea((const unsigned char *)text, &n);
        *v = (struct fm_db_value){.kind = FM_DB_BLOB,
                                  .s = fm_str_n(fm_arena_dup(&ctx->arena, raw, n), n)};
        PQfreemem(raw);
    } else {
        *v = (struct fm_db_value){.kind = FM_DB_TEXT,
                                  .s = fm_str_n(text, (size_t)PQgetlength(r, row, col))};
    }
}

static enum fm_code give_rows(struct fm_ctx *ctx, const PGresult *r, fm_row_fn fn, void *arg)
{
    struct fm_db_value values[COLUMNS_MAX];
    int n = PQnfields(r);
    if (n > COLUMNS_MAX)
        FM_BUG("more than %d columns", COLUMNS_MAX);
    for (int row = 0; row < PQntuples(r) && fn; row++) {
        for (int i = 0; i < n; i++)
            read_value(ctx, r, row, i, &values[i]);
        struct fm_row x = {values, n};
        FM_TRY(fn(arg, &x));
    }
    return FM_OK;
}

static enum fm_code postgres_run(struct fm_db *db, struct fm_ctx *ctx, const struct fm_query *q,
                                 struct fm_row_sink *sink)
{
    struct postgres_db *p = (struct postgres_db *)db;
    struct bound b;
    char name[16];
    int at = 0;
    FM_TRY(prepare(p, ctx, q->sql, &at));
    bind_all(ctx, &p->statements[at], q, &b);
    snprintf(name, sizeof name, "s%d", at);
    PGresult *r =
        PQexecPrepared(p->conn, name, p->statements[at].n, b.values, b.lengths, b.formats, 0);
    ExecStatusType status = PQresultStatus(r);
    enum fm_code code = FM_OK;
    if (status == PGRES_TUPLES_OK)
        code = give_rows(ctx, r, sink->fn, sink->arg);
    else if (status != PGRES_COMMAND_OK)
        code = fail(p, ctx, r);
    if (code == FM_OK)
        sink->affected = strtoll(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    return code;
}

static enum fm_code postgres_script(struct fm_db *db, struct fm_ctx *ctx, const char *sql)
{
    struct postgres_db *p = (struct postgres_db *)db;
    PGresult *r = PQexec(p->conn, sql);
    ExecStatusType status = PQresultStatus(r);
    enum fm_code code =
        status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY
            ? FM_OK
            : fail(p, ctx, r);
    PQclear(r);
    return code;
}

static enum fm_code postgres_begin(struct fm_db *db, struct fm_ctx *ctx, bool is_write)
{
    return postgres_script(db, ctx,
                           is_write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

static enum fm_code postgres_commit(struct fm_db *db, struct fm_ctx *ctx)
{
    return postgres_script(db, ctx, "COMMIT");
}

static void postgres_rollback(struct fm_db *db)
{
    struct postgres_db *p = (struct postgres_db *)db;
    PGTransactionStatusType t = PQtransactionStatus(p->conn);
    if (t == PQTRANS_INTRANS || t == PQTRANS_INERROR)
        PQclear(PQexec(p->conn, "ROLLBACK"));
}

static enum fm_code postgres_backup(struct fm_db *db, struct fm_ctx *ctx, const char *path)
{
    (void)db;
    return fm_fail(ctx, FM_EUNSUPPORTED, "%s: back a PostgreSQL store up with pg_dump", path);
}

static void postgres_free(struct fm_db *db)
{
    struct postgres_db *p = (struct postgres_db *)db;
    PQfinish(p->conn);
    free(p);
}

static const struct fm_db_ops postgres_ops = {
    .run = postgres_run,
    .script = postgres_script,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .backup = postgres_backup,
    .free = postgres_free,
};

static void ignore_notice(void *arg, const PGresult *r)
{
    (void)arg;
    (void)r;
}

enum fm_code fm_db_open_postgres(struct fm_ctx *ctx, const char *conninfo, struct fm_db **out)
{
    struct postgres_db *p = calloc(1, sizeof *p);
    if (!p)
        FM_BUG("out of memory");
    p->base = (struct fm_db){&postgres_ops, FM_DB_POSTGRES};
    p->conn = PQconnectdb(conninfo);
    enum fm_code code = PQstatus(p->conn) == CONNECTION_OK ? FM_OK : fail(p, ctx, NULL);
    if (code == FM_OK && PQserverVersion(p->conn) < 150000)
        code = fm_fail(ctx, FM_EUNSUPPORTED, "PostgreSQL %d: version 15 or newer is needed",
                       PQserverVersion(p->conn) / 10000);
    if (code == FM_OK) {
        PQsetNoticeReceiver(p->conn, ignore_notice, NULL);
        code = postgres_script(
            &p->base, ctx, "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on");
    }
    if (code != FM_OK) {
        postgres_free(&p->base);
        return code;
    }
    *out = &p->base;
    return FM_OK;
}
