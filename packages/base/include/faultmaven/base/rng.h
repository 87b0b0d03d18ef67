/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers as an interface: the system's for ids and keys, a seeded generator where a run
 * must repeat (sampling, tests, replay).
 */
#ifndef FAULTMAVEN_BASE_RNG_H
#define FAULTMAVEN_BASE_RNG_H

#include "faultmaven/base/ctx.h"

struct fm_rng {
    const struct fm_rng_ops *ops;
};

struct fm_rng_ops {
    /* Fills p with n random bytes; cannot fail. Threads: see the implementation. */
    void (*fill)(struct fm_rng *r, void *p, size_t n);
};

/* getrandom(2): fit for keys and ids. A static object; any thread. */
extern struct fm_rng fm_rng_system;

/*
 * xoshiro256** 1.0 (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2018),
 * seeded by splitmix64. The same seed gives the same bytes on every machine. Not for secrets. One
 * thread.
 */
struct fm_rng_seeded {
    struct fm_rng base;
    uint64_t s[4];
};
void fm_rng_seed(struct fm_rng_seeded *r, uint64_t seed);

static inline void fm_rng_fill(struct fm_rng *r, void *p, size_t n)
{
    r->ops->fill(r, p, n);
}

uint64_t fm_rng_u64(struct fm_rng *r);

/* Uniform in 0..n-1 without bias (Lemire, "Fast Random Integer Generation in an Interval", 2019); n
 * > 0. */
uint64_t fm_rng_below(struct fm_rng *r, uint64_t n);

/* Uniform in [0, 1), 53 bits. */
double fm_rng_unit(struct fm_rng *r);

#endif
