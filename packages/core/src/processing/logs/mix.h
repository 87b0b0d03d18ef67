/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An incremental 64-bit hash for the scanner: multiply-and-fold over 16 bytes at a time (the
 * construction of wyhash). Not stable across versions, never stored. The same bytes cut into other
 * runs hash to another value: a run ends only at a value, so equal masked texts are cut equally.
 */
#ifndef FAULTMAVEN_CORE_LOGS_MIX_H
#define FAULTMAVEN_CORE_LOGS_MIX_H

#include <stdint.h>
#include <string.h>

#define FM_MIX_SEED 0x9E3779B97F4A7C15u
#define FM_MIX_K 0xD6E8FEB86659FD93u

static inline uint64_t fm_mix_fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 m = (unsigned __int128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t fm_mix(uint64_t h, uint64_t v)
{
    return fm_mix_fold(h ^ v, FM_MIX_K);
}

static inline uint64_t fm_mix_load8(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static inline uint64_t fm_mix_load4(const char *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

/* n in 0..8 bytes as a number. */
static inline uint64_t fm_mix_short(const char *p, size_t n)
{
    if (n >= 4)
        return fm_mix_load4(p) | fm_mix_load4(p + n - 4) << 32;
    if (n == 0)
        return 0;
    const unsigned char *u = (const unsigned char *)p;
    return (uint64_t)u[0] | (uint64_t)u[n / 2] << 8 | (uint64_t)u[n - 1] << 16;
}

static inline uint64_t fm_mix_bytes(uint64_t h, const char *p, size_t n)
{
    h ^= n * 0xA0761D6478BD642Fu;
    for (; n > 16; n -= 16, p += 16)
        h = fm_mix_fold(fm_mix_load8(p) ^ h, fm_mix_load8(p + 8) ^ FM_MIX_K);
    if (n > 8)
        return fm_mix_fold(fm_mix_load8(p) ^ h, fm_mix_load8(p + n - 8) ^ FM_MIX_K);
    return fm_mix_fold(fm_mix_short(p, n) ^ h, FM_MIX_K);
}

static inline uint64_t fm_mix_end(uint64_t h)
{
    return fm_mix_fold(h ^ 0xE7037ED1A0B428DBu, FM_MIX_K);
}

#endif
