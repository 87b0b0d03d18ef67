/* SPDX-License-Identifier: Apache-2.0 */
/* What a case and a tenant may spend. A call reserves its worst case first and settles what it
 * really used. */
#include "internal.h"

static struct budget *find(struct fm_llm_router *r, const char *kind, fm_str name, fm_time day)
{
    uint64_t hash = fm_hash64(name) * 31 + fm_hash64(fm_str_c(kind));
    for (size_t i = 0; i < r->budgets.n; i++)
        if (r->budgets.items[i].hash == hash) {
            struct budget *b = &r->budgets.items[i];
            if (b->day != day) /* a new day */
                *b = (struct budget){.hash = hash,
                                     .day = day,
                                     .reserved_tokens = b->reserved_tokens,
                                     .reserved_usd = b->reserved_usd};
            return b;
        }
    struct budget *b = fm_vec_add(&r->arena, &r->budgets);
    b->hash = hash;
    b->day = day;
    return b;
}

static struct fm_llm_account account_of(struct fm_llm_router *r, const struct fm_llm_request *q,
                                        bool is_tenant)
{
    fm_time now = fm_now(r->clock);
    if (!is_tenant)
        return (struct fm_llm_account){.name = q->case_id};
    return (struct fm_llm_account){
        .is_tenant = true,
        .name = q->tenant.len ? q->tenant : FM_STR("default"),
        .day = now - now % FM_DAY,
    };
}

static struct budget *budget_of(struct fm_llm_router *r, const struct fm_llm_account *a)
{
    return find(r, a->is_tenant ? "tenant" : "case", a->name, a->day);
}

/* What the ledger knows takes the place of what this process knows: others spend too. */
static enum fm_code refresh(struct fm_llm_router *r, struct fm_ctx *ctx,
                            const struct fm_llm_account *a)
{
    struct fm_llm_spent known;
    if (!r->ledger || !a->name.len)
        return FM_OK;
    FM_TRY(r->ledger->ops->read(r->ledger, ctx, a, &known));
    struct budget *b = budget_of(r, a);
    b->tokens = known.tokens;
    b->ms = known.ms;
    b->usd = known.usd;
    return FM_OK;
}

static enum fm_code check(struct fm_ctx *ctx, const struct budget *b, int64_t tokens, double usd,
                          struct reservation want)
{
    if (tokens && b->tokens + b->reserved_tokens + want.tokens > tokens)
        return fm_fail(ctx, FM_ERATE, "%lld of %lld tokens are used and this call needs up to %lld",
                       (long long)(b->tokens + b->reserved_tokens), (long long)tokens,
                       (long long)want.tokens);
    if (usd > 0 && b->usd + b->reserved_usd + want.usd > usd)
        return fm_fail(ctx, FM_ERATE, "%.4f of %.4f USD are spent and this call may cost %.4f",
                       b->usd + b->reserved_usd, usd, want.usd);
    return FM_OK;
}

static enum fm_code reserve_case(struct fm_llm_router *r, struct fm_ctx *ctx,
                                 const struct fm_llm_budget_limits *l,
                                 const struct fm_llm_request *q, struct reservation want)
{
    if (q->case_id.len == 0)
        return FM_OK;
    struct fm_llm_account a = account_of(r, q, false);
    if (l->case_tokens || l->case_usd > 0 || l->case_ms)
        FM_TRY(refresh(r, ctx, &a));
    struct budget *b = budget_of(r, &a);
    FM_TRY(check(ctx, b, l->case_tokens, l->case_usd, want));
    if (l->case_ms && b->ms >= l->case_ms)
        return fm_fail(ctx, FM_ERATE, "the case has used its %lld s of model time",
                       (long long)(l->case_ms / 1000));
    b->reserved_tokens += want.tokens;
    b->reserved_usd += want.usd;
    return FM_OK;
}

static enum fm_code reserve_both(struct fm_llm_router *r, struct fm_ctx *ctx,
                                 const struct fm_llm_budget_limits *l,
                                 const struct fm_llm_request *q, struct reservation want)
{
    struct fm_llm_account a = account_of(r, q, true);
    if (l->tenant_tokens || l->tenant_usd > 0)
        FM_TRY(refresh(r, ctx, &a));
    FM_TRY(check(ctx, budget_of(r, &a), l->tenant_tokens, l->tenant_usd, want));
    FM_TRY(reserve_case(r, ctx, l, q, want));
    struct budget *t = budget_of(r, &a); /* the table may have moved */
    t->reserved_tokens += want.tokens;
    t->reserved_usd += want.usd;
    return FM_OK;
}

enum fm_code fm_llm_budget_reserve(struct fm_llm_router *r, struct fm_ctx *ctx,
                                   const struct fm_llm_budget_limits *l,
                                   const struct fm_llm_request *q, struct reservation want)
{
    pthread_mutex_lock(&r->lock);
    enum fm_code code = reserve_both(r, ctx, l, q, want);
    pthread_mutex_unlock(&r->lock);
    return code;
}

static void settle(struct budget *b, struct reservation reserved, struct fm_llm_spent real)
{
    b->reserved_tokens -= reserved.tokens;
    b->reserved_usd -= reserved.usd;
    b->tokens += real.tokens;
    b->usd += real.usd;
    b->ms += real.ms;
}

/* The money is gone whether or not it can be written down; the answer is not thrown away for it. */
static void write_down(struct fm_llm_router *r, const struct fm_llm_account *a,
                       const struct fm_llm_spent *real)
{
    struct fm_ctx ctx;
    if (!r->ledger || !a->name.len || (!real->tokens && !real->ms && real->usd <= 0))
        return;
    fm_ctx_init(&ctx, r->clock);
    if (r->ledger->ops->add(r->ledger, &ctx, a, real) != FM_OK && r->log)
        fm_log_write(r->log, FM_LOG_ERROR, "what was spent is not written down",
                     FM_FIELDS(FM_FIELD_STR("reason", fm_str_c(ctx.error))));
    fm_ctx_release(&ctx);
}

void fm_llm_budget_settle(struct fm_llm_router *r, const struct fm_llm_request *q,
                          struct reservation reserved, struct fm_llm_spent real)
{
    struct fm_llm_account t = account_of(r, q, true), c = account_of(r, q, false);
    pthread_mutex_lock(&r->lock);
    settle(budget_of(r, &t), reserved, real);
    if (q->case_id.len)
        settle(budget_of(r, &c), reserved, real);
    write_down(r, &t, &real);
    write_down(r, &c, &real);
    pthread_mutex_unlock(&r->lock);
}

struct fm_llm_spent fm_llm_router_spent(struct fm_llm_router *r, fm_str tenant, fm_str case_id)
{
    pthread_mutex_lock(&r->lock);
    struct fm_llm_account a =
        account_of(r, &(struct fm_llm_request){.tenant = tenant, .case_id = case_id}, !case_id.len);
    struct budget *b = budget_of(r, &a);
    struct fm_llm_spent out = {b->tokens, b->ms, b->usd};
    pthread_mutex_unlock(&r->lock);
    return out;
}
