/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of text that tell a log from a table, whatever stands in them. Lines are not blank. */
#ifndef FM_CORE_INTAKE_SHAPE_H
#define FM_CORE_INTAKE_SHAPE_H

#include "faultmaven/base/str.h"

/* Titles of columns between commas, semicolons or tabs: at least two, none a number or a time. */
bool shape_is_header(fm_str line);

/* A header, and rows of which most have as many fields. */
bool shape_is_table(const fm_str *lines, size_t n);

/* Lines that begin with a time stamp, behind a level, a host or a bracket at most; lines of traces
 * may stand between them. */
bool shape_is_log(const fm_str *lines, size_t n);

/* Prometheus exposition without its comments: "name{label="value"} 1.5". */
bool shape_is_exposition(const fm_str *lines, size_t n);

#endif
