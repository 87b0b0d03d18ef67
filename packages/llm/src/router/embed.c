/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Embeddings: PLAN → (ATTEMPT → WAIT)* → END. Vectors of two models cannot be compared, so the next
 * target is one that serves the same model under the same name, never another model of the route.
 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#define EMBED_MS 60000
#define TARGETS_MAX 8

struct fm_llm_embed_call {
    struct fm_llm_client *client;
    struct fm_ctx *ctx;
    struct fm_llm_embed_request request;
    struct fm_llm_embed_options opt;
    struct fm_llm_request owner; /* tenant and case, for the budget */
    struct fm_llm_setup *setup;  /* referenced */
    struct candidate targets[TARGETS_MAX];
    size_t n_targets, at; /* at: the next to be asked */
    struct admission place;
    struct fm_http_call *http; /* NULL: none under way */
    struct fm_timer timer;
    struct fm_buf body;
    struct reservation reserved;
    bool is_reserved;
    int made;
    int64_t tokens;
    fm_time started, deadline;
    struct fm_llm_error error;
    struct fm_llm_embed_result result;
};

static void release(struct fm_llm_embed_call *c)
{
    fm_timer_release(&c->timer);
    fm_buf_release(&c->body);
    fm_llm_setup_unref(c->setup);
    free(c);
}

static void settle(struct fm_llm_embed_call *c)
{
    struct fm_llm_spent real = {.ms = (fm_llm_now(c->client->router) - c->started) / FM_MS};
    if (c->error.result == FM_LLM_OK) {
        real.tokens = c->result.vectors.input_tokens;
        real.usd = c->result.cost_usd;
    }
    if (c->is_reserved)
        fm_llm_budget_settle(c->client->router, &c->owner, c->reserved, real);
}

static void end(struct fm_llm_embed_call *c, enum fm_code code)
{
    struct fm_llm_embed_options o = c->opt;
    struct fm_llm_embed_result *out = FM_NEW(&c->ctx->arena, struct fm_llm_embed_result);
    settle(c);
    fm_llm_count_call(c->client->router, c->error.result);
    c->result.failure = c->error.result;
    c->result.retry_after_ms = c->error.retry_after_ms;
    *out = c->result;
    release(c);
    o.done(o.arg, code, out);
}

static void fail(struct fm_llm_embed_call *c)
{
    enum fm_code code = fm_llm_class_code(c->error.result);
    if (c->ctx->code == FM_OK)
        (void)fm_fail(c->ctx, code, "%s: embeddings: %s",
                      c->result.provider ? c->result.provider : "models",
                      c->error.message[0] ? c->error.message : fm_llm_class_name(c->error.result));
    end(c, c->ctx->code);
}

static void fail_as(struct fm_llm_embed_call *c, enum fm_llm_class result)
{
    c->error.result = result;
    fail(c);
}

/* --- one attempt --- */

static bool may_repeat(enum fm_llm_class c)
{
    return c == FM_LLM_RATE_LIMITED || c == FM_LLM_OVERLOADED || c == FM_LLM_UPSTREAM ||
           c == FM_LLM_NETWORK || c == FM_LLM_TIMEOUT || c == FM_LLM_MALFORMED;
}

static void step(void *arg);

static void attempt_failed(struct fm_llm_embed_call *c)
{
    const struct fm_llm_policy *p = &c->setup->policy;
    struct candidate *k = &c->targets[c->at];
    bool ends_target = !may_repeat(c->error.result);
    int64_t wait = p->backoff_ms > 0
                       ? (int64_t)(fm_llm_random(c->client->router) *
                                   (double)(p->backoff_ms << (c->made < 6 ? c->made : 6)))
                       : 0;
    k->is_out = k->is_out || ends_target;
    c->at = (c->at + 1) % c->n_targets;
    if (c->error.result == FM_LLM_BAD_REQUEST || c->error.result == FM_LLM_CONTEXT_OVERFLOW ||
        c->made >= p->max_attempts) {
        fail(c);
        return;
    }
    bool has_untried = c->targets[c->at].tries == 0;
    fm_timer_set(&c->timer, has_untried ? 0 : wait < p->backoff_max_ms ? wait : p->backoff_max_ms);
}

static void succeed(struct fm_llm_embed_call *c, const struct fm_llm_model *m)
{
    struct fm_llm_embeddings *v = &c->result.vectors;
    if (v->input_tokens <= 0)
        v->input_tokens = c->tokens;
    c->result.cost_usd = (double)v->input_tokens * m->input_usd / 1e6;
    fm_llm_count_tokens(c->client->router, &c->targets[c->at],
                        &(struct fm_llm_usage){.input = v->input_tokens});
    fm_ctx_clear_error(c->ctx);
    end(c, FM_OK);
}

static void classify(struct fm_llm_embed_call *c, const struct fm_http_result *r)
{
    struct fm_ctx scratch;
    fm_ctx_init(&scratch, &fm_clock_system);
    struct fm_llm_bad_answer bad = {.status = r->reply->status,
                                    .headers = r->reply->headers,
                                    .body = fm_buf_str(&c->body),
                                    .now = fm_now(c->client->router->clock)};
    fm_llm_error_classify(&scratch, &bad, &c->error);
    fm_ctx_release(&scratch);
}

static void judge(struct fm_llm_embed_call *c, const struct fm_http_result *r)
{
    c->error =
        (struct fm_llm_error){.result = fm_llm_class_of_transport(r->failure), .should_retry = -1};
    if (c->error.result != FM_LLM_OK) {
        snprintf(c->error.message, sizeof c->error.message, "%s", r->message);
    } else if (r->reply->status != 200) {
        classify(c, r);
    } else if (fm_llm_embed_decode(c->ctx, fm_buf_str(&c->body), c->request.n,
                                   &c->result.vectors) != FM_OK) {
        c->error.result = FM_LLM_MALFORMED;
        snprintf(c->error.message, sizeof c->error.message, "%.*s", FM_LLM_ERROR_TEXT_MAX,
                 c->ctx->error);
        fm_ctx_clear_error(c->ctx);
    }
}

static void leave(struct fm_llm_embed_call *c)
{
    fm_llm_leave(c->client->router, c->targets[c->at].target, &c->setup->policy, &c->place,
                 &c->error);
}

static void on_data(void *arg, fm_str bytes)
{
    fm_buf_adds(&((struct fm_llm_embed_call *)arg)->body, bytes);
}

static void on_done(void *arg, const struct fm_http_result *r)
{
    struct fm_llm_embed_call *c = arg;
    c->http = NULL;
    judge(c, r);
    leave(c);
    if (c->error.result == FM_LLM_OK)
        succeed(c, c->targets[c->at].model);
    else
        attempt_failed(c);
}

static enum fm_code clear(struct fm_llm_embed_call *c, const struct fm_llm_model *m,
                          const struct fm_cleared **out)
{
    yyjson_mut_doc *body;
    c->error.result = FM_LLM_BAD_REQUEST;
    FM_TRY(fm_llm_embed_encode(c->ctx, m, c->request.texts, c->request.n, &body));
    struct fm_egress_request q = {.kind = FM_EGRESS_EMBEDDER,
                                  .format = FM_EGRESS_TREE,
                                  .origin = "embedding",
                                  .receiver = m->provider->id,
                                  .is_local = m->provider->is_local,
                                  .tree = body};
    c->error.result = FM_LLM_REFUSED_BY_GATE;
    return fm_egress_pass(c->opt.gate, c->ctx, &q, out);
}

static void attempt(struct fm_llm_embed_call *c, struct candidate *k)
{
    const struct fm_llm_model *m = k->model;
    const struct fm_cleared *body;
    int64_t left = (c->deadline - fm_llm_now(c->client->router)) / FM_MS;
    struct fm_http_request r = {.data = on_data, .done = on_done, .arg = c};
    k->tries++;
    c->made++;
    c->result.provider = m->provider->id;
    fm_buf_clear(&c->body);
    r.total_ms = m->provider->total_ms ? m->provider->total_ms : EMBED_MS;
    r.total_ms = left < r.total_ms ? left : r.total_ms;
    enum fm_code code = clear(c, m, &body);
    if (code == FM_OK) {
        c->result.n_redacted = fm_cleared_receipt(body)->total;
        fm_llm_address(&c->ctx->arena, m->provider, fm_llm_embed_path(&c->ctx->arena, m), &r);
        c->http = fm_llm_post(c->client->http, c->ctx, body, m->provider, &r);
    }
    if (!c->http) {
        struct fm_llm_error given_up = {.result = FM_LLM_CANCELLED};
        fm_llm_leave(c->client->router, k->target, &c->setup->policy, &c->place, &given_up);
        fail(c);
    }
}

static void step(void *arg)
{
    struct fm_llm_embed_call *c = arg;
    struct asking ask = {c->client->router, &c->setup->policy, c->tokens, true};
    fm_time now = fm_llm_now(ask.router), soonest = INT64_MAX;
    if (now >= c->deadline) {
        fail_as(c, FM_LLM_TIMEOUT);
        return;
    }
    for (size_t i = 0; i < c->n_targets; i++, c->at = (c->at + 1) % c->n_targets) {
        struct candidate *k = &c->targets[c->at];
        if (k->is_out)
            continue;
        c->place = fm_llm_admit(&ask, k);
        if (c->place.is_admitted) {
            attempt(c, k);
            return;
        }
        soonest = c->place.next < soonest ? c->place.next : soonest;
    }
    if (soonest < c->deadline && soonest - c->started < c->setup->policy.wait_max_ms * FM_MS) {
        fm_timer_set(&c->timer, (soonest - now) / FM_MS + 1);
        return;
    }
    if (c->made == 0)
        c->error.result = FM_LLM_NO_TARGET;
    if (soonest != INT64_MAX && !c->error.retry_after_ms)
        c->error.retry_after_ms = (soonest - now) / FM_MS;
    fail(c);
}

/* --- planning --- */

static void add_target(struct fm_llm_embed_call *c, const struct fm_llm_model *m)
{
    if (c->n_targets < TARGETS_MAX)
        c->targets[c->n_targets++] =
            (struct candidate){.model = m, .target = fm_llm_target_of(c->client->router, m)};
}

static const struct fm_llm_route *embed_route(const struct fm_llm_setup *s)
{
    for (size_t i = 0; i < s->n_routes; i++)
        if (strcmp(s->routes[i].purpose, "embed") == 0 && s->routes[i].n)
            return &s->routes[i];
    return NULL;
}

static enum fm_code plan(struct fm_llm_embed_call *c)
{
    const struct fm_llm_route *route = embed_route(c->setup);
    if (c->request.model.len) {
        const struct fm_llm_model *m = fm_llm_setup_model(c->setup, c->request.model);
        if (!m)
            return fm_fail(c->ctx, FM_ENOTFOUND, "model \"%.*s\" is not configured",
                           FM_STR_ARG(c->request.model));
        add_target(c, m);
    }
    for (size_t i = 0; !c->request.model.len && route && i < route->n; i++)
        if (strcmp(route->choices[i].model->name, route->choices[0].model->name) == 0)
            add_target(c, route->choices[i].model);
    return c->n_targets
               ? FM_OK
               : fm_fail(c->ctx, FM_EUNAVAILABLE, "no model is configured for purpose \"embed\"");
}

static enum fm_code reserve(struct fm_llm_embed_call *c)
{
    for (size_t i = 0; i < c->request.n; i++)
        c->tokens += fm_llm_tokens(c->request.texts[i]);
    c->reserved.tokens = c->tokens;
    for (size_t i = 0; i < c->n_targets; i++) {
        double usd = (double)c->tokens * c->targets[i].model->input_usd / 1e6;
        c->reserved.usd = usd > c->reserved.usd ? usd : c->reserved.usd;
    }
    return fm_llm_budget_reserve(c->client->router, c->ctx, &c->setup->policy.budget, &c->owner,
                                 c->reserved);
}

static void begin(void *arg)
{
    struct fm_llm_embed_call *c = arg;
    c->timer.fn = step;
    if (plan(c) != FM_OK) {
        fail_as(c, FM_LLM_NO_TARGET);
        return;
    }
    if (reserve(c) != FM_OK) {
        fail_as(c, FM_LLM_BUDGET);
        return;
    }
    c->is_reserved = true;
    step(c);
}

static fm_time deadline_of(const struct fm_llm_embed_call *c)
{
    int64_t ms = c->setup->policy.deadline_ms;
    if (c->ctx->deadline != FM_TIME_NONE) {
        int64_t left = (c->ctx->deadline - fm_now(c->ctx->clock)) / FM_MS;
        ms = left > 0 ? left : 0;
    }
    return c->started + ms * FM_MS;
}

struct fm_llm_embed_call *fm_llm_embed_start(struct fm_llm_client *client, struct fm_ctx *ctx,
                                             const struct fm_llm_embed_request *r,
                                             const struct fm_llm_embed_options *o)
{
    struct fm_llm_embed_call *c = calloc(1, sizeof *c);
    if (!c)
        FM_BUG("out of memory");
    FM_ASSERT(o->gate != NULL);
    c->client = client;
    c->ctx = ctx;
    c->request = *r;
    c->opt = *o;
    c->owner = (struct fm_llm_request){.tenant = r->tenant, .case_id = r->case_id};
    c->setup = fm_llm_router_setup(client->router);
    c->started = fm_llm_now(client->router);
    c->deadline = deadline_of(c);
    fm_buf_init(&c->body, FM_EGRESS_BODY_MAX);
    fm_timer_init(&c->timer, client->loop, begin, c);
    fm_timer_soon(&c->timer);
    return c;
}

void fm_llm_embed_cancel(struct fm_llm_embed_call *c)
{
    c->error = (struct fm_llm_error){.result = FM_LLM_CANCELLED};
    if (c->http) {
        fm_http_call_cancel(c->http);
        leave(c);
    }
    settle(c);
    release(c);
}
