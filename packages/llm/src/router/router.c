/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdlib.h>

struct fm_llm_router *fm_llm_router_new(struct fm_llm_setup *setup,
                                        const struct fm_llm_router_options *o)
{
    struct fm_llm_router *r = calloc(1, sizeof *r);
    if (!r)
        FM_BUG("out of memory");
    pthread_mutex_init(&r->lock, NULL);
    r->clock = o && o->clock ? o->clock : &fm_clock_system;
    r->rng = o && o->rng ? o->rng : &fm_rng_system;
    r->metrics = o ? o->metrics : NULL;
    r->log = o ? o->log : NULL;
    r->setup = fm_llm_setup_ref(setup);
    fm_arena_init(&r->arena);
    return r;
}

void fm_llm_router_free(struct fm_llm_router *r)
{
    if (!r)
        return;
    fm_llm_cache_clear(r);
    fm_llm_setup_unref(r->setup);
    fm_arena_release(&r->arena);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void fm_llm_router_ledger(struct fm_llm_router *r, struct fm_llm_ledger *ledger)
{
    pthread_mutex_lock(&r->lock);
    r->ledger = ledger;
    pthread_mutex_unlock(&r->lock);
}

void fm_llm_router_reload(struct fm_llm_router *r, struct fm_llm_setup *setup)
{
    pthread_mutex_lock(&r->lock);
    struct fm_llm_setup *old = r->setup;
    r->setup = fm_llm_setup_ref(setup);
    pthread_mutex_unlock(&r->lock);
    fm_llm_setup_unref(old);
}

struct fm_llm_setup *fm_llm_router_setup(struct fm_llm_router *r)
{
    pthread_mutex_lock(&r->lock);
    struct fm_llm_setup *s = fm_llm_setup_ref(r->setup);
    pthread_mutex_unlock(&r->lock);
    return s;
}

static int64_t cooling_ms(const struct fm_llm_health *h, fm_time now)
{
    return h->state != FM_LLM_CLOSED && h->until > now ? (h->until - now) / FM_MS : 0;
}

void fm_llm_router_states(struct fm_llm_router *r, struct fm_arena *a,
                          struct fm_llm_target_states *out)
{
    struct fm_llm_setup *s = fm_llm_router_setup(r);
    fm_time now = fm_llm_now(r);
    for (size_t i = 0; i < s->n_models; i++) {
        uint32_t index = fm_llm_target_of(r, &s->models[i]);
        pthread_mutex_lock(&r->lock);
        const struct target *t = &r->targets.items[index];
        const struct upstream *u = &r->upstreams.items[t->upstream];
        bool is_upstream = cooling_ms(&u->health, now) > cooling_ms(&t->health, now);
        const struct fm_llm_health *h =
            is_upstream || t->health.state == FM_LLM_CLOSED ? &u->health : &t->health;
        struct fm_llm_target_state *o = fm_vec_add(a, out);
        o->provider = fm_arena_dup(a, s->models[i].provider->id, strlen(s->models[i].provider->id));
        o->model = fm_str_dup(a, fm_str_c(s->models[i].name));
        o->state = h->state;
        o->cooling_ms = cooling_ms(h, now);
        o->failures_in_row = h->in_row;
        o->running = u->running;
        o->calls = t->calls;
        o->failures = t->failures;
        o->token_ratio = t->token_ratio;
        pthread_mutex_unlock(&r->lock);
    }
    fm_llm_setup_unref(s);
}

struct fm_llm_client *fm_llm_client_new(struct fm_llm_router *r, struct fm_loop *l)
{
    struct fm_llm_client *c = calloc(1, sizeof *c);
    if (!c)
        FM_BUG("out of memory");
    c->router = r;
    c->loop = l;
    c->http = fm_http_client_new(l, NULL);
    return c;
}

void fm_llm_client_free(struct fm_llm_client *c)
{
    if (!c)
        return;
    fm_http_client_free(c->http);
    free(c);
}

enum fm_code fm_llm_list_models(struct fm_llm_client *c, struct fm_ctx *ctx,
                                const struct fm_llm_provider *p, struct fm_llm_model_infos *out)
{
    struct fm_http_answer answer;
    struct fm_llm_listed_models list = {0};
    struct fm_http_request r = {.method = "GET", .total_ms = 15000};
    fm_llm_address(&ctx->arena, p, fm_str_c(p->facts->models_path), &r);
    FM_TRY(fm_http_fetch(c->http, ctx, &r, &answer));
    if (answer.status != 200) {
        struct fm_llm_error e;
        struct fm_ctx scratch;
        fm_ctx_init(&scratch, &fm_clock_system);
        struct fm_llm_bad_answer bad = {answer.status, answer.headers, answer.body, 0};
        fm_llm_error_classify(&scratch, &bad, &e);
        fm_ctx_release(&scratch);
        return fm_fail(ctx, fm_llm_class_code(e.result), "%s: %s (%s)", p->id, e.message,
                       fm_llm_class_name(e.result));
    }
    FM_TRY(fm_llm_models_decode(ctx, answer.body, &list));
    fm_vec_each (&list, m)
        fm_vec_push(&ctx->arena, out,
                    (struct fm_llm_model_info){m->name, m->context_tokens, m->max_output});
    return FM_OK;
}
