/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_CORE_VIEWS_CONTRADICTION_H
#define FM_CORE_VIEWS_CONTRADICTION_H

#include "faultmaven/models/diagnosis.h"

/* One sentence: "Deployment shop/cart, desired: a.txt:3 says 3, b.yaml:9 says 5; the first was
 * used, because …". */
fm_str fm_view_contradiction(struct fm_arena *a, const struct fm_diagnosis *d,
                             const struct fm_contradiction *c);

#endif
