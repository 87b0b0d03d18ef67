/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as kubectl prints them: a header of upper-case (or mixed-case) names separated by two or
 * more blanks, cells cut at the header's offsets, because cells may be empty and may hold single
 * blanks.
 */
#ifndef FAULTMAVEN_CORE_KUBERNETES_TABLE_H
#define FAULTMAVEN_CORE_KUBERNETES_TABLE_H

#include "faultmaven/base/str.h"

#define FM_TABLE_COLUMNS_MAX 32

struct fm_table {
    fm_str names[FM_TABLE_COLUMNS_MAX];
    size_t offsets[FM_TABLE_COLUMNS_MAX];
    size_t n;
};

/* True when line has at least two column names. */
bool fm_table_header(fm_str line, struct fm_table *t);

/* Cells of a row, trimmed. A row that does not fit the offsets is split at runs of two blanks;
 * false when even the number of cells is larger than that of columns. */
bool fm_table_row(const struct fm_table *t, fm_str line, fm_str cells[FM_TABLE_COLUMNS_MAX]);

/* Index of a column, or -1. */
int fm_table_column(const struct fm_table *t, const char *name);

#endif
