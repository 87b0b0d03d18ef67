/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incremental parsers of event streams: server-sent events (WHATWG HTML, "Server-sent events") and
 * newline-delimited JSON. Bytes may be cut anywhere, also inside a UTF-8 sequence or a CRLF pair.
 * No I/O; memory is bounded by `max`.
 */
#ifndef FAULTMAVEN_NET_SSE_H
#define FAULTMAVEN_NET_SSE_H

#include "faultmaven/base/buf.h"

/* One event; strings are valid during the callback. */
struct fm_sse_event {
    fm_str type; /* "" when no event: line was sent, which means "message" */
    fm_str data; /* data: lines joined by LF */
    fm_str id;
};

struct fm_sse {
    struct fm_buf line;
    struct fm_buf data;
    struct fm_buf type;
    struct fm_buf id;
    void (*fn)(void *arg, const struct fm_sse_event *e);
    void *arg;
    bool has_data;
    bool is_after_cr;         /* a LF that follows belongs to the CR */
    bool is_started;          /* the byte order mark, if any, is behind us */
    uint64_t comments;        /* comment lines seen: keep-alives, not content */
    uint64_t stray;           /* lines that are no field of an event, e.g. bare JSON */
    struct fm_buf stray_line; /* the last of these, up to 4 KiB */
};

/* max: bytes of one event. */
void fm_sse_init(struct fm_sse *s, size_t max, void (*fn)(void *arg, const struct fm_sse_event *e),
                 void *arg);
void fm_sse_release(struct fm_sse *s);

/* false when an event is longer than max; the parser is then finished. */
bool fm_sse_feed(struct fm_sse *s, fm_str bytes);

/* At the end of the stream: an event that lacks its empty line is delivered too, since some servers
 * omit the last one; the caller judges by content whether the stream is whole. */
bool fm_sse_finish(struct fm_sse *s);

/* Appends one event as text; type may be empty. Data may hold line ends. */
void fm_sse_write(struct fm_buf *out, fm_str type, fm_str data);

/* Lines: each non-blank line is handed over without its line end. */
struct fm_lines {
    struct fm_buf line;
    void (*fn)(void *arg, fm_str line);
    void *arg;
};

void fm_lines_init(struct fm_lines *l, size_t max, void (*fn)(void *arg, fm_str line), void *arg);
void fm_lines_release(struct fm_lines *l);
bool fm_lines_feed(struct fm_lines *l, fm_str bytes); /* false when a line is longer than max */
bool fm_lines_finish(struct fm_lines *l);

#endif
