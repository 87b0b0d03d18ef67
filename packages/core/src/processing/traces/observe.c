/* SPDX-License-Identifier: Apache-2.0 */
/* What stands out in traces as such: operations whose spans became slow or fail, repeated calls,
 * lost parents. */
#include <math.h>
#include <stdlib.h>

#include "faultmaven/core/metrics.h"
#include "processing/traces/builder.h"
#include "processing/traces/shape.h"

#define SPANS_MIN 5
#define OBSERVATIONS_MAX 60

/* Durations and errors of one (service, operation) in two periods. */
struct operation {
    uint32_t service, name;
    FM_VEC(double) before, after; /* ms */
    uint64_t errors_before, errors_after;
    uint32_t slowest, first_error; /* spans */
};

struct operations {
    struct fm_map index;
    FM_VEC(struct operation *) items;
};

/* The quiet period is "before"; without one it is what lies before the time that the user named,
 * else the first third. */
static fm_time split_time(const struct fm_incident *in)
{
    const struct fm_trace_set *set = in->traces;
    if (in->ask.at != FM_TIME_NONE && in->ask.at > set->first && in->ask.at < set->last)
        return in->ask.at;
    return set->n_baseline_traces ? set->first : set->first + (set->last - set->first) / 3;
}

static struct operation *operation_of(struct fm_incident *in, struct operations *o,
                                      const struct fm_trace_span *s)
{
    uint32_t key[2] = {s->service, s->operation};
    struct fm_map_entry *e = fm_map_put(&o->index, fm_str_n((const char *)key, sizeof key));
    if (!e->value) {
        struct operation *p = FM_NEW(&in->ctx->arena, struct operation);
        p->service = s->service;
        p->name = s->operation;
        p->slowest = p->first_error = FM_SPAN_NONE;
        fm_vec_push(&in->ctx->arena, &o->items, p);
        e->value = p;
    }
    return e->value;
}

static void collect(struct fm_incident *in, struct operations *o, fm_time split)
{
    const struct fm_trace_set *set = in->traces;
    bool has_quiet = set->n_baseline_traces > 0;
    fm_map_init(&o->index, &in->ctx->arena);
    for (uint32_t i = 0; i < set->spans.n; i++) {
        const struct fm_trace_span *s = &set->spans.items[i];
        struct operation *p = operation_of(in, o, s);
        double ms = (double)s->duration / 1e6;
        if (s->is_baseline || (!has_quiet && s->start < split)) {
            fm_vec_push(&in->ctx->arena, &p->before, ms);
            p->errors_before += s->is_error;
        } else if (s->start >= split) {
            fm_vec_push(&in->ctx->arena, &p->after, ms);
            p->errors_after += s->is_error;
            if (p->slowest == FM_SPAN_NONE || s->duration > set->spans.items[p->slowest].duration)
                p->slowest = i;
            if (s->is_error && p->first_error == FM_SPAN_NONE)
                p->first_error = i;
        }
    }
}

static struct fm_observation *observe(struct fm_incident *in, enum fm_observation_kind kind,
                                      const struct operation *p, uint32_t span, double score)
{
    const struct fm_trace_set *set = in->traces;
    struct fm_observation *o = fm_incident_observe(in, kind, FM_SIGNAL_TRACE);
    const struct fm_trace_span *s = &set->spans.items[span];
    o->entity = set->services.items[p->service].entity;
    o->begin = o->end = s->start;
    o->score = score;
    o->subject = set->operations.items[p->name];
    fm_span quote = fm_trace_quote(in, s);
    if (quote.length)
        fm_vec_push(&in->ctx->arena, &o->spans, quote);
    return o;
}

static void observe_slow(struct fm_incident *in, const struct operation *p)
{
    struct fm_arena *a = &in->ctx->arena;
    if (p->before.n < SPANS_MIN || p->after.n < SPANS_MIN)
        return;
    struct fm_metric_summary x = fm_values_summary(a, p->before.items, p->before.n);
    struct fm_metric_summary y = fm_values_summary(a, p->after.items, p->after.n);
    double floor = x.median * 3 > x.median + 12 ? x.median * 3 : x.median + 12;
    if (!(y.median > floor) || !(y.p25 > x.p90))
        return;
    double score = fmin(0.95, 0.5 + 0.1 * log2(y.median / fmax(x.median, 0.1)));
    struct fm_observation *o = observe(in, FM_OBSERVATION_SPAN_SLOW, p, p->slowest, score);
    fm_str path = trace_critical_path(in, p->slowest, o);
    o->before = x.median;
    o->after = y.median;
    o->count = p->after.n;
    o->unit = FM_STR("ms");
    o->text =
        fm_str_fmt(a, "%.*s of %.*s takes %.1f ms instead of %.1f ms (medians); the slowest: %.*s",
                   FM_STR_ARG(o->subject), FM_STR_ARG(in->traces->services.items[p->service].name),
                   y.median, x.median, FM_STR_ARG(path));
}

static void observe_errors(struct fm_incident *in, const struct operation *p)
{
    if (p->errors_after < 3 || p->first_error == FM_SPAN_NONE)
        return;
    double share = (double)p->errors_after / (double)p->after.n;
    double before = p->before.n ? (double)p->errors_before / (double)p->before.n : 0;
    if (share < 0.05 || share < 2 * before)
        return;
    struct fm_observation *o =
        observe(in, FM_OBSERVATION_SPAN_ERRORS, p, p->first_error, fmin(0.95, 0.55 + 0.5 * share));
    o->before = 100 * before;
    o->after = 100 * share;
    o->count = p->errors_after;
    o->unit = FM_STR("%");
    o->text = fm_str_fmt(&in->ctx->arena, "%.0f %% of %.*s in %.*s fail, %.0f %% before", o->after,
                         FM_STR_ARG(o->subject),
                         FM_STR_ARG(in->traces->services.items[p->service].name), o->before);
}

static int by_activity(const void *x, const void *y)
{
    const struct operation *a = *(struct operation *const *)x, *b = *(struct operation *const *)y;
    if (a->errors_after != b->errors_after)
        return a->errors_after > b->errors_after ? -1 : 1;
    if (a->after.n != b->after.n)
        return a->after.n > b->after.n ? -1 : 1;
    return a->service != b->service ? (a->service < b->service ? -1 : 1)
                                    : (a->name < b->name ? -1 : a->name > b->name);
}

void trace_observe(struct fm_incident *in)
{
    struct operations o = {0};
    if (in->traces->spans.n == 0 || in->traces->first == FM_TIME_NONE)
        return;
    collect(in, &o, split_time(in));
    if (o.items.n > 1)
        qsort(o.items.items, o.items.n, sizeof *o.items.items, by_activity);
    trace_observe_shape(in, split_time(in));
    size_t before = in->observations.n;
    for (size_t i = 0; i < o.items.n && in->observations.n - before < OBSERVATIONS_MAX; i++) {
        observe_slow(in, o.items.items[i]);
        observe_errors(in, o.items.items[i]);
    }
}
