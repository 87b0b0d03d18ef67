/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "processing/logs/observe.h"

#define EXPECTED_MIN 8.0 /* records that should have come since the last one */

/* When the evidence ends: the latest time of all logs. */
static fm_time evidence_end(const struct fm_incident *in)
{
    fm_time end = FM_TIME_NONE;
    for (size_t i = 0; i < in->logs->sources.n; i++) {
        const struct fm_log_source *s = &in->logs->sources.items[i];
        if (!s->evidence->is_baseline && s->logs->last != FM_TIME_NONE && s->logs->last > end)
            end = s->logs->last;
    }
    return end;
}

/* Records that a steady writer would have written after `last`. */
static double expected_after(uint64_t count, fm_time first, fm_time last, fm_time end)
{
    double active = (double)(last - first), silent = (double)(end - last);
    return active > 0 && count >= 3 ? (double)count * silent / active : 0;
}

static void observe_source(struct fm_incident *in, const struct fm_log_source *s, fm_time end)
{
    const struct fm_logs *log = s->logs;
    double expected =
        log->last == FM_TIME_NONE ? 0 : expected_after(log->records, log->first, log->last, end);
    if (expected < EXPECTED_MIN || log->n_templates == 0)
        return;
    struct fm_logs_case c = {
        .in = in, .source = s, .t = log->templates[log->n_templates - 1], .entity = s->entity};
    struct fm_observation *o =
        fm_logs_observation(&c, FM_OBSERVATION_LOG_SILENT, (1 - exp(-expected / 20)) * .8);
    o->begin = log->last;
    o->end = end;
    o->count = log->records;
    o->subject = s->evidence->path;
    o->text = fm_str_fmt(&in->ctx->arena, "%.*s ends while other logs go on",
                         FM_STR_ARG(s->evidence->path));
}

/* A template that was frequent and stopped while its log went on. */
static void observe_templates(struct fm_incident *in, const struct fm_log_source *s)
{
    const struct fm_logs *log = s->logs;
    for (size_t i = 0; i < log->n_templates; i++) {
        const struct fm_logs_template *t = log->templates[i];
        if (t->is_trace || t->first == FM_TIME_NONE || t->count < 20)
            continue;
        double expected = expected_after(t->count, t->first, t->last, log->last);
        double share = (double)(log->last - t->last) / (double)(log->last - log->first + 1);
        if (expected < 2 * EXPECTED_MIN || share < .1)
            continue;
        struct fm_logs_case c = {.in = in, .source = s, .t = t, .entity = fm_logs_entity(in, s, t)};
        struct fm_observation *o =
            fm_logs_observation(&c, FM_OBSERVATION_LOG_SILENT, (1 - exp(-expected / 20)) * .5);
        o->begin = t->last;
        o->end = log->last;
        o->text =
            fm_str_fmt(&in->ctx->arena, "\"%.*s\" stops", FM_STR_ARG(fm_str_sub(t->text, 0, 160)));
    }
}

void fm_logs_observe_silence(struct fm_incident *in)
{
    fm_time end = evidence_end(in);
    for (size_t i = 0; i < in->logs->sources.n; i++) {
        const struct fm_log_source *s = &in->logs->sources.items[i];
        if (s->evidence->is_baseline)
            continue;
        observe_source(in, s, end);
        observe_templates(in, s);
    }
}
