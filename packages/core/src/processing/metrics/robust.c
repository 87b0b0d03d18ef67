/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/robust.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static size_t sample(const double *v, size_t n, double *out)
{
    size_t step = n / ROBUST_SAMPLE + 1, k = 0;
    for (size_t i = 0; i < n && k < ROBUST_SAMPLE; i += step)
        if (!isnan(v[i]))
            out[k++] = v[i];
    return k;
}

static double at(const double *sorted, size_t n, double q)
{
    double x = q * (double)(n - 1);
    size_t i = (size_t)x;
    return i + 1 < n ? sorted[i] + (x - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

struct robust robust_of(const double *v, size_t n)
{
    double s[ROBUST_SAMPLE];
    size_t k = sample(v, n, s);
    if (k == 0)
        return (struct robust){NAN, NAN};
    qsort(s, k, sizeof *s, by_value);
    struct robust r = {.median = at(s, k, 0.5)};
    for (size_t i = 0; i < k; i++)
        s[i] = fabs(s[i] - r.median);
    qsort(s, k, sizeof *s, by_value);
    r.mad = 1.4826 * at(s, k, 0.5);
    return r;
}

double robust_quantile(const double *v, size_t n, double q)
{
    double s[ROBUST_SAMPLE];
    size_t k = sample(v, n, s);
    qsort(s, k, sizeof *s, by_value);
    return k ? at(s, k, q) : NAN;
}
