/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One attempt: encode, gate, post, decode, judge. Three timers: connect (the HTTP client's), first
 * token, and the gap between tokens. Only content moves the last two: comments, pings, empty deltas
 * and single bytes do not.
 */
#include "internal.h"

#include <stdio.h>

#define ERROR_BODY_MAX (64 * 1024)
#define EVENT_MAX (8u << 20)
#define TOTAL_MS_DEFAULT 120000
#define GAP_MS_DEFAULT 30000
#define AFTER_END_MS 250 /* usage may follow the end; some servers keep the connection open */

static int64_t or_else(int64_t v, int64_t dflt)
{
    return v ? v : dflt;
}

static const struct fm_llm_provider *provider_of(const struct attempt *a)
{
    return a->cand->model->provider;
}

static void tell_delta(void *arg, const struct fm_llm_delta *d)
{
    struct attempt *a = arg;
    struct fm_llm_call *c = a->call;
    if (!a->first_token) {
        a->first_token = fm_llm_now(c->client->router);
        if (!a->http || fm_http_call_is_sent(a->http))
            fm_arena_release(&a->cleared);
    }
    fm_llm_call_first_token(c, a);
    if (c->winner != a)
        return;
    if (c->opt.is_stream)
        fm_timer_set(&a->patience, or_else(provider_of(a)->gap_ms, GAP_MS_DEFAULT));
    fm_llm_restorer_feed(&c->restorer, d);
}

static void on_event(void *arg, const struct fm_sse_event *e)
{
    struct attempt *a = arg;
    if (e->data.len)
        a->wire->frame(&a->decoder, e->type, e->data);
}

static void on_line(void *arg, fm_str line)
{
    struct attempt *a = arg;
    a->wire->frame(&a->decoder, FM_STR_NULL, line);
}

static bool has_type(fm_str type, const char *want)
{
    return fm_str_istarts(type, fm_str_c(want));
}

/* A server may answer a request for a stream with a whole answer. A page of HTML is no answer at
 * all. */
static void choose_mode(struct attempt *a, const struct fm_http_response *reply)
{
    fm_str type = fm_http_header(&reply->headers, "content-type");
    bool wants_stream = a->call->opt.is_stream;
    if (reply->status != 200)
        a->mode = BODY_ERROR;
    else if (has_type(type, "text/html"))
        a->mode = BODY_WRONG;
    else if (wants_stream && a->wire->framing == FM_LLM_SSE && has_type(type, "application/json"))
        a->mode = BODY_WHOLE;
    else
        a->mode = wants_stream ? BODY_STREAM : BODY_WHOLE;
    if (a->mode == BODY_STREAM) /* a whole answer is shown after it was judged */
        a->decoder.sink = (struct fm_llm_sink){tell_delta, a};
}

static void keep_headers(struct attempt *a, const struct fm_http_headers *h)
{
    struct fm_arena *arena = &a->call->ctx->arena;
    struct fm_http_header *items = FM_NEW_ARRAY(arena, struct fm_http_header, h->n);
    for (size_t i = 0; i < h->n; i++)
        items[i] = (struct fm_http_header){fm_str_dup(arena, h->items[i].name),
                                           fm_str_dup(arena, h->items[i].value)};
    a->headers = (struct fm_http_headers){items, h->n};
}

static void on_head(void *arg, const struct fm_http_response *reply)
{
    struct attempt *a = arg;
    a->status = reply->status;
    choose_mode(a, reply);
    if (a->mode == BODY_ERROR)
        keep_headers(a, &reply->headers);
}

static void fail_with(struct attempt *a, enum fm_llm_class result, const char *message)
{
    a->error =
        (struct fm_llm_error){.result = result, .http_status = a->status, .should_retry = -1};
    snprintf(a->error.message, sizeof a->error.message, "%s", message);
}

/* Ends the attempt in the next turn of the loop: the HTTP client is on the stack. */
static void end_soon(struct attempt *a)
{
    a->is_judged = true;
    fm_timer_set(&a->patience, 0);
}

/* False when an event is too long. */
static bool feed(struct attempt *a, fm_str bytes)
{
    if (a->mode == BODY_STREAM)
        return a->wire->framing == FM_LLM_SSE ? fm_sse_feed(&a->sse, bytes)
                                              : fm_lines_feed(&a->lines, bytes);
    if (a->mode != BODY_ERROR || a->body.len < ERROR_BODY_MAX)
        fm_buf_adds(&a->body, bytes);
    return true;
}

static void on_data(void *arg, fm_str bytes)
{
    struct attempt *a = arg;
    if (a->is_judged)
        return;
    if (!feed(a, bytes)) {
        fail_with(a, FM_LLM_MALFORMED, "an event of the stream is longer than the limit");
        end_soon(a);
    } else if (a->decoder.has_error || a->mode == BODY_WRONG) {
        end_soon(a);
    } else if (a->decoder.is_terminal && a->mode == BODY_STREAM && !a->wire->ends_by_eof) {
        fm_timer_set(&a->patience, AFTER_END_MS);
    }
}

/* Gemini sends a failure in the middle of a stream as bare JSON lines. */
static void finish_stream(struct attempt *a)
{
    if (a->wire->framing == FM_LLM_NDJSON) {
        fm_lines_finish(&a->lines);
        return;
    }
    fm_sse_finish(&a->sse);
    fm_str stray = fm_buf_str(&a->sse.stray_line);
    if (a->sse.stray && !a->decoder.is_terminal && fm_str_starts(fm_str_trim(stray), FM_STR("{")))
        fm_llm_decoder_fail(&a->decoder, stray);
}

static void classify_body(struct attempt *a)
{
    struct fm_ctx scratch;
    fm_ctx_init(&scratch, &fm_clock_system);
    struct fm_llm_bad_answer bad = {
        .status = a->status,
        .headers = a->headers,
        .body = fm_str_sub(fm_buf_str(&a->body), 0, ERROR_BODY_MAX),
        .now = fm_now(a->call->client->router->clock),
    };
    fm_llm_error_classify(&scratch, &bad, &a->error);
    fm_ctx_release(&scratch);
}

static void judge_body(struct attempt *a)
{
    if (a->mode == BODY_ERROR) {
        classify_body(a);
        return;
    }
    if (a->mode == BODY_WRONG) {
        fail_with(a, FM_LLM_MALFORMED,
                  "status 200 with a page of HTML: is this the address of the API?");
        return;
    }
    if (a->mode == BODY_STREAM)
        finish_stream(a);
    else
        a->wire->whole(&a->decoder, fm_buf_str(&a->body));
    enum fm_llm_class result = fm_llm_decoder_judge(&a->decoder);
    a->error = a->decoder.error;
    a->error.result = result;
    a->error.should_retry = -1;
    if (!a->error.http_status)
        a->error.http_status = a->status;
}

enum fm_llm_class fm_llm_class_of_transport(enum fm_http_failure f)
{
    switch (f) {
    case FM_HTTP_FINE:
        return FM_LLM_OK;
    case FM_HTTP_TIMEOUT:
        return FM_LLM_TIMEOUT;
    case FM_HTTP_CUT:
    case FM_HTTP_TOO_LARGE:
    case FM_HTTP_PROTOCOL:
        return FM_LLM_MALFORMED;
    case FM_HTTP_BAD_URL:
    case FM_HTTP_DNS:
    case FM_HTTP_CONNECT:
    case FM_HTTP_TLS:
    case FM_HTTP_RESET:
        return FM_LLM_NETWORK;
    }
    return FM_LLM_NETWORK;
}

/* A stream whose proof of completeness came is whole, however its connection ended. */
static void judge(struct attempt *a, const struct fm_http_result *r)
{
    enum fm_llm_class transport = fm_llm_class_of_transport(r->failure);
    if (a->is_judged && a->error.result != FM_LLM_OK)
        return;
    if (transport == FM_LLM_OK || a->decoder.has_error ||
        (a->decoder.is_terminal && a->mode == BODY_STREAM) ||
        (a->mode == BODY_ERROR && a->body.len))
        judge_body(a);
    else
        fail_with(a, transport, r->message);
}

static void on_done(void *arg, const struct fm_http_result *r)
{
    struct attempt *a = arg;
    a->http = NULL;
    a->status = r->reply->status;
    judge(a, r);
    fm_llm_call_attempt_over(a->call, a);
}

static void on_patience(void *arg)
{
    struct attempt *a = arg;
    bool is_whole = a->decoder.is_terminal || a->decoder.has_error || a->mode == BODY_WRONG;
    if (a->http)
        fm_http_call_cancel(a->http);
    a->http = NULL;
    if (is_whole)
        judge_body(a);
    else if (!a->is_judged)
        fail_with(a, FM_LLM_TIMEOUT,
                  a->first_token ? "no further token in time" : "no first token in time");
    fm_llm_call_attempt_over(a->call, a);
}

static struct attempt *free_slot(struct fm_llm_call *c)
{
    for (size_t i = 0; i < ATTEMPTS_AT_ONCE; i++)
        if (!c->attempts[i].call)
            return &c->attempts[i];
    return NULL;
}

static void init(struct attempt *a, struct fm_llm_call *c, struct candidate *k)
{
    const struct fm_llm_provider *p = k->model->provider;
    size_t max = p->max_answer_bytes ? p->max_answer_bytes : 16u << 20;
    memset(a, 0, sizeof *a);
    a->call = c;
    a->cand = k;
    a->wire = fm_llm_wire(p->facts->family);
    a->started = fm_llm_now(c->client->router);
    fm_llm_decoder_init(&a->decoder, &c->ctx->arena, NULL, max);
    fm_sse_init(&a->sse, EVENT_MAX, on_event, a);
    fm_lines_init(&a->lines, EVENT_MAX, on_line, a);
    fm_buf_init(&a->body, max + 1);
    fm_timer_init(&a->patience, c->client->loop, on_patience, a);
}

void fm_llm_attempt_release(struct attempt *a)
{
    fm_llm_decoder_release(&a->decoder);
    fm_sse_release(&a->sse);
    fm_lines_release(&a->lines);
    fm_buf_release(&a->body);
    fm_timer_release(&a->patience);
    fm_arena_release(&a->cleared);
    a->call = NULL;
}

void fm_llm_attempt_drop(struct attempt *a)
{
    if (a->http)
        fm_http_call_cancel(a->http);
    a->http = NULL;
}

/* The body as this receiver may see it. What that takes is larger than the body, so it has a
 * context of its own that goes at once. */
static enum fm_code clear(struct attempt *a, const struct fm_cleared **out)
{
    struct fm_llm_call *c = a->call;
    struct fm_llm_wire_request wanted = {a->cand->model, c->request, a->cand->drop,
                                         c->opt.is_stream};
    yyjson_mut_doc *body;
    struct fm_ctx work;
    fm_ctx_init(&work, c->ctx->clock);
    work.deadline = c->ctx->deadline;
    enum fm_code code = a->wire->encode(&work, &wanted, &body);
    if (code == FM_OK) {
        struct fm_egress_request q = {
            .kind = FM_EGRESS_MODEL,
            .format = FM_EGRESS_TREE,
            .origin = "prompt",
            .receiver = provider_of(a)->id,
            .is_local = provider_of(a)->is_local,
            .tree = body,
        };
        const struct fm_cleared *cleared;
        code = fm_egress_pass(c->opt.gate, &work, &q, &cleared);
        if (code == FM_OK)
            *out = fm_cleared_move(cleared, &a->cleared);
        c->error.result = code == FM_OK ? c->error.result : FM_LLM_REFUSED_BY_GATE;
    } else {
        c->error.result = FM_LLM_BAD_REQUEST;
    }
    if (code != FM_OK)
        (void)fm_fail(c->ctx, code, "%s", work.error);
    fm_ctx_release(&work);
    return code;
}

static bool answer_from_cache(struct attempt *a)
{
    struct fm_llm_call *c = a->call;
    const struct fm_llm_policy *p = &c->setup->policy;
    if (!c->request->may_cache || p->cache_entries == 0)
        return false;
    fm_llm_cache_key(c->request->tenant, provider_of(a), a->sha256, a->cache_key);
    return fm_llm_cache_get(c->client->router, a->cache_key, p->cache_ttl_ms, &c->ctx->arena,
                            &c->response);
}

static bool post(struct attempt *a, const struct fm_cleared *body)
{
    struct fm_llm_call *c = a->call;
    const struct fm_llm_provider *p = provider_of(a);
    struct fm_http_request r = {.head = on_head, .data = on_data, .done = on_done, .arg = a};
    fm_llm_address(&c->ctx->arena, p,
                   a->wire->path(&c->ctx->arena, a->cand->model, c->opt.is_stream), &r);
    r.total_ms = c->opt.is_stream ? p->total_ms : or_else(p->total_ms, TOTAL_MS_DEFAULT);
    a->http = fm_llm_post(c->client->http, c->ctx, body, p, &r);
    if (a->http && c->opt.is_stream)
        fm_timer_set(&a->patience, or_else(p->first_token_ms, p->facts->first_token_ms));
    return a->http != NULL;
}

enum fm_code fm_llm_attempt_start(struct fm_llm_call *c, struct candidate *k,
                                  struct admission place, bool is_hedge, bool *is_cached)
{
    const struct fm_cleared *body = NULL;
    struct attempt *a = free_slot(c);
    init(a, c, k);
    a->place = place;
    a->is_hedge = is_hedge;
    a->waited_ms = c->next_wait > 0 ? c->next_wait : 0;
    enum fm_code code = clear(a, &body);
    if (code == FM_OK) {
        const struct fm_egress_receipt *receipt = fm_cleared_receipt(body);
        memcpy(a->sha256, receipt->sha256, sizeof a->sha256);
        a->n_redacted = receipt->total;
        *is_cached = answer_from_cache(a);
        if (*is_cached || post(a, body))
            return FM_OK;
        code = c->ctx->code;
        c->error.result = FM_LLM_REFUSED_BY_GATE;
    }
    return code;
}
