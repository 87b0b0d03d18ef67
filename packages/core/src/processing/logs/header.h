/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the message begins in a log of unknown layout.
 *
 * fm_logs_header_learn looks at the first lines and keeps only what at least four of five of them
 * share: the place and form of the time stamp, a level, and what stands behind it. A component name
 * before a colon that is always there belongs to the header; a message that sometimes begins with a
 * word and a colon does not.
 */
#ifndef FAULTMAVEN_CORE_LOGS_HEADER_H
#define FAULTMAVEN_CORE_LOGS_HEADER_H

#include "processing/logs/field.h"
#include "processing/logs/record.h"

#define FM_LOGS_SAMPLE_LINES 500
#define FM_LOGS_SEQUENCE_MAX 8

enum fm_logs_cut {
    FM_LOGS_CUT_ANCHOR,    /* the message begins behind the level, or the time stamp */
    FM_LOGS_CUT_TAG,       /* behind the first tag */
    FM_LOGS_CUT_SEPARATOR, /* behind the first separator */
    FM_LOGS_CUT_SEQUENCE,  /* behind these kinds of fields */
};

struct fm_logs_header {
    bool has_time, has_level, has_host, has_pipes;
    bool has_level_before; /* the level stands before the time stamp */
    uint8_t form;          /* of the time stamp that counts */
    uint8_t token;         /* fields before it */
    enum fm_logs_cut cut;
    uint8_t sequence[FM_LOGS_SEQUENCE_MAX];
    uint8_t n_sequence;
};

void fm_logs_header_learn(const fm_str *lines, size_t n, struct fm_logs_header *out);

/* The same for lines of several layouts: that of the commonest time stamp, when at least twenty
 * lines have it. */
void fm_logs_header_learn_any(const fm_str *lines, size_t n, struct fm_logs_header *out);

struct fm_logs_header_memo;

/* Cuts a line; false when it has no time stamp where the header has one (then it is a line of
 * another kind: a continuation, or a notice), and message is the whole line. memo may be NULL. */
bool fm_logs_header_parse(const struct fm_logs_header *h, struct fm_timestamp_cache *cache,
                          struct fm_logs_header_memo *memo, fm_str line,
                          struct fm_logs_record *out);

/* A line on its own: its time stamp wherever it stands near the beginning, and what looks like a
 * header behind it. */
bool fm_logs_header_guess(fm_str line, struct fm_logs_record *out);

#endif
