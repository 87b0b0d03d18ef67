/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/processor.h"
#include "processing/metrics/builder.h"
#include "processing/metrics/detect.h"
#include "processing/topology_table.h"

static void note_span_of_time(struct fm_evidence *e, const struct fm_metric_series *s)
{
    const struct fm_metric_rows *r = s->rows;
    fm_time first = r->at[0], last = r->at[r->n - 1];
    if (first == FM_TIME_NONE)
        return;
    if (e->first == FM_TIME_NONE || first < e->first)
        e->first = first;
    if (e->last == FM_TIME_NONE || last > e->last)
        e->last = last;
}

static void read_input(struct metric_builder *b, struct fm_evidence *e)
{
    size_t before = b->set->series.n;
    b->source = e;
    if (!metric_read_json(b) && !metric_read_exposition(b) && !metric_read_csv(b) &&
        !topology_read_table(b->in, e))
        fm_incident_problem(b->in, e, 0,
                            "no series found: neither Prometheus text, a JSON form of metrics nor "
                            "a table with times");
    for (size_t i = before; i < b->set->series.n; i++)
        note_span_of_time(e, b->set->series.items[i]);
}

static void note_limits(struct metric_builder *b)
{
    if (b->set->n_left_out)
        fm_incident_limit(b->in, "metrics: %llu rows or series beyond %d series were left out",
                          (unsigned long long)b->set->n_left_out, FM_SERIES_MAX);
    if (b->n_points_refused)
        fm_incident_limit(b->in, "metrics: %llu values beyond %d were left out",
                          (unsigned long long)b->n_points_refused, FM_POINTS_MAX);
}

enum fm_code fm_metrics_read(struct fm_incident *in)
{
    struct metric_builder b = {.in = in, .set = FM_NEW(&in->ctx->arena, struct fm_metric_set)};
    fm_map_init(&b.entities, &in->ctx->arena);
    for (size_t i = 0; i < in->inputs.n; i++) {
        FM_TRY(fm_ctx_check(in->ctx));
        if (in->inputs.items[i]->type == FM_EVIDENCE_METRICS)
            read_input(&b, in->inputs.items[i]);
    }
    note_limits(&b);
    metric_set_index(&in->ctx->arena, b.set);
    in->metrics = b.set;
    return FM_OK;
}

static enum fm_code run(struct fm_incident *in)
{
    FM_TRY(fm_metrics_read(in));
    return metric_detect(in);
}

const struct fm_processor fm_metrics_processor = {
    .name = "metrics",
    .types = FM_TYPE_BIT(FM_EVIDENCE_METRICS),
    .run = run,
};
