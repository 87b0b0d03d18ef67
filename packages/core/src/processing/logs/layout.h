/* SPDX-License-Identifier: Apache-2.0 */
/* How the lines of one input are cut into records: learned once from its beginning, then read-only,
 * any thread. */
#ifndef FAULTMAVEN_CORE_LOGS_LAYOUT_H
#define FAULTMAVEN_CORE_LOGS_LAYOUT_H

#include "processing/logs/header.h"

struct fm_log_layout {
    fm_str format;
    struct fm_log_header header;
    struct fm_timestamp_base base;
};

/* What reading lines remembers from one to the next. One per part of the input. */
struct fm_log_line_state {
    struct fm_timestamp_cache cache;
    fm_time t; /* of the record at hand */
    enum fm_log_level level;
    bool has_record;
};

void fm_log_layout_learn(struct fm_log_layout *l, struct fm_ctx *ctx, fm_str text,
                         const struct fm_log_options *opt);
void fm_log_line_state_init(struct fm_log_line_state *s);

/* Cuts the line. True when it continues the record before it (then t and level are that record's).
 */
bool fm_log_layout_line(const struct fm_log_layout *l, struct fm_log_line_state *s, fm_str line,
                        struct fm_log_record *out);

#endif
