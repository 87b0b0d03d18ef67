/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages whose shape is known. Programs write the same texts again and again with other numbers,
 * and a comparison is cheaper than a scan. A fixed number of short messages is remembered, masked
 * (mask.h), each at the place that its hash says; the newer one takes the place. The whole masked
 * text is compared, then the digits that are no part of a value, and a date that was looked for is
 * looked for again: what is found never depends on what is remembered. One thread.
 */
#ifndef FAULTMAVEN_CORE_LOGS_RECALL_H
#define FAULTMAVEN_CORE_LOGS_RECALL_H

#include "processing/logs/mask.h"
#include "processing/logs/scan.h"

#define FM_LOGS_RECALL_MESSAGES 1024
#define FM_LOGS_RECALL_VALUES 24
#define FM_LOGS_RECALL_DIGITS 8

struct fm_logs_recalled {
    uint64_t hash; /* of the masked text; compared before the text is */
    uint64_t key;
    uint16_t len; /* 0 is empty */
    uint8_t n, n_looks, n_digits;
    struct {
        uint8_t off;
        char digit;
    } digits[FM_LOGS_RECALL_DIGITS]; /* that are text, not of a value: p99=, sha256( */
    struct fm_logs_look looks[FM_LOGS_LOOKS_MAX];
    struct fm_logs_value values[FM_LOGS_RECALL_VALUES];
    unsigned char text[FM_LOGS_MASK_MAX]; /* masked */
};

struct fm_logs_recall {
    struct fm_logs_recalled entries[FM_LOGS_RECALL_MESSAGES];
};

void fm_logs_recall_init(struct fm_logs_recall *r);

/* fm_logs_collapse and fm_logs_scan, from memory when a message with the same mask was there
 * before. Returns the collapsed message; out->values are valid until the next call. */
fm_str fm_logs_recall_scan(struct fm_logs_recall *r, fm_str msg, char *scratch,
                           struct fm_logs_shape *out);

#endif
