/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value of a table or a JSON text: numbers and times in the forms that exports of metrics and
 * traces use.
 */
#ifndef FAULTMAVEN_CORE_PROCESSING_CELL_H
#define FAULTMAVEN_CORE_PROCESSING_CELL_H

#include "faultmaven/base/clock.h"
#include "faultmaven/base/str.h"

/*
 * The whole of s as a number; "NaN", "null", "None", "-" and "" give NAN and true, infinities give
 * NAN. Exactly rounded: up to 15 digits by one multiplication or division (Clinger 1990), else by
 * strtod.
 */
bool fm_cell_number(fm_str s, double *out);

/* True when s is a number in the narrow sense: not empty and not a word for a missing value. */
bool fm_cell_is_number(fm_str s);

/*
 * RFC 3339 with "T" or blank, Go's "2006-01-02 15:04:05.999 +0000 UTC m=+0.1", "2006/01/02
 * 15:04:05", and Unix time: seconds (also with a fraction), milliseconds, microseconds or
 * nanoseconds, told apart by size. Times before 1990 or after 2100 are refused. zone_offset_s is
 * used for text without a zone.
 */
bool fm_cell_time(fm_str s, int32_t zone_offset_s, fm_time *out);

#endif
