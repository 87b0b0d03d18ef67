/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time as a number, and the clock as an interface.
 *
 * fm_time is nanoseconds since 1970-01-01T00:00:00Z (UTC, leap seconds not counted); it covers the
 * years 1678 to 2261. Code of `models` and `core` takes time only from the clock that it is handed.
 */
#ifndef FAULTMAVEN_BASE_CLOCK_H
#define FAULTMAVEN_BASE_CLOCK_H

#include <stdint.h>

typedef int64_t fm_time;

#define FM_TIME_NONE INT64_MIN
#define FM_US 1000LL
#define FM_MS 1000000LL
#define FM_SEC 1000000000LL
#define FM_MINUTE (60 * FM_SEC)
#define FM_HOUR (3600 * FM_SEC)
#define FM_DAY (86400 * FM_SEC)

struct fm_clock {
    const struct fm_clock_ops *ops;
};

struct fm_clock_ops {
    /* Wall clock. Any thread. */
    fm_time (*now)(const struct fm_clock *c);
    /* Never runs backwards; only differences mean something. Any thread. */
    fm_time (*monotonic)(const struct fm_clock *c);
};

/* The machine's clock; a static object. */
extern const struct fm_clock fm_clock_system;

/* A clock that stands still until told otherwise; for tests and replay. */
struct fm_clock_manual {
    struct fm_clock base;
    fm_time at;
};
void fm_clock_manual_init(struct fm_clock_manual *c, fm_time at);

static inline fm_time fm_now(const struct fm_clock *c)
{
    return c->ops->now(c);
}

static inline fm_time fm_monotonic(const struct fm_clock *c)
{
    return c->ops->monotonic(c);
}

#endif
