/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes that fail on a container that works. A failure counts when it goes on and has its
 * consequence: a liveness probe kills, a readiness probe keeps the pod out of its services. Port,
 * then protocol, then timing: the first that is wrong explains the failure. Source:
 * kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes.
 */
#include "podlog.h"

#include <math.h>

struct check {
    struct fm_kube *k;
    const struct fm_kube_pod *pod;
    const struct fm_container *container;
    enum fm_probe_kind kind;
    const struct fm_probe *probe;
    const struct fm_object_event *failure;
    const struct fm_object_event *kill;
    bool is_sustained;
};

static const struct fm_object_event *
failure_of(const struct fm_kube *k, const struct fm_object *pod, enum fm_probe_kind kind)
{
    return fm_kube_event(k, pod, "Unhealthy",
                         kind == FM_PROBE_LIVENESS  ? "Liveness probe"
                         : kind == FM_PROBE_STARTUP ? "Startup probe"
                                                    : "Readiness probe");
}

/* How often the probe failed over all its messages (they may differ from attempt to attempt). */
static uint64_t failures_of(const struct fm_kube *k, const struct fm_object *pod,
                            enum fm_probe_kind kind)
{
    uint64_t n = 0;
    fm_vec_each (fm_kube_events(k, FM_OBJECT_POD, pod->name), e)
        if (fm_str_eqc((*e)->reason, "Unhealthy") &&
            fm_str_istarts((*e)->message, fm_str_c(fm_probe_kind_name(kind))))
            n += (*e)->count;
    return n;
}

static int64_t restarts_of(const struct fm_container *c)
{
    int64_t n;
    return fm_str_i64(c->restarts.text, &n) ? n : 0;
}

static bool is_recent(const struct fm_kube *k, const struct fm_object_event *e)
{
    if (!isnan(e->last_s))
        return e->last_s <= 60;
    return e->at == FM_TIME_NONE || k->s->now == FM_TIME_NONE ||
           k->s->now - e->at <= 10 * FM_MINUTE;
}

/* The symptom of its kind holds now. */
static bool has_symptom(const struct check *c)
{
    if (c->kind == FM_PROBE_READINESS)
        return !fm_str_ieq(c->container->ready.text, FM_STR("true")) && !c->pod->is_ready;
    return c->kill || restarts_of(c->container) > 0;
}

/* A named port is one that the container declares. */
static bool port_is_declared(const struct check *c)
{
    fm_str port = c->probe->port;
    bool has_any = false;
    if (port.len == 0)
        return true;
    fm_vec_each (&c->container->ports, p) {
        has_any = true;
        if (fm_str_eq(p->number, port) || fm_str_eq(p->name, port))
            return true;
    }
    fm_vec_each (&c->container->env, e)
        if (fm_str_ends(e->name, FM_STR("PORT")) && fm_str_eq(e->value, port))
            return true;
    return !has_any;
}

static const struct fm_probe *other_probe(const struct check *c)
{
    enum fm_probe_kind kind = c->kind == FM_PROBE_LIVENESS ? FM_PROBE_READINESS : FM_PROBE_LIVENESS;
    return &c->container->probes[kind];
}

static const char *const protocol_marks[] = {"malformed HTTP",
                                             "HTTP/1.x transport connection broken",
                                             "first record does not look like a TLS handshake",
                                             "server gave HTTP response to HTTPS client",
                                             "error reading server preface",
                                             "http2:",
                                             "unexpected HTTP status code received from server",
                                             "code = Unimplemented",
                                             "this server doesn't implement the grpc health",
                                             "doesn't implement the grpc health",
                                             "malformed header",
                                             "unexpected content-type",
                                             "bad record MAC",
                                             "invalid HTTP version",
                                             NULL};
static const char *const slow_marks[] = {"deadline exceeded", "timeout", "timed out",
                                         "Client.Timeout", NULL};

static bool differs_from_other(const struct check *c)
{
    const struct fm_probe *other = other_probe(c);
    bool same_port = other->is_set && fm_str_eq(other->port, c->probe->port);
    return same_port && !fm_str_eq(other->handler, c->probe->handler) &&
           !fm_str_eqc(c->probe->handler, "exec") && !fm_str_eqc(other->handler, "exec") &&
           !fm_str_eqc(c->probe->handler, "tcp-socket");
}

static enum fm_fault fault_of(const struct check *c, int what)
{
    static const enum fm_fault faults[2][3] = {
        {FM_FAULT_PROBE_LIVENESS_PORT, FM_FAULT_PROBE_LIVENESS_PROTOCOL,
         FM_FAULT_PROBE_LIVENESS_TIMING},
        {FM_FAULT_PROBE_READINESS_PORT, FM_FAULT_PROBE_READINESS_PROTOCOL,
         FM_FAULT_PROBE_READINESS_TIMING}};
    return faults[c->kind == FM_PROBE_READINESS][what];
}

static void cite_ports(const struct check *c, struct fm_cause *cause)
{
    fm_vec_each (&c->container->ports, p)
        fm_kube_cite(c->k, cause, p->span, "the container declares port %.*s",
                     FM_STR_ARG(p->number));
    const struct fm_probe *other = other_probe(c);
    if (other->is_set)
        fm_kube_cite(c->k, cause, other->span, "the other probe of the container, for comparison");
}

static struct fm_cause *assert_probe(const struct check *c, int what, double strength, fm_str why,
                                     const char *mechanism)
{
    struct fm_kube *k = c->k;
    const char *name = fm_probe_kind_name(c->kind);
    struct fm_cause *cause = fm_kube_assert(
        k,
        &(struct fm_kube_claim){
            .kind = FM_ENTITY_WORKLOAD,
            .name = c->pod->workload->name,
            .fault = fault_of(c, what),
            .strength = strength,
            .rule = "kubernetes.probe",
            .statement = fm_kube_text(k, "The %s probe of container %.*s in %.*s is wrong: %.*s.",
                                      name, FM_STR_ARG(c->container->name),
                                      FM_STR_ARG(c->pod->workload->name), FM_STR_ARG(why)),
            .mechanism = fm_str_c(mechanism),
            .location =
                fm_kube_text(k, "%s probe of container %.*s", name, FM_STR_ARG(c->container->name)),
            .ask =
                FM_STR("What does the container listen on, and how long does it take to answer?"),
            .command =
                fm_kube_text(k, "kubectl exec %.*s -- sh -c 'ss -ltn || netstat -ltn'",
                             FM_STR_ARG(fm_kube_ref(k, c->pod->object->ns, c->pod->object->name))),
        });
    fm_kube_cite(k, cause, c->probe->span, "%s probe as configured", name);
    fm_kube_cite_event(k, cause, c->failure);
    if (c->kill)
        fm_kube_cite_event(k, cause, c->kill);
    fm_kube_cite(k, cause, c->container->ready.span, "ready: %.*s",
                 FM_STR_ARG(c->container->ready.text));
    fm_kube_cite(k, cause, c->container->restarts.span, "restarts: %.*s",
                 FM_STR_ARG(c->container->restarts.text));
    fm_kube_explain(k, c->pod->workload, cause);
    return cause;
}

static const char *consequence(const struct check *c)
{
    return c->kind == FM_PROBE_READINESS ? "The probe never succeeds, so the pod never becomes an "
                                           "endpoint of its services although the program works."
                                         : "The probe fails until kubelet restarts the container, "
                                           "although the program works; this repeats.";
}

static fm_str declared_ports(const struct check *c)
{
    fm_str list = FM_STR_NULL;
    fm_vec_each (&c->container->ports, p)
        list = fm_kube_text(c->k, "%.*s%s%.*s", FM_STR_ARG(list), list.len ? ", " : "",
                            FM_STR_ARG(p->number));
    return list;
}

static bool check_port(const struct check *c)
{
    if (port_is_declared(c))
        return false;
    struct fm_cause *cause =
        assert_probe(c, 0, c->is_sustained ? 0.93 : 0.75,
                     fm_kube_text(c->k, "it asks port %.*s, the container listens on %.*s",
                                  FM_STR_ARG(c->probe->port), FM_STR_ARG(declared_ports(c))),
                     consequence(c));
    cite_ports(c, cause);
    fm_kube_action(c->k, cause, "Point the probe at the port that the container listens on.",
                   FM_STR_NULL, "rolls the workload out anew");
    return true;
}

/* 4xx: the probe asks for something that the program does not serve; 5xx is the program's own
 * answer. */
static bool is_client_error(fm_str message)
{
    fm_str code = fm_kube_between(message, "statuscode: ", "");
    return code.len && code.p[0] == '4';
}

static bool check_protocol(const struct check *c)
{
    fm_str found;
    bool by_message = fm_kube_has_any(c->failure->message, protocol_marks, &found),
         by_other = differs_from_other(c), by_status = is_client_error(c->failure->message);
    bool empty_reply =
        fm_str_eqc(c->probe->handler, "http-get") && fm_str_has(c->failure->message, FM_STR("EOF"));
    if (!by_message && !by_other && !by_status && !empty_reply)
        return false;
    double strength = by_message ? 0.92 : by_other ? 0.88 : 0.74;
    fm_str why = by_status
                     ? FM_STR("the program answers the request with a client error, so path or "
                              "protocol is not what it serves")
                     : fm_kube_text(c->k, "it speaks %.*s to a port that speaks something else",
                                    FM_STR_ARG(c->probe->handler));
    struct fm_cause *cause =
        assert_probe(c, 1, c->is_sustained ? strength : strength - 0.12, why, consequence(c));
    cite_ports(c, cause);
    fm_kube_action(c->k, cause,
                   "Use the handler (httpGet, grpc, tcpSocket) and scheme that the port speaks.",
                   FM_STR_NULL, "rolls the workload out anew");
    return true;
}

static bool number(fm_str s, double *out)
{
    return fm_str_f64(s, out);
}

/* A budget below ten seconds before the first kill is shorter than what many programs need to
 * start. */
static bool is_tight(const struct fm_probe *p)
{
    double delay = 0, timeout = 1, period = 10, failures = 3;
    number(p->delay_s, &delay);
    number(p->timeout_s, &timeout);
    number(p->period_s, &period);
    number(p->failures, &failures);
    return timeout <= 1 || delay + period * failures <= 20 || failures <= 1;
}

static void check_timing(const struct check *c)
{
    fm_str found;
    bool is_slow = fm_kube_has_any(c->failure->message, slow_marks, &found),
         is_refused = fm_str_ihas(c->failure->message, FM_STR("refused"));
    const struct fm_probe *other = other_probe(c);
    bool tighter = other->is_set && is_tight(c->probe) && !is_tight(other);
    if (fm_str_has(c->failure->message, FM_STR("statuscode: 5")) ||
        fm_str_eqc(c->probe->handler, "exec"))
        return;
    double strength = 0.60 + (is_slow || is_refused ? 0.08 : 0) + (is_tight(c->probe) ? 0.10 : 0) +
                      (tighter ? 0.06 : 0) + (c->is_sustained ? 0.04 : -0.10);
    struct fm_cause *cause = assert_probe(
        c, 2, strength,
        fm_kube_text(
            c->k,
            "port and protocol are right, and the program needs longer than the probe allows (%s)",
            is_slow ? "it does not answer in time" : "it does not listen yet"),
        c->kind == FM_PROBE_READINESS
            ? "Delay, period, timeout and threshold leave the program too little time, so the pod "
              "does not become ready."
            : "Delay, period, timeout and threshold leave the program too little time, so kubelet "
              "kills it before or while it works.");
    cite_ports(c, cause);
    fm_kube_action(c->k, cause,
                   "Measure how long the program takes; add a startup probe or relax delay, "
                   "timeout and threshold.",
                   FM_STR_NULL, "a slower probe notices real hangs later");
}

/* The failure has no consequence that holds now. */
static bool is_over(const struct check *c)
{
    return !has_symptom(c) || (c->pod->is_ready && !c->is_sustained);
}

static void check_probe(struct check *c)
{
    c->probe = &c->container->probes[c->kind];
    c->failure = failure_of(c->k, c->pod->object, c->kind);
    c->kill = c->kind == FM_PROBE_READINESS
                  ? NULL
                  : fm_kube_event(c->k, c->pod->object, "Killing",
                                  c->kind == FM_PROBE_LIVENESS ? "liveness" : "startup");
    if (!c->probe->is_set || !c->failure)
        return;
    c->is_sustained =
        failures_of(c->k, c->pod->object, c->kind) >= 3 && is_recent(c->k, c->failure);
    if (is_over(c)) {
        fm_rule_out(
            c->k->h, c->failure->span,
            FM_STR("the probe succeeds since, and nothing was restarted or taken out of service"),
            "%s probe of pod %.*s failed", fm_probe_kind_name(c->kind),
            FM_STR_ARG(c->pod->object->name));
        return;
    }
    if (!check_port(c) && !check_protocol(c))
        check_timing(c);
}

static bool has_run(const struct fm_container *c)
{
    return !c->is_init && (fm_str_eqc(c->state.text, "Running") || restarts_of(c) > 0 ||
                           c->last_state.text.len > 0);
}

/* A container that ends by itself fails its probes as a consequence. */
static bool ends_by_itself(const struct fm_kube *k, const struct fm_kube_pod *p,
                           const struct fm_container *c)
{
    fm_str code = fm_field_is_set(c->last_exit_code) ? c->last_exit_code.text : c->exit_code.text;
    bool by_signal = fm_str_eqc(code, "137") || fm_str_eqc(code, "143") || code.len == 0;
    return !by_signal && restarts_of(c) > 0 && !fm_kube_event(k, p->object, "Killing", "probe");
}

static void check_pod(struct fm_kube *k, const struct fm_kube_pod *p)
{
    if (!p->object->spec || p->workload->is_explained)
        return;
    fm_vec_each (&p->object->spec->containers, ct) {
        if (!has_run(ct) || ends_by_itself(k, p, ct))
            continue;
        for (int kind = 0; kind < FM_PROBE_KIND_COUNT; kind++) {
            struct check c = {.k = k, .pod = p, .container = ct, .kind = (enum fm_probe_kind)kind};
            check_probe(&c);
        }
    }
}

void fm_kube_rules_probes(struct fm_kube *k)
{
    fm_vec_each (&k->pods, p)
        if (!(*p)->is_done)
            check_pod(k, *p);
}
