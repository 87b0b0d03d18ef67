/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"
#include "faultmaven/net/server.h"

static struct fm_loop *loop;

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
    h->left = 40;
    fm_timer_init(&h->timer, loop, next_token, h);
    fm_http_stream_begin(x, 200, "text/event-stream");
    next_token(h);
}

int bench_serve(void)
{
    struct fm_ctx ctx;
    struct fm_http_server *s;
    struct fm_http_server_options o = {
        .handler = serve, .max_connections = 10000, .idle_ms = 600000};
    loop = fm_loop_new();
    fm_ctx_init(&ctx, &fm_clock_system);
    if (fm_http_server_new(loop, &ctx, "127.0.0.1:0", &o, &s) != FM_OK)
        return 1;
    printf("%u\n", fm_http_server_port(s));
    fflush(stdout);
    fm_loop_run(loop);
    return 0;
}
