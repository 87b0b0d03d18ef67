/* SPDX-License-Identifier: Apache-2.0 */
/* The table behind timestamp.h, and the names of months, weekdays and zones. */
#ifndef FAULTMAVEN_CORE_PROCESSING_TIMESTAMP_FORMS_H
#define FAULTMAVEN_CORE_PROCESSING_TIMESTAMP_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Directives: Y year of 4 digits, y of 2; M month of 2 digits, O of 1 or 2, b its English name; D
 * day of 2 digits, d of 1 or 2, blank-padded; a weekday; H hour of 2 digits, h of 1 or 2; m minute;
 * s second; f optional fraction; z optional zone; p optional AM or PM; E seconds, ms, us or ns
 * since 1970; T one of "T t_-:"; ~ one of "-/."; blank one or more blanks; : - / . , themselves.
 */
struct fm_timestamp_form {
    const char *text;
    bool has_date, has_year, begins_with_letter;
    bool ends_with_clock; /* nothing but f and z behind s: its text up to the seconds can be cached
                           */
    /* Digits that it begins with, and the byte behind them ('~' a date mark, '\\0' any): what a
     * text must look like. */
    uint8_t digits_min, digits_max;
    char mark;
};

/* Behind fm_timestamp_forms() stand forms that are too short of marks to be looked for (glog's
 * "0517 15:04:22.619632"); the last one has no text. */
extern const struct fm_timestamp_form fm_timestamp_table[];

/* Forms that a text at p can have, judged by its first bytes: bit i for form i. */
uint32_t fm_timestamp_candidates(const char *p, size_t len);

/* Month 1..12 of the name that the text begins with ("Jan", "january"; a letter must not follow),
 * or 0. */
int fm_timestamp_month(const char *p, size_t len);
bool fm_timestamp_weekday(const char *p, size_t len);
/* Known abbreviation of exactly this length. */
bool fm_timestamp_zone(const char *p, size_t len, int32_t *seconds_east);

#endif
