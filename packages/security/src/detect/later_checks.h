/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asked of the mask, in the first step: could the detector find something here, whatever the digits
 * are? A no must be certain.
 */
#ifndef FAULTMAVEN_SECURITY_DETECT_LATER_CHECKS_H
#define FAULTMAVEN_SECURITY_DETECT_LATER_CHECKS_H

#include "scan/scan.h"

bool fm_number_may_count(const struct fm_line *l, uint32_t w);
bool fm_lettered_may_count(const struct fm_line *l, uint32_t w);
bool fm_format_may_match(const struct fm_line *l, uint32_t w);
bool fm_is_continued_option(const struct fm_line *l);

enum fm_pair_kind { FM_PAIR_NONE, FM_PAIR_ID, FM_PAIR_SECRET };

/* What the name of the key that ends at word w means. */
enum fm_pair_kind fm_pair_kind(struct fm_line *l, uint32_t w);

/* A word of digits and letters up to f in one case: drawn in the mask. */
static inline bool fm_word_is_base16(const struct fm_word *x)
{
    unsigned letters = x->cls & W_ALPHA;
    return x->cls & W_DIGIT && (letters == W_LOWER || letters == W_UPPER) &&
           !(x->cls & (W_NONHEX | W_HIGH));
}

#endif
