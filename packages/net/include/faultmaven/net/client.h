/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP client over libcurl's multi interface, on a loop. Connections are kept alive and shared by
 * all calls of a client.
 *
 * Redirects are never followed, cookies never kept, .netrc never read; only http and https. TLS
 * certificates and host names are always verified, against the system's store or `ca_file`. The
 * environment's proxy variables are used only when `proxy` is "env". All on the loop's thread.
 */
#ifndef FAULTMAVEN_NET_CLIENT_H
#define FAULTMAVEN_NET_CLIENT_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"
#include "faultmaven/net/http.h"
#include "faultmaven/net/loop.h"

struct fm_http_client;
struct fm_http_call;

struct fm_http_client_options {
    const char *user_agent; /* NULL: "faultmaven/VERSION" */
    long max_connections;   /* 0: no limit beyond descriptors */
    long max_idle;          /* kept alive; 0: 256 */
};

struct fm_http_client *fm_http_client_new(struct fm_loop *l,
                                          const struct fm_http_client_options *o);
void fm_http_client_free(
    struct fm_http_client *c); /* running calls are dropped without a callback */

enum fm_http_failure {
    FM_HTTP_FINE,
    FM_HTTP_BAD_URL,
    FM_HTTP_DNS,
    FM_HTTP_CONNECT,
    FM_HTTP_TLS,
    FM_HTTP_TIMEOUT,   /* connect_ms or total_ms passed */
    FM_HTTP_RESET,     /* the connection ended before any byte of the answer */
    FM_HTTP_CUT,       /* … in the middle of the answer */
    FM_HTTP_TOO_LARGE, /* the body is longer than max_body */
    FM_HTTP_PROTOCOL,  /* not HTTP */
};

const char *fm_http_failure_name(enum fm_http_failure f);

struct fm_http_response {
    int status; /* 0 before the head */
    struct fm_http_headers headers;
};

struct fm_http_result {
    enum fm_http_failure failure;
    const char *message; /* what went wrong, for people; "" when fine */
    const struct fm_http_response *reply;
    uint64_t body_bytes;
    int64_t first_byte_us; /* from the start of the call; 0 when none came */
    int64_t total_us;
    bool is_reused; /* on a connection that existed before */
};

/* Borrowed strings: everything a request points to must live until done() or fm_http_call_cancel.
 */
struct fm_http_request {
    const char *method; /* "GET", "POST", … */
    const char *url;
    const struct fm_http_header *headers;
    size_t n_headers;
    fm_str body;
    const char *ca_file; /* NULL: the system's */
    const char *proxy;   /* NULL: none; "env": the environment's; else a proxy URL */
    int64_t connect_ms;  /* 0: 5000 */
    int64_t total_ms;    /* 0: none */
    uint64_t max_body;   /* bytes of the answer; 0: 16 MiB */
    void (*head)(void *arg, const struct fm_http_response *reply); /* may be NULL */
    void (*data)(void *arg, fm_str bytes);                         /* may be NULL */
    void (*done)(void *arg,
                 const struct fm_http_result *result); /* exactly once, unless cancelled */
    void *arg;
};

/* Starts a call. Never NULL: a request that cannot start fails through done() in the next turn of
 * the loop. The handle is valid until done() returns. */
struct fm_http_call *fm_http_call_start(struct fm_http_client *c, const struct fm_http_request *r);

/* Drops the call and closes its connection; no callback follows. Allowed everywhere; inside head()
 * and data() of any call of this client what the request points to must live until the next turn of
 * the loop. */
void fm_http_call_cancel(struct fm_http_call *call);

/* The whole body of the request has left: what it points to is not needed any more. */
bool fm_http_call_is_sent(const struct fm_http_call *call);

/* A whole answer, for short administrative requests. */
struct fm_http_answer {
    int status;
    struct fm_http_headers headers;
    fm_str body;
};

/* Runs `r` (its callbacks are ignored) on the client's loop until it is done, the context's
 * deadline passes or it is cancelled. A network failure is FM_EUPSTREAM or FM_ETIMEOUT; any status
 * is success. Memory of the context. */
FM_MUST_CHECK enum fm_code fm_http_fetch(struct fm_http_client *c, struct fm_ctx *ctx,
                                         const struct fm_http_request *r,
                                         struct fm_http_answer *out);

#endif
