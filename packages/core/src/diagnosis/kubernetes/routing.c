/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that reach nobody although the pods work: selector against labels, target port against
 * container ports, port protocols, ingress back ends. A service whose workload has no ready pod is
 * a consequence, never a cause.
 */
#include "kube.h"

struct route {
    struct fm_kube *k;
    const struct fm_object *service;
    struct fm_kube_workload *workload; /* that it selects, or means by its name */
    size_t n_selected, n_ready;
};

static bool selects(const struct fm_object *service, const struct fm_kube_pod *p)
{
    const struct fm_pairs *labels = p->object->labels.n ? &p->object->labels
                                    : p->workload->spec ? &p->workload->spec->labels
                                                        : &p->object->labels;
    return fm_str_eq(service->ns, p->object->ns) && fm_labels_match(&service->selector, labels);
}

static void find_selected(struct route *r)
{
    fm_vec_each (&r->k->pods, p) {
        if ((*p)->is_done || !selects(r->service, *p))
            continue;
        r->n_selected++;
        r->n_ready += (*p)->is_ready;
        r->workload = (*p)->workload;
    }
}

static struct fm_kube_workload *meant(const struct fm_kube *k, const struct fm_object *service)
{
    struct fm_kube_workload *near = NULL;
    enum fm_near best = FM_NEAR_NONE;
    fm_vec_each (&k->workloads, w) {
        enum fm_near d = fm_str_eq((*w)->ns, service->ns) ? fm_kube_near((*w)->name, service->name)
                                                          : FM_NEAR_NONE;
        if (d > best) {
            best = d;
            near = *w;
        }
    }
    return near;
}

/* The workload whose labels come nearest to the selector: most pairs equal or nearly so. */
static struct fm_kube_workload *nearest_by_label(const struct fm_kube *k,
                                                 const struct fm_object *service)
{
    struct fm_kube_workload *near = NULL;
    size_t best = 0;
    fm_vec_each (&k->workloads, w) {
        const struct fm_pairs *labels = (*w)->pods.n ? &(*w)->pods.items[0]->object->labels
                                        : (*w)->spec ? &(*w)->spec->labels
                                                     : NULL;
        size_t hits = 0;
        if (!labels || !fm_str_eq((*w)->ns, service->ns))
            continue;
        fm_vec_each (&service->selector, s)
            fm_vec_each (labels, l)
                hits += (fm_str_eq(l->key, s->key) &&
                         fm_kube_near(l->value, s->value) >= FM_NEAR_PREFIX) ||
                        (fm_str_eq(l->value, s->value) &&
                         fm_kube_near(l->key, s->key) >= FM_NEAR_PREFIX);
        if (hits > best) {
            best = hits;
            near = *w;
        }
    }
    return near;
}

static const struct fm_connection *failed_test(const struct fm_kube *k,
                                               const struct fm_object *service)
{
    fm_vec_each (&k->s->connections, c) {
        fm_str host = c->host;
        if (!c->is_open && fm_str_eq(fm_str_cut(&host, '.'), service->name))
            return c;
    }
    return NULL;
}

static struct fm_cause *assert_route(struct route *r, enum fm_fault fault, double strength,
                                     fm_str statement, const char *mechanism)
{
    struct fm_kube *k = r->k;
    const struct fm_connection *test = failed_test(k, r->service);
    fm_field endpoints = fm_object_get(r->service, FM_OBJECT_F_ENDPOINTS);
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_SERVICE,
               .name = r->service->name,
               .fault = fault,
               .strength = strength,
               .rule = "kubernetes.routing",
               .statement = statement,
               .mechanism = fm_str_c(mechanism),
               .location = fm_kube_text(k, "service %.*s", FM_STR_ARG(r->service->name)),
               .ask = FM_STR("Does a connection to a pod's own address and port work?"),
               .command = fm_kube_text(k, "kubectl get endpoints,pods -o wide -n %.*s",
                                       FM_STR_ARG(r->service->ns)),
           });
    if (test)
        fm_kube_cite(k, c, test->span, "a connection test of %.*s fails", FM_STR_ARG(test->host));
    fm_kube_cite(k, c, endpoints.span, "endpoints of the service");
    return c;
}

static bool is_history_of_names(const struct fm_pair *l)
{
    return fm_str_eqc(l->key, "pod-template-hash") ||
           fm_str_eqc(l->key, "controller-revision-hash");
}

static void cite_labels(struct route *r, struct fm_cause *c)
{
    fm_vec_each (&r->service->selector, s)
        fm_kube_cite(r->k, c, s->span, "the service selects %.*s=%.*s", FM_STR_ARG(s->key),
                     FM_STR_ARG(s->value));
    if (!r->workload || r->workload->pods.n == 0)
        return;
    fm_vec_each (&r->workload->pods.items[0]->object->labels, l)
        if (!is_history_of_names(l))
            fm_kube_cite(r->k, c, l->span, "its pods carry %.*s=%.*s", FM_STR_ARG(l->key),
                         FM_STR_ARG(l->value));
}

/* The first pair of the selector that the pods do not carry. */
static const struct fm_pair *wrong_pair(const struct route *r, const struct fm_pair **have)
{
    const struct fm_pairs *labels = r->workload->pods.n
                                        ? &r->workload->pods.items[0]->object->labels
                                        : &r->workload->spec->labels;
    fm_vec_each (&r->service->selector, s) {
        *have = fm_pairs_get(labels, s->key);
        if (!*have || !fm_str_eq((*have)->value, s->value))
            return s;
    }
    return NULL;
}

static bool has_ready_pod(const struct fm_kube_workload *w)
{
    fm_vec_each (&w->pods, p)
        if ((*p)->is_ready)
            return true;
    return false;
}

/* Selects nothing, while a workload that it means has working pods. */
static void check_selector(struct route *r)
{
    struct fm_kube *k = r->k;
    const struct fm_pair *have = NULL;
    r->workload = meant(k, r->service);
    if (!r->workload || !has_ready_pod(r->workload))
        r->workload = nearest_by_label(k, r->service);
    if (!r->workload || !has_ready_pod(r->workload) ||
        r->workload->pods.items[0]->object->labels.n == 0)
        r->workload = NULL;
    const struct fm_pair *wrong = r->workload ? wrong_pair(r, &have) : NULL;
    if (!wrong) {
        r->workload = NULL;
        return;
    }
    bool by_name = fm_kube_near(r->workload->name, r->service->name) >= FM_NEAR_EDIT;
    struct fm_cause *c = assert_route(
        r, FM_FAULT_ROUTING_SELECTOR_MISMATCH, by_name || failed_test(k, r->service) ? 0.93 : 0.87,
        have ? fm_kube_text(k,
                            "Service %.*s reaches no pod: it selects %.*s=%.*s, the pods of %.*s "
                            "carry %.*s=%.*s.",
                            FM_STR_ARG(r->service->name), FM_STR_ARG(wrong->key),
                            FM_STR_ARG(wrong->value), FM_STR_ARG(r->workload->name),
                            FM_STR_ARG(have->key), FM_STR_ARG(have->value))
             : fm_kube_text(k,
                            "Service %.*s reaches no pod: it selects %.*s=%.*s, and the pods of "
                            "%.*s do not carry that label.",
                            FM_STR_ARG(r->service->name), FM_STR_ARG(wrong->key),
                            FM_STR_ARG(wrong->value), FM_STR_ARG(r->workload->name)),
        "Every pair of a selector has to be among a pod's labels; without a match the service has "
        "no endpoints and connections to it fail.");
    cite_labels(r, c);
    fm_kube_action(k, c, "Correct the selector of the service (or the labels of the pod template).",
                   fm_kube_text(k, "kubectl edit service %.*s",
                                FM_STR_ARG(fm_kube_ref(k, r->service->ns, r->service->name))),
                   "takes effect at once");
}

static const struct fm_container_port *find_port(const struct fm_pod_spec *spec, fm_str target,
                                                 bool *is_declared)
{
    *is_declared = false;
    fm_vec_each (&spec->containers, c)
        fm_vec_each (&c->ports, p) {
            *is_declared = *is_declared || !c->is_init;
            if (fm_str_eq(p->number, target) || (p->name.len && fm_str_eq(p->name, target)))
                return p;
        }
    return NULL;
}

static bool listens_by_variable(const struct fm_pod_spec *spec, fm_str target)
{
    fm_vec_each (&spec->containers, c)
        fm_vec_each (&c->env, e)
            if (fm_str_ends(e->name, FM_STR("PORT")) && fm_str_eq(e->value, target))
                return true;
    return false;
}

static bool is_number(fm_str s)
{
    uint64_t n;
    return fm_str_u64(s, &n);
}

static void cite_container_ports(struct route *r, struct fm_cause *c,
                                 const struct fm_pod_spec *spec)
{
    fm_vec_each (&spec->containers, ct)
        fm_vec_each (&ct->ports, p)
            fm_kube_cite(r->k, c, p->span, "container %.*s listens on %.*s", FM_STR_ARG(ct->name),
                         FM_STR_ARG(p->number));
}

static bool has_no_endpoints(const struct route *r)
{
    const struct fm_object *e =
        fm_objects_find(r->k->s, FM_OBJECT_ENDPOINTS, r->service->ns, r->service->name);
    return fm_str_eqc(fm_object_get(r->service, FM_OBJECT_F_ENDPOINTS).text, "-") ||
           fm_str_eqc(fm_object_get(r->service, FM_OBJECT_F_ENDPOINTS).text, "<none>") ||
           (e && e->is_live && !fm_field_is_set(fm_object_get(e, FM_OBJECT_F_ENDPOINTS)));
}

/* A named target that no container port carries leaves endpoints without a port: "10.1.2.3" instead
 * of "10.1.2.3:8080", or, with one port only, none although pods are ready. */
static bool endpoints_lack_port(const struct route *r)
{
    fm_str text = fm_object_get(r->service, FM_OBJECT_F_ENDPOINTS).text;
    if (r->n_ready > 0 && has_no_endpoints(r))
        return true;
    return text.len > 1 && text.p[0] >= '0' && text.p[0] <= '9' && !fm_str_has(text, FM_STR(":"));
}

static bool names_are_shown(const struct fm_pod_spec *spec)
{
    fm_vec_each (&spec->containers, c)
        fm_vec_each (&c->ports, p)
            if (p->name.len)
                return true;
    return false;
}

static fm_str ports_text(struct fm_kube *k, const struct fm_pod_spec *spec)
{
    fm_str list = FM_STR_NULL;
    fm_vec_each (&spec->containers, c)
        fm_vec_each (&c->ports, p)
            list = fm_kube_text(k, "%.*s%s%.*s", FM_STR_ARG(list), list.len ? ", " : "",
                                FM_STR_ARG(p->number));
    return list;
}

static void assert_port(struct route *r, const struct fm_service_port *port,
                        const struct fm_pod_spec *spec)
{
    struct fm_kube *k = r->k;
    bool is_named = !is_number(port->target_port);
    struct fm_cause *c = assert_route(
        r, FM_FAULT_ROUTING_PORT_MISMATCH, failed_test(k, r->service) || is_named ? 0.93 : 0.87,
        fm_kube_text(k,
                     "Service %.*s forwards to port %.*s, on which no container of %.*s "
                     "listens; they listen on %.*s.",
                     FM_STR_ARG(r->service->name), FM_STR_ARG(port->target_port),
                     FM_STR_ARG(r->workload->name), FM_STR_ARG(ports_text(k, spec))),
        "The service's target port is not one of its pods, so connections through the service "
        "are refused while the pods are healthy.");
    fm_kube_cite(k, c, port->target_span, "target port of the service: %.*s",
                 FM_STR_ARG(port->target_port));
    fm_kube_cite(k, c, port->span, "port of the service");
    cite_container_ports(r, c, spec);
    fm_kube_action(k, c, "Set targetPort to the port that the container listens on.",
                   fm_kube_text(k, "kubectl edit service %.*s",
                                FM_STR_ARG(fm_kube_ref(k, r->service->ns, r->service->name))),
                   "takes effect at once");
}

static void assert_protocol(struct route *r, const struct fm_service_port *port,
                            const struct fm_container_port *found)
{
    struct fm_kube *k = r->k;
    struct fm_cause *c = assert_route(
        r, FM_FAULT_ROUTING_PROTOCOL_MISMATCH, failed_test(k, r->service) ? 0.92 : 0.88,
        fm_kube_text(
            k, "Service %.*s forwards %.*s on port %.*s, the container of %.*s listens with %.*s.",
            FM_STR_ARG(r->service->name), FM_STR_ARG(port->protocol), FM_STR_ARG(port->port),
            FM_STR_ARG(r->workload->name), FM_STR_ARG(found->protocol)),
        "kube-proxy forwards only the protocol that the service port names.");
    fm_kube_cite(k, c, port->span, "protocol of the service port: %.*s",
                 FM_STR_ARG(port->protocol));
    fm_kube_cite(k, c, port->target_span, "its target");
    fm_kube_cite(k, c, found->span, "protocol of the container port: %.*s",
                 FM_STR_ARG(found->protocol));
}

/* What a container does not declare it may still listen on; names that are not shown decide
 * nothing. */
static bool is_open_question(const struct route *r, const struct fm_service_port *port,
                             const struct fm_pod_spec *spec)
{
    return listens_by_variable(spec, port->target_port) ||
           (!is_number(port->target_port) && !names_are_shown(spec) && !endpoints_lack_port(r));
}

static void check_target(struct route *r, const struct fm_service_port *port,
                         const struct fm_pod_spec *spec)
{
    bool is_declared;
    const struct fm_container_port *found = find_port(spec, port->target_port, &is_declared);
    if (!found && is_declared && !is_open_question(r, port, spec))
        assert_port(r, port, spec);
    if (found && port->protocol.len && found->protocol.len &&
        !fm_str_ieq(port->protocol, found->protocol))
        assert_protocol(r, port, found);
}

/* appProtocol or a port name that says http in front of a container whose probe speaks gRPC, and
 * the other way round. */
static const struct fm_probe *probe_of_port(const struct fm_pod_spec *spec, fm_str port)
{
    fm_vec_each (&spec->containers, c)
        for (int i = 0; i < FM_PROBE_KIND_COUNT; i++)
            if (c->probes[i].is_set && fm_str_eq(c->probes[i].port, port))
                return &c->probes[i];
    return NULL;
}

static void check_app_protocol(struct route *r, const struct fm_service_port *port,
                               const struct fm_pod_spec *spec)
{
    const struct fm_probe *probe = probe_of_port(spec, port->target_port);
    bool says_http = fm_str_ieq(port->app_protocol, FM_STR("http")),
         says_grpc = fm_str_ieq(port->app_protocol, FM_STR("grpc"));
    if (!probe || r->n_ready == 0 ||
        !((says_http && fm_str_eqc(probe->handler, "grpc")) ||
          (says_grpc && fm_str_eqc(probe->handler, "http-get"))))
        return;
    struct fm_cause *c = assert_route(
        r, FM_FAULT_ROUTING_PROTOCOL_MISMATCH, failed_test(r->k, r->service) ? 0.88 : 0.80,
        fm_kube_text(
            r->k,
            "Service %.*s declares its port as %.*s, and the container behind it speaks %.*s.",
            FM_STR_ARG(r->service->name), FM_STR_ARG(port->app_protocol),
            FM_STR_ARG(probe->handler)),
        "Proxies and meshes parse the traffic as the service declares it, and break what is "
        "something else.");
    fm_kube_cite(r->k, c, port->span, "the service port");
    fm_kube_cite(r->k, c, probe->span, "the probe that succeeds on this port");
}

/* Ready pods and no endpoints, and nothing above explains it. */
static void check_endpoints(struct route *r)
{
    struct fm_kube *k = r->k;
    const struct fm_object *e =
        fm_objects_find(k->s, FM_OBJECT_ENDPOINTS, r->service->ns, r->service->name);
    bool is_empty = e && e->is_live && !fm_field_is_set(fm_object_get(e, FM_OBJECT_F_ENDPOINTS));
    if (!is_empty || r->n_ready == 0)
        return;
    struct fm_cause *c = assert_route(
        r, FM_FAULT_ROUTING_NO_ENDPOINTS, 0.80,
        fm_kube_text(k, "Service %.*s has no endpoints although a pod that it selects is ready.",
                     FM_STR_ARG(r->service->name)),
        "Endpoints are written by the endpoint controllers; without them kube-proxy has nowhere to "
        "send connections.");
    fm_kube_cite(k, c, e->span, "the endpoints are empty");
}

/* No selector and nobody who writes endpoints by hand. */
static void check_selectorless(struct route *r)
{
    struct fm_kube *k = r->k;
    fm_str type = fm_object_get(r->service, FM_OBJECT_F_TYPE).text;
    const struct fm_object *e =
        fm_objects_find(k->s, FM_OBJECT_ENDPOINTS, r->service->ns, r->service->name);
    fm_span absent = fm_objects_absent(k->s, FM_OBJECT_ENDPOINTS, r->service->ns, r->service->name);
    fm_field own = fm_object_get(r->service, FM_OBJECT_F_ENDPOINTS);
    bool is_empty =
        (e && e->is_live && !fm_field_is_set(fm_object_get(e, FM_OBJECT_F_ENDPOINTS))) ||
        absent.length || fm_str_eqc(own.text, "-");
    if (!is_empty || fm_str_eqc(type, "ExternalName") || fm_str_eqc(r->service->name, "kubernetes"))
        return;
    struct fm_cause *c =
        assert_route(r, FM_FAULT_ROUTING_NO_ENDPOINTS, failed_test(k, r->service) ? 0.90 : 0.80,
                     fm_kube_text(k, "Service %.*s has no selector and no endpoints.",
                                  FM_STR_ARG(r->service->name)),
                     "A service without a selector reaches only addresses that somebody writes "
                     "into its Endpoints or EndpointSlice.");
    fm_kube_cite(k, c, r->service->span, "the service");
    fm_kube_cite(k, c, e ? e->span : absent, "no endpoints");
}

static struct fm_cause *assert_empty(struct route *r, double strength, fm_str statement)
{
    struct fm_cause *c =
        assert_route(r, FM_FAULT_ROUTING_NO_ENDPOINTS, strength, statement,
                     "Without endpoints connections to the service are refused or dropped.");
    fm_kube_cite(r->k, c, r->service->span, "the service");
    cite_labels(r, c);
    return c;
}

static void check_scaled_down(struct route *r, const struct fm_kube_workload *w)
{
    fm_field desired = fm_object_get(w->root, FM_OBJECT_F_DESIRED);
    struct fm_cause *c = assert_empty(
        r, failed_test(r->k, r->service) ? 0.82 : 0.72,
        fm_kube_text(r->k, "Service %.*s has no endpoints because %.*s is scaled to no replicas.",
                     FM_STR_ARG(r->service->name), FM_STR_ARG(w->name)));
    fm_kube_cite(r->k, c, desired.span, "replicas wanted: %.*s", FM_STR_ARG(desired.text));
}

/* Selects nothing and no workload that it could mean is shown with pods. */
static void check_unmatched(struct route *r)
{
    const struct fm_kube_workload *w = meant(r->k, r->service);
    if (w && w->desired == 0)
        check_scaled_down(r, w);
    else if (has_no_endpoints(r) && failed_test(r->k, r->service) &&
             !(w && (w->is_explained || fm_kube_is_short(w))))
        assert_empty(r, 0.82,
                     fm_kube_text(r->k,
                                  "Service %.*s has no endpoints: no pod matches its selector.",
                                  FM_STR_ARG(r->service->name)));
}

static const struct fm_pod_spec *spec_of(const struct route *r)
{
    fm_vec_each (&r->workload->pods, p)
        if ((*p)->object->spec && (*p)->object->spec->containers.n &&
            (*p)->object->spec->containers.items[0].ports.n)
            return (*p)->object->spec;
    return r->workload->spec;
}

static void check_service(struct fm_kube *k, const struct fm_object *service)
{
    struct route r = {.k = k, .service = service};
    if (service->selector.n == 0) {
        check_selectorless(&r);
        return;
    }
    find_selected(&r);
    if (r.n_selected == 0) {
        check_selector(&r);
        if (!r.workload)
            check_unmatched(&r);
        return;
    }
    const struct fm_pod_spec *spec = spec_of(&r);
    size_t before = k->h->causes.n;
    if (spec && r.n_ready > 0)
        fm_vec_each (&service->ports, p) {
            if (p->target_port.len)
                check_target(&r, p, spec);
            check_app_protocol(&r, p, spec);
        }
    if (k->h->causes.n == before)
        check_endpoints(&r);
}

static struct fm_cause *assert_ingress(struct fm_kube *k, const struct fm_object *ingress,
                                       double strength, fm_str statement)
{
    return fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_SERVICE,
               .name = ingress->name,
               .fault = FM_FAULT_ROUTING_INGRESS_MISCONFIGURED,
               .strength = strength,
               .rule = "kubernetes.routing.ingress",
               .statement = statement,
               .mechanism = FM_STR("The ingress controller routes only to services and ports that "
                                   "exist; requests for the rest get an error page."),
               .location = fm_kube_text(k, "ingress %.*s", FM_STR_ARG(ingress->name)),
               .ask = FM_STR("Which service and port should this path reach?"),
               .command = fm_kube_text(k, "kubectl describe ingress %.*s",
                                       FM_STR_ARG(fm_kube_ref(k, ingress->ns, ingress->name))),
           });
}

static bool has_port(const struct fm_object *service, fm_str port)
{
    if (service->ports.n == 0 || port.len == 0)
        return true;
    fm_vec_each (&service->ports, p)
        if (fm_str_eq(p->port, port) || fm_str_eq(p->name, port))
            return true;
    return false;
}

static void check_backend(struct fm_kube *k, const struct fm_object *ingress,
                          const struct fm_backend *b)
{
    const struct fm_object *service =
        fm_objects_find(k->s, FM_OBJECT_SERVICE, ingress->ns, b->service);
    bool is_there = service && (service->is_live || service->is_declared) && !service->is_gone;
    fm_span absent = fm_objects_absent(k->s, FM_OBJECT_SERVICE, ingress->ns, b->service);
    if (absent.length && !(is_there && service->is_live)) {
        struct fm_cause *c = assert_ingress(
            k, ingress, 0.92,
            fm_kube_text(k, "Ingress %.*s routes to service \"%.*s\", which does not exist.",
                         FM_STR_ARG(ingress->name), FM_STR_ARG(b->service)));
        fm_kube_cite(k, c, b->span, "the back end of the ingress");
        fm_kube_cite(k, c, absent, "no such service");
        fm_vec_each (&k->s->objects, o)
            if ((*o)->kind == FM_OBJECT_SERVICE && (*o)->is_live &&
                fm_kube_near((*o)->name, b->service) >= FM_NEAR_PREFIX)
                fm_kube_cite(k, c, (*o)->span, "there is a service with a similar name: %.*s",
                             FM_STR_ARG((*o)->name));
        return;
    }
    if (!is_there || has_port(service, b->port))
        return;
    struct fm_cause *c = assert_ingress(
        k, ingress, 0.91,
        fm_kube_text(
            k, "Ingress %.*s routes to port %.*s of service %.*s, which the service does not have.",
            FM_STR_ARG(ingress->name), FM_STR_ARG(b->port), FM_STR_ARG(b->service)));
    fm_kube_cite(k, c, b->span, "the back end of the ingress");
    fm_vec_each (&service->ports, p)
        fm_kube_cite(k, c, p->span, "the service has port %.*s", FM_STR_ARG(p->port));
}

static void check_ingress(struct fm_kube *k, const struct fm_object *ingress)
{
    static const char *const marks[] = {"not found",
                                        "does not exist",
                                        "no IngressClass",
                                        "invalid ingress class",
                                        "no object matching key",
                                        NULL};
    fm_str found;
    fm_vec_each (&ingress->backends, b)
        check_backend(k, ingress, b);
    fm_vec_each (fm_kube_events(k, FM_OBJECT_INGRESS, ingress->name), e) {
        if (!(*e)->is_warning || !fm_kube_has_any((*e)->message, marks, &found))
            continue;
        struct fm_cause *c = assert_ingress(
            k, ingress, 0.86,
            fm_kube_text(k, "Ingress %.*s refers to something that its controller does not find.",
                         FM_STR_ARG(ingress->name)));
        fm_kube_cite_event(k, c, *e);
    }
}

void fm_kube_rules_routing(struct fm_kube *k)
{
    fm_vec_each (&k->s->objects, o) {
        bool is_there = (*o)->is_live && !(*o)->is_gone;
        if (is_there && (*o)->kind == FM_OBJECT_SERVICE &&
            !fm_kube_is_explained(k, FM_OBJECT_SERVICE, (*o)->name))
            check_service(k, *o);
        if ((*o)->kind == FM_OBJECT_INGRESS && ((*o)->is_declared || is_there))
            check_ingress(k, *o);
    }
}
