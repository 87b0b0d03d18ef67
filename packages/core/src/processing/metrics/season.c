/* SPDX-License-Identifier: Apache-2.0 */
/* The daily or weekly course of a series. */
#include <math.h>

#include "processing/metrics/anomaly.h"
#include "processing/metrics/robust.h"

#define PHASES_MAX 336 /* half hours of a week */
#define CYCLES_MIN 3

struct samples {
    const fm_time *at;
    const double *v;
    size_t n;
};

struct course {
    int64_t period;
    size_t phases;
    double profile[PHASES_MAX];
    double spread; /* of what is left when the profile is taken out */
};

static int64_t usual_step(const fm_time *at, size_t n)
{
    double gaps[512];
    size_t k = 0, stride = n / 512 + 1;
    for (size_t i = 1; i < n && k < 512; i += stride)
        gaps[k++] = (double)(at[i] - at[i - 1]);
    return k ? (int64_t)robust_quantile(gaps, k, 0.5) : 0;
}

static size_t phase_of(fm_time t, int64_t period, size_t phases)
{
    int64_t in = t % period;
    if (in < 0)
        in += period;
    return (size_t)((double)in / (double)period * (double)phases);
}

/* Median of each phase over all cycles; false when some phase has too few values. */
static bool find_profile(struct fm_arena *a, const struct samples *x, struct course *c)
{
    size_t *fill = FM_NEW_ARRAY(a, size_t, c->phases),
           *start = FM_NEW_ARRAY(a, size_t, c->phases + 1);
    double *sorted = fm_arena_alloc(a, (x->n + 1) * sizeof *sorted);
    for (size_t i = 0; i < x->n; i++)
        start[phase_of(x->at[i], c->period, c->phases) + 1] += !isnan(x->v[i]);
    for (size_t p = 0; p < c->phases; p++)
        start[p + 1] += start[p];
    for (size_t i = 0; i < x->n; i++) {
        size_t p = phase_of(x->at[i], c->period, c->phases);
        if (!isnan(x->v[i]))
            sorted[start[p] + fill[p]++] = x->v[i];
    }
    for (size_t p = 0; p < c->phases; p++) {
        if (fill[p] < CYCLES_MIN)
            return false;
        c->profile[p] = robust_quantile(sorted + start[p], fill[p], 0.5);
    }
    return true;
}

static void take_out(const struct samples *x, const struct course *c, double *out)
{
    for (size_t i = 0; i < x->n; i++)
        out[i] = x->v[i] - c->profile[phase_of(x->at[i], c->period, c->phases)];
}

/* Phases no finer than the rows, and few enough that each has values of every cycle. */
static size_t phases_of(int64_t period, int64_t step, size_t max)
{
    size_t rows = (size_t)(period / (step > 0 ? step : 1));
    return rows < max ? rows : max;
}

static bool try_course(struct fm_arena *a, const struct samples *x, struct course *c,
                       double *scratch)
{
    int64_t span = x->at[x->n - 1] - x->at[0], step = usual_step(x->at, x->n);
    c->phases = phases_of(c->period, step, c->period == FM_DAY ? 96 : PHASES_MAX);
    if (span < CYCLES_MIN * c->period || step <= 0 || c->phases < 12 || !find_profile(a, x, c))
        return false;
    take_out(x, c, scratch);
    c->spread = robust_of(scratch, x->n).mad;
    return true;
}

size_t anomaly_residuals(struct fm_arena *a, const fm_time *at, const double *v, size_t n,
                         double *out)
{
    struct course day = {.period = FM_DAY}, week = {.period = 7 * FM_DAY}, *best = NULL;
    struct samples x = {at, v, n};
    double plain = n ? robust_of(v, n).mad : NAN;
    memcpy(out, v, n * sizeof *out);
    if (n < 64 || at[0] == FM_TIME_NONE || at[n - 1] <= at[0])
        return 0;
    double *scratch = fm_arena_alloc(a, n * sizeof *scratch);
    if (try_course(a, &x, &day, scratch) && (day.spread < 0.8 * plain || !(plain > 0)))
        best = &day;
    if (try_course(a, &x, &week, scratch) && week.spread < 0.8 * (best ? best->spread : plain))
        best = &week;
    if (!best)
        return 0;
    take_out(&x, best, out);
    return (size_t)(best->period / usual_step(at, n));
}
