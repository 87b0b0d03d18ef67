/* SPDX-License-Identifier: Apache-2.0 */
/*
 * llm-bench serve                        a provider that answers at once; prints its port
 * llm-bench load URL RATE SECONDS [KEY]  open-loop load of 8 KB prompts on keep-alive connections;
 * latency percentiles llm-bench streams URL N [KEY]          N concurrent streams, each held open
 * until all have begun
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "faultmaven/base/buf.h"
#include "faultmaven/net/client.h"
#include "faultmaven/net/server.h"

#define PROMPT_BYTES 8192
#define MODEL "bench/m"

static struct fm_loop *loop;

/* --- provider --- */

#define ANSWER                                                                                     \
    "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,"      \
    "\"message\":{\"role\":\"assistant\",\"content\":\"The pool was "                              \
    "exhausted.\"},\"finish_reason\":\"stop\"}],"                                                  \
    "\"usage\":{\"prompt_tokens\":2000,\"completion_tokens\":6,\"total_tokens\":2006}}"
#define CHUNK                                                                                      \
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"token "                \
    "\"},\"finish_reason\":null}]}\n\n"
#define LAST                                                                                       \
    "data: "                                                                                       \
    "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: " \
    "[DONE]\n\n"

struct held {
    struct fm_http_exchange *x;
    struct fm_timer timer;
    int left;
};

static void next_token(void *arg)
{
    struct held *h = arg;
    if (h->left-- > 0 && !fm_http_exchange_is_gone(h->x)) {
        fm_http_stream_write(h->x, FM_STR(CHUNK));
        fm_timer_set(&h->timer, 500);
        return;
    }
    fm_http_stream_write(h->x, FM_STR(LAST));
    fm_http_stream_end(h->x, true);
    fm_timer_release(&h->timer);
    free(h);
}

static void serve(void *arg, struct fm_http_exchange *x)
{
    (void)arg;
    if (!fm_str_has(fm_http_exchange_body(x), FM_STR("\"stream\":true"))) {
        fm_http_respond(x, 200, "application/json", FM_STR(ANSWER));
        return;
    }
    struct held *h = calloc(1, sizeof *h);
    h->x = x;
    h->left = 12;
    fm_timer_init(&h->timer, loop, next_token, h);
    fm_http_stream_begin(x, 200, "text/event-stream");
    next_token(h);
}

static int run_serve(void)
{
    struct fm_ctx ctx;
    struct fm_http_server *s;
    struct fm_http_server_options o = {
        .handler = serve, .max_connections = 10000, .idle_ms = 600000};
    fm_ctx_init(&ctx, &fm_clock_system);
    if (fm_http_server_new(loop, &ctx, "127.0.0.1:0", &o, &s) != FM_OK)
        return 1;
    printf("%u\n", fm_http_server_port(s));
    fflush(stdout);
    fm_loop_run(loop);
    return 0;
}

/* --- load --- */

struct load {
    struct fm_http_client *client;
    struct fm_http_header headers[2];
    const char *url;
    fm_str body;
    size_t sent, done, failed, n, open;
    double *us;
    fm_time start;
    double interval_ns;
    struct fm_timer timer;
    bool is_stream;
};

struct one {
    struct load *l;
    fm_time due;
    bool has_begun;
};

/* Log lines with an address, a user and a key in them, so that redaction has work. */
static fm_str prompt(bool is_stream)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    fm_buf_addf(&b,
                "{\"model\":\"" MODEL
                "\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"",
                is_stream ? "true" : "false");
    for (int i = 0; b.len < PROMPT_BYTES; i++)
        fm_buf_addf(&b,
                    "2026-05-01T10:%02d:%02d.%03dZ ERROR pool-%d connection to 203.0.113.%d timed "
                    "out after %d ms user=alice@example.com%s\\n",
                    i % 60, i * 7 % 60, i * 31 % 1000, i % 9, i % 250, 1000 + i,
                    i % 20 ? "" : " password=hunter2hunter2");
    fm_buf_addz(&b, "\"}]}");
    return fm_buf_str(&b);
}

static void on_done(void *arg, const struct fm_http_result *r)
{
    struct one *o = arg;
    struct load *l = o->l;
    l->failed += r->failure != FM_HTTP_FINE || r->reply->status != 200;
    if (l->done < l->n)
        l->us[l->done] = (double)(fm_monotonic(&fm_clock_system) - o->due) / 1e3;
    if (++l->done == l->n)
        fm_loop_stop(loop);
    free(o);
}

static void on_data(void *arg, fm_str bytes)
{
    struct one *o = arg;
    (void)bytes;
    if (!o->has_begun)
        o->l->open++;
    o->has_begun = true;
}

static void send_one(struct load *l, fm_time due)
{
    struct one *o = calloc(1, sizeof *o);
    o->l = l;
    o->due = due;
    struct fm_http_request r = {.method = "POST",
                                .url = l->url,
                                .headers = l->headers,
                                .n_headers = l->headers[1].name.len ? 2 : 1,
                                .body = l->body,
                                .data = l->is_stream ? on_data : NULL,
                                .done = on_done,
                                .arg = o};
    l->sent++;
    fm_http_call_start(l->client, &r);
}

static void tick(void *arg)
{
    struct load *l = arg;
    fm_time now = fm_monotonic(&fm_clock_system);
    while (l->sent < l->n) {
        fm_time due = l->start + (fm_time)((double)l->sent * l->interval_ns);
        if (due > now)
            break;
        send_one(l, due < now ? now : due); /* the sender's own lag is not the server's */
    }
    if (l->sent < l->n)
        fm_timer_set(&l->timer, 0);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double at(const struct load *l, double q)
{
    return l->us[(size_t)(q * (double)(l->n - 1))];
}

static void init_load(struct load *l, const char *url, const char *key, size_t n)
{
    memset(l, 0, sizeof *l);
    l->client = fm_http_client_new(loop, NULL);
    l->url = url;
    l->headers[0] = (struct fm_http_header){FM_STR("Content-Type"), FM_STR("application/json")};
    if (key)
        l->headers[1] = (struct fm_http_header){FM_STR("Authorization"), fm_str_c(key)};
    l->n = n;
    l->us = calloc(n, sizeof *l->us);
}

static int run_load(const char *url, double rate, double seconds, const char *key)
{
    struct load l;
    init_load(&l, url, key, (size_t)(rate * seconds));
    l.body = prompt(false);
    l.interval_ns = 1e9 / rate;
    l.start = fm_monotonic(&fm_clock_system);
    fm_timer_init(&l.timer, loop, tick, &l);
    fm_timer_set(&l.timer, 0);
    fm_loop_run(loop);
    double took = (double)(fm_monotonic(&fm_clock_system) - l.start) / 1e9;
    qsort(l.us, l.n, sizeof *l.us, compare);
    printf("{\"requests\":%zu,\"failed\":%zu,\"per_second\":%.0f,\"p50_us\":%.0f,\"p90_us\":%.0f,"
           "\"p99_us\":%.0f,\"p999_us\":%.0f}\n",
           l.n, l.failed, (double)l.n / took, at(&l, 0.5), at(&l, 0.9), at(&l, 0.99),
           at(&l, 0.999));
    return l.failed != 0;
}

static int run_streams(const char *url, size_t n, const char *key)
{
    struct load l;
    init_load(&l, url, key, n);
    l.is_stream = true;
    l.body = prompt(true);
    for (size_t i = 0; i < n; i++) {
        send_one(&l, fm_monotonic(&fm_clock_system));
        if (i % 50 == 49)
            fm_loop_turn(loop, 5);
    }
    for (int i = 0; i < 2000 && l.open < n && l.failed == 0; i++)
        fm_loop_turn(loop, 10);
    printf("{\"streams\":%zu,\"open\":%zu,\"done\":%zu,\"failed\":%zu}\n", n, l.open, l.done,
           l.failed);
    fflush(stdout);
    if (l.done < l.n)
        fm_loop_run(loop);
    printf("{\"done\":%zu,\"failed\":%zu}\n", l.done, l.failed);
    return l.failed != 0;
}

static double number(const char *text)
{
    double v = 0;
    if (!fm_str_f64(fm_str_c(text), &v) || v <= 0) {
        fprintf(stderr, "%s: not a number above 0\n", text);
        exit(2);
    }
    return v;
}

int main(int argc, char **argv)
{
    fm_str mode = fm_str_c(argc > 1 ? argv[1] : "");
    loop = fm_loop_new();
    if (fm_str_eqc(mode, "serve"))
        return run_serve();
    if (fm_str_eqc(mode, "load") && argc > 4)
        return run_load(argv[2], number(argv[3]), number(argv[4]), argc > 5 ? argv[5] : NULL);
    if (fm_str_eqc(mode, "streams") && argc > 3)
        return run_streams(argv[2], (size_t)number(argv[3]), argc > 4 ? argv[4] : NULL);
    fprintf(stderr, "usage: llm-bench serve | load URL RATE SECONDS [KEY] | streams URL N [KEY]\n");
    return 2;
}
