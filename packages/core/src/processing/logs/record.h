/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a log, cut into its parts. All texts are borrowed from the line. */
#ifndef FAULTMAVEN_CORE_LOGS_RECORD_H
#define FAULTMAVEN_CORE_LOGS_RECORD_H

#include "faultmaven/core/logs.h"
#include "processing/timestamp.h"

#define FM_LOG_FIELDS_MAX 64

struct fm_log_field {
    fm_str name, value;
};

struct fm_log_record {
    fm_str line;
    fm_str message;
    fm_str component;
    struct fm_timestamp ts;
    bool has_time;
    fm_time t; /* resolved; FM_TIME_NONE without has_time */
    enum fm_log_level level;
    struct fm_log_field fields[FM_LOG_FIELDS_MAX];
    size_t n_fields;
};

static inline void fm_log_record_field(struct fm_log_record *r, fm_str name, fm_str value)
{
    if (r->n_fields < FM_LOG_FIELDS_MAX && value.len)
        r->fields[r->n_fields++] = (struct fm_log_field){name, value};
}

#endif
