/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How unusual each row of a series is, against the series itself.
 *
 *   1. course: the daily or weekly profile, where the series is long enough and follows one;
 *   2. features of what is left: means over windows of several lengths, and the spread inside them;
 *   3. each feature in robust deviations, divided by what its largest deviation usually is in a
 * stretch of the series (the upper quartile of the maxima of equal blocks): a series with spikes
 * every day has to do more than spike.
 *
 * A value of 1 is what happens in any stretch; ANOMALY_AT is worth an alert.
 */
#ifndef FAULTMAVEN_CORE_METRICS_ANOMALY_H
#define FAULTMAVEN_CORE_METRICS_ANOMALY_H

#include "faultmaven/core/metrics.h"

#define ANOMALY_AT 1.9

/* Fills out[0..n-1] with ratios; 0 where nothing can be said. values may hold NAN. */
void anomaly_ratios(struct fm_arena *a, const fm_time *at, const double *values, size_t n,
                    double *out);

/* Takes the profile out of values: residuals to out. Returns the period in rows, 0 when there is
 * none. */
size_t anomaly_residuals(struct fm_arena *a, const fm_time *at, const double *values, size_t n,
                         double *out);

#endif
