/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl's multi-socket interface on a libevent loop: curl says which sockets and which timeout it
 * waits for, the loop tells it what happened. Finished calls are collected after every socket
 * action, never inside curl's own callbacks.
 */
#include "client_internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>
#include <event2/event.h>

#define SPARE_MAX 64
#define STREAM_BUFFER 8192  /* held as long as a call lasts: thousands of streams are ordinary */
#define UPLOAD_BUFFER 16384 /* the least that curl takes; its default is 64 KiB */

struct watch {
    struct event *event; /* owned */
    struct fm_curl *client;
};

struct curl_call {
    struct fm_http_call base;
    struct fm_curl *client;
    struct curl_call *next, *prev; /* list of running calls */
    CURL *easy;
    struct curl_slist *headers;
    struct fm_http_request request;
    struct fm_buf head;
    struct fm_http_header items[FM_HTTP_HEADERS_MAX];
    struct fm_http_response reply;
    uint64_t body_bytes;
    int64_t started_ns, first_byte_ns;
    bool is_head_done, is_finishing, is_cancelled, is_too_large;
    bool is_unstartable;
    char error[CURL_ERROR_SIZE];
};

struct fm_curl {
    struct fm_http_client *owner;
    struct fm_loop *loop;
    CURLM *multi;
    struct fm_timer timer; /* curl's timeout */
    struct fm_timer later; /* does what is not allowed while curl is on the stack */
    struct curl_call *first;
    struct curl_call *queued; /* to be started, or reported as unstartable, by `later` */
    int depth;                /* curl callbacks on the stack */
    bool has_cancelled;       /* a running call was cancelled meanwhile */
    CURL *spare[SPARE_MAX];   /* handles to use again */
    size_t n_spare;
};

static void unlink_call(struct curl_call *k)
{
    struct fm_curl *c = k->client;
    if (k->prev)
        k->prev->next = k->next;
    else if (c->first == k)
        c->first = k->next;
    else if (c->queued == k)
        c->queued = k->next;
    if (k->next)
        k->next->prev = k->prev;
    k->next = k->prev = NULL;
}

static void keep_handle(struct fm_curl *c, CURL *easy)
{
    if (c->n_spare == SPARE_MAX) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    c->spare[c->n_spare++] = easy;
}

static void free_call(struct curl_call *k)
{
    unlink_call(k);
    curl_multi_remove_handle(k->client->multi, k->easy);
    keep_handle(k->client, k->easy);
    curl_slist_free_all(k->headers);
    fm_buf_release(&k->head);
    free(k);
}

static enum fm_http_failure failure_of(const struct curl_call *k, CURLcode code)
{
    switch ((int)code) {
    case CURLE_OK:
        return FM_HTTP_FINE;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
        return FM_HTTP_BAD_URL;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return FM_HTTP_DNS;
    case CURLE_COULDNT_CONNECT:
        return FM_HTTP_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
        return FM_HTTP_TLS;
    case CURLE_OPERATION_TIMEDOUT:
        return FM_HTTP_TIMEOUT;
    case CURLE_WRITE_ERROR:
        return k->is_too_large ? FM_HTTP_TOO_LARGE : FM_HTTP_PROTOCOL;
    case CURLE_WEIRD_SERVER_REPLY:
        return FM_HTTP_PROTOCOL;
    default:
        return k->is_head_done ? FM_HTTP_CUT : FM_HTTP_RESET;
    }
}

static void finish(struct curl_call *k, CURLcode code)
{
    long connects = 0;
    curl_easy_getinfo(k->easy, CURLINFO_NUM_CONNECTS, &connects);
    enum fm_http_failure failure = failure_of(k, code);
    const char *text = k->error[0] ? k->error : curl_easy_strerror(code);
    if (failure == FM_HTTP_TOO_LARGE)
        text = "the answer is longer than the limit";
    int64_t now = fm_monotonic(&fm_clock_system);
    struct fm_http_result result = {
        .failure = failure,
        .message = code == CURLE_OK ? "" : text,
        .reply = &k->reply,
        .body_bytes = k->body_bytes,
        .first_byte_us = k->first_byte_ns ? (k->first_byte_ns - k->started_ns) / 1000 : 0,
        .total_us = (now - k->started_ns) / 1000,
        .is_reused = connects == 0,
    };
    k->is_finishing = true;
    k->request.done(k->request.arg, &result);
    free_call(k);
}

/* Calls that were cancelled while curl was on the stack: their memory may go with the next
 * callback. */
static void reap(struct fm_curl *c)
{
    if (!c->has_cancelled)
        return;
    c->has_cancelled = false;
    for (struct curl_call *k = c->first, *next; k; k = next) {
        next = k->next;
        if (k->is_cancelled)
            free_call(k);
    }
}

/* Calls of the client that ended; a callback may start and cancel others. */
static void collect(struct fm_curl *c)
{
    CURLMsg *m;
    int left;
    reap(c);
    while ((m = curl_multi_info_read(c->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        struct curl_call *k;
        CURLcode code = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &k);
        if (k->is_cancelled)
            free_call(k);
        else
            finish(k, code);
    }
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
    struct fm_curl *c = arg;
    int running;
    int mask = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(c->multi, fd, mask, &running);
    collect(c);
}

static void on_timeout(void *arg)
{
    struct fm_curl *c = arg;
    int running;
    curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(c);
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
    struct fm_curl *c = arg;
    (void)multi;
    if (ms < 0)
        fm_timer_stop(&c->timer);
    else
        fm_timer_set(&c->timer, ms);
    return 0;
}

static void unwatch(struct fm_curl *c, curl_socket_t fd, struct watch *w)
{
    if (!w)
        return;
    event_free(w->event);
    free(w);
    curl_multi_assign(c->multi, fd, NULL);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct fm_curl *c = arg;
    struct watch *w = socket_arg;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        unwatch(c, fd, w);
        return 0;
    }
    short kind = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
                         (what & CURL_POLL_OUT ? EV_WRITE : 0));
    if (!w) {
        w = calloc(1, sizeof *w);
        if (!w)
            FM_BUG("out of memory");
        w->event = event_new(fm_loop_base(c->loop), fd, kind, on_socket, c);
        curl_multi_assign(c->multi, fd, w);
    } else {
        event_del(w->event);
        event_assign(w->event, fm_loop_base(c->loop), fd, kind, on_socket, c);
    }
    if (!w->event || event_add(w->event, NULL) != 0)
        FM_BUG("out of memory");
    return 0;
}

static void link_call(struct curl_call **list, struct curl_call *k)
{
    k->prev = NULL;
    k->next = *list;
    if (k->next)
        k->next->prev = k;
    *list = k;
}

static void start_queued(struct fm_curl *c)
{
    while (c->queued) {
        struct curl_call *k = c->queued;
        unlink_call(k);
        link_call(&c->first, k);
        if (k->is_cancelled)
            free_call(k);
        else if (k->is_unstartable || curl_multi_add_handle(c->multi, k->easy) != CURLM_OK)
            finish(k, CURLE_URL_MALFORMAT);
    }
}

static void do_later(void *arg)
{
    struct fm_curl *c = arg;
    reap(c);
    start_queued(c);
    collect(c);
}

static void init_curl(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        FM_BUG("libcurl does not start");
}

struct fm_curl *fm_curl_new(struct fm_http_client *owner, const struct fm_http_client_options *o)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    struct fm_curl *c = calloc(1, sizeof *c);
    if (!c || !(c->multi = curl_multi_init()))
        FM_BUG("out of memory");
    c->owner = owner;
    c->loop = owner->loop;
    fm_timer_init(&c->timer, c->loop, on_timeout, c);
    fm_timer_init(&c->later, c->loop, do_later, c);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, o->max_idle ? o->max_idle : 256L);
    if (o->max_connections)
        curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, o->max_connections);
    return c;
}

void fm_curl_free(struct fm_curl *c)
{
    while (c->first)
        free_call(c->first);
    while (c->queued)
        free_call(c->queued);
    for (size_t i = 0; i < c->n_spare; i++)
        curl_easy_cleanup(c->spare[i]);
    curl_multi_cleanup(c->multi);
    fm_timer_release(&c->timer);
    fm_timer_release(&c->later);
    free(c);
}

/* The stored head as name/value pairs; lines that are no header are skipped, since answers are
 * judged by content. */
static void index_headers(struct curl_call *k)
{
    fm_str rest = fm_buf_str(&k->head), line;
    size_t n = 0;
    while (n < FM_HTTP_HEADERS_MAX && fm_str_line(&rest, &line)) {
        fm_str value = line;
        fm_str name = fm_str_cut(&value, ':');
        if (name.len && name.len < line.len)
            k->items[n++] = (struct fm_http_header){name, fm_str_trim(value)};
    }
    k->reply.headers = (struct fm_http_headers){k->items, n};
}

static void end_head(struct curl_call *k)
{
    long status = 0;
    curl_easy_getinfo(k->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) { /* an informational answer: the real one follows */
        fm_buf_clear(&k->head);
        return;
    }
    k->reply.status = (int)status;
    index_headers(k);
    k->is_head_done = true;
    if (k->request.head) {
        k->client->depth++;
        k->request.head(k->request.arg, &k->reply);
        k->client->depth--;
    }
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct curl_call *k = arg;
    size_t len = size * n;
    fm_str line = fm_str_n(p, len);
    if (!k->first_byte_ns)
        k->first_byte_ns = fm_monotonic(&fm_clock_system);
    if (k->is_head_done) /* trailers */
        return len;
    if (fm_str_starts(line, FM_STR("HTTP/")))
        fm_buf_clear(&k->head);
    else if (fm_str_trim(line).len == 0)
        end_head(k);
    else
        fm_buf_adds(&k->head, line);
    if (k->head.overflow)
        k->is_too_large = true;
    return k->is_cancelled || k->head.overflow ? 0 : len;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct curl_call *k = arg;
    size_t len = size * n;
    k->body_bytes += len;
    if (k->body_bytes > k->request.max_body) {
        k->is_too_large = true;
        return 0;
    }
    if (k->request.data && !k->is_cancelled) {
        k->client->depth++;
        k->request.data(k->request.arg, fm_str_n(p, len));
        k->client->depth--;
    }
    return k->is_cancelled ? 0 : len;
}

static struct curl_slist *add_line(struct curl_slist *list, fm_str name, fm_str value)
{
    char stack[512];
    size_t len = name.len + value.len + 3;
    char *line = len <= sizeof stack ? stack : malloc(len);
    if (!line)
        FM_BUG("out of memory");
    snprintf(line, len, "%.*s: %.*s", FM_STR_ARG(name), FM_STR_ARG(value));
    struct curl_slist *out = curl_slist_append(list, line);
    if (line != stack)
        free(line);
    if (!out)
        FM_BUG("out of memory");
    return out;
}

static void set_headers(struct curl_call *k)
{
    const struct fm_http_request *r = &k->request;
    for (size_t i = 0; i < r->n_headers; i++)
        k->headers = add_line(k->headers, r->headers[i].name, r->headers[i].value);
    /* Bodies are sent at once: waiting for "100 Continue" costs a round trip. */
    if (r->body.len && !(k->headers = curl_slist_append(k->headers, "Expect:")))
        FM_BUG("out of memory");
    curl_easy_setopt(k->easy, CURLOPT_HTTPHEADER, k->headers);
}

static void set_body(struct curl_call *k)
{
    const struct fm_http_request *r = &k->request;
    if (strcmp(r->method, "POST") == 0 || r->body.len) {
        curl_easy_setopt(k->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
        curl_easy_setopt(k->easy, CURLOPT_POSTFIELDS, r->body.p ? r->body.p : "");
    }
    if (strcmp(r->method, "HEAD") == 0)
        curl_easy_setopt(k->easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "POST") != 0)
        curl_easy_setopt(k->easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_transport(struct curl_call *k)
{
    const struct fm_http_request *r = &k->request;
    curl_easy_setopt(k->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(k->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(k->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(k->easy, CURLOPT_BUFFERSIZE, (long)STREAM_BUFFER);
    curl_easy_setopt(k->easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    curl_easy_setopt(k->easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(r->connect_ms ? r->connect_ms : FM_HTTP_CONNECT_MS));
    if (r->total_ms)
        curl_easy_setopt(k->easy, CURLOPT_TIMEOUT_MS, (long)r->total_ms);
    if (!r->proxy || strcmp(r->proxy, "env") != 0)
        curl_easy_setopt(k->easy, CURLOPT_PROXY, r->proxy ? r->proxy : "");
    if (r->ca_file)
        curl_easy_setopt(k->easy, CURLOPT_CAINFO, r->ca_file);
}

static void set_callbacks(struct curl_call *k)
{
    curl_easy_setopt(k->easy, CURLOPT_PRIVATE, k);
    curl_easy_setopt(k->easy, CURLOPT_ERRORBUFFER, k->error);
    curl_easy_setopt(k->easy, CURLOPT_USERAGENT, k->client->owner->user_agent);
    curl_easy_setopt(k->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(k->easy, CURLOPT_HEADERDATA, k);
    curl_easy_setopt(k->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(k->easy, CURLOPT_WRITEDATA, k);
}

static void cancel(struct fm_http_call *base)
{
    struct curl_call *k = (struct curl_call *)base;
    k->is_cancelled = true;
    if (k->is_finishing)
        return;
    if (!k->client->depth) {
        free_call(k);
        return;
    }
    k->client->has_cancelled = true;
    fm_timer_set(&k->client->later, 0);
}

static bool is_sent(const struct fm_http_call *base)
{
    const struct curl_call *k = (const struct curl_call *)base;
    curl_off_t sent = 0;
    return curl_easy_getinfo(k->easy, CURLINFO_SIZE_UPLOAD_T, &sent) == CURLE_OK &&
           (uint64_t)sent >= k->request.body.len;
}

static const struct fm_http_call_ops ops = {.cancel = cancel, .is_sent = is_sent};

struct fm_http_call *fm_curl_start(struct fm_curl *c, const struct fm_http_request *r)
{
    struct curl_call *k = calloc(1, sizeof *k);
    if (!k || !(k->easy = c->n_spare ? c->spare[--c->n_spare] : curl_easy_init()))
        FM_BUG("out of memory");
    k->base.ops = &ops;
    k->client = c;
    k->request = *r;
    if (!k->request.max_body)
        k->request.max_body = FM_HTTP_REPLY_BODY_MAX;
    k->started_ns = fm_monotonic(&fm_clock_system);
    fm_buf_init(&k->head, FM_HTTP_REPLY_HEAD_MAX);
    set_callbacks(k);
    set_transport(k);
    set_body(k);
    set_headers(k);
    k->is_unstartable = curl_easy_setopt(k->easy, CURLOPT_URL, r->url) != CURLE_OK;
    if (!k->is_unstartable && !c->depth && curl_multi_add_handle(c->multi, k->easy) == CURLM_OK) {
        link_call(&c->first, k);
    } else {
        link_call(&c->queued, k);
        fm_timer_set(&c->later, 0);
    }
    return &k->base;
}
