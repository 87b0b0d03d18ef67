/* SPDX-License-Identifier: Apache-2.0 */
/* Index of a case, kept by the fold. */
#ifndef MODELS_CASE_IMPL_H
#define MODELS_CASE_IMPL_H

#include "faultmaven/models/case.h"

#define FM_LINK_KEY_MAX 96

/* False when the id is empty or taken. */
bool fm_case_index(struct fm_case *c, enum fm_ref_kind kind, fm_str id, size_t index);

fm_str fm_link_key(char buf[FM_LINK_KEY_MAX], fm_str hypothesis_id, fm_str evidence_id);

#endif
