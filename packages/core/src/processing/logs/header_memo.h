/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers whose cut is known. What a header says behind its time stamp follows from the bytes that
 * its readers look at, and of digits only from where they stand. Those bytes are remembered, masked
 * (mask.h), with the place of everything that was found in them. A header that looked at the end of
 * its line, or further than FM_LOGS_HEADER_LOOK bytes, is not remembered; so a line that begins
 * with remembered bytes is cut as the reader would cut it. One thread.
 */
#ifndef FAULTMAVEN_CORE_LOGS_HEADER_MEMO_H
#define FAULTMAVEN_CORE_LOGS_HEADER_MEMO_H

#include "processing/logs/header.h"

#define FM_LOGS_HEADER_SETS 64
#define FM_LOGS_HEADER_WAYS                                                                        \
    4 /* headers that begin alike; the one that is not looked at longest goes */
#define FM_LOGS_HEADER_LOOK 96
#define FM_LOGS_HEADER_PAIRS 4

struct fm_logs_header_piece {
    uint8_t off, len; /* behind the time stamp */
};

struct fm_logs_header_known {
    const struct fm_logs_header *header; /* NULL: empty */
    uint8_t len;                         /* of text */
    uint8_t message;                     /* where it begins */
    uint8_t level;
    uint8_t n_fields;
    struct fm_logs_header_piece component;
    struct fm_logs_header_piece values[FM_LOGS_HEADER_PAIRS];
    fm_str names[FM_LOGS_HEADER_PAIRS]; /* literals of the reader */
    unsigned char text[FM_LOGS_HEADER_LOOK];
};

struct fm_logs_header_memo {
    struct fm_logs_header_set {
        struct fm_logs_header_known known[FM_LOGS_HEADER_WAYS];
        uint8_t order[FM_LOGS_HEADER_WAYS]; /* of known, the latest first */
    } sets[FM_LOGS_HEADER_SETS];
};

/* What stands behind a time stamp, made ready to be looked up. */
struct fm_logs_header_ask {
    const struct fm_logs_header *header;
    const char *p; /* has one byte of its line before it */
    struct fm_logs_header_set *set;
    size_t n;                                       /* bytes of `in` that are of the line */
    unsigned char in[1 + FM_LOGS_HEADER_LOOK + 16]; /* from p - 1 on */
    unsigned char masked[FM_LOGS_HEADER_LOOK];      /* the first n_masked bytes from p on */
    size_t n_masked;
};

void fm_logs_header_memo_init(struct fm_logs_header_memo *m);

void fm_logs_header_ask(struct fm_logs_header_memo *m, const struct fm_logs_header *h,
                        const char *p, const char *end, struct fm_logs_header_ask *out);

/* Level, component and fields into r, which has none yet, and where the message begins; NULL when
 * the header is not known. */
const char *fm_logs_header_recall(struct fm_logs_header_ask *a, struct fm_logs_record *r);

/* r was read from a->p on, looking at no byte behind `far`. */
void fm_logs_header_remember(struct fm_logs_header_ask *a, const struct fm_logs_record *r,
                             const char *message, const char *far);

#endif
