/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger of what models cost. */
#include "store_impl.h"

static struct fm_store *store_of(struct fm_llm_ledger *l)
{
    return (struct fm_store *)((char *)l - offsetof(struct fm_store, ledger));
}

static void bind_account(struct fm_query *q, const struct fm_llm_account *a)
{
    fm_query_str(q, "kind", a->is_tenant ? FM_STR("tenant") : FM_STR("case"));
    fm_query_str(q, "name", a->name);
    fm_query_int(q, "day", a->day / FM_DAY);
}

static enum fm_code on_row(void *arg, const struct fm_row *row)
{
    struct fm_llm_spent *out = arg;
    out->tokens = fm_row_int(row, 0);
    out->ms = fm_row_int(row, 1);
    out->usd = row->values[2].d;
    return FM_OK;
}

static enum fm_code ledger_read(struct fm_llm_ledger *l, struct fm_ctx *ctx,
                                const struct fm_llm_account *a, struct fm_llm_spent *out)
{
    struct fm_store *s = store_of(l);
    struct fm_db *db;
    struct fm_llm_spent found = {0};
    struct fm_query q = fm_query("SELECT tokens, ms, usd FROM model_spend WHERE kind = :kind AND "
                                 "name = :name AND day = :day");
    bind_account(&q, a);
    FM_TRY(store_take_reader(s, ctx, &db));
    enum fm_code code = fm_db_each(db, ctx, &q, on_row, &found);
    store_give_reader(s, db);
    if (code == FM_OK)
        *out = found;
    return code;
}

static enum fm_code write(struct fm_db *db, struct fm_ctx *ctx, const struct fm_query *q)
{
    FM_TRY(db->ops->begin(db, ctx, true));
    enum fm_code code = fm_db_run(db, ctx, q, NULL);
    if (code == FM_OK)
        return db->ops->commit(db, ctx);
    db->ops->rollback(db);
    return code;
}

static enum fm_code ledger_add(struct fm_llm_ledger *l, struct fm_ctx *ctx,
                               const struct fm_llm_account *a, const struct fm_llm_spent *more)
{
    struct fm_store *s = store_of(l);
    struct fm_query q = fm_query(
        "INSERT INTO model_spend (kind, name, day, tokens, ms, usd) VALUES (:kind, :name, :day, "
        ":tokens, :ms, :usd) ON CONFLICT (kind, name, day) DO UPDATE SET tokens = "
        "model_spend.tokens + excluded.tokens, ms = model_spend.ms + excluded.ms, usd = "
        "model_spend.usd + excluded.usd");
    bind_account(&q, a);
    fm_query_int(&q, "tokens", more->tokens);
    fm_query_int(&q, "ms", more->ms);
    fm_query_real(&q, "usd", more->usd > 0 ? more->usd : 0);
    pthread_mutex_lock(&s->write_lock);
    enum fm_code code = write(s->writer, ctx, &q);
    pthread_mutex_unlock(&s->write_lock);
    return code;
}

const struct fm_llm_ledger_ops store_ledger_ops = {.read = ledger_read, .add = ledger_add};

struct fm_llm_ledger *fm_store_ledger(struct fm_store *s)
{
    return &s->ledger;
}
