/* SPDX-License-Identifier: Apache-2.0 */
/* From a ranked service to a hypothesis: fault type, words, citations, who suffers. */
#ifndef FAULTMAVEN_CORE_SERVICES_PROPOSE_H
#define FAULTMAVEN_CORE_SERVICES_PROPOSE_H

#include "diagnosis/services/model.h"

void svc_propose(struct svc_model *m, const struct svc *s);

/* Callers of a service, nearest first, and what calls them in turn. */
void svc_affected_by(struct svc_model *m, struct fm_cause *c, fm_entity_id entity);

#endif
