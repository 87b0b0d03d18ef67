/* SPDX-License-Identifier: Apache-2.0 */
/* Postal addresses: a house number, capitalised street words, and something that only addresses
 * have. */
#include "scan/state.h"

void fm_detect_address(struct fm_line *l);

static bool is_capital(const struct fm_line *l, uint32_t w)
{
    return fm_starts_upper(l, l->words[w].start);
}

static bool is_close(const struct fm_line *l, uint32_t w)
{
    return l->words[w].start - l->words[w - 1].end <= 3;
}

/* A postal code: 4 to 6 digits (ZIP+4 is two words), or letters and digits in capitals. */
static bool is_code(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    uint32_t n = x->end - x->start;
    return x->cls & W_DIGIT && n >= 3 && n <= 7 && !(x->cls & W_LOWER);
}

/* Apt, Street, a country, a state in two capitals. */
static bool is_mark(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    bool is_state = x->kw & K(STATE) && x->end - x->start == 2 && x->cls == W_UPPER;
    return is_capital(l, w) && (is_state || x->kw & (K(UNIT) | K(STREET) | K(COUNTRY)));
}

static bool is_number(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    return x->cls & W_DIGIT &&
           (is_code(l, w) || x->end - x->start <= 4 || l->words[w - 1].kw & (K(UNIT) | K(STREET)));
}

/* "de", "of", "u." between capitals; "in" starts another thought. */
static bool is_particle(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    bool is_short =
        x->end - x->start <= 3 && (x->cls & ~W_NONHEX) == W_LOWER && fm_at(l, x->start) != 'i';
    return is_short && w + 1 < l->n_words && is_close(l, w + 1) &&
           (is_capital(l, w + 1) || fm_at(l, x->end) == '.');
}

static bool ends_sentence(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    unsigned char sign = fm_at(l, x->end);
    if (sign == '?' || sign == '!')
        return true;
    return sign == '.' && !(x->kw & (K(UNIT) | K(STREET))) && x->end - x->start > 2;
}

/* How far the address reaches, and whether it has a mark of an address. */
static uint32_t extend(const struct fm_line *l, uint32_t w, bool *is_sure)
{
    uint32_t k = w;
    while (k + 1 < l->n_words && k < w + 14 && is_close(l, k + 1)) {
        bool goes_on =
            is_capital(l, k + 1) || is_number(l, k + 1) || (k > w && is_particle(l, k + 1));
        if (ends_sentence(l, k) || !goes_on)
            break;
        *is_sure |= is_mark(l, k + 1) || (is_code(l, k + 1) && k > w + 1);
        k++;
    }
    return k;
}

static bool is_house_number(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    return fm_at(l, x->end) == ' ' && strchr(" :,>(\"", fm_at(l, x->start - 1)) &&
           x->end - x->start <= 5;
}

/* A capital, a kind of street, or a number before a capital ("12 5th Avenue"). */
static bool may_be_street(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    bool is_double = w + 1 < l->n_words && x->cls == W_DIGIT && is_capital(l, w + 1);
    return (is_capital(l, w) || is_double || x->kw & K(STREET)) && !(x->kw & K(MONTH));
}

static void numbered(struct fm_line *l, uint32_t w)
{
    bool is_sure = false;
    const struct fm_word *x = &l->words[w];
    if (!is_house_number(l, w) || w + 1 >= l->n_words || l->words[w + 1].start - x->end > 2 ||
        !may_be_street(l, w + 1))
        return;
    uint32_t b = extend(l, w, &is_sure);
    if (is_sure && b > w + 1)
        fm_line_propose(l, 6, CAND(x->start, l->words[b].end, ADDRESS, R_ADDRESS));
}

/* "Unit 4719 Box 7394 …", "P.O. Box 149 …" */
static void boxed(struct fm_line *l, uint32_t w)
{
    bool is_sure = false;
    if (!is_capital(l, w) || w + 1 >= l->n_words || !(l->words[w + 1].cls & W_DIGIT) ||
        !is_close(l, w + 1))
        return;
    uint32_t b = extend(l, w, &is_sure), s = l->words[w].start;
    if (w >= 2 && fm_line_has_at(l, l->words[w - 2].start, "p.o. "))
        s = l->words[w - 2].start;
    if ((is_sure && b > w + 1) || s < l->words[w].start)
        fm_line_propose(l, 6, CAND(s, l->words[b].end, ADDRESS, R_ADDRESS));
}

/* "Loorenstrasse 149", "Snellmaninkatu 55": the kind of street is the end of its name */
static void suffixed(struct fm_line *l, uint32_t w)
{
    static const char *const ends[] = {"strasse", "straße", "gasse",  "gatan",  "gata",
                                       "vägen",   "vej",    "gade",   "vænget", "stræde",
                                       "katu",    "kuja",   "straat", "weg",    "laan",
                                       "platz",   "allee",  "veien",  "gate"};
    const struct fm_word *x = &l->words[w];
    fm_str name = fm_line_str(l, x->start, x->end);
    bool is_street = false;
    if (w + 1 >= l->n_words || l->words[w + 1].cls != W_DIGIT || name.len < 6)
        return;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        is_street |= fm_str_ends(name, fm_str_c(ends[i])) && name.len > strlen(ends[i]) + 2;
    if (!is_street || !is_capital(l, w) || l->words[w + 1].start - x->end != 1)
        return;
    bool is_sure = true,
         has_number = w && l->words[w - 1].cls == W_DIGIT && x->start - l->words[w - 1].end == 1;
    uint32_t b = extend(l, w, &is_sure);
    fm_line_propose(
        l, 6,
        CAND(has_number ? l->words[w - 1].start : x->start, l->words[b].end, ADDRESS, R_ADDRESS));
}

/* A capital, a number, or a short word such as "and". */
static bool is_corner_part(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    return is_capital(l, w) || x->cls & W_DIGIT || x->end - x->start <= 3;
}

/* "the corner of X and Y" */
static void corner(struct fm_line *l, uint32_t w)
{
    uint32_t k = w + 2, b = 0;
    if (k >= l->n_words || !fm_line_has_at(l, l->words[w].start, "corner of "))
        return;
    for (; k < l->n_words && k < w + 12 && is_close(l, k) && is_corner_part(l, k); k++)
        if (!fm_line_has_at(l, l->words[k].start, "and "))
            b = k;
    uint32_t s = w && fm_line_has_at(l, l->words[w - 1].start, "the ") ? l->words[w - 1].start
                                                                       : l->words[w].start;
    if (b > w + 2)
        fm_line_propose(l, 6, CAND(s, l->words[b].end, ADDRESS, R_ADDRESS));
}

/* "address is …", "located at …": also streets before the number */
static void cued(struct fm_line *l, uint32_t w)
{
    bool is_sure = false;
    for (uint32_t k = w + 1; k < l->n_words && k < w + 5; k++) {
        if (!is_capital(l, k) && !(l->words[k].cls & W_DIGIT))
            continue;
        uint32_t b = extend(l, k, &is_sure), n_digits = 0;
        for (uint32_t i = k; i <= b; i++)
            n_digits += (l->words[i].cls & W_DIGIT) != 0;
        if (b >= k + 2 && n_digits)
            fm_line_propose(l, 6, CAND(l->words[k].start, l->words[b].end, ADDRESS, R_ADDRESS));
        return;
    }
}

void fm_detect_address(struct fm_line *l)
{
    for (uint32_t w = 0; w < l->n_words; w++) {
        if (l->words[w].cls & W_DIGIT && !(l->words[w].cls & W_LOWER))
            numbered(l, w);
        if (l->words[w].kw & K(UNIT))
            boxed(l, w);
        suffixed(l, w);
        if (fm_at(l, l->words[w].start) == 'c')
            corner(l, w);
        if (l->words[w].kw & K(ADDRESS))
            cued(l, w);
    }
}
