/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/state.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct masks {
    uint64_t word, digit, lower, upper, nonhex, high, slash;
};

#ifdef __SSE2__
/* Bytes v with lo <= v <= lo + span, as 0xff each. */
static inline __m128i in_range(__m128i v, char lo, char span)
{
    __m128i off = _mm_sub_epi8(v, _mm_set1_epi8(lo));
    return _mm_cmpeq_epi8(_mm_min_epu8(off, _mm_set1_epi8(span)), off);
}

static inline uint64_t bits(__m128i v, unsigned at)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(v) << at;
}

static inline void classify16(const char *p, unsigned at, struct masks *m)
{
    __m128i v;
    memcpy(&v, p, sizeof v);
    __m128i lower = in_range(v, 'a', 25), upper = in_range(v, 'A', 25), digit = in_range(v, '0', 9);
    __m128i folded = _mm_or_si128(v, _mm_set1_epi8(0x20));
    __m128i under = _mm_cmpeq_epi8(v, _mm_set1_epi8('_'));
    __m128i word = _mm_or_si128(_mm_or_si128(lower, upper), _mm_or_si128(digit, under));
    m->word |= bits(_mm_or_si128(word, v), at); /* the top bit of a high byte counts */
    m->digit |= bits(digit, at);
    m->lower |= bits(lower, at);
    m->upper |= bits(upper, at);
    m->nonhex |= bits(_mm_or_si128(in_range(folded, 'g', 19), under), at);
    m->high |= bits(v, at);
    m->slash |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('/')), at);
}

/* The first n bytes of 64 readable ones; what is behind them is zero. */
static inline void classify(const char *p, size_t n, struct masks *m)
{
    for (unsigned at = 0; at < n; at += 16)
        classify16(p + at, at, m);
}
#else
static inline void classify(const char *p, size_t n, struct masks *m)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        uint16_t k = fm_char_class[c];
        m->word |= (uint64_t)((k & C_WORD) != 0) << i;
        m->digit |= (uint64_t)((k & C_DIGIT) != 0) << i;
        m->lower |= (uint64_t)((k & C_LOWER) != 0) << i;
        m->upper |= (uint64_t)((k & C_UPPER) != 0) << i;
        m->nonhex |= (uint64_t)((k & C_WORD) && !(k & C_HEX) && c < 0x80) << i;
        m->high |= (uint64_t)(c >> 7) << i;
        m->slash |= (uint64_t)(c == '/') << i;
    }
}
#endif

static size_t fill_maps(const struct fm_line *l)
{
    struct fm_maps *maps = &l->scan->maps;
    size_t n = l->n / 64 + 1;
    for (size_t k = 0; k < n; k++) {
        struct masks m = {0};
        if (64 * k + 64 <= l->n) {
            classify(l->p + 64 * k, 64, &m);
        } else {
            char tail[64] = {0};
            size_t rest = l->n - 64 * k;
            memcpy(tail, l->p + 64 * k, rest);
            classify(tail, rest, &m);
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

static bool any(const uint64_t *map, uint32_t s, uint32_t e)
{
    uint32_t a = s >> 6, b = (e - 1) >> 6;
    if (map[a] & ~0ULL << (s & 63))
        return true;
    for (uint32_t k = a + 1; k < b; k++)
        if (map[k])
            return true;
    return (map[b] & ~0ULL >> (63 - ((e - 1) & 63))) != 0;
}

static uint16_t long_class(const struct fm_maps *m, uint32_t s, uint32_t e)
{
    unsigned cls = any(m->lower, s, e) ? W_LOWER : 0;
    cls |= any(m->digit, s, e) ? W_DIGIT : 0;
    cls |= any(m->upper, s, e) ? W_UPPER : 0;
    cls |= any(m->nonhex, s, e) ? W_NONHEX : 0;
    cls |= any(m->high, s, e) ? W_HIGH : 0;
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
    uint32_t n = cut_words(s, fill_maps(l)), n_plain = 0, n_names = 0, len = l->n;
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
