/* SPDX-License-Identifier: Apache-2.0 */
#include "server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void fm_exchange_free(struct fm_http_exchange *x)
{
    fm_buf_release(&x->body);
    fm_buf_release(&x->headers);
    free(x->text);
    free(x);
}

/* Made once a second. */
static const char *date_of(struct fm_http_server *s)
{
    time_t now = time(NULL);
    if (now != s->date_second) {
        struct tm tm;
        s->date_second = now;
        gmtime_r(&now, &tm);
        strftime(s->date, sizeof s->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    }
    return s->date;
}

static void add_transfer(struct fm_http_exchange *x, struct evbuffer *out)
{
    if (x->is_chunked)
        evbuffer_add_printf(out, "Transfer-Encoding: chunked\r\n");
    if (!x->keeps_alive || x->head.minor == 0)
        evbuffer_add_printf(out, "Connection: %s\r\n", x->keeps_alive ? "keep-alive" : "close");
}

/* length -1: a stream. A connection whose request body was not read to its end cannot be used
 * again. */
void fm_exchange_write_head(struct fm_http_exchange *x, int status, const char *type,
                            int64_t length)
{
    struct evbuffer *out = x->conn->out;
    x->is_chunked = length < 0 && x->head.minor == 1;
    x->keeps_alive =
        x->head.is_keep_alive && !x->conn->server->is_draining && (length >= 0 || x->is_chunked);
    evbuffer_add_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, fm_http_reason(status),
                        date_of(x->conn->server));
    if (type)
        evbuffer_add_printf(out, "Content-Type: %s\r\n", type);
    if (length >= 0 && status != 204 && status != 304)
        evbuffer_add_printf(out, "Content-Length: %lld\r\n", (long long)length);
    add_transfer(x, out);
    evbuffer_add(out, x->headers.p, x->headers.len);
    evbuffer_add(out, "\r\n", 2);
    fm_conn_flush(x->conn);
}

static void end(struct fm_http_exchange *x)
{
    struct conn *c = x->conn;
    bool keeps_alive = x->keeps_alive;
    fm_exchange_free(x);
    if (c)
        fm_conn_next(c, keeps_alive);
}

void fm_http_respond(struct fm_http_exchange *x, int status, const char *type, fm_str body)
{
    if (x->conn) {
        fm_exchange_write_head(x, status, type, (int64_t)body.len);
        if (!x->is_head_request)
            evbuffer_add(x->conn->out, body.p, body.len);
    }
    end(x);
}

void fm_http_stream_begin(struct fm_http_exchange *x, int status, const char *type)
{
    x->is_begun = true;
    if (x->conn)
        fm_exchange_write_head(x, status, type, -1);
}

void fm_http_stream_write(struct fm_http_exchange *x, fm_str bytes)
{
    char size[24];
    if (!x->conn || bytes.len == 0 || x->is_head_request)
        return;
    struct evbuffer *out = x->conn->out;
    if (x->is_chunked)
        evbuffer_add(out, size, (size_t)snprintf(size, sizeof size, "%zx\r\n", bytes.len));
    evbuffer_add(out, bytes.p, bytes.len);
    if (x->is_chunked)
        evbuffer_add(out, "\r\n", 2);
    fm_conn_flush(x->conn);
}

size_t fm_http_stream_backlog(const struct fm_http_exchange *x)
{
    return x->conn ? evbuffer_get_length(x->conn->out) : 0;
}

void fm_http_stream_on_drained(struct fm_http_exchange *x, void (*fn)(void *arg), void *arg)
{
    x->on_drained = fn;
    x->drained_arg = arg;
}

void fm_http_stream_end(struct fm_http_exchange *x, bool is_whole)
{
    if (x->conn && is_whole && x->is_chunked && !x->is_head_request) {
        evbuffer_add(x->conn->out, "0\r\n\r\n", 5);
        fm_conn_flush(x->conn);
    }
    if (!is_whole)
        x->keeps_alive = false;
    end(x);
}

const struct fm_http_head *fm_http_exchange_head(const struct fm_http_exchange *x)
{
    return &x->head;
}

fm_str fm_http_exchange_body(const struct fm_http_exchange *x)
{
    return fm_buf_str(&x->body);
}

void fm_http_exchange_drop_body(struct fm_http_exchange *x)
{
    fm_buf_release(&x->body);
}

fm_str fm_http_exchange_header(const struct fm_http_exchange *x, const char *name)
{
    return fm_http_header(&x->head.headers, name);
}

const char *fm_http_exchange_peer(const struct fm_http_exchange *x)
{
    return x->peer;
}

void fm_http_exchange_sink(struct fm_http_exchange *x, uint64_t max,
                           bool (*fn)(void *arg, fm_str bytes), void *arg)
{
    x->body_max = max;
    x->sink = fn;
    x->sink_arg = arg;
}

void fm_http_exchange_on_gone(struct fm_http_exchange *x, void (*fn)(void *arg), void *arg)
{
    x->on_gone = fn;
    x->gone_arg = arg;
}

bool fm_http_exchange_is_gone(const struct fm_http_exchange *x)
{
    return !x->conn;
}

void fm_http_exchange_add_header(struct fm_http_exchange *x, const char *name, fm_str value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.p[i] < 0x20)
            FM_BUG("header %s: control character in its value", name);
    fm_buf_addf(&x->headers, "%s: %.*s\r\n", name, FM_STR_ARG(value));
}
