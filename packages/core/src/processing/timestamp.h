/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time stamps that programs write into their logs: one table of forms, one interpreter.
 *
 * A form is a text of directives (see timestamp_forms.c). Reading never allocates and looks at no
 * more than FM_TIMESTAMP_MAX bytes. Times without a zone are read as if they were UTC, without a
 * year as if they were of the year 2000 (a leap year), without a date as if on 2000-01-01;
 * has_zone, has_year and has_date say so, and fm_timestamp_resolve gives them their place once more
 * is known.
 */
#ifndef FAULTMAVEN_CORE_PROCESSING_TIMESTAMP_H
#define FAULTMAVEN_CORE_PROCESSING_TIMESTAMP_H

#include "faultmaven/base/time.h"

#define FM_TIMESTAMP_MAX 64

struct fm_timestamp {
    fm_time t;
    uint32_t len;     /* bytes read */
    int32_t zone_s;   /* seconds east of UTC, already subtracted from t */
    uint8_t form;     /* index into the table of forms */
    uint8_t digits;   /* of the fraction: 0, 3, 6, 9 ... as written */
    uint8_t zone_len; /* bytes from the zone on, with the blank before it; 0 without one */
    bool has_zone, has_year, has_date;
};

/* The first form of the table that matches at p. `to` ends the text. */
bool fm_timestamp_read(const char *p, const char *to, struct fm_timestamp *out);

/* Only this form. */
bool fm_timestamp_read_form(const char *p, const char *to, unsigned form, struct fm_timestamp *out);

unsigned fm_timestamp_forms(void);
const char *fm_timestamp_form_text(unsigned form);

/* True when the form has date and clock (not a clock alone, a date alone or a number of seconds).
 */
bool fm_timestamp_form_is_full(unsigned form);

/* How times that lack something are completed. Only what lacks is used. */
struct fm_timestamp_base {
    int32_t zone_s;      /* zone of times without one */
    fm_time first;       /* first resolved time of the same input, or FM_TIME_NONE */
    int32_t year;        /* of first, or of reference; 0: looked up on every use. */
    int32_t new_year[4]; /* days from 1970 to the first of January of year - 1 … year + 2 */
    fm_time reference;   /* latest plausible time (end of the incident, age of the file), or
                            FM_TIME_NONE */
};

/* Sets base->year and new_year; call it when first or reference was set. */
void fm_timestamp_base_year(struct fm_timestamp_base *base);

/*
 * Absolute time. A year is chosen so that the time is the latest one at or before reference plus
 * one day; behind the first time of the input a date that would lie more than two days before it
 * belongs to the next year, and a clock that would lie more than an hour before it to the next day.
 * The result depends on the stamp and the base only, not on neighbours, so parts of an input can be
 * read in any order.
 */
fm_time fm_timestamp_resolve(const struct fm_timestamp *ts, const struct fm_timestamp_base *base);

/* Remembers the last stamp's text up to the seconds: equal text is not read again. One per thread.
 */
struct fm_timestamp_cache {
    struct fm_timestamp ts; /* with zero fraction */
    char text[40];
    char zone[8];     /* as it stands behind the fraction, with the blank before it */
    uint32_t len;     /* of text; 0 is empty */
    uint8_t zone_len; /* 0: there is none */
    bool is_whole;    /* text is the whole stamp, not the part up to the seconds */
    bool has_form;    /* ts.form is the form of the last stamp */
};

bool fm_timestamp_read_cached(struct fm_timestamp_cache *c, const char *p, const char *to,
                              unsigned form, struct fm_timestamp *out);

#endif
