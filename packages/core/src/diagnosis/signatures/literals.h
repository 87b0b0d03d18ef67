/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds which of many literals occur in a text, in one pass (Aho and Corasick, Communications of
 * the ACM 18(6), 1975). Literals are in lower case; the text is folded while it is read. Bytes that
 * occur in no literal share one column of the transition table, which keeps it small (some 40
 * columns).
 */
#ifndef FM_SIGNATURES_LITERALS_H
#define FM_SIGNATURES_LITERALS_H

#include "faultmaven/base/arena.h"
#include "faultmaven/base/str.h"

struct fm_literals;

/* n literals, each of 1 to 200 bytes; fewer than 100,000 bytes in sum. */
struct fm_literals *fm_literals_new(struct fm_arena *a, const fm_str *literals, size_t n);

/* Writes the numbers of the literals in text to found (room for all), each once, and returns how
 * many. `seen` has one byte per literal, all 0 before and after. */
size_t fm_literals_find(const struct fm_literals *l, fm_str text, uint8_t *seen, uint32_t *found);

#endif
