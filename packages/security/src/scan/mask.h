/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mask of a line is the line with every decimal digit as "1", and with numbers in base 16 (runs
 * of digits and letters up to f, and what follows "0x") as "1a1a": same length, same words; in
 * short ones the first and the last byte keep their kind. A UUID has one mask. Lines of one log
 * statement have few masks. What is found in the mask alone is found in every line that has it.
 */
#ifndef FAULTMAVEN_SECURITY_SCAN_MASK_H
#define FAULTMAVEN_SECURITY_SCAN_MASK_H

#include <stddef.h>
#include <stdint.h>

#include "scan/chars.h"

/* Behind the mask of n bytes, this many more are overwritten. */
#define FM_MASK_SLACK 64

#define FM_MASK_UNIFORM 8

struct fm_mask {
    uint64_t *events, *dashes, *hex; /* room for n / 64 + 2 */
    char *text;                      /* room for n + FM_MASK_SLACK */
};

void fm_mask_fill(struct fm_mask *m, const char *p, uint32_t n);

static inline char fm_mask_byte(char c)
{
    return fm_is_digit((unsigned char)c) ? '1' : c;
}

#endif
