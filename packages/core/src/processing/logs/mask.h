/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text with its digits made equal. Lines of one kind differ in their numbers and little else, and
 * nearly every rule of the readers asks whether a byte is a digit, not which one. What follows from
 * a masked text therefore holds for every text with that mask.
 *
 * A digit counts as 1. A zero stays a zero where rules tell it from other digits: behind a colon
 * (no port begins with it) and before an x (hexadecimal). Rules that look closer, such as those of
 * dates, say so to whoever would remember their result (fm_logs_shape.depends_on_digits).
 */
#ifndef FAULTMAVEN_CORE_LOGS_MASK_H
#define FAULTMAVEN_CORE_LOGS_MASK_H

#include "faultmaven/base/str.h"

#define FM_LOGS_MASK_MAX 256
#define FM_LOGS_MASK_STEP 32 /* bytes that are masked at a time */

struct fm_logs_masked {
    size_t len;
    uint64_t hash;                        /* of the masked text */
    unsigned char text[FM_LOGS_MASK_MAX]; /* behind len 0 up to a whole step */
};

/* The next FM_LOGS_MASK_STEP bytes; reads one byte on either side of them. */
void fm_logs_mask_step(const unsigned char *in, unsigned char *out);

/* s.len is 1 to FM_LOGS_MASK_MAX. */
void fm_logs_mask(fm_str s, struct fm_logs_masked *out);

#endif
