/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects rows while a source is read and turns them into series.
 *
 * A table is a set of columns over the same rows: the rows of a CSV file that have the same labels,
 * or one series of a JSON answer. Rows may come in any order of time; they are sorted when the
 * table is finished.
 */
#ifndef FAULTMAVEN_CORE_METRICS_BUILDER_H
#define FAULTMAVEN_CORE_METRICS_BUILDER_H

#include "processing/metrics/naming.h"

struct metric_table {
    struct fm_metric_rows *rows;
    double **columns;
    size_t n_columns, cap;
    fm_time previous;
    bool is_unsorted;
    uint32_t stride;  /* one row of so many is kept; a power of two */
    uint64_t n_given; /* rows offered so far */
    struct fm_evidence *source;
};

/* Whose values a series of the set has. */
struct metric_place {
    struct metric_table *table;
    uint32_t column;
};

struct metric_builder {
    struct fm_incident *in;
    struct fm_metric_set *set;
    struct fm_evidence *source;
    struct fm_map entities; /* label value → entity id + 1, for this run */
    uint64_t n_points_refused;
    /*
     * Rows live in an arena of their own. When it would pass points_bytes, the longest tables give
     * up every second row, as often as it takes; what is kept does not depend on threads or time.
     */
    struct fm_arena points;
    size_t points_bytes, rows_max, series_max;
    bool is_full; /* thinning does not help any more */
    FM_VEC(struct metric_table *) tables;
    FM_VEC(struct metric_place) places; /* as long as set->series */
};

/* Sets the limits from the memory that the user grants; metric_builder_end hands the rows to the
 * incident and tells the user what was left out. */
void metric_builder_begin(struct metric_builder *b, struct fm_incident *in);
void metric_builder_end(struct metric_builder *b);

/* How a series is to be called; strings are borrowed or of the arena. */
struct metric_identity {
    fm_str written; /* name as the source gives it */
    fm_span written_at;
    fm_str entity; /* name of what it measures, or "": then the labels decide */
    fm_str peer;
    fm_str unit;      /* as written, or "" */
    fm_str statistic; /* as written, or "" */
    struct fm_label *labels;
    size_t n_labels;
    bool is_counter; /* the source says so */
    bool is_gauge;   /* the source says so */
};

struct metric_table *metric_table_new(struct metric_builder *b, size_t n_columns, bool is_value,
                                      char separator);

/* A new row with all columns NAN; returns its index, or SIZE_MAX when it is not to be kept. piece:
 * see fm_metric_rows. */
size_t metric_table_row(struct metric_builder *b, struct metric_table *t, fm_time at, fm_str piece);

/* Sorts rows by time. Call once, before the series are made. */
void metric_table_finish(struct metric_builder *b, struct metric_table *t);

/* Makes the series of one column, unless it holds no value at all. */
void metric_builder_add(struct metric_builder *b, struct metric_table *t, size_t column,
                        uint32_t field, const struct metric_identity *id);

/* key="value",… between the braces of a sample or of a column's title, with or without quotes. */
size_t metric_labels_parse(struct fm_arena *a, fm_str text, struct fm_label **out);

/* Lets fm_series_baseline find what it looks for. */
void metric_set_index(struct fm_arena *a, struct fm_metric_set *set);

/* Each reads one input into series. False: this is not its form, and nothing was added. */
bool metric_read_csv(struct metric_builder *b);
bool metric_read_exposition(struct metric_builder *b);
bool metric_read_json(struct metric_builder *b);

#endif
