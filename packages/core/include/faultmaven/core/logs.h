/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs: what one input's lines say, in bounded memory.
 *
 * fm_logs_read reads an input in one pass: it finds the format, cuts each record into time, level,
 * component, fields and message, and groups messages by template. A template is the constant part
 * of a message; `<*>` stands for what varies. For every variable part (slot) it keeps the most
 * frequent values and, for numbers, their course over time; for every template its count, levels,
 * rate over time and example lines.
 *
 * Deterministic: inputs are read in parts of a fixed size, possibly on several threads, and the
 * parts are merged in order, so the result does not depend on the number of threads. Bounded: at
 * most FM_LOGS_TEMPLATES_MAX templates, FM_LOGS_TOP values a slot, FM_LOGS_MESSAGE_SCAN bytes of a
 * message; what is left out is counted and reported.
 *
 * Method and measurements: docs/internals/log-templates.md.
 */
#ifndef FAULTMAVEN_CORE_LOGS_H
#define FAULTMAVEN_CORE_LOGS_H

#include "faultmaven/base/ctx.h"
#include "faultmaven/core/incident.h"
#include "faultmaven/core/logs_value.h"

#define FM_LOGS_TEMPLATES_MAX 16384
#define FM_LOGS_TOP 64
#define FM_LOGS_MESSAGE_SCAN 4096
#define FM_LOGS_BUCKETS 128
#define FM_LOGS_SERIES_BUCKETS 32
#define FM_LOGS_EXAMPLES 4

/* X(symbol, name): in order of severity, named as in OpenTelemetry and syslog. */
#define FM_LOGS_LEVELS(X)                                                                          \
    X(NONE, "")                                                                                    \
    X(TRACE, "trace")                                                                              \
    X(DEBUG, "debug")                                                                              \
    X(INFO, "info")                                                                                \
    X(NOTICE, "notice")                                                                            \
    X(WARNING, "warning")                                                                          \
    X(ERROR, "error")                                                                              \
    X(CRITICAL, "critical")                                                                        \
    X(ALERT, "alert")

enum fm_logs_level {
#define FM_LOGS_LEVEL_ENUM(sym, name) FM_LOGS_##sym,
    FM_LOGS_LEVELS(FM_LOGS_LEVEL_ENUM)
#undef FM_LOGS_LEVEL_ENUM
        FM_LOGS_LEVEL_COUNT
};

const char *fm_logs_level_name(enum fm_logs_level l);

/* A line of the input. */
struct fm_logs_place {
    uint64_t offset;
    uint64_t line; /* 1-based */
    uint32_t length;
};

/*
 * Records over time in buckets of 2^shift ns, aligned to multiples of their width since 1970.
 * Bucket number b = t >> shift stands at n[b & (FM_LOGS_BUCKETS - 1)]; numbers run from low to
 * high. The width is the smallest power of two, at least 2^20 ns, with which all records fit, so
 * equal records give equal rates in whatever order they come.
 */
struct fm_logs_rate {
    int64_t low, high; /* high < low: no record */
    uint8_t shift;
    uint32_t n[FM_LOGS_BUCKETS];
};

/* Numbers of one slot over time; the buckets work like those of fm_logs_rate. */
struct fm_logs_series {
    uint64_t n;
    double min, max, first, last, sum;
    uint64_t rises, falls; /* steps to a larger, a smaller value */
    fm_time first_at, last_at;
    struct fm_logs_place max_place; /* of the first record with the largest value */
    int64_t low, high;
    uint8_t shift;
    struct {
        double sum, max;
        uint32_t n;
    } bucket[FM_LOGS_SERIES_BUCKETS];
};

struct fm_logs_top {
    fm_str text;
    uint64_t hash;
    uint64_t count;
};

/* One variable part of a template. */
struct fm_logs_slot {
    enum fm_logs_value_type type; /* of its first value */
    fm_str
        name; /* of key=value and of JSON fields; else the word before it; "" when there is none */
    fm_str behind;           /* literal text up to the next slot, at most 24 bytes */
    struct fm_logs_top *top; /* in order of first appearance */
    uint32_t n_top;
    uint32_t cap_top;
    uint32_t last_top; /* index of the value that was seen last */
    bool is_many; /* more than FM_LOGS_TOP values: counts are those up to then, by part of the input
                   */
    bool is_weak, is_placed, is_after_blank, is_varying_unit;
    struct fm_logs_series
        *series;   /* NULL unless its values are numbers; sizes in bytes, durations in ms */
    double number; /* the first value as a number, before there is a series */
    bool is_number;
};

struct fm_logs_template {
    uint32_t id; /* 1-based, in order of first appearance */
    fm_str text;
    uint64_t count;
    uint64_t levels[FM_LOGS_LEVEL_COUNT];
    fm_str component; /* of the first record */
    fm_str entity;    /* service, pod or container that the lines themselves name; "" else */
    fm_time first, last;
    fm_time previous;     /* of the latest record */
    double gap_s, gap_sq; /* sums of the seconds between records, and of their squares */
    uint64_t n_gaps;
    struct fm_logs_place examples[FM_LOGS_EXAMPLES]; /* the first records */
    uint32_t n_examples;
    struct fm_logs_place latest;
    struct fm_logs_slot *slots;
    uint32_t n_slots;
    struct fm_logs_rate *rate; /* NULL while there is one timed record */
    bool is_trace;             /* line of a stack trace or another continuation of a record */
};

struct fm_logs {
    fm_str format; /* "syslog-3164", "json", "klog", …, "generic", "plain" */
    uint64_t bytes, lines, records;
    uint64_t untimed;   /* records without a readable time */
    uint64_t backwards; /* records that are older than the one before them */
    fm_time first, last;
    bool has_zone, has_year, has_date; /* all time stamps say so themselves */
    uint64_t levels[FM_LOGS_LEVEL_COUNT];
    struct fm_logs_rate rate, errors;    /* all records; those of level error and above */
    struct fm_logs_template **templates; /* in order of id */
    size_t n_templates;
    uint64_t evicted; /* records whose template was given up for lack of room: they count in
                         template "<*>" */
    uint64_t cut;     /* messages longer than FM_LOGS_MESSAGE_SCAN */
};

struct fm_logs_options {
    int32_t zone_s;       /* zone of time stamps without one */
    fm_time reference;    /* latest plausible time; FM_TIME_NONE when not known */
    struct fm_pool *pool; /* NULL: on the calling thread */
    /*
     * When set: called in order with the leaf number of every line of the input, part by part;
     * never from two threads at a time, but not always from the same. After fm_logs_read,
     * fm_logs_leaf gives the template of a leaf.
     */
    void (*on_leaves)(void *arg, const uint32_t *leaves, size_t n);
    void *arg;
};

/* Reads the whole of text. Fails only on cancellation and deadline. The result lives in the
 * context's arena. */
FM_MUST_CHECK enum fm_code fm_logs_read(struct fm_ctx *ctx, fm_str text,
                                        const struct fm_logs_options *opt, struct fm_logs **out);

/* Template of a leaf number that on_leaves was given; never NULL. */
const struct fm_logs_template *fm_logs_leaf(const struct fm_logs *log, uint32_t leaf);

/* The text for lines of this leaf: that of the template, or one where a slot with two or three
 * frequent words shows the word ("eth0 is down", "eth1 is down"). Two leaves with equal text are
 * one template. */
fm_str fm_logs_leaf_text(const struct fm_logs *log, uint32_t leaf);

/* Leaf numbers are below this. */
uint32_t fm_logs_leaves(const struct fm_logs *log);

/* Severity of a template: the highest level of its records; for records without a level, or with
 * one that says little, what the words of the text imply ("refused", "out of memory"): warning or
 * error. */
enum fm_logs_level fm_logs_severity(const struct fm_logs_template *t);

/* One log of an incident, read. */
struct fm_log_source {
    struct fm_evidence *evidence;
    struct fm_logs *logs;
    fm_entity_id entity; /* whose log it is, from its name; FM_ENTITY_NONE when nothing says so */
};

/* All logs of an incident, in order of the inputs; fm_incident.logs. Written by fm_logs_processor,
 * then read-only. */
struct fm_log_set {
    FM_VEC(struct fm_log_source) sources;
};

/* Whose template it is: the entity that its lines name, else that of the source. */
fm_entity_id fm_logs_entity(const struct fm_incident *in, const struct fm_log_source *s,
                            const struct fm_logs_template *t);

/* Reads text, a piece of e's bytes, as a log of `entity` (may be FM_ENTITY_NONE), adds it to
 * in->logs and observes what stands out in it. For logs inside other inputs: a transcript, a
 * describe output. Places count from the piece's start. */
FM_MUST_CHECK enum fm_code fm_logs_add(struct fm_incident *in, struct fm_evidence *e, fm_str text,
                                       fm_entity_id entity);

struct fm_logs_pair {
    fm_str name, value;
};

/* One record while it is read; all texts are borrowed until the callback returns. */
struct fm_logs_line {
    struct fm_logs_place place; /* of its first line */
    fm_str raw;     /* from the first byte of the record to its last, trace lines included */
    fm_str message; /* of the first line; put together for lines of named values */
    fm_str trace;   /* the lines that continue it, or "" */
    fm_str component, entity;
    fm_time t;       /* FM_TIME_NONE when it has none */
    unsigned digits; /* of the fraction of a second that it was written with */
    enum fm_logs_level level;
    const struct fm_logs_pair *fields;
    size_t n_fields;
};

/* Calls fn for every record in order, with all fields that the formats know, until it returns
 * false. */
FM_MUST_CHECK enum fm_code fm_logs_each(struct fm_ctx *ctx, fm_str text,
                                        const struct fm_logs_options *opt,
                                        bool (*fn)(void *arg, const struct fm_logs_line *line),
                                        void *arg);

/* Width of a rate's buckets in ns, and the records of the bucket with this number. */
static inline int64_t fm_logs_rate_width(const struct fm_logs_rate *r)
{
    return (int64_t)1 << r->shift;
}

static inline uint32_t fm_logs_rate_at(const struct fm_logs_rate *r, int64_t bucket)
{
    return bucket < r->low || bucket > r->high ? 0 : r->n[bucket & (FM_LOGS_BUCKETS - 1)];
}

#endif
