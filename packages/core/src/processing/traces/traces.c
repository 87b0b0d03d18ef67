/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/processor.h"
#include "processing/traces/builder.h"

fm_span fm_trace_quote(const struct fm_incident *in, const struct fm_trace_span *s)
{
    const struct fm_evidence *e = in->inputs.items[s->evidence];
    return fm_quote(e, fm_str_sub(e->bytes, s->offset, s->length), FM_QUOTE_MAX);
}

fm_span fm_record_quote(const struct fm_incident *in, const struct fm_span_record *r)
{
    const struct fm_evidence *e = in->inputs.items[r->evidence];
    return fm_quote(e, fm_str_sub(e->bytes, r->offset, r->length), FM_QUOTE_MAX);
}

static void read_traces(struct trace_builder *b, struct fm_evidence *e)
{
    size_t before = b->set->spans.n;
    b->source = e;
    b->bad_rows = 0;
    if (!trace_read_json(b) && !trace_read_csv(b))
        fm_incident_problem(
            b->in, e, 0,
            "no spans found: neither OTLP, Jaeger, Zipkin, Tempo JSON nor a table with span ids");
    if (b->bad_rows)
        fm_incident_problem(b->in, e, 0,
                            "%llu spans have no id or no readable start and were left out",
                            (unsigned long long)b->bad_rows);
    for (size_t i = before; i < b->set->spans.n; i++) {
        fm_time t = b->set->spans.items[i].start;
        if (e->first == FM_TIME_NONE || t < e->first)
            e->first = t;
        if (e->last == FM_TIME_NONE || t > e->last)
            e->last = t;
    }
}

static bool is_trace_input(const struct fm_evidence *e)
{
    return e->type == FM_EVIDENCE_TRACES;
}

static void tell_limits(struct trace_builder *b)
{
    struct fm_incident *in = b->in;
    fm_vec_each (&in->inputs, e)
        if (is_trace_input(*e) && b->mask)
            fm_incident_problem(in, *e, 0,
                                "traces were sampled to stay within memory: one of %llu is kept, "
                                "%zu of %llu spans in all",
                                (unsigned long long)b->mask + 1, b->set->spans.n,
                                (unsigned long long)b->n_seen);
    if (b->set->n_left_out)
        fm_incident_limit(in, "traces: %llu spans beyond %zu were left out",
                          (unsigned long long)b->set->n_left_out, b->spans_max);
    if (b->n_records_left_out)
        fm_incident_limit(in, "traces: %llu log records beyond %zu were not joined to spans",
                          (unsigned long long)b->n_records_left_out, b->spans_max);
}

static enum fm_code run(struct fm_incident *in)
{
    struct trace_builder b;
    trace_builder_begin(&b, in);
    fm_vec_each (&in->inputs, e) {
        FM_TRY(fm_ctx_check(in->ctx));
        if (is_trace_input(*e))
            read_traces(&b, *e);
    }
    fm_vec_each (&in->inputs, e) {
        b.source = *e;
        if (!is_trace_input(*e) && b.set->spans.n && !trace_read_log(&b))
            FM_TRY(trace_read_records(&b));
    }
    FM_TRY(fm_ctx_check(in->ctx));
    trace_link(&b);
    tell_limits(&b);
    in->traces = b.set;
    trace_observe(in);
    return FM_OK;
}

const struct fm_processor fm_traces_processor = {
    .name = "traces",
    .types = FM_TYPE_BIT(FM_EVIDENCE_TRACES),
    .run = run,
};
