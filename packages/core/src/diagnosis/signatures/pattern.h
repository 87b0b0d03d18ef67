/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of signatures: literal text with gaps and captures, matched anywhere in a message. No
 * regular expressions, so that a pattern can be read aloud, has no exponential case, and always has
 * a literal for the prefilter (literals.h).
 *
 *     too many connections                 words; a blank matches a run of blanks; ASCII case is
 * folded timed out * acquir                   `*`: at most FM_GAP_MAX bytes of the same line, as
 * few as possible (cannot|could not) connect           one of these literal texts; an option may be
 * empty dial tcp {peer}: * refused           `{name}` or `{name:kind}`: a capture
 *     \* \( \{                             the character itself
 *
 * Kinds: word (default: no blanks, quotes or brackets; no trailing . , : ;, in quotes or not), int,
 * number (sign, decimals), text (as few bytes as possible), quoted (between equal quotes), rest (to
 * the end of the line). "{:int}" matches without a name. A pattern that begins with a letter or
 * digit matches only at the beginning of a word.
 */
#ifndef FM_SIGNATURES_PATTERN_H
#define FM_SIGNATURES_PATTERN_H

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/vec.h"

#define FM_GAP_MAX 240
#define FM_PATTERN_MAX 400 /* bytes of pattern text */
#define FM_PATTERN_CAPTURES 6
#define FM_PATTERN_STEPS 20000 /* match effort; beyond it the message does not match */

enum fm_piece_kind {
    FM_PIECE_LITERAL,
    FM_PIECE_BLANK,
    FM_PIECE_MAYBE_BLANK,
    FM_PIECE_GAP,
    FM_PIECE_CHOICE,
    FM_PIECE_CAPTURE
};
enum fm_capture_kind {
    FM_CAPTURE_WORD,
    FM_CAPTURE_INT,
    FM_CAPTURE_NUMBER,
    FM_CAPTURE_TEXT,
    FM_CAPTURE_QUOTED,
    FM_CAPTURE_REST,
    FM_CAPTURE_ENV
};

struct fm_piece {
    enum fm_piece_kind kind;
    enum fm_capture_kind capture;
    fm_str text;            /* literal in lower case; capture name */
    FM_VEC(fm_str) options; /* of a choice, in lower case */
    uint64_t first[4];      /* set of the bytes that a match can begin with */
};

struct fm_pattern {
    fm_str source;
    FM_VEC(struct fm_piece) pieces;
};

struct fm_capture {
    fm_str name, value;
};

/* Where a pattern matched: the piece of text from first to last byte, and what the captures took.
 */
struct fm_pattern_match {
    fm_str where;
    struct fm_capture captures[FM_PATTERN_CAPTURES];
    unsigned n_captures;
};

/* FM_EINVAL names the column and what is wrong. */
FM_MUST_CHECK enum fm_code fm_pattern_compile(struct fm_ctx *ctx, fm_str source,
                                              struct fm_pattern **out);

bool fm_pattern_match(const struct fm_pattern *p, fm_str text, struct fm_pattern_match *out);

/* The literals of which at least one occurs in every match: the longest literal piece, or the
 * options of a choice. */
struct fm_literal_list FM_VEC_OF(fm_str);
void fm_pattern_literals(const struct fm_pattern *p, struct fm_arena *a,
                         struct fm_literal_list *out);

/* Number of words in the literal text, an identifier counting twice and a captured text once; a
 * pattern of one word is no evidence by itself. */
unsigned fm_pattern_words(const struct fm_pattern *p);

#endif
