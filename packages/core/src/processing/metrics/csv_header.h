/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the columns of a table of metrics are: read from its header rows and the first rows of
 * values.
 */
#ifndef FAULTMAVEN_CORE_METRICS_CSV_HEADER_H
#define FAULTMAVEN_CORE_METRICS_CSV_HEADER_H

#include "processing/csv.h"
#include "processing/metrics/builder.h"

#define CSV_HEADERS_MAX 8

enum csv_column_use {
    CSV_IGNORE,
    CSV_TIME,
    CSV_VALUE,  /* numbers: one series a column (wide), or the value (long) */
    CSV_LABEL,  /* text that tells rows apart */
    CSV_METRIC, /* text that names the metric of the row (long) */
    CSV_UNIT,
    CSV_STATISTIC,
};

enum csv_level {
    CSV_LEVEL_NAME,
    CSV_LEVEL_ENTITY,
    CSV_LEVEL_STATISTIC,
    CSV_LEVEL_UNIT,
    CSV_LEVEL_LABEL
};

struct csv_header {
    fm_str *rows[CSV_HEADERS_MAX]; /* rows[k][i]: field i of header row k */
    enum csv_level levels[CSV_HEADERS_MAX];
    size_t n_rows;
    size_t n_columns;
    enum csv_column_use *uses;
    size_t time_column;
    bool is_long;
};

/* Reads the headers and leaves *c before the first row of values. False: no column of times, or no
 * numbers. */
bool csv_header_read(struct fm_incident *in, struct fm_csv *c, struct csv_header *h);

/* The name of column i: the header row of names. */
fm_str csv_header_name(const struct csv_header *h, size_t i);

/* The cell of the first header row of a level for column i, or "". */
fm_str csv_header_cell(const struct csv_header *h, enum csv_level level, size_t i);

#endif
