/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/security/stream.h"

#include <stdlib.h>

#include "scan/chars.h"

struct fm_redact_stream {
    struct fm_redact_scan *scan;
    fm_redact_piece_fn fn;
    void *arg;
    uint64_t line;
    size_t line_offset;
    size_t n; /* bytes held back */
    char held[FM_REDACT_LINE_MAX + 1];
};

/* Where a line that is too long is cut: behind the last blank of its second half, else before a
 * UTF-8 sequence. */
static size_t cut_point(const char *p)
{
    size_t i = FM_REDACT_LINE_MAX;
    while (i > FM_REDACT_LINE_MAX / 2 && !fm_is((unsigned char)p[i - 1], C_SPACE))
        i--;
    if (i > FM_REDACT_LINE_MAX / 2)
        return i;
    i = FM_REDACT_LINE_MAX;
    for (unsigned k = 0; k < 3 && ((unsigned char)p[i] & 0xc0) == 0x80; k++)
        i--;
    return i;
}

size_t fm_redact_piece_length(fm_str text, bool is_last, bool *ends_line)
{
    size_t window = text.len < FM_REDACT_LINE_MAX + 1 ? text.len : FM_REDACT_LINE_MAX + 1;
    const char *nl = window ? memchr(text.p, '\n', window) : NULL;
    *ends_line = nl != NULL;
    if (nl)
        return (size_t)(nl - text.p);
    if (text.len > FM_REDACT_LINE_MAX)
        return cut_point(text.p);
    return is_last ? text.len : 0;
}

static enum fm_code emit(struct fm_redact_stream *s, fm_str text, bool ends_line)
{
    struct fm_redact_piece piece = {
        .text = text, .line = s->line, .line_offset = s->line_offset, .ends_line = ends_line};
    enum fm_code code = s->fn(s->arg, &piece, fm_redact_scan_line(s->scan, text));
    s->line_offset += text.len;
    if (ends_line) {
        s->line++;
        s->line_offset = 0;
    }
    return code;
}

/* Tells the scan the line behind, if it wants it; false when that is still to come. */
static bool look_ahead(struct fm_redact_stream *s, fm_str text, size_t n, bool is_last)
{
    bool ends_line = false;
    if (!fm_redact_wants_ahead(fm_str_n(text.p, n)))
        return true;
    fm_str behind = fm_str_skip(text, n + 1);
    size_t k = fm_redact_piece_length(behind, is_last, &ends_line);
    if (!ends_line && !is_last && text.len <= FM_REDACT_LINE_MAX)
        return false;
    fm_redact_scan_ahead(s->scan, fm_str_n(behind.p, k));
    return true;
}

/* Emits the complete pieces of text; *rest is what stays. */
static enum fm_code drain(struct fm_redact_stream *s, fm_str text, bool is_last, fm_str *rest)
{
    bool ends_line = false;
    while (text.len) {
        size_t n = fm_redact_piece_length(text, is_last, &ends_line);
        if (n == 0 && !ends_line)
            break;
        if (ends_line && !look_ahead(s, text, n, is_last))
            break;
        FM_TRY(emit(s, fm_str_n(text.p, n), ends_line));
        text = fm_str_skip(text, n + ends_line);
    }
    *rest = text;
    return FM_OK;
}

struct fm_redact_stream *fm_redact_stream_new(struct fm_redact_scan *scan, fm_redact_piece_fn fn,
                                              void *arg)
{
    struct fm_redact_stream *s = malloc(sizeof *s);
    FM_ASSERT(s != NULL);
    s->scan = scan;
    s->fn = fn;
    s->arg = arg;
    s->line = 1;
    s->line_offset = 0;
    s->n = 0;
    return s;
}

void fm_redact_stream_free(struct fm_redact_stream *s)
{
    free(s);
}

/* Fills the held piece up to its line end or limit, so that the rest of the chunk needs no copy. */
static enum fm_code feed_held(struct fm_redact_stream *s, fm_str *chunk)
{
    while (s->n && chunk->len) {
        size_t room = sizeof s->held - s->n, k = chunk->len < room ? chunk->len : room;
        const char *nl = memchr(chunk->p, '\n', k);
        k = nl ? (size_t)(nl - chunk->p) + 1 : k;
        memcpy(s->held + s->n, chunk->p, k);
        s->n += k;
        *chunk = fm_str_skip(*chunk, k);
        fm_str rest;
        FM_TRY(drain(s, fm_str_n(s->held, s->n), false, &rest));
        memmove(s->held, rest.p, rest.len);
        s->n = rest.len;
    }
    return FM_OK;
}

enum fm_code fm_redact_stream_feed(struct fm_redact_stream *s, fm_str chunk)
{
    fm_str rest;
    FM_TRY(feed_held(s, &chunk));
    if (!chunk.len)
        return FM_OK;
    FM_TRY(drain(s, chunk, false, &rest));
    memcpy(s->held, rest.p, rest.len);
    s->n = rest.len;
    return FM_OK;
}

enum fm_code fm_redact_stream_finish(struct fm_redact_stream *s)
{
    fm_str rest;
    FM_TRY(drain(s, fm_str_n(s->held, s->n), true, &rest));
    s->n = 0;
    return FM_OK;
}
