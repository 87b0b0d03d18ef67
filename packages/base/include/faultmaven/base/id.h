/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids: 128 bits that sort by time of creation, shown with a prefix that says what they name:
 * "case_0197c2k6…".
 *
 * Layout as in UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds since 1970, version,
 * 12 bits that count within one millisecond, variant, 62 random bits. So an id can be stored in a
 * uuid column. The text is a prefix of 1 to 15 lower-case letters, "_", and 26 characters of
 * Crockford's base 32 in lower case (no i, l, o, u): text sorts as bytes do.
 */
#ifndef FAULTMAVEN_BASE_ID_H
#define FAULTMAVEN_BASE_ID_H

#include "faultmaven/base/rng.h"

#define FM_ID_BYTES 16
#define FM_ID_PREFIX_MAX 15
#define FM_ID_TEXT_MAX (FM_ID_PREFIX_MAX + 1 + 26 + 1)

typedef struct fm_id {
    uint8_t bytes[FM_ID_BYTES]; /* all zero: no id */
} fm_id;

/* Where ids come from. Ids of one source increase strictly, also within a millisecond and when the
 * clock goes back. One thread (or the caller's lock). */
struct fm_id_source {
    const struct fm_clock *clock; /* borrowed */
    struct fm_rng *rng;           /* borrowed */
    int64_t last_ms;
    unsigned sequence;
};

void fm_id_source_init(struct fm_id_source *s, const struct fm_clock *clock, struct fm_rng *rng);
fm_id fm_id_new(struct fm_id_source *s);

bool fm_id_is_none(fm_id id);
int fm_id_cmp(fm_id a, fm_id b);

/* Writes "prefix_…" and returns buf. */
const char *fm_id_format(fm_id id, const char *prefix, char buf[FM_ID_TEXT_MAX]);

/* Reads what fm_id_format writes, in any case, with exactly this prefix; false when it is something
 * else. */
bool fm_id_parse(fm_str s, const char *prefix, fm_id *out);

/* Creation time, to the millisecond. */
fm_time fm_id_time(fm_id id);

#endif
