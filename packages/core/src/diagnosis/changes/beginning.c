/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When and where it began. The alert names the place best, but it comes late: the time is the first
 * at which a series of that place, or a bad message of it, leaves normal. Without an alert, the
 * entity whose observations begin first.
 */
#include "candidates.h"
#include "faultmaven/core/alerts.h"
#include "faultmaven/core/metrics.h"

static bool is_symptom(const struct fm_observation *o)
{
    if (o->score < 0.5 || o->entity == FM_ENTITY_NONE)
        return false;
    return o->signal == FM_SIGNAL_LOG || o->signal == FM_SIGNAL_METRIC ||
           o->signal == FM_SIGNAL_TRACE || o->signal == FM_SIGNAL_EVENT;
}

static void earlier(struct fm_beginning *b, fm_time at, fm_entity_id entity, fm_span span)
{
    if (at == FM_TIME_NONE || (b->at != FM_TIME_NONE && b->at <= at))
        return;
    b->at = at;
    b->span = span;
    if (b->entity == FM_ENTITY_NONE)
        b->entity = entity;
}

static const struct fm_alert *first_alert(const struct fm_incident *in)
{
    const struct fm_alert *first = NULL;
    if (in->alerts)
        fm_vec_each (&in->alerts->items, a)
            if (a->state != FM_ALERT_OK && a->entity != FM_ENTITY_NONE &&
                (!first || (a->at != FM_TIME_NONE && a->at < first->at)))
                first = a;
    return first;
}

static bool has_name(const struct fm_incident *in, fm_entity_id id, fm_str name)
{
    return id != FM_ENTITY_NONE && fm_str_eq(fm_incident_entity_of(in, id).name, name);
}

/* The series of one entity; all of them when name is "". */
static void from_metrics(const struct fm_incident *in, fm_str name, struct fm_beginning *b)
{
    if (!in->metrics)
        return;
    fm_vec_each (&in->metrics->series, it) {
        const struct fm_metric_series *s = *it;
        size_t row = 0;
        if (s->is_baseline || (name.len && !has_name(in, s->entity, name)))
            continue;
        fm_time at = fm_series_onset(&in->ctx->arena, s, &row);
        if (at != FM_TIME_NONE)
            earlier(b, at, s->entity, fm_series_span(s, row));
    }
}

static void from_observations(const struct fm_incident *in, fm_str name, struct fm_beginning *b)
{
    fm_vec_each (&in->observations, it) {
        const struct fm_observation *o = *it;
        if (is_symptom(o) && o->spans.n && (!name.len || has_name(in, o->entity, name)))
            earlier(b, o->begin, o->entity, o->spans.items[0]);
    }
}

static void mark_symptomatic(const struct fm_incident *in, struct fm_beginning *b)
{
    b->is_symptomatic = FM_NEW_ARRAY(&in->ctx->arena, bool, in->entities.n + 1);
    fm_vec_each (&in->observations, o)
        if (is_symptom(*o) && (*o)->entity < in->entities.n)
            b->is_symptomatic[(*o)->entity] = true;
}

void fm_find_beginning(const struct fm_hypotheses *h, struct fm_beginning *out)
{
    const struct fm_incident *in = h->in;
    const struct fm_alert *alert = first_alert(in);
    *out =
        (struct fm_beginning){.at = FM_TIME_NONE, .entity = alert ? alert->entity : FM_ENTITY_NONE};
    fm_str name = alert ? fm_incident_entity_of(in, alert->entity).name : in->ask.entity;
    mark_symptomatic(in, out);
    from_metrics(in, name, out);
    from_observations(in, name, out);
    if (out->at == FM_TIME_NONE)
        from_observations(in, FM_STR_NULL, out);
    if (out->at == FM_TIME_NONE && alert)
        earlier(out, alert->at, alert->entity, alert->span);
    if (out->at == FM_TIME_NONE)
        out->at = in->onset != FM_TIME_NONE ? in->onset : in->ask.at;
}
