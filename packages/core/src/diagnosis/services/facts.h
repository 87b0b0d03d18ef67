/* SPDX-License-Identifier: Apache-2.0 */
/* What the series of one entity say, by role: the raw material of the resource rules. */
#ifndef FAULTMAVEN_CORE_SERVICES_FACTS_H
#define FAULTMAVEN_CORE_SERVICES_FACTS_H

#include "faultmaven/core/hypotheses.h"
#include "processing/metrics/change.h"

#define EVIDENCE_MAX 3

struct facts {
    struct fm_incident *in;
    fm_entity_id entity;
    /* The series of each role that rose most, fell most, and is nearest to its limit. NULL when
     * there is none. */
    const struct metric_change *up[FM_ROLE_COUNT], *down[FM_ROLE_COUNT], *near[FM_ROLE_COUNT];
    bool is_database, is_cache, is_queue, is_host;
    bool has_caller; /* something calls it */
};

/* One facts per entity that has series with a role, in order of entity. */
struct facts *facts_collect(struct fm_incident *in, size_t *n);

/* A lasting rise to at least `ratio` times, by at least `least` in the series' unit. NULL-safe. */
bool facts_rose(const struct metric_change *c, double ratio, double least);

/* A lasting fall to at most `ratio` times. */
bool facts_fell(const struct metric_change *c, double ratio);

/* Grows steadily over the whole window, to at least `growth` times. */
bool facts_grows(const struct metric_change *c, double growth);

/* Came to at least `share` of its limit, from clearly less. */
bool facts_at_limit(const struct metric_change *c, double share);

/* The entity itself is slow or fails. */
bool facts_has_symptom(const struct facts *f);

#endif
