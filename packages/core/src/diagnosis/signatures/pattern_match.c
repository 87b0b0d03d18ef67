/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching by backtracking over pieces. Only gaps and text captures have a choice of length, each
 * bounded by FM_GAP_MAX, and the number of steps is bounded: a hostile message costs no more than
 * FM_PATTERN_STEPS.
 */
#include "pattern.h"

struct matcher {
    const struct fm_pattern *pattern;
    fm_str text;
    unsigned steps;
    struct fm_pattern_match *out;
};

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool match_at(struct matcher *m, size_t piece, size_t at, size_t *end);

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool has_literal(const struct matcher *m, fm_str literal, size_t at)
{
    if (literal.len > m->text.len - at)
        return false;
    for (size_t i = 0; i < literal.len; i++)
        if (fold(m->text.p[at + i]) != literal.p[i])
            return false;
    return true;
}

/* False when piece `index` cannot match at `at` by the byte there: most places, at no cost. */
static inline bool may_match(const struct matcher *m, size_t index, size_t at)
{
    if (index == m->pattern->pieces.n)
        return true;
    unsigned char c = at < m->text.len ? (unsigned char)m->text.p[at] : 0;
    return m->pattern->pieces.items[index].first[c >> 6] >> (c & 63) & 1;
}

static size_t digits(const struct matcher *m, size_t at)
{
    size_t i = at;
    while (i < m->text.len && m->text.p[i] >= '0' && m->text.p[i] <= '9')
        i++;
    return i - at;
}

static size_t number_length(const struct matcher *m, size_t at, bool is_int)
{
    size_t i = at;
    if (i < m->text.len && (m->text.p[i] == '-' || m->text.p[i] == '+'))
        i++;
    size_t n = digits(m, i);
    if (n == 0)
        return 0;
    i += n;
    if (!is_int && i + 1 < m->text.len && m->text.p[i] == '.' && digits(m, i + 1))
        i += 1 + digits(m, i + 1);
    return i - at;
}

/* Length of "…" with its quotes; 0 when there is none. */
static size_t quoted_length(const struct matcher *m, size_t at)
{
    if (at >= m->text.len || !strchr("\"'`", m->text.p[at]) || m->text.p[at] == '\0')
        return 0;
    ptrdiff_t close = fm_str_chr(m->text, m->text.p[at], at + 1);
    return close < 0 || (size_t)close - at > FM_GAP_MAX ? 0 : (size_t)close + 1 - at;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

/* A bare word, or a quoted one with its quotes. */
static size_t word_length(const struct matcher *m, size_t at)
{
    size_t i = at;
    if (i < m->text.len && is_quote(m->text.p[i])) {
        size_t n = quoted_length(m, at);
        return n > 2 && fm_str_chr(fm_str_sub(m->text, at, n), ' ', 0) < 0 ? n : 0;
    }
    while (i < m->text.len && (unsigned char)m->text.p[i] > ' ' &&
           !strchr("\"'`()[]{}<>,;|", m->text.p[i]))
        i++;
    while (i > at && strchr(".:!?", m->text.p[i - 1]))
        i--;
    return i - at;
}

static size_t line_length(const struct matcher *m, size_t at)
{
    ptrdiff_t nl = fm_str_chr(m->text, '\n', at);
    return (nl < 0 ? m->text.len : (size_t)nl) - at;
}

/* A name as environment variables have it by convention (POSIX.1, chapter 8): capitals, digits and
 * at least one underscore; quotes may stand around it. */
static size_t env_length(const struct matcher *m, size_t at)
{
    size_t n = word_length(m, at);
    bool has_underscore = false;
    for (size_t i = at; i < at + n; i++) {
        char c = m->text.p[i];
        if (c >= 'a' && c <= 'z')
            return 0;
        has_underscore |= c == '_';
        if (!is_alnum(c) && c != '_' && !is_quote(c))
            return 0;
    }
    return has_underscore ? n : 0;
}

static size_t fixed_capture_length(const struct matcher *m, enum fm_capture_kind kind, size_t at)
{
    switch (kind) {
    case FM_CAPTURE_WORD:
        return word_length(m, at);
    case FM_CAPTURE_INT:
        return number_length(m, at, true);
    case FM_CAPTURE_NUMBER:
        return number_length(m, at, false);
    case FM_CAPTURE_QUOTED:
        return quoted_length(m, at);
    case FM_CAPTURE_REST:
        return line_length(m, at);
    case FM_CAPTURE_ENV:
        return env_length(m, at);
    case FM_CAPTURE_TEXT:
        break;
    }
    return 0;
}

/* Remembers the capture; undone by the caller when the rest does not match. */
static void take(struct matcher *m, const struct fm_piece *piece, size_t at, size_t len)
{
    fm_str value = fm_str_sub(m->text, at, len);
    bool may_have_quotes = piece->capture == FM_CAPTURE_QUOTED ||
                           piece->capture == FM_CAPTURE_WORD || piece->capture == FM_CAPTURE_ENV;
    if (may_have_quotes && len >= 2 && is_quote(value.p[0]) && value.p[len - 1] == value.p[0])
        value = fm_str_sub(value, 1, value.len - 2);
    if (piece->text.len)
        m->out->captures[m->out->n_captures++] =
            (struct fm_capture){piece->text, fm_str_trim(value)};
}

static bool match_capture(struct matcher *m, size_t index, size_t at, size_t *end)
{
    const struct fm_piece *piece = &m->pattern->pieces.items[index];
    unsigned saved = m->out->n_captures;
    size_t len = fixed_capture_length(m, piece->capture, at);
    /* A word may have to give back its end: "{peer}:" on "db:5432:". */
    bool is_bare = piece->capture == FM_CAPTURE_WORD && len > 1 && !is_quote(m->text.p[at]);
    size_t least = is_bare ? 1 : len;
    for (; len >= least && len > 0; len--) {
        take(m, piece, at, len);
        if (match_at(m, index + 1, at + len, end))
            return true;
        m->out->n_captures = saved;
    }
    return false;
}

/* A gap, or a capture of text, grows byte by byte until the rest matches. */
static bool match_growing(struct matcher *m, size_t index, size_t at, size_t *end)
{
    const struct fm_piece *piece = &m->pattern->pieces.items[index];
    unsigned saved = m->out->n_captures;
    size_t max = line_length(m, at);
    max = max > FM_GAP_MAX ? FM_GAP_MAX : max;
    for (size_t len = 0; len <= max; len++) {
        if (!may_match(m, index + 1, at + len))
            continue;
        if (piece->kind == FM_PIECE_CAPTURE)
            take(m, piece, at, len);
        if (match_at(m, index + 1, at + len, end))
            return true;
        m->out->n_captures = saved;
    }
    return false;
}

static bool match_choice(struct matcher *m, size_t index, size_t at, size_t *end)
{
    const struct fm_piece *piece = &m->pattern->pieces.items[index];
    fm_vec_each (&piece->options, o)
        if (has_literal(m, *o, at) && match_at(m, index + 1, at + o->len, end))
            return true;
    return false;
}

static bool match_blank(struct matcher *m, size_t index, size_t at, size_t *end)
{
    size_t i = at;
    while (i < m->text.len && is_blank(m->text.p[i]))
        i++;
    bool is_needed = m->pattern->pieces.items[index].kind == FM_PIECE_BLANK;
    return (i > at || !is_needed) && match_at(m, index + 1, i, end);
}

static bool match_at(struct matcher *m, size_t index, size_t at, size_t *end)
{
    if (m->steps++ > FM_PATTERN_STEPS)
        return false;
    if (index == m->pattern->pieces.n) {
        *end = at;
        return true;
    }
    const struct fm_piece *piece = &m->pattern->pieces.items[index];
    switch (piece->kind) {
    case FM_PIECE_LITERAL:
        return has_literal(m, piece->text, at) && match_at(m, index + 1, at + piece->text.len, end);
    case FM_PIECE_BLANK:
    case FM_PIECE_MAYBE_BLANK:
        return match_blank(m, index, at, end);
    case FM_PIECE_CHOICE:
        return match_choice(m, index, at, end);
    case FM_PIECE_GAP:
        return match_growing(m, index, at, end);
    case FM_PIECE_CAPTURE:
        return piece->capture == FM_CAPTURE_TEXT ? match_growing(m, index, at, end)
                                                 : match_capture(m, index, at, end);
    }
    return false;
}

bool fm_pattern_match(const struct fm_pattern *p, fm_str text, struct fm_pattern_match *out)
{
    struct matcher m = {.pattern = p, .text = text, .out = out};
    bool at_word =
        p->pieces.items[0].kind != FM_PIECE_LITERAL || is_alnum(p->pieces.items[0].text.p[0]);
    for (size_t at = 0; at < text.len && m.steps <= FM_PATTERN_STEPS; at++) {
        size_t end;
        if (!may_match(&m, 0, at) ||
            (at_word && at && is_alnum(text.p[at - 1]) && is_alnum(text.p[at])))
            continue;
        out->n_captures = 0;
        if (match_at(&m, 0, at, &end)) {
            out->where = fm_str_sub(text, at, end - at);
            return true;
        }
    }
    return false;
}
