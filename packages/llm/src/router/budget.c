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

static struct budget *tenant_budget(struct fm_llm_router *r, fm_str tenant)
{
    fm_time now = fm_now(r->clock);
    return find(r, "tenant", tenant.len ? tenant : FM_STR("default"), now - now % FM_DAY);
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
    struct budget *b = find(r, "case", q->case_id, 0);
    FM_TRY(check(ctx, b, l->case_tokens, l->case_usd, want));
    if (l->case_ms && b->ms >= l->case_ms)
        return fm_fail(ctx, FM_ERATE, "the case has used its %lld s of model time",
                       (long long)(l->case_ms / 1000));
    b->reserved_tokens += want.tokens;
    b->reserved_usd += want.usd;
    return FM_OK;
}

enum fm_code fm_llm_budget_reserve(struct fm_llm_router *r, struct fm_ctx *ctx,
                                   const struct fm_llm_budget_limits *l,
                                   const struct fm_llm_request *q, struct reservation want)
{
    pthread_mutex_lock(&r->lock);
    struct budget *t = tenant_budget(r, q->tenant);
    enum fm_code code = check(ctx, t, l->tenant_tokens, l->tenant_usd, want);
    if (code == FM_OK)
        code = reserve_case(r, ctx, l, q, want);
    if (code == FM_OK) {
        t = tenant_budget(r, q->tenant); /* the table may have moved */
        t->reserved_tokens += want.tokens;
        t->reserved_usd += want.usd;
    }
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

void fm_llm_budget_settle(struct fm_llm_router *r, const struct fm_llm_request *q,
                          struct reservation reserved, struct fm_llm_spent real)
{
    pthread_mutex_lock(&r->lock);
    settle(tenant_budget(r, q->tenant), reserved, real);
    if (q->case_id.len)
        settle(find(r, "case", q->case_id, 0), reserved, real);
    pthread_mutex_unlock(&r->lock);
}

struct fm_llm_spent fm_llm_router_spent(struct fm_llm_router *r, fm_str tenant, fm_str case_id)
{
    pthread_mutex_lock(&r->lock);
    struct budget *b = case_id.len ? find(r, "case", case_id, 0) : tenant_budget(r, tenant);
    struct fm_llm_spent out = {b->tokens, b->ms, b->usd};
    pthread_mutex_unlock(&r->lock);
    return out;
}
