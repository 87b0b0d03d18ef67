/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a line by class, 64 at a time, as bit maps: 16 bytes an instruction where there is SSE2
 * (every x86-64 processor), byte by byte elsewhere.
 */
#ifndef FAULTMAVEN_SECURITY_SCAN_CLASSIFY_H
#define FAULTMAVEN_SECURITY_SCAN_CLASSIFY_H

#include <string.h>

#include "scan/chars.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct fm_masks {
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

static inline void classify16(const char *p, unsigned at, struct fm_masks *m)
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
static inline void fm_classify(const char *p, size_t n, struct fm_masks *m)
{
    for (unsigned at = 0; at < n; at += 16)
        classify16(p + at, at, m);
}
#else
static inline void fm_classify(const char *p, size_t n, struct fm_masks *m)
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

#endif
