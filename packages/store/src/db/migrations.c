/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema, step by step. A step never changes once released; a new need is a new step. Written
 * once: @INT@, @REAL@,
 * @BLOB@, @STRICT@ and @FLAT@ stand for what the dialects call differently (64-bit integers, binary
 * data, strict tables without hidden row ids). Lines that start with "sqlite:" or "postgres:" are
 * for that dialect only.
 */
#include "faultmaven/store/db.h"

#include "faultmaven/base/buf.h"

static const char step_1[] =
    "CREATE TABLE cases (id TEXT NOT NULL PRIMARY KEY, version @INT@ NOT NULL, head @BLOB@ NOT "
    "NULL,"
    " owner TEXT NOT NULL, organization TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT "
    "NULL,"
    " status TEXT NOT NULL, closure TEXT NOT NULL, stage TEXT NOT NULL, severity TEXT NOT NULL,"
    " completion @INT@ NOT NULL, turns @INT@ NOT NULL, stalled @INT@ NOT NULL, created_at @INT@ "
    "NOT NULL,"
    " updated_at @INT@ NOT NULL, resolved_at @INT@, closed_at @INT@) @STRICT@;\n"
    "CREATE INDEX cases_by_update ON cases (updated_at DESC, id);\n"
    "CREATE INDEX cases_by_owner ON cases (owner, status, created_at);\n"
    "CREATE TABLE case_members (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, "
    "user_id TEXT NOT NULL,"
    " role TEXT NOT NULL, PRIMARY KEY (user_id, case_id)) @FLAT@;\n"
    "CREATE INDEX members_by_case ON case_members (case_id);\n"
    "CREATE TABLE events (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, seq @INT@ "
    "NOT NULL,"
    " type TEXT NOT NULL, at @INT@ NOT NULL, actor TEXT NOT NULL, payload TEXT NOT NULL, prev_hash "
    "@BLOB@ NOT NULL,"
    " hash @BLOB@ NOT NULL, PRIMARY KEY (case_id, seq)) @FLAT@;\n"
    "CREATE TABLE messages (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, id TEXT "
    "NOT NULL,"
    " turn @INT@ NOT NULL, role TEXT NOT NULL, kind TEXT NOT NULL, author TEXT NOT NULL, at @INT@, "
    "body TEXT NOT NULL,"
    " PRIMARY KEY (case_id, id)) @FLAT@;\n"
    "CREATE TABLE evidence (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, id TEXT "
    "NOT NULL,"
    " state TEXT NOT NULL, source TEXT NOT NULL, summary TEXT NOT NULL, sha256 TEXT NOT NULL, turn "
    "@INT@ NOT NULL,"
    " body TEXT NOT NULL, PRIMARY KEY (case_id, id)) @FLAT@;\n"
    "CREATE TABLE hypotheses (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, id "
    "TEXT NOT NULL,"
    " status TEXT NOT NULL, category TEXT NOT NULL, likelihood @REAL@, statement TEXT NOT NULL, "
    "body TEXT NOT NULL,"
    " PRIMARY KEY (case_id, id)) @FLAT@;\n"
    "CREATE TABLE hypothesis_evidence (case_id TEXT NOT NULL, hypothesis_id TEXT NOT NULL, "
    "evidence_id TEXT NOT NULL,"
    " stance TEXT NOT NULL, completeness @REAL@, body TEXT NOT NULL, PRIMARY KEY (case_id, "
    "hypothesis_id, evidence_id),"
    " FOREIGN KEY (case_id, hypothesis_id) REFERENCES hypotheses (case_id, id) ON DELETE CASCADE,"
    " FOREIGN KEY (case_id, evidence_id) REFERENCES evidence (case_id, id) ON DELETE CASCADE) "
    "@FLAT@;\n"
    "CREATE TABLE solutions (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, id "
    "TEXT NOT NULL,"
    " kind TEXT NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, PRIMARY "
    "KEY (case_id, id))"
    " @FLAT@;\n";

static const char step_2[] =
    "CREATE TABLE turns (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, number "
    "@INT@ NOT NULL,"
    " at @INT@, actor TEXT NOT NULL, outcome TEXT NOT NULL, progress @INT@ NOT NULL, body TEXT NOT "
    "NULL,"
    " PRIMARY KEY (case_id, number)) @FLAT@;\n"
    "CREATE TABLE status_history (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, "
    "seq @INT@ NOT NULL,"
    " from_status TEXT NOT NULL, to_status TEXT NOT NULL, at @INT@, actor TEXT NOT NULL, reason "
    "TEXT NOT NULL,"
    " PRIMARY KEY (case_id, seq)) @FLAT@;\n"
    "CREATE TABLE uploaded_files (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, "
    "id TEXT NOT NULL,"
    " filename TEXT NOT NULL, size @INT@ NOT NULL, sha256 TEXT NOT NULL, data_type TEXT NOT NULL, "
    "added_at @INT@,"
    " added_by TEXT NOT NULL, turn @INT@ NOT NULL, PRIMARY KEY (case_id, id)) @FLAT@;\n"
    "CREATE INDEX files_by_content ON uploaded_files (sha256);\n"
    "CREATE TABLE reports (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, id TEXT "
    "NOT NULL,"
    " type TEXT NOT NULL, format TEXT NOT NULL, version @INT@ NOT NULL, title TEXT NOT NULL, "
    "sha256 TEXT NOT NULL,"
    " is_current @INT@ NOT NULL, at @INT@, PRIMARY KEY (case_id, id)) @FLAT@;\n"
    "CREATE INDEX reports_by_content ON reports (sha256);\n"
    "CREATE TABLE answers (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, "
    "idempotency_key TEXT NOT NULL,"
    " turn @INT@ NOT NULL, response TEXT NOT NULL, PRIMARY KEY (case_id, idempotency_key)) "
    "@FLAT@;\n"
    "sqlite:CREATE VIRTUAL TABLE search_docs USING fts5(case_id UNINDEXED, kind UNINDEXED, ref "
    "UNINDEXED, body);\n"
    "postgres:CREATE TABLE search_docs (case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE "
    "CASCADE,"
    " kind TEXT NOT NULL, ref TEXT NOT NULL, body TEXT NOT NULL);\n"
    "postgres:CREATE INDEX search_by_text ON search_docs USING GIN (to_tsvector('simple', body));\n"
    "postgres:CREATE INDEX search_by_case ON search_docs (case_id);\n";

/* For lists: since when an investigation rests, how urgent it is, what it waits on. Cases from
 * before hold '-', and fm_store_open projects them anew. */
static const char step_3[] = "ALTER TABLE cases ADD COLUMN resting_since @INT@;\n"
                             "ALTER TABLE cases ADD COLUMN urgency TEXT NOT NULL DEFAULT '-';\n"
                             "ALTER TABLE cases ADD COLUMN waiting_on TEXT NOT NULL DEFAULT '';\n"
                             "CREATE INDEX cases_stale ON cases (id) WHERE urgency = '-';\n";

/* Of cases (day 0) and of tenants by day. */
static const char step_4[] =
    "CREATE TABLE model_spend (kind TEXT NOT NULL, name TEXT NOT NULL, day @INT@ NOT NULL, tokens "
    "@INT@ NOT NULL, ms @INT@ NOT NULL, usd @REAL@ NOT NULL, PRIMARY KEY (kind, name, day)) "
    "@FLAT@;\n";

static const struct {
    const char *name, *sql;
} steps[] = {
    {"cases, events, findings", step_1},
    {"turns, files, reports, answers, search", step_2},
    {"pace of cases", step_3},
    {"spent on models", step_4},
};
const int fm_db_schema_version = sizeof steps / sizeof steps[0];

static const char *word_for(enum fm_db_dialect d, fm_str token)
{
    static const struct {
        const char *token, *sqlite, *postgres;
    } words[] = {
        {"INT", "INTEGER", "BIGINT"},
        {"REAL", "REAL", "DOUBLE PRECISION"},
        {"BLOB", "BLOB", "BYTEA"},
        {"STRICT", "STRICT", ""},
        {"FLAT", "STRICT, WITHOUT ROWID", ""},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (fm_str_eqc(token, words[i].token))
            return d == FM_DB_SQLITE ? words[i].sqlite : words[i].postgres;
    FM_BUG("schema: unknown token @%.*s@", FM_STR_ARG(token));
}

static void add_line(struct fm_buf *out, enum fm_db_dialect d, fm_str line)
{
    while (line.len) {
        ptrdiff_t at = fm_str_chr(line, '@', 0);
        ptrdiff_t end = at < 0 ? -1 : fm_str_chr(line, '@', (size_t)at + 1);
        if (end < 0) {
            fm_buf_adds(out, line);
            break;
        }
        fm_buf_adds(out, fm_str_sub(line, 0, (size_t)at));
        fm_buf_addz(out, word_for(d, fm_str_sub(line, (size_t)at + 1, (size_t)(end - at - 1))));
        line = fm_str_skip(line, (size_t)end + 1);
    }
    fm_buf_addc(out, '\n');
}

static void translate(struct fm_buf *out, enum fm_db_dialect d, const char *sql)
{
    fm_str rest = fm_str_c(sql), line;
    while (fm_str_line(&rest, &line)) {
        bool is_sqlite = fm_str_starts(line, FM_STR("sqlite:"));
        bool is_postgres = fm_str_starts(line, FM_STR("postgres:"));
        if ((is_sqlite && d != FM_DB_SQLITE) || (is_postgres && d != FM_DB_POSTGRES))
            continue;
        add_line(out, d,
                 is_sqlite     ? fm_str_skip(line, 7)
                 : is_postgres ? fm_str_skip(line, 9)
                               : line);
    }
}

static enum fm_code on_version(void *arg, const struct fm_row *row)
{
    *(int64_t *)arg = fm_row_int(row, 0);
    return FM_OK;
}

static enum fm_code run_step(struct fm_db *db, struct fm_ctx *ctx, int i)
{
    struct fm_buf sql;
    fm_buf_init(&sql, 1 << 20);
    translate(&sql, db->dialect, steps[i].sql);
    enum fm_code code = db->ops->script(db, ctx, sql.p);
    fm_buf_release(&sql);
    FM_TRY(code);
    struct fm_query q = fm_query("INSERT INTO schema_steps (step, name) VALUES (:step, :name)");
    fm_query_int(&q, "step", i + 1);
    fm_query_str(&q, "name", fm_str_c(steps[i].name));
    return fm_db_run(db, ctx, &q, NULL);
}

/* Under the write lock: two programs that start at once must not both migrate. */
static enum fm_code migrate_locked(struct fm_db *db, struct fm_ctx *ctx)
{
    int64_t version = 0;
    struct fm_query q = fm_query("SELECT COALESCE(MAX(step), 0) FROM schema_steps");
    FM_TRY(fm_db_each(db, ctx, &q, on_version, &version));
    if (version > fm_db_schema_version)
        return fm_fail(ctx, FM_EUNSUPPORTED,
                       "the store has schema version %lld, this program knows %d: a newer "
                       "faultmaven wrote it; update "
                       "this program, a downgrade would lose data",
                       (long long)version, fm_db_schema_version);
    for (int i = (int)version; i < fm_db_schema_version; i++)
        FM_TRY(run_step(db, ctx, i));
    return FM_OK;
}

static enum fm_code current_version(struct fm_db *db, struct fm_ctx *ctx, int64_t *version)
{
    static const char sqlite[] = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_steps'";
    static const char postgres[] =
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'schema_steps'"
        " AND table_schema = current_schema()";
    int64_t has_table = 0;
    struct fm_query q = fm_query(db->dialect == FM_DB_SQLITE ? sqlite : postgres);
    FM_TRY(fm_db_each(db, ctx, &q, on_version, &has_table));
    struct fm_query v = fm_query("SELECT COALESCE(MAX(step), 0) FROM schema_steps");
    *version = 0;
    return has_table ? fm_db_each(db, ctx, &v, on_version, version) : FM_OK;
}

enum fm_code fm_db_migrate(struct fm_db *db, struct fm_ctx *ctx)
{
    int64_t version = 0;
    FM_TRY(current_version(db, ctx, &version));
    if (version == fm_db_schema_version)
        return FM_OK;
    FM_TRY(db->ops->begin(db, ctx, true));
    enum fm_code code =
        db->ops->script(db, ctx,
                        db->dialect == FM_DB_SQLITE
                            ? "CREATE TABLE IF NOT EXISTS schema_steps (step INTEGER PRIMARY "
                              "KEY, name TEXT NOT NULL) STRICT"
                            : "CREATE TABLE IF NOT EXISTS schema_steps (step BIGINT PRIMARY "
                              "KEY, name TEXT NOT NULL)");
    if (code == FM_OK)
        code = migrate_locked(db, ctx);
    if (code == FM_OK)
        return db->ops->commit(db, ctx);
    db->ops->rollback(db);
    return code;
}
