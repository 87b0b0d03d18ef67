/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known line formats as descriptions. A description is read from left to right against the line:
 *
 *   text        itself; a blank stands for one or more blanks
 *   <name>      a field without blanks, up to the byte that the description goes on with
 *   <name#>     digits only, with an optional sign
 *   <name~>     up to the byte that the description goes on with; may hold blanks; \" does not end
 * it <name=a|b>  one of these words <name[]>    "-", or bracket groups
 *   {...}       optional
 *   <*>         the rest of the line: the message
 *   ^  $        where the message begins and ends when there is no <*>
 *   \x          the byte x itself
 *
 * Names with a meaning: time (any form of timestamp.h), klogtime (glog), level (a level word),
 * letter (a level letter), mark (Redis), pri (syslog priority), component, request ("GET /x
 * HTTP/1.1": gives method and path). `_` is dropped. All others become fields.
 */
#ifndef FAULTMAVEN_CORE_LOGS_FORMAT_H
#define FAULTMAVEN_CORE_LOGS_FORMAT_H

#include "processing/logs/record.h"

struct fm_logs_format {
    const char *name;
    const char *text;
    bool is_inner; /* describes messages inside another format (haproxy in syslog): gives fields
                      only */
};

extern const struct fm_logs_format fm_logs_formats[];
extern const size_t fm_logs_n_formats;

#define FM_LOGS_HOLES_MAX 32
#define FM_LOGS_STOPS_MAX 8

struct fm_logs_matcher;

/* A placeholder of a description, looked up once. */
struct fm_logs_hole {
    bool (*special)(struct fm_logs_matcher *m); /* time, level …; NULL for fields */
    uint8_t name_kind;                          /* what a field's name means (format.c) */
    char kind;                                  /* '\0', '#', '~', '=', '[' or '*' */
    char stops[FM_LOGS_STOPS_MAX];              /* bytes that end it */
    uint8_t n_stops;
    fm_str name, choices;
    const char *behind; /* in the description */
};

/* A description made ready for matching. */
struct fm_logs_program {
    const char *text;
    struct fm_logs_hole holes[FM_LOGS_HOLES_MAX];
    uint8_t n_holes;
};

void fm_logs_format_compile(const struct fm_logs_format *f, struct fm_logs_program *out);

/* True when the whole line has the format; *out is filled only then. */
bool fm_logs_format_match(const struct fm_logs_program *f, struct fm_timestamp_cache *cache,
                          fm_str line, struct fm_logs_record *out);

/* method, path and protocol of a request line as fields. */
void fm_logs_request_fields(struct fm_logs_record *r, fm_str request);

#endif
