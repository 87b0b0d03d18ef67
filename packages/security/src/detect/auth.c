/* SPDX-License-Identifier: Apache-2.0 */
/* Authorization and Cookie headers, credentials on command lines. */
#include "scan/state.h"

#include "detect/later_checks.h"
#include "detect/value.h"

static uint32_t skip(const struct fm_line *l, uint32_t i, const char *set, uint32_t max)
{
    uint32_t limit = i + max;
    while (i < limit && fm_at(l, i) && strchr(set, fm_at(l, i)))
        i++;
    return i;
}

static uint32_t credential_end(const struct fm_line *l, uint32_t s)
{
    uint32_t e = s, limit = s + FM_VALUE_MAX;
    while (e < limit && e < l->n && !fm_is(fm_at(l, e), C_SPACE | C_QUOTE) &&
           !strchr(",;)<>\\", fm_at(l, e)))
        e++;
    return e;
}

static bool is_credential(const struct fm_line *l, uint32_t s, uint32_t e, uint32_t min)
{
    fm_str v = fm_line_str(l, s, e);
    bool has_digit = false, has_upper = false;
    for (uint32_t i = s; i < e; i++) {
        has_digit |= fm_is_digit(fm_at(l, i));
        has_upper |= fm_is(fm_at(l, i), C_UPPER);
    }
    return v.len >= min && (has_digit || has_upper) && !strchr("{<$[(%", v.p[0]) &&
           !fm_value_is_placeholder(v);
}

/* "Bearer X", "Basic X", "Token X"; the word alone in prose is followed by a plain word. */
static void scheme(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    uint32_t s = skip(l, x->end, " \t", 8), e = credential_end(l, s);
    if (s == x->end || !is_credential(l, s, e, 8))
        return;
    fm_line_propose(l, 1, CAND(s, e, AUTHORIZATION, R_AUTH));
}

/* "Authorization: X", "Authorization: Scheme X" */
static void header(struct fm_line *l, uint32_t w)
{
    uint32_t i = skip(l, l->words[w].end, "\"'", 2), c = skip(l, i, " :=", 16);
    if (c == i || !memchr(l->p + i, ':', c - i) == !memchr(l->p + i, '=', c - i))
        return;
    uint32_t s = skip(l, c, "\"' ", 4), e = credential_end(l, s);
    uint32_t second = skip(l, e, " ", 2), end = credential_end(l, second);
    bool has_scheme = e > s && second > e && end > second && e - s <= 20;
    if (has_scheme && is_credential(l, second, end, 4))
        fm_line_propose(l, 1, CAND(second, end, AUTHORIZATION, R_AUTH));
    else if (is_credential(l, s, e, 8))
        fm_line_propose(l, 1, CAND(s, e, AUTHORIZATION, R_AUTH));
}

/* The value at s, as far as ";" or the like; returns where that stands. */
static uint32_t cookie_value(struct fm_line *l, uint32_t s)
{
    uint32_t e = s;
    while (e < l->n && !strchr(";,\"' ", fm_at(l, e)))
        e++;
    if (e <= l->n && e >= s + 6 && !fm_value_is_placeholder(fm_line_str(l, s, e)) &&
        !memmem(l->p + s, e - s, "://", 3))
        fm_line_propose(l, 1, CAND(s, e, COOKIE, R_COOKIE));
    return e;
}

/* Cookie: a=1; b=2 — every value; attributes such as Path stay. */
static void cookies(struct fm_line *l, uint32_t w)
{
    uint32_t i = skip(l, l->words[w].end, "\"' ", 3);
    if (fm_at(l, i) != ':' && fm_at(l, i) != '=')
        return;
    while (i < l->n && !fm_is(fm_at(l, i), C_QUOTE)) {
        while (i < l->n && fm_at(l, i) != '=' && !fm_is(fm_at(l, i), C_QUOTE))
            i++;
        i = cookie_value(l, i + 1);
        if (fm_at(l, i) != ';')
            break;
    }
}

/* End of a shell word: quotes may open and close inside; notes the first ":" outside of the first
 * byte. */
static uint32_t shell_word(const struct fm_line *l, uint32_t i, uint32_t *colon)
{
    unsigned char quote = 0;
    uint32_t e = i, limit = i + 256;
    for (; e < l->n && e < limit; e++) {
        unsigned char c = fm_at(l, e);
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
        else if (!quote && fm_is(c, C_SPACE))
            break;
        if (c == ':' && !*colon)
            *colon = e;
    }
    return e;
}

static bool is_quote(unsigned char c)
{
    return c == '"' || c == '\'';
}

static uint32_t skip_quotes(const struct fm_line *l, uint32_t i, uint32_t e)
{
    while (i < e && is_quote(fm_at(l, i)))
        i++;
    return i;
}

/* user:password at [s, e), where either may be a reference or a placeholder. */
static bool is_written_out(const struct fm_line *l, uint32_t s, uint32_t colon, uint32_t e)
{
    uint32_t a = skip_quotes(l, s, e);
    while (e > a && is_quote(fm_at(l, e - 1)))
        e--;
    uint32_t secret = skip_quotes(l, colon + 1, e);
    return fm_at(l, a) != '<' && fm_at(l, a) != '$' &&
           !(secret < e && fm_value_is_placeholder(fm_line_str(l, secret, e)));
}

static void user_argument(struct fm_line *l, uint32_t s)
{
    uint32_t i = skip(l, s, " =", 2), colon = 0, e = shell_word(l, i, &colon);
    if (!colon || e - i < 6 || (fm_at(l, colon + 1) == '/' && fm_at(l, colon + 2) == '/'))
        return;
    if (is_written_out(l, i, colon, e))
        fm_line_propose(l, 1, CAND(i, e, BASIC_AUTH, R_CURL));
}

/* curl -u user:password, --user user:password, --proxy-user */
static void command(struct fm_line *l, uint32_t w)
{
    for (uint32_t k = w; k < l->n_words && k < w + 200; k++) {
        const struct fm_word *x = &l->words[k];
        bool is_option = x->start >= 2 && fm_at(l, x->start - 1) == '-' &&
                         fm_is(fm_at(l, x->start - 2), C_SPACE | C_HOST);
        if (!is_option)
            continue;
        uint32_t n = x->end - x->start;
        if (fm_at(l, x->start) == 'u' && n == 1)
            user_argument(l, x->end);
        else if (fm_line_has_at(l, x->start, "user") && (n == 4))
            user_argument(l, x->end);
    }
}

/* A command that goes on over lines: "  -u user:password \\" */
bool fm_is_continued_option(const struct fm_line *l)
{
    unsigned char first = fm_at(l, 0);
    if (first != ' ' && first != '-' && first != '\t')
        return false;
    uint32_t i = skip(l, 0, " \t", 64);
    return fm_line_has_at(l, i, "-u ") || fm_line_has_at(l, i, "--user ");
}

void fm_detect_continued(struct fm_line *l)
{
    command(l, 0);
}

void fm_detect_auth(struct fm_line *l)
{
    for (uint32_t w = 0; w < l->n_words; w++) {
        uint64_t kw = l->words[w].kw;
        uint32_t n = l->words[w].end - l->words[w].start;
        if (kw & K(AUTH) && n == 13)
            header(l, w);
        else if (kw & K(AUTH))
            scheme(l, w);
        if (kw & K(COOKIE))
            cookies(l, w);
        if (kw & K(COMMAND))
            command(l, w);
    }
}
