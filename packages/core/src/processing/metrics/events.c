/* SPDX-License-Identifier: Apache-2.0 */
/* From ratios to events and alert scores. */
#include <math.h>

#include "processing/metrics/anomaly.h"

#define EVENT_EDGE 0.6 /* an event lasts while the ratio is above this part of ANOMALY_AT */
#define TOGETHER_AT                                                                                \
    0.3 /* mean excess over all series of a group that makes an event of the group */

/* 0.5 at ANOMALY_AT, 0.9 at about twice that. */
static double score_of(double ratio)
{
    return ratio > 0 ? 1 / (1 + pow(ANOMALY_AT / ratio, 3)) : 0;
}

struct range {
    size_t from, to; /* rows, both included */
    double ratio;
};
struct ranges FM_VEC_OF(struct range);

struct track {
    const double *ratio;
    size_t n;
    double mark; /* an event begins above it */
    size_t calm; /* rows below it that do not end an event */
};

/* Runs above the mark; runs that a short calm separates are one. */
static void find_ranges(struct fm_arena *a, const struct track *t, struct ranges *out)
{
    const double *ratio = t->ratio;
    for (size_t i = 0; i < t->n; i++) {
        if (!(ratio[i] >= t->mark))
            continue;
        struct range *last = out->n ? &out->items[out->n - 1] : NULL;
        if (last && i - last->to <= t->calm) {
            last->to = i;
            last->ratio = ratio[i] > last->ratio ? ratio[i] : last->ratio;
        } else {
            fm_vec_push(a, out, ((struct range){i, i, ratio[i]}));
        }
    }
}

static size_t calm_of(size_t n)
{
    return n / 40 > 3 ? n / 40 : 3;
}

/* Work memory goes with the series; what is kept is on `a`. */
static void ratios_of(struct fm_arena *work, const struct fm_metric_series *s, double *ratio)
{
    size_t n = s->rows->n;
    double *v = fm_arena_alloc(work, (n + 1) * sizeof *v);
    fm_series_rate(s, v);
    anomaly_ratios(work, s->rows->at, v, n, ratio);
    fm_arena_clear(work);
}

void fm_series_scores(struct fm_arena *a, const struct fm_metric_series *s, double *out)
{
    struct fm_arena work;
    struct ranges r = {0};
    size_t n = s->rows->n;
    double *ratio = fm_arena_alloc(a, (n + 1) * sizeof *ratio);
    fm_arena_init(&work);
    ratios_of(&work, s, ratio);
    find_ranges(&work, &(struct track){ratio, n, EVENT_EDGE * ANOMALY_AT, calm_of(n)}, &r);
    for (size_t i = 0; i < n; i++)
        out[i] = 0.4 * score_of(ratio[i]);
    fm_vec_each (&r, it)
        out[it->from] = score_of(it->ratio);
    fm_arena_release(&work);
}

static void add_events(struct fm_arena *a, const struct fm_metric_rows *rows,
                       const struct ranges *r, const struct fm_metric_series *s,
                       struct fm_metric_events *out)
{
    fm_vec_each (r, it)
        if (score_of(it->ratio) >= 0.5)
            fm_vec_push(a, out,
                        ((struct fm_metric_event){rows->at[it->from], rows->at[it->to],
                                                  score_of(it->ratio), s}));
}

/* The excess of one series over the usual, no more than three times the usual: one series alone
 * does not make an event of many. */
static void add_excess(const double *ratio, size_t n, double *sum)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += ratio[i] > 1 ? fmin(ratio[i] - 1, 3) : 0;
}

void fm_group_events(struct fm_arena *a, const struct fm_metric_series *const *group, size_t n,
                     struct fm_metric_events *out)
{
    struct fm_arena work;
    const struct fm_metric_rows *rows = group[0]->rows;
    double *ratio = fm_arena_alloc(a, (rows->n + 1) * sizeof *ratio),
           *sum = FM_NEW_ARRAY(a, double, rows->n + 1);
    fm_arena_init(&work);
    for (size_t k = 0; k < n; k++) {
        struct ranges own = {0};
        ratios_of(&work, group[k], ratio);
        find_ranges(&work,
                    &(struct track){ratio, rows->n, EVENT_EDGE * ANOMALY_AT, calm_of(rows->n)},
                    &own);
        add_events(a, rows, &own, group[k], out);
        add_excess(ratio, rows->n, sum);
        fm_arena_clear(&work);
    }
    struct ranges r = {0};
    for (size_t i = 0; n > 1 && i < rows->n; i++)
        sum[i] *= ANOMALY_AT / (TOGETHER_AT * (double)n);
    if (n > 1)
        find_ranges(&work, &(struct track){sum, rows->n, ANOMALY_AT, 10}, &r);
    add_events(a, rows, &r, NULL, out);
    fm_arena_release(&work);
}
