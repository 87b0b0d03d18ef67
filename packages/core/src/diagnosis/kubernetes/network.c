/* SPDX-License-Identifier: Apache-2.0 */
/* Network policies that shut out callers, and the cluster's name service. A policy alone is a rule,
 * not a fault: it needs a connection that fails. */
#include "podlog.h"

static const char *const timeouts[] = {"timed out", "timeout",     "deadline exceeded",
                                       "ETIMEDOUT", "unreachable", NULL};

static const struct fm_connection *
failing_test(const struct fm_kube *k, const struct fm_object *policy, const struct fm_kube_pod *p)
{
    fm_vec_each (&k->s->connections, c) {
        fm_str host = c->host;
        fm_str name = fm_str_cut(&host, '.');
        const struct fm_object *service =
            fm_objects_find(k->s, FM_OBJECT_SERVICE, policy->ns, name);
        bool targets = service && fm_labels_match(&service->selector, &p->object->labels);
        if (!c->is_open &&
            (targets || fm_str_eq(c->host, fm_object_get(p->object, FM_OBJECT_F_IP).text)))
            return c;
    }
    return NULL;
}

static bool selects(const struct fm_object *policy, const struct fm_kube_pod *p)
{
    return fm_str_eq(policy->ns, p->object->ns) &&
           (policy->selector.n == 0 || fm_labels_match(&policy->selector, &p->object->labels));
}

static struct fm_cause *assert_policy(struct fm_kube *k, const struct fm_object *policy,
                                      struct fm_kube_workload *w, double strength,
                                      const char *direction)
{
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_SERVICE,
               .name = w->name,
               .fault = FM_FAULT_NETWORK_POLICY_BLOCKS,
               .strength = strength,
               .rule = "kubernetes.network.policy",
               .statement = fm_kube_text(k, "Network policy %.*s shuts out %s of %.*s.",
                                         FM_STR_ARG(policy->name), direction, FM_STR_ARG(w->name)),
               .mechanism = FM_STR("As soon as a policy selects a pod, everything that no policy "
                                   "allows in that direction is dropped; callers see timeouts."),
               .location = fm_kube_text(k, "networkpolicy %.*s", FM_STR_ARG(policy->name)),
               .ask = FM_STR("Does the connection work from a pod that the policy allows?"),
               .command = fm_kube_text(k, "kubectl describe networkpolicy %.*s",
                                       FM_STR_ARG(fm_kube_ref(k, policy->ns, policy->name))),
           });
    fm_kube_cite(k, c, policy->span, "policy %.*s", FM_STR_ARG(policy->name));
    fm_kube_action(k, c, "Add the caller (and DNS, for egress) to the policy.", FM_STR_NULL,
                   "opens the port to the named peers");
    return c;
}

/* A caller known from the call list whose labels no ingress rule names. */
static const struct fm_kube_workload *excluded_caller(const struct fm_kube *k,
                                                      const struct fm_object *policy,
                                                      const struct fm_kube_workload *callee)
{
    fm_vec_each (&k->s->calls, call) {
        const struct fm_kube_workload *caller = fm_kube_workload(k, policy->ns, call->from);
        if (!fm_str_eq(call->to, callee->name) || !caller || caller->pods.n == 0)
            continue;
        if (policy->policy->ingress_from.n &&
            !fm_labels_match(&policy->policy->ingress_from, &caller->pods.items[0]->object->labels))
            return caller;
    }
    return NULL;
}

static bool port_is_shut(const struct fm_object *policy, const struct fm_kube_pod *p)
{
    if (policy->policy->ingress_ports.n == 0 || !p->object->spec)
        return false;
    fm_vec_each (&p->object->spec->containers, c)
        fm_vec_each (&c->ports, port)
            fm_vec_each (&policy->policy->ingress_ports, allowed)
                if (fm_str_eq(*allowed, port->number) || fm_str_eq(*allowed, port->name))
                    return false;
    return true;
}

static bool shuts_out(const struct fm_object *policy, const struct fm_kube_pod *p,
                      const struct fm_kube_workload *caller, const struct fm_connection *test)
{
    const struct fm_policy *rules = policy->policy;
    if (!rules->has_ingress)
        return false;
    return rules->denies_all_ingress || caller || port_is_shut(policy, p) ||
           (rules->ingress_from.n && test);
}

static void check_ingress(struct fm_kube *k, const struct fm_object *policy,
                          const struct fm_kube_pod *p)
{
    const struct fm_connection *test = failing_test(k, policy, p);
    const struct fm_kube_workload *caller = excluded_caller(k, policy, p->workload);
    struct fm_kube_line line = {0};
    bool is_logged = caller && fm_kube_log_find(k, caller, timeouts, &line);
    if (!shuts_out(policy, p, caller, test) || (!test && !is_logged))
        return;
    struct fm_cause *c =
        assert_policy(k, policy, p->workload, test ? 0.91 : 0.86, "connections to the pods");
    fm_kube_cite(k, c, policy->policy->ingress_span, "its ingress rules");
    if (test)
        fm_kube_cite(k, c, test->span, "a connection test fails");
    if (is_logged)
        fm_kube_cite(k, c, line.span, "log of %.*s: %.*s", FM_STR_ARG(caller->name),
                     FM_STR_ARG(fm_kube_cut(line.text, 160)));
}

static void check_egress(struct fm_kube *k, const struct fm_object *policy,
                         const struct fm_kube_pod *p)
{
    struct fm_kube_line line = {0};
    const struct fm_connection *test = NULL;
    fm_vec_each (&k->s->connections, c)
        if (!c->is_open && fm_str_eq(c->from, p->object->name))
            test = c;
    bool is_logged = fm_kube_log_find(k, p->workload, timeouts, &line);
    if (!policy->policy->has_egress || !policy->policy->denies_all_egress || (!test && !is_logged))
        return;
    struct fm_cause *c = assert_policy(k, policy, p->workload, 0.88, "connections from the pods");
    fm_kube_cite(k, c, policy->policy->egress_span, "its egress rules");
    if (test)
        fm_kube_cite(k, c, test->span, "a connection from the pod fails");
    else
        fm_kube_cite(k, c, line.span, "its log: %.*s", FM_STR_ARG(fm_kube_cut(line.text, 160)));
}

static void check_policy(struct fm_kube *k, const struct fm_object *policy)
{
    fm_vec_each (&k->pods, p)
        if ((*p)->is_ready && selects(policy, *p)) {
            check_ingress(k, policy, *p);
            check_egress(k, policy, *p);
        }
}

/* The cluster's DNS: its pods are down, and somebody cannot resolve names. */
static bool is_dns(const struct fm_kube_workload *w)
{
    return fm_str_eqc(w->name, "coredns") || fm_str_eqc(w->name, "kube-dns");
}

static bool find_victim(struct fm_kube *k, struct fm_kube_line *line)
{
    static const char *const marks[] = {"no such host",
                                        "server misbehaving",
                                        "Temporary failure in name resolution",
                                        "getaddrinfo",
                                        "could not resolve host",
                                        "lookup ",
                                        NULL};
    fm_vec_each (&k->workloads, w)
        if (!is_dns(*w) && fm_kube_log_find(k, *w, marks, line))
            return true;
    fm_vec_each (&k->s->connections, c) {
        fm_str found;
        if (!c->is_open && fm_kube_has_any(c->text, marks, &found)) {
            *line = (struct fm_kube_line){c->text, c->span};
            return true;
        }
    }
    return false;
}

static void check_dns(struct fm_kube *k, const struct fm_kube_workload *w)
{
    struct fm_kube_line line = {0};
    bool all_down = w->pods.n > 0 || w->ready == 0;
    fm_vec_each (&w->pods, p)
        all_down = all_down && !(*p)->is_ready;
    if (!all_down)
        return;
    bool has_victim = find_victim(k, &line);
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_SERVICE,
               .name = w->name,
               .fault = FM_FAULT_NETWORK_DNS_FAILURE,
               .strength = has_victim ? 0.93 : 0.82,
               .rule = "kubernetes.network.dns",
               .statement =
                   fm_kube_text(k, "The cluster's DNS does not work: no pod of %.*s is ready.",
                                FM_STR_ARG(w->name)),
               .mechanism = FM_STR("Every pod resolves service names through it; new connections "
                                   "by name fail everywhere."),
               .ask = FM_STR("Why are the DNS pods not ready?"),
               .command = fm_kube_text(k, "kubectl describe pods -n %.*s -l k8s-app=kube-dns",
                                       FM_STR_ARG(w->ns)),
           });
    fm_kube_cite(k, c, w->pods.n ? w->pods.items[0]->object->span : w->root->span,
                 "%.*s is not ready", FM_STR_ARG(w->name));
    if (has_victim)
        fm_kube_cite(k, c, line.span, "a name cannot be resolved: %.*s",
                     FM_STR_ARG(fm_kube_cut(line.text, 160)));
}

void fm_kube_rules_network(struct fm_kube *k)
{
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_NETWORK_POLICY && (*o)->policy)
            check_policy(k, *o);
    fm_vec_each (&k->workloads, w)
        if (is_dns(*w))
            check_dns(k, *w);
}
