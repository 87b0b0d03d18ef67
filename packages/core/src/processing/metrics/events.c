/* SPDX-License-Identifier: Apache-2.0 */
/* From ratios to events and alert scores. */
#include <math.h>

#include "processing/metrics/anomaly.h"

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

/* Runs above the mark; runs that a short calm separates are one. */
static void find_ranges(struct fm_arena *a, const double *ratio, size_t n, double mark, size_t calm, struct ranges *out)
{
    for (size_t i = 0; i < n; i++) {
        if (!(ratio[i] >= mark))
            continue;
        struct range *last = out->n ? &out->items[out->n - 1] : NULL;
        if (last && i - last->to <= calm) {
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

static double *ratios_of(struct fm_arena *a, const struct fm_metric_series *s)
{
    size_t n = s->rows->n;
    double *v = fm_arena_alloc(a, (n + 1) * sizeof *v), *ratio = fm_arena_alloc(a, (n + 1) * sizeof *ratio);
    fm_series_rate(s, v);
    anomaly_ratios(a, s->rows->at, v, n, ratio);
    return ratio;
}

void fm_series_scores(struct fm_arena *a, const struct fm_metric_series *s, double *out)
{
    size_t n = s->rows->n;
    double *ratio = ratios_of(a, s);
    struct ranges r = {0};
    find_ranges(a, ratio, n, 0.6 * ANOMALY_AT, calm_of(n), &r);
    for (size_t i = 0; i < n; i++)
        out[i] = 0.4 * score_of(ratio[i]);
    fm_vec_each (&r, it)
        out[it->from] = score_of(it->ratio);
}

void fm_series_events(struct fm_arena *a, const struct fm_metric_series *s, struct fm_metric_events *out)
{
    struct ranges r = {0};
    find_ranges(a, ratios_of(a, s), s->rows->n, 0.6 * ANOMALY_AT, calm_of(s->rows->n), &r);
    fm_vec_each (&r, it) {
        double score = score_of(it->ratio);
        if (score >= 0.5)
            fm_vec_push(a, out, ((struct fm_metric_event){s->rows->at[it->from], s->rows->at[it->to], score, s}));
    }
}

void fm_group_events(struct fm_arena *a, const struct fm_metric_series *const *group, size_t n, struct fm_metric_events *out)
{
    size_t rows = n ? group[0]->rows->n : 0;
    double *sum = FM_NEW_ARRAY(a, double, rows + 1);
    struct ranges r = {0};
    for (size_t k = 0; k < n; k++) {
        double *ratio = ratios_of(a, group[k]);
        for (size_t i = 0; i < rows; i++)
            sum[i] += ratio[i] > 1 ? fmin(ratio[i] - 1, 3) : 0;
    }
    find_ranges(a, sum, rows, 0.1 * (double)n, 10, &r);
    fm_vec_each (&r, it)
        fm_vec_push(a, out, ((struct fm_metric_event){group[0]->rows->at[it->from], group[0]->rows->at[it->to], 0.7, NULL}));
}
