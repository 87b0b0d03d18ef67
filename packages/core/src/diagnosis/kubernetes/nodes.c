/* SPDX-License-Identifier: Apache-2.0 */
/* Node services, node conditions, and their twins in pod events when no unit or node object is
 * shown. */
#include "kube.h"

struct component {
    const char *unit;
    enum fm_fault fault;
    double strength;
    const char *effect; /* what stops while it is down */
};

static const struct component components[] = {
    {"containerd", FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE, 1.0,
     "no container can be started or stopped on this node"},
    {"crio", FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE, 1.0,
     "no container can be started or stopped on this node"},
    {"docker", FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE, 1.0,
     "no container can be started or stopped on this node"},
    {"cri-docker", FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE, 1.0,
     "no container can be started or stopped on this node"},
    {"kubelet", FM_FAULT_NODE_KUBELET_UNAVAILABLE, 0.99,
     "the node no longer reports its status and no pod on it is managed"},
    {"kube-proxy", FM_FAULT_NETWORK_PROXY_UNAVAILABLE, 1.0,
     "service addresses are no longer kept up to date on this node, although its pods stay Ready"},
    {"kube-scheduler", FM_FAULT_SCHEDULING_SCHEDULER_UNAVAILABLE, 1.0,
     "new pods stay Pending without any scheduling event"},
};

static const struct component *component_of(fm_str unit)
{
    for (size_t i = 0; i < sizeof components / sizeof *components; i++)
        if (fm_str_eqc(unit, components[i].unit))
            return &components[i];
    return NULL;
}

static bool is_runtime(const struct component *c)
{
    return c->fault == FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE;
}

static bool is_up(const struct fm_unit *u)
{
    return fm_str_eqc(u->active, "active") || fm_str_eqc(u->active, "reloading");
}

/* A second runtime that is installed and not used is off by intention. */
static bool has_other_runtime(const struct fm_kube *k, const struct fm_unit *down)
{
    fm_vec_each (&k->s->units, u) {
        const struct component *c = component_of(u->name);
        if (c && is_runtime(c) && is_up(u) && fm_str_eq(u->node, down->node))
            return true;
    }
    return false;
}

static void explain_node(struct fm_kube *k, fm_str node, struct fm_cause *c, bool only_unready)
{
    fm_vec_each (&k->pods, p)
        if (fm_str_eq((*p)->node_name, node) && !(only_unready && (*p)->is_ready))
            fm_kube_explain(k, (*p)->workload, c);
    fm_kube_explain_object(k, FM_OBJECT_NODE, node, c);
}

static void explain_unplaced(struct fm_kube *k, struct fm_cause *c)
{
    fm_vec_each (&k->pods, p)
        if (!(*p)->is_placed && !(*p)->is_done &&
            !fm_kube_event(k, (*p)->object, "FailedScheduling", NULL))
            fm_kube_explain(k, (*p)->workload, c);
}

static void assert_unit(struct fm_kube *k, const struct fm_unit *u, const struct component *def)
{
    fm_str state = u->sub.len
                       ? fm_kube_text(k, "%.*s (%.*s)", FM_STR_ARG(u->active), FM_STR_ARG(u->sub))
                       : u->active;
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_NODE,
               .name = u->node,
               .fault = def->fault,
               .strength = def->strength,
               .rule = "kubernetes.node.unit",
               .statement =
                   fm_kube_text(k, "The service %.*s on node %.*s is not running: it is %.*s.",
                                FM_STR_ARG(u->name), FM_STR_ARG(u->node), FM_STR_ARG(state)),
               .mechanism = fm_kube_text(k, "Without %.*s %s.", FM_STR_ARG(u->name), def->effect),
               .location = fm_kube_text(k, "%.*s.service", FM_STR_ARG(u->name)),
               .ask = fm_kube_text(k, "Why did %.*s stop?", FM_STR_ARG(u->name)),
               .command = fm_kube_text(k, "journalctl -u %.*s --since -1h", FM_STR_ARG(u->name)),
           });
    fm_kube_cite(k, c, u->span, "systemctl status shows %.*s as %.*s", FM_STR_ARG(u->name),
                 FM_STR_ARG(state));
    fm_kube_action(
        k, c, "Start the service and keep it enabled.",
        fm_kube_text(k, "systemctl restart %.*s", FM_STR_ARG(u->name)),
        "restarting a runtime or proxy interrupts new connections on this node for a moment");
    bool is_scheduler = def->fault == FM_FAULT_SCHEDULING_SCHEDULER_UNAVAILABLE;
    explain_node(k, u->node, c, true);
    if (is_scheduler)
        explain_unplaced(k, c);
}

static void check_units(struct fm_kube *k)
{
    fm_vec_each (&k->s->units, u) {
        const struct component *def = component_of(u->name);
        if (!def || is_up(u) || u->node.len == 0 || (is_runtime(def) && has_other_runtime(k, u)))
            continue;
        if (fm_kube_is_explained(k, FM_OBJECT_NODE, u->node) && !is_runtime(def) &&
            def->fault == FM_FAULT_NODE_KUBELET_UNAVAILABLE)
            continue; /* kubelet needs the runtime's socket */
        assert_unit(k, u, def);
    }
}

/* What a Ready condition that is not True says. */
static const struct {
    const char *text;
    enum fm_fault fault;
    double strength;
    const char *meaning;
} ready_marks[] = {
    {"container runtime is down", FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE, 0.90,
     "kubelet cannot reach the container runtime"},
    {"PLEG is not healthy", FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE, 0.86,
     "the container runtime no longer answers kubelet's relisting of pods"},
    {"container runtime status check", FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE, 0.86,
     "kubelet cannot check the container runtime"},
    {"network plugin", FM_FAULT_NODE_NOT_READY, 0.88,
     "the network plugin (CNI) of the node is not ready"},
    {"NetworkPluginNotReady", FM_FAULT_NODE_NOT_READY, 0.88,
     "the network plugin (CNI) of the node is not ready"},
    {"cni", FM_FAULT_NODE_NOT_READY, 0.87, "the network plugin (CNI) of the node is not ready"},
    {"stopped posting node status", FM_FAULT_NODE_KUBELET_UNAVAILABLE, 0.88,
     "the control plane hears nothing from kubelet on this node: kubelet or the node itself is "
     "down, or cut off"},
    {"NodeStatusUnknown", FM_FAULT_NODE_KUBELET_UNAVAILABLE, 0.87,
     "the control plane hears nothing from kubelet on this node: kubelet or the node itself is "
     "down, or cut off"},
};

struct reading {
    enum fm_fault fault;
    double strength;
    const char *meaning;
};

static void assert_node(struct fm_kube *k, const struct fm_object *node,
                        const struct fm_condition *cond, struct reading r)
{
    fm_str message = fm_kube_cut(cond->message, 160);
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_NODE,
               .name = node->name,
               .fault = r.fault,
               .strength = r.strength,
               .rule = "kubernetes.node.condition",
               .statement = fm_kube_text(k, "Node %.*s has condition %.*s=%.*s%s%.*s.",
                                         FM_STR_ARG(node->name), FM_STR_ARG(cond->type),
                                         FM_STR_ARG(cond->status), message.len ? ": " : "",
                                         FM_STR_ARG(message)),
               .mechanism = fm_kube_text(
                   k, "%s; pods on this node stop, are evicted or cannot start.", r.meaning),
               .location = fm_kube_text(k, "condition %.*s", FM_STR_ARG(cond->type)),
               .ask = fm_kube_text(k, "What do the node's own services and kernel report?"),
               .command =
                   fm_kube_text(k, "kubectl describe node %.*s; journalctl -u kubelet --since -1h",
                                FM_STR_ARG(node->name)),
           });
    fm_kube_cite(k, c, cond->span, "condition %.*s is %.*s, reason %.*s", FM_STR_ARG(cond->type),
                 FM_STR_ARG(cond->status), FM_STR_ARG(cond->reason));
    fm_kube_action(
        k, c, "Move the workloads away while the node is repaired.",
        fm_kube_text(k, "kubectl drain %.*s --ignore-daemonsets", FM_STR_ARG(node->name)),
        "evicts every pod of the node");
    explain_node(k, node->name, c, true);
}

static void check_ready(struct fm_kube *k, const struct fm_object *node)
{
    const struct fm_condition *c = fm_condition_get(&node->conditions, "Ready");
    if (!c || fm_str_eqc(c->status, "True") || fm_kube_is_explained(k, FM_OBJECT_NODE, node->name))
        return;
    fm_str all = fm_kube_text(k, "%.*s %.*s", FM_STR_ARG(c->reason), FM_STR_ARG(c->message));
    for (size_t i = 0; i < sizeof ready_marks / sizeof *ready_marks; i++)
        if (fm_str_ihas(all, fm_str_c(ready_marks[i].text))) {
            assert_node(k, node, c,
                        (struct reading){ready_marks[i].fault, ready_marks[i].strength,
                                         ready_marks[i].meaning});
            return;
        }
    if (fm_str_eqc(c->status, "Unknown"))
        assert_node(k, node, c,
                    (struct reading){FM_FAULT_NODE_KUBELET_UNAVAILABLE, 0.80,
                                     "the control plane hears nothing from kubelet on this node"});
    else
        assert_node(k, node, c,
                    (struct reading){FM_FAULT_NODE_NOT_READY, 0.85,
                                     "kubelet reports that the node is not ready"});
}

/* Conditions of kubelet and of node-problem-detector that are bad when True. */
static const struct {
    const char *type;
    enum fm_fault fault;
    double strength;
    const char *meaning;
} bad_conditions[] = {
    {"MemoryPressure", FM_FAULT_NODE_PRESSURE, 0.88,
     "the node runs out of memory and kubelet evicts pods"},
    {"DiskPressure", FM_FAULT_NODE_PRESSURE, 0.88,
     "the node runs out of disk space or inodes and kubelet evicts pods"},
    {"PIDPressure", FM_FAULT_NODE_PRESSURE, 0.88, "the node runs out of process ids"},
    {"NetworkUnavailable", FM_FAULT_NODE_NOT_READY, 0.86,
     "the network of the node is not configured"},
    {"KernelDeadlock", FM_FAULT_NODE_HARDWARE, 0.85, "the kernel of the node hangs"},
    {"ReadonlyFilesystem", FM_FAULT_STORAGE_READ_ONLY, 0.88,
     "a file system of the node went read-only, which follows disk errors"},
    {"NTPProblem", FM_FAULT_NODE_CLOCK_SKEW, 0.88, "the clock of the node is not synchronised"},
    {"FrequentContainerdRestart", FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE, 0.80,
     "the container runtime keeps restarting"},
    {"FrequentKubeletRestart", FM_FAULT_NODE_KUBELET_UNAVAILABLE, 0.80, "kubelet keeps restarting"},
};

static void check_conditions(struct fm_kube *k, const struct fm_object *node)
{
    for (size_t i = 0; i < sizeof bad_conditions / sizeof *bad_conditions; i++) {
        const struct fm_condition *c = fm_condition_get(&node->conditions, bad_conditions[i].type);
        if (c && fm_str_eqc(c->status, "True"))
            assert_node(k, node, c,
                        (struct reading){bad_conditions[i].fault, bad_conditions[i].strength,
                                         bad_conditions[i].meaning});
    }
}

/* kubectl get nodes alone: "NotReady" without a reason. */
static void check_status(struct fm_kube *k, const struct fm_object *node)
{
    fm_field status = fm_object_get(node, FM_OBJECT_F_STATUS);
    if (!fm_str_has(status.text, FM_STR("NotReady")) ||
        fm_condition_get(&node->conditions, "Ready") ||
        fm_kube_is_explained(k, FM_OBJECT_NODE, node->name))
        return;
    struct fm_condition c = {FM_STR("Ready"), FM_STR("False"), FM_STR_NULL, FM_STR_NULL,
                             node->span};
    assert_node(k, node, &c,
                (struct reading){FM_FAULT_NODE_NOT_READY, 0.82,
                                 "kubelet reports that the node is not ready, or reports nothing"});
}

/* "non-terminated pods" against allocatable pods: kubelet admits no more. */
static void check_pod_limit(struct fm_kube *k, const struct fm_object *node)
{
    const struct fm_pair *limit = fm_pairs_get(&node->allocatable, FM_STR("pods"));
    fm_field count = fm_object_get(node, FM_OBJECT_F_POD_COUNT);
    int64_t used, allowed;
    if (!limit || !fm_str_i64(limit->value, &allowed) ||
        !fm_object_int(node, FM_OBJECT_F_POD_COUNT, &used) || used < allowed || allowed == 0)
        return;
    fm_str number = limit->value;
    struct fm_cause *c = fm_kube_assert(
        k,
        &(struct fm_kube_claim){
            .kind = FM_ENTITY_NODE,
            .name = node->name,
            .fault = FM_FAULT_NODE_PRESSURE,
            .strength = 0.78,
            .rule = "kubernetes.node.pod-limit",
            .statement = fm_kube_text(
                k,
                "Node %.*s holds as many pods as it may: %.*s of %.*s allocatable pods are in use.",
                FM_STR_ARG(node->name), FM_STR_ARG(number), FM_STR_ARG(number)),
            .mechanism = FM_STR("Kubelet admits no further pods beyond its limit, whatever CPU and "
                                "memory are free; on some clouds the "
                                "limit is the number of addresses of the instance type."),
            .location = FM_STR("allocatable pods"),
            .ask = FM_STR("Which pods wait because of this node's limit?"),
            .command = FM_STR("kubectl get pods -A --field-selector status.phase=Pending"),
        });
    fm_kube_cite(k, c, count.span, "the node runs %.*s pods", FM_STR_ARG(number));
    fm_kube_cite(k, c, limit->span, "allocatable pods: %.*s", FM_STR_ARG(number));
    fm_kube_action(
        k, c, "Add a node, spread the pods, or raise the limit (maxPods, prefix delegation).",
        FM_STR_NULL, "raising maxPods beyond the address range of the node breaks pod networking");
}

/* The runtime's socket in pod events, when neither unit nor condition names it. */
static void check_sandbox_events(struct fm_kube *k)
{
    static const char *const sockets[] = {"containerd.sock", "crio.sock",        "docker.sock",
                                          "dockershim.sock", "cri-dockerd.sock", NULL};
    static const char *const down[] = {"connection refused", "no such file or directory",
                                       "connect: ", NULL};
    fm_vec_each (&k->pods, it) {
        struct fm_kube_pod *p = *it;
        fm_str found;
        const struct fm_object_event *e = fm_kube_event(k, p->object, NULL, ".sock");
        if (!e || p->is_ready || p->node_name.len == 0 ||
            fm_kube_is_explained(k, FM_OBJECT_NODE, p->node_name) ||
            !fm_kube_has_any(e->message, sockets, &found) ||
            !fm_kube_has_any(e->message, down, &found))
            continue;
        struct fm_cause *c = fm_kube_assert(
            k,
            &(struct fm_kube_claim){
                .kind = FM_ENTITY_NODE,
                .name = p->node_name,
                .fault = FM_FAULT_NODE_CONTAINER_RUNTIME_UNAVAILABLE,
                .strength = 0.90,
                .rule = "kubernetes.node.runtime-socket",
                .statement = fm_kube_text(k,
                                          "Kubelet on node %.*s cannot reach the container "
                                          "runtime: its socket does not answer.",
                                          FM_STR_ARG(p->node_name)),
                .mechanism = FM_STR(
                    "Without the runtime no sandbox and no container can be created on this node."),
                .ask = FM_STR("Is the container runtime running on the node?"),
                .command = FM_STR("systemctl status containerd; crictl info"),
            });
        fm_kube_cite_event(k, c, e);
        fm_kube_action(k, c, "Restart the container runtime on the node.",
                       FM_STR("systemctl restart containerd"),
                       "running containers survive, starting ones are delayed");
        explain_node(k, p->node_name, c, true);
    }
}

/* Sandboxes without a network: the runtime answers, its network plugin does not. */
static void check_network_plugin(struct fm_kube *k)
{
    static const char *const marks[] = {"failed to setup network for sandbox",
                                        "failed to set up sandbox container",
                                        "networkPlugin cni failed",
                                        "error adding pod",
                                        "cni plugin not initialized",
                                        "failed to assign an IP address",
                                        NULL};
    fm_vec_each (&k->pods, it) {
        struct fm_kube_pod *p = *it;
        fm_str found;
        const struct fm_object_event *e =
            fm_kube_event(k, p->object, "FailedCreatePodSandBox", NULL);
        if (!e || p->is_ready || p->is_done || p->node_name.len == 0 ||
            fm_kube_is_explained(k, FM_OBJECT_NODE, p->node_name) ||
            !fm_kube_has_any(e->message, marks, &found))
            continue;
        struct fm_cause *c = fm_kube_assert(
            k, &(struct fm_kube_claim){
                   .kind = FM_ENTITY_NODE,
                   .name = p->node_name,
                   .fault = FM_FAULT_NODE_NOT_READY,
                   .strength = 0.89,
                   .rule = "kubernetes.node.network-plugin",
                   .statement = fm_kube_text(k,
                                             "The network plugin (CNI) of node %.*s does not set "
                                             "up the network of new pods, for example of %.*s.",
                                             FM_STR_ARG(p->node_name), FM_STR_ARG(p->object->name)),
                   .mechanism = FM_STR("A pod starts only after the plugin has given its sandbox "
                                       "an interface and an address; running pods go on."),
                   .ask = FM_STR("Is the plugin's own pod on that node ready, and what does its "
                                 "log say?"),
                   .command = FM_STR("kubectl get pods -n kube-system -o wide"),
               });
        fm_kube_cite_event(k, c, e);
        fm_kube_action(k, c, "Repair or restart the network plugin's pod on the node.", FM_STR_NULL,
                       "pods of the node may lose their network for a moment");
        fm_kube_explain(k, p->workload, c);
        fm_kube_explain_object(k, FM_OBJECT_NODE, p->node_name, c);
    }
}

/* A service address that fails from one node and works from another: the proxy of the first. */
static void check_source_nodes(struct fm_kube *k)
{
    fm_vec_each (&k->s->connections, bad) {
        if (bad->is_open || bad->from.len == 0 ||
            !fm_objects_find(k->s, FM_OBJECT_NODE, FM_STR_NULL, bad->from) ||
            fm_kube_is_explained(k, FM_OBJECT_NODE, bad->from))
            continue;
        fm_vec_each (&k->s->connections, good) {
            if (!good->is_open || fm_str_eq(good->from, bad->from) ||
                !fm_str_eq(good->host, bad->host) || !fm_str_eq(good->port, bad->port))
                continue;
            struct fm_cause *c = fm_kube_assert(
                k, &(struct fm_kube_claim){
                       .kind = FM_ENTITY_NODE,
                       .name = bad->from,
                       .fault = FM_FAULT_NETWORK_PROXY_UNAVAILABLE,
                       .strength = 0.88,
                       .rule = "kubernetes.node.proxy-by-tests",
                       .statement = fm_kube_text(
                           k,
                           "From node %.*s the service %.*s cannot be reached, from elsewhere it "
                           "can: kube-proxy on %.*s does not do its work.",
                           FM_STR_ARG(bad->from), FM_STR_ARG(bad->host), FM_STR_ARG(bad->from)),
                       .mechanism = FM_STR(
                           "kube-proxy programs the service addresses of each node by itself; when "
                           "it is down on one node, only callers on that node fail."),
                       .ask = FM_STR("Is kube-proxy running on that node?"),
                       .command = FM_STR("kubectl get pods -n kube-system -l k8s-app=kube-proxy -o "
                                         "wide; systemctl status kube-proxy"),
                   });
            fm_kube_cite(k, c, bad->span, "the test from %.*s fails", FM_STR_ARG(bad->from));
            fm_kube_cite(k, c, good->span, "the same test works elsewhere");
            fm_kube_explain_object(k, FM_OBJECT_NODE, bad->from, c);
            break;
        }
    }
}

void fm_kube_rules_nodes(struct fm_kube *k)
{
    check_units(k);
    fm_vec_each (&k->s->objects, o) {
        if ((*o)->kind != FM_OBJECT_NODE || !(*o)->is_live)
            continue;
        check_ready(k, *o);
        check_conditions(k, *o);
        check_status(k, *o);
        check_pod_limit(k, *o);
    }
    check_sandbox_events(k);
    check_network_plugin(k);
    check_source_nodes(k);
}
