/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence: one input (a file, an archive member, standard input), content-addressed and never
 * edited; and the span, the only form of citation.
 */
#ifndef FAULTMAVEN_MODELS_EVIDENCE_H
#define FAULTMAVEN_MODELS_EVIDENCE_H

#include "faultmaven/base/clock.h"
#include "faultmaven/base/hash.h"
#include "faultmaven/base/str.h"
#include "faultmaven/base/vec.h"

/* X(symbol, name): what an input is, found from its content first and its name second. */
#define FM_EVIDENCE_TYPES(X)                                                                       \
    X(UNKNOWN, "unknown")                                                                          \
    X(EMPTY, "empty")                                                                              \
    X(LOG, "log")                                                                                  \
    X(METRICS, "metrics")                                                                          \
    X(TRACES, "traces")                                                                            \
    X(OBJECTS, "objects")                                                                          \
    X(EVENTS, "events")                                                                            \
    X(ALERT, "alert")                                                                              \
    X(CHANGES, "changes")                                                                          \
    X(CONFIG, "config")                                                                            \
    X(STACK_TRACE, "stack_trace")                                                                  \
    X(COMMAND_OUTPUT, "command_output")                                                            \
    X(TOPOLOGY, "topology")                                                                        \
    X(SOURCE_CODE, "source_code")                                                                  \
    X(PROSE, "prose")                                                                              \
    X(IMAGE, "image")                                                                              \
    X(BINARY, "binary")

enum fm_evidence_type {
#define FM_EVIDENCE_ENUM(sym, name) FM_EVIDENCE_##sym,
    FM_EVIDENCE_TYPES(FM_EVIDENCE_ENUM)
#undef FM_EVIDENCE_ENUM
        FM_EVIDENCE_TYPE_COUNT
};

const char *fm_evidence_type_name(enum fm_evidence_type t);

/* `length` bytes at `offset` of input number `evidence` (index into the incident's inputs; shown as
 * e1, e2, …). A span of length 0 cites nothing. */
typedef struct fm_span {
    uint64_t offset;
    uint32_t length;
    uint32_t evidence;
} fm_span;

struct fm_spans FM_VEC_OF(fm_span);

/* Something about an input that a user should know: it was cut, skipped, transcoded, damaged. */
struct fm_problem {
    fm_str text;
    uint64_t line; /* 1-based; 0 when the whole input is meant */
};

struct fm_evidence {
    uint32_t index; /* position in the incident's inputs; its id is "e<index+1>" */
    fm_str path;    /* relative to the PATH argument under which it was found */
    fm_str bytes;   /* content as cited: mapped, or the decompressed member; borrowed from intake */
    char sha256[FM_SHA256_HEX]; /* of the input as it was found; "" when it was not read */
    enum fm_evidence_type type;
    fm_str format;    /* "klog", "prometheus-text", "kubectl-transcript", …; "" when not known */
    bool is_baseline; /* from --baseline: a quiet period to compare with, never itself accused */
    uint64_t records;
    fm_time first,
        last;         /* event time of the first and last record; FM_TIME_NONE when it has none */
    fm_time modified; /* when the file was last written to; FM_TIME_NONE when nothing says so */
    FM_VEC(struct fm_problem) problems;
    /* Offsets of line starts every FM_LINE_STEP lines, made on first use; see fm_evidence_line. */
    uint64_t *line_marks;
    size_t n_line_marks;
};

#define FM_LINE_STEP 4096

/* 1-based number of the line that holds `offset`. Builds the line index in `a` on first use: one
 * thread. */
uint64_t fm_evidence_line(struct fm_arena *a, struct fm_evidence *e, uint64_t offset);

/* The whole line that holds `offset`, without its end, as a span. */
fm_span fm_evidence_line_span(const struct fm_evidence *e, uint64_t offset);

/* A span from a pointer into e->bytes. The piece must lie inside it. */
fm_span fm_span_of(const struct fm_evidence *e, fm_str piece);

#endif
