/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube-proxy as a DaemonSet: its pod on one node is not ready while the others are. Pods of that
 * node stay Ready and reach no service whose endpoints changed since, or none at all.
 */
#include "podlog.h"

static bool is_proxy(const struct fm_kube_pod *p)
{
    return fm_str_starts(p->object->name, FM_STR("kube-proxy-")) ||
           fm_str_eqc(p->workload->name, "kube-proxy");
}

static bool find_victim(struct fm_kube *k, fm_str node, struct fm_kube_line *line)
{
    static const char *const marks[] = {"timed out",          "timeout",
                                        "deadline exceeded",  "no route to host",
                                        "connection refused", NULL};
    fm_vec_each (&k->pods, p)
        if (fm_str_eq((*p)->node_name, node) && !is_proxy(*p) &&
            fm_kube_log_find(k, (*p)->workload, marks, line))
            return true;
    return false;
}

static void affect_node(struct fm_kube *k, fm_str node, struct fm_cause *c)
{
    fm_vec_each (&k->pods, p)
        if (fm_str_eq((*p)->node_name, node) && !is_proxy(*p))
            fm_vec_push(k->a, &c->affects,
                        fm_incident_entity(k->h->in, FM_ENTITY_SERVICE, (*p)->workload->name));
}

static void assert_proxy(struct fm_kube *k, struct fm_kube_pod *p)
{
    struct fm_kube_line line = {0};
    bool has_victim = find_victim(k, p->node_name, &line);
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_NODE,
               .name = p->node_name,
               .fault = FM_FAULT_NETWORK_PROXY_UNAVAILABLE,
               .strength = has_victim ? 0.93 : 0.84,
               .rule = "kubernetes.node.proxy-pod",
               .statement = fm_kube_text(k,
                                         "kube-proxy on node %.*s does not run: its pod %.*s is "
                                         "not ready.",
                                         FM_STR_ARG(p->node_name), FM_STR_ARG(p->object->name)),
               .mechanism = FM_STR("kube-proxy programs the service addresses of its node; without "
                                   "it the pods there keep running and calls to services fail or "
                                   "go to endpoints that are gone."),
               .ask = FM_STR("Why does kube-proxy end on this node?"),
               .command = fm_kube_text(k, "kubectl logs -n kube-system %.*s --previous",
                                       FM_STR_ARG(p->object->name)),
           });
    fm_kube_cite(k, c, p->object->span, "the pod of kube-proxy");
    if (has_victim)
        fm_kube_cite(k, c, line.span, "a pod of the node cannot reach a service: %.*s",
                     FM_STR_ARG(fm_kube_cut(line.text, 160)));
    affect_node(k, p->node_name, c);
    fm_kube_explain(k, p->workload, c);
    fm_kube_explain_object(k, FM_OBJECT_NODE, p->node_name, c);
}

void fm_kube_rules_agents(struct fm_kube *k)
{
    fm_vec_each (&k->pods, p)
        if (is_proxy(*p) && !(*p)->is_ready && !(*p)->is_done && (*p)->is_placed &&
            !fm_kube_is_explained(k, FM_OBJECT_NODE, (*p)->node_name))
            assert_proxy(k, *p);
}
