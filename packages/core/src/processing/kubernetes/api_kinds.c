/* SPDX-License-Identifier: Apache-2.0 */
/* What only one kind has, in API form. */
#include "readers.h"

static void read_service(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    const struct fm_node *ports = fm_node_at(n, "spec.ports");
    if (!ports || !fm_set_may_replace(from, o, o->ports.n > 0))
        return;
    o->ports.n = 0;
    fm_node_each (ports, p) {
        const struct fm_node *port = fm_node_at(p, "port"), *target = fm_node_at(p, "targetPort");
        if (!port)
            continue;
        struct fm_service_port *out = fm_vec_add(fm_set_arena(from->set), &o->ports);
        fm_str protocol = fm_node_str(p, "protocol");
        out->name = fm_node_str(p, "name");
        out->port = port->text;
        out->target_port = target ? target->text : port->text;
        out->protocol = protocol.len ? protocol : FM_STR("TCP");
        out->node_port = fm_node_str(p, "nodePort");
        out->app_protocol = fm_node_str(p, "appProtocol");
        out->span = fm_set_span(from, port->pair);
        out->target_span = target ? fm_set_span(from, target->pair) : out->span;
    }
}

/* Core Endpoints have subsets with addresses; slices have endpoints with conditions.ready. */
static void read_endpoints(const struct fm_origin *from, struct fm_object *o,
                           const struct fm_node *n)
{
    fm_node_each (fm_node_at(n, "subsets"), s) {
        const struct fm_node *ready = fm_node_at(s, "addresses"),
                             *not_ready = fm_node_at(s, "notReadyAddresses");
        if (ready && ready->n_children)
            fm_set_value(from, o, FM_OBJECT_F_ENDPOINTS, ready->source, ready->pair);
        if (not_ready && not_ready->n_children)
            fm_set_value(from, o, FM_OBJECT_F_NOT_READY_ENDPOINTS, not_ready->source,
                         not_ready->pair);
    }
    fm_node_each (fm_node_at(n, "endpoints"), e) {
        bool is_ready = !fm_str_eqc(fm_node_str(e, "conditions.ready"), "false");
        const struct fm_node *addresses = fm_node_at(e, "addresses");
        if (addresses)
            fm_set_value(from, o,
                         is_ready ? FM_OBJECT_F_ENDPOINTS : FM_OBJECT_F_NOT_READY_ENDPOINTS,
                         addresses->source, addresses->pair);
    }
}

/* {"ready": "True", "memory_pressure": "False"} of flat lists. */
static void read_flat_conditions(const struct fm_origin *from, struct fm_object *o,
                                 const struct fm_node *n)
{
    static const struct {
        const char *member, *type;
    } known[] = {{"ready", "Ready"},
                 {"memory_pressure", "MemoryPressure"},
                 {"disk_pressure", "DiskPressure"},
                 {"pid_pressure", "PIDPressure"},
                 {"network_unavailable", "NetworkUnavailable"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct fm_node *c = fm_node_at(n, known[i].member);
        if (!c)
            continue;
        fm_str status = fm_str_ieq(c->text, FM_STR("true"))    ? FM_STR("True")
                        : fm_str_ieq(c->text, FM_STR("false")) ? FM_STR("False")
                                                               : c->text;
        fm_set_condition(from, o,
                         (struct fm_condition){.type = fm_str_c(known[i].type),
                                               .status = status,
                                               .span = fm_set_span(from, c->pair)});
    }
}

static void read_amounts(const struct fm_origin *from, struct fm_pairs *p, const struct fm_node *n)
{
    fm_node_each (n, c)
        fm_set_pair(from, p, c->key, c->text, c->pair);
}

static void read_node(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    const struct fm_node *taints = fm_node_at(n, "spec.taints");
    read_flat_conditions(from, o, n);
    read_amounts(from, &o->capacity, fm_node_at(n, "status.capacity"));
    read_amounts(from, &o->allocatable, fm_node_at(n, "status.allocatable"));
    if (taints)
        o->taints.n = 0;
    fm_node_each (taints, t)
        fm_vec_push(fm_set_arena(from->set), &o->taints,
                    ((struct fm_taint){fm_node_str(t, "key"), fm_node_str(t, "value"),
                                       fm_node_str(t, "effect"), fm_set_span(from, t->source)}));
    fm_node_each (fm_node_at(n, "status.addresses"), a)
        if (fm_str_eqc(fm_node_str(a, "type"), "InternalIP"))
            fm_set_value(from, o, FM_OBJECT_F_IP, fm_node_str(a, "address"), a->source);
}

static void read_quota(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    const struct fm_node *hard =
        fm_node_at(n, "status.hard") ? fm_node_at(n, "status.hard") : fm_node_at(n, "spec.hard");
    const struct fm_node *used = fm_node_at(n, "status.used");
    if (!fm_set_may_replace(from, o, o->quota.n > 0))
        return;
    fm_node_each (hard, h) {
        const struct fm_node *u = fm_node_member(used, h->key);
        fm_set_quota(from, o,
                     (struct fm_quota_entry){h->key, u ? u->text : FM_STR_NULL, h->text,
                                             fm_set_span(from, u ? u->pair : h->pair)});
    }
}

static void add_backend(const struct fm_origin *from, struct fm_object *o, fm_str host,
                        const struct fm_node *p)
{
    const struct fm_node *b = fm_any_member(p, "backend|defaultBackend");
    const struct fm_node *service = fm_node_at(b, "service.name") ? fm_node_at(b, "service.name")
                                                                  : fm_node_at(b, "serviceName");
    const struct fm_node *port = fm_node_at(b, "service.port.number");
    if (!port)
        port = fm_node_at(b, "service.port.name") ? fm_node_at(b, "service.port.name")
                                                  : fm_node_at(b, "servicePort");
    if (service)
        fm_vec_push(
            fm_set_arena(from->set), &o->backends,
            ((struct fm_backend){host, fm_node_str(p, "path"), service->text,
                                 port ? port->text : FM_STR_NULL, fm_set_span(from, b->pair)}));
}

static void read_ingress(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    if (!fm_set_may_replace(from, o, o->backends.n > 0))
        return;
    o->backends.n = 0;
    add_backend(from, o, FM_STR_NULL, fm_node_at(n, "spec"));
    fm_node_each (fm_node_at(n, "spec.rules"), rule)
        fm_node_each (fm_node_at(rule, "http.paths"), p)
            add_backend(from, o, fm_node_str(rule, "host"), p);
}

static void read_peers(const struct fm_origin *from, struct fm_pairs *labels,
                       const struct fm_node *peers)
{
    fm_node_each (peers, peer)
        fm_node_each (fm_node_at(peer, "podSelector.matchLabels"), l)
            fm_set_pair(from, labels, l->key, l->text, l->pair);
}

static bool policy_type(const struct fm_node *n, const char *type)
{
    fm_node_each (fm_node_at(n, "spec.policyTypes"), t)
        if (fm_str_eqc(t->text, type))
            return true;
    return false;
}

static void read_policy(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    const struct fm_node *in = fm_node_at(n, "spec.ingress"), *out = fm_node_at(n, "spec.egress"),
                         *types = fm_node_at(n, "spec.policyTypes");
    struct fm_policy *p = FM_NEW(fm_set_arena(from->set), struct fm_policy);
    if (!fm_node_at(n, "spec"))
        return;
    o->policy = p;
    p->has_ingress = policy_type(n, "Ingress") || !types;
    p->has_egress = policy_type(n, "Egress") || out;
    p->denies_all_ingress = p->has_ingress && (!in || in->n_children == 0);
    p->denies_all_egress = p->has_egress && (!out || out->n_children == 0);
    p->ingress_span = fm_set_span(from, in ? in->pair : fm_node_at(n, "spec")->pair);
    p->egress_span = fm_set_span(from, out ? out->pair : fm_node_at(n, "spec")->pair);
    fm_node_each (in, rule) {
        read_peers(from, &p->ingress_from, fm_node_at(rule, "from"));
        fm_node_each (fm_node_at(rule, "ports"), port)
            fm_vec_push(fm_set_arena(from->set), &p->ingress_ports, fm_node_str(port, "port"));
    }
    fm_node_each (out, rule) {
        read_peers(from, &p->egress_to, fm_node_at(rule, "to"));
        fm_node_each (fm_node_at(rule, "ports"), port)
            fm_vec_push(fm_set_arena(from->set), &p->egress_ports, fm_node_str(port, "port"));
    }
}

static void read_volume(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    struct fm_pod_spec terms = {0};
    const struct fm_node *list = fm_node_at(n, "spec.nodeAffinity.required.nodeSelectorTerms");
    fm_node_each (list, term) {
        struct fm_affinity *a = fm_vec_add(fm_set_arena(from->set), &terms.affinity);
        a->span = fm_set_span(from, term->source);
    }
    if (terms.affinity.n)
        o->node_affinity.items = terms.affinity.items, o->node_affinity.n = terms.affinity.n,
        o->node_affinity.cap = terms.affinity.cap;
}

static void read_keys(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    static const char *const members[] = {"data", "stringData", "binaryData"};
    for (size_t i = 0; i < 3; i++)
        fm_node_each (fm_node_at(n, members[i]), c)
            fm_set_pair(from, &o->keys, c->key, c->text, c->pair);
}

static void read_autoscaler(const struct fm_origin *from, struct fm_object *o,
                            const struct fm_node *n)
{
    const struct fm_node *max = fm_node_at(n, "spec.maxReplicas");
    if (max)
        fm_set_value(from, o, FM_OBJECT_F_CAPACITY, max->text, max->pair);
}

void fm_read_api_kind(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    switch ((int)o->kind) {
    case FM_OBJECT_SERVICE:
        read_service(from, o, n);
        break;
    case FM_OBJECT_ENDPOINTS:
    case FM_OBJECT_ENDPOINT_SLICE:
        read_endpoints(from, o, n);
        break;
    case FM_OBJECT_NODE:
        read_node(from, o, n);
        break;
    case FM_OBJECT_QUOTA:
        read_quota(from, o, n);
        break;
    case FM_OBJECT_INGRESS:
        read_ingress(from, o, n);
        break;
    case FM_OBJECT_NETWORK_POLICY:
        read_policy(from, o, n);
        break;
    case FM_OBJECT_VOLUME:
        read_volume(from, o, n);
        break;
    case FM_OBJECT_CONFIG_MAP:
    case FM_OBJECT_SECRET:
        read_keys(from, o, n);
        break;
    case FM_OBJECT_AUTOSCALER:
        read_autoscaler(from, o, n);
        break;
    default:
        break;
    }
}
