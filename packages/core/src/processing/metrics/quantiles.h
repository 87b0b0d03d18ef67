/* SPDX-License-Identifier: Apache-2.0 */
/* Several order statistics of one array at once, in linear time on average: each part of the array
 * is divided only while a wanted rank lies in it. */
#ifndef FAULTMAVEN_CORE_METRICS_QUANTILES_H
#define FAULTMAVEN_CORE_METRICS_QUANTILES_H

#include <stddef.h>

#define QUANTILES_MAX 8

/* q ascending in 0..1, at most QUANTILES_MAX; out[i] by linear interpolation between the closest
 * ranks. v has n > 0 numbers, no NAN, and is reordered. */
void metric_quantiles(double *v, size_t n, const double *q, size_t n_q, double *out);

#endif
