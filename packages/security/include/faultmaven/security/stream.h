/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redaction of input of any size in constant memory. Bytes are fed in chunks of any size; pieces
 * come out in order. A piece is a line, or a part of a line longer than FM_REDACT_LINE_MAX. What
 * comes out does not depend on the chunks.
 */
#ifndef FAULTMAVEN_SECURITY_STREAM_H
#define FAULTMAVEN_SECURITY_STREAM_H

#include "faultmaven/security/redact.h"

struct fm_redact_piece {
    fm_str text;        /* without the line end */
    uint64_t line;      /* from 1 */
    size_t line_offset; /* of the piece in its line, bytes */
    bool ends_line;     /* a "\n" follows in the input */
};

/* An error ends the stream. */
typedef enum fm_code (*fm_redact_piece_fn)(void *arg, const struct fm_redact_piece *piece,
                                           struct fm_findings found);

struct fm_redact_stream;

/* scan is borrowed. */
struct fm_redact_stream *fm_redact_stream_new(struct fm_redact_scan *scan, fm_redact_piece_fn fn,
                                              void *arg);
void fm_redact_stream_free(struct fm_redact_stream *s);
FM_MUST_CHECK enum fm_code fm_redact_stream_feed(struct fm_redact_stream *s, fm_str chunk);
FM_MUST_CHECK enum fm_code fm_redact_stream_finish(struct fm_redact_stream *s);

/* Length of the first piece of text, and whether a "\n" ends it; 0 and false when the piece is not
 * complete yet and more input may come (is_last false). */
size_t fm_redact_piece_length(fm_str text, bool is_last, bool *ends_line);

#endif
