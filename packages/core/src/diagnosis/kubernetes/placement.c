/* SPDX-License-Identifier: Apache-2.0 */
/* Which filter keeps a pod from its nodes: evaluated against the nodes that are shown. */
#include "scheduling.h"

struct waiting {
    struct fm_kube *k;
    const struct fm_kube_pod *pod;
    const struct fm_pod_spec *spec;
    const struct fm_object_event *event;
    struct fm_kube_verdicts why;
    size_t n_workers, n_labelled;          /* worker nodes shown, and of these with labels */
    size_t n_selector, n_affinity, n_both; /* workers that each predicate accepts */
    const struct fm_object *cordoned;      /* a cordoned worker that both accept */
};

static void evaluate_node(struct waiting *w, const struct fm_object *node)
{
    if (node->kind != FM_OBJECT_NODE || !node->is_live)
        return;
    bool by_selector = fm_kube_selector_accepts(w->spec, node),
         by_affinity = fm_kube_affinity_accepts(w->spec, node);
    w->n_labelled += node->labels.n > 0;
    if (fm_kube_is_control_plane(node) &&
        (fm_kube_is_cordoned(node) || node->taints.n > 0 || !by_selector))
        return;
    w->n_workers++;
    w->n_selector += by_selector;
    w->n_affinity += by_affinity;
    w->n_both += by_selector && by_affinity;
    if (by_selector && by_affinity && fm_kube_is_cordoned(node) && !fm_kube_is_control_plane(node))
        w->cordoned = node;
}

static struct fm_cause *assert_reason(struct waiting *w, enum fm_fault fault, double strength,
                                      fm_str statement, fm_str mechanism)
{
    struct fm_kube *k = w->k;
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_WORKLOAD,
               .name = w->pod->workload->name,
               .fault = fault,
               .strength = strength,
               .rule = "kubernetes.scheduling",
               .statement = statement,
               .mechanism = mechanism,
               .ask = FM_STR("Which node should take this pod, and which filter rejects it there?"),
               .command = fm_kube_text(
                   k, "kubectl describe pod %.*s; kubectl get nodes --show-labels",
                   FM_STR_ARG(fm_kube_ref(k, w->pod->object->ns, w->pod->object->name))),
           });
    fm_kube_cite_event(k, c, w->event);
    fm_kube_explain(k, w->pod->workload, c);
    return c;
}

static double by_count(const struct fm_kube_reason *r)
{
    int64_t n = r->count < 9 ? r->count : 9;
    return 0.80 + 0.01 * (double)n;
}

/* The label that comes nearest to a selector that no node meets. */
static const struct fm_pair *nearest_label(const struct fm_kube *k, const struct fm_pair *want)
{
    const struct fm_pair *same_key = NULL;
    fm_vec_each (&k->s->objects, o) {
        if ((*o)->kind != FM_OBJECT_NODE)
            continue;
        fm_vec_each (&(*o)->labels, l) {
            if (fm_kube_near(l->key, want->key) == FM_NEAR_EXACT &&
                !fm_str_eq(l->value, want->value))
                same_key = l;
            if (fm_str_eq(l->value, want->value) && fm_kube_near(l->key, want->key) == FM_NEAR_EDIT)
                return l;
        }
    }
    return same_key;
}

static void cite_selector(struct waiting *w, struct fm_cause *c)
{
    fm_vec_each (&w->spec->node_selector, s) {
        fm_kube_cite(w->k, c, s->span, "the pod asks for nodes with %.*s=%.*s", FM_STR_ARG(s->key),
                     FM_STR_ARG(s->value));
        const struct fm_pair *near = nearest_label(w->k, s);
        if (near)
            fm_kube_cite(w->k, c, near->span, "a node has %.*s=%.*s instead", FM_STR_ARG(near->key),
                         FM_STR_ARG(near->value));
    }
}

static fm_str selector_text(struct waiting *w)
{
    fm_str text = FM_STR_NULL;
    fm_vec_each (&w->spec->node_selector, s)
        text = fm_kube_text(w->k, "%.*s%s%.*s=%.*s", FM_STR_ARG(text), text.len ? ", " : "",
                            FM_STR_ARG(s->key), FM_STR_ARG(s->value));
    return text;
}

static void check_selector(struct waiting *w, double strength)
{
    struct fm_kube *k = w->k;
    struct fm_cause *c =
        assert_reason(w, FM_FAULT_SCHEDULING_NODE_SELECTOR_MISMATCH, strength,
                      fm_kube_text(k,
                                   "Pod %.*s stays Pending because no node that may take it has "
                                   "the labels of its node selector %.*s.",
                                   FM_STR_ARG(w->pod->object->name), FM_STR_ARG(selector_text(w))),
                      FM_STR("A node selector is a hard requirement: without a node that carries "
                             "every label the scheduler places nothing."));
    cite_selector(w, c);
    fm_kube_action(k, c, "Correct the node selector of the workload, or label the intended nodes.",
                   fm_kube_text(k, "kubectl label node NODE %.*s", FM_STR_ARG(selector_text(w))),
                   "labelling a node lets every pod with this selector land on it");
}

static void check_affinity(struct waiting *w, double strength)
{
    struct fm_kube *k = w->k;
    struct fm_cause *c = assert_reason(
        w, FM_FAULT_SCHEDULING_NODE_AFFINITY_MISMATCH, strength,
        fm_kube_text(k, "Pod %.*s stays Pending because no node meets its required node affinity.",
                     FM_STR_ARG(w->pod->object->name)),
        FM_STR("Terms under requiredDuringSchedulingIgnoredDuringExecution are hard: a node must "
               "carry the labels that one term names."));
    if (w->spec)
        fm_vec_each (&w->spec->affinity, a)
            if (a->kind == FM_AFFINITY_NODE)
                fm_kube_cite(k, c, a->span, "required node affinity term");
    fm_kube_action(
        k, c, "Correct the affinity term, make it preferred, or label the intended nodes.",
        fm_kube_text(k, "kubectl get %s %.*s -o yaml", "deploy",
                     FM_STR_ARG(fm_kube_ref(k, w->pod->workload->ns, w->pod->workload->name))),
        "a relaxed term may place the pod on unsuitable hardware");
}

/* Known labels make the verdict firm: for the mismatch when no worker fits, against it when one
 * does. */
static double mismatch_strength(const struct waiting *w, const struct fm_kube_reason *r,
                                bool asks_for_labels)
{
    if (w->n_labelled == 0)
        return by_count(r);
    return w->n_both > 0 && asks_for_labels ? 0.70 : by_count(r) + 0.06;
}

/* Neither predicate alone is refuted when labels are unknown: what the pod declares decides. */
static void check_mismatch(struct waiting *w, const struct fm_kube_reason *r)
{
    bool has_selector = w->spec && w->spec->node_selector.n > 0,
         has_affinity = fm_kube_has_node_affinity(w->spec);
    bool knows_labels = w->n_labelled > 0;
    double strength = mismatch_strength(w, r, has_selector || has_affinity);
    if (has_selector && (!knows_labels || w->n_selector == 0 || !has_affinity))
        check_selector(w, strength);
    else
        check_affinity(w, has_affinity || !w->spec ? strength : by_count(r));
}

/* Control-plane nodes are cordoned by intention. */
static int64_t cordoned_control_plane(const struct fm_kube *k)
{
    int64_t n = 0;
    fm_vec_each (&k->s->objects, o)
        n +=
            (*o)->kind == FM_OBJECT_NODE && fm_kube_is_control_plane(*o) && fm_kube_is_cordoned(*o);
    return n;
}

static void cite_cordon(struct fm_kube *k, struct fm_cause *c, const struct fm_object *node)
{
    fm_field status = fm_object_get(node, FM_OBJECT_F_STATUS);
    fm_kube_cite(k, c, node->span, "node %.*s is unschedulable", FM_STR_ARG(node->name));
    fm_kube_cite(k, c, status.span, "status %.*s", FM_STR_ARG(status.text));
}

static void check_cordon(struct waiting *w, const struct fm_kube_reason *r)
{
    struct fm_kube *k = w->k;
    const struct fm_object *node = w->cordoned;
    if (!node && (r->count <= cordoned_control_plane(k) || w->n_workers > 0))
        return;
    struct fm_cause *c = assert_reason(
        w, FM_FAULT_SCHEDULING_NODE_CORDONED, node ? 0.95 : 0.80,
        fm_kube_text(k, "Pod %.*s stays Pending because %s%.*s%s cordoned (SchedulingDisabled).",
                     FM_STR_ARG(w->pod->object->name),
                     node ? "the node that could take it, " : "nodes that could take it ",
                     FM_STR_ARG(node ? node->name : FM_STR("are")), node ? ", is" : ""),
        FM_STR(
            "A cordoned node keeps its pods and takes no new ones until somebody uncordons it."));
    if (node)
        cite_cordon(k, c, node);
    fm_kube_action(
        k, c, "Uncordon the node if its maintenance is over.",
        fm_kube_text(k, "kubectl uncordon %.*s", FM_STR_ARG(node ? node->name : FM_STR("NODE"))),
        "pods will be placed on it at once");
}

/* The sum of what the containers of a pod request; 0 when nothing is shown. */
static double requested(const struct fm_pod_spec *spec, fm_str resource, fm_span *span)
{
    double sum = 0, v;
    if (spec)
        fm_vec_each (&spec->containers, c) {
            const struct fm_pair *p = fm_pairs_get(&c->requests, resource);
            if (!p)
                p = fm_pairs_get(&c->limits, resource);
            if (p && fm_quantity_parse(p->value, &v)) {
                sum += v;
                *span = p->span;
            }
        }
    return sum;
}

/* True when no shown node could ever hold the request. */
static bool exceeds_every_node(const struct fm_kube *k, fm_str resource, double want, fm_span *span)
{
    double have;
    bool has_any = false;
    fm_vec_each (&k->s->objects, o) {
        const struct fm_pair *p =
            (*o)->kind == FM_OBJECT_NODE ? fm_pairs_get(&(*o)->allocatable, resource) : NULL;
        if (!p || !fm_quantity_parse(p->value, &have))
            continue;
        has_any = true;
        if (have >= want)
            return false;
        *span = p->span;
    }
    return has_any;
}

static void check_resource(struct waiting *w, const struct fm_kube_reason *r, fm_str resource,
                           enum fm_fault fault)
{
    struct fm_kube *k = w->k;
    fm_span request = {0}, node = {0};
    double want =
        requested(w->pod->object->spec ? w->pod->object->spec : w->spec, resource, &request);
    bool never = want > 0 && exceeds_every_node(k, resource, want, &node);
    double strength = by_count(r) + (request.length ? 0.05 : 0) + (never ? 0.02 : 0);
    struct fm_cause *c = assert_reason(
        w, fault, strength,
        fm_kube_text(k,
                     "Pod %.*s stays Pending because no node has enough free %.*s for its request.",
                     FM_STR_ARG(w->pod->object->name), FM_STR_ARG(resource)),
        never ? FM_STR("The request is larger than what any shown node can allocate, so the pod "
                       "can never be placed as it is.")
              : FM_STR("The scheduler counts requests, not use: what other pods have requested "
                       "leaves too little."));
    fm_kube_cite(k, c, request, "the container requests %.*s", FM_STR_ARG(resource));
    fm_kube_cite(k, c, node, "what a node can allocate of %.*s", FM_STR_ARG(resource));
    fm_kube_action(
        k, c, "Lower the request to what the container needs, or add capacity.",
        fm_kube_text(k,
                     "kubectl top nodes; kubectl describe nodes | grep -A8 'Allocated resources'"),
        "a request below real use leads to pressure or OOM kills");
}

static void check_taint(struct waiting *w, const struct fm_kube_reason *r)
{
    static const struct {
        const char *key;
        enum fm_fault fault;
    } system_taints[] = {
        {"node.kubernetes.io/not-ready", FM_FAULT_NODE_NOT_READY},
        {"node.kubernetes.io/unreachable", FM_FAULT_NODE_NOT_READY},
        {"node.kubernetes.io/network-unavailable", FM_FAULT_NODE_NOT_READY},
        {"node.cloudprovider.kubernetes.io/uninitialized", FM_FAULT_NODE_NOT_READY},
        {"node.kubernetes.io/unschedulable", FM_FAULT_SCHEDULING_NODE_CORDONED},
        {"node.kubernetes.io/disk-pressure", FM_FAULT_NODE_PRESSURE},
        {"node.kubernetes.io/memory-pressure", FM_FAULT_NODE_PRESSURE},
        {"node.kubernetes.io/pid-pressure", FM_FAULT_NODE_PRESSURE}};
    struct fm_kube *k = w->k;
    enum fm_fault fault = FM_FAULT_SCHEDULING_TAINT_NOT_TOLERATED;
    if (fm_str_has(r->text, FM_STR("node-role.kubernetes.io/control-plane")) ||
        fm_str_has(r->text, FM_STR("node-role.kubernetes.io/master")))
        return;
    for (size_t i = 0; i < sizeof system_taints / sizeof *system_taints; i++)
        if (fm_str_has(r->text, fm_str_c(system_taints[i].key)))
            fault = system_taints[i].fault;
    fm_str taint = fm_kube_between(r->text, "{", "}");
    struct fm_cause *c =
        assert_reason(w, fault, by_count(r) + 0.04,
                      fm_kube_text(k,
                                   "Pod %.*s stays Pending because it does not tolerate the taint "
                                   "%.*s of the nodes that could take it.",
                                   FM_STR_ARG(w->pod->object->name), FM_STR_ARG(taint)),
                      FM_STR("A taint with effect NoSchedule or NoExecute keeps away every pod "
                             "without a matching toleration."));
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_NODE)
            fm_vec_each (&(*o)->taints, t)
                if (t->key.len && fm_str_has(taint, t->key))
                    fm_kube_cite(k, c, t->span, "node %.*s carries this taint",
                                 FM_STR_ARG((*o)->name));
    fm_kube_action(
        k, c,
        "Add the toleration if the pod belongs there, or remove the taint if it is a left-over.",
        FM_STR("kubectl taint nodes NODE KEY-"), "removing a taint opens the node to every pod");
}

static const struct {
    enum fm_kube_reject kind;
    enum fm_fault fault;
    double extra;
    const char *why, *mechanism, *action;
} plain_reasons[] = {
    {FM_REJECT_ANTI_AFFINITY, FM_FAULT_SCHEDULING_ANTI_AFFINITY_CONFLICT, 0.05,
     "its anti-affinity excludes every node that is left",
     "A required anti-affinity rule allows one such pod per topology domain; with as many domains "
     "as pods there is no room for another.",
     "Add a node or domain, lower the replicas, or make the rule preferred."},
    {FM_REJECT_POD_AFFINITY, FM_FAULT_SCHEDULING_TOPOLOGY_UNSATISFIABLE, 0,
     "no node runs the pods that its pod affinity asks for",
     "A required pod affinity needs a running pod with the named labels in the same topology "
     "domain.",
     "Start the partner first, or correct the labels of the rule."},
    {FM_REJECT_SPREAD, FM_FAULT_SCHEDULING_TOPOLOGY_UNSATISFIABLE, 0.05,
     "its topology spread constraints leave no node",
     "With whenUnsatisfiable: DoNotSchedule the skew between domains may not exceed maxSkew, and "
     "nodes without the topology key do not count.",
     "Add capacity in the emptiest domain, label the nodes, or use ScheduleAnyway."},
    {FM_REJECT_VOLUME_NODE, FM_FAULT_SCHEDULING_TOPOLOGY_UNSATISFIABLE, 0.05,
     "its volume can only be used on other nodes (volume node affinity conflict)",
     "A local or zonal volume binds the pod to the nodes of its zone.",
     "Free or add a node in the volume's zone, or recreate the volume."},
    {FM_REJECT_HOST_PORT, FM_FAULT_SCHEDULING_ANTI_AFFINITY_CONFLICT, 0,
     "no node has the requested host port free",
     "A host port can be used by one pod of a node only.",
     "Remove the hostPort, or run fewer replicas than nodes."},
    {FM_REJECT_VOLUME_COUNT, FM_FAULT_STORAGE_MOUNT_FAILED, 0,
     "the nodes have reached the number of volumes that they can attach",
     "A node can attach a limited number of volumes of a driver.",
     "Add a node or detach unused volumes."},
    {FM_REJECT_EPHEMERAL, FM_FAULT_STORAGE_EPHEMERAL_PRESSURE, 0,
     "no node has enough free ephemeral storage for its request",
     "Requests for ephemeral-storage are counted against the node's disk.",
     "Lower the request or add disk."},
    {FM_REJECT_PODS, FM_FAULT_NODE_PRESSURE, 0.04, "every node holds as many pods as it may",
     "Kubelet's pod limit is reached, whatever CPU and memory are free.",
     "Add a node or raise maxPods."},
};

static void check_plain(struct waiting *w, const struct fm_kube_reason *r)
{
    for (size_t i = 0; i < sizeof plain_reasons / sizeof *plain_reasons; i++) {
        if (plain_reasons[i].kind != r->kind)
            continue;
        struct fm_cause *c =
            assert_reason(w, plain_reasons[i].fault, by_count(r) + plain_reasons[i].extra,
                          fm_kube_text(w->k, "Pod %.*s stays Pending because %s.",
                                       FM_STR_ARG(w->pod->object->name), plain_reasons[i].why),
                          fm_str_c(plain_reasons[i].mechanism));
        fm_kube_action(w->k, c, plain_reasons[i].action, FM_STR_NULL, "changes where pods land");
        return;
    }
}

static void check_not_ready(struct waiting *w, const struct fm_kube_reason *r)
{
    if (w->n_workers == 0)
        assert_reason(w, FM_FAULT_NODE_NOT_READY, by_count(r),
                      fm_kube_text(w->k, "Pod %.*s stays Pending because the nodes are not ready.",
                                   FM_STR_ARG(w->pod->object->name)),
                      FM_STR("Nodes that are not ready take no pods."));
}

static void check_reason(struct waiting *w, const struct fm_kube_reason *r)
{
    switch ((int)r->kind) {
    case FM_REJECT_SELECTOR:
        check_mismatch(w, r);
        break;
    case FM_REJECT_UNSCHEDULABLE:
        check_cordon(w, r);
        break;
    case FM_REJECT_CPU:
        check_resource(w, r, FM_STR("cpu"), FM_FAULT_SCHEDULING_INSUFFICIENT_CPU);
        break;
    case FM_REJECT_MEMORY:
        check_resource(w, r, FM_STR("memory"), FM_FAULT_SCHEDULING_INSUFFICIENT_MEMORY);
        break;
    case FM_REJECT_DEVICE:
        check_resource(w, r, fm_kube_between(r->text, "Insufficient ", ""),
                       FM_FAULT_SCHEDULING_INSUFFICIENT_ACCELERATOR);
        break;
    case FM_REJECT_TAINT:
        check_taint(w, r);
        break;
    case FM_REJECT_NOT_READY:
        check_not_ready(w, r);
        break;
    default:
        check_plain(w, r);
        break;
    }
}

static void check_pod(struct fm_kube *k, const struct fm_kube_pod *p)
{
    struct waiting w = {.k = k, .pod = p, .spec = fm_kube_placement(p)};
    w.event = fm_kube_event(k, p->object, "FailedScheduling", NULL);
    if (!w.event || p->workload->is_explained)
        return;
    fm_kube_read_reasons(w.event->message, &w.why);
    fm_vec_each (&k->s->objects, o)
        evaluate_node(&w, *o);
    for (size_t i = 0; i < w.why.n; i++)
        check_reason(&w, &w.why.items[i]);
}

/* Pods that were placed since have left this behind. */
void fm_kube_rules_scheduling(struct fm_kube *k)
{
    fm_vec_each (&k->pods, p) {
        const struct fm_object_event *e = fm_kube_event(k, (*p)->object, "FailedScheduling", NULL);
        if (!e)
            continue;
        if ((*p)->is_placed || (*p)->is_ready || (*p)->is_done)
            fm_rule_out(k->h, e->span, FM_STR("the pod was placed on a node since"),
                        "Scheduling of pod %.*s failed", FM_STR_ARG((*p)->object->name));
        else
            check_pod(k, *p);
    }
}
