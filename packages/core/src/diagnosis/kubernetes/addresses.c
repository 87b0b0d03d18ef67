/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses in variables and arguments against the services that exist: a wrong port of a service,
 * or a name that is nearly one. An address that names nothing known may be optional or outside the
 * cluster: weak unless a log says so.
 */
#include "podlog.h"

struct address {
    struct fm_kube *k;
    struct fm_kube_workload *caller;
    fm_str name;  /* variable, or "argument" */
    fm_str value; /* as configured */
    fm_str host, port;
    fm_span span;
};

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool is_host(fm_str s)
{
    bool has_letter = false;
    if (s.len == 0 || s.len > 253)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_host_char(s.p[i]))
            return false;
        has_letter = has_letter || (s.p[i] >= 'a' && s.p[i] <= 'z');
    }
    return has_letter;
}

/* "host:port", "scheme://user@host:port/path"; a bare word only counts with a scheme or a port. */
static bool split(fm_str value, fm_str *host, fm_str *port)
{
    uint64_t number;
    ptrdiff_t scheme = fm_str_find(value, FM_STR("://"), 0);
    fm_str rest = scheme > 0 ? fm_str_skip(value, (size_t)scheme + 3) : value;
    rest = fm_str_cut(&rest, '/');
    ptrdiff_t at = fm_str_rchr(rest, '@');
    rest = fm_str_skip(rest, (size_t)(at + 1));
    *port = rest;
    *host = fm_str_cut(port, ':');
    if (port->len && !fm_str_u64(*port, &number))
        return false;
    return is_host(*host) && (port->len || scheme > 0);
}

/* "ledger.shop.svc.cluster.local" → service "ledger" of "shop". False for names outside the
 * cluster. */
static bool cluster_name(const struct address *a, fm_str *service, fm_str *ns)
{
    fm_str rest = a->host;
    *service = fm_str_cut(&rest, '.');
    *ns = fm_str_cut(&rest, '.');
    if (ns->len == 0) {
        *ns = a->caller->ns;
        return true;
    }
    return rest.len == 0 ? fm_objects_find(a->k->s, FM_OBJECT_NAMESPACE, FM_STR_NULL, *ns) ||
                               fm_str_eq(*ns, a->caller->ns)
                         : fm_str_starts(rest, FM_STR("svc"));
}

static struct fm_cause *assert_address(struct address *a, double strength, fm_str statement)
{
    struct fm_kube *k = a->k;
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_SERVICE,
               .name = a->caller->name,
               .fault = FM_FAULT_ROUTING_ADDRESS_MISMATCH,
               .strength = strength,
               .rule = "kubernetes.address",
               .statement = statement,
               .mechanism = FM_STR("The caller opens its connections to an address on which nobody "
                                   "answers; callee and network are healthy."),
               .location = a->name,
               .ask = FM_STR("Which address should the caller use?"),
               .command = fm_kube_text(k, "kubectl set env deploy/%.*s --list",
                                       FM_STR_ARG(fm_kube_ref(k, a->caller->ns, a->caller->name))),
           });
    fm_kube_cite(k, c, a->span, "%.*s as configured", FM_STR_ARG(a->name));
    fm_kube_action(k, c, "Correct the address in the workload's configuration.", FM_STR_NULL,
                   "rolls the workload out anew");
    return c;
}

static void check_port(struct address *a, const struct fm_object *service)
{
    struct fm_kube *k = a->k;
    if (a->port.len == 0 || service->ports.n == 0)
        return;
    fm_vec_each (&service->ports, p)
        if (fm_str_eq(p->port, a->port))
            return;
    struct fm_cause *c = assert_address(
        a, 0.92,
        fm_kube_text(k, "%.*s calls %.*s on port %.*s (%.*s), and the service offers port %.*s.",
                     FM_STR_ARG(a->caller->name), FM_STR_ARG(service->name), FM_STR_ARG(a->port),
                     FM_STR_ARG(a->name), FM_STR_ARG(service->ports.items[0].port)));
    fm_vec_each (&service->ports, p)
        fm_kube_cite(k, c, p->span, "service %.*s has port %.*s", FM_STR_ARG(service->name),
                     FM_STR_ARG(p->port));
}

static const struct fm_object *nearest_service(const struct fm_kube *k, fm_str ns, fm_str name)
{
    const struct fm_object *best = NULL;
    enum fm_near nearest = FM_NEAR_NONE;
    fm_vec_each (&k->s->objects, o) {
        enum fm_near d = (*o)->kind == FM_OBJECT_SERVICE && (*o)->is_live && !(*o)->is_gone &&
                                 fm_str_eq((*o)->ns, ns)
                             ? fm_kube_near((*o)->name, name)
                             : FM_NEAR_NONE;
        if (d > nearest) {
            nearest = d;
            best = *o;
        }
    }
    return best;
}

static bool has_resolver_error(struct address *a, fm_str service, struct fm_kube_line *line)
{
    static const char *const marks[] = {
        "no such host", "Name or service not known", "getaddrinfo", "UnknownHost",
        "not resolve",  "Name does not resolve",     NULL};
    return fm_kube_log_find(a->k, a->caller, marks, line) && fm_str_has(line->text, service);
}

static bool lists_services(const struct fm_kube *k, fm_str ns)
{
    fm_vec_each (&k->s->lists, l)
        if (l->kind == FM_OBJECT_SERVICE && (l->ns.len == 0 || fm_str_eq(l->ns, ns)))
            return true;
    return false;
}

static void check_name(struct address *a, fm_str service, fm_str ns)
{
    struct fm_kube *k = a->k;
    struct fm_kube_line line = {0};
    const struct fm_object *declared = fm_objects_find(k->s, FM_OBJECT_SERVICE, ns, service);
    const struct fm_object *near = nearest_service(k, ns, service);
    bool is_logged = has_resolver_error(a, service, &line);
    if (declared || !lists_services(k, ns) || fm_kube_is_explained(k, FM_OBJECT_SERVICE, service) ||
        (!near && !is_logged))
        return;
    struct fm_cause *c =
        near ? assert_address(a, 0.91,
                              fm_kube_text(k,
                                           "%.*s calls \"%.*s\" (%.*s), a service that does not "
                                           "exist; the existing one is \"%.*s\".",
                                           FM_STR_ARG(a->caller->name), FM_STR_ARG(service),
                                           FM_STR_ARG(a->name), FM_STR_ARG(near->name)))
             : assert_address(
                   a, 0.80,
                   fm_kube_text(k, "%.*s calls \"%.*s\" (%.*s), a service that does not exist.",
                                FM_STR_ARG(a->caller->name), FM_STR_ARG(service),
                                FM_STR_ARG(a->name)));
    if (near)
        fm_kube_cite(k, c, near->span, "there is a service %.*s", FM_STR_ARG(near->name));
    fm_kube_cite(k, c, fm_objects_absent(k->s, FM_OBJECT_SERVICE, ns, service),
                 "no service %.*s is listed", FM_STR_ARG(service));
    if (is_logged)
        fm_kube_cite(k, c, line.span, "its log: %.*s", FM_STR_ARG(fm_kube_cut(line.text, 160)));
}

/* "mq.shop-old:5672" where mq is a service of the caller's own namespace, and the name does not
 * resolve. */
static void check_namespace(struct address *a)
{
    struct fm_kube *k = a->k;
    struct fm_kube_line line = {0};
    fm_str rest = a->host, service = fm_str_cut(&rest, '.'), ns = fm_str_cut(&rest, '.');
    const struct fm_object *o = fm_objects_find(k->s, FM_OBJECT_SERVICE, a->caller->ns, service);
    if (ns.len == 0 || fm_str_eq(ns, a->caller->ns) || !o || !o->is_live || o->is_gone ||
        !has_resolver_error(a, service, &line))
        return;
    struct fm_cause *c = assert_address(
        a, 0.91,
        fm_kube_text(k,
                     "%.*s calls %.*s in namespace \"%.*s\" (%.*s), where it does not exist; the "
                     "service is in namespace %.*s.",
                     FM_STR_ARG(a->caller->name), FM_STR_ARG(service), FM_STR_ARG(ns),
                     FM_STR_ARG(a->name), FM_STR_ARG(a->caller->ns)));
    fm_kube_cite(k, c, o->span, "service %.*s of namespace %.*s", FM_STR_ARG(service),
                 FM_STR_ARG(a->caller->ns));
    fm_kube_cite(k, c, line.span, "its log: %.*s", FM_STR_ARG(fm_kube_cut(line.text, 160)));
}

static void check_address(struct address *a)
{
    fm_str service, ns;
    if (!split(a->value, &a->host, &a->port) || fm_str_eqc(a->host, "localhost"))
        return;
    if (!cluster_name(a, &service, &ns)) {
        check_namespace(a);
        return;
    }
    const struct fm_object *o = fm_objects_find(a->k->s, FM_OBJECT_SERVICE, ns, service);
    if (o && o->is_live && !o->is_gone)
        check_port(a, o);
    else
        check_name(a, service, ns);
}

static void check_container(struct fm_kube *k, struct fm_kube_workload *w,
                            const struct fm_container *c)
{
    fm_vec_each (&c->env, e) {
        fm_str rest = e->value;
        while (rest.len) { /* lists of brokers are separated by commas */
            struct address a = {.k = k,
                                .caller = w,
                                .name = e->name,
                                .value = fm_str_trim(fm_str_cut(&rest, ',')),
                                .span = e->span};
            check_address(&a);
        }
    }
    fm_str rest = c->command.text, word;
    while (fm_str_word(&rest, &word)) {
        ptrdiff_t eq = fm_str_chr(word, '=', 0);
        struct address a = {.k = k,
                            .caller = w,
                            .name = FM_STR("an argument"),
                            .value = fm_str_skip(word, (size_t)(eq + 1)),
                            .span = c->command.span};
        check_address(&a);
    }
}

void fm_kube_rules_addresses(struct fm_kube *k)
{
    fm_vec_each (&k->workloads, w) {
        const struct fm_pod_spec *spec = (*w)->pods.n && (*w)->pods.items[0]->object->spec
                                             ? (*w)->pods.items[0]->object->spec
                                             : (*w)->spec;
        if (!spec || (*w)->is_explained)
            continue;
        fm_vec_each (&spec->containers, c)
            check_container(k, *w, c);
    }
}
