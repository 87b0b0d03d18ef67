/* SPDX-License-Identifier: Apache-2.0 */
/* Charts of what was observed in a log: the rate of a template, the course of a number. */
#include <math.h>

#include "processing/logs/observe.h"
#include "processing/logs/rate.h"

#define TITLE_MAX 120

static fm_str title_of(const struct fm_logs_case *c, const char *what)
{
    fm_str name = fm_incident_entity_of(c->in, c->entity).name;
    return fm_str_fmt(&c->in->ctx->arena, "%.*s%s%s%.*s", FM_STR_ARG(name), name.len ? ": " : "",
                      what, FM_STR_ARG(fm_str_sub(c->t->text, 0, TITLE_MAX)));
}

/* Records a minute from the first record of the log to its last, so that silence shows as zero. */
static void chart_rate(const struct fm_logs_case *c, double score)
{
    const struct fm_logs *log = c->source->logs;
    double width_min = (double)(log->last - log->first) / FM_LOGS_BINS / (double)FM_MINUTE;
    if (!c->has_bins || !c->t->rate || width_min <= 0)
        return;
    struct fm_chart *chart =
        fm_incident_chart(c->in, FM_SIGNAL_LOG, c->entity, title_of(c, ""), score);
    chart->unit = FM_STR("records/min");
    for (unsigned i = 0; i < FM_LOGS_BINS; i++)
        fm_vec_push(&c->in->ctx->arena, &chart->points,
                    ((struct fm_point){fm_logs_bin_time(log, i), c->bins[i] / width_min}));
}

static void chart_values(const struct fm_logs_case *c, const struct fm_observation *o,
                         const struct fm_logs_slot *s)
{
    const struct fm_logs_series *x = s->series;
    struct fm_chart *chart = fm_incident_chart(
        c->in, FM_SIGNAL_LOG, c->entity,
        title_of(c, fm_str_fmt(&c->in->ctx->arena, "%.*s in ", FM_STR_ARG(s->name)).p),
        o->score + .01);
    chart->unit = o->unit;
    for (int64_t b = x->low; b <= x->high; b++) {
        unsigned i = (unsigned)b & (FM_LOGS_SERIES_BUCKETS - 1);
        double mean = x->bucket[i].n ? x->bucket[i].sum / x->bucket[i].n : NAN;
        fm_vec_push(&c->in->ctx->arena, &chart->points,
                    ((struct fm_point){fm_logs_bucket_time(b, x->shift), mean}));
    }
}

static bool is_of_values(enum fm_observation_kind k)
{
    return k == FM_OBSERVATION_VALUE_SHIFT || k == FM_OBSERVATION_VALUE_GROWTH ||
           k == FM_OBSERVATION_VALUE_SATURATED;
}

/* The slot that an observation of values speaks of, by the label in its text. */
static const struct fm_logs_slot *slot_of(const struct fm_logs_case *c,
                                          const struct fm_observation *o)
{
    for (uint32_t i = 0; i < c->t->n_slots; i++) {
        const struct fm_logs_slot *s = &c->t->slots[i];
        if (s->series && s->name.len && s->series->n > 2 && fm_str_starts(o->text, s->name))
            return s;
    }
    return NULL;
}

void fm_logs_chart(const struct fm_logs_case *c, size_t first_observation)
{
    double best = 0;
    for (size_t i = first_observation; i < c->in->observations.n; i++) {
        const struct fm_observation *o = c->in->observations.items[i];
        const struct fm_logs_slot *s =
            o->score >= FM_LOGS_CHART_AT && is_of_values(o->kind) ? slot_of(c, o) : NULL;
        if (s)
            chart_values(c, o, s);
        else if (o->score > best)
            best = o->score;
    }
    if (best >= FM_LOGS_CHART_AT && c->t->count > 2)
        chart_rate(c, best);
}
