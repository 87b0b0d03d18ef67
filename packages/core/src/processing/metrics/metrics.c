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

enum fm_code fm_metrics_read(struct fm_incident *in)
{
    struct metric_builder b;
    enum fm_code code = FM_OK;
    metric_builder_begin(&b, in);
    for (size_t i = 0; i < in->inputs.n && code == FM_OK; i++) {
        code = fm_ctx_check(in->ctx);
        if (code == FM_OK && in->inputs.items[i]->type == FM_EVIDENCE_METRICS)
            read_input(&b, in->inputs.items[i]);
    }
    metric_builder_end(&b);
    FM_TRY(code);
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
