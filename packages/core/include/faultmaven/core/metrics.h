/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics: series read from any of the usual forms, each value with the bytes that it was read
 * from, and what stands out in them.
 *
 * Forms: Prometheus text and OpenMetrics exposition, Prometheus HTTP API JSON (instant and range),
 * OTLP JSON, CloudWatch-like JSON lists, CSV wide (one column a series, one or several header rows)
 * and long (one row a value, in any column order).
 *
 * A series keeps its points in order of time. Series of one wide table share their times and row
 * positions, so that a value costs 8 bytes. Missing values are NAN. Infinite values are kept as NAN
 * too: they measure nothing.
 *
 * Units are normalised by fm_metric_set building: values of durations are in seconds, sizes in
 * bytes, shares in per cent (0..100), CPU in cores; `scale` is what a value as written was
 * multiplied with. Quote a value with fm_series_text, never by printing the scaled number.
 *
 * Written by fm_metrics_processor; afterwards read-only, any thread. Memory is the incident's
 * arena.
 */
#ifndef FAULTMAVEN_CORE_METRICS_H
#define FAULTMAVEN_CORE_METRICS_H

#include "faultmaven/core/incident.h"

#define FM_SERIES_MAX 262144          /* series of one incident; more are counted and left out */
#define FM_ROWS_MAX ((size_t)1 << 20) /* of one table; a longer one gives up every second row */

enum fm_metric_kind {
    FM_METRIC_GAUGE,
    FM_METRIC_COUNTER, /* only grows, but for resets to 0; stored as written, read it with
                          fm_series_rate */
};

/* X(symbol, name): what a series measures, from the words of its name, its labels and its unit. */
#define FM_METRIC_ROLES(X)                                                                         \
    X(OTHER, "other")                                                                              \
    X(CPU, "cpu")                     /* CPU used: cores, or per cent of a limit when unit is % */ \
    X(CPU_THROTTLED, "cpu_throttled") /* time or periods throttled by a quota */                   \
    X(CPU_STEAL, "cpu_steal")         /* taken by other guests of the host */                      \
    X(MEMORY, "memory")               /* memory used: bytes, or per cent */                        \
    X(MEMORY_FREE, "memory_free")                                                                  \
    X(GC, "gc") /* time or runs of garbage collection */                                           \
    X(THREADS, "threads")                                                                          \
    X(DESCRIPTORS, "descriptors")       /* open files or sockets */                                \
    X(LATENCY, "latency")               /* server side, or not said which side */                  \
    X(LATENCY_CLIENT, "latency_client") /* as seen by a caller of others */                        \
    X(REQUESTS, "requests")             /* requests, or their rate */                              \
    X(ERRORS, "errors")                 /* errors: count, rate, or per cent */                     \
    X(SUCCESS, "success")               /* success share or availability, per cent */              \
    X(RETRIES, "retries")                                                                          \
    X(NET_RECEIVE, "net_receive")                                                                  \
    X(NET_TRANSMIT, "net_transmit")                                                                \
    X(NET_DROPS, "net_drops") /* packets dropped or in error */                                    \
    X(RETRANSMITS, "retransmits")                                                                  \
    X(RTT, "rtt") /* network round trip */                                                         \
    X(DISK_USED, "disk_used")                                                                      \
    X(DISK_FREE, "disk_free")                                                                      \
    X(DISK_IO, "disk_io")     /* operations or bytes */                                            \
    X(DISK_BUSY, "disk_busy") /* utilisation or queue of the device */                             \
    X(DISK_LATENCY, "disk_latency")                                                                \
    X(CONNECTIONS, "connections")                 /* in use */                                     \
    X(CONNECTIONS_WAITING, "connections_waiting") /* waiters of a pool */                          \
    X(QUEUE_DEPTH, "queue_depth")                 /* messages waiting, consumer lag in messages */ \
    X(QUEUE_CONSUMERS, "queue_consumers")                                                          \
    X(REPLICATION_LAG, "replication_lag")                                                          \
    X(LOCKS, "locks") /* lock waits, deadlocks */                                                  \
    X(QUERY_TIME, "query_time")                                                                    \
    X(CACHE_HIT, "cache_hit") /* hit share, or hits */                                             \
    X(CACHE_MISS, "cache_miss")                                                                    \
    X(EVICTIONS, "evictions")                                                                      \
    X(RESTARTS, "restarts")                                                                        \
    X(UP, "up") /* 1 when the target answers */                                                    \
    X(CLOCK_OFFSET, "clock_offset")                                                                \
    X(LIMIT, "limit") /* a bound of another series: limit, quota, maximum, capacity */

enum fm_metric_role {
#define FM_ROLE_ENUM(sym, name) FM_ROLE_##sym,
    FM_METRIC_ROLES(FM_ROLE_ENUM)
#undef FM_ROLE_ENUM
        FM_ROLE_COUNT
};

struct metric_change;

const char *fm_metric_role_name(enum fm_metric_role r);

struct fm_label {
    fm_str key, value;
};

/* Where the value of row i stands: bytes of the row, and how to find the value in it. */
struct fm_metric_rows {
    fm_time *at;      /* ascending; may repeat */
    uint64_t *offset; /* of the row (CSV) or of the value itself (is_value) */
    uint32_t *length;
    size_t n;
    bool is_value;  /* offset and length are the value's own */
    char separator; /* of a CSV row */
};

struct fm_metric_series {
    fm_str name;        /* without entity, unit and statistic: "CpuUsage" */
    fm_str written;     /* as the source names it: "CpuUsage(m)", "carts_cpu"; use it as location */
    fm_span written_at; /* the bytes of that name, for citing; length 0 when it is composed */
    struct fm_label *labels;
    size_t n_labels;
    fm_entity_id entity; /* what it measures, unified; FM_ENTITY_NONE when nothing says so */
    fm_entity_id
        peer; /* the callee, for a series about an edge entity → peer; else FM_ENTITY_NONE */
    fm_str instance;  /* pod, container or host as written; "" when there is none */
    fm_str unit;      /* "s", "bytes", "%", "cores", "1/s", …; "" when unknown */
    fm_str statistic; /* "p50", "p99", "average", "max", "sum", …; "" when there is none */
    double scale;     /* values = written × scale */
    enum fm_metric_kind kind;
    enum fm_metric_role role;
    bool is_baseline; /* from the quiet period: compare with it, never accuse it */
    struct fm_evidence *source;
    const struct fm_metric_rows *rows; /* shared by the series of one table */
    uint32_t
        column;     /* field of the row that holds the value, 0-based; unused when rows->is_value */
    double *values; /* rows->n of them; NAN when missing */
};

struct fm_metric_set {
    FM_VEC(struct fm_metric_series *) series; /* in order of input, then of the source */
    uint64_t n_points;
    uint64_t n_left_out;                      /* series beyond FM_SERIES_MAX */
    struct fm_map baseline_index;             /* for fm_series_baseline */
    FM_VEC(struct fm_metric_series *) limits; /* those that bound another, of no baseline */
    struct metric_change
        *changes; /* one a series that is no baseline; private, see metrics/change.h */
    size_t n_changes;
};

/* The value as written and its bytes. "" and length 0 for a missing value. */
fm_str fm_series_text(const struct fm_metric_series *s, size_t i);
fm_span fm_series_span(const struct fm_metric_series *s, size_t i);

/* First row at or after t; rows->n when there is none. */
size_t fm_series_at(const struct fm_metric_series *s, fm_time t);

/* Label value, or "". */
fm_str fm_series_label(const struct fm_metric_series *s, const char *key);

/* The series of the quiet period that measures the same (entity, peer, written name, statistic), or
 * NULL. */
const struct fm_metric_series *fm_series_baseline(struct fm_arena *a,
                                                  const struct fm_metric_set *set,
                                                  const struct fm_metric_series *s);

/*
 * Per-second increase of a counter between neighbouring rows, resets to a smaller value counted as
 * a start from 0 (as Prometheus' rate() does); out[0] is NAN. For a gauge a copy of the values. out
 * holds rows->n doubles.
 */
void fm_series_rate(const struct fm_metric_series *s, double *out);

/* Robust numbers over the values with begin <= t < end; NAN when there are fewer than one. n tells
 * how many there were. */
struct fm_metric_summary {
    size_t n;
    double median, mad; /* mad = 1.4826 · median |x − median| */
    double min, max, p10, p25, p75, p90, p95, first, last;
    size_t i_min, i_max; /* rows of the extremes */
};
struct fm_metric_summary fm_series_summary(struct fm_arena *a, const struct fm_metric_series *s,
                                           fm_time begin, fm_time end);
struct fm_metric_summary fm_values_summary(struct fm_arena *a, const double *values, size_t n);

/*
 * Onset of a series: the first time at which it leaves what it was in its first quarter by 5 robust
 * standard deviations (MAD, with a floor of 5 % of the median) for three rows in a row, and stays
 * out for 60 % of the rest. FM_TIME_NONE when it never does. *row is the first row outside.
 */
fm_time fm_series_onset(struct fm_arena *a, const struct fm_metric_series *s, size_t *row);

/*
 * Anomalies of a series over its whole length, without a reference period:
 * docs/internals/metrics.md has the method.
 *
 * out[i] is the score of row i, 0..1, as an alert would use it: high where an event begins, below
 * 0.5 elsewhere. 0.5 is the mark at which an event is worth a look. Rows without a value get 0.
 */
void fm_series_scores(struct fm_arena *a, const struct fm_metric_series *s, double *out);

struct fm_metric_event {
    fm_time begin, end;                    /* first and last row */
    double score;                          /* 0..1; only events of 0.5 and more are given */
    const struct fm_metric_series *series; /* NULL: of a group of series together */
};
struct fm_metric_events FM_VEC_OF(struct fm_metric_event);

/*
 * Events of n ≥ 1 series that share their rows: those of each series, then, for n > 1, those of the
 * group (series NULL): where many of them leave their usual course together.
 */
void fm_group_events(struct fm_arena *a, const struct fm_metric_series *const *group, size_t n,
                     struct fm_metric_events *out);

/* Reads the metrics of one input, as fm_metrics_processor does, without looking for anything in
 * them. */
FM_MUST_CHECK enum fm_code fm_metrics_read(struct fm_incident *in);

#endif
