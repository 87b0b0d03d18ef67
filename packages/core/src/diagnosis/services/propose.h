/* SPDX-License-Identifier: Apache-2.0 */
/* From a ranked service to a hypothesis: fault type, words, citations, who suffers. */
#ifndef FAULTMAVEN_CORE_SERVICES_PROPOSE_H
#define FAULTMAVEN_CORE_SERVICES_PROPOSE_H

#include "diagnosis/services/model.h"

/* The component where failing requests begin, from shares of errors alone. */
struct facts;
void svc_errors(struct fm_hypotheses *h, const struct facts *facts, size_t n);

void svc_propose(struct svc_model *m, const struct svc *s);

/* Who suffers: callers of a service, what runs on a node, nearest first, and what calls those in
 * turn. Does nothing when it is known. */
void svc_affected_by(struct fm_hypotheses *h, struct fm_cause *c, fm_entity_id entity);

#endif
