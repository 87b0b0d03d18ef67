/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured log lines for operators, as text or JSON, one write(2) a line.
 *
 *     fm_log_write(log, FM_LOG_INFO, "request served",
 *                  FM_FIELDS(FM_FIELD_STR("path", path), FM_FIELD_INT("status", 200)));
 *
 *     2025-07-01T12:00:00.123Z info request served path=/api/cases status=200
 *     {"time":"2025-07-01T12:00:00.123Z","level":"info","msg":"request
 * served","path":"/api/cases","status":200}
 *
 * Values come from outside: control bytes are escaped and bytes that are not UTF-8 become U+FFFD,
 * so that a value never starts a line. A field whose name says that it is a secret (password,
 * token, secret, authorization, cookie, api_key…) is written as "[hidden]". Evidence is never
 * logged, only its ids and sizes. A value is cut at FM_LOG_VALUE_MAX bytes.
 */
#ifndef FAULTMAVEN_BASE_LOG_H
#define FAULTMAVEN_BASE_LOG_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"

#define FM_LOG_VALUE_MAX 1024

/* X(symbol, name), most severe first. */
#define FM_LOG_LEVELS(X)                                                                           \
    X(FM_LOG_ERROR, "error")                                                                       \
    X(FM_LOG_WARN, "warn")                                                                         \
    X(FM_LOG_INFO, "info")                                                                         \
    X(FM_LOG_DEBUG, "debug")

enum fm_log_level {
#define FM_LOG_ENUM(sym, name) sym,
    FM_LOG_LEVELS(FM_LOG_ENUM)
#undef FM_LOG_ENUM
};

enum fm_log_format { FM_LOG_TEXT, FM_LOG_JSON };

/* Names for an options table; index is the enum's value; end with NULL. */
extern const char *const fm_log_level_names[];
extern const char *const fm_log_format_names[];

/* Constant after it was set up, so any thread may write through it. */
struct fm_log {
    const struct fm_clock *clock; /* borrowed */
    enum fm_log_level level;      /* lines less severe than this are dropped */
    enum fm_log_format format;
    int fd; /* borrowed; usually STDERR_FILENO */
};

enum fm_field_type {
    FM_FIELD_TYPE_END,
    FM_FIELD_TYPE_STR,
    FM_FIELD_TYPE_INT,
    FM_FIELD_TYPE_REAL,
    FM_FIELD_TYPE_BOOL
};

struct fm_log_field {
    enum fm_field_type type;
    const char *name; /* [a-z0-9_.]+ */
    fm_str str;
    int64_t i64;
    double real;
};

#define FM_FIELD_STR(name, value)                                                                  \
    {                                                                                              \
        FM_FIELD_TYPE_STR, name, value, 0, 0                                                       \
    }
#define FM_FIELD_INT(name, value)                                                                  \
    {                                                                                              \
        FM_FIELD_TYPE_INT, name, {NULL, 0}, value, 0                                               \
    }
#define FM_FIELD_REAL(name, value)                                                                 \
    {                                                                                              \
        FM_FIELD_TYPE_REAL, name, {NULL, 0}, 0, value                                              \
    }
#define FM_FIELD_BOOL(name, value)                                                                 \
    {                                                                                              \
        FM_FIELD_TYPE_BOOL, name, {NULL, 0}, value, 0                                              \
    }
#define FM_FIELDS(...)                                                                             \
    ((const struct fm_log_field[]){__VA_ARGS__, {FM_FIELD_TYPE_END, NULL, {NULL, 0}, 0, 0}})

/* Writes one line; fields ends with FM_FIELD_TYPE_END and may be NULL. A line that cannot be
 * written is lost. Any thread. */
void fm_log_write(const struct fm_log *log, enum fm_log_level level, const char *message,
                  const struct fm_log_field *fields);

/* The line that fm_log_write writes, with its "\n". */
void fm_log_line(const struct fm_log *log, enum fm_log_level level, const char *message,
                 const struct fm_log_field *fields, struct fm_buf *out);

#endif
