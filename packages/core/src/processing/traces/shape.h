/* SPDX-License-Identifier: Apache-2.0 */
/* Observations about how calls nest: span_repeated, span_missing, and the critical path. */
#ifndef FAULTMAVEN_CORE_TRACES_SHAPE_H
#define FAULTMAVEN_CORE_TRACES_SHAPE_H

#include "faultmaven/core/traces.h"

/*
 * Compares parents before `split` (or of the quiet period) with those after it: a child that is
 * called many times more often by one parent (the query in a loop), and one that nearly every
 * parent called and hardly any calls now. At most 20 observations, each with the spans it rests on.
 */
void trace_observe_shape(struct fm_incident *in, fm_time split);

/* "front GET / 120.0 ms > cart GET /c 110.0 ms": from a span down to the child that ends last, as
 * long as that takes at least half of its parent's time. Adds the spans below the first to o. */
fm_str trace_critical_path(struct fm_incident *in, uint32_t span, struct fm_observation *o);

#endif
