/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fm_str: a borrowed piece of bytes, passed by value. Not NUL-terminated, may hold any byte, p may
 * be NULL when len is 0. Functions never allocate unless an arena is an argument. Case folding is
 * ASCII.
 */
#ifndef FAULTMAVEN_BASE_STR_H
#define FAULTMAVEN_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "faultmaven/base/arena.h"
#include "faultmaven/base/code.h"

typedef struct fm_str {
    const char *p;
    size_t len;
} fm_str;

/* A piece of something that is not in memory: `length` bytes from `offset`. */
struct fm_range {
    int64_t offset, length;
};

#define FM_STR(literal) ((fm_str){"" literal, sizeof(literal) - 1})
#define FM_STR_NULL ((fm_str){NULL, 0})
/* printf("%.*s", FM_STR_ARG(s)) */
#define FM_STR_ARG(s) ((int)((s).len > 1048576 ? 1048576 : (s).len)), ((s).p ? (s).p : "")

static inline fm_str fm_str_n(const char *p, size_t len)
{
    return (fm_str){p, len};
}

/* NULL gives the empty string. */
static inline fm_str fm_str_c(const char *c)
{
    return (fm_str){c, c ? strlen(c) : 0};
}

static inline bool fm_str_eq(fm_str a, fm_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline bool fm_str_eqc(fm_str a, const char *c)
{
    return fm_str_eq(a, fm_str_c(c));
}

bool fm_str_ieq(fm_str a, fm_str b);
int fm_str_cmp(fm_str a, fm_str b); /* bytewise, shorter first */
bool fm_str_starts(fm_str s, fm_str prefix);
bool fm_str_istarts(fm_str s, fm_str prefix);
bool fm_str_ends(fm_str s, fm_str suffix);

/* Index of the first occurrence at or after `from`, or -1. */
ptrdiff_t fm_str_find(fm_str s, fm_str needle, size_t from);
ptrdiff_t fm_str_ifind(fm_str s, fm_str needle, size_t from);
ptrdiff_t fm_str_chr(fm_str s, char c, size_t from);
ptrdiff_t fm_str_rchr(fm_str s, char c);

static inline bool fm_str_has(fm_str s, fm_str needle)
{
    return fm_str_find(s, needle, 0) >= 0;
}

static inline bool fm_str_ihas(fm_str s, fm_str needle)
{
    return fm_str_ifind(s, needle, 0) >= 0;
}

/* Clamped: never reads outside s. */
fm_str fm_str_sub(fm_str s, size_t from, size_t len);
fm_str fm_str_skip(fm_str s, size_t n);

/* Without ASCII white space at both ends. */
fm_str fm_str_trim(fm_str s);

/* Takes the part before `sep` off *rest and returns it; *rest then starts behind it. Without `sep`
 * the whole of *rest. */
fm_str fm_str_cut(fm_str *rest, char sep);

/* Next line of *rest without its "\n" or "\r\n"; false at the end. */
bool fm_str_line(fm_str *rest, fm_str *line);

/* Next run of non-blank bytes; false at the end. */
bool fm_str_word(fm_str *rest, fm_str *word);

/* The whole of s as a decimal number; false, and *out untouched, when it is not one or does not
 * fit. */
bool fm_str_i64(fm_str s, int64_t *out);
bool fm_str_u64(fm_str s, uint64_t *out);
bool fm_str_f64(fm_str s, double *out); /* locale-free; accepts exponent, NaN, Inf */

/* Copies, in the arena, NUL-terminated. */
fm_str fm_str_dup(struct fm_arena *a, fm_str s);
fm_str fm_str_lower(struct fm_arena *a, fm_str s);
fm_str fm_str_fmt(struct fm_arena *a, const char *fmt, ...) FM_PRINTF(2, 3);
fm_str fm_str_vfmt(struct fm_arena *a, const char *fmt, va_list ap) FM_PRINTF(2, 0);

/* A number for people: three significant digits, whole from 100 on, no exponent below 1e15. */
fm_str fm_str_number(struct fm_arena *a, double v);

/* True when s is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool fm_str_is_utf8(fm_str s);

/* Levenshtein distance, cut off at `limit` (returns limit + 1 when larger). Strings over 256 bytes
 * count as far apart. */
unsigned fm_str_distance(fm_str a, fm_str b, unsigned limit);

#endif
