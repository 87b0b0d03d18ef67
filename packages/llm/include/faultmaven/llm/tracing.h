/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans of model and tool calls, exported over HTTP. Without an exporter there is no tracer and no
 * network. Spans carry names, counts and times, never text of prompts or answers.
 *
 * OTLP/HTTP JSON (OpenTelemetry protocol 1.x) with the GenAI semantic conventions; Opik REST
 * (traces/batch, spans/batch).
 */
#ifndef FAULTMAVEN_LLM_TRACING_H
#define FAULTMAVEN_LLM_TRACING_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/rng.h"
#include "faultmaven/models/llm.h"
#include "faultmaven/net/client.h"

enum fm_span_kind {
    FM_SPAN_AGENT, /* a turn: the root */
    FM_SPAN_MODEL,
    FM_SPAN_TOOL,
};

struct fm_trace_span {
    enum fm_span_kind kind;
    fm_str name;     /* model, tool, or what was done */
    fm_str provider; /* gen_ai.provider.name */
    fm_time begin, end;
    enum fm_llm_class result;
    int64_t input_tokens, output_tokens;
    double cost_usd;
};

struct fm_trace {
    fm_str conversation;               /* id of the case */
    const struct fm_trace_span *spans; /* the first is the root */
    size_t n;
};

/* One request body; fresh ids come from rng. */
void fm_trace_write_otlp(const struct fm_trace *t, struct fm_rng *rng, struct fm_buf *out);
/* Bodies for traces/batch and spans/batch; ids are UUID version 7 of the spans' times. */
void fm_trace_write_opik(const struct fm_trace *t, const char *project, struct fm_rng *rng,
                         struct fm_buf *traces, struct fm_buf *spans);

struct fm_trace_exporter {
    const char *otlp_url;                                 /* "http://127.0.0.1:4318", or NULL */
    const char *opik_url;                                 /* "http://127.0.0.1:5173/api", or NULL */
    const char *opik_key, *opik_workspace, *opik_project; /* or NULL */
};

/* Sends a finished trace to each configured exporter; at most 5 s. A failure is the context's error
 * and otherwise of no consequence. */
FM_MUST_CHECK enum fm_code fm_trace_export(const struct fm_trace_exporter *e, struct fm_ctx *ctx,
                                           const struct fm_trace *t, struct fm_rng *rng);

#endif
