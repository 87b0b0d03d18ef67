/* SPDX-License-Identifier: Apache-2.0 */
/* Identifiers of things: hashes, name_number, key=number, "block 7f3a". */
#include "scan/state.h"

static bool is_digest_prefix(const struct fm_line *l, uint32_t s)
{
    return fm_at(l, s - 1) == '@' || (s >= 7 && fm_line_has_at(l, s - 7, "sha256:"));
}

void fm_detect_hex(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    bool has_both = x->cls & W_DIGIT && x->cls & W_ALPHA;
    uint32_t zeros = 0;
    for (uint32_t i = x->start; i < x->end && fm_at(l, i) == '0'; i++)
        zeros++;
    if (zeros * 2 > x->end - x->start)
        return;
    if (has_both || is_digest_prefix(l, x->start))
        fm_line_propose(l, 6, CAND(x->start, x->end, HASH, R_HEX));
}

/* Start of the chain of words joined by "_" (inside a word), "-", so that name-part-7 is one
 * identifier. */
static uint32_t trailing_digits(const struct fm_line *l, const struct fm_word *x)
{
    uint32_t i = x->end;
    while (i > x->start && fm_is_digit(fm_at(l, i - 1)))
        i--;
    return x->end - i;
}

static uint32_t chain_start(const struct fm_line *l, uint32_t w)
{
    uint32_t back = 0;
    while (w && back++ < 6 && l->words[w].start == l->words[w - 1].end + 1 &&
           fm_at(l, l->words[w - 1].end) == '-')
        w--;
    return w;
}

/* blk_-123: the number is negative */
static bool signed_number(struct fm_line *l, const struct fm_word *x)
{
    uint32_t e = x->end + 1;
    if (fm_at(l, x->end) != '-' || fm_at(l, x->end - 1) != '_' || !fm_is_digit(fm_at(l, e)) ||
        x->end - x->start < 3)
        return false;
    while (fm_is_word(fm_at(l, e)))
        e++;
    fm_line_propose(l, 7, CAND(x->start, e, ID, R_WORD_NUMBER));
    return true;
}

/* word_12, word_word_3_m_000004 */
static void underscored(struct fm_line *l, const struct fm_word *x)
{
    size_t n = x->end - x->start;
    const char *p = l->p + x->start, *under = memchr(p, '_', n);
    if (!under || (size_t)(under - p) + 1 >= n || !fm_is_digit((unsigned char)under[1]))
        under = memrchr(p, '_', n);
    if (!under || under - p < 2)
        return;
    if (fm_is_digit(fm_at(l, (uint32_t)(under - l->p) + 1)) || fm_is_digit(fm_at(l, x->end - 1)))
        fm_line_propose(l, 7, CAND(x->start, x->end, ID, R_WORD_NUMBER));
}

/* word-12, name-part-7 */
static void dashed(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w], *first = &l->words[chain_start(l, w)];
    unsigned char before = fm_at(l, first->start - 1), next = fm_at(l, x->end);
    if (first == x || !fm_is(fm_at(l, first->start), C_LOWER | C_UPPER) ||
        first->end - first->start < 3)
        return;
    if (before == '-' || before == '.' || next == '-' || next == '.' || first->kw & K(MONTH))
        return;
    fm_line_propose(l, 8, CAND(first->start, x->end, ID, R_WORD_NUMBER));
}

/* Letters first, digits in a part of their own. */
void fm_detect_word_number(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    uint32_t n = x->end - x->start;
    unsigned char prev = fm_at(l, x->start - 1);
    if (signed_number(l, x) || x->cls & W_HIGH || prev == '.' || prev == '/' ||
        fm_at(l, x->end) == '(')
        return;
    if (fm_is(fm_at(l, x->start), C_LOWER | C_UPPER))
        underscored(l, x);
    else if (prev == '-' && n <= 6 && trailing_digits(l, x) == n)
        dashed(l, w);
}

static uint32_t value_start(const struct fm_line *l, uint32_t e, bool *has_sep)
{
    uint32_t i = e;
    if (fm_is(fm_at(l, i), C_QUOTE))
        i++;
    if (fm_at(l, i) == ' ' && (fm_at(l, i + 1) == '=' || fm_at(l, i + 1) == ':'))
        i++;
    *has_sep = fm_at(l, i) == '=' || fm_at(l, i) == ':' || fm_at(l, i) == '#';
    if (*has_sep)
        i++;
    while (i < e + 4 && (fm_at(l, i) == ' ' || fm_is(fm_at(l, i), C_QUOTE)))
        i++;
    return i;
}

/* Under the strict policy the span takes in the key and the brackets that close behind the value.
 */
static void propose_value(struct fm_line *l, const struct fm_word *key, uint32_t s, uint32_t e)
{
    if (!l->is_strict) {
        fm_line_propose(l, 6, CAND(s, e, ID, R_ID_KEY));
        return;
    }
    uint32_t from = key->start;
    if (s > key->end + 1 || fm_at(l, key->end) == ' ')
        from = s;
    if (from && from == key->start && fm_at(l, from - 1) == '(')
        from--;
    while (e < l->n && strchr(").,;}]", fm_at(l, e)))
        e++;
    fm_line_propose(l, 6, CAND(from, e, ID, R_ID_KEY));
}

static bool has_digit(const struct fm_line *l, uint32_t s, uint32_t e)
{
    for (uint32_t i = s; i < e; i++)
        if (fm_is_digit(fm_at(l, i)))
            return true;
    return false;
}

static bool is_hex_number(const struct fm_line *l, uint32_t s, uint32_t e)
{
    return fm_at(l, s) == '0' && fm_lower(fm_at(l, s + 1)) == 'x' && e - s < 10;
}

static void key_value(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    bool has_sep = false;
    uint32_t s = value_start(l, x->end, &has_sep), e = fm_token_end(l, s);
    while (e > s && strchr(".:", fm_at(l, e - 1)))
        e--;
    if (e == s || !has_digit(l, s, e) || is_hex_number(l, s, e) ||
        (!has_sep && !fm_is_digit(fm_at(l, s))))
        return;
    propose_value(l, x, s, e);
}

static bool is_id_value(const struct fm_line *l, uint32_t s, uint32_t e)
{
    uint32_t digits = 0, letters = 0;
    for (uint32_t i = s; i < e; i++) {
        digits += fm_is_digit(fm_at(l, i));
        letters += fm_is(fm_at(l, i), C_LOWER | C_UPPER);
    }
    bool is_decimal = !letters && memchr(l->p + s, '.', e - s);
    if (!digits || (digits == 1 && e - s < 4) || is_decimal || is_hex_number(l, s, e) ||
        memmem(l->p + s, e - s, "..", 2))
        return false;
    return fm_is_word(fm_at(l, s)) || fm_at(l, s) == '-' || fm_at(l, s) == '\'' ||
           fm_at(l, s) == '/';
}

/* "block 7f3a", "child 6725", "session_id: 99" behind a context word. */
static void context_value(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    bool has_sep = false;
    uint32_t s = value_start(l, x->end, &has_sep), e = fm_token_end(l, s);
    if (s == x->end)
        return;
    while (e > s && strchr(".:'\"", fm_at(l, e - 1)))
        e--;
    if (!is_id_value(l, s, e) || fm_at(l, e) == '%' || fm_at(l, e) == '(')
        return;
    fm_line_propose(l, 7, CAND(s, e, ID, R_ID_CTX));
}

void fm_detect_id_context(struct fm_line *l)
{
    for (uint32_t w = 0; w < l->n_words; w++) {
        if (l->words[w].kw & K(ID_KEY))
            key_value(l, w);
        else if (l->words[w].kw & K(ID))
            context_value(l, w);
    }
}

/* key ending in "id" = number of three or more digits; JSON "…Id": "…" */
void fm_detect_id_key(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    bool has_sep = false;
    if (x->kw & (K(ID_KEY) | K(ID)) ||
        (x->end - x->start == 2 && x->start && !strchr("-_.", fm_at(l, x->start - 1))))
        return;
    uint32_t s = value_start(l, x->end, &has_sep), e = fm_token_end(l, s), digits = 0;
    for (uint32_t i = s; i < e; i++)
        digits += fm_is_digit(fm_at(l, i));
    bool is_quoted = fm_is(fm_at(l, s - 1), C_QUOTE);
    if (!has_sep || is_hex_number(l, s, e) || digits < (is_quoted ? 1 : 3))
        return;
    fm_line_propose(l, 6, CAND(l->is_strict && s == x->end + 1 ? x->start : s, e, ID, R_ID_KEY));
}
