/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a log, cut into its parts. All texts are borrowed from the line. */
#ifndef FAULTMAVEN_CORE_LOGS_RECORD_H
#define FAULTMAVEN_CORE_LOGS_RECORD_H

#include "faultmaven/core/logs.h"
#include "processing/timestamp.h"

#define FM_LOGS_FIELDS_MAX 64

struct fm_logs_record {
    fm_str line;
    fm_str message;
    fm_str component;
    fm_str
        entity; /* service, pod, container or application that a line of named values belongs to */
    struct fm_timestamp ts;
    bool has_time;
    fm_time t; /* resolved; FM_TIME_NONE without has_time */
    enum fm_logs_level level;
    struct fm_logs_pair fields[FM_LOGS_FIELDS_MAX];
    size_t n_fields;
};

/* What a reader that fails half-way has to put back. */
struct fm_logs_mark {
    fm_str message, component, entity;
    struct fm_timestamp ts;
    bool has_time;
    enum fm_logs_level level;
    size_t n_fields;
};

static inline struct fm_logs_mark fm_logs_record_mark(const struct fm_logs_record *r)
{
    return (struct fm_logs_mark){r->message,  r->component, r->entity,  r->ts,
                                 r->has_time, r->level,     r->n_fields};
}

static inline void fm_logs_record_reset(struct fm_logs_record *r, const struct fm_logs_mark *m)
{
    r->message = m->message;
    r->component = m->component;
    r->entity = m->entity;
    r->ts = m->ts;
    r->has_time = m->has_time;
    r->level = m->level;
    r->n_fields = m->n_fields;
}

static inline void fm_logs_record_field(struct fm_logs_record *r, fm_str name, fm_str value)
{
    if (r->n_fields < FM_LOGS_FIELDS_MAX && value.len)
        r->fields[r->n_fields++] = (struct fm_logs_pair){name, value};
}

#endif
