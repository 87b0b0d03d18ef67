/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendar arithmetic and RFC 3339 text. The many forms that logs use are read by core/processing
 * (timestamp.h).
 */
#ifndef FAULTMAVEN_BASE_TIME_H
#define FAULTMAVEN_BASE_TIME_H

#include "faultmaven/base/clock.h"
#include "faultmaven/base/str.h"

/* Proleptic Gregorian date to days since 1970-01-01; month 1..12, day 1..31 (not checked against
 * the month). */
int64_t fm_days_from_civil(int64_t year, unsigned month, unsigned day);
void fm_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);

#define FM_TIME_TEXT_MAX 40

/* "2025-07-01T12:00:00Z", with as many of 3, 6 or 9 fraction digits as the value needs; "" for
 * FM_TIME_NONE. Returns buf. */
const char *fm_time_format(fm_time t, char buf[FM_TIME_TEXT_MAX]);
fm_str fm_time_str(struct fm_arena *a, fm_time t);

/* RFC 3339 with any number of fraction digits (beyond 9 cut off), "T", "t" or " ", zone "Z",
 * "+hh:mm" or "+hhmm"; without a zone it is UTC. The whole of s must match. Out of range or
 * malformed: false. */
bool fm_time_parse(fm_str s, fm_time *out);

/* "90s", "5m", "1h30m", "250ms", "2d" to nanoseconds; the whole of s must match. */
bool fm_duration_parse(fm_str s, int64_t *out_ns);

/* "250 ms", "12 s", "3 min 5 s", "2 h 10 min", "3 d 4 h": for people. */
fm_str fm_duration_str(struct fm_arena *a, int64_t ns);

#endif
