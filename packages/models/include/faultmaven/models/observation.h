/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An observation: a typed fact computed from evidence. It carries spans, a time interval, an entity
 * and a score, and it asserts no cause.
 */
#ifndef FAULTMAVEN_MODELS_OBSERVATION_H
#define FAULTMAVEN_MODELS_OBSERVATION_H

#include "faultmaven/models/entity.h"
#include "faultmaven/models/evidence.h"

#define FM_SIGNALS(X)                                                                              \
    X(LOG, "log")                                                                                  \
    X(METRIC, "metric")                                                                            \
    X(TRACE, "trace")                                                                              \
    X(OBJECT, "object")                                                                            \
    X(EVENT, "event")                                                                              \
    X(COMMAND, "command")                                                                          \
    X(CHANGE, "change")                                                                            \
    X(CONFIG, "config")                                                                            \
    X(ALERT, "alert")                                                                              \
    X(TEXT, "text")

enum fm_signal {
#define FM_SIGNAL_ENUM(sym, name) FM_SIGNAL_##sym,
    FM_SIGNALS(FM_SIGNAL_ENUM)
#undef FM_SIGNAL_ENUM
        FM_SIGNAL_COUNT
};

/* X(symbol, name): add freely; names are stable. */
#define FM_OBSERVATION_KINDS(X)                                                                    \
    X(LOG_BURST, "log_burst")             /* a template's rate rose */                             \
    X(LOG_NEW, "log_new")                 /* a template first seen inside the incident */          \
    X(LOG_SILENT, "log_silent")           /* a template, or a whole source, went silent */         \
    X(LOG_RARE_SEVERE, "log_rare_severe") /* few records, high severity */                         \
    X(LOG_ERRORS, "log_errors")           /* an error template that is there all along */          \
    X(LOG_ERROR_CHAIN, "log_error_chain") /* "caused by" chain: subject is the innermost */        \
    X(LOG_PERIODIC, "log_periodic")       /* a failure that recurs at a fixed interval */          \
    X(EXIT_CODE, "exit_code")             /* a process ended; after = exit code */                 \
    X(VALUE_SATURATED, "value_saturated") /* a number in text reached its limit: n of m */         \
    X(VALUE_GROWTH, "value_growth")       /* a number in text grows without falling */             \
    X(VALUE_SHIFT, "value_shift")         /* a number in text (latency…) changed level */        \
    X(METRIC_SHIFT, "metric_shift")                                                                \
    X(METRIC_TREND, "metric_trend")                                                                \
    X(METRIC_SATURATED, "metric_saturated")                                                        \
    X(METRIC_SPIKE, "metric_spike")                                                                \
    X(METRIC_FLAT, "metric_flat")                                                                  \
    X(METRIC_GAP, "metric_gap")                                                                    \
    X(SPAN_SLOW, "span_slow")                                                                      \
    X(SPAN_ERRORS, "span_errors")                                                                  \
    X(EDGE_SLOW, "edge_slow")                                                                      \
    X(SPAN_MISSING, "span_missing")                                                                \
    X(SPAN_REPEATED, "span_repeated")                                                              \
    X(OBJECT_CONDITION, "object_condition") /* an object says that something is wrong */           \
    X(OBJECT_MISMATCH, "object_mismatch")   /* two objects contradict each other */                \
    X(OBJECT_ABSENT, "object_absent")       /* something that is referred to does not exist */     \
    X(OBJECT_EVENT, "object_event")         /* a warning event of the platform */                  \
    X(RESTART, "restart")                                                                          \
    X(CHANGE, "change") /* deploy, commit, flag, reload, scaling */                                \
    X(ALERT, "alert")                                                                              \
    X(HEALTHY, "healthy")     /* a state that is good now */                                       \
    X(RECOVERED, "recovered") /* a state that was bad and is good again */                         \
    X(STATEMENT, "statement") /* a note by a person */

enum fm_observation_kind {
#define FM_OBSERVATION_ENUM(sym, name) FM_OBSERVATION_##sym,
    FM_OBSERVATION_KINDS(FM_OBSERVATION_ENUM)
#undef FM_OBSERVATION_ENUM
        FM_OBSERVATION_KIND_COUNT
};

const char *fm_signal_name(enum fm_signal s);
const char *fm_observation_kind_name(enum fm_observation_kind k);

struct fm_observation {
    enum fm_observation_kind kind;
    enum fm_signal signal;
    fm_entity_id entity;   /* FM_ENTITY_NONE when the evidence names none */
    fm_time begin, end;    /* FM_TIME_NONE when it has no time */
    double score;          /* 0..1: how surely something is unusual here */
    double before, after;  /* the measured value, where there is one; NAN otherwise */
    uint64_t count;        /* records, events, points behind it */
    fm_str subject;        /* template text, metric name, object field path, event reason */
    fm_str unit;           /* "ms", "bytes", "%", "" */
    fm_str text;           /* one sentence for people; its numbers and quotes are in the spans or in
                              before/after/count */
    struct fm_spans spans; /* first the most telling; at most a handful */
};

#endif
