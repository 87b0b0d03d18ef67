/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message heads of HTTP/1.1 (RFC 9110, RFC 9112), shared by client and server. Parsing is pure: no
 * allocation, no I/O.
 */
#ifndef FAULTMAVEN_NET_HTTP_H
#define FAULTMAVEN_NET_HTTP_H

#include "faultmaven/base/str.h"

#define FM_HTTP_HEADERS_MAX 100

struct fm_http_header {
    fm_str name;
    fm_str value;
};

struct fm_http_headers {
    const struct fm_http_header *items;
    size_t n;
};

/* Value of the first header of that name (case does not matter), trimmed; empty when absent. */
fm_str fm_http_header(const struct fm_http_headers *h, const char *name);

/* True when the comma-separated list in the value of `name` holds `token`. */
bool fm_http_header_has(const struct fm_http_headers *h, const char *name, const char *token);

enum fm_http_body {
    FM_HTTP_BODY_NONE,
    FM_HTTP_BODY_LENGTH,
    FM_HTTP_BODY_CHUNKED,
};

/* A request head; strings point into the parsed text. */
struct fm_http_head {
    fm_str method;
    fm_str target; /* as sent */
    fm_str path;   /* target up to '?', not decoded */
    fm_str query;  /* behind '?', not decoded */
    int minor;     /* HTTP/1.minor: 0 or 1 */
    struct fm_http_header items[FM_HTTP_HEADERS_MAX];
    struct fm_http_headers headers;
    enum fm_http_body body;
    uint64_t content_length;
    bool is_keep_alive;
    bool expects_continue;
};

/*
 * Parses a request head that ends with an empty line. Returns 0, or the HTTP status to refuse with:
 * 400 for bad syntax and for everything that request smuggling is made of (bare LF, folded lines,
 * blanks before ':', two lengths, length with transfer coding, codings other than "chunked"), 431
 * too many headers, 501 other codings, 505 other versions.
 */
int fm_http_head_parse(fm_str text, struct fm_http_head *out);

/* Incremental decoder of the chunked transfer coding. */
struct fm_http_chunked {
    uint64_t left; /* bytes of the current chunk still to come */
    int state;
    int digits;
    size_t trailer_bytes;
};

enum fm_http_chunk_step {
    FM_HTTP_CHUNK_MORE,  /* all input used */
    FM_HTTP_CHUNK_DATA,  /* *data is a piece of content */
    FM_HTTP_CHUNK_END,   /* the body is complete; *in holds what follows it */
    FM_HTTP_CHUNK_ERROR, /* not chunked coding */
};

/* Takes input from *in; call again while it returns FM_HTTP_CHUNK_DATA. Start with a zeroed
 * decoder. */
enum fm_http_chunk_step fm_http_chunked_step(struct fm_http_chunked *c, fm_str *in, fm_str *data);

/* Value of a query parameter, percent-decoded into the arena; false when absent or badly encoded.
 */
bool fm_http_query_get(struct fm_arena *a, fm_str query, const char *name, fm_str *out);
/* Percent-decodes s ("+" stays "+"); false when a '%' is not followed by two hex digits or gives
 * NUL. */
bool fm_http_percent_decode(struct fm_arena *a, fm_str s, fm_str *out);

const char *fm_http_reason(int status);

#endif
