/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages whose shape is known: programs write the same text again and again, and a comparison is
 * cheaper than a scan. A fixed number of short messages, each at the place that its hash says; the
 * newer one takes the place. What is found never depends on what is remembered. One thread.
 */
#ifndef FAULTMAVEN_CORE_LOGS_RECALL_H
#define FAULTMAVEN_CORE_LOGS_RECALL_H

#include "processing/logs/scan.h"

#define FM_LOGS_RECALL_MESSAGES 512
#define FM_LOGS_RECALL_BYTES 192
#define FM_LOGS_RECALL_VALUES 16

struct fm_logs_recalled {
    uint64_t hash; /* of the text; compared before the text is */
    uint64_t key;
    uint32_t len; /* 0 is empty */
    uint32_t n;
    struct fm_logs_value values[FM_LOGS_RECALL_VALUES];
    char text[FM_LOGS_RECALL_BYTES];
};

struct fm_logs_recall {
    struct fm_logs_recalled entries[FM_LOGS_RECALL_MESSAGES];
};

void fm_logs_recall_init(struct fm_logs_recall *r);

/* fm_logs_scan, from memory when msg was there before. */
void fm_logs_recall_scan(struct fm_logs_recall *r, fm_str msg, struct fm_logs_shape *out);

#endif
