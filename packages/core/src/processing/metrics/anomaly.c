/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/anomaly.h"

#include <math.h>

#include "processing/metrics/robust.h"

#define BLOCKS_MAX 96

/* Quantile q of the maxima of n_blocks equal stretches. */
static double usual_maximum(const double *z, size_t n, size_t n_blocks, double q)
{
    double maxima[BLOCKS_MAX];
    size_t block = n / n_blocks + 1, blocks = 0;
    for (size_t from = 0; from < n; from += block) {
        double max = 0;
        for (size_t i = from; i < n && i < from + block; i++)
            max = z[i] > max ? z[i] : max;
        maxima[blocks++] = max;
    }
    return robust_quantile(maxima, blocks, q);
}

/* Deviation in robust units, then in units of what its maximum usually is: short stretches and long
 * ones each have their say, so that neither one long event nor many short ones become usual. */
static void rate_feature(double *f, size_t n, double floor, double *out)
{
    struct robust r = robust_of(f, n);
    double spread = r.mad > floor ? r.mad : floor;
    if (isnan(r.median) || !(spread > 0))
        return;
    for (size_t i = 0; i < n; i++)
        f[i] = fabs(f[i] - r.median) / spread;
    double few = usual_maximum(f, n, 24, 0.75), some = usual_maximum(f, n, 48, 0.83),
           many = usual_maximum(f, n, BLOCKS_MAX, 0.9);
    double usual = fmax(cbrt(few * some * many), 3);
    for (size_t i = 0; i < n; i++)
        if (f[i] / usual > out[i])
            out[i] = f[i] / usual;
}

/* Mean of the last `length` values at each row. */
static void window_means(const double *sums, const double *counts, size_t n, size_t length,
                         double *out)
{
    for (size_t i = 0; i < n; i++) {
        size_t from = i + 1 > length ? i + 1 - length : 0;
        double k = counts[i + 1] - counts[from];
        out[i] = k > 0 && i + 1 >= length ? (sums[i + 1] - sums[from]) / k : NAN;
    }
}

static void prefix_sums(const double *v, size_t n, double *sums, double *counts)
{
    sums[0] = counts[0] = 0;
    for (size_t i = 0; i < n; i++) {
        sums[i + 1] = sums[i] + (isnan(v[i]) ? 0 : v[i]);
        counts[i + 1] = counts[i] + !isnan(v[i]);
    }
}

struct workspace {
    double *residual, *sums, *counts, *feature, *other;
};

static struct workspace workspace_new(struct fm_arena *a, size_t n)
{
    size_t bytes = (n + 1) * sizeof(double);
    return (struct workspace){fm_arena_alloc(a, bytes), fm_arena_alloc(a, bytes),
                              fm_arena_alloc(a, bytes), fm_arena_alloc(a, bytes),
                              fm_arena_alloc(a, bytes)};
}

static void clear_missing(double *f, size_t n)
{
    double last = 0;
    for (size_t i = 0; i < n; i++) {
        f[i] = isnan(f[i]) ? last : f[i];
        last = f[i];
    }
}

static void rate_means(const struct workspace *w, size_t n, double floor, double *out)
{
    prefix_sums(w->residual, n, w->sums, w->counts);
    for (size_t length = 1; length <= 256 && length * 12 <= n; length *= 4) {
        window_means(w->sums, w->counts, n, length, w->feature);
        for (size_t i = 0; i + 1 < length; i++)
            w->feature[i] = w->feature[length - 1];
        clear_missing(w->feature, n);
        rate_feature(w->feature, n, floor, out);
    }
}

/* Spread: log of the mean absolute step over a window. */
static void rate_spreads(const struct workspace *w, size_t n, double floor, double *out)
{
    w->other[0] = 0;
    for (size_t i = 1; i < n; i++)
        w->other[i] = fabs(w->residual[i] - w->residual[i - 1]);
    prefix_sums(w->other, n, w->sums, w->counts);
    for (size_t length = 16; length <= 256 && length * 12 <= n; length *= 4) {
        window_means(w->sums, w->counts, n, length, w->feature);
        for (size_t i = 0; i < n; i++)
            w->feature[i] = log(w->feature[i < length ? length - 1 : i] + floor);
        clear_missing(w->feature, n);
        rate_feature(w->feature, n, 0.05, out);
    }
}

void anomaly_ratios(struct fm_arena *a, const fm_time *at, const double *values, size_t n,
                    double *out)
{
    memset(out, 0, n * sizeof *out);
    if (n < 24)
        return;
    struct workspace w = workspace_new(a, n);
    anomaly_residuals(a, at, values, n, w.residual);
    struct robust level = robust_of(values, n), left = robust_of(w.residual, n);
    double floor = 0.01 * fabs(level.median) + 1e-9;
    if (left.mad > 0)
        floor = 0.02 * left.mad + 1e-12;
    rate_means(&w, n, floor, out);
    rate_spreads(&w, n, floor + 1e-12, out);
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            out[i] = 0;
}
