/* SPDX-License-Identifier: Apache-2.0 */
/* Index of a case, kept by the fold. */
#ifndef FM_MODELS_CASE_IMPL_H
#define FM_MODELS_CASE_IMPL_H

#include "faultmaven/models/case.h"

#define FM_LINK_KEY_MAX 96

/* False when the id is empty or taken. */
bool fm_case_index(struct fm_case *c, enum fm_ref_kind kind, fm_str id, size_t index);

/* Appends to *list what it does not have; the old items are not touched. */
void fm_strs_add_unique(struct fm_arena *a, struct fm_strs *list, const struct fm_strs *more);

fm_str fm_link_key(char buf[FM_LINK_KEY_MAX], fm_str hypothesis_id, fm_str evidence_id);

#endif
