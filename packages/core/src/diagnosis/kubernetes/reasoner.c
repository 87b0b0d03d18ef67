/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

/* Order of explanation: what stands above explains what stands below. */
static void (*const rules[])(struct fm_kube *) = {
    fm_kube_rules_nodes,     fm_kube_rules_agents,      fm_kube_rules_pings,
    fm_kube_rules_hosts,     fm_kube_rules_scheduler,   fm_kube_rules_admission,
    fm_kube_rules_quota,     fm_kube_rules_storage,     fm_kube_rules_scheduling,
    fm_kube_rules_image,     fm_kube_rules_start,       fm_kube_rules_runtime,
    fm_kube_rules_probes,    fm_kube_rules_crash,       fm_kube_rules_routing,
    fm_kube_rules_addresses, fm_kube_rules_network,     fm_kube_rules_namespaces,
    fm_kube_rules_rollout,   fm_kube_rules_performance, fm_kube_note_state,
    fm_kube_affected,
};

static enum fm_code propose(struct fm_hypotheses *h)
{
    struct fm_kube k;
    if (!h->in->objects)
        return FM_OK;
    fm_kube_init(&k, h);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        FM_TRY(fm_ctx_check(h->in->ctx));
        rules[i](&k);
    }
    return FM_OK;
}

const struct fm_reasoner_source fm_kubernetes_reasoner = {
    .name = "kubernetes",
    .propose = propose,
};
