/* SPDX-License-Identifier: Apache-2.0 */
/* Postal addresses: a house number, capitalised street words, and something that only addresses have. */
#include "scan/state.h"

void fm_detect_address(struct fm_line *l);

static bool is_capital(const struct fm_line *l, uint32_t w)
{
    unsigned char c = fm_at(l, l->words[w].start);
    return fm_is(c, C_UPPER) || c >= 0xc3;
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

/* How far the address reaches, and whether it has a mark of an address. */
static uint32_t extend(const struct fm_line *l, uint32_t w, bool *is_sure)
{
    uint32_t k = w;
    while (k + 1 < l->n_words && k < w + 14 && is_close(l, k + 1)) {
        const struct fm_word *x = &l->words[k + 1];
        unsigned char sep = fm_at(l, l->words[k].end);
        bool is_mark = (x->kw & (K(UNIT) | K(STREET) | K(COUNTRY)) || (x->kw & K(STATE) && x->end - x->start == 2 && x->cls == W_UPPER)) && is_capital(l, k + 1);
        bool is_number = x->cls & W_DIGIT && (is_code(l, k + 1) || l->words[k].kw & (K(UNIT) | K(STREET)) || x->end - x->start <= 4);
        bool ends_sentence = sep == '.' && !(l->words[k].kw & (K(UNIT) | K(STREET))) && l->words[k].end - l->words[k].start > 2;
        if (ends_sentence || sep == '?' || sep == '!' || (!is_capital(l, k + 1) && !is_number))
            break;
        *is_sure |= is_mark || (x->cls & W_DIGIT && is_code(l, k + 1) && k > w + 1);
        k++;
    }
    return k;
}

static void numbered(struct fm_line *l, uint32_t w)
{
    bool is_sure = false;
    const struct fm_word *x = &l->words[w];
    if (x->end - x->start > 5 || w + 1 >= l->n_words || l->words[w + 1].start - x->end != 1 || !is_capital(l, w + 1) || l->words[w + 1].kw & K(MONTH))
        return;
    uint32_t b = extend(l, w, &is_sure);
    if (is_sure && b > w + 1)
        fm_line_propose(l, 6, CAND(x->start, l->words[b].end, ADDRESS, R_ADDRESS));
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
        if (l->words[w].kw & K(ADDRESS))
            cued(l, w);
    }
}
