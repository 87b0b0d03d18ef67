/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/mask.h"

#include <stdbool.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bits of a block of 64 bytes. */
struct block {
    uint64_t digit, letter; /* 0-9; a-f in both cases */
    uint64_t x, dash;
};

#ifdef __SSE2__
static inline __m128i in_range(__m128i v, char lo, char span)
{
    __m128i off = _mm_sub_epi8(v, _mm_set1_epi8(lo));
    return _mm_cmpeq_epi8(_mm_min_epu8(off, _mm_set1_epi8(span)), off);
}

static inline uint64_t bits(__m128i v, unsigned at)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(v) << at;
}

static inline void mask16(const char *p, char *out, unsigned at, struct block *b)
{
    __m128i v;
    memcpy(&v, p + at, sizeof v);
    __m128i digit = in_range(v, '0', 9), folded = _mm_or_si128(v, _mm_set1_epi8(0x20));
    __m128i masked =
        _mm_or_si128(_mm_andnot_si128(digit, v), _mm_and_si128(digit, _mm_set1_epi8('1')));
    memcpy(out + at, &masked, sizeof masked);
    b->digit |= bits(digit, at);
    b->letter |= bits(in_range(folded, 'a', 5), at);
    b->x |= bits(_mm_cmpeq_epi8(folded, _mm_set1_epi8('x')), at);
    b->dash |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('-')), at);
}

static inline struct block mask_block(const char *p, char *out)
{
    struct block b = {0, 0, 0, 0};
    for (unsigned at = 0; at < 64; at += 16)
        mask16(p, out, at, &b);
    return b;
}
#else
static inline struct block mask_block(const char *p, char *out)
{
    struct block b = {0, 0, 0, 0};
    for (unsigned i = 0; i < 64; i++) {
        unsigned char c = (unsigned char)p[i], folded = c | 0x20;
        b.digit |= (uint64_t)fm_is_digit(c) << i;
        b.letter |= (uint64_t)(folded >= 'a' && folded <= 'f') << i;
        b.x |= (uint64_t)(folded == 'x') << i;
        b.dash |= (uint64_t)(c == '-') << i;
        out[i] = fm_mask_byte(p[i]);
    }
    return b;
}
#endif

/* Bits i to i + 63; the map has a block more than the line. */
static inline uint64_t window(const uint64_t *map, uint32_t i)
{
    uint32_t k = i >> 6, o = i & 63;
    return o ? map[k] >> o | map[k + 1] << (64 - o) : map[k];
}

/* End of the run of set bits at i. */
static inline uint32_t run_end(const uint64_t *map, uint32_t i, uint32_t n)
{
    for (uint64_t w; i < n; i += 64)
        if ((w = ~window(map, i)) != 0) {
            i += (uint32_t)__builtin_ctzll(w);
            break;
        }
    return i < n ? i : n;
}

/* Start of the run of set bits before i. */
static inline uint32_t run_start(const uint64_t *map, uint32_t i)
{
    while (i && map[(i - 1) >> 6] >> ((i - 1) & 63) & 1)
        i--;
    return i;
}

enum { HAS_DIGIT = 1, HAS_LOWER = 2, HAS_UPPER = 4 };

static unsigned kinds(const char *p, uint32_t s, uint32_t e)
{
    unsigned seen = 0;
    for (uint32_t i = s; i < e; i++)
        seen |= p[i] < 'A' ? HAS_DIGIT : p[i] & 0x20 ? HAS_LOWER : HAS_UPPER;
    return seen;
}

static void draw_uniform(char *out, uint32_t n, char letter)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = i & 1 ? letter : '1';
}

/* Short ones keep the kind of the first and of the last byte. */
static void draw_short(const char *p, char *out, uint32_t n, char letter)
{
    bool starts_digit = fm_is_digit((unsigned char)p[0]);
    char last = fm_is_digit((unsigned char)p[n - 1]) ? '1' : letter;
    for (uint32_t i = 0; i < n; i++)
        out[i] = (i & 1) == starts_digit ? letter : '1';
    out[n - 1] = last;
}

static bool is_free(const char *p, uint32_t n, uint32_t s, uint32_t e)
{
    return (!s || !fm_is_word((unsigned char)p[s - 1])) &&
           (e == n || !fm_is_word((unsigned char)p[e]));
}

/* "0x" stands before s. */
static void mask_0x(const char *p, uint32_t n, uint32_t s, const struct fm_mask *m)
{
    uint32_t e = run_end(m->hex, s, n);
    unsigned seen = e > s ? kinds(p, s, e) & (HAS_LOWER | HAS_UPPER) : 0;
    if (!is_free(p, n, s - 2, e) || e == s)
        return;
    m->text[s - 2] = '0';
    if (seen != (HAS_LOWER | HAS_UPPER))
        draw_uniform(m->text + s, e - s, seen == HAS_UPPER ? 'A' : 'a');
}

/* The run of digits of base 16 around i; returns its end. */
static uint32_t mask_run(const char *p, uint32_t n, uint32_t i, const struct fm_mask *m)
{
    uint32_t s = run_start(m->hex, i), e = run_end(m->hex, i, n);
    unsigned seen = kinds(p, s, e), letters = seen & (HAS_LOWER | HAS_UPPER);
    if (letters == (HAS_LOWER | HAS_UPPER) || !is_free(p, n, s, e))
        return e;
    char letter = letters == HAS_UPPER ? 'A' : 'a';
    if (e - s >= FM_MASK_UNIFORM)
        draw_uniform(m->text + s, e - s, letter);
    else
        draw_short(p + s, m->text + s, e - s, letter);
    return e;
}

static uint32_t mask_event(const char *p, uint32_t n, uint32_t i, const struct fm_mask *m)
{
    if ((p[i] | 0x20) != 'x')
        return mask_run(p, n, i, m);
    if (p[i - 1] == '0')
        mask_0x(p, n, i + 1, m);
    return i + 1;
}

static void mask_words(const struct fm_mask *m, const char *p, uint32_t n)
{
    uint32_t done = 0;
    for (uint32_t k = 0; k <= n / 64; k++)
        for (uint64_t e = m->events[k]; e;) {
            uint32_t i = 64 * k + (uint32_t)__builtin_ctzll(e);
            done = i >= done ? mask_event(p, n, i, m) : done;
            e = done >= 64 * k + 64 ? 0 : e & ~0ULL << (done & 63);
        }
}

/* Dashes as in a UUID, by the first of them. */
static uint64_t uuid_dashes(uint64_t dash, uint64_t next)
{
    uint64_t by5 = dash >> 5 | next << 59, by10 = dash >> 10 | next << 54,
             by15 = dash >> 15 | next << 49;
    return dash & by5 & by10 & by15;
}

/* RFC 9562: 8-4-4-4-12; the first "-" stands at i. */
static void mask_uuid(const struct fm_mask *m, const char *p, uint32_t n, uint32_t i)
{
    static const char drawn[] = "1a1a1a1a-1a1a-1a1a-1a1a-1a1a1a1a1a1a";
    const uint64_t dashes = 1ULL << 8 | 1ULL << 13 | 1ULL << 18 | 1ULL << 23;
    uint32_t s = i - 8, e = i + 28;
    if (i < 8 || e > n || ((window(m->hex, s) | dashes) & 0xfffffffffULL) != 0xfffffffffULL)
        return;
    if (is_free(p, n, s, e) && p[i] == '-')
        memcpy(m->text + s, drawn, 36);
}

static void mask_uuids(const struct fm_mask *m, const char *p, uint32_t n)
{
    for (uint32_t k = 0; k <= n / 64; k++)
        for (uint64_t e = uuid_dashes(m->dashes[k], m->dashes[k + 1]); e; e &= e - 1)
            mask_uuid(m, p, n, 64 * k + (uint32_t)__builtin_ctzll(e));
}

/* An event is a place where a digit and a letter of base 16 meet, in either order, or an x behind a
 * digit. */
void fm_mask_fill(struct fm_mask *m, const char *p, uint32_t n)
{
    uint64_t any = 0, any_dash = 0, digit_carry = 0, letter_carry = 0;
    uint32_t blocks = n / 64 + 1;
    for (uint32_t k = 0; k < blocks; k++) {
        char tail[64] = {0};
        const char *from = p + 64 * (size_t)k;
        if (n - 64 * k < 64) {
            memcpy(tail, from, n - 64 * k);
            from = tail;
        }
        struct block b = mask_block(from, m->text + 64 * (size_t)k);
        uint64_t behind_digit = b.digit << 1 | digit_carry;
        m->events[k] =
            ((b.letter | b.x) & behind_digit) | (b.digit & (b.letter << 1 | letter_carry));
        m->dashes[k] = b.dash;
        m->hex[k] = b.digit | b.letter;
        digit_carry = b.digit >> 63;
        letter_carry = b.letter >> 63;
        any |= m->events[k];
        any_dash |= b.dash;
    }
    m->hex[blocks] = m->dashes[blocks] = 0;
    if (any)
        mask_words(m, p, n);
    if (any && any_dash)
        mask_uuids(m, p, n);
}
