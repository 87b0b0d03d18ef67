/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of named values: JSON objects and logfmt. What a value means follows from its key (time,
 * level, message, component); keys of the usual libraries and standards are in roles.c.
 *
 * The message of such a line is its message value, then the error that it carries, then status,
 * exit code and duration: what a person would read first. Without a message value all values that
 * have no other role make it up, as key=value.
 */
#ifndef FAULTMAVEN_CORE_LOGS_STRUCTURED_H
#define FAULTMAVEN_CORE_LOGS_STRUCTURED_H

#include "processing/logs/record.h"

enum fm_logs_role {
    FM_LOGS_ROLE_FIELD,
    FM_LOGS_ROLE_TIME,
    FM_LOGS_ROLE_NANOS, /* of the second that another key gives */
    FM_LOGS_ROLE_LEVEL,
    FM_LOGS_ROLE_MESSAGE,
    FM_LOGS_ROLE_COMPONENT,
    FM_LOGS_ROLE_SERVICE, /* who logs: before pod, before container */
    FM_LOGS_ROLE_POD,
    FM_LOGS_ROLE_CONTAINER,
    FM_LOGS_ROLE_ERROR,
    FM_LOGS_ROLE_RESULT, /* status, exit code, duration: part of what is said */
    FM_LOGS_ROLE_TRACE,  /* stack trace: not part of what is said */
};

enum fm_logs_role fm_logs_role_of(fm_str key);

#define FM_LOGS_KEYS_CACHED 64
#define FM_LOGS_COMPOSED_MAX 8192

/* Keys in the order in which lines of one source have them. One per thread. */
struct fm_logs_structured_state {
    struct {
        const char *p;
        uint32_t len;
        enum fm_logs_role role;
    } keys[FM_LOGS_KEYS_CACHED];
    struct fm_timestamp_cache cache;
    uint8_t form;
    bool has_form;
    char composed[FM_LOGS_COMPOSED_MAX];  /* the message, when it is put together */
    char unescaped[FM_LOGS_COMPOSED_MAX]; /* message and fields whose JSON text held escapes */
    size_t n_unescaped;
};

/* One JSON object that takes the whole line. `out` keeps time, level and component that it has
 * already when the object has none. False, and out untouched, when it is no such line. */
bool fm_logs_json_line(struct fm_logs_structured_state *s, fm_str line, struct fm_logs_record *out);

/* key=value key="some text" ...; the line must begin with a pair and hold at least three, or two
 * with a level or message. */
bool fm_logs_logfmt_line(struct fm_logs_structured_state *s, fm_str line,
                         struct fm_logs_record *out);

/* Columns of a table of log lines, from its first line. */
#define FM_LOGS_COLUMNS_MAX 48
struct fm_logs_columns {
    fm_str name[FM_LOGS_COLUMNS_MAX];
    enum fm_logs_role role[FM_LOGS_COLUMNS_MAX];
    unsigned n;
};

/* True when `head` names columns, among them a time and a message. */
bool fm_logs_csv_columns(fm_str head, struct fm_logs_columns *out);

/* A row of the table (RFC 4180 quoting); false when it has another number of fields. */
bool fm_logs_csv_line(const struct fm_logs_columns *c, struct fm_logs_structured_state *s,
                      fm_str line, struct fm_logs_record *out);

/* --- shared by the readers (structured.c) --- */

#define FM_LOGS_PARTS_MAX 24

struct fm_logs_parts {
    struct fm_logs_structured_state *s;
    struct fm_logs_record *out;
    fm_str message, error;
    struct fm_logs_pair results[FM_LOGS_PARTS_MAX];
    size_t n_results;
    struct fm_logs_pair others[FM_LOGS_PARTS_MAX];
    size_t n_others;
    int64_t nanos;
    unsigned known;                /* values with a role */
    enum fm_logs_role entity_role; /* of out->entity, when it is known from this line */
};

void fm_logs_parts_add(struct fm_logs_parts *parts, enum fm_logs_role role, fm_str key,
                       fm_str value);
void fm_logs_parts_finish(struct fm_logs_parts *parts);
enum fm_logs_role fm_logs_cached_role(struct fm_logs_structured_state *s, unsigned index,
                                      fm_str key);

#endif
