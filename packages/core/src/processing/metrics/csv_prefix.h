/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wide tables often put the entity into the column name: "cart_cpu", "cart-db_mem",
 * "cart-p50latency", or two of them for an edge: "web_cart". No separator is reserved for that, so
 * the split is found from all the columns together.
 */
#ifndef FAULTMAVEN_CORE_METRICS_CSV_PREFIX_H
#define FAULTMAVEN_CORE_METRICS_CSV_PREFIX_H

#include "faultmaven/base/map.h"

struct column_split {
    fm_str entity; /* "" when the name has none */
    fm_str peer;   /* of an edge */
    fm_str metric; /* the rest; the whole name when there is no entity */
};

/* out[i] for names[0..n-1]. */
void csv_prefix_split(struct fm_arena *a, const fm_str *names, size_t n, struct column_split *out);

#endif
