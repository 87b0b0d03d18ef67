/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool fm_str_ieq(fm_str a, fm_str b)
{
    return a.len == b.len && fm_str_istarts(a, b);
}

int fm_str_cmp(fm_str a, fm_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int d = n ? memcmp(a.p, b.p, n) : 0;
    return d ? d : (a.len > b.len) - (a.len < b.len);
}

bool fm_str_starts(fm_str s, fm_str prefix)
{
    return s.len >= prefix.len && fm_str_eq(fm_str_n(s.p, prefix.len), prefix);
}

bool fm_str_istarts(fm_str s, fm_str prefix)
{
    if (s.len < prefix.len)
        return false;
    for (size_t i = 0; i < prefix.len; i++)
        if (lower(s.p[i]) != lower(prefix.p[i]))
            return false;
    return true;
}

bool fm_str_ends(fm_str s, fm_str suffix)
{
    return s.len >= suffix.len &&
           fm_str_eq(fm_str_n(s.p + (s.len - suffix.len), suffix.len), suffix);
}

ptrdiff_t fm_str_find(fm_str s, fm_str needle, size_t from)
{
    if (from > s.len || needle.len > s.len - from)
        return -1;
    if (needle.len == 0)
        return (ptrdiff_t)from;
    const char *hit = memmem(s.p + from, s.len - from, needle.p, needle.len);
    return hit ? hit - s.p : -1;
}

ptrdiff_t fm_str_ifind(fm_str s, fm_str needle, size_t from)
{
    if (from > s.len || needle.len > s.len - from)
        return -1;
    if (needle.len == 0)
        return (ptrdiff_t)from;
    char first = lower(needle.p[0]);
    fm_str rest = fm_str_n(needle.p + 1, needle.len - 1);
    for (size_t i = from; i + needle.len <= s.len; i++)
        if (lower(s.p[i]) == first && fm_str_istarts(fm_str_n(s.p + i + 1, s.len - i - 1), rest))
            return (ptrdiff_t)i;
    return -1;
}

ptrdiff_t fm_str_chr(fm_str s, char c, size_t from)
{
    if (from >= s.len)
        return -1;
    const char *hit = memchr(s.p + from, c, s.len - from);
    return hit ? hit - s.p : -1;
}

ptrdiff_t fm_str_rchr(fm_str s, char c)
{
    const char *hit = s.len ? memrchr(s.p, c, s.len) : NULL;
    return hit ? hit - s.p : -1;
}

fm_str fm_str_sub(fm_str s, size_t from, size_t len)
{
    if (from > s.len)
        from = s.len;
    if (len > s.len - from)
        len = s.len - from;
    return fm_str_n(s.p ? s.p + from : NULL, len);
}

fm_str fm_str_skip(fm_str s, size_t n)
{
    return fm_str_sub(s, n, SIZE_MAX);
}

fm_str fm_str_trim(fm_str s)
{
    while (s.len && is_space(s.p[0]))
        s = fm_str_skip(s, 1);
    while (s.len && is_space(s.p[s.len - 1]))
        s.len--;
    return s;
}

fm_str fm_str_cut(fm_str *rest, char sep)
{
    ptrdiff_t at = fm_str_chr(*rest, sep, 0);
    fm_str head = at < 0 ? *rest : fm_str_sub(*rest, 0, (size_t)at);
    *rest = at < 0 ? fm_str_skip(*rest, rest->len) : fm_str_skip(*rest, (size_t)at + 1);
    return head;
}

bool fm_str_line(fm_str *rest, fm_str *line)
{
    if (rest->len == 0)
        return false;
    *line = fm_str_cut(rest, '\n');
    if (line->len && line->p[line->len - 1] == '\r')
        line->len--;
    return true;
}

bool fm_str_word(fm_str *rest, fm_str *word)
{
    size_t i = 0;
    while (i < rest->len && is_space(rest->p[i]))
        i++;
    size_t start = i;
    while (i < rest->len && !is_space(rest->p[i]))
        i++;
    *word = fm_str_sub(*rest, start, i - start);
    *rest = fm_str_skip(*rest, i);
    return word->len > 0;
}

bool fm_str_u64(fm_str s, uint64_t *out)
{
    uint64_t v = 0;
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned d = (unsigned char)s.p[i] - '0';
        if (d > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, d, &v))
            return false;
    }
    *out = v;
    return true;
}

bool fm_str_i64(fm_str s, int64_t *out)
{
    uint64_t v;
    bool is_negative = s.len && s.p[0] == '-';
    if (is_negative || (s.len && s.p[0] == '+'))
        s = fm_str_skip(s, 1);
    if (!fm_str_u64(s, &v) || v > (uint64_t)INT64_MAX + is_negative)
        return false;
    *out = is_negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

/* The program never calls setlocale, so strtod reads the C locale's form. */
bool fm_str_f64(fm_str s, double *out)
{
    char buf[64];
    if (s.len == 0 || s.len >= sizeof buf || is_space(s.p[0]))
        return false;
    memcpy(buf, s.p, s.len);
    buf[s.len] = '\0';
    if (strpbrk(buf, "xX("))
        return false;
    char *end;
    double v = strtod(buf, &end);
    if (end != buf + s.len)
        return false;
    *out = v;
    return true;
}

fm_str fm_str_dup(struct fm_arena *a, fm_str s)
{
    return fm_str_n(fm_arena_dup(a, s.p, s.len), s.len);
}

fm_str fm_str_lower(struct fm_arena *a, fm_str s)
{
    char *p = fm_arena_dup(a, s.p, s.len);
    for (size_t i = 0; i < s.len; i++)
        p[i] = lower(p[i]);
    return fm_str_n(p, s.len);
}

fm_str fm_str_vfmt(struct fm_arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    char *p = fm_arena_alloc(a, n < 0 ? 1 : (size_t)n + 1);
    p[0] = '\0';
    if (n > 0)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return fm_str_n(p, n < 0 ? 0 : (size_t)n);
}

fm_str fm_str_fmt(struct fm_arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fm_str s = fm_str_vfmt(a, fmt, ap);
    va_end(ap);
    return s;
}

fm_str fm_str_number(struct fm_arena *a, double v)
{
    double size = v < 0 ? -v : v;
    return size >= 99.95 && size < 1e15 ? fm_str_fmt(a, "%.0f", v) : fm_str_fmt(a, "%.3g", v);
}

/* Well-formed sequences by first byte and range of the second; the others are 80..BF. Table 3-7 of
 * the Unicode standard. */
static const struct utf8_row {
    unsigned char first_min, first_max, second_min, second_max, len;
} utf8_rows[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static bool matches_row(const struct utf8_row *r, const unsigned char *p, size_t n)
{
    if (p[0] < r->first_min || p[0] > r->first_max || r->len > n)
        return false;
    if (p[1] < r->second_min || p[1] > r->second_max)
        return false;
    for (size_t i = 2; i < r->len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return false;
    return true;
}

/* Length of the well-formed sequence at p (n bytes left), or 0. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof utf8_rows / sizeof *utf8_rows; i++)
        if (matches_row(&utf8_rows[i], p, n))
            return utf8_rows[i].len;
    return 0;
}

/* ASCII runs, eight bytes a step: nearly all text that is checked is ASCII. */
static size_t ascii_run(const char *p, size_t n)
{
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, p + i, sizeof word);
        if (word & 0x8080808080808080u)
            break;
    }
    return i;
}

bool fm_str_is_utf8(fm_str s)
{
    for (size_t i = 0; i < s.len;) {
        i += ascii_run(s.p + i, s.len - i);
        if (i == s.len)
            break;
        size_t n = utf8_sequence((const unsigned char *)s.p + i, s.len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

static unsigned min_u(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* One row of the Levenshtein table: row[j] becomes the distance of a[0..i] and b[0..j-1]; returns
 * the row's least. */
static unsigned distance_row(unsigned *row, char c, unsigned i, fm_str b)
{
    unsigned diagonal = row[0], best = row[0] = i;
    for (size_t j = 1; j <= b.len; j++) {
        unsigned replace = diagonal + (c != b.p[j - 1]);
        diagonal = row[j];
        row[j] = min_u(replace, min_u(row[j], row[j - 1]) + 1);
        best = min_u(best, row[j]);
    }
    return best;
}

unsigned fm_str_distance(fm_str a, fm_str b, unsigned limit)
{
    unsigned row[258];
    size_t gap = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (a.len > 256 || b.len > 256 || gap > limit)
        return limit + 1;
    for (unsigned j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++)
        if (distance_row(row, a.p[i - 1], (unsigned)i, b) > limit)
            return limit + 1;
    return min_u(row[b.len], limit + 1);
}
