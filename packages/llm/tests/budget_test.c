/* SPDX-License-Identifier: Apache-2.0 */
/* Budgets of cases and tenants: checked before the call, kept in a ledger that outlives the router
 * and that others write too. */
#include "world.h"

/* In memory; `is_away` makes it fail. */
struct book {
    struct fm_llm_ledger base;
    struct {
        bool is_tenant;
        char name[32];
        fm_time day;
        struct fm_llm_spent spent;
    } rows[8];
    size_t n;
    bool is_away;
};

static struct fm_llm_spent *row_of(struct book *b, const struct fm_llm_account *a)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->rows[i].is_tenant == a->is_tenant && b->rows[i].day == a->day &&
            fm_str_eqc(a->name, b->rows[i].name))
            return &b->rows[i].spent;
    assert_in_range(b->n, 0, 7);
    b->rows[b->n].is_tenant = a->is_tenant;
    b->rows[b->n].day = a->day;
    snprintf(b->rows[b->n].name, sizeof b->rows[0].name, "%.*s", FM_STR_ARG(a->name));
    return &b->rows[b->n++].spent;
}

static enum fm_code book_read(struct fm_llm_ledger *l, struct fm_ctx *ctx,
                              const struct fm_llm_account *a, struct fm_llm_spent *out)
{
    struct book *b = (struct book *)l;
    if (b->is_away)
        return fm_fail(ctx, FM_EUNAVAILABLE, "the book is away");
    *out = *row_of(b, a);
    return FM_OK;
}

static enum fm_code book_add(struct fm_llm_ledger *l, struct fm_ctx *ctx,
                             const struct fm_llm_account *a, const struct fm_llm_spent *more)
{
    struct book *b = (struct book *)l;
    if (b->is_away)
        return fm_fail(ctx, FM_EUNAVAILABLE, "the book is away");
    struct fm_llm_spent *s = row_of(b, a);
    s->tokens += more->tokens;
    s->ms += more->ms;
    s->usd += more->usd;
    return FM_OK;
}

static const struct fm_llm_ledger_ops book_ops = {book_read, book_add};

#define ONE(limits)                                                                                \
    "{'providers':[{'name':'a','kind':'openai','url':'http://127.0.0.1:$/a','key':'k','models':["  \
    "{'name':'m','input_price':1000,'output_price':1000}]}],'budget':{" limits "}}"

static enum fm_llm_class ask_for(struct world *w, const char *tenant, const char *case_id)
{
    struct fm_llm_request r = request();
    r.tenant = fm_str_c(tenant);
    r.case_id = fm_str_c(case_id);
    r.max_tokens = 10;
    return run(w, &r, false);
}

/* Each limit alone: the first call passes, and what it spent stops the second, in another process.
 */
static const struct {
    const char *limits;
    bool is_of_case;
} limits[] = {
    {ONE("'case_tokens':30"), true},           {ONE("'case_usd':0.03"), true},
    {ONE("'case_time':'1ms'"), true},          {ONE("'tenant_tokens_per_day':30"), false},
    {ONE("'tenant_usd_per_day':0.03"), false},
};

/* As if the answer had been a long one. */
static void spend(struct book *b)
{
    for (size_t i = 0; i < b->n; i++)
        b->rows[i].spent = (struct fm_llm_spent){20, 50, 0.02};
}

static void ask_again(struct book *book, const char *json, const char *tenant)
{
    struct world w;
    build(&w, json);
    fm_llm_router_ledger(w.router, &book->base);
    assert_int_equal(ask_for(&w, "t", "case_1"), FM_LLM_BUDGET);
    assert_int_equal(w.provider.hits[0], 0);
    assert_int_equal(ask_for(&w, tenant, "case_2"), FM_LLM_OK);
    tear_down(&w);
}

TEST(what_was_spent_outlives_the_process)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct book book = {.base.ops = &book_ops};
        struct world w;
        build(&w, limits[i].limits);
        fm_llm_router_ledger(w.router, &book.base);
        assert_int_equal(ask_for(&w, "t", "case_1"), FM_LLM_OK);
        tear_down(&w);
        spend(&book);
        ask_again(&book, limits[i].limits, limits[i].is_of_case ? "t" : "u");
    }
}

TEST(others_spend_too)
{
    struct world w;
    struct book book = {.base.ops = &book_ops};
    build(&w, ONE("'case_tokens':100"));
    fm_llm_router_ledger(w.router, &book.base);
    assert_int_equal(ask_for(&w, "t", "case_1"), FM_LLM_OK);
    struct fm_llm_account a = {.name = FM_STR("case_1")};
    int64_t own = row_of(&book, &a)->tokens;
    assert_true(own > 0);
    row_of(&book, &a)->tokens += 95;
    assert_int_equal(ask_for(&w, "t", "case_1"), FM_LLM_BUDGET);
    assert_int_equal(w.provider.hits[0], 1);
    tear_down(&w);
}

TEST(without_its_book_a_limited_call_is_not_made)
{
    struct world w;
    struct book book = {.base.ops = &book_ops, .is_away = true};
    build(&w, ONE("'case_tokens':100"));
    fm_llm_router_ledger(w.router, &book.base);
    assert_int_equal(ask_for(&w, "t", "case_1"), FM_LLM_BUDGET);
    assert_int_equal(w.provider.hits[0], 0);
    tear_down(&w);
    build(&w, ONE(""));
    fm_llm_router_ledger(w.router, &book.base);
    assert_int_equal(ask_for(&w, "t", "case_1"), FM_LLM_OK); /* no limit, and the answer is kept */
    tear_down(&w);
}
