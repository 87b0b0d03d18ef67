/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scanner: one pass over a message finds its variable parts and hashes the rest. Messages with
 * equal keys are of one group; no message is compared with a template.
 *
 * Literal bytes are hashed in runs between values, so a long stretch of words costs little. A value
 * enters the key only by its class: strong (typed by its own form: number, address, path ...) or
 * weak (known to vary by its place: behind
 * "=", alone between quotes, or a word with a digit). A strong value in a weak place counts as
 * weak, so that user=root and host=a.b.c.d have one key.
 */
#ifndef FAULTMAVEN_CORE_LOGS_SCAN_H
#define FAULTMAVEN_CORE_LOGS_SCAN_H

#include "faultmaven/base/str.h"
#include "processing/logs/value.h"

#define FM_LOGS_MESSAGE_MAX 4096 /* bytes of a message that are scanned; the rest is one value */
#define FM_LOGS_VALUES_MAX 200

struct fm_logs_value {
    uint16_t off, len; /* in the message */
    uint8_t type;      /* enum fm_logs_value_type */
    bool is_weak;      /* found by its place or by a digit, not by its form */
    bool is_placed;    /* stands behind "=" or alone between equal quotes */
};

#define FM_LOGS_LOOKS_MAX 4
struct fm_logs_look {
    uint16_t off, len; /* len as fm_logs_match_time returned it */
};

struct fm_logs_shape {
    uint64_t key;
    size_t n;
    /* Where which digits stand there decided, and not only that there are some: a date was looked
     * for. More than FM_LOGS_LOOKS_MAX: it did in too many places. */
    struct fm_logs_look looks[FM_LOGS_LOOKS_MAX];
    size_t n_looks;
    const struct fm_logs_value *values; /* in order, not overlapping: those below, or remembered */
    struct fm_logs_value own[FM_LOGS_VALUES_MAX];
};

/* msg: white space collapsed (fm_logs_collapse), at most FM_LOGS_MESSAGE_MAX bytes are looked at.
 */
void fm_logs_scan(fm_str msg, struct fm_logs_shape *out);

/*
 * msg without white space at its ends, every run of it inside as one blank, cut to
 * FM_LOGS_MESSAGE_MAX bytes. Returns msg's own bytes when nothing had to change, else the text
 * written to scratch[FM_LOGS_MESSAGE_MAX].
 */
fm_str fm_logs_collapse(fm_str msg, char *scratch);

#endif
