/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one series changed in an incident: what it was, what it became, when, and how near it came to
 * a limit.
 *
 * The reference is the quiet period; without one what lies before the time that the user named;
 * without that what lies before the best single split of the series. A change has to be large
 * against the spread of the reference, and lasting.
 */
#ifndef FAULTMAVEN_CORE_METRICS_CHANGE_H
#define FAULTMAVEN_CORE_METRICS_CHANGE_H

#include "faultmaven/core/metrics.h"

struct metric_change {
    const struct fm_metric_series *series;
    const double *values; /* rates for a counter; rows->n of them */
    struct fm_metric_summary before, after;
    size_t onset; /* first row of the changed part */
    size_t peak;  /* row of the extreme in the direction of the change */
    double
        z; /* (after median − before median) in spreads of the reference; sign is the direction */
    double ratio;  /* after median ÷ before median; INFINITY from 0 */
    double rising; /* −1…1: how steadily the changed part goes up (1) or down (−1) */
    double growth; /* last ÷ first of the smoothed whole */
    double limit;  /* in the unit of the series; NAN when unknown */
    const struct fm_metric_series *limit_series; /* NULL: 100 % */
    double share;                                /* upper quartile afterwards ÷ limit; NAN */
    double share_before;
    bool is_lasting; /* at least 60 % of the changed part lies outside the reference */
};

/* False: too few values to say anything. */
bool metric_change_find(struct fm_incident *in, const struct fm_metric_series *s,
                        struct metric_change *out);

/* Is it a change at all: lasting, far outside, and more than a few per cent. */
bool metric_change_is_shift(const struct metric_change *c);

/* How telling a shift is, 0.45..0.95: by its size in spreads of the reference and as a factor. */
double metric_change_score(const struct metric_change *c);

#endif
