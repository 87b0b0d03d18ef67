/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/clock.h"

#include <time.h>

static fm_time read_clock(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (fm_time)ts.tv_sec * FM_SEC + ts.tv_nsec;
}

static fm_time system_now(const struct fm_clock *c)
{
    (void)c;
    return read_clock(CLOCK_REALTIME);
}

static fm_time system_monotonic(const struct fm_clock *c)
{
    (void)c;
    return read_clock(CLOCK_MONOTONIC);
}

static const struct fm_clock_ops system_ops = {
    .now = system_now,
    .monotonic = system_monotonic,
};

const struct fm_clock fm_clock_system = {&system_ops};

static fm_time manual_read(const struct fm_clock *c)
{
    return ((const struct fm_clock_manual *)c)->at;
}

static const struct fm_clock_ops manual_ops = {
    .now = manual_read,
    .monotonic = manual_read,
};

void fm_clock_manual_init(struct fm_clock_manual *c, fm_time at)
{
    c->base.ops = &manual_ops;
    c->at = at;
}
