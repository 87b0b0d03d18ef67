/* SPDX-License-Identifier: Apache-2.0 */
/* What a series is about: the entity behind its labels, prefix or table. */
#ifndef FAULTMAVEN_CORE_METRICS_ENTITY_H
#define FAULTMAVEN_CORE_METRICS_ENTITY_H

#include "processing/metrics/builder.h"

/* Sets entity, peer and instance of s. */
void metric_entity_find(struct metric_builder *b, struct fm_metric_series *s,
                        const struct metric_identity *id, bool is_node);

/* True when a column or label of this name says what a row is about. */
bool metric_is_entity_key(fm_str key);

#endif
