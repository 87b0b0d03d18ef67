/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call: PLAN → (WAIT | ATTEMPT)* → END. All steps run from timers and from the ends of attempts,
 * never inside fm_llm_call_start, so that the caller has its handle before anything happens.
 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

static void release(struct fm_llm_call *c)
{
    for (size_t i = 0; i < ATTEMPTS_AT_ONCE; i++)
        if (c->attempts[i].call)
            fm_llm_attempt_release(&c->attempts[i]);
    fm_llm_restorer_release(&c->restorer);
    fm_timer_release(&c->timer);
    fm_timer_release(&c->hedge);
    fm_timer_release(&c->limit);
    fm_llm_setup_unref(c->setup);
    free(c);
}

static double cost_of(const struct fm_llm_model *m, const struct fm_llm_usage *u)
{
    double cached = m->cached_usd > 0 ? m->cached_usd : m->input_usd;
    return ((double)(u->input - u->cached) * m->input_usd + (double)u->cached * cached +
            (double)u->output * m->output_usd) /
           1e6;
}

static void settle(struct fm_llm_call *c)
{
    const struct fm_llm_usage *u = &c->response.usage;
    struct fm_llm_spent real = c->wasted;
    real.ms = c->response.total_ms;
    if (!c->response.is_cached) {
        real.tokens += u->input + u->output;
        real.usd += c->response.cost_usd;
    }
    if (c->is_reserved)
        fm_llm_budget_settle(c->client->router, c->request, c->reserved, real);
}

static void log_call(struct fm_llm_call *c, enum fm_code code)
{
    const struct fm_llm_response *r = &c->response;
    if (!c->client->router->log)
        return;
    fm_log_write(
        c->client->router->log, code == FM_OK ? FM_LOG_INFO : FM_LOG_WARN, "model call",
        FM_FIELDS(FM_FIELD_STR("provider", fm_str_c(r->provider)), FM_FIELD_STR("model", r->model),
                  FM_FIELD_STR("result", fm_str_c(fm_llm_class_name(r->failure))),
                  FM_FIELD_INT("attempts", (int64_t)r->attempts.n),
                  FM_FIELD_INT("input", r->usage.input), FM_FIELD_INT("output", r->usage.output),
                  FM_FIELD_INT("ms", r->total_ms), FM_FIELD_INT("redacted", (int64_t)r->n_redacted),
                  FM_FIELD_BOOL("is_cached", r->is_cached)));
}

static void end(struct fm_llm_call *c, enum fm_code code)
{
    void (*done)(void *, enum fm_code, struct fm_llm_response *) = c->opt.done;
    void *arg = c->opt.arg;
    struct fm_llm_response *out = FM_NEW(&c->ctx->arena, struct fm_llm_response);
    c->response.total_ms = (fm_llm_now(c->client->router) - c->started) / FM_MS;
    settle(c);
    fm_llm_count_call(c->client->router, c->response.failure);
    log_call(c, code);
    *out = c->response;
    release(c);
    done(arg, code, out);
}

static enum fm_code end_failed(struct fm_llm_call *c)
{
    enum fm_llm_class result = c->error.result;
    enum fm_code code = fm_llm_class_code(result);
    c->response.failure = result;
    if (c->error.retry_after_ms)
        c->response.retry_after_ms = c->error.retry_after_ms;
    if (c->ctx->code == FM_OK)
        return fm_fail(c->ctx, code, "%s: %s%s",
                       c->response.provider ? c->response.provider : "models",
                       c->error.message[0] ? c->error.message : fm_llm_class_name(result),
                       c->is_part_shown ? " (after part of the answer had come)" : "");
    return c->ctx->code;
}

static void fail(struct fm_llm_call *c)
{
    end(c, end_failed(c));
}

/* Text of a provider may quote the prompt: it is scrubbed by the rules of the gate's strict policy
 * where it is shown; here it is cut to what a person needs. */
static void note_attempt(struct fm_llm_call *c, struct attempt *a)
{
    fm_time now = fm_llm_now(c->client->router);
    struct fm_llm_attempt *n = fm_vec_add(&c->ctx->arena, &c->response.attempts);
    n->provider = a->cand->model->provider->id;
    n->model = fm_str_c(a->cand->model->name);
    n->result = a->error.result;
    n->http_status = a->error.http_status ? a->error.http_status : a->status;
    n->first_token_ms = a->first_token ? (a->first_token - a->started) / FM_MS : -1;
    n->total_ms = (now - a->started) / FM_MS;
    n->waited_ms = a->waited_ms;
    n->message = fm_str_dup(&c->ctx->arena, fm_str_c(a->error.message));
    n->is_hedge = a->is_hedge;
}

static void close_attempt(struct fm_llm_call *c, struct attempt *a)
{
    fm_llm_leave(c->client->router, a->cand->target, &c->setup->policy, &a->place, &a->error);
    note_attempt(c, a);
    fm_llm_count_attempt(c->client->router, a);
    fm_llm_attempt_drop(a);
    if (c->winner == a && a->error.result != FM_LLM_OK)
        c->winner = NULL;
    fm_llm_attempt_release(a);
}

static void abandon(struct fm_llm_call *c, struct attempt *a, const char *why)
{
    a->error = (struct fm_llm_error){.result = FM_LLM_CANCELLED, .should_retry = -1};
    snprintf(a->error.message, sizeof a->error.message, "%s", why);
    close_attempt(c, a);
}

static void abandon_all(struct fm_llm_call *c, const char *why)
{
    for (size_t i = 0; i < ATTEMPTS_AT_ONCE; i++)
        if (c->attempts[i].call)
            abandon(c, &c->attempts[i], why);
}

static void take_usage(struct fm_llm_call *c, struct attempt *a)
{
    struct fm_llm_usage *u = &c->response.usage;
    if (u->is_known)
        fm_llm_learn_tokens(c->client->router, a->cand->target, c->tokens, u->input);
    if (!u->is_known || u->input == 0)
        u->input = fm_llm_expected_tokens(c->client->router, a->cand->target, c->tokens);
    if (!u->is_known)
        u->output = fm_llm_tokens(c->response.text) + fm_llm_tokens(c->response.reasoning);
    c->response.cost_usd = cost_of(a->cand->model, u);
    fm_llm_count_tokens(c->client->router, a->cand, u);
}

static void name_model(struct fm_llm_call *c, struct attempt *a)
{
    c->response.provider = a->cand->model->provider->id;
    if (c->response.model.len == 0)
        c->response.model = fm_str_c(a->cand->model->name);
    memcpy(c->response.prompt_sha256, a->sha256, sizeof a->sha256);
    c->response.n_redacted = a->n_redacted;
}

static void show_whole(struct fm_llm_call *c)
{
    const struct fm_llm_response *r = &c->response;
    const struct fm_llm_sink *s = &c->opt.sink;
    if (!s->fn)
        return;
    if (r->reasoning.len)
        s->fn(s->arg, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_REASONING, .text = r->reasoning});
    if (r->text.len)
        s->fn(s->arg, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_TEXT, .text = r->text});
    for (size_t i = 0; i < r->n_calls; i++) {
        s->fn(s->arg, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_CALL,
                                             .index = i,
                                             .id = r->calls[i].id,
                                             .name = r->calls[i].name});
        s->fn(s->arg, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_ARGUMENTS,
                                             .index = i,
                                             .text = r->calls[i].arguments});
    }
}

static void succeed(struct fm_llm_call *c, struct attempt *a)
{
    struct fm_llm_router *r = c->client->router;
    fm_llm_decoder_take(&a->decoder, &c->response);
    c->response.failure = FM_LLM_OK;
    name_model(c, a);
    take_usage(c, a);
    if (c->request->may_cache)
        fm_llm_cache_put(r, a->cache_key, c->setup->policy.cache_entries, &c->response);
    fm_llm_restore(c->ctx, c->opt.map, &c->response);
    if (a->mode == BODY_WHOLE)
        show_whole(c);
    else
        fm_llm_restorer_finish(&c->restorer, &c->response);
    close_attempt(c, a);
    abandon_all(c, "another attempt was faster");
    fm_ctx_clear_error(c->ctx);
    end(c, FM_OK);
}

static void succeed_from_cache(struct fm_llm_call *c, struct attempt *a)
{
    c->response.is_cached = true;
    name_model(c, a);
    abandon_all(c, "answered from the cache");
    fm_llm_restore(c->ctx, c->opt.map, &c->response);
    show_whole(c);
    end(c, FM_OK);
}

static struct attempt *attempt_of(struct fm_llm_call *c, const struct candidate *k)
{
    bool is_first = c->attempts[0].call && c->attempts[0].cand == k;
    return is_first ? &c->attempts[0] : &c->attempts[1];
}

/* The first attempt may still succeed. */
static void drop_hedge(struct fm_llm_call *c, struct candidate *k)
{
    abandon(c, attempt_of(c, k), "not sent");
    k->is_out = true;
    fm_ctx_clear_error(c->ctx);
}

static void start(struct fm_llm_call *c, struct candidate *k, struct admission place, bool is_hedge)
{
    bool is_cached = false;
    k->tries++;
    c->made++;
    enum fm_code code = fm_llm_attempt_start(c, k, place, is_hedge, &is_cached);
    if (is_cached) {
        succeed_from_cache(c, attempt_of(c, k));
        return;
    }
    c->next_wait = 0;
    if (code != FM_OK && is_hedge) {
        drop_hedge(c, k);
    } else if (code != FM_OK) {
        c->response.provider = k->model->provider->id;
        abandon_all(c, "not sent");
        fail(c);
    } else if (!is_hedge && c->route && c->route->hedge_ms && c->opt.is_stream) {
        fm_timer_set(&c->hedge, c->route->hedge_ms);
    }
}

static void step(void *arg)
{
    struct fm_llm_call *c = arg;
    struct candidate *k = NULL;
    struct admission place = {0};
    int64_t wait_ms = 0;
    if (c->made >= c->setup->policy.max_attempts) {
        fail(c);
        return;
    }
    switch (fm_llm_plan_next(c, false, &k, &place, &wait_ms)) {
    case NEXT_ATTEMPT:
        start(c, k, place, false);
        break;
    case NEXT_WAIT:
        c->waited_ms += wait_ms;
        c->next_wait = wait_ms;
        fm_timer_set(&c->timer, wait_ms);
        break;
    case NEXT_END:
        if (c->error.result == FM_LLM_NO_TARGET)
            (void)fm_fail(c->ctx, FM_EUNAVAILABLE,
                          "all models are resting; the first is back in %lld s",
                          (long long)(c->response.retry_after_ms + 999) / 1000);
        fail(c);
        break;
    }
}

static void on_hedge(void *arg)
{
    struct fm_llm_call *c = arg;
    struct candidate *k = NULL;
    struct admission place = {0};
    int64_t wait_ms;
    if (c->winner || c->made >= c->setup->policy.max_attempts)
        return;
    if (fm_llm_plan_next(c, true, &k, &place, &wait_ms) == NEXT_ATTEMPT)
        start(c, k, place, true);
}

void fm_llm_call_first_token(struct fm_llm_call *c, struct attempt *a)
{
    if (c->winner)
        return;
    c->winner = a;
    fm_timer_stop(&c->hedge);
    for (size_t i = 0; i < ATTEMPTS_AT_ONCE; i++)
        if (c->attempts[i].call && &c->attempts[i] != a)
            abandon(c, &c->attempts[i], "another attempt was faster");
}

static bool has_running(const struct fm_llm_call *c)
{
    for (size_t i = 0; i < ATTEMPTS_AT_ONCE; i++)
        if (c->attempts[i].call)
            return true;
    return false;
}

static bool may_restart(const struct fm_llm_call *c)
{
    return c->opt.can_restart && c->setup->policy.restarts_stream && !c->request->is_failover_off;
}

/* What was shown is void. */
static void tell_restart(struct fm_llm_call *c)
{
    fm_llm_restorer_release(&c->restorer);
    fm_llm_restorer_init(&c->restorer, c->ctx, c->opt.map, c->opt.sink);
    c->opt.sink.fn(c->opt.sink.arg, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_RESTART});
}

/* A provider charges for tokens of an answer that broke. */
static void note_waste(struct fm_llm_call *c, struct attempt *a)
{
    if (!a->decoder.has_content)
        return;
    struct fm_llm_usage u = a->decoder.usage;
    if (!u.input)
        u.input = fm_llm_expected_tokens(c->client->router, a->cand->target, c->tokens);
    if (!u.output)
        u.output = fm_llm_tokens(fm_buf_str(&a->decoder.text)) +
                   fm_llm_tokens(fm_buf_str(&a->decoder.reasoning));
    c->wasted.tokens += u.input + u.output;
    c->wasted.usd += cost_of(a->cand->model, &u);
}

void fm_llm_call_attempt_over(struct fm_llm_call *c, struct attempt *a)
{
    struct candidate *k = a->cand;
    bool was_shown = c->winner == a && c->opt.sink.fn;
    if (a->error.result == FM_LLM_OK) {
        succeed(c, a);
        return;
    }
    note_waste(c, a);
    c->error = a->error;
    c->response.provider = k->model->provider->id;
    c->response.model = fm_str_c(k->model->name);
    memcpy(c->response.prompt_sha256, a->sha256, sizeof a->sha256);
    close_attempt(c, a);
    bool goes_on = fm_llm_plan_failed(c, k, &c->error);
    if (was_shown && may_restart(c)) {
        tell_restart(c);
    } else if (was_shown) {
        c->is_part_shown = true;
        goes_on = false;
    }
    if (has_running(c))
        return;
    if (goes_on)
        step(c);
    else
        fail(c);
}

/* The caller's limit: nobody else's fault. */
static void on_limit(void *arg)
{
    struct fm_llm_call *c = arg;
    const char *before = c->made > 1 ? c->error.message : "";
    abandon_all(c, "the caller's deadline passed");
    (void)fm_fail(c->ctx, FM_ETIMEOUT, "the deadline of this call passed%s%s",
                  before[0] ? "; before that: " : "", before);
    c->is_part_shown = c->winner != NULL;
    c->error = (struct fm_llm_error){.result = FM_LLM_TIMEOUT};
    fail(c);
}

static fm_time deadline_of(struct fm_llm_call *c)
{
    int64_t ms = c->setup->policy.deadline_ms;
    if (c->ctx->deadline != FM_TIME_NONE) {
        int64_t left = (c->ctx->deadline - fm_now(c->ctx->clock)) / FM_MS;
        ms = left > 0 ? left : 0;
    }
    return c->started + ms * FM_MS;
}

static struct reservation worst_case(const struct fm_llm_call *c)
{
    struct reservation want = {.tokens = c->tokens +
                                         (c->request->max_tokens ? c->request->max_tokens : 1024)};
    for (size_t i = 0; i < c->n_candidates; i++) {
        struct fm_llm_usage u = {.input = c->tokens, .output = want.tokens - c->tokens};
        double usd = cost_of(c->candidates[i].model, &u);
        want.usd = usd > want.usd ? usd : want.usd;
    }
    return want;
}

static void begin(void *arg)
{
    struct fm_llm_call *c = arg;
    c->timer.fn = step;
    if (fm_llm_plan(c) != FM_OK) {
        fail(c);
        return;
    }
    c->reserved = worst_case(c);
    if (fm_llm_budget_reserve(c->client->router, c->ctx, &c->setup->policy.budget, c->request,
                              c->reserved) != FM_OK) {
        c->error.result = FM_LLM_BUDGET;
        fail(c);
        return;
    }
    c->is_reserved = true;
    fm_timer_set(&c->limit, (c->deadline - fm_llm_now(c->client->router)) / FM_MS);
    step(c);
}

struct fm_llm_call *fm_llm_call_start(struct fm_llm_client *client, struct fm_ctx *ctx,
                                      const struct fm_llm_request *r,
                                      const struct fm_llm_call_options *o)
{
    struct fm_llm_call *c = calloc(1, sizeof *c);
    if (!c)
        FM_BUG("out of memory");
    FM_ASSERT(o->gate != NULL);
    c->client = client;
    c->ctx = ctx;
    c->request = r;
    c->opt = *o;
    c->setup = fm_llm_router_setup(client->router);
    c->started = fm_llm_now(client->router);
    c->deadline = deadline_of(c);
    fm_llm_restorer_init(&c->restorer, ctx, o->map, o->sink);
    fm_timer_init(&c->timer, client->loop, begin, c);
    fm_timer_init(&c->hedge, client->loop, on_hedge, c);
    fm_timer_init(&c->limit, client->loop, on_limit, c);
    fm_timer_soon(&c->timer);
    return c;
}

static void cancel_now(void *arg)
{
    struct fm_llm_call *c = arg;
    abandon_all(c, "cancelled");
    c->response.failure = FM_LLM_CANCELLED;
    fm_ctx_clear_error(c->ctx);
    end(c, fm_fail(c->ctx, FM_ECANCELLED, "cancelled"));
}

/* In the next turn: the sink, and with it the HTTP client, may be on the stack. */
void fm_llm_call_cancel(struct fm_llm_call *c)
{
    c->opt.sink.fn = NULL;
    c->restorer.sink.fn = NULL;
    fm_timer_stop(&c->hedge);
    fm_timer_stop(&c->limit);
    c->timer.fn = cancel_now;
    fm_timer_set(&c->timer, 0);
}
