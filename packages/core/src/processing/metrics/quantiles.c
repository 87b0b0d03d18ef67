/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/quantiles.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define SMALL 24 /* sorted by insertion */

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

static void sort_small(double *v, size_t lo, size_t hi)
{
    for (size_t i = lo + 1; i < hi; i++) {
        double x = v[i];
        size_t k = i;
        for (; k > lo && v[k - 1] > x; k--)
            v[k] = v[k - 1];
        v[k] = x;
    }
}

static double middle(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

static double pivot_of(const double *v, size_t lo, size_t hi)
{
    size_t n = hi - lo, step = n / 8;
    const double *m = v + lo + n / 2;
    if (n < 200)
        return middle(v[lo], *m, v[hi - 1]);
    return middle(middle(v[lo], v[lo + step], v[lo + 2 * step]), middle(m[0], m[step / 2], m[step]),
                  middle(v[hi - 1], v[hi - 1 - step], v[hi - 1 - 2 * step]));
}

/* Hoare's partition of [lo, hi): [lo, result) is not above the pivot, the rest not below. */
static size_t partition(double *v, size_t lo, size_t hi)
{
    double p = pivot_of(v, lo, hi);
    size_t i = lo, j = hi - 1;
    for (;; i++, j--) {
        while (v[i] < p)
            i++;
        while (v[j] > p)
            j--;
        if (i >= j)
            return i == lo ? lo + 1 : i;
        swap(&v[i], &v[j]);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

struct ranks {
    const size_t *items;
    size_t n;
};

/* Puts the wanted ranks of [lo, hi) in their places. Bad pivots end in a sort. */
static void place(double *v, size_t lo, size_t hi, struct ranks r, unsigned depth)
{
    while (r.n) {
        if (hi - lo <= SMALL) {
            sort_small(v, lo, hi);
            return;
        }
        if (depth-- == 0) {
            qsort(v + lo, hi - lo, sizeof *v, by_value);
            return;
        }
        size_t cut = partition(v, lo, hi), below = 0;
        while (below < r.n && r.items[below] < cut)
            below++;
        place(v, lo, cut, (struct ranks){r.items, below}, depth);
        r.items += below;
        r.n -= below;
        lo = cut;
    }
}

void metric_quantiles(double *v, size_t n, const double *q, size_t n_q, double *out)
{
    size_t ranks[2 * QUANTILES_MAX], k = 0;
    for (size_t i = 0; i < n_q; i++) {
        size_t low = (size_t)(q[i] * (double)(n - 1));
        if (k == 0 || ranks[k - 1] < low)
            ranks[k++] = low;
        if (low + 1 < n && ranks[k - 1] < low + 1)
            ranks[k++] = low + 1;
    }
    place(v, 0, n, (struct ranks){ranks, k}, 40);
    for (size_t i = 0; i < n_q; i++) {
        double at = q[i] * (double)(n - 1);
        size_t low = (size_t)at;
        out[i] = low + 1 < n ? v[low] + (at - (double)low) * (v[low + 1] - v[low]) : v[n - 1];
    }
}
