/* SPDX-License-Identifier: Apache-2.0 */
/* The gap from metrics: latency of an edge as the caller sees it, less as the callee sees it. */
#include <math.h>

#include "diagnosis/services/model.h"
#include "processing/words.h"

/* Reporter of an edge series: 'c' caller, 's' callee, 0 unknown. Istio calls them source and
 * destination. */
static char side_of(const struct fm_metric_series *s)
{
    static const char *const callers[] = {"source",   "client",   "caller",
                                          "outbound", "upstream", NULL};
    static const char *const callees[] = {"destination", "server",     "callee",
                                          "inbound",     "downstream", NULL};
    struct fm_words w;
    fm_str reporter = fm_series_label(s, "reporter");
    fm_words_split(reporter.len ? reporter : s->name, &w);
    return (char)(fm_words_has_any(&w, callers) ? 'c' : fm_words_has_any(&w, callees) ? 's' : 0);
}

static bool is_latency(const struct fm_metric_series *s)
{
    return s->role == FM_ROLE_LATENCY || s->role == FM_ROLE_LATENCY_CLIENT ||
           (s->role == FM_ROLE_OTHER && s->statistic.len);
}

static const struct fm_metric_series *find_side(const struct fm_metric_set *set,
                                                const struct fm_metric_series *of, char side)
{
    fm_vec_each (&set->series, it) {
        const struct fm_metric_series *s = *it;
        if (s != of && s->entity == of->entity && s->peer == of->peer &&
            s->is_baseline == of->is_baseline && fm_str_eq(s->statistic, of->statistic) &&
            side_of(s) == side)
            return s;
    }
    return NULL;
}

/* caller − callee at rows within half a minute of each other, seconds. */
static size_t differences(const struct fm_metric_series *x, const struct fm_metric_series *y,
                          fm_time begin, fm_time end, double *out)
{
    size_t n = 0;
    if (x->rows->n && x->rows->at[0] == FM_TIME_NONE)
        return 0;
    for (size_t i = fm_series_at(x, begin); i < x->rows->n && x->rows->at[i] < end; i++) {
        size_t j = fm_series_at(y, x->rows->at[i] - 30 * FM_SEC);
        if (j < y->rows->n && y->rows->at[j] < x->rows->at[i] + 30 * FM_SEC &&
            !isnan(x->values[i]) && !isnan(y->values[j]))
            out[n++] = x->values[i] - y->values[j];
    }
    return n;
}

static bool judge(struct svc_model *m, const struct fm_metric_series *caller, struct svc_edge *out)
{
    const struct fm_metric_set *set = m->in->metrics;
    const struct fm_metric_series *callee = find_side(set, caller, 's');
    const struct fm_metric_series *quiet = fm_series_baseline(m->arena, set, caller);
    const struct fm_metric_series *quiet_callee =
        callee ? fm_series_baseline(m->arena, set, callee) : NULL;
    if (!callee)
        return false;
    size_t cap = caller->rows->n + (quiet ? quiet->rows->n : 0);
    double *ref = fm_arena_alloc(m->arena, (cap + 1) * sizeof *ref),
           *p = fm_arena_alloc(m->arena, (cap + 1) * sizeof *p);
    size_t n =
        quiet && quiet_callee ? differences(quiet, quiet_callee, INT64_MIN + 1, INT64_MAX, ref) : 0;
    n += differences(caller, callee, INT64_MIN + 1, m->at, ref + n);
    size_t k = differences(caller, callee, m->at + 20 * FM_SEC, m->at + 240 * FM_SEC, p);
    if (n < 3 || k == 0)
        return false;
    struct fm_metric_summary r = fm_values_summary(m->arena, ref, n),
                             a = fm_values_summary(m->arena, p, k);
    double excess = a.median - r.median;
    out->surely = svc_clip(excess / (r.mad + 0.1 * fabs(r.median) + 0.003) / 10);
    out->excess = fmax(excess, 0.0001);
    out->before = r.median;
    out->after = a.median;
    out->series = caller;
    out->row = fm_series_at(caller, m->at + 20 * FM_SEC);
    out->span = FM_SPAN_NONE;
    out->count = k;
    return true;
}

/* Percentiles of a few calls a minute are edges of histogram buckets: enough spans of the same edge
 * that show no delay weigh more. */
static double trust(const struct svc_model *m, const struct svc_edge *e)
{
    for (size_t i = 0; i < m->n_gap_edges; i++) {
        const struct svc_edge *g = &m->gap_edges[i];
        if (g->from == e->from && g->to == e->to && g->count >= 5 && g->surely < 0.2)
            return 0.3;
    }
    return 1;
}

void svc_edge_metrics(struct svc_model *m)
{
    FM_VEC(struct svc_edge) edges = {0};
    if (!m->in->metrics)
        return;
    fm_vec_each (&m->in->metrics->series, it) {
        const struct fm_metric_series *s = *it;
        struct svc_edge e = {.from = svc_of(m, s->entity), .to = svc_of(m, s->peer)};
        if (s->is_baseline || e.from == SVC_NONE || e.to == SVC_NONE || !is_latency(s) ||
            side_of(s) != 'c')
            continue;
        if (!judge(m, s, &e))
            continue;
        e.surely *= trust(m, &e);
        fm_vec_push(m->arena, &edges, e);
    }
    svc_explain_edges(m, edges.items, edges.n, SVC_EDGE_METRIC);
}
