/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_CORE_KUBE_VIEW_H
#define FAULTMAVEN_CORE_KUBE_VIEW_H

#include "kube.h"

/* Builds the view: pods and workloads that exist now, and events by object. */
void fm_kube_init(struct fm_kube *k, struct fm_hypotheses *h);

#endif
