/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms over time whose width doubles when they are full. See struct fm_logs_rate. */
#ifndef FAULTMAVEN_CORE_LOGS_RATE_H
#define FAULTMAVEN_CORE_LOGS_RATE_H

#include "faultmaven/core/logs.h"

void fm_logs_rate_init(struct fm_logs_rate *r);
void fm_logs_rate_grow(struct fm_logs_rate *r, fm_time t); /* makes room for t */
void fm_logs_rate_merge(struct fm_logs_rate *into, const struct fm_logs_rate *from);

static inline void fm_logs_rate_add(struct fm_logs_rate *r, fm_time t)
{
    int64_t b = t >> r->shift;
    if (b < r->low || b > r->high) {
        fm_logs_rate_grow(r, t);
        b = t >> r->shift;
    }
    r->n[b & (FM_LOGS_BUCKETS - 1)]++;
}

/* When a bucket begins, in whole milliseconds: its width, a power of two, is no moment of the log.
 */
static inline fm_time fm_logs_bucket_time(int64_t bucket, unsigned shift)
{
    fm_time t = (fm_time)((uint64_t)bucket << shift), rest = t % FM_MS;
    return t - (rest < 0 ? rest + FM_MS : rest);
}

void fm_logs_series_init(struct fm_logs_series *s);
void fm_logs_series_add(struct fm_logs_series *s, double v, fm_time t,
                        const struct fm_logs_place *at);
/* `from` lies behind `into` in the input. */
void fm_logs_series_merge(struct fm_logs_series *into, const struct fm_logs_series *from);

#endif
