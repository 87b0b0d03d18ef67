/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#define OUT_MAX (32u << 20)
#define BACKLOG_MAX (4u << 20) /* a client that does not read is dropped */
#define STREAMS_DEFAULT 4096
#define MEMO_BYTES (16u << 20)

void fm_served_free(struct served *s)
{
    struct fm_llm_proxy *p = s->proxy;
    if (s->prev)
        s->prev->next = s->next;
    else
        p->first = s->next;
    if (s->next)
        s->next->prev = s->prev;
    p->n--;
    if (p->running)
        fm_gauge_set(p->running, (double)p->n);
    fm_egress_free(s->gate);
    fm_pseudonyms_free(s->map);
    fm_buf_release(&s->out);
    fm_arena_release(&s->asked);
    fm_ctx_release(&s->ctx);
    free(s);
}

void fm_served_count(struct served *s, int status)
{
    struct fm_llm_proxy *p = s->proxy;
    double seconds = (double)(fm_monotonic(&fm_clock_system) - s->started) / 1e9;
    if (p->requests) {
        fm_counter_add(p->requests, 1);
        fm_histogram_observe(p->seconds, seconds);
    }
    if (p->opt.log)
        fm_log_write(p->opt.log, FM_LOG_INFO, "request served",
                     FM_FIELDS(FM_FIELD_STR("id", fm_str_c(s->id)),
                               FM_FIELD_STR("shape", fm_str_c(s->shape->name)),
                               FM_FIELD_INT("status", status),
                               FM_FIELD_BOOL("is_stream", s->is_stream),
                               FM_FIELD_REAL("seconds", seconds)));
}

static void flush(struct served *s)
{
    fm_http_stream_write(s->x, fm_buf_str(&s->out));
    fm_buf_clear(&s->out);
}

void fm_served_fail(struct served *s, enum fm_llm_class c, int status, int64_t retry_after_ms)
{
    char seconds[24];
    fm_buf_clear(&s->out);
    s->shape->error(s, c, fm_str_c(s->ctx.error), false);
    if (retry_after_ms > 0) {
        snprintf(seconds, sizeof seconds, "%lld", (long long)(retry_after_ms + 999) / 1000);
        fm_http_exchange_add_header(s->x, "Retry-After", fm_str_c(seconds));
    }
    fm_http_exchange_add_header(s->x, "x-should-retry", FM_STR("false"));
    fm_http_respond(s->x, status, "application/json", fm_buf_str(&s->out));
    fm_served_count(s, status);
    fm_served_free(s);
}

/* From here on no other target is tried: what was asked passes the gate no more. A stream lasts,
 * and there are thousands of them. */
static void forget_request(struct served *s)
{
    struct fm_llm_request *r = &s->request;
    fm_str *kept[] = {&r->model, &r->purpose, &r->tenant, &r->case_id};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        *kept[i] = fm_str_dup(&s->ctx.arena, *kept[i]);
    r->messages = NULL;
    r->n_messages = 0;
    r->tools = NULL;
    r->n_tools = 0;
    r->n_stops = 0;
    r->schema = r->schema_name = r->choice_name = r->prompt_version = FM_STR_NULL;
    fm_arena_release(&s->asked);
    fm_egress_free(s->gate);
    s->gate = NULL;
}

static void begin_stream(struct served *s)
{
    s->is_begun = true;
    forget_request(s);
    fm_http_exchange_add_header(s->x, "Cache-Control", FM_STR("no-cache"));
    fm_http_stream_begin(s->x, 200, "text/event-stream; charset=utf-8");
    s->shape->begin(s);
}

static void give_up(struct served *s)
{
    if (s->is_given_up)
        return;
    s->is_given_up = true;
    if (s->call)
        fm_llm_call_cancel(s->call);
    else
        fm_proxy_embed_cancel(s);
}

static void on_delta(void *arg, const struct fm_llm_delta *d)
{
    struct served *s = arg;
    if (!s->is_begun)
        begin_stream(s);
    s->shape->delta(s, d);
    flush(s);
    if (fm_http_stream_backlog(s->x) > BACKLOG_MAX)
        give_up(s);
}

static void end_stream(struct served *s, enum fm_code code, const struct fm_llm_response *r)
{
    if (!s->is_begun)
        begin_stream(s);
    if (code == FM_OK)
        s->shape->end(s, r);
    else
        s->shape->error(s, r->failure, fm_str_c(s->ctx.error), true);
    flush(s);
    fm_http_stream_end(s->x, true);
    fm_served_count(s, 200);
    fm_served_free(s);
}

static void on_done(void *arg, enum fm_code code, struct fm_llm_response *r)
{
    struct served *s = arg;
    if (s->is_given_up) {
        fm_http_stream_end(s->x, false);
        fm_served_count(s, 499);
        fm_served_free(s);
    } else if (code != FM_OK && !s->is_begun) {
        fm_served_fail(s, r->failure, fm_proxy_status(r->failure), r->retry_after_ms);
    } else if (s->is_stream) {
        end_stream(s, code, r);
    } else {
        s->shape->whole(s, r);
        fm_http_respond(s->x, 200, "application/json", fm_buf_str(&s->out));
        fm_served_count(s, 200);
        fm_served_free(s);
    }
}

static void on_gone(void *arg)
{
    give_up(arg);
}

enum fm_code fm_served_open_gate(struct served *s)
{
    struct fm_llm_proxy *p = s->proxy;
    s->map = fm_pseudonyms_new(p->key);
    struct fm_egress_options o = {
        .external = p->opt.external,
        .local = p->opt.local,
        .map = s->map,
        .memo = p->memo,
        .detector = p->opt.detector,
    };
    return fm_egress_new(&s->ctx, &o, &s->gate);
}

static enum fm_code read_request(struct served *s)
{
    yyjson_val *body;
    s->request = fm_llm_request_init();
    FM_TRY(fm_json_read(&s->ctx, fm_http_exchange_body(s->x), &body));
    if (!yyjson_is_obj(body))
        return fm_fail(&s->ctx, FM_EINVAL, "the body must be a JSON object");
    FM_TRY(s->shape->read(s, body));
    fm_http_exchange_drop_body(s->x);
    s->asked = s->ctx.arena;
    fm_arena_init(&s->ctx.arena);
    return fm_served_open_gate(s);
}

struct served *fm_served_new(struct fm_llm_proxy *p, struct fm_http_exchange *x,
                             const struct shape *shape)
{
    struct served *s = calloc(1, sizeof *s);
    if (!s)
        FM_BUG("out of memory");
    s->proxy = p;
    s->x = x;
    s->shape = shape;
    s->open_block = -1;
    s->started = fm_monotonic(&fm_clock_system);
    fm_ctx_init(&s->ctx, &fm_clock_system);
    fm_buf_init(&s->out, OUT_MAX);
    snprintf(s->id, sizeof s->id, "%016llx%08llx", (unsigned long long)p->seed,
             (unsigned long long)++p->count);
    s->next = p->first;
    if (s->next)
        s->next->prev = s;
    p->first = s;
    p->n++;
    if (p->running)
        fm_gauge_set(p->running, (double)p->n);
    return s;
}

static void serve(struct fm_llm_proxy *p, struct fm_http_exchange *x, const struct shape *shape)
{
    struct served *s = fm_served_new(p, x, shape);
    fm_http_exchange_add_header(x, "x-request-id", fm_str_c(s->id));
    if (p->n > p->opt.max_streams) {
        (void)fm_fail(&s->ctx, FM_EUNAVAILABLE, "busy: %zu requests are under way",
                      p->opt.max_streams);
        fm_served_fail(s, FM_LLM_NO_TARGET, 503, 1000);
        return;
    }
    enum fm_code code = read_request(s);
    if (code != FM_OK) {
        fm_served_fail(s, FM_LLM_BAD_REQUEST, fm_code_http(code), 0);
        return;
    }
    struct fm_llm_call_options o = {
        .gate = s->gate, .map = s->map, .is_stream = s->is_stream, .done = on_done, .arg = s};
    if (s->is_stream)
        o.sink = (struct fm_llm_sink){on_delta, s};
    fm_http_exchange_on_gone(x, on_gone, s);
    s->call = fm_llm_call_start(p->client, &s->ctx, &s->request, &o);
}

static void list_models(struct fm_llm_proxy *p, struct fm_http_exchange *x)
{
    struct fm_llm_setup *s = fm_llm_router_setup(p->router);
    struct fm_buf b;
    fm_buf_init(&b, OUT_MAX);
    fm_buf_addz(&b, "{\"object\":\"list\",\"data\":[");
    for (size_t i = 0; i < s->n_models; i++) {
        fm_buf_addz(&b, i ? ",{\"id\":" : "{\"id\":");
        struct fm_buf id;
        fm_buf_init(&id, 1024);
        fm_buf_addf(&id, "%s/%s", s->models[i].provider->id, s->models[i].name);
        fm_proxy_string(&b, fm_buf_str(&id));
        fm_buf_release(&id);
        fm_buf_addz(&b, ",\"object\":\"model\",\"created\":0,\"owned_by\":");
        fm_proxy_string(&b, fm_str_c(s->models[i].provider->id));
        fm_buf_addc(&b, '}');
    }
    fm_buf_addz(&b, "],\"has_more\":false}");
    fm_llm_setup_unref(s);
    fm_http_respond(x, 200, "application/json", fm_buf_str(&b));
    fm_buf_release(&b);
}

static void show_metrics(struct fm_llm_proxy *p, struct fm_http_exchange *x)
{
    struct fm_buf b;
    fm_buf_init(&b, OUT_MAX);
    fm_metrics_write(p->opt.metrics, &b);
    fm_http_respond(x, 200, "text/plain; version=0.0.4", fm_buf_str(&b));
    fm_buf_release(&b);
}

/* In constant time: the length may be learned, the key not. */
static bool is_equal(fm_str a, fm_str b)
{
    unsigned char diff = 0;
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        diff |= (unsigned char)(a.p[i] ^ b.p[i]);
    return diff == 0;
}

static bool is_allowed(const struct fm_llm_proxy *p, const struct fm_http_exchange *x)
{
    fm_str bearer = fm_http_exchange_header(x, "authorization");
    if (p->opt.key.len == 0)
        return true;
    if (fm_str_istarts(bearer, FM_STR("bearer ")))
        bearer = fm_str_trim(fm_str_skip(bearer, 7));
    return is_equal(bearer, p->opt.key) ||
           is_equal(fm_http_exchange_header(x, "x-api-key"), p->opt.key);
}

static void refuse(struct fm_http_exchange *x, int status, const char *message)
{
    char body[256];
    snprintf(body, sizeof body,
             "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\",\"param\":null,"
             "\"code\":null}}",
             message);
    fm_http_respond(x, status, "application/json", fm_str_c(body));
}

static bool answer_post(struct fm_llm_proxy *p, struct fm_http_exchange *x, fm_str path)
{
    if (fm_str_eqc(path, "/v1/chat/completions"))
        serve(p, x, &fm_proxy_openai);
    else if (fm_str_eqc(path, "/v1/messages"))
        serve(p, x, &fm_proxy_anthropic);
    else if (fm_str_eqc(path, "/v1/embeddings"))
        fm_proxy_embed(p, x);
    else
        return false;
    return true;
}

static bool answer_get(struct fm_llm_proxy *p, struct fm_http_exchange *x, fm_str path)
{
    if (fm_str_eqc(path, "/v1/models"))
        list_models(p, x);
    else if (fm_str_eqc(path, "/metrics") && p->opt.metrics)
        show_metrics(p, x);
    else
        return false;
    return true;
}

/* A browser page must not use a proxy that listens without a key: such requests carry an Origin. */
static void handle(void *arg, struct fm_http_exchange *x)
{
    struct fm_llm_proxy *p = arg;
    const struct fm_http_head *h = fm_http_exchange_head(x);
    bool is_post = fm_str_eqc(h->method, "POST");
    if (fm_str_eqc(h->path, "/health"))
        fm_http_respond(x, 200, "application/json", FM_STR("{\"status\":\"ok\"}"));
    else if (p->opt.key.len == 0 && fm_http_exchange_header(x, "origin").len)
        refuse(x, 403, "requests from web pages need a key");
    else if (!is_allowed(p, x))
        refuse(x, 401, "the key is missing or wrong");
    else if (is_post ? !answer_post(p, x, h->path) : !answer_get(p, x, h->path))
        refuse(x, 404,
               "no such path; see /v1/chat/completions, /v1/messages, /v1/embeddings, /v1/models");
}

static bool is_loopback(fm_str listen)
{
    static const char *const near[] = {"127.", "localhost:", "[::1]:", ":"};
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++)
        if (fm_str_starts(listen, fm_str_c(near[i])))
            return true;
    return false;
}

static void make_series(struct fm_llm_proxy *p)
{
    struct fm_metrics *m = p->opt.metrics;
    if (!m)
        return;
    p->requests = fm_metrics_counter(m, "faultmaven_llm_proxy_requests_total",
                                     "Requests answered by the proxy.", NULL);
    p->running =
        fm_metrics_gauge(m, "faultmaven_llm_proxy_requests_running", "Requests under way.", NULL);
    p->seconds = fm_metrics_histogram(m, "faultmaven_llm_proxy_request_seconds",
                                      "Duration of requests.", NULL, fm_bounds_seconds);
}

enum fm_code fm_llm_proxy_new(struct fm_ctx *ctx, struct fm_loop *l, struct fm_llm_router *r,
                              const struct fm_llm_proxy_options *o, struct fm_llm_proxy **out)
{
    if (!o->key.len && !is_loopback(fm_str_c(o->listen)))
        return fm_fail(ctx, FM_EREJECTED,
                       "%s: is reachable from other machines; set llm.proxy.key first", o->listen);
    struct fm_llm_proxy *p = calloc(1, sizeof *p);
    if (!p)
        FM_BUG("out of memory");
    p->loop = l;
    p->router = r;
    p->opt = *o;
    p->opt.max_streams = o->max_streams ? o->max_streams : STREAMS_DEFAULT;
    p->seed = fm_rng_u64(&fm_rng_system);
    fm_rng_fill(&fm_rng_system, p->key, sizeof p->key);
    p->memo = fm_egress_memo_new(MEMO_BYTES);
    make_series(p);
    struct fm_http_server_options so = {.handler = handle,
                                        .arg = p,
                                        .max_body = FM_EGRESS_BODY_MAX,
                                        .max_connections = p->opt.max_streams + 64};
    enum fm_code code = fm_http_server_new(l, ctx, o->listen, &so, &p->server);
    if (code != FM_OK) {
        fm_egress_memo_free(p->memo);
        free(p);
        return code;
    }
    p->client = fm_llm_client_new(r, l);
    *out = p;
    return FM_OK;
}

void fm_llm_proxy_free(struct fm_llm_proxy *p)
{
    if (!p)
        return;
    fm_http_server_drain(p->server);
    for (struct served *s = p->first, *next; s; s = next) {
        next = s->next;
        give_up(s);
    }
    while (p->first) /* each cancelled call ends in one of the next turns */
        fm_loop_turn(p->loop, 10);
    fm_http_server_free(p->server);
    fm_llm_client_free(p->client);
    fm_egress_memo_free(p->memo);
    free(p);
}

uint16_t fm_llm_proxy_port(const struct fm_llm_proxy *p)
{
    return fm_http_server_port(p->server);
}
