/* SPDX-License-Identifier: Apache-2.0 */
/* Pairing of removed and added lines, and how much of the old text is gone. */
#ifndef FM_DIAGNOSIS_CHANGES_CODE_PAIRS_H
#define FM_DIAGNOSIS_CHANGES_CODE_PAIRS_H

#include "risk.h"

/* Pairs lines that differ in literals, one name or operators only; *worst is the largest risk of a
 * pair, rest what found no partner. */
void fm_pair_lines(struct fm_arena *a, const struct fm_edit *e, struct fm_edit *rest,
                   struct fm_risk *worst);

/* Share of the tokens of removed lines that no added line has: 0 … 1. */
double fm_lost_share(struct fm_arena *a, const struct fm_edit *e);

bool fm_lines_have(const struct fm_code_lines *lines, fm_str piece);
bool fm_lines_ihave(const struct fm_code_lines *lines, fm_str piece);

#endif
