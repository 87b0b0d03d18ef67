/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the texts of a signature: {entity}, {peer}, {count} and the captures of the reason.
 * "{name|words}" gives words when nothing was captured. Every other byte stays.
 */
#ifndef FM_SIGNATURES_FILL_H
#define FM_SIGNATURES_FILL_H

#include "signature.h"

struct fm_filling {
    const struct fm_pattern_match *match;
    fm_str entity, peer, count;
};

fm_str fm_fill(struct fm_arena *a, fm_str text, const struct fm_filling *f);

#endif
