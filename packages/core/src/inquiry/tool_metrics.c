/* SPDX-License-Identifier: Apache-2.0 */
/* Series of metrics: what each was before and after the onset, and the values of a window. */
#include <math.h>
#include <stdlib.h>

#include "faultmaven/core/metrics.h"
#include "inquiry/internal.h"

#define ROWS_SHOWN 24

struct window {
    struct fm_inquiry *q;
    struct inquiry_filter f;
    fm_time middle; /* onset, or the given one */
    struct fm_buf *out;
};

struct hit {
    const struct fm_metric_series *s;
    size_t index;
    double change; /* how far the median moved, in widths of its spread before */
};

static bool takes(const struct window *w, const struct fm_metric_series *s)
{
    fm_str entity = fm_incident_entity_of(&w->q->incident, s->entity).name;
    if (s->is_baseline || !s->source || !inquiry_takes_evidence(w->q, &w->f, s->source))
        return false;
    if (w->f.entity.len && !fm_str_ihas(entity, w->f.entity) &&
        !fm_str_ihas(s->instance, w->f.entity))
        return false;
    fm_str all = fm_str_fmt(&w->q->ctx->arena, "%.*s %.*s %.*s %s %.*s", FM_STR_ARG(s->name),
                            FM_STR_ARG(s->written), FM_STR_ARG(entity),
                            fm_metric_role_name(s->role), FM_STR_ARG(s->statistic));
    return inquiry_takes_words(&w->f, all);
}

static struct fm_metric_summary before_of(const struct window *w, const struct fm_metric_series *s)
{
    fm_time begin = w->f.since == FM_TIME_NONE ? INT64_MIN + 1 : w->f.since;
    return fm_series_summary(&w->q->ctx->arena, s, begin, w->middle);
}

static struct fm_metric_summary after_of(const struct window *w, const struct fm_metric_series *s)
{
    fm_time end = w->f.until == FM_TIME_NONE ? INT64_MAX : w->f.until + 1;
    return fm_series_summary(&w->q->ctx->arena, s, w->middle, end);
}

static double change_of(const struct window *w, const struct fm_metric_series *s)
{
    struct fm_metric_summary a = before_of(w, s), b = after_of(w, s);
    if (!a.n || !b.n)
        return 0;
    double spread = a.mad > 0.05 * fabs(a.median) ? a.mad : 0.05 * fabs(a.median);
    return fabs(b.median - a.median) / (spread > 0 ? spread : 1);
}

static int by_change(const void *pa, const void *pb)
{
    const struct hit *a = pa, *b = pb;
    if (a->change != b->change)
        return a->change > b->change ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static fm_str summary_text(struct fm_arena *a, const char *when, const struct fm_metric_summary *k)
{
    if (!k->n)
        return fm_str_fmt(a, "%s no values", when);
    return fm_str_fmt(a, "%s median %.*s (%.*s to %.*s, %zu values)", when,
                      FM_STR_ARG(fm_str_number(a, k->median)), FM_STR_ARG(fm_str_number(a, k->min)),
                      FM_STR_ARG(fm_str_number(a, k->max)), k->n);
}

/* The row that tells most: the largest value after the middle, else any. */
static fm_span telling_span(const struct window *w, const struct fm_metric_series *s)
{
    struct fm_metric_summary k = after_of(w, s);
    if (!k.n)
        k = before_of(w, s);
    return k.n ? fm_series_span(s, k.i_max) : s->written_at;
}

static void put_series(struct window *w, const struct fm_metric_series *s)
{
    struct fm_arena *a = &w->q->ctx->arena;
    struct fm_metric_summary before = before_of(w, s), after = after_of(w, s);
    size_t row = 0;
    fm_time onset = fm_series_onset(a, s, &row);
    fm_str entity = fm_incident_entity_of(&w->q->incident, s->entity).name;
    fm_str leaves = onset == FM_TIME_NONE ? FM_STR("does not leave its usual course")
                                          : fm_str_fmt(a, "leaves its usual course at %.*s",
                                                       FM_STR_ARG(fm_time_str(a, onset)));
    inquiry_put_fact(w->q, w->out, telling_span(w, s),
                     fm_str_fmt(a, "%.*s%s%.*s%s%.*s: %.*s; %.*s; %.*s", FM_STR_ARG(s->written),
                                entity.len ? " of " : "", FM_STR_ARG(entity),
                                s->unit.len ? ", in " : "", FM_STR_ARG(s->unit),
                                FM_STR_ARG(summary_text(a, "before", &before)),
                                FM_STR_ARG(summary_text(a, "after", &after)), FM_STR_ARG(leaves)));
}

/* Evenly chosen rows of the window, each with the bytes of its value. */
static void put_values(struct window *w, const struct fm_metric_series *s)
{
    struct fm_arena *a = &w->q->ctx->arena;
    size_t from = w->f.since == FM_TIME_NONE ? 0 : fm_series_at(s, w->f.since);
    size_t to = w->f.until == FM_TIME_NONE ? s->rows->n : fm_series_at(s, w->f.until + 1);
    size_t step =
        to > from && to - from > ROWS_SHOWN ? (to - from + ROWS_SHOWN - 1) / ROWS_SHOWN : 1;
    fm_buf_addf(w->out, "values as written%s:\n", step > 1 ? ", evenly chosen" : "");
    for (size_t i = from; i < to; i += step)
        inquiry_put(w->q, w->out, fm_series_span(s, i),
                    fm_str_fmt(a, "%.*s %.*s", FM_STR_ARG(fm_time_str(a, s->rows->at[i])),
                               FM_STR_ARG(fm_series_text(s, i))));
}

static fm_time middle_of(const struct fm_inquiry *q, const struct fm_metric_set *set)
{
    if (q->diagnosis && q->diagnosis->onset != FM_TIME_NONE)
        return q->diagnosis->onset;
    for (size_t i = 0; i < set->series.n; i++) {
        const struct fm_metric_rows *r = set->series.items[i]->rows;
        if (!set->series.items[i]->is_baseline && r->n)
            return r->at[r->n / 2];
    }
    return 0;
}

static enum fm_code run(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                        struct fm_buf *out)
{
    struct window w = {.q = ((struct inquiry_tool *)tool)->q, .out = out};
    const struct fm_metric_set *set = w.q->incident.metrics;
    FM_VEC(struct hit) hits = {0};
    FM_TRY(inquiry_filter_read(w.q, ctx, args, &w.f));
    w.f.words = fm_str_trim(fm_json_get_str(args, "series"));
    w.middle = middle_of(w.q, set);
    for (size_t i = 0; i < set->series.n; i++)
        if (takes(&w, set->series.items[i]))
            fm_vec_push(
                &ctx->arena, &hits,
                ((struct hit){set->series.items[i], i, change_of(&w, set->series.items[i])}));
    if (hits.n)
        qsort(hits.items, hits.n, sizeof *hits.items, by_change);
    fm_buf_addf(out, "%zu series match%s; before and after %.*s\n", hits.n,
                hits.n > w.f.limit ? ", those that changed most are shown" : "",
                FM_STR_ARG(fm_time_str(&ctx->arena, w.middle)));
    for (size_t i = 0; i < hits.n && i < w.f.limit; i++)
        put_series(&w, hits.items[i].s);
    if (hits.n == 1)
        put_values(&w, hits.items[0].s);
    return FM_OK;
}

const struct fm_tool_ops inquiry_metric_window = {
    .name = "metric_window",
    .description = "Metric series by words of their name and by entity: statistics before and "
                   "after the onset; the values too when one series matches.",
    .schema = "{\"type\":\"object\",\"properties\":{\"series\":{\"type\":\"string\"}"
              "," INQUIRY_FILTER_SCHEMA "}}",
    .run = run,
};
