/* SPDX-License-Identifier: Apache-2.0 */
/* Collects spans and log records while sources are read; link.c then makes trees of them. */
#ifndef FAULTMAVEN_CORE_TRACES_BUILDER_H
#define FAULTMAVEN_CORE_TRACES_BUILDER_H

#include "faultmaven/base/map.h"
#include "faultmaven/core/traces.h"

/* Parents as read, and what link.c needs beside the spans. */
struct span_link {
    uint64_t parent; /* hash of the parent's id; 0 for none */
};

struct trace_builder {
    struct fm_incident *in;
    struct fm_trace_set *set;
    struct fm_evidence *source;
    FM_VEC(struct span_link) links;           /* one a span */
    FM_VEC(struct span_link) record_spans;    /* id of the span of each record */
    FM_VEC(struct span_link) record_traces;   /* its trace; 0 when it names none */
    struct fm_map services, operations, keys; /* name → index + 1 */
    uint64_t bad_rows, n_records_left_out;
    /*
     * Traces are sampled when there are more spans than spans_max: a trace is kept when the bits of
     * `mask` are 0 in the hash of its id, so that traces stay whole and shares stay unbiased.
     */
    size_t spans_max;
    uint64_t mask, n_seen;
    bool is_full; /* all spans are of one trace: the rest is left out */
};

/* Limits and memory for what the trace evidence of the incident may hold. */
void trace_builder_begin(struct trace_builder *b, struct fm_incident *in);

/* A span as text. */
struct span_fields {
    fm_str trace, id, parent, service, operation, start, end, duration, status, kind, error;
    int64_t duration_unit; /* ns; what `duration` counts */
    fm_str piece;          /* the bytes of the whole */
};

/* Adds a span; false when it has no id or no readable time. */
bool trace_builder_span(struct trace_builder *b, const struct span_fields *f);

/* Number of a name in the set's table. */
uint32_t trace_builder_service(struct trace_builder *b, fm_str name);
uint32_t trace_builder_operation(struct trace_builder *b, fm_str name);

struct record_fields {
    fm_str trace, span, service, level, message, time;
    fm_str piece;
    fm_time at; /* FM_TIME_NONE: read `time` */
};
void trace_builder_record(struct trace_builder *b, const struct record_fields *f);

/* Hash of an id without regard to leading zeros of hex ids ("00ab" and "ab" are one); 0 for no id.
 */
uint64_t trace_id_hash(fm_str id);

/* Each reads one input; false: not its form. */
bool trace_read_csv(struct trace_builder *b);
bool trace_read_json(struct trace_builder *b);

/* Reads a table of log records that carry span ids; false: not its form. */
bool trace_read_log(struct trace_builder *b);

/* Reads a log of another form when it speaks of spans. Fails only on cancellation and deadline. */
FM_MUST_CHECK enum fm_code trace_read_records(struct trace_builder *b);

/* Parents, children, records, edges. Call once, when all inputs are read. */
void trace_link(struct trace_builder *b);

/* Observations: slow and failing services and edges. */
void trace_observe(struct fm_incident *in);

#endif
