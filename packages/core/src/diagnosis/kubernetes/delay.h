/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_CORE_KUBE_DELAY_H
#define FAULTMAVEN_CORE_KUBE_DELAY_H

#include "load.h"

/* Which pod or node, delayed in its network, predicts the pattern of slow and normal services best.
 * `cap` bounds strength. */
void fm_kube_explain_delay(struct fm_kube *k, const struct fm_kube_loads *loads, double cap);

#endif
