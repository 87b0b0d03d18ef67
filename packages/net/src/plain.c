/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 over TCP without TLS. A line is a connection; it serves one call at a time and waits in
 * the pool between two. A line that was idle may have been closed by its server at the moment it is
 * used: when it ends before any byte of the answer came, the call is repeated once on a new one.
 */
#include "plain.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#define READ_MAX (64 * 1024)
#define IDLE_MAX 256

struct line {
    struct fm_plain *pool;
    struct line *next; /* idle ones */
    int fd;
    struct event readable, writable;
    struct fm_plain_address address;
    struct call *call; /* NULL: idle */
    bool was_used;
};

struct call {
    struct fm_http_call base;
    struct call *next, *prev;
    struct fm_plain *pool;
    struct line *line;
    struct fm_http_request request;
    struct fm_plain_place place;
    unsigned next_address;
    struct fm_timer timer; /* connect, then the whole call */
    struct fm_buf out;     /* the head of the request */
    size_t sent;           /* of head and body */
    struct fm_buf head;    /* of the answer */
    struct fm_reply_head reply_head;
    struct fm_http_response reply;
    struct fm_http_chunked chunked;
    uint64_t left, body_bytes;
    int64_t started_ns, first_byte_ns;
    enum fm_http_failure failure; /* of a call that fails in the next turn */
    const char *message;
    bool is_connected, has_head, is_reading, is_cancelled, is_finishing, was_repeated;
};

struct fm_plain {
    struct fm_http_client *client;
    struct line *idle;
    long n_idle, max_idle;
    struct call *first;
};

/* --- ends --- */

static void free_line(struct line *l)
{
    event_del(&l->readable);
    event_del(&l->writable);
    close(l->fd);
    free(l);
}

static void free_call(struct call *k)
{
    if (k->prev)
        k->prev->next = k->next;
    else
        k->pool->first = k->next;
    if (k->next)
        k->next->prev = k->prev;
    if (k->line)
        free_line(k->line);
    fm_timer_release(&k->timer);
    fm_buf_release(&k->out);
    fm_buf_release(&k->head);
    free(k->reply_head.items);
    free(k);
}

static void keep_line(struct line *l)
{
    struct fm_plain *p = l->pool;
    l->call = NULL;
    l->was_used = true;
    if (p->n_idle >= p->max_idle) {
        free_line(l);
        return;
    }
    event_del(&l->writable);
    l->next = p->idle;
    p->idle = l;
    p->n_idle++;
}

static void finish(struct call *k, enum fm_http_failure failure, const char *message)
{
    int64_t now = fm_monotonic(&fm_clock_system);
    struct fm_http_result result = {
        .failure = failure,
        .message = failure == FM_HTTP_FINE ? "" : message,
        .reply = &k->reply,
        .body_bytes = k->body_bytes,
        .first_byte_us = k->first_byte_ns ? (k->first_byte_ns - k->started_ns) / 1000 : 0,
        .total_us = (now - k->started_ns) / 1000,
        .is_reused = k->line && k->line->was_used,
    };
    bool is_whole = failure == FM_HTTP_FINE && k->sent == k->out.len + k->request.body.len;
    if (k->line && is_whole && k->reply_head.keeps_alive) {
        keep_line(k->line);
        k->line = NULL;
    }
    k->is_finishing = true;
    k->request.done(k->request.arg, &result);
    free_call(k);
}

/* The caller may be on the stack. */
static void fail_soon(struct call *k, enum fm_http_failure failure, const char *message)
{
    k->failure = failure;
    k->message = message;
    fm_timer_set(&k->timer, 0);
}

/* --- connecting and sending --- */

static void arm_total(struct call *k)
{
    if (!k->request.total_ms) {
        fm_timer_stop(&k->timer);
        return;
    }
    int64_t used = (fm_monotonic(&fm_clock_system) - k->started_ns) / FM_MS;
    fm_timer_set(&k->timer, k->request.total_ms > used ? k->request.total_ms - used : 1);
}

static void arm_connect(struct call *k)
{
    int64_t ms = k->request.connect_ms ? k->request.connect_ms : FM_HTTP_CONNECT_MS;
    if (k->request.total_ms && k->request.total_ms < ms)
        ms = k->request.total_ms;
    fm_timer_set(&k->timer, ms);
}

static void on_timer(void *arg)
{
    struct call *k = arg;
    if (k->failure != FM_HTTP_FINE)
        finish(k, k->failure, k->message);
    else
        finish(k, FM_HTTP_TIMEOUT,
               k->is_connected ? "the answer was not complete in time" : "no connection in time");
}

/* A connection that breaks becomes readable; what the server said before is then read first. */
static void send_rest(struct call *k)
{
    size_t total = k->out.len + k->request.body.len;
    while (k->sent < total) {
        size_t of_head = k->sent < k->out.len ? k->sent : k->out.len, of_body = k->sent - of_head;
        fm_str body = fm_str_skip(k->request.body, of_body);
        struct iovec v[2] = {
            {k->out.p + of_head, k->out.len - of_head},
            {(char *)(uintptr_t)body.p, body.len},
        };
        struct msghdr m = {.msg_iov = v, .msg_iovlen = body.len ? 2 : 1};
        ssize_t n = sendmsg(k->line->fd, &m, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            event_add(&k->line->writable, NULL);
            return;
        }
        if (n < 0 && errno != EINTR)
            return;
        k->sent += n > 0 ? (size_t)n : 0;
    }
}

static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);

static struct line *new_line(struct fm_plain *p, const struct fm_plain_address *a)
{
    int on = 1;
    int fd = socket(a->a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    struct line *l = calloc(1, sizeof *l);
    if (!l)
        FM_BUG("out of memory");
    l->pool = p;
    l->fd = fd;
    l->address = *a;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    event_assign(&l->readable, fm_loop_base(p->client->loop), fd, EV_READ | EV_PERSIST, on_readable,
                 l);
    event_assign(&l->writable, fm_loop_base(p->client->loop), fd, EV_WRITE, on_writable, l);
    return l;
}

/* A connection under way, or NULL when no address is left. */
static struct line *connect_next(struct call *k)
{
    while (k->next_address < k->place.n) {
        const struct fm_plain_address *a = &k->place.addresses[k->next_address++];
        struct line *l = new_line(k->pool, a);
        if (l &&
            (connect(l->fd, (const struct sockaddr *)&a->a, a->len) == 0 || errno == EINPROGRESS))
            return l;
        int saved = errno;
        if (l)
            free_line(l);
        errno = saved;
    }
    return NULL;
}

static void use_line(struct call *k, struct line *l)
{
    k->line = l;
    l->call = k;
    k->sent = 0;
}

static void connect_call(struct call *k)
{
    struct line *l = connect_next(k);
    if (!l) {
        fail_soon(k, FM_HTTP_CONNECT, "the connection was refused");
        return;
    }
    use_line(k, l);
    arm_connect(k);
    event_add(&l->writable, NULL);
}

static struct line *take_idle(struct fm_plain *p, const struct fm_plain_place *place)
{
    for (struct line **at = &p->idle; *at; at = &(*at)->next)
        for (unsigned i = 0; i < place->n; i++) {
            const struct fm_plain_address *a = &place->addresses[i];
            struct line *l = *at;
            if (l->address.len != a->len || memcmp(&l->address.a, &a->a, a->len) != 0)
                continue;
            *at = l->next;
            p->n_idle--;
            return l;
        }
    return NULL;
}

static void drop_line(struct call *k)
{
    free_line(k->line);
    k->line = NULL;
}

/* True: another try on a new connection has begun. */
static bool repeat(struct call *k)
{
    if (!k->line->was_used || k->was_repeated || k->first_byte_ns)
        return false;
    drop_line(k);
    k->was_repeated = true;
    k->is_connected = false;
    k->next_address = 0;
    connect_call(k);
    return true;
}

static void lose(struct call *k)
{
    if (repeat(k))
        return;
    if (k->has_head)
        finish(k, FM_HTTP_CUT, "the connection ended in the middle of the answer");
    else
        finish(k, FM_HTTP_RESET, "the connection ended before the answer");
}

static bool is_connected(struct call *k)
{
    int error = 0;
    socklen_t len = sizeof error;
    if (getsockopt(k->line->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        error = errno;
    return error == 0;
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct line *l = arg;
    struct call *k = l->call;
    (void)fd;
    (void)what;
    if (!k->is_connected) {
        if (!is_connected(k)) {
            drop_line(k);
            connect_call(k);
            return;
        }
        k->is_connected = true;
        event_add(&l->readable, NULL);
        arm_total(k);
    }
    send_rest(k);
}

/* --- receiving --- */

static bool outlives_callback(struct call *k)
{
    k->is_reading = false;
    if (!k->is_cancelled)
        return true;
    free_call(k);
    return false;
}

/* False: the call has ended, or was cancelled. */
static bool tell_data(struct call *k, fm_str bytes)
{
    k->body_bytes += bytes.len;
    if (k->body_bytes > k->request.max_body) {
        finish(k, FM_HTTP_TOO_LARGE, "the answer is longer than the limit");
        return false;
    }
    if (!k->request.data || bytes.len == 0)
        return true;
    k->is_reading = true;
    k->request.data(k->request.arg, bytes);
    return outlives_callback(k);
}

static void end_whole(struct call *k, fm_str rest)
{
    if (rest.len) /* more than one answer: who knows what comes next */
        k->reply_head.keeps_alive = false;
    finish(k, FM_HTTP_FINE, "");
}

static void take_chunked(struct call *k, fm_str in)
{
    fm_str data;
    for (;;) {
        switch (fm_http_chunked_step(&k->chunked, &in, &data)) {
        case FM_HTTP_CHUNK_DATA:
            if (!tell_data(k, data))
                return;
            break;
        case FM_HTTP_CHUNK_MORE:
            return;
        case FM_HTTP_CHUNK_END:
            end_whole(k, in);
            return;
        case FM_HTTP_CHUNK_ERROR:
            finish(k, FM_HTTP_CUT, "the chunks of the answer are broken");
            return;
        }
    }
}

static void take_body(struct call *k, fm_str in)
{
    size_t n = in.len;
    switch (k->reply_head.framing) {
    case FM_REPLY_CHUNKED:
        take_chunked(k, in);
        return;
    case FM_REPLY_EOF:
        (void)tell_data(k, in);
        return;
    case FM_REPLY_NONE:
    case FM_REPLY_LENGTH:
        n = n < k->left ? n : (size_t)k->left;
        k->left -= n;
        if (tell_data(k, fm_str_sub(in, 0, n)) && k->left == 0)
            end_whole(k, fm_str_skip(in, n));
        return;
    }
}

/* False: the call has ended, or was cancelled. */
static bool tell_head(struct call *k)
{
    struct fm_reply_head *h = &k->reply_head;
    k->has_head = true;
    k->left = h->framing == FM_REPLY_LENGTH ? h->length : 0;
    k->reply = (struct fm_http_response){h->status, {h->items, h->n}};
    if (!k->request.head)
        return true;
    k->is_reading = true;
    k->request.head(k->request.arg, &k->reply);
    return outlives_callback(k);
}

static void take_head(struct call *k, fm_str in)
{
    bool is_bodiless = strcmp(k->request.method, "HEAD") == 0;
    fm_buf_adds(&k->head, in);
    for (;;) {
        size_t n = fm_reply_head_length(fm_buf_str(&k->head));
        if (k->head.overflow || (n == 0 && k->head.len == FM_HTTP_REPLY_HEAD_MAX)) {
            finish(k, FM_HTTP_TOO_LARGE, "the head of the answer is longer than the limit");
            return;
        }
        if (n == 0)
            return;
        free(k->reply_head.items);
        fm_str head = fm_str_sub(fm_buf_str(&k->head), 0, n);
        if (!fm_reply_head_parse(head, is_bodiless, &k->reply_head)) {
            finish(k, FM_HTTP_PROTOCOL, "the answer is not HTTP");
            return;
        }
        if (k->reply_head.status >= 200)
            break;
        memmove(k->head.p, k->head.p + n, k->head.len - n); /* the real answer follows */
        k->head.len -= n;
    }
    size_t used = (size_t)(fm_reply_head_length(fm_buf_str(&k->head)));
    fm_str rest = fm_str_skip(fm_buf_str(&k->head), used);
    if (tell_head(k))
        take_body(k, rest);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    static _Thread_local char bytes[READ_MAX];
    struct line *l = arg;
    struct call *k = l->call;
    (void)what;
    ssize_t n = recv(fd, bytes, sizeof bytes, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (!k) {
        struct line **at = &l->pool->idle;
        while (*at != l)
            at = &(*at)->next;
        *at = l->next;
        l->pool->n_idle--;
        free_line(l);
    } else if (n > 0) {
        if (!k->first_byte_ns)
            k->first_byte_ns = fm_monotonic(&fm_clock_system);
        if (k->has_head)
            take_body(k, fm_str_n(bytes, (size_t)n));
        else
            take_head(k, fm_str_n(bytes, (size_t)n));
    } else if (n == 0 && k->has_head && k->reply_head.framing == FM_REPLY_EOF) {
        finish(k, FM_HTTP_FINE, "");
    } else {
        lose(k);
    }
}

/* --- calls --- */

static void write_head(struct call *k)
{
    const struct fm_http_request *r = &k->request;
    struct fm_buf *b = &k->out;
    fm_buf_addf(b, "%s %.*s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: %s\r\nAccept: */*\r\n", r->method,
                FM_STR_ARG(k->place.path), FM_STR_ARG(k->place.host), k->pool->client->user_agent);
    for (size_t i = 0; i < r->n_headers; i++)
        fm_buf_addf(b, "%.*s: %.*s\r\n", FM_STR_ARG(r->headers[i].name),
                    FM_STR_ARG(r->headers[i].value));
    if (r->body.len || strcmp(r->method, "POST") == 0 || strcmp(r->method, "PUT") == 0)
        fm_buf_addf(b, "Content-Length: %zu\r\n", r->body.len);
    fm_buf_addz(b, "\r\n");
}

static bool is_sent(const struct fm_http_call *base)
{
    const struct call *k = (const struct call *)base;
    return k->sent == k->out.len + k->request.body.len;
}

static void cancel(struct fm_http_call *base)
{
    struct call *k = (struct call *)base;
    if (k->is_finishing)
        return;
    k->is_cancelled = true;
    if (!k->is_reading)
        free_call(k);
}

static const struct fm_http_call_ops ops = {.cancel = cancel, .is_sent = is_sent};

static bool has_clean_headers(const struct fm_http_request *r)
{
    for (size_t i = 0; i < r->n_headers; i++) {
        const struct fm_http_header *h = &r->headers[i];
        if (!h->name.len || !fm_plain_is_visible(h->name) || fm_str_chr(h->value, '\n', 0) >= 0 ||
            fm_str_chr(h->value, '\r', 0) >= 0)
            return false;
    }
    return true;
}

static struct call *new_call(struct fm_plain *p, const struct fm_http_request *r)
{
    struct call *k = calloc(1, sizeof *k);
    if (!k)
        FM_BUG("out of memory");
    k->base.ops = &ops;
    k->pool = p;
    k->request = *r;
    if (!k->request.max_body)
        k->request.max_body = FM_HTTP_REPLY_BODY_MAX;
    k->started_ns = fm_monotonic(&fm_clock_system);
    fm_buf_init(&k->out, FM_HTTP_REPLY_HEAD_MAX);
    fm_buf_init(&k->head, FM_HTTP_REPLY_HEAD_MAX);
    fm_timer_init(&k->timer, p->client->loop, on_timer, k);
    k->next = p->first;
    if (k->next)
        k->next->prev = k;
    p->first = k;
    return k;
}

struct fm_http_call *fm_plain_start(struct fm_plain *p, const struct fm_http_request *r)
{
    struct fm_plain_place place;
    if (r->proxy || !fm_plain_place_read(r->url, &place) || !has_clean_headers(r))
        return NULL;
    struct call *k = new_call(p, r);
    k->place = place;
    write_head(k);
    if (k->out.overflow) {
        fail_soon(k, FM_HTTP_BAD_URL, "the head of the request is longer than the limit");
        return &k->base;
    }
    struct line *l = take_idle(p, &place);
    if (!l) {
        connect_call(k);
        return &k->base;
    }
    use_line(k, l);
    k->is_connected = true;
    arm_total(k);
    send_rest(k);
    return &k->base;
}

struct fm_plain *fm_plain_new(struct fm_http_client *c, long max_idle)
{
    struct fm_plain *p = calloc(1, sizeof *p);
    if (!p)
        FM_BUG("out of memory");
    p->client = c;
    p->max_idle = max_idle ? max_idle : IDLE_MAX;
    return p;
}

void fm_plain_free(struct fm_plain *p)
{
    if (!p)
        return;
    while (p->first)
        free_call(p->first);
    while (p->idle) {
        struct line *l = p->idle;
        p->idle = l->next;
        free_line(l);
    }
    free(p);
}
