/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection reads one request at a time: HEAD → (BODY) → ANSWER → HEAD … Bytes of the next
 * request wait in the input buffer, which is bounded by its watermark. The exchange outlives its
 * connection when the client goes away.
 */
#ifndef FAULTMAVEN_NET_SERVER_INTERNAL_H
#define FAULTMAVEN_NET_SERVER_INTERNAL_H

#include "faultmaven/net/server.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>

enum conn_state {
    CONN_IDLE, /* nothing of a request came yet */
    CONN_HEAD,
    CONN_BODY,
    CONN_ANSWER,
    CONN_CLOSING, /* last answer is being flushed */
};

struct conn {
    struct fm_http_server *server;
    struct conn *next, *prev;
    evutil_socket_t fd;
    struct event readable, writable;
    struct evbuffer *in, *out; /* owned */
    bool is_flushing;          /* `writable` is pending or active */
    struct fm_timer timer;     /* of the current state */
    struct fm_http_exchange *exchange;
    enum conn_state state;
    struct fm_http_chunked chunked;
    uint64_t body_left;
    bool is_working; /* input is being processed: do not re-enter */
    char peer[64];
};

struct fm_http_exchange {
    struct conn *conn; /* NULL when the client has gone */
    char *text;        /* owned; the head's bytes */
    struct fm_http_head head;
    struct fm_buf body;
    uint64_t body_seen, body_max;
    bool (*sink)(void *arg, fm_str bytes);
    void *sink_arg;
    void (*on_gone)(void *arg);
    void *gone_arg;
    void (*on_drained)(void *arg);
    void *drained_arg;
    struct fm_buf headers; /* extra ones of the answer */
    bool is_dispatched, is_begun, is_chunked, keeps_alive, is_head_request;
    char peer[64];
};

struct fm_http_server {
    struct fm_loop *loop;
    struct fm_http_server_options opt;
    struct evconnlistener *listener;
    struct conn *first;
    size_t n;
    bool is_draining;
    uint16_t port;
    int64_t date_second;
    char date[40];
};

/* connection.c */
void fm_conn_new(struct fm_http_server *s, evutil_socket_t fd, const struct sockaddr *peer,
                 socklen_t peer_len);
void fm_conn_close(struct conn *c);
void fm_conn_refuse(struct conn *c, int status);
void fm_conn_next(struct conn *c, bool keeps_alive); /* the answer is complete */
/* What stands in `out` leaves before the loop waits again: what a handler writes in several steps
 * goes in one piece, and a connection is never closed under a handler. */
void fm_conn_flush(struct conn *c);

/* answer.c */
void fm_exchange_write_head(struct fm_http_exchange *x, int status, const char *type,
                            int64_t length);
void fm_exchange_free(struct fm_http_exchange *x);

#endif
