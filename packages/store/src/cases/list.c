/* SPDX-License-Identifier: Apache-2.0 */
#include "store_impl.h"

struct collector {
    struct fm_ctx *ctx;
    struct fm_case_rows *cases;
    struct fm_search_hits *hits;
};

static fm_str keep(struct collector *k, const struct fm_row *row, int i)
{
    return fm_str_dup(&k->ctx->arena, fm_row_str(row, i));
}

static enum fm_code on_case(void *arg, const struct fm_row *row)
{
    struct collector *k = arg;
    struct fm_case_row *c = fm_vec_add(&k->ctx->arena, k->cases);
    c->id = keep(k, row, 0);
    c->title = keep(k, row, 1);
    c->owner = keep(k, row, 2);
    c->status = keep(k, row, 3);
    c->stage = keep(k, row, 4);
    c->severity = keep(k, row, 5);
    c->closure = keep(k, row, 6);
    c->version = fm_row_int(row, 7);
    c->turns = fm_row_int(row, 8);
    c->completion = fm_row_int(row, 9);
    c->stalled = fm_row_int(row, 10);
    c->created_at = fm_row_int(row, 11);
    c->updated_at = fm_row_int(row, 12);
    c->resting_since = fm_row_time(row, 13);
    c->urgency = keep(k, row, 14);
    c->waiting_on = keep(k, row, 15);
    return FM_OK;
}

#define LIST_COLUMNS                                                                               \
    "SELECT c.id, c.title, c.owner, c.status, c.stage, c.severity, c.closure, c.version, "         \
    "c.turns, c.completion,"                                                                       \
    " c.stalled, c.created_at, c.updated_at, c.resting_since, c.urgency, c.waiting_on FROM cases " \
    "c"
#define LIST_WHERE                                                                                 \
    " (c.updated_at < :at OR (c.updated_at = :at AND c.id > :id)) AND (:status = '' OR c.status "  \
    "= :status)"                                                                                   \
    " AND (:closed = 1 OR c.status <> 'closed') AND (:empty = 1 OR c.turns > 0)"                   \
    " ORDER BY c.updated_at DESC, c.id LIMIT :limit"

enum fm_code fm_store_list(struct fm_store *s, struct fm_ctx *ctx, const struct fm_case_filter *f,
                           struct fm_case_rows *out)
{
    static const char all[] = LIST_COLUMNS " WHERE" LIST_WHERE;
    static const char mine[] = LIST_COLUMNS
        " WHERE EXISTS (SELECT 1 FROM case_members m WHERE m.case_id = c.id AND m.user_id = :user"
        " AND m.role <> 'removed') AND" LIST_WHERE;
    struct fm_db *db = NULL;
    struct fm_case_rows rows = {0};
    struct collector k = {.ctx = ctx, .cases = &rows};
    if (f->limit < 1 || f->limit > 1000)
        return fm_fail(ctx, FM_EINVAL, "limit: 1 to 1000, not %lld", (long long)f->limit);
    FM_TRY(store_take_reader(s, ctx, &db));
    struct fm_query q = fm_query(f->user.len ? mine : all);
    if (f->user.len)
        fm_query_str(&q, "user", f->user);
    fm_query_int(&q, "at", f->before_updated == FM_TIME_NONE ? INT64_MAX : f->before_updated);
    fm_query_str(&q, "id", f->before_id);
    fm_query_str(&q, "status", fm_str_c(fm_name_of(&fm_case_status_names, f->status)));
    fm_query_int(&q, "closed", f->include_closed || f->status == FM_CASE_CLOSED);
    fm_query_int(&q, "empty", f->include_empty);
    fm_query_int(&q, "limit", f->limit);
    enum fm_code code = fm_db_each(db, ctx, &q, on_case, &k);
    store_give_reader(s, db);
    FM_TRY(code);
    *out = rows;
    return FM_OK;
}

static enum fm_code on_counts(void *arg, const struct fm_row *row)
{
    *(struct fm_case_counts *)arg =
        (struct fm_case_counts){.open = fm_row_int(row, 0), .opened = fm_row_int(row, 1)};
    return FM_OK;
}

enum fm_code fm_store_count(struct fm_store *s, struct fm_ctx *ctx, fm_str owner, fm_time since,
                            struct fm_case_counts *out)
{
    struct fm_db *db = NULL;
    struct fm_case_counts counts = {0};
    FM_TRY(store_take_reader(s, ctx, &db));
    struct fm_query q = fm_query(
        "SELECT (SELECT COUNT(*) FROM cases WHERE owner = :owner AND status IN ('consulting',"
        " 'investigating')), (SELECT COUNT(*) FROM cases WHERE owner = :owner AND created_at >= "
        ":since)");
    fm_query_str(&q, "owner", owner);
    fm_query_int(&q, "since", since);
    enum fm_code code = fm_db_each(db, ctx, &q, on_counts, &counts);
    store_give_reader(s, db);
    FM_TRY(code);
    *out = counts;
    return FM_OK;
}

static enum fm_code on_hit(void *arg, const struct fm_row *row)
{
    struct collector *k = arg;
    struct fm_search_hit *h = fm_vec_add(&k->ctx->arena, k->hits);
    h->case_id = keep(k, row, 0);
    h->title = keep(k, row, 1);
    h->kind = keep(k, row, 2);
    h->ref = keep(k, row, 3);
    h->snippet = keep(k, row, 4);
    return FM_OK;
}

/* Each word of the user as a quoted term, so that no character of it is syntax. */
static fm_str quoted_words(struct fm_ctx *ctx, fm_str query)
{
    struct fm_buf b;
    fm_str rest = query, word;
    fm_buf_init(&b, 8192);
    while (fm_str_word(&rest, &word)) {
        fm_buf_addz(&b, b.len ? " \"" : "\"");
        for (size_t i = 0; i < word.len; i++) {
            if (word.p[i] == '"')
                fm_buf_addc(&b, '"');
            fm_buf_addc(&b, word.p[i]);
        }
        fm_buf_addc(&b, '"');
    }
    fm_str s = fm_str_dup(&ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

#define SEARCH_FROM(snippet)                                                                       \
    "SELECT d.case_id, c.title, d.kind, d.ref, " snippet                                           \
    " FROM search_docs d JOIN cases c ON c.id = d.case_id WHERE"                                   \
    " (:user = '' OR EXISTS (SELECT 1 FROM case_members m WHERE m.case_id = d.case_id AND "        \
    "m.user_id = :user"                                                                            \
    " AND m.role <> 'removed')) AND "

enum fm_code fm_store_search(struct fm_store *s, struct fm_ctx *ctx, const struct fm_search *search,
                             struct fm_search_hits *out)
{
    static const char sqlite[] = SEARCH_FROM(
        "snippet(search_docs, 3, '[', ']', '...', 12)") "search_docs MATCH :query ORDER BY rank, "
                                                        "d.case_id LIMIT :limit";
    static const char postgres[] = SEARCH_FROM(
        "ts_headline('simple', d.body, plainto_tsquery('simple', :query), 'StartSel=[, StopSel=], "
        "MaxWords=20,"
        " MinWords=5')") "to_tsvector('simple', d.body) @@ plainto_tsquery('simple', :query)"
                         " ORDER BY ts_rank(to_tsvector('simple', d.body), "
                         "plainto_tsquery('simple', :query)) DESC,"
                         " d.case_id LIMIT :limit";
    struct fm_db *db = NULL;
    struct fm_search_hits hits = {0};
    struct collector k = {.ctx = ctx, .hits = &hits};
    fm_str words = fm_str_trim(search->words);
    if (!words.len || words.len > 1000 || memchr(words.p, '\0', words.len))
        return fm_fail(ctx, FM_EINVAL, "give some words to search for, at most 1000 bytes");
    FM_TRY(store_take_reader(s, ctx, &db));
    struct fm_query q = fm_query(db->dialect == FM_DB_SQLITE ? sqlite : postgres);
    fm_query_str(&q, "user", search->user);
    fm_query_str(&q, "query", db->dialect == FM_DB_SQLITE ? quoted_words(ctx, words) : words);
    fm_query_int(&q, "limit", search->limit < 1 ? 1 : search->limit > 1000 ? 1000 : search->limit);
    enum fm_code code = fm_db_each(db, ctx, &q, on_hit, &k);
    store_give_reader(s, db);
    FM_TRY(code);
    *out = hits;
    return FM_OK;
}
