/* SPDX-License-Identifier: Apache-2.0 */
/* The client and the server against each other, and the server against raw bytes, on one loop. What
 * holds for one transport of the client holds for the other: each test runs with both (a proxy of
 * "env" goes to libcurl, and the environment names none). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "faultmaven/net/client.h"
#include "faultmaven/net/server.h"

struct world {
    struct fm_ctx ctx;
    struct fm_loop *loop;
    struct fm_http_server *server;
    struct fm_http_client *client;
    const char *proxy;                 /* of requests */
    struct fm_http_exchange *held[16]; /* by /hold and /stream */
    size_t n_held;
    int gone, handled;
    uint64_t sunk;
};

static void on_gone(void *arg)
{
    ((struct world *)arg)->gone++;
}

static void handle_more(struct world *w, struct fm_http_exchange *x, fm_str path)
{
    if (fm_str_eqc(path, "/hold")) {
        w->held[w->n_held++] = x;
        fm_http_exchange_on_gone(x, on_gone, w);
    } else if (fm_str_eqc(path, "/stream")) {
        w->held[w->n_held++] = x;
        fm_http_exchange_on_gone(x, on_gone, w);
        fm_http_stream_begin(x, 200, "text/event-stream");
        fm_http_stream_write(x, FM_STR("data: 1\n\n"));
    } else if (fm_str_eqc(path, "/cut")) {
        fm_http_stream_begin(x, 200, "text/plain");
        fm_http_stream_write(x, FM_STR("half"));
        fm_http_stream_end(x, false);
    } else {
        fm_http_respond(x, 404, NULL, FM_STR_NULL);
    }
}

static void handler(void *arg, struct fm_http_exchange *x)
{
    struct world *w = arg;
    fm_str path = fm_http_exchange_head(x)->path;
    w->handled++;
    if (fm_str_eqc(path, "/echo")) {
        fm_http_exchange_add_header(x, "X-Method", fm_http_exchange_head(x)->method);
        fm_http_respond(x, 200, "text/plain", fm_http_exchange_body(x));
    } else if (fm_str_eqc(path, "/big")) {
        fm_http_stream_begin(x, 200, "text/plain");
        for (int i = 0; i < 2000; i++)
            fm_http_stream_write(x, FM_STR("0123456789012345678901234567890123456789\n"));
        fm_http_stream_end(x, true);
    } else {
        handle_more(w, x, path);
    }
}

static bool sink(void *arg, fm_str bytes)
{
    struct world *w = arg;
    w->sunk += bytes.len;
    return w->sunk <= 3 << 20;
}

static void begin(void *arg, struct fm_http_exchange *x)
{
    if (fm_str_eqc(fm_http_exchange_head(x)->query, "sink"))
        fm_http_exchange_sink(x, 64u << 20, sink, arg);
}

static int setup(void **state)
{
    const char *proxy = *state;
    struct world *w = calloc(1, sizeof *w);
    struct fm_http_server_options o = {.handler = handler,
                                       .begin = begin,
                                       .arg = w,
                                       .head_ms = 100,
                                       .body_ms = 100,
                                       .idle_ms = 2000,
                                       .max_body = 1 << 20,
                                       .max_connections = 8};
    fm_ctx_init(&w->ctx, &fm_clock_system);
    w->loop = fm_loop_new();
    assert_int_equal(fm_http_server_new(w->loop, &w->ctx, "127.0.0.1:0", &o, &w->server), FM_OK);
    w->client = fm_http_client_new(w->loop, NULL);
    w->proxy = proxy;
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    fm_http_client_free(w->client);
    fm_http_server_free(w->server);
    for (size_t i = 0; i < w->n_held; i++)
        fm_http_stream_end(w->held[i], false);
    fm_loop_free(w->loop);
    fm_ctx_release(&w->ctx);
    free(w);
    return 0;
}

static const char *url(struct world *w, const char *path)
{
    return fm_str_fmt(&w->ctx.arena, "http://127.0.0.1:%u%s", fm_http_server_port(w->server), path)
        .p;
}

static void test_fetch_keeps_its_connection(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 5; i++) {
        struct fm_http_answer a;
        struct fm_http_request r = {
            .method = "POST", .url = url(w, "/echo"), .body = FM_STR("hello"), .proxy = w->proxy};
        assert_int_equal(fm_http_fetch(w->client, &w->ctx, &r, &a), FM_OK);
        assert_int_equal(a.status, 200);
        assert_string_equal(a.body.p, "hello");
        assert_true(fm_str_eqc(fm_http_header(&a.headers, "x-method"), "POST"));
    }
    assert_int_equal(fm_http_server_connections(w->server), 1);
}

static void test_methods_and_long_answers(void **state)
{
    struct world *w = *state;
    struct fm_http_answer a;
    struct fm_http_request r = {.method = "GET", .url = url(w, "/big"), .proxy = w->proxy};
    assert_int_equal(fm_http_fetch(w->client, &w->ctx, &r, &a), FM_OK);
    assert_int_equal(a.body.len, 2000 * 41);
    r.max_body = 1000;
    assert_int_equal(fm_http_fetch(w->client, &w->ctx, &r, &a), FM_EUPSTREAM);
    assert_non_null(strstr(w->ctx.error, "longer than the limit"));
    fm_ctx_clear_error(&w->ctx);
    struct fm_http_request d = {.method = "DELETE", .url = url(w, "/echo"), .proxy = w->proxy};
    assert_int_equal(fm_http_fetch(w->client, &w->ctx, &d, &a), FM_OK);
    assert_true(fm_str_eqc(fm_http_header(&a.headers, "x-method"), "DELETE"));
    struct fm_http_request h = {.method = "HEAD", .url = url(w, "/big"), .proxy = w->proxy};
    assert_int_equal(fm_http_fetch(w->client, &w->ctx, &h, &a), FM_OK);
    assert_int_equal(a.body.len, 0);
}

struct outcome {
    bool is_done;
    enum fm_http_failure failure;
    struct fm_buf data;
    struct fm_http_call *call;
    bool cancels;
};

static void out_data(void *arg, fm_str bytes)
{
    struct outcome *o = arg;
    fm_buf_adds(&o->data, bytes);
    if (o->cancels)
        fm_http_call_cancel(o->call);
}

static void out_done(void *arg, const struct fm_http_result *r)
{
    struct outcome *o = arg;
    o->is_done = true;
    o->failure = r->failure;
}

static struct fm_http_request request(const struct world *w, const char *u, struct outcome *o)
{
    return (struct fm_http_request){
        .method = "GET", .url = u, .proxy = w->proxy, .data = out_data, .done = out_done, .arg = o};
}

static void turn(struct world *w, int ms)
{
    for (int64_t end = fm_monotonic(&fm_clock_system) + ms * FM_MS;
         fm_monotonic(&fm_clock_system) < end;)
        fm_loop_turn(w->loop, 5);
}

static const struct {
    const char *url;
    enum fm_http_failure failure;
} failures[] = {
    {"http://127.0.0.1:1/", FM_HTTP_CONNECT},
    {"http://no-such-host.invalid/", FM_HTTP_DNS},
    {"ftp://127.0.0.1/", FM_HTTP_BAD_URL},
    {"not a url", FM_HTTP_BAD_URL},
};

static void test_failures_are_told_apart(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct outcome o = {0};
        struct fm_http_request r = request(w, failures[i].url, &o);
        fm_buf_init(&o.data, 4096);
        fm_http_call_start(w->client, &r);
        assert_false(o.is_done);
        for (int n = 0; !o.is_done && n < 400; n++)
            fm_loop_turn(w->loop, 10);
        assert_true(o.is_done);
        assert_int_equal(o.failure, failures[i].failure);
        fm_buf_release(&o.data);
    }
}

static void test_a_cut_answer_and_a_timeout(void **state)
{
    struct world *w = *state;
    struct outcome cut = {0}, late = {0};
    fm_buf_init(&cut.data, 100);
    struct fm_http_request r = request(w, url(w, "/cut"), &cut);
    fm_http_call_start(w->client, &r);
    r = request(w, url(w, "/hold"), &late);
    r.total_ms = 60;
    fm_http_call_start(w->client, &r);
    turn(w, 200);
    assert_true(cut.is_done);
    assert_int_equal(cut.failure, FM_HTTP_CUT);
    assert_string_equal(cut.data.p, "half");
    assert_true(late.is_done);
    assert_int_equal(late.failure, FM_HTTP_TIMEOUT);
    assert_int_equal(w->gone, 1);
    fm_buf_release(&cut.data);
}

static void test_cancel_in_and_outside_of_a_callback(void **state)
{
    struct world *w = *state;
    struct outcome o = {.cancels = true};
    fm_buf_init(&o.data, 100);
    struct fm_http_request r = request(w, url(w, "/stream"), &o);
    o.call = fm_http_call_start(w->client, &r);
    turn(w, 50);
    assert_string_equal(o.data.p, "data: 1\n\n");
    assert_false(o.is_done);
    assert_int_equal(w->gone, 1);
    fm_http_stream_write(w->held[0], FM_STR("data: 2\n\n")); /* no reader any more */
    struct outcome b = {0};
    r = request(w, url(w, "/hold"), &b);
    struct fm_http_call *call = fm_http_call_start(w->client, &r);
    turn(w, 30);
    fm_http_call_cancel(call);
    turn(w, 30);
    assert_int_equal(w->gone, 2);
    assert_false(b.is_done);
    fm_buf_release(&o.data);
}

/* Sends raw bytes and returns what comes back until the peer closes or 300 ms pass. */
static fm_str raw(struct world *w, const char *bytes)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(fm_http_server_port(w->server)),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char *out = fm_arena_alloc(&w->ctx.arena, 65536);
    size_t n = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 60; i++) {
        fm_loop_turn(w->loop, 5);
        ssize_t got = read(fd, out + n, 65535 - n);
        if (got == 0)
            break;
        if (got > 0)
            n += (size_t)got;
    }
    close(fd);
    out[n] = '\0';
    return fm_str_n(out, n);
}

static size_t count(fm_str text, const char *what)
{
    size_t n = 0;
    for (ptrdiff_t at = -1; (at = fm_str_find(text, fm_str_c(what), (size_t)(at + 1))) >= 0;)
        n++;
    return n;
}

static void test_raw_requests(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *in, *expected;
    } c[] = {
        {"GET /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
         "HTTP/1.1 400 "},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n", "HTTP/1.1 413 "},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
         "HTTP/1.1 400 "},
        {"GET /echo HTT", "HTTP/1.1 408 "},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf", "HTTP/1.1 408 "},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"},
        {"GET /nowhere HTTP/1.0\r\n\r\n", "HTTP/1.1 404 Not Found"},
    };
    for (size_t i = 0; i < sizeof c / sizeof c[0]; i++) {
        fm_str got = raw(w, c[i].in);
        if (!fm_str_starts(got, fm_str_c(c[i].expected)))
            print_error("%s\n -> %s\n", c[i].in, got.p);
        assert_true(fm_str_starts(got, fm_str_c(c[i].expected)));
    }
}

static void test_pipelined_requests_are_answered_in_order(void **state)
{
    struct world *w = *state;
    fm_str got = raw(
        w,
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\ntwo"
        "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 5\r\n\r\nthree");
    assert_int_equal(count(got, "HTTP/1.1 200 OK"), 3);
    ptrdiff_t one = fm_str_find(got, FM_STR("\r\n\r\none"), 0),
              two = fm_str_find(got, FM_STR("\r\n\r\ntwo"), 0);
    assert_true(one > 0 && two > one && fm_str_ends(got, FM_STR("three")));
    assert_int_equal(fm_http_server_connections(w->server), 0);
}

static void test_a_body_can_go_to_a_sink(void **state)
{
    struct world *w = *state;
    struct fm_http_answer a;
    size_t n = 2u << 20;
    struct fm_http_request r = {.method = "POST",
                                .url = url(w, "/echo?sink"),
                                .proxy = w->proxy,
                                .body = fm_str_n(fm_arena_calloc(&w->ctx.arena, 4u << 20, 1), n)};
    assert_int_equal(fm_http_fetch(w->client, &w->ctx, &r, &a), FM_OK);
    assert_int_equal(a.status, 200);
    assert_int_equal(w->sunk, n);
    r.body.len = 4u << 20; /* the sink refuses what is beyond 3 MiB in total */
    if (fm_http_fetch(w->client, &w->ctx, &r, &a) == FM_OK)
        assert_int_equal(a.status, 413);
    fm_ctx_clear_error(&w->ctx);
}

static void test_connections_are_limited(void **state)
{
    struct world *w = *state;
    struct outcome o[10] = {0};
    for (int i = 0; i < 9; i++) {
        struct fm_http_request r = request(w, url(w, i < 8 ? "/stream" : "/echo"), &o[i]);
        fm_buf_init(&o[i].data, 4096);
        fm_http_call_start(w->client, &r);
        turn(w, 15);
    }
    assert_int_equal(fm_http_server_connections(w->server), 8);
    assert_true(o[8].is_done);
    assert_int_equal(w->handled, 8);
    for (int i = 0; i < 9; i++)
        fm_buf_release(&o[i].data);
    fm_http_client_free(w->client);
    w->client = fm_http_client_new(w->loop, NULL);
}

static void *post_from_thread(void *arg)
{
    struct world *w = arg;
    usleep(20000);
    fm_loop_post(w->loop, on_gone, w);
    fm_loop_stop(w->loop);
    return NULL;
}

static void test_posting_from_another_thread(void **state)
{
    struct world *w = *state;
    pthread_t t;
    pthread_create(&t, NULL, post_from_thread, w);
    fm_loop_run(w->loop);
    pthread_join(t, NULL);
    assert_int_equal(w->gone, 1);
}

/* A server of raw bytes: accepts, reads what comes, answers with `reply`, and closes. */
static uint16_t raw_server(int *fd)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(*fd, (struct sockaddr *)&a, len), 0);
    assert_int_equal(listen(*fd, 8), 0);
    getsockname(*fd, (struct sockaddr *)&a, &len);
    return ntohs(a.sin_port);
}

static bool serve_raw(struct world *w, int listener, const char *reply, bool stays)
{
    char bytes[4096];
    int fd = -1;
    for (int i = 0; i < 40 && fd < 0; i++) {
        fm_loop_turn(w->loop, 5);
        fd = accept(listener, NULL, NULL);
    }
    if (fd < 0)
        return false;
    fm_loop_turn(w->loop, 5);
    (void)!read(fd, bytes, sizeof bytes);
    for (const char *p = reply; *p; p++) { /* byte by byte: pieces may be cut anywhere */
        (void)!send(fd, p, 1, MSG_NOSIGNAL);
        fm_loop_turn(w->loop, 0);
    }
    if (!stays)
        close(fd);
    turn(w, 20);
    if (stays)
        close(fd);
    return true;
}

static const struct {
    const char *reply;
    bool stays; /* the connection stays open behind it */
    enum fm_http_failure failure;
    const char *data;
} raw_replies[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true, FM_HTTP_FINE, "ok"},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true,
     FM_HTTP_FINE, "ok"},
    {"HTTP/1.0 200 OK\r\n\r\nall of it", false, FM_HTTP_FINE, "all of it"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", true,
     FM_HTTP_FINE, "ok"},
    {"HTTP/1.1 204 No Content\r\n\r\n", true, FM_HTTP_FINE, ""},
    {"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf", false, FM_HTTP_CUT, "half"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", false, FM_HTTP_CUT, "half"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false, FM_HTTP_CUT, ""},
    {"HTTP/1.1 200 O", false, FM_HTTP_RESET, ""},
    {"", false, FM_HTTP_RESET, ""},
};

static void test_answers_of_raw_servers(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < sizeof raw_replies / sizeof raw_replies[0]; i++) {
        struct outcome o = {0};
        int fd;
        uint16_t port = raw_server(&fd);
        struct fm_http_request r =
            request(w, fm_str_fmt(&w->ctx.arena, "http://127.0.0.1:%u/", port).p, &o);
        fm_buf_init(&o.data, 4096);
        fm_http_call_start(w->client, &r);
        assert_true(serve_raw(w, fd, raw_replies[i].reply, raw_replies[i].stays));
        turn(w, 20);
        assert_true(o.is_done);
        if (o.failure != raw_replies[i].failure)
            print_error("%s\n", raw_replies[i].reply);
        assert_int_equal(o.failure, raw_replies[i].failure);
        assert_string_equal(o.data.p ? o.data.p : "", raw_replies[i].data);
        fm_buf_release(&o.data);
        close(fd);
    }
}

/* The server closed the idle connection; nothing of an answer came: the request is sent again. */
static void test_a_stale_connection_is_replaced(void **state)
{
    struct world *w = *state;
    int fd;
    uint16_t port = raw_server(&fd);
    const char *u = fm_str_fmt(&w->ctx.arena, "http://127.0.0.1:%u/", port).p;
    for (int i = 0; i < 2; i++) {
        struct outcome o = {0};
        struct fm_http_request r = request(w, u, &o);
        fm_buf_init(&o.data, 4096);
        fm_http_call_start(w->client, &r);
        assert_true(serve_raw(w, fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false));
        assert_true(o.is_done);
        assert_int_equal(o.failure, FM_HTTP_FINE);
        fm_buf_release(&o.data);
    }
    close(fd);
}

static char env[] = "env";
#define WITH(name, proxy) cmocka_unit_test_prestate_setup_teardown(name, setup, teardown, proxy)
#define T(name) WITH(name, NULL), WITH(name, env)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_fetch_keeps_its_connection),
        T(test_methods_and_long_answers),
        T(test_failures_are_told_apart),
        T(test_a_cut_answer_and_a_timeout),
        T(test_cancel_in_and_outside_of_a_callback),
        T(test_raw_requests),
        T(test_pipelined_requests_are_answered_in_order),
        T(test_a_body_can_go_to_a_sink),
        T(test_connections_are_limited),
        T(test_answers_of_raw_servers),
        T(test_a_stale_connection_is_replaced),
        T(test_posting_from_another_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
