/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traces: spans read from OTLP JSON, Jaeger, Zipkin, Tempo and CSV, the service graph that they
 * draw, and the log records that carry a span id.
 *
 * Spans are compact (names are numbers into the set's tables) and in order of (input, position in
 * it). Parents are resolved over all inputs of the same kind (incident or baseline); a parent chain
 * never loops (a span that would close a loop, or is its own parent, becomes a root). Durations
 * that are negative or absent are 0.
 *
 * Written by fm_traces_processor; afterwards read-only. Memory is the incident's arena.
 */
#ifndef FAULTMAVEN_CORE_TRACES_H
#define FAULTMAVEN_CORE_TRACES_H

#include "faultmaven/core/incident.h"

#define FM_TRACE_SPANS_MAX                                                                         \
    8000000 /* spans of one incident; the rest is counted and the limit reported */
#define FM_TRACE_NAMES_MAX 65536 /* services plus operations; further names become "(other)" */

#define FM_SPAN_NONE UINT32_MAX

enum fm_span_kind {
    FM_SPAN_UNSET,
    FM_SPAN_INTERNAL,
    FM_SPAN_SERVER,
    FM_SPAN_CLIENT,
    FM_SPAN_PRODUCER,
    FM_SPAN_CONSUMER
};

struct fm_trace_span {
    uint64_t trace; /* hash of the trace id */
    uint64_t id;    /* hash of the span id */
    fm_time start;
    int64_t duration; /* ns */
    uint64_t offset;  /* of the row or JSON object in the input */
    uint32_t length;
    uint32_t evidence;                  /* index of the input */
    uint32_t service;                   /* into services */
    uint32_t operation;                 /* into operations */
    uint32_t parent;                    /* into spans; FM_SPAN_NONE for a root */
    uint32_t first_child, next_sibling; /* by start time */
    uint32_t first_record;              /* into records; n_records of them belong to this span */
    uint32_t n_records;
    uint16_t status; /* HTTP status, or 0 */
    uint8_t kind;    /* enum fm_span_kind */
    bool is_error;
    bool is_baseline;
    bool has_lost_parent; /* names a parent that is not in the evidence */
};

/* A log record that carries a span id. */
struct fm_span_record {
    fm_time at;
    uint64_t offset; /* of the row in the input */
    uint32_t length;
    uint32_t evidence;
    uint32_t span; /* into spans; FM_SPAN_NONE when that span is not in the evidence */
    uint32_t key;  /* into record_keys: level and code location, else the message with its variable
                      parts masked */
    bool is_error;
};

struct fm_trace_service {
    fm_str name; /* unified */
    fm_entity_id entity;
};

/* Calls from one service to another, as seen in parent–child pairs; from == to never occurs. */
struct fm_trace_edge {
    uint32_t from, to; /* into services */
    uint64_t calls, errors;
    uint64_t baseline_calls, baseline_errors;
};

struct fm_trace_set {
    FM_VEC(struct fm_trace_span) spans;
    FM_VEC(struct fm_span_record) records; /* by (is_baseline, span, time) */
    FM_VEC(struct fm_trace_service) services;
    FM_VEC(fm_str) operations;
    FM_VEC(fm_str) record_keys;
    FM_VEC(struct fm_trace_edge) edges;
    uint64_t n_left_out;
    uint64_t n_traces, n_baseline_traces;
    fm_time first, last; /* of the spans that are not baseline */
};

/* The bytes of a span, at most FM_QUOTE_MAX of them. */
fm_span fm_trace_quote(const struct fm_incident *in, const struct fm_trace_span *s);
fm_span fm_record_quote(const struct fm_incident *in, const struct fm_span_record *r);

#define fm_span_children(set, span, it)                                                            \
    for (uint32_t it = (span)->first_child; it != FM_SPAN_NONE;                                    \
         it = (set)->spans.items[it].next_sibling)

#endif
