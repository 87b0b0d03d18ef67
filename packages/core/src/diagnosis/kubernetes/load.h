/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was measured of services and nodes: a normal and a current value each, from series or from
 * alerts that state both. Normal is the median of the first fifth of a series (or of the quiet
 * period), current the largest median of a sliding fifth.
 */
#ifndef FAULTMAVEN_CORE_KUBE_LOAD_H
#define FAULTMAVEN_CORE_KUBE_LOAD_H

#include "kube.h"

struct fm_kube_pairing {
    bool is_set, is_alert;
    double normal, current;
    fm_str normal_text, current_text; /* as written */
    fm_span normal_span, current_span;
};

enum { FM_LOAD_P50, FM_LOAD_P90, FM_LOAD_P95, FM_LOAD_P99, FM_LOAD_PERCENTILES };

struct fm_kube_load {
    fm_str name;
    bool is_node;
    struct fm_kube_pairing latency_ms[FM_LOAD_PERCENTILES];
    struct fm_kube_pairing rate, cpu, throttled, transmit, memory, retransmits;
};
struct fm_kube_loads FM_VEC_OF(struct fm_kube_load *);

/* Services and nodes of the cluster that have any measurement. */
void fm_kube_read_loads(struct fm_kube *k, struct fm_kube_loads *out);

/* Slow: three times the normal and 12 ms more; ratios alone say nothing on small numbers. */
bool fm_kube_is_slow(const struct fm_kube_pairing *p);
bool fm_kube_is_slow_anywhere(const struct fm_kube_load *l);

#endif
