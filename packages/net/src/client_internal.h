/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two transports behind one client: curl.c for everything, plain.c for HTTP without TLS and proxy
 * to an address that needs no resolver, which is what a server on this machine or in this rack is.
 * The second exists because it costs a tenth: no handle, no multi interface, buffers only while
 * bytes are there.
 */
#ifndef FAULTMAVEN_NET_CLIENT_INTERNAL_H
#define FAULTMAVEN_NET_CLIENT_INTERNAL_H

#include "faultmaven/net/client.h"

#define FM_HTTP_REPLY_HEAD_MAX (64 * 1024)
#define FM_HTTP_REPLY_BODY_MAX (16u << 20) /* default */
#define FM_HTTP_CONNECT_MS 5000

struct fm_http_call {
    const struct fm_http_call_ops *ops;
};

struct fm_http_call_ops {
    void (*cancel)(struct fm_http_call *k);
    bool (*is_sent)(const struct fm_http_call *k);
};

struct fm_curl;
struct fm_plain;

struct fm_http_client {
    struct fm_loop *loop;
    struct fm_curl *curl;   /* owned */
    struct fm_plain *plain; /* owned; NULL when connections are limited, which only curl does */
    char user_agent[64];
};

struct fm_curl *fm_curl_new(struct fm_http_client *c, const struct fm_http_client_options *o);
void fm_curl_free(struct fm_curl *c);
struct fm_http_call *fm_curl_start(struct fm_curl *c, const struct fm_http_request *r);

struct fm_plain *fm_plain_new(struct fm_http_client *c, long max_idle);
void fm_plain_free(struct fm_plain *p);
/* NULL: not for this transport. */
struct fm_http_call *fm_plain_start(struct fm_plain *p, const struct fm_http_request *r);

struct fm_loop *fm_http_client_loop(struct fm_http_client *c);

/* --- answers, for plain.c --- */

enum fm_reply_framing { FM_REPLY_NONE, FM_REPLY_LENGTH, FM_REPLY_CHUNKED, FM_REPLY_EOF };

struct fm_reply_head {
    int status;
    struct fm_http_header *items; /* owned (malloc); strings point into the parsed text */
    size_t n;
    enum fm_reply_framing framing;
    uint64_t length;
    bool keeps_alive;
};

/* Bytes of text up to and with the empty line, 0 when it has not come. */
size_t fm_reply_head_length(fm_str text);
/* False: not HTTP/1. is_bodiless: the answer to HEAD. */
bool fm_reply_head_parse(fm_str text, bool is_bodiless, struct fm_reply_head *out);

#endif
