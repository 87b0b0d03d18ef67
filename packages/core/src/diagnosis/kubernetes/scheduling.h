/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_CORE_KUBE_SCHEDULING_H
#define FAULTMAVEN_CORE_KUBE_SCHEDULING_H

#include "kube.h"

/* Why kube-scheduler rejected nodes (the texts of its filter plugins). */
enum fm_kube_reject {
    FM_REJECT_CLAIM,
    FM_REJECT_SELECTOR,
    FM_REJECT_TAINT,
    FM_REJECT_UNSCHEDULABLE,
    FM_REJECT_CPU,
    FM_REJECT_MEMORY,
    FM_REJECT_EPHEMERAL,
    FM_REJECT_DEVICE,
    FM_REJECT_PODS,
    FM_REJECT_ANTI_AFFINITY,
    FM_REJECT_POD_AFFINITY,
    FM_REJECT_SPREAD,
    FM_REJECT_HOST_PORT,
    FM_REJECT_VOLUME_NODE,
    FM_REJECT_VOLUME_COUNT,
    FM_REJECT_NOT_READY,
    FM_REJECT_COUNT
};

struct fm_kube_reason {
    enum fm_kube_reject kind;
    int64_t count; /* nodes */
    fm_str text;
};

#define FM_KUBE_REASONS_MAX 24

struct fm_kube_verdicts {
    struct fm_kube_reason items[FM_KUBE_REASONS_MAX];
    size_t n;
};

void fm_kube_read_reasons(fm_str message, struct fm_kube_verdicts *v);
const struct fm_kube_reason *fm_kube_reason_of(const struct fm_kube_verdicts *v,
                                               enum fm_kube_reject kind);

/* Whether the node meets the pod's node selector, and one of its required node affinity terms. */
bool fm_kube_selector_accepts(const struct fm_pod_spec *spec, const struct fm_object *node);
bool fm_kube_affinity_accepts(const struct fm_pod_spec *spec, const struct fm_object *node);
bool fm_kube_has_node_affinity(const struct fm_pod_spec *spec);

/* The spec that holds selector and affinity of p. */
const struct fm_pod_spec *fm_kube_placement(const struct fm_kube_pod *p);

#endif
