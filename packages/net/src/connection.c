/* SPDX-License-Identifier: Apache-2.0 */
#include "server_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#define INPUT_MAX (64 * 1024)
#define READ_MAX (64 * 1024)

static void on_timer(void *arg)
{
    struct conn *c = arg;
    if (c->state == CONN_HEAD || c->state == CONN_BODY)
        fm_conn_refuse(c, 408);
    else
        fm_conn_close(c);
}

static void set_state(struct conn *c, enum conn_state state)
{
    const struct fm_http_server_options *o = &c->server->opt;
    int64_t ms = 0;
    if (state == CONN_IDLE)
        ms = o->idle_ms;
    else if (state == CONN_HEAD)
        ms = o->head_ms;
    else if (state == CONN_BODY)
        ms = o->body_ms;
    else if (state == CONN_CLOSING)
        ms = o->write_ms;
    c->state = state;
    if (ms)
        fm_timer_set(&c->timer, ms);
    else
        fm_timer_stop(&c->timer);
}

void fm_conn_close(struct conn *c)
{
    struct fm_http_exchange *x = c->exchange;
    if (c->prev)
        c->prev->next = c->next;
    else
        c->server->first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    c->server->n--;
    fm_timer_release(&c->timer);
    event_del(&c->readable);
    event_del(&c->writable);
    evbuffer_free(c->in);
    evbuffer_free(c->out);
    close(c->fd);
    free(c);
    if (!x)
        return;
    x->conn = NULL;
    x->on_drained = NULL;
    if (!x->is_dispatched)
        fm_exchange_free(x);
    else if (x->on_gone)
        x->on_gone(x->gone_arg);
}

/* The connection is closed once everything written has left. */
static void close_when_flushed(struct conn *c)
{
    set_state(c, CONN_CLOSING);
    event_del(&c->readable);
    if (evbuffer_get_length(c->out) == 0 && !c->is_working)
        fm_conn_close(c);
}

void fm_conn_refuse(struct conn *c, int status)
{
    if (c->exchange) {
        c->exchange->conn = NULL;
        fm_exchange_free(c->exchange);
        c->exchange = NULL;
    }
    evbuffer_add_printf(c->out,
                        "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n%s\r\n",
                        status, fm_http_reason(status), status == 503 ? "Retry-After: 1\r\n" : "");
    fm_conn_flush(c);
    close_when_flushed(c);
}

static struct fm_http_exchange *new_exchange(struct conn *c, size_t head_len)
{
    struct fm_http_exchange *x = calloc(1, sizeof *x);
    if (!x || !(x->text = malloc(head_len + 1)))
        FM_BUG("out of memory");
    x->conn = c;
    x->body_max = c->server->opt.max_body;
    fm_buf_init(&x->body, (size_t)x->body_max);
    fm_buf_init(&x->headers, 16 * 1024);
    snprintf(x->peer, sizeof x->peer, "%s", c->peer);
    evbuffer_remove(c->in, x->text, head_len);
    x->text[head_len] = '\0';
    return x;
}

static void dispatch(struct conn *c)
{
    set_state(c, CONN_ANSWER);
    c->exchange->is_dispatched = true;
    c->server->opt.handler(c->server->opt.arg, c->exchange);
}

static void begin_body(struct conn *c)
{
    struct fm_http_exchange *x = c->exchange;
    if (c->server->opt.begin)
        c->server->opt.begin(c->server->opt.arg, x);
    if (x->head.body == FM_HTTP_BODY_LENGTH && x->head.content_length > x->body_max) {
        fm_conn_refuse(c, 413);
        return;
    }
    if (x->head.expects_continue) {
        evbuffer_add(c->out, "HTTP/1.1 100 Continue\r\n\r\n", 25);
        fm_conn_flush(c);
    }
    memset(&c->chunked, 0, sizeof c->chunked);
    c->body_left = x->head.content_length;
    set_state(c, CONN_BODY);
}

/* True when there may be more to do with the input that is there. */
static bool read_head(struct conn *c)
{
    struct evbuffer *in = c->in;
    if (c->state == CONN_IDLE) {
        if (evbuffer_get_length(in) == 0)
            return false;
        set_state(c, CONN_HEAD);
    }
    struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
    size_t len = end.pos < 0 ? evbuffer_get_length(in) : (size_t)end.pos + 4;
    if (len > c->server->opt.max_head) {
        fm_conn_refuse(c, 431);
        return false;
    }
    if (end.pos < 0)
        return false;
    c->exchange = new_exchange(c, len);
    int refused = fm_http_head_parse(fm_str_n(c->exchange->text, len), &c->exchange->head);
    if (refused) {
        fm_conn_refuse(c, refused);
        return false;
    }
    c->exchange->is_head_request = fm_str_eqc(c->exchange->head.method, "HEAD");
    if (c->exchange->head.body == FM_HTTP_BODY_NONE)
        dispatch(c);
    else
        begin_body(c);
    return true;
}

static bool take_body(struct fm_http_exchange *x, fm_str bytes)
{
    x->body_seen += bytes.len;
    if (x->body_seen > x->body_max)
        return false;
    if (x->sink)
        return x->sink(x->sink_arg, bytes);
    fm_buf_adds(&x->body, bytes);
    return !x->body.overflow;
}

/* 0 = more input needed, 1 = body complete, else the status to refuse with. */
static int take_chunked(struct conn *c, fm_str *bytes)
{
    fm_str data;
    for (;;) {
        switch (fm_http_chunked_step(&c->chunked, bytes, &data)) {
        case FM_HTTP_CHUNK_DATA:
            if (!take_body(c->exchange, data))
                return 413;
            break;
        case FM_HTTP_CHUNK_MORE:
            return 0;
        case FM_HTTP_CHUNK_END:
            return 1;
        case FM_HTTP_CHUNK_ERROR:
            return 400;
        }
    }
}

static int take_sized(struct conn *c, fm_str *bytes)
{
    size_t n = bytes->len < c->body_left ? bytes->len : (size_t)c->body_left;
    if (!take_body(c->exchange, fm_str_n(bytes->p, n)))
        return 413;
    *bytes = fm_str_skip(*bytes, n);
    c->body_left -= n;
    return c->body_left == 0;
}

static bool read_body(struct conn *c)
{
    struct evbuffer *in = c->in;
    int result = 0;
    bool is_chunked = c->exchange->head.body == FM_HTTP_BODY_CHUNKED;
    while (result == 0 && evbuffer_get_length(in)) {
        size_t n = evbuffer_get_contiguous_space(in);
        fm_str bytes = fm_str_n((const char *)evbuffer_pullup(in, (ev_ssize_t)n), n);
        result = is_chunked ? take_chunked(c, &bytes) : take_sized(c, &bytes);
        evbuffer_drain(in, n - bytes.len);
        fm_timer_set(&c->timer, c->server->opt.body_ms);
    }
    if (result > 1)
        fm_conn_refuse(c, result);
    else if (result == 1)
        dispatch(c);
    return result == 1;
}

/* Works off the input. A handler may answer at once, so this loops instead of recursing. */
static void work(struct conn *c)
{
    bool more = true;
    if (c->is_working)
        return;
    c->is_working = true;
    while (more)
        if (c->state == CONN_IDLE || c->state == CONN_HEAD)
            more = read_head(c);
        else if (c->state == CONN_BODY)
            more = read_body(c);
        else
            more = false;
    c->is_working = false;
    if (c->state == CONN_CLOSING && evbuffer_get_length(c->out) == 0)
        fm_conn_close(c);
}

static size_t input_max(const struct conn *c)
{
    return (c->server->opt.max_head > INPUT_MAX ? c->server->opt.max_head : INPUT_MAX) + 4096;
}

static bool is_hold(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    static _Thread_local char bytes[READ_MAX];
    struct conn *c = arg;
    (void)what;
    ssize_t n = recv(fd, bytes, sizeof bytes, 0);
    if (is_hold(n))
        return;
    if (n <= 0) {
        fm_conn_close(c);
        return;
    }
    evbuffer_add(c->in, bytes, (size_t)n);
    if (c->state == CONN_ANSWER && evbuffer_get_length(c->in) >= input_max(c))
        event_del(&c->readable); /* until the answer is complete */
    work(c);
}

static void on_flushed(struct conn *c)
{
    if (c->state == CONN_CLOSING)
        fm_conn_close(c);
    else if (c->exchange && c->exchange->on_drained)
        c->exchange->on_drained(c->exchange->drained_arg);
}

#define PIECES_MAX 16

/* Sends what the socket takes; -1 with errno. Without the signal for a client that has gone. */
static ssize_t send_out(struct conn *c)
{
    struct evbuffer_iovec v[PIECES_MAX];
    int n = evbuffer_peek(c->out, -1, NULL, v, PIECES_MAX);
    struct msghdr m = {.msg_iov = v, .msg_iovlen = (size_t)(n < PIECES_MAX ? n : PIECES_MAX)};
    ssize_t sent = n > 0 ? sendmsg(c->fd, &m, MSG_NOSIGNAL) : 0;
    if (sent > 0)
        evbuffer_drain(c->out, (size_t)sent);
    return sent;
}

/* EV_TIMEOUT: the client took nothing for write_ms. */
static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;
    const struct fm_http_server_options *o = &c->server->opt;
    struct timeval stall = {o->write_ms / 1000, o->write_ms % 1000 * 1000};
    c->is_flushing = false;
    if (what & EV_TIMEOUT) {
        fm_conn_close(c);
        return;
    }
    (void)fd;
    ssize_t n = send_out(c);
    if (n < 0 && !is_hold(n)) {
        fm_conn_close(c);
    } else if (evbuffer_get_length(c->out) == 0) {
        on_flushed(c);
    } else {
        c->is_flushing = true;
        event_add(&c->writable, &stall);
    }
}

void fm_conn_flush(struct conn *c)
{
    if (c->is_flushing)
        return;
    c->is_flushing = true;
    event_active(&c->writable, EV_WRITE, 0);
}

void fm_conn_next(struct conn *c, bool keeps_alive)
{
    c->exchange = NULL;
    if (!keeps_alive || c->server->is_draining) {
        close_when_flushed(c);
        return;
    }
    set_state(c, CONN_IDLE);
    if (!event_pending(&c->readable, EV_READ, NULL))
        event_add(&c->readable, NULL);
    work(c);
}

static void name_peer(struct conn *c, const struct sockaddr *peer)
{
    char host[INET6_ADDRSTRLEN] = "?";
    uint16_t port = 0;
    if (peer->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)peer;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        port = ntohs(v4->sin_port);
    } else if (peer->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)peer;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        port = ntohs(v6->sin6_port);
    }
    snprintf(c->peer, sizeof c->peer, peer->sa_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
             port);
}

void fm_conn_new(struct fm_http_server *s, evutil_socket_t fd, const struct sockaddr *peer,
                 socklen_t peer_len)
{
    struct conn *c = calloc(1, sizeof *c);
    int on = 1;
    (void)peer_len;
    if (!c || !(c->in = evbuffer_new()) || !(c->out = evbuffer_new()))
        FM_BUG("out of memory");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->server = s;
    c->next = s->first;
    if (c->next)
        c->next->prev = c;
    s->first = c;
    s->n++;
    name_peer(c, peer);
    fm_timer_init(&c->timer, s->loop, on_timer, c);
    c->fd = fd;
    event_assign(&c->readable, fm_loop_base(s->loop), fd, EV_READ | EV_PERSIST, on_readable, c);
    event_assign(&c->writable, fm_loop_base(s->loop), fd, EV_WRITE, on_writable, c);
    set_state(c, CONN_IDLE);
    if (s->n > s->opt.max_connections)
        fm_conn_refuse(c, 503);
    else
        event_add(&c->readable, NULL);
}
