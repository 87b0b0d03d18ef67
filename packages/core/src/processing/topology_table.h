/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call graphs and placements given as tables: a list of edges ("Source,Target,Weight") or a square
 * matrix with names in the first row and column. A target that is an address is kept as a host.
 */
#ifndef FAULTMAVEN_CORE_PROCESSING_TOPOLOGY_TABLE_H
#define FAULTMAVEN_CORE_PROCESSING_TOPOLOGY_TABLE_H

#include "faultmaven/core/incident.h"

/* False: the table is neither. */
bool topology_read_table(struct fm_incident *in, struct fm_evidence *e);

#endif
