/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/rng.h"

#include <errno.h>
#include <sys/random.h>

static void system_fill(struct fm_rng *r, void *p, size_t n)
{
    (void)r;
    for (size_t done = 0; done < n;) {
        ssize_t got = getrandom((char *)p + done, n - done, 0);
        if (got < 0 && errno != EINTR)
            FM_BUG("getrandom: %s", strerror(errno));
        done += got > 0 ? (size_t)got : 0;
    }
}

static const struct fm_rng_ops system_ops = {.fill = system_fill};

struct fm_rng fm_rng_system = {&system_ops};

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t next(uint64_t s[4])
{
    uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

/* Little-endian bytes of successive numbers; a rest of the last number is dropped. */
static void seeded_fill(struct fm_rng *r, void *p, size_t n)
{
    struct fm_rng_seeded *x = (struct fm_rng_seeded *)r;
    unsigned char *out = p;
    for (size_t i = 0; i < n;) {
        uint64_t v = next(x->s);
        for (int k = 0; k < 8 && i < n; k++, v >>= 8)
            out[i++] = (unsigned char)v;
    }
}

static const struct fm_rng_ops seeded_ops = {.fill = seeded_fill};

static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = *x += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void fm_rng_seed(struct fm_rng_seeded *r, uint64_t seed)
{
    r->base.ops = &seeded_ops;
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix64(&seed);
}

uint64_t fm_rng_u64(struct fm_rng *r)
{
    unsigned char b[8];
    uint64_t v = 0;
    fm_rng_fill(r, b, sizeof b);
    for (int i = 7; i >= 0; i--)
        v = v << 8 | b[i];
    return v;
}

__extension__ typedef unsigned __int128 u128;

uint64_t fm_rng_below(struct fm_rng *r, uint64_t n)
{
    if (n == 0)
        FM_BUG("random number below 0");
    u128 product = (u128)fm_rng_u64(r) * n;
    if ((uint64_t)product < n) {
        uint64_t threshold = -n % n;
        while ((uint64_t)product < threshold)
            product = (u128)fm_rng_u64(r) * n;
    }
    return (uint64_t)(product >> 64);
}

double fm_rng_unit(struct fm_rng *r)
{
    return (double)(fm_rng_u64(r) >> 11) * 0x1.0p-53;
}
