/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_CORE_KUBERNETES_OBSERVE_H
#define FAULTMAVEN_CORE_KUBERNETES_OBSERVE_H

#include "faultmaven/core/objects.h"

/* Entities, topology edges and observations of a filled set, into its incident. */
void fm_objects_observe(struct fm_object_set *s);

#endif
