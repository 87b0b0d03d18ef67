/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Projections of one case as text, for comparison, and their removal before a rebuild.
 */
#include "store_impl.h"

static const struct {
    const char *table, *select, *remove;
} tables[] = {
    {"cases",
     "SELECT id, owner, organization, title, description, status, closure, stage, severity, "
     "completion, turns, stalled,"
     " created_at, updated_at, resolved_at, closed_at, resting_since, urgency, waiting_on FROM "
     "cases "
     "WHERE id = :id",
     NULL},
    {"case_members", "SELECT user_id, role FROM case_members WHERE case_id = :id ORDER BY user_id",
     "DELETE FROM case_members WHERE case_id = :id"},
    {"messages",
     "SELECT id, turn, role, kind, author, at, body FROM messages WHERE case_id = :id ORDER BY id",
     "DELETE FROM messages WHERE case_id = :id"},
    {"uploaded_files",
     "SELECT id, filename, size, sha256, data_type, added_at, added_by, turn FROM uploaded_files "
     "WHERE case_id = :id"
     " ORDER BY id",
     "DELETE FROM uploaded_files WHERE case_id = :id"},
    {"hypothesis_evidence",
     "SELECT hypothesis_id, evidence_id, stance, completeness, body FROM hypothesis_evidence WHERE "
     "case_id = :id"
     " ORDER BY hypothesis_id, evidence_id",
     "DELETE FROM hypothesis_evidence WHERE case_id = :id"},
    {"evidence",
     "SELECT id, state, source, summary, sha256, turn, body FROM evidence WHERE case_id = :id "
     "ORDER BY id",
     "DELETE FROM evidence WHERE case_id = :id"},
    {"hypotheses",
     "SELECT id, status, category, likelihood, statement, body FROM hypotheses WHERE case_id = :id "
     "ORDER BY id",
     "DELETE FROM hypotheses WHERE case_id = :id"},
    {"solutions",
     "SELECT id, kind, state, title, body FROM solutions WHERE case_id = :id ORDER BY id",
     "DELETE FROM solutions WHERE case_id = :id"},
    {"turns",
     "SELECT number, at, actor, outcome, progress, body FROM turns WHERE case_id = :id ORDER BY "
     "number",
     "DELETE FROM turns WHERE case_id = :id"},
    {"status_history",
     "SELECT seq, from_status, to_status, at, actor, reason FROM status_history WHERE case_id = "
     ":id ORDER BY seq",
     "DELETE FROM status_history WHERE case_id = :id"},
    {"reports",
     "SELECT id, type, format, version, title, sha256, is_current, at FROM reports WHERE case_id = "
     ":id ORDER BY id",
     "DELETE FROM reports WHERE case_id = :id"},
    {"search_docs", NULL, "DELETE FROM search_docs WHERE case_id = :id"},
};
#define N_TABLES (sizeof tables / sizeof tables[0])

struct dump {
    struct fm_buf *out;
    const char *table;
    int64_t rows;
};

static void put_value(struct fm_buf *out, const struct fm_db_value *v)
{
    if (v->kind == FM_DB_INT)
        fm_buf_addf(out, "\t%lld", (long long)v->i);
    else if (v->kind == FM_DB_REAL)
        fm_buf_addf(out, "\t%.4f", v->d);
    else if (v->kind == FM_DB_NULL)
        fm_buf_addz(out, "\t-");
    else {
        fm_buf_addc(out, '\t');
        fm_json_put_str(out, v->s);
    }
}

static enum fm_code on_row(void *arg, const struct fm_row *row)
{
    struct dump *d = arg;
    fm_buf_addz(d->out, d->table);
    for (int i = 0; i < row->n; i++)
        put_value(d->out, &row->values[i]);
    fm_buf_addc(d->out, '\n');
    d->rows++;
    return FM_OK;
}

enum fm_code store_dump_projections(struct fm_db *db, struct fm_ctx *ctx, fm_str case_id,
                                    struct fm_buf *out, int64_t *rows)
{
    struct dump d = {.out = out};
    for (size_t i = 0; i < N_TABLES; i++) {
        if (!tables[i].select)
            continue;
        struct fm_query q = fm_query(tables[i].select);
        fm_query_str(&q, "id", case_id);
        d.table = tables[i].table;
        FM_TRY(fm_db_each(db, ctx, &q, on_row, &d));
    }
    *rows = d.rows;
    return FM_OK;
}

enum fm_code store_delete_projections(struct fm_db *db, struct fm_ctx *ctx, fm_str case_id)
{
    for (size_t i = 0; i < N_TABLES; i++) {
        if (!tables[i].remove)
            continue;
        struct fm_query q = fm_query(tables[i].remove);
        fm_query_str(&q, "id", case_id);
        FM_TRY(fm_db_run(db, ctx, &q, NULL));
    }
    return FM_OK;
}

enum fm_code fm_store_rebuild(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id)
{
    struct fm_case *c;
    struct fm_db *db = s->writer;
    FM_TRY(fm_store_load(s, ctx, case_id, &c, NULL));
    pthread_mutex_lock(&s->write_lock);
    enum fm_code code = db->ops->begin(db, ctx, true);
    if (code == FM_OK)
        code = store_delete_projections(db, ctx, c->id);
    if (code == FM_OK)
        code = store_project(db, ctx, c, NULL);
    if (code == FM_OK)
        code = db->ops->commit(db, ctx);
    if (code != FM_OK)
        db->ops->rollback(db);
    pthread_mutex_unlock(&s->write_lock);
    return code;
}
