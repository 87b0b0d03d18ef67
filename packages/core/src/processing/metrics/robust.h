/* SPDX-License-Identifier: Apache-2.0 */
/* Order statistics of long arrays from an even sample: exact up to ROBUST_SAMPLE values, close
 * beyond. */
#ifndef FAULTMAVEN_CORE_METRICS_ROBUST_H
#define FAULTMAVEN_CORE_METRICS_ROBUST_H

#include "faultmaven/base/arena.h"

#define ROBUST_SAMPLE 4096

struct robust {
    double median, mad; /* mad = 1.4826 · median |x − median| */
};

struct robust robust_of(const double *v, size_t n);

/* Quantile of v, q in 0..1; NAN for n = 0. NANs in v are left out. */
double robust_quantile(const double *v, size_t n, double q);

#endif
