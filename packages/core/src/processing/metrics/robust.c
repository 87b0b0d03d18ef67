/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/robust.h"

#include <math.h>

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

static double median_of_three(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* Puts the k-th smallest at v[k], smaller ones before it (Hoare's selection). */
static double select_kth(double *v, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        double pivot = median_of_three(v[lo], v[lo + (hi - lo) / 2], v[hi]);
        size_t i = lo, j = hi;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(&v[i++], &v[j--]);
        }
        if (k <= j)
            hi = j;
        else
            lo = j + 1;
    }
    return v[k];
}

static size_t sample(const double *v, size_t n, double *out)
{
    size_t step = n / ROBUST_SAMPLE + 1, k = 0;
    for (size_t i = 0; i < n && k < ROBUST_SAMPLE; i += step)
        if (!isnan(v[i]))
            out[k++] = v[i];
    return k;
}

/* Between the two closest ranks; v is reordered. */
static double at(double *v, size_t n, double q)
{
    double x = q * (double)(n - 1);
    size_t i = (size_t)x;
    double low = select_kth(v, n, i), next = INFINITY;
    for (size_t k = i + 1; k < n; k++)
        next = v[k] < next ? v[k] : next;
    return i + 1 < n ? low + (x - (double)i) * (next - low) : low;
}

struct robust robust_of(const double *v, size_t n)
{
    double s[ROBUST_SAMPLE];
    size_t k = sample(v, n, s);
    if (k == 0)
        return (struct robust){NAN, NAN};
    struct robust r = {.median = at(s, k, 0.5)};
    for (size_t i = 0; i < k; i++)
        s[i] = fabs(s[i] - r.median);
    r.mad = 1.4826 * at(s, k, 0.5);
    return r;
}

double robust_quantile(const double *v, size_t n, double q)
{
    double s[ROBUST_SAMPLE];
    size_t k = sample(v, n, s);
    return k ? at(s, k, q) : NAN;
}
