/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/detect.h"

#include <math.h>
#include <stdlib.h>

#define OBSERVATIONS_MAX 60
#define SATURATED_AT 0.95
#define GAP_FACTOR 5 /* a pause this many times the usual step is a gap */

struct candidate {
    const struct metric_change *change;
    enum fm_observation_kind kind;
    double score;
};
struct candidates FM_VEC_OF(struct candidate);

static bool is_saturated(const struct metric_change *c)
{
    return c->share >= SATURATED_AT && !(c->share_before >= 0.9) &&
           c->series->role != FM_ROLE_SUCCESS && c->series->role != FM_ROLE_CACHE_HIT &&
           c->series->role != FM_ROLE_UP && c->series->role != FM_ROLE_MEMORY_FREE &&
           c->series->role != FM_ROLE_DISK_FREE;
}

static bool is_trend(const struct metric_change *c)
{
    return fabs(c->rising) >= 0.85 && (c->growth >= 1.3 || c->growth <= 0.7) &&
           c->series->rows->n >= 12;
}

/* A series that lived and now never moves. */
static bool is_flat(const struct metric_change *c)
{
    return c->before.mad > 0 && c->after.n >= 5 && c->after.max <= c->after.min && c->before.n >= 8;
}

/* Per entity: do its requests grow, so that growth of anything else need not be a leak? */
static bool *find_growing_load(struct fm_incident *in)
{
    bool *out = FM_NEW_ARRAY(&in->ctx->arena, bool, in->entities.n + 1);
    for (size_t i = 0; i < in->metrics->n_changes; i++) {
        const struct metric_change *c = &in->metrics->changes[i];
        bool grows = c->growth >= 1.3 || (metric_change_is_shift(c) && c->ratio >= 1.3);
        if (c->series->role == FM_ROLE_REQUESTS && grows && c->series->entity < in->entities.n)
            out[c->series->entity] = true;
    }
    return out;
}

static bool judge(const struct metric_change *c, const bool *load, struct candidate *out)
{
    fm_entity_id entity = c->series->entity;
    bool has_load = entity != FM_ENTITY_NONE && load[entity];
    *out = (struct candidate){.change = c};
    if (is_saturated(c)) {
        out->kind = FM_OBSERVATION_METRIC_SATURATED;
        out->score = 0.85;
    } else if (is_trend(c) && !has_load) {
        out->kind = FM_OBSERVATION_METRIC_TREND;
        out->score = 0.7;
    } else if (metric_change_is_shift(c)) {
        out->kind = FM_OBSERVATION_METRIC_SHIFT;
        out->score = metric_change_score(c);
    } else if (is_flat(c)) {
        out->kind = FM_OBSERVATION_METRIC_FLAT;
        out->score = 0.5;
    } else {
        return false;
    }
    return true;
}

static fm_str name_of(struct fm_incident *in, const struct fm_metric_series *s)
{
    fm_str entity = fm_incident_entity_of(in, s->entity).name;
    return entity.len ? fm_str_fmt(&in->ctx->arena, "%.*s of %.*s", FM_STR_ARG(s->written),
                                   FM_STR_ARG(entity))
                      : s->written;
}

static const char *verb_of(enum fm_observation_kind k)
{
    if (k == FM_OBSERVATION_METRIC_SATURATED)
        return "reached its limit";
    if (k == FM_OBSERVATION_METRIC_TREND)
        return "moves steadily in one direction";
    return k == FM_OBSERVATION_METRIC_FLAT ? "stopped moving" : "changed its level";
}

/* A value with its unit: "94370000 bytes", "42.3 %". */
static fm_str written(struct fm_arena *a, const struct fm_observation *o, double v)
{
    fm_str number = fm_str_number(a, v);
    return o->unit.len ? fm_str_fmt(a, "%.*s %.*s", FM_STR_ARG(number), FM_STR_ARG(o->unit))
                       : number;
}

static void observe(struct fm_incident *in, const struct candidate *x)
{
    struct fm_arena *a = &in->ctx->arena;
    const struct metric_change *c = x->change;
    const struct fm_metric_series *s = c->series;
    struct fm_observation *o = fm_incident_observe(in, x->kind, FM_SIGNAL_METRIC);
    o->entity = s->entity;
    o->begin = s->rows->at[c->onset];
    o->end = s->rows->at[s->rows->n - 1];
    o->score = x->score;
    o->before = c->before.median / s->scale;
    o->after = c->after.median / s->scale;
    o->count = c->after.n;
    o->subject = s->written;
    o->unit = s->scale > 0.999 && s->scale < 1.001 ? s->unit : FM_STR_NULL;
    o->text = fm_str_fmt(a, "%.*s %s: %.*s before, %.*s after (medians)",
                         FM_STR_ARG(name_of(in, s)), verb_of(x->kind),
                         FM_STR_ARG(written(a, o, o->before)), FM_STR_ARG(written(a, o, o->after)));
    fm_incident_cite(in, o, fm_series_span(s, c->peak));
    fm_incident_cite(in, o, s->written_at);
}

static int by_score(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->change < b->change ? -1 : a->change > b->change;
}

/* The longest pause of a table's rows, once per table. */
static void observe_gap(struct fm_incident *in, const struct fm_metric_series *s)
{
    const struct fm_metric_rows *r = s->rows;
    size_t at = 0;
    int64_t longest = 0;
    if (r->n < 12 || r->at[0] == FM_TIME_NONE)
        return;
    int64_t usual = (r->at[r->n - 1] - r->at[0]) / (int64_t)(r->n - 1);
    for (size_t i = 1; i < r->n; i++)
        if (r->at[i] - r->at[i - 1] > longest) {
            longest = r->at[i] - r->at[i - 1];
            at = i;
        }
    if (longest < GAP_FACTOR * usual || longest < 2 * FM_MINUTE)
        return;
    struct fm_observation *o = fm_incident_observe(in, FM_OBSERVATION_METRIC_GAP, FM_SIGNAL_METRIC);
    o->entity = s->entity;
    o->begin = r->at[at - 1];
    o->end = r->at[at];
    o->score = 0.5;
    o->subject = s->written;
    o->text = fm_str_fmt(&in->ctx->arena, "no values of %.*s for %.*s", FM_STR_ARG(name_of(in, s)),
                         FM_STR_ARG(fm_duration_str(&in->ctx->arena, longest)));
    fm_incident_cite(in, o, fm_series_span(s, at));
}

static void find_changes(struct fm_incident *in)
{
    struct fm_metric_set *set = in->metrics;
    struct metric_change *changes =
        FM_NEW_ARRAY(&in->ctx->arena, struct metric_change, set->series.n + 1);
    size_t n = 0;
    fm_vec_each (&set->series, s)
        if (!(*s)->is_baseline && metric_change_find(in, *s, &changes[n]))
            n++;
    set->changes = changes;
    set->n_changes = n;
}

enum fm_code metric_detect(struct fm_incident *in)
{
    struct candidates all = {0};
    const struct fm_metric_rows *last = NULL;
    find_changes(in);
    const bool *load = find_growing_load(in);
    for (size_t i = 0; i < in->metrics->n_changes; i++) {
        struct candidate c;
        if (judge(&in->metrics->changes[i], load, &c))
            fm_vec_push(&in->ctx->arena, &all, c);
    }
    if (all.n > 1)
        qsort(all.items, all.n, sizeof *all.items, by_score);
    for (size_t i = 0; i < all.n && i < OBSERVATIONS_MAX; i++)
        observe(in, &all.items[i]);
    if (all.n > OBSERVATIONS_MAX)
        fm_incident_limit(in, "metrics: the %d strongest of %zu changes of series are listed",
                          OBSERVATIONS_MAX, all.n);
    fm_vec_each (&in->metrics->series, s) {
        if (!(*s)->is_baseline && (*s)->rows != last)
            observe_gap(in, *s);
        last = (*s)->rows;
    }
    return fm_ctx_check(in->ctx);
}
