/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/state.h"

#include "scan/classify.h"

size_t fm_maps_fill(struct fm_maps *maps, const char *p, size_t len)
{
    size_t n = len / 64 + 1;
    for (size_t k = 0; k < n; k++) {
        struct fm_masks m = {0};
        size_t rest = len - 64 * k;
        char tail[64] = {0};
        if (rest >= 64) {
            fm_classify(p + 64 * k, 64, &m);
        } else {
            memcpy(tail, p + 64 * k, rest);
            fm_classify(tail, rest, &m);
        }
        maps->word[k] = m.word;
        maps->digit[k] = m.digit;
        maps->lower[k] = m.lower;
        maps->upper[k] = m.upper;
        maps->nonhex[k] = m.nonhex;
        maps->high[k] = m.high;
        maps->slash[k] = m.slash;
    }
    return n;
}

static uint32_t cut_words(struct fm_redact_scan *s, size_t n)
{
    uint32_t n_start = 0, n_end = 0;
    uint64_t carry = 0;
    for (size_t k = 0; k < n; k++) {
        uint64_t w = s->maps.word[k], shifted = w << 1 | carry;
        carry = w >> 63;
        for (uint64_t starts = w & ~shifted; starts; starts &= starts - 1)
            s->words[n_start++].start = (uint32_t)(64 * k) + (uint32_t)__builtin_ctzll(starts);
        for (uint64_t ends = ~w & shifted; ends; ends &= ends - 1)
            s->words[n_end++].end = (uint32_t)(64 * k) + (uint32_t)__builtin_ctzll(ends);
    }
    return n_start;
}

static uint16_t long_class(const struct fm_maps *m, uint32_t s, uint32_t e)
{
    unsigned cls = fm_map_any(m->lower, s, e) ? W_LOWER : 0;
    cls |= fm_map_any(m->digit, s, e) ? W_DIGIT : 0;
    cls |= fm_map_any(m->upper, s, e) ? W_UPPER : 0;
    cls |= fm_map_any(m->nonhex, s, e) ? W_NONHEX : 0;
    cls |= fm_map_any(m->high, s, e) ? W_HIGH : 0;
    return (uint16_t)cls;
}

/* Most words are lower-case letters all through. */
static inline uint16_t word_class(const struct fm_maps *m, uint32_t s, uint32_t e)
{
    uint32_t k = s >> 6;
    if (k != (e - 1) >> 6)
        return long_class(m, s, e);
    uint64_t range = ~0ULL >> (64 - (e - s)) << (s & 63), lower = m->lower[k] & range;
    unsigned cls = (lower != 0) * W_LOWER | ((m->nonhex[k] & range) != 0) * W_NONHEX;
    if (lower == range)
        return (uint16_t)cls;
    cls |= (m->digit[k] & range) != 0 ? W_DIGIT : 0;
    cls |= (m->upper[k] & range) != 0 ? W_UPPER : 0;
    cls |= (m->high[k] & range) != 0 ? W_HIGH : 0;
    return (uint16_t)cls;
}

/* Most words are no lexicon words; the hash of three bytes says so for the longer ones. */
static inline uint64_t look_up(const struct fm_line *l, const struct fm_word *w)
{
    const struct fm_lexicon *x = &l->r->lexicon;
    uint32_t n = w->end - w->start;
    if (w->cls & W_DIGIT || (n >= 3 && w->hash && !fm_lexicon_may_start(x, w->hash)))
        return 0;
    return fm_lexicon_find(x, l->p + w->start, n, l->n - w->start);
}

static inline bool is_chained(const struct fm_line *l, const struct fm_word *w)
{
    return w->start == w[-1].end + 1 && (l->p[w->start - 1] == '-' || l->p[w->start - 1] == '.');
}

static inline bool is_name(const struct fm_maps *m, const struct fm_word *w)
{
    bool is_mixed = (w->cls & (W_LOWER | W_UPPER)) == (W_LOWER | W_UPPER);
    return is_mixed && m->upper[w->start >> 6] >> (w->start & 63) & 1;
}

/* What is known of all words is gathered in local variables: the compiler cannot keep fields in
 * registers here. */
void fm_lex(struct fm_line *l)
{
    struct fm_redact_scan *s = l->scan;
    uint32_t n = cut_words(s, fm_maps_fill(&s->maps, l->p, l->n)), n_plain = 0, n_names = 0,
             len = l->n;
    uint64_t kw_any = 0;
    uint16_t cls_any = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct fm_word *w = &s->words[i];
        w->cls = word_class(&s->maps, w->start, w->end);
        w->is_first = !(i && is_chained(l, w));
        w->hash = len - w->start >= 4 ? fm_rule_hash4(l->p + w->start) : 0;
        w->kw = look_up(l, w);
        kw_any |= w->kw;
        n_plain += w->cls == (W_LOWER | W_NONHEX);
        n_names += i && is_name(&s->maps, w);
        cls_any |= w->cls;
    }
    l->words = s->words;
    l->n_words = n;
    l->n_plain = n_plain;
    l->n_names = n_names;
    l->kw_any = kw_any;
    l->cls_any = cls_any;
}
