/* SPDX-License-Identifier: Apache-2.0 */
/* Identifiers of letters and digits: IBAN, licences, national ids, ages, coordinates. */
#include "scan/state.h"

#include "detect/check.h"
#include "detect/later_checks.h"

#define IBAN_MAX 34

/* Blanks between groups of four are allowed on paper; the length is found by the check. */
void fm_detect_iban(struct fm_line *l, uint32_t w)
{
    char flat[IBAN_MAX];
    uint32_t i = l->words[w].start, n = 0, ends[IBAN_MAX];
    while (n < IBAN_MAX) {
        unsigned char c = fm_at(l, i);
        if (c == ' ' && n % 4 == 0 && n && fm_is(fm_at(l, i + 1), C_DIGIT | C_UPPER)) {
            i++;
            continue;
        }
        if (!fm_is(c, C_DIGIT | C_UPPER))
            break;
        flat[n] = (char)c;
        ends[n++] = ++i;
    }
    for (; n >= 15; n--)
        if (!fm_is_word(fm_at(l, ends[n - 1])) && fm_check_iban(fm_str_n(flat, n))) {
            fm_line_propose(l, 2, CAND(l->words[w].start, ends[n - 1], IBAN, R_IBAN));
            return;
        }
}

static bool has_national_word(const struct fm_line *l)
{
    return (l->kw_any & K(NATIONAL)) != 0;
}

static bool starts_like_iban(const struct fm_line *l, uint32_t s)
{
    return fm_is(fm_at(l, s), C_UPPER) && fm_is(fm_at(l, s + 1), C_UPPER) &&
           fm_is_digit(fm_at(l, s + 2)) && fm_is_digit(fm_at(l, s + 3));
}

static bool is_id_length(uint32_t n)
{
    return n == 9 || n == 11 || n == 16 || n == 18;
}

/* What a national id may take up from the word on: the word, or a date and a part behind a sign. */
static uint32_t id_end(const struct fm_line *l, const struct fm_word *x)
{
    unsigned char next = fm_at(l, x->end);
    bool is_dated = x->end - x->start == 6 && (next == '-' || next == '+');
    uint32_t e = is_dated ? x->start + 11 : x->end;
    return e <= l->n && is_id_length(e - x->start) && !fm_is_word(fm_at(l, e)) ? e : 0;
}

static bool is_behind_sign(const struct fm_line *l, uint32_t s)
{
    unsigned char prev = fm_at(l, s - 1);
    return prev && strchr("-_/=.", prev);
}

static bool may_be_iban(const struct fm_line *l, const struct fm_word *x)
{
    return x->end - x->start >= 4 && x->cls & W_ALPHA &&
           (fm_word_is_base16(x) || starts_like_iban(l, x->start));
}

bool fm_lettered_may_count(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (x->cls & W_LOWER)
        return false;
    bool has_letters = x->cls & (W_ALPHA | W_NONHEX | W_HIGH) || x->end - x->start == 6;
    return may_be_iban(l, x) || (has_letters && id_end(l, x) && !is_behind_sign(l, x->start));
}

void fm_detect_lettered_id(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    const char *country = NULL;
    bool needs_context = false;
    if (x->end - x->start >= 4 && starts_like_iban(l, x->start))
        fm_detect_iban(l, w);
    uint32_t s = x->start, e = id_end(l, x);
    if (!e || is_behind_sign(l, s))
        return;
    if (fm_check_lettered(fm_line_str(l, s, e), &country, &needs_context) &&
        (!needs_context || has_national_word(l)))
        fm_line_propose(l, 3, CAND(s, e, NATIONAL_ID, R_NATIONAL));
}

/* The number goes on behind "-", "/" or a blank when a digit follows. */
static uint32_t license_end(const struct fm_line *l, uint32_t e)
{
    while ((fm_at(l, e) == '-' || fm_at(l, e) == ' ' || fm_at(l, e) == '/') &&
           fm_is_digit(fm_at(l, e + 1)))
        for (e++; fm_is_word(fm_at(l, e)); e++)
            ;
    return e;
}

/* driver's licence number: up to 4 words on, a token with digits */
static void license(struct fm_line *l, uint32_t w)
{
    uint32_t k = w + 1;
    while (k < l->n_words && k < w + 6 && !(l->words[k].cls & W_DIGIT))
        k++;
    if (k >= l->n_words || k >= w + 6)
        return;
    uint32_t s = l->words[k].start, e = license_end(l, l->words[k].end);
    if (s >= 2 && fm_at(l, s - 1) == '-' && fm_is(fm_at(l, s - 2), C_UPPER))
        s = l->words[k - 1].start;
    if (e - s >= 5 && e - s <= 24)
        fm_line_propose(l, 2, CAND(s, e, LICENSE, R_LICENSE));
}

static bool is_driver_license(const struct fm_line *l, uint32_t w)
{
    for (uint32_t k = 1; k <= 3 && k <= w; k++)
        if (fm_line_has_at(l, l->words[w - k].start, "driv"))
            return true;
    return false;
}

static bool is_short_number(const struct fm_word *x, uint32_t max)
{
    return x->cls == W_DIGIT && x->end - x->start <= max;
}

/* "79 year old" */
static void years_old(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (!w || w + 1 >= l->n_words || !is_short_number(&x[-1], 3) || x->start - x[-1].end != 1)
        return;
    if (fm_line_has_at(l, x[1].start, "old"))
        fm_line_propose(l, 9, CAND(x[-1].start, x[-1].end, AGE, R_AGE));
}

/* "aged 42" */
static void aged(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (w + 1 < l->n_words && is_short_number(&x[1], 2) && x[1].start - x->end <= 2 &&
        l->n_plain >= 3)
        fm_line_propose(l, 9, CAND(x[1].start, x[1].end, AGE, R_AGE));
}

static void age(struct fm_line *l, uint32_t w)
{
    if (fm_line_has_at(l, l->words[w].start, "year"))
        years_old(l, w);
    else if (fm_line_has_at(l, l->words[w].start, "aged"))
        aged(l, w);
}

/* "born on 12 March 1980", "born March 12, 1980" */
static void spoken_birth(struct fm_line *l, uint32_t w)
{
    for (uint32_t k = w + 1; k < l->n_words && k <= w + 4; k++) {
        if (!(l->words[k].kw & K(MONTH)))
            continue;
        uint32_t first = k && l->words[k - 1].cls == W_DIGIT ? k - 1 : k, last = k;
        while (last + 1 < l->n_words && last < k + 2 && l->words[last + 1].cls & W_DIGIT &&
               l->words[last + 1].start - l->words[last].end <= 2)
            last++;
        if (last > first)
            fm_line_propose(l, 3,
                            CAND(l->words[first].start, l->words[last].end, BIRTH_DATE, R_BIRTH));
        return;
    }
}

void fm_detect_number_context(struct fm_line *l)
{
    for (uint32_t w = 0; w < l->n_words; w++) {
        uint64_t kw = l->words[w].kw;
        if (kw & K(LICENSE) && is_driver_license(l, w))
            license(l, w);
        if (kw & K(AGE))
            age(l, w);
        if (kw & K(BIRTH))
            spoken_birth(l, w);
    }
}

/* A signed decimal with at least three fraction digits. */
static uint32_t coordinate_end(const struct fm_line *l, uint32_t s)
{
    uint32_t i = s, whole = 0, fraction = 0;
    if (fm_at(l, i) == '-' || fm_at(l, i) == '+')
        i++;
    for (; fm_is_digit(fm_at(l, i)); i++)
        whole++;
    if (fm_at(l, i) != '.')
        return 0;
    for (i++; fm_is_digit(fm_at(l, i)); i++)
        fraction++;
    return whole >= 1 && whole <= 3 && fraction >= 3 && !fm_is(fm_at(l, i), C_LOWER | C_UPPER) ? i
                                                                                               : 0;
}

void fm_detect_gps(struct fm_line *l)
{
    for (uint32_t w = 0; w < l->n_words; w++) {
        if (!(l->words[w].kw & K(GPS)))
            continue;
        uint32_t i = l->words[w].end, limit = i + 48;
        for (; i < limit && i < l->n; i++) {
            uint32_t e =
                fm_is_word(fm_at(l, i - 1)) || fm_at(l, i - 1) == '.' ? 0 : coordinate_end(l, i);
            if (!e)
                continue;
            fm_line_propose(l, 4, CAND(i, e, GPS, R_GPS));
            i = e;
            limit = i + 4;
        }
    }
}
