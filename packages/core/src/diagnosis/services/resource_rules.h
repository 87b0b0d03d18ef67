/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults that one entity's own series show: a resource at its limit, a queue that grows, a cache
 * that stops hitting. Each rule is a state (a limit reached, a level left for good) with its
 * reason; thresholds are those that the documentation of the systems gives, see
 * docs/internals/services.md.
 */
#ifndef FAULTMAVEN_CORE_SERVICES_RESOURCE_RULES_H
#define FAULTMAVEN_CORE_SERVICES_RESOURCE_RULES_H

#include "diagnosis/services/facts.h"

struct resource_rule {
    enum fm_fault fault;
    enum fm_fault database_fault; /* in its place when the entity is a database; the same when there
                                     is no other */
    /* Strength, 0 when it does not apply; used[] gets the changes it rests on, the telling one
     * first. */
    double (*judge)(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX]);
    const char *what; /* "<entity> <what>" */
    const char *mechanism;
    const char *action;
    const char *settle_ask;
};

extern const struct resource_rule resource_rules[];
extern const size_t n_resource_rules;

/* Proposes what the rules find. */
void resource_propose(struct fm_hypotheses *h);

#endif
