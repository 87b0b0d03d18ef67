/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of an input: some MiB of whole lines, read by one thread into a table of its own.
 */
#ifndef FAULTMAVEN_CORE_LOGS_PART_H
#define FAULTMAVEN_CORE_LOGS_PART_H

#include "processing/logs/layout.h"
#include "processing/logs/miner.h"
#include "processing/logs/recall.h"

#define FM_LOGS_PART_GROUPS 8192

/* What reading lines works with. What is remembered in it holds for any part of the same input. */
struct fm_logs_line_work {
    struct fm_logs_record record;
    struct fm_logs_shape shape;
    char scratch[FM_LOGS_MESSAGE_MAX];
    struct fm_logs_line_state state;
    struct fm_logs_recall recall;
};

struct fm_logs_part {
    struct fm_logs_table table;
    uint32_t *leaves; /* owned; one a line, when they are asked for */
    size_t n_leaves, cap_leaves;
    struct fm_logs totals; /* counts, times and rates of the part */
    struct fm_logs_line_work work;
};

struct fm_logs_part *fm_logs_part_new(void);
void fm_logs_part_free(struct fm_logs_part *p);

/* Reads lines, whole ones of text; what p held before is gone. Lines are numbered from 1 on. */
void fm_logs_part_read(struct fm_logs_part *p, const struct fm_logs_layout *layout, fm_str text,
                       fm_str lines, bool has_leaves);

/* --- counts of a part and of the whole --- */
void fm_logs_totals_init(struct fm_logs *log);
void fm_logs_totals_merge(struct fm_logs *into, const struct fm_logs *from);

#endif
