/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

/* Failures of the key or the address, which all models there share; others are the model's own. */
static bool is_of_upstream(enum fm_llm_class c)
{
    return c == FM_LLM_AUTH || c == FM_LLM_QUOTA || c == FM_LLM_NETWORK;
}

static uint64_t hash_upstream(const struct fm_llm_provider *p)
{
    uint64_t parts[2] = {fm_hash64(fm_str_c(p->base_url)), fm_hash64(p->key)};
    return fm_hash64(fm_str_n((const char *)parts, sizeof parts));
}

static uint32_t find_upstream(struct fm_llm_router *r, const struct fm_llm_provider *p)
{
    uint64_t hash = hash_upstream(p);
    for (size_t i = 0; i < r->upstreams.n; i++)
        if (r->upstreams.items[i].hash == hash)
            return (uint32_t)i;
    struct upstream *u = fm_vec_add(&r->arena, &r->upstreams);
    u->hash = hash;
    u->requests.level = (double)p->requests_per_minute;
    u->tokens.level = (double)p->tokens_per_minute;
    return (uint32_t)(r->upstreams.n - 1);
}

uint32_t fm_llm_target_of(struct fm_llm_router *r, const struct fm_llm_model *m)
{
    pthread_mutex_lock(&r->lock);
    uint32_t upstream = find_upstream(r, m->provider);
    uint64_t hash = fm_hash64(fm_str_c(m->name)) * 31 + r->upstreams.items[upstream].hash;
    uint32_t found = 0;
    while (found < r->targets.n && r->targets.items[found].hash != hash)
        found++;
    if (found == r->targets.n) {
        struct target *t = fm_vec_add(&r->arena, &r->targets);
        t->hash = hash;
        t->upstream = upstream;
    }
    pthread_mutex_unlock(&r->lock);
    return found;
}

/* Whether `amount` fits, or when it will. A single amount beyond the rate passes when the bucket is
 * full. */
static fm_time bucket_next(struct bucket *b, int64_t per_minute, double amount, fm_time now)
{
    if (per_minute == 0)
        return now;
    double rate = (double)per_minute / (double)FM_MINUTE;
    b->level += rate * (double)(now - b->at);
    if (b->at == 0 || b->level > (double)per_minute)
        b->level = (double)per_minute;
    b->at = now;
    double need = amount < (double)per_minute ? amount : (double)per_minute;
    return b->level >= need ? now : now + (fm_time)((need - b->level) / rate) + 1;
}

static fm_time later(fm_time a, fm_time b)
{
    return a > b ? a : b;
}

static fm_time limits_next(struct upstream *u, const struct fm_llm_provider *p, int64_t tokens,
                           fm_time now)
{
    fm_time next = later(bucket_next(&u->requests, p->requests_per_minute, 1, now),
                         bucket_next(&u->tokens, p->tokens_per_minute, (double)tokens, now));
    if (p->max_concurrent && u->running >= p->max_concurrent)
        next = later(next, now + 10 * FM_MS);
    return next;
}

static void take_place(struct upstream *u, const struct fm_llm_provider *p, int64_t tokens)
{
    u->running++;
    if (p->requests_per_minute)
        u->requests.level -= 1;
    if (p->tokens_per_minute)
        u->tokens.level -= (double)tokens;
}

struct admission fm_llm_admit(const struct asking *ask, const struct candidate *k)
{
    struct fm_llm_router *r = ask->router;
    const struct fm_llm_policy *p = ask->policy;
    bool is_last_resort = ask->is_last_resort;
    const struct fm_llm_provider *provider = k->model->provider;
    struct admission out = {0};
    fm_time now = fm_llm_now(r);
    pthread_mutex_lock(&r->lock);
    struct target *t = &r->targets.items[k->target];
    struct upstream *u = &r->upstreams.items[t->upstream];
    enum fm_llm_admission at = fm_llm_health_ask(&t->health, &p->health, now, is_last_resort);
    enum fm_llm_admission au = fm_llm_health_ask(&u->health, &p->health, now, is_last_resort);
    fm_time limits = limits_next(u, provider, ask->tokens, now);
    out.is_admitted = at != FM_LLM_DENIED && au != FM_LLM_DENIED && limits <= now;
    if (out.is_admitted) {
        fm_llm_health_begin(&t->health, now, at);
        fm_llm_health_begin(&u->health, now, au);
        take_place(u, provider, ask->tokens);
        out.is_probe_target = at == FM_LLM_ADMITTED_AS_PROBE;
        out.is_probe_upstream = au == FM_LLM_ADMITTED_AS_PROBE;
        t->calls++;
    } else {
        out.next =
            later(limits, later(fm_llm_health_next(&t->health, &p->health, now, is_last_resort),
                                fm_llm_health_next(&u->health, &p->health, now, is_last_resort)));
    }
    pthread_mutex_unlock(&r->lock);
    return out;
}

static void record_failure(struct fm_llm_router *r, struct target *t, const struct fm_llm_policy *p,
                           const struct admission *a, const struct fm_llm_error *e)
{
    struct upstream *u = &r->upstreams.items[t->upstream];
    fm_time now = fm_llm_now(r);
    bool is_upstream = is_of_upstream(e->result);
    t->failures += fm_llm_class_is_failure(e->result);
    if (is_upstream) {
        fm_llm_health_failure(&u->health, &p->health, now, e->result, e->retry_after_ms);
        fm_llm_health_abandon(&t->health, a->is_probe_target);
        return;
    }
    fm_llm_health_failure(&t->health, &p->health, now, e->result, e->retry_after_ms);
    if (a->is_probe_upstream) /* it answered, whatever it said */
        fm_llm_health_success(&u->health, &p->health, now, true);
}

void fm_llm_leave(struct fm_llm_router *r, uint32_t target, const struct fm_llm_policy *p,
                  const struct admission *a, const struct fm_llm_error *result)
{
    fm_time now = fm_llm_now(r);
    pthread_mutex_lock(&r->lock);
    struct target *t = &r->targets.items[target];
    struct upstream *u = &r->upstreams.items[t->upstream];
    u->running--;
    if (result->result == FM_LLM_OK) {
        fm_llm_health_success(&t->health, &p->health, now, a->is_probe_target);
        fm_llm_health_success(&u->health, &p->health, now, a->is_probe_upstream);
    } else if (result->result == FM_LLM_CANCELLED) {
        fm_llm_health_abandon(&t->health, a->is_probe_target);
        fm_llm_health_abandon(&u->health, a->is_probe_upstream);
    } else {
        record_failure(r, t, p, a, result);
    }
    pthread_mutex_unlock(&r->lock);
}

#define RATIO_WEIGHT 0.2

void fm_llm_learn_tokens(struct fm_llm_router *r, uint32_t target, int64_t estimated, int64_t real)
{
    if (estimated < 50 || real <= 0)
        return;
    double seen = (double)real / (double)estimated;
    pthread_mutex_lock(&r->lock);
    struct target *t = &r->targets.items[target];
    if (seen > 0.2 && seen < 5)
        t->token_ratio =
            t->token_ratio > 0 ? t->token_ratio + RATIO_WEIGHT * (seen - t->token_ratio) : seen;
    pthread_mutex_unlock(&r->lock);
}

int64_t fm_llm_expected_tokens(struct fm_llm_router *r, uint32_t target, int64_t estimated)
{
    pthread_mutex_lock(&r->lock);
    double ratio = r->targets.items[target].token_ratio;
    pthread_mutex_unlock(&r->lock);
    return ratio > 0 ? (int64_t)((double)estimated * ratio) : estimated;
}

unsigned fm_llm_refused_fields(struct fm_llm_router *r, uint32_t target, unsigned add)
{
    pthread_mutex_lock(&r->lock);
    unsigned drop = r->targets.items[target].drop |= add;
    pthread_mutex_unlock(&r->lock);
    return drop;
}

double fm_llm_random(struct fm_llm_router *r)
{
    pthread_mutex_lock(&r->lock);
    double u = fm_rng_unit(r->rng);
    pthread_mutex_unlock(&r->lock);
    return u;
}
