/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 server on a loop. Bounded in everything: connections, bytes of head and body, time to
 * send a head, idle time. Keep-alive, chunked bodies in both directions, streamed answers
 * (server-sent events).
 *
 * An exchange is one request and its answer. The handler gets it on the loop's thread and must end
 * it exactly once, then or later, with fm_http_respond or fm_http_stream_end; also when the client
 * has gone, which only makes writing a no-op. A worker thread ends an exchange through
 * fm_loop_post.
 */
#ifndef FAULTMAVEN_NET_SERVER_H
#define FAULTMAVEN_NET_SERVER_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"
#include "faultmaven/net/http.h"
#include "faultmaven/net/loop.h"

struct fm_http_server;
struct fm_http_exchange;

struct fm_http_server_options {
    size_t max_connections; /* 0: 4096; further ones get 503 with Retry-After */
    size_t max_head;        /* bytes; 0: 32 KiB */
    size_t max_body;        /* bytes kept in memory; 0: 16 MiB */
    int64_t head_ms;        /* from the first byte to the end of the head; 0: 10 s */
    int64_t body_ms;        /* longest silence inside a body; 0: 30 s */
    int64_t idle_ms;        /* between requests; 0: 75 s */
    int64_t write_ms;       /* longest stall of a client that does not read; 0: 30 s */
    void (*handler)(void *arg, struct fm_http_exchange *x);
    /* Called when the head is complete and a body follows; may choose a sink for it. NULL: bodies
     * go to memory. */
    void (*begin)(void *arg, struct fm_http_exchange *x);
    void *arg;
};

/* Listens on "HOST:PORT", "[v6]:PORT" or ":PORT" (loopback); port 0 takes a free one. */
FM_MUST_CHECK enum fm_code fm_http_server_new(struct fm_loop *l, struct fm_ctx *ctx,
                                              const char *listen,
                                              const struct fm_http_server_options *o,
                                              struct fm_http_server **out);
/* Closes the listener and all connections. Exchanges that are not ended stay valid until they are.
 */
void fm_http_server_free(struct fm_http_server *s);
/* Stops accepting; connections close after their current answer. */
void fm_http_server_drain(struct fm_http_server *s);
uint16_t fm_http_server_port(const struct fm_http_server *s);
size_t fm_http_server_connections(const struct fm_http_server *s);

/* The request; valid until the exchange ends. */
const struct fm_http_head *fm_http_exchange_head(const struct fm_http_exchange *x);
fm_str fm_http_exchange_body(const struct fm_http_exchange *x);
/* The memory of the body goes before the exchange ends; for streams that last. */
void fm_http_exchange_drop_body(struct fm_http_exchange *x);
fm_str fm_http_exchange_header(const struct fm_http_exchange *x, const char *name);
const char *fm_http_exchange_peer(const struct fm_http_exchange *x); /* "127.0.0.1:4711" */

/* From `begin`: the body goes to fn in pieces instead of memory and may be up to max bytes; fn
 * returns false to refuse the rest (413). */
void fm_http_exchange_sink(struct fm_http_exchange *x, uint64_t max,
                           bool (*fn)(void *arg, fm_str bytes), void *arg);

/* fn runs once when the client closes the connection before the answer is complete. */
void fm_http_exchange_on_gone(struct fm_http_exchange *x, void (*fn)(void *arg), void *arg);
bool fm_http_exchange_is_gone(const struct fm_http_exchange *x);

/* Adds a header to the answer, before respond or stream_begin. A value with control characters is a
 * bug of the caller. */
void fm_http_exchange_add_header(struct fm_http_exchange *x, const char *name, fm_str value);

/* Answers and ends the exchange. type may be NULL when body is empty. */
void fm_http_respond(struct fm_http_exchange *x, int status, const char *type, fm_str body);

void fm_http_stream_begin(struct fm_http_exchange *x, int status, const char *type);
void fm_http_stream_write(struct fm_http_exchange *x, fm_str bytes);
/* Bytes written that the client has not taken yet: stop producing when large. */
size_t fm_http_stream_backlog(const struct fm_http_exchange *x);
/* fn runs when the backlog becomes empty; NULL removes it. */
void fm_http_stream_on_drained(struct fm_http_exchange *x, void (*fn)(void *arg), void *arg);
/* Ends the exchange. is_whole false cuts the connection, so that the client sees a broken answer.
 */
void fm_http_stream_end(struct fm_http_exchange *x, bool is_whole);

#endif
