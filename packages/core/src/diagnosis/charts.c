/* SPDX-License-Identifier: Apache-2.0 */
/* Which series are worth a look around the onset: those of the cause and of what it affects first,
 * then those that changed most. */
#include <math.h>
#include <stdlib.h>

#include "diagnosis/reasoners.h"
#include "processing/metrics/change.h"

#define CHARTS_MAX 8
#define METRICS_MAX 6 /* leaves room for the other signals */
#define CAUSES_READ 3
#define WINDOW_REACH                                                                               \
    FM_HOUR /* to either side of the onset; six times that, until enough is seen                   \
             */
#define WINDOW_REACH_MAX (36 * FM_HOUR)
#define WINDOW_ROWS_MIN 12
#define FLAT_SHARE                                                                                 \
    0.05 /* a course that moves by less than this share of its maximum shows nothing */
#define BUCKETS (FM_CHART_POINTS_MAX / 3) /* a gap, the smallest and the largest value of each */
#define GAP_FACTOR 5                      /* a pause this many times the usual step is a gap */

/* Shares of a chart's score: what it shows by itself, and whom it is about. */
#define OF_CHANGE 0.6
#define OF_CITED 0.4
#define OF_CAUSE 0.3
#define OF_AFFECTED 0.15

struct pick {
    const struct metric_change *change;
    double score;
};

static double relation(const struct fm_hypotheses *h, const struct fm_diagnosis *d, fm_str name)
{
    if (name.len == 0)
        return 0;
    if (h->causes.n && fm_str_eq(h->causes.items[0]->entity.name, name))
        return OF_CAUSE;
    fm_vec_each (&d->affected, e)
        if (fm_str_eq(e->name, name))
            return OF_AFFECTED;
    return 0;
}

static bool is_within(fm_span inner, fm_span outer)
{
    return inner.length && inner.evidence == outer.evidence && inner.offset >= outer.offset &&
           inner.offset + inner.length <= outer.offset + outer.length;
}

/* Does one of the first causes rest on this series: on its name or on its extreme? */
static bool is_cited(const struct fm_hypotheses *h, const struct metric_change *c)
{
    const struct fm_metric_series *s = c->series;
    fm_span peak = fm_series_span(s, c->peak);
    for (size_t i = 0; i < h->causes.n && i < CAUSES_READ; i++)
        fm_vec_each (&h->causes.items[i]->supports, claim)
            if (is_within(s->written_at, claim->span) || is_within(peak, claim->span))
                return true;
    return false;
}

static double score_of(const struct fm_hypotheses *h, const struct fm_diagnosis *d,
                       const struct metric_change *c)
{
    double related = is_cited(h, c)
                         ? OF_CITED
                         : relation(h, d, fm_incident_entity_of(h->in, c->series->entity).name);
    if (!metric_change_is_shift(c))
        return related >= OF_CITED ? related : 0;
    return OF_CHANGE * metric_change_score(c) + related;
}

/* p50 and p99 of one thing are one chart. */
static bool is_same(const struct fm_metric_series *a, const struct fm_metric_series *b)
{
    return a->entity == b->entity && a->peer == b->peer &&
           (a->role == FM_ROLE_OTHER || a->entity == FM_ENTITY_NONE ? fm_str_eq(a->name, b->name)
                                                                    : a->role == b->role);
}

/* Keeps the best, best first; of two that score the same the one that comes first in the source. */
static void offer(struct pick *best, size_t *n, struct pick p)
{
    size_t at = *n;
    for (size_t i = 0; i < *n; i++)
        if (is_same(best[i].change->series, p.change->series)) {
            if (best[i].score >= p.score)
                return;
            at = i;
        }
    if (at == *n && *n < METRICS_MAX)
        ++*n;
    else if (at == *n && best[--at].score >= p.score)
        return;
    for (; at > 0 && best[at - 1].score < p.score; at--)
        best[at] = best[at - 1];
    best[at] = p;
}

struct points FM_VEC_OF(struct fm_point);

static void add_rows(struct fm_arena *a, struct points *to, const struct metric_change *c,
                     size_t begin, size_t end)
{
    const fm_time *at = c->series->rows->at;
    for (size_t i = begin; i < end; i++)
        if (isfinite(c->values[i]) && at[i] != FM_TIME_NONE)
            fm_vec_push(a, to, ((struct fm_point){at[i], c->values[i]}));
}

static struct points window_of(struct fm_arena *a, const struct metric_change *c, fm_time onset)
{
    const struct fm_metric_series *s = c->series;
    struct points w = {0};
    size_t begin = 0, end = 0;
    for (int64_t reach = WINDOW_REACH; onset != FM_TIME_NONE && reach <= WINDOW_REACH_MAX;
         reach *= 6) {
        begin = fm_series_at(s, onset - reach);
        end = fm_series_at(s, onset + reach);
        if (end >= begin + WINDOW_ROWS_MIN)
            break;
    }
    if (end < begin + WINDOW_ROWS_MIN) {
        begin = 0;
        end = s->rows->n;
    }
    add_rows(a, &w, c, begin, end);
    return w;
}

static bool is_flat(const struct points *w, double usual)
{
    double low = usual, high = usual;
    fm_vec_each (w, p) {
        low = fmin(low, p->value);
        high = fmax(high, p->value);
    }
    return high - low <= FLAT_SHARE * fmax(fabs(low), fabs(high));
}

/* The smallest and the largest value of from … to, so that no spike is lost. */
static void add_bucket(struct fm_arena *a, struct fm_chart *chart, const struct fm_point *from,
                       const struct fm_point *to)
{
    const struct fm_point *low = from, *high = from;
    for (const struct fm_point *p = from; p < to; p++) {
        low = p->value < low->value ? p : low;
        high = p->value > high->value ? p : high;
    }
    fm_vec_push(a, &chart->points, low < high ? *low : *high);
    if (low != high)
        fm_vec_push(a, &chart->points, low < high ? *high : *low);
}

static void add_points(struct fm_arena *a, struct fm_chart *chart, const struct points *w)
{
    size_t buckets = w->n < BUCKETS ? w->n : BUCKETS;
    int64_t usual = (w->items[w->n - 1].at - w->items[0].at) / (int64_t)(w->n - 1);
    for (size_t b = 0; b < buckets; b++) {
        const struct fm_point *from = w->items + b * w->n / buckets,
                              *to = w->items + (b + 1) * w->n / buckets;
        if (b && from->at - from[-1].at > GAP_FACTOR * usual)
            fm_vec_push(a, &chart->points, ((struct fm_point){from[-1].at, NAN}));
        add_bucket(a, chart, from, to);
    }
}

/* "p99", unless the name says it already: "latency_99", "LatencyP99". */
static fm_str statistic_of(const struct fm_metric_series *s, fm_str name)
{
    fm_str number =
        fm_str_starts(s->statistic, FM_STR("p")) ? fm_str_skip(s->statistic, 1) : s->statistic;
    return fm_str_has(name, number) ? FM_STR_NULL : s->statistic;
}

static fm_str title_of(struct fm_incident *in, const struct fm_metric_series *s)
{
    fm_str entity = fm_incident_entity_of(in, s->entity).name;
    fm_str peer = fm_incident_entity_of(in, s->peer).name;
    fm_str name = s->name.len ? s->name : s->written;
    fm_str statistic = statistic_of(s, name);
    return fm_str_fmt(&in->ctx->arena, "%.*s%s%.*s%s%.*s%s%.*s", FM_STR_ARG(entity),
                      peer.len ? " → " : "", FM_STR_ARG(peer), entity.len ? ": " : "",
                      FM_STR_ARG(name), statistic.len ? " " : "", FM_STR_ARG(statistic));
}

static fm_str unit_of(struct fm_arena *a, const struct fm_metric_series *s)
{
    if (s->kind != FM_METRIC_COUNTER)
        return s->unit;
    return s->unit.len ? fm_str_fmt(a, "%.*s/s", FM_STR_ARG(s->unit)) : FM_STR("1/s");
}

static void draw(struct fm_hypotheses *h, const struct pick *p, fm_time onset)
{
    struct fm_incident *in = h->in;
    const struct fm_metric_series *s = p->change->series;
    struct points w = window_of(&in->ctx->arena, p->change, onset);
    if (w.n < 2 || w.items[0].at >= w.items[w.n - 1].at || is_flat(&w, p->change->before.median))
        return;
    struct fm_chart *chart =
        fm_incident_chart(in, FM_SIGNAL_METRIC, s->entity, title_of(in, s), p->score);
    chart->unit = unit_of(&in->ctx->arena, s);
    chart->usual = p->change->before.median;
    chart->has_usual = isfinite(chart->usual);
    add_points(&in->ctx->arena, chart, &w);
}

static void draw_metrics(struct fm_hypotheses *h, const struct fm_diagnosis *d)
{
    const struct fm_metric_set *set = h->in->metrics;
    struct pick best[METRICS_MAX];
    size_t n = 0;
    for (size_t i = 0; set && i < set->n_changes; i++) {
        struct pick p = {&set->changes[i], score_of(h, d, &set->changes[i])};
        if (p.score > 0)
            offer(best, &n, p);
    }
    for (size_t i = 0; i < n; i++)
        draw(h, &best[i], d->onset);
}

static int by_telling(const void *a, const void *b)
{
    const struct fm_chart *x = *(struct fm_chart *const *)a, *y = *(struct fm_chart *const *)b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return fm_str_cmp(x->title, y->title);
}

void fm_choose_charts(struct fm_hypotheses *h, struct fm_diagnosis *d)
{
    struct fm_incident *in = h->in;
    fm_vec_each (&in->charts, c)
        (*c)->score = OF_CHANGE * (*c)->score + relation(h, d, (*c)->entity.name);
    draw_metrics(h, d);
    if (in->charts.n > 1)
        qsort(in->charts.items, in->charts.n, sizeof *in->charts.items, by_telling);
    for (size_t i = 0; i < in->charts.n && i < CHARTS_MAX; i++)
        fm_vec_push(&in->ctx->arena, &d->charts, in->charts.items[i]);
}
