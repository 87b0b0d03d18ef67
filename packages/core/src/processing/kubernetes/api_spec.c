/* SPDX-License-Identifier: Apache-2.0 */
/* PodSpec and container statuses in API form. */
#include "readers.h"

static fm_field field(const struct fm_origin *from, const struct fm_node *n)
{
    if (!n || n->kind == FM_NODE_NULL)
        return (fm_field){0};
    if (n->kind == FM_NODE_MAP || n->kind == FM_NODE_LIST)
        return fm_set_field(from, n->source, n->pair);
    return fm_set_field(from, n->text, n->pair);
}

static void amounts(const struct fm_origin *from, struct fm_pairs *p, const struct fm_node *n)
{
    fm_node_each (n, c)
        fm_set_pair(from, p, c->key, c->text, c->pair);
}

static struct fm_reference reference(const struct fm_origin *from, const struct fm_node *n,
                                     enum fm_object_kind kind, const char *names)
{
    const struct fm_node *name = fm_any_member(n, names);
    if (!name)
        return (struct fm_reference){0};
    return (struct fm_reference){kind, name->text, fm_node_str(n, "key"),
                                 fm_str_eqc(fm_node_str(n, "optional"), "true"),
                                 fm_set_span(from, name->pair)};
}

static void read_env(const struct fm_origin *from, struct fm_container *c, const struct fm_node *n)
{
    fm_node_each (fm_node_at(n, "env"), e) {
        struct fm_env env = {.name = fm_node_str(e, "name"),
                             .value = fm_node_str(e, "value"),
                             .span = fm_set_span(from, e->source)};
        env.from =
            reference(from, fm_node_at(e, "valueFrom.secretKeyRef"), FM_OBJECT_SECRET, "name");
        if (env.from.name.len == 0)
            env.from = reference(from, fm_node_at(e, "valueFrom.configMapKeyRef"),
                                 FM_OBJECT_CONFIG_MAP, "name");
        fm_vec_push(fm_set_arena(from->set), &c->env, env);
    }
    fm_node_each (fm_node_at(n, "envFrom"), e) {
        struct fm_reference r =
            reference(from, fm_node_at(e, "secretRef"), FM_OBJECT_SECRET, "name");
        if (r.name.len == 0)
            r = reference(from, fm_node_at(e, "configMapRef"), FM_OBJECT_CONFIG_MAP, "name");
        fm_vec_push(fm_set_arena(from->set), &c->env_from, r);
    }
}

static void read_probe(const struct fm_origin *from, struct fm_probe *p, const struct fm_node *n)
{
    static const struct {
        const char *member, *handler;
    } handlers[] = {
        {"httpGet", "http-get"}, {"tcpSocket", "tcp-socket"}, {"grpc", "grpc"}, {"exec", "exec"}};
    if (!n)
        return;
    *p = (struct fm_probe){.is_set = true, .span = fm_set_span(from, n->pair)};
    p->delay_s = fm_node_str(n, "initialDelaySeconds");
    p->timeout_s = fm_node_str(n, "timeoutSeconds");
    p->period_s = fm_node_str(n, "periodSeconds");
    p->failures = fm_node_str(n, "failureThreshold");
    p->port_span = p->span;
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++) {
        const struct fm_node *h = fm_node_at(n, handlers[i].member), *port = fm_node_at(h, "port");
        if (!h)
            continue;
        p->handler = fm_str_c(handlers[i].handler);
        p->scheme = fm_str_lower(fm_set_arena(from->set), fm_node_str(h, "scheme"));
        p->port = fm_node_str(h, "port");
        p->path = fm_node_str(h, "path");
        if (port)
            p->port_span = fm_set_span(from, port->pair);
    }
}

static void read_ports(const struct fm_origin *from, struct fm_container *c,
                       const struct fm_node *list)
{
    fm_node_each (list, p) {
        fm_str protocol = fm_node_str(p, "protocol");
        fm_vec_push(fm_set_arena(from->set), &c->ports,
                    ((struct fm_container_port){
                        fm_node_str(p, "name"), fm_node_str(p, "containerPort"),
                        protocol.len ? protocol : FM_STR("TCP"), fm_set_span(from, p->source)}));
    }
}

static void read_mounts(const struct fm_origin *from, struct fm_container *c,
                        const struct fm_node *list)
{
    fm_node_each (list, m)
        fm_vec_push(fm_set_arena(from->set), &c->mounts,
                    ((struct fm_mount){fm_node_str(m, "mountPath"), fm_node_str(m, "name"),
                                       fm_str_eqc(fm_node_str(m, "readOnly"), "true"),
                                       fm_set_span(from, m->source)}));
}

static void read_container(const struct fm_origin *from, struct fm_pod_spec *spec,
                           const struct fm_node *n, bool is_init)
{
    struct fm_container *c = fm_container_of(from, spec, fm_node_str(n, "name"));
    fm_field image = field(from, fm_node_at(n, "image")), args = field(from, fm_node_at(n, "args"));
    c->is_init = is_init;
    c->env.n = c->env_from.n = c->ports.n = c->mounts.n = c->limits.n = c->requests.n = 0;
    if (fm_field_is_set(image))
        c->image = image;
    c->command = fm_field_is_set(args) ? args : field(from, fm_node_at(n, "command"));
    read_env(from, c, n);
    read_ports(from, c, fm_node_at(n, "ports"));
    read_mounts(from, c, fm_node_at(n, "volumeMounts"));
    amounts(from, &c->limits, fm_node_at(n, "resources.limits"));
    amounts(from, &c->requests, fm_node_at(n, "resources.requests"));
    read_probe(from, &c->probes[FM_PROBE_LIVENESS], fm_node_at(n, "livenessProbe"));
    read_probe(from, &c->probes[FM_PROBE_READINESS], fm_node_at(n, "readinessProbe"));
    read_probe(from, &c->probes[FM_PROBE_STARTUP], fm_node_at(n, "startupProbe"));
}

/* Every source but these three refers to no other object that we check. */
static void read_volume(const struct fm_origin *from, struct fm_pod_spec *spec,
                        const struct fm_node *n)
{
    struct fm_pod_volume v = {.name = fm_node_str(n, "name"), .span = fm_set_span(from, n->source)};
    fm_node_each (n, source)
        if (!fm_str_eqc(source->key, "name"))
            v.type = source->key;
    v.from = reference(from, fm_node_at(n, "persistentVolumeClaim"), FM_OBJECT_CLAIM, "claimName");
    if (v.from.name.len == 0)
        v.from = reference(from, fm_node_at(n, "configMap"), FM_OBJECT_CONFIG_MAP, "name");
    if (v.from.name.len == 0)
        v.from = reference(from, fm_node_at(n, "secret"), FM_OBJECT_SECRET, "secretName");
    v.medium_or_path =
        field(from, fm_any_member(fm_any_member(n, "hostPath|nfs|emptyDir"), "path|medium"));
    fm_vec_push(fm_set_arena(from->set), &spec->volumes, v);
}

/* kubectl describe shows port numbers only, and targets of services may be names. */
static void read_port_names(const struct fm_origin *from, struct fm_pod_spec *spec,
                            const struct fm_node *n)
{
    fm_node_each (fm_node_at(n, "containers"), c) {
        struct fm_container *container = fm_container_of(from, spec, fm_node_str(c, "name"));
        fm_node_each (fm_node_at(c, "ports"), p)
            fm_vec_each (&container->ports, port)
                if (port->name.len == 0 && fm_str_eq(port->number, fm_node_str(p, "containerPort")))
                    port->name = fm_node_str(p, "name");
    }
}

/* What kubectl describe does not show: a manifest may fill it in beside live data. */
static void read_hidden(const struct fm_origin *from, struct fm_pod_spec *spec,
                        const struct fm_node *n)
{
    struct fm_arena *a = fm_set_arena(from->set);
    if (spec->spread.n + spec->pull_secrets.n + spec->affinity.n > 0)
        return;
    fm_node_each (fm_node_at(n, "topologySpreadConstraints"), t)
        fm_vec_push(a, &spec->spread,
                    ((struct fm_spread){fm_node_str(t, "topologyKey"), fm_node_str(t, "maxSkew"),
                                        fm_node_str(t, "whenUnsatisfiable"),
                                        fm_set_span(from, t->source)}));
    fm_node_each (fm_node_at(n, "imagePullSecrets"), s)
        fm_vec_push(a, &spec->pull_secrets, fm_set_field(from, fm_node_str(s, "name"), s->source));
    fm_read_api_affinity(from, spec, fm_node_at(n, "affinity"));
}

static void read_placement(const struct fm_origin *from, struct fm_pod_spec *spec,
                           const struct fm_node *n)
{
    struct fm_arena *a = fm_set_arena(from->set);
    spec->tolerations.n = spec->spread.n = spec->pull_secrets.n = spec->node_selector.n =
        spec->affinity.n = 0;
    amounts(from, &spec->node_selector, fm_node_at(n, "nodeSelector"));
    fm_node_each (fm_node_at(n, "tolerations"), t) {
        fm_str op = fm_node_str(t, "operator");
        fm_vec_push(a, &spec->tolerations,
                    ((struct fm_toleration){fm_node_str(t, "key"), op.len ? op : FM_STR("Equal"),
                                            fm_node_str(t, "value"), fm_node_str(t, "effect"),
                                            fm_set_span(from, t->source)}));
    }
    read_hidden(from, spec, n);
}

/* Declared and live specs of one object differ while a change is applied: the live one holds. */
void fm_read_api_spec(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    struct fm_pod_spec *spec = fm_spec_of(from, o);
    fm_field account = field(from, fm_node_at(n, "serviceAccountName"));
    if (!fm_set_may_replace(from, o, spec->containers.n > 0)) {
        read_port_names(from, spec, n);
        read_hidden(from, spec, n);
        return;
    }
    if (fm_field_is_set(account))
        spec->service_account = account;
    spec->scheduler = field(from, fm_node_at(n, "schedulerName"));
    spec->priority_class = field(from, fm_node_at(n, "priorityClassName"));
    spec->host_network = field(from, fm_node_at(n, "hostNetwork"));
    fm_node_each (fm_node_at(n, "initContainers"), c)
        read_container(from, spec, c, true);
    fm_node_each (fm_node_at(n, "containers"), c)
        read_container(from, spec, c, false);
    spec->volumes.n = 0;
    fm_node_each (fm_node_at(n, "volumes"), v)
        read_volume(from, spec, v);
    read_placement(from, spec, n);
}

/* {"waiting": {"reason": …}} of the API, {"waiting": true, "reason": …} of flat lists. */
static void read_state(const struct fm_origin *from, const struct fm_node *state, fm_field out[4])
{
    static const char *const names[] = {"waiting", "running", "terminated"};
    for (size_t i = 0; state && i < 3; i++) {
        const struct fm_node *n = fm_node_at(state, names[i]);
        if (!n || (n->kind == FM_NODE_BOOL && n->number == 0))
            continue;
        const struct fm_node *detail = n->kind == FM_NODE_MAP ? n : state;
        out[0] = (fm_field){fm_str_c(i == 0   ? "Waiting"
                                     : i == 1 ? "Running"
                                              : "Terminated"),
                            fm_set_span(from, n->pair)};
        out[1] = field(from, fm_node_at(detail, "reason"));
        out[2] = field(from, fm_node_at(detail, "message"));
        out[3] = field(from, fm_any_member(detail, "exitCode|exit_code"));
        return;
    }
}

static void read_status(const struct fm_origin *from, struct fm_pod_spec *spec,
                        const struct fm_node *n)
{
    struct fm_container *c = fm_container_of(from, spec, fm_node_str(n, "name"));
    fm_field now[4] = {{{0}, {0}}}, last[4] = {{{0}, {0}}};
    read_state(from, fm_node_at(n, "state"), now);
    read_state(from, fm_any_member(n, "lastState|last_state"), last);
    c->state = now[0];
    c->reason = now[1];
    c->message = now[2];
    c->exit_code = now[3];
    c->last_state = last[0];
    c->last_reason = last[1];
    c->last_message = last[2];
    c->last_exit_code = last[3];
    c->ready = field(from, fm_node_at(n, "ready"));
    c->restarts = field(from, fm_any_member(n, "restartCount|restart_count"));
    if (!fm_field_is_set(c->image))
        c->image = field(from, fm_node_at(n, "image"));
}

void fm_read_api_status(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    const struct fm_node *statuses = fm_node_at(n, "status.containerStatuses");
    if (!statuses && !fm_node_at(n, "spec"))
        statuses = fm_any_member(n, "containers|container_statuses");
    fm_node_each (fm_node_at(n, "status.initContainerStatuses"), c) {
        read_status(from, fm_spec_of(from, o), c);
        fm_container_of(from, fm_spec_of(from, o), fm_node_str(c, "name"))->is_init = true;
    }
    fm_node_each (statuses, c)
        read_status(from, fm_spec_of(from, o), c);
}
