/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of separated values (RFC 4180, with any of `,` `;` tab `|`), row by row over mapped bytes.
 *
 * A field is handed out without its outer quotes; doubled quotes inside it are kept
 * (fm_csv_unquote). A row ends at a line end outside quotes; a quote that never closes ends with
 * the line, so that one damaged row does not swallow the rest.
 */
#ifndef FAULTMAVEN_CORE_PROCESSING_CSV_H
#define FAULTMAVEN_CORE_PROCESSING_CSV_H

#include "faultmaven/base/str.h"

#define FM_CSV_FIELDS_MAX 16384
#define FM_CSV_ROW_MAX (4u << 20)

struct fm_csv {
    fm_str rest; /* not yet read */
    fm_str row;  /* bytes of the current row, without the line end */
    fm_str *fields;
    size_t n; /* fields of the current row, at most FM_CSV_FIELDS_MAX */
    char separator;
    uint64_t line; /* 1-based, of the current row */
};

/* Skips a byte order mark and finds the separator from the first lines. Fields live in `a`. */
void fm_csv_init(struct fm_csv *c, struct fm_arena *a, fm_str text);

/* Next row that is neither empty nor a comment ("#"); false at the end. */
bool fm_csv_next(struct fm_csv *c);

/* Field i of a row, without quotes; "" beyond its end. */
fm_str fm_csv_field(fm_str row, char separator, size_t i);

/* Doubled quotes made single; the same bytes when there are none. */
fm_str fm_csv_unquote(struct fm_arena *a, fm_str field);

#endif
