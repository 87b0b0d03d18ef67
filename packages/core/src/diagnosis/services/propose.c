/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/services/propose.h"

#include <math.h>

#include "processing/traces/record_key.h"

#define AFFECTED_MAX 50

/* The scale of the signals to the scale that all reasoners share: 0.8 is found, 0.5 is probable,
 * 0.2 is worth listing. */
#define ALONE_STRENGTH 0.64

static double strength_of(double score)
{
    if (score >= 0.8)
        return 0.86 + 0.5 * (score - 0.8);
    if (score >= 0.5)
        return 0.62 + 0.77 * (score - 0.5);
    return 0.50 + 0.3 * (score - 0.2);
}

struct shape {
    double cpu, memory, delay, code;
};

/* CPU stress raises memory a little and gaps a lot; memory stress raises CPU to the limit: growth
 * decides. */
static struct shape shape_of(const struct svc *s)
{
    double mem = s->memory_growth, cpu = s->found[SVC_CPU].strength;
    double gap = fmax(s->found[SVC_GAP].strength, 0.9 * s->found[SVC_EDGE_METRIC].strength);
    return (struct shape){
        .cpu = cpu * (1 - 0.9 * mem),
        .memory = mem,
        .delay = gap * (1 - cpu) * (1 - 0.5 * mem),
        .code = s->found[SVC_SEQUENCE].strength * (1 - 0.7 * cpu) * (1 - 0.5 * gap),
    };
}

/*
 * An exception leaves a trace: an error handler, a record that speaks of one, spans in error, or a
 * log that breaks off with nothing in its place. A failure that the code foresaw has a record of
 * its own. Calls that stop without any of these returned early.
 */
static enum fm_fault code_fault(const struct svc_order *o)
{
    if (o->has_exception)
        return FM_FAULT_RUNTIME_CRASH_EXCEPTION;
    if (o->has_replacement || !o->is_record)
        return FM_FAULT_RUNTIME_WRONG_RESULT;
    return FM_FAULT_RUNTIME_CRASH_EXCEPTION;
}

static enum fm_fault fault_of(const struct svc *s)
{
    struct shape x = shape_of(s);
    double most = fmax(fmax(x.cpu, x.memory), fmax(x.delay, x.code));
    if (s->found[SVC_SYMPTOM].strength > most || !(most > 0.05))
        return FM_FAULT_OTHER_UNKNOWN;
    if (most == x.code)
        return code_fault(&s->order);
    if (most == x.delay)
        return FM_FAULT_NETWORK_DELAY;
    return most == x.memory ? FM_FAULT_RUNTIME_MEMORY_EXHAUSTION : FM_FAULT_RUNTIME_CPU_SATURATION;
}

/* A computed value of a series in the unit as written. */
static fm_str written(struct svc_model *m, struct fm_cause *c, const struct fm_metric_series *s,
                      double value)
{
    fm_str number = fm_str_number(&m->h->in->ctx->arena, value / s->scale);
    return fm_computed(m->h, c, "%.*s", FM_STR_ARG(number));
}

static void support_series(struct svc_model *m, struct fm_cause *c, const struct svc_finding *f,
                           const char *what)
{
    const struct fm_metric_series *s = f->series;
    if (!s)
        return;
    fm_str now = fm_series_text(s, f->row);
    if (!now.len)
        return;
    fm_str before = written(m, c, s, f->before);
    fm_cause_support(m->h, c, fm_series_span(s, f->row),
                     "%s: `%.*s` against a median of %.*s before", what, FM_STR_ARG(now),
                     FM_STR_ARG(before));
    fm_computed(m->h, c, "%.*s", FM_STR_ARG(s->written));
    fm_cause_support(m->h, c, s->written_at, "the series is `%.*s`", FM_STR_ARG(s->written));
}

static void support_spans(struct svc_model *m, struct fm_cause *c, const struct svc_finding *f,
                          const char *what)
{
    if (f->span == FM_SPAN_NONE)
        return;
    fm_str now = fm_computed(m->h, c, "%.1f", f->after),
           before = fm_computed(m->h, c, "%.1f", f->before);
    fm_cause_support(m->h, c, fm_trace_quote(m->in, &m->in->traces->spans.items[f->span]),
                     "%s: median %.*s ms against %.*s ms before, this one the longest", what,
                     FM_STR_ARG(now), FM_STR_ARG(before));
}

static void say_resource(struct svc_model *m, struct fm_cause *c, const struct svc *s,
                         enum svc_signal signal, const char *what)
{
    const struct svc_finding *f = &s->found[signal];
    if (!f->series)
        return;
    fm_str before = written(m, c, f->series, f->before), after = written(m, c, f->series, f->after);
    c->location = f->series->written;
    c->statement = fm_str_fmt(m->arena, "%.*s %s: %.*s went from a median of %.*s to %.*s.",
                              FM_STR_ARG(s->name), what, FM_STR_ARG(f->series->written),
                              FM_STR_ARG(before), FM_STR_ARG(after));
    support_series(m, c, f, what);
}

static void say_cpu(struct svc_model *m, struct fm_cause *c, const struct svc *s)
{
    say_resource(m, c, s, SVC_CPU, "uses far more CPU than usual");
    if (!c->statement.len)
        c->statement = fm_str_fmt(m->arena, "%.*s spends more time in its own code than usual.",
                                  FM_STR_ARG(s->name));
    c->mechanism = FM_STR("The process competes for CPU: its own spans and the calls around it "
                          "take longer, callers wait.");
    support_spans(m, c, &s->found[SVC_SELF], "its own spans take longer");
    fm_cause_action(
        m->h, c,
        (struct fm_action){
            FM_ACTION_MITIGATION,
            fm_str_c(
                "Add replicas or raise the CPU limit of the service while the cause is sought."),
            fm_str_fmt(m->arena, "kubectl scale deployment/%.*s --replicas=2", FM_STR_ARG(s->name)),
            fm_str_c("more load on shared nodes")});
    c->settle_ask = FM_STR("Which threads use the CPU?");
    c->settle_command =
        fm_str_fmt(m->arena, "kubectl top pod --containers | grep %.*s", FM_STR_ARG(s->name));
}

static void say_memory(struct svc_model *m, struct fm_cause *c, const struct svc *s)
{
    say_resource(m, c, s, SVC_MEMORY, "uses far more memory than usual");
    c->mechanism = FM_STR("Memory grew with the onset; near the limit the process spends its time "
                          "on reclaiming memory.");
    fm_cause_action(
        m->h, c,
        (struct fm_action){
            FM_ACTION_MITIGATION,
            fm_str_c("Restart the instances that grew, and raise the memory limit if the node has "
                     "room."),
            fm_str_fmt(m->arena, "kubectl rollout restart deployment/%.*s", FM_STR_ARG(s->name)),
            fm_str_c("a short loss of capacity")});
    c->settle_ask = FM_STR("What holds the memory?");
    c->settle_command =
        fm_str_fmt(m->arena, "kubectl top pod --containers | grep %.*s", FM_STR_ARG(s->name));
}

static void support_latency_series(struct svc_model *m, struct fm_cause *c, const struct svc *s)
{
    if (s->found[SVC_EDGE_METRIC].series)
        support_series(m, c, &s->found[SVC_EDGE_METRIC],
                       "latency of an edge as the caller sees it");
    if (s->found[SVC_LATENCY].series)
        support_series(m, c, &s->found[SVC_LATENCY], "server latency");
}

static void say_delay(struct svc_model *m, struct fm_cause *c, const struct svc *s)
{
    bool has_spans = s->found[SVC_GAP].strength > 0;
    const struct svc_finding *f = has_spans ? &s->found[SVC_GAP] : &s->found[SVC_EDGE_METRIC];
    fm_str peer = f->peer < m->n ? m->items[f->peer].name : FM_STR_NULL;
    fm_str edge = peer.len ? fm_str_fmt(m->arena, " (between %.*s and %.*s)", FM_STR_ARG(peer),
                                        FM_STR_ARG(s->name))
                           : FM_STR_NULL;
    c->location =
        fm_str_fmt(m->arena, "network latency of %.*s%.*s", FM_STR_ARG(s->name), FM_STR_ARG(edge));
    c->statement = fm_str_fmt(m->arena, "Messages to and from %.*s are delayed on the network.",
                              FM_STR_ARG(s->name));
    if (has_spans) {
        fm_str before = fm_computed(m->h, c, "%.1f", f->before),
               after = fm_computed(m->h, c, "%.1f", f->after);
        c->mechanism = fm_str_fmt(m->arena,
                                  "Time between the caller's span and the callee's span%.*s went "
                                  "from %.*s to %.*s ms (medians), "
                                  "while the callee itself is no slower.",
                                  FM_STR_ARG(edge), FM_STR_ARG(before), FM_STR_ARG(after));
        support_spans(m, c, f, "time between caller and callee");
    }
    support_latency_series(m, c, s);
    fm_cause_action(
        m->h, c,
        (struct fm_action){
            FM_ACTION_MITIGATION, fm_str_c("Move the pods of the service to another node."),
            fm_str_fmt(m->arena, "kubectl rollout restart deployment/%.*s", FM_STR_ARG(s->name)),
            fm_str_c("a short loss of capacity")});
    c->settle_ask = FM_STR("Is there a delay on the pod's interface?");
    c->settle_command =
        fm_str_fmt(m->arena, "kubectl exec deployment/%.*s -- tc qdisc show", FM_STR_ARG(s->name));
}

/* What is known is where it starts, not why: the component's own series go no further. */
static void say_symptom(struct svc_model *m, struct fm_cause *c, const struct svc *s)
{
    const struct svc_finding *f = &s->found[SVC_SYMPTOM];
    bool has_alert = f->series != NULL;
    f = has_alert ? f : s->found[SVC_LATENCY].series ? &s->found[SVC_LATENCY] : &s->found[SVC_SELF];
    c->settle_ask = FM_STR("What changed in this component, or in the resources it runs on?");
    if (!f->series) {
        c->location = FM_STR("self time");
        c->statement = fm_str_fmt(
            m->arena, "%.*s spends more time in its own spans than usual; why is not visible.",
            FM_STR_ARG(s->name));
        support_spans(m, c, f, "spans without calls to others take longer");
        return;
    }
    fm_str before = written(m, c, f->series, f->before), after = fm_series_text(f->series, f->row);
    c->location = f->series->written;
    c->statement = fm_str_fmt(
        m->arena, "%.*s is where %.*s goes wrong: %.*s against a median of %.*s%s.",
        FM_STR_ARG(s->name), FM_STR_ARG(f->series->written), FM_STR_ARG(after), FM_STR_ARG(before),
        has_alert ? ", and no component below it explains that" : "");
    if (has_alert)
        c->mechanism = FM_STR("Components above it on the path to the alert show the same, by no "
                              "more than it accounts for.");
    support_series(m, c, f, "the worst value");
}

/* A key without its level: "INFO Order#88" → "Order#88". */
static fm_str place(fm_str key)
{
    fm_str found = record_key_location(key);
    return found.len ? found : key;
}

static void say_code(struct svc_model *m, struct fm_cause *c, const struct svc *s)
{
    const struct svc_order *o = &s->order;
    fm_str x = place(o->first), y = place(o->second);
    fm_str k = fm_computed(m->h, c, "%zu", o->spans), n = fm_computed(m->h, c, "%zu", o->of);
    c->location = fm_str_fmt(m->arena, "%.*s | %.*s", FM_STR_ARG(x), FM_STR_ARG(y));
    const char *what = c->fault == FM_FAULT_RUNTIME_WRONG_RESULT ? "returns wrong results"
                                                                 : "fails inside an operation";
    fm_computed(m->h, c, "%.*s", FM_STR_ARG(o->operation));
    c->statement = fm_str_fmt(m->arena, "%.*s %s: in `%.*s`, %.*s %s %.*s.", FM_STR_ARG(s->name),
                              what, FM_STR_ARG(o->operation), FM_STR_ARG(y),
                              o->is_lost ? "no longer follows" : "now follows", FM_STR_ARG(x));
    c->mechanism = fm_str_fmt(m->arena,
                              "In %.*s of %.*s spans of the affected period the order of events "
                              "differs from the reference.",
                              FM_STR_ARG(k), FM_STR_ARG(n));
    fm_cause_support(m->h, c, o->quote,
                     o->is_lost ? "the last event that is still there"
                                : "the event that is new there");
    if (o->reference.length)
        fm_cause_support(m->h, c, o->reference, "the event that follows in the reference");
    fm_cause_action(
        m->h, c,
        (struct fm_action){
            FM_ACTION_MITIGATION,
            fm_str_c("Roll back the last change of the service, if there was one."),
            fm_str_fmt(m->arena, "kubectl rollout undo deployment/%.*s", FM_STR_ARG(s->name)),
            fm_str_c("loses what that change brought")});
    c->settle_ask = FM_STR("What does the code do between the two events?");
    c->settle_command =
        fm_str_fmt(m->arena, "kubectl logs deployment/%.*s --since=1h | grep -i -A20 exception",
                   FM_STR_ARG(s->name));
}

static void add_features(struct svc_model *m, struct fm_cause *c, const struct svc *s)
{
    static const char *const names[SVC_SIGNALS] = {
        "sequence", "gap", "edge latency", "cpu", "self time", "latency", "memory", "symptom"};
    for (size_t i = 0; i < SVC_SIGNALS; i++)
        if (s->found[i].strength > 0)
            fm_cause_feature(m->h, c, names[i], s->found[i].strength);
    fm_cause_feature(m->h, c, "service score", s->score);
}

void svc_affected_by(struct fm_hypotheses *h, struct fm_cause *c, fm_entity_id entity)
{
    struct fm_incident *in = h->in;
    struct fm_arena *a = &in->ctx->arena;
    bool *seen = FM_NEW_ARRAY(a, bool, in->entities.n + 1);
    FM_VEC(fm_entity_id) queue = {0};
    if (c->affects.n || entity >= in->entities.n)
        return;
    fm_vec_push(a, &queue, entity);
    seen[entity] = true;
    for (size_t i = 0; i < queue.n && c->affects.n < AFFECTED_MAX; i++) {
        fm_vec_each (&in->edges, e) {
            bool is_hit =
                (e->kind == FM_EDGE_CALLS || e->kind == FM_EDGE_RUNS_ON) && e->to == queue.items[i];
            if (!is_hit || seen[e->from])
                continue;
            seen[e->from] = true;
            fm_vec_push(a, &queue, e->from);
            fm_vec_push(a, &c->affects, e->from);
        }
    }
}

void svc_propose(struct svc_model *m, const struct svc *s)
{
    bool is_new;
    double strength = fmax(strength_of(s->score), s->is_alone ? ALONE_STRENGTH : 0);
    enum fm_fault fault = fault_of(s);
    bool is_database = m->in->entities.items[s->entity].kind == FM_ENTITY_DATABASE;
    if (is_database && fault == FM_FAULT_RUNTIME_CPU_SATURATION)
        fault = FM_FAULT_DATABASE_CPU_SATURATION;
    struct fm_cause *c =
        fm_propose(m->h, fm_incident_entity_of(m->in, s->entity), fault, strength, &is_new);
    add_features(m, c, s);
    svc_affected_by(m->h, c, s->entity);
    /* Where two sources agree, the one that names the place speaks. */
    if (!is_new && c->strength > strength && strength < 0.6)
        return;
    c->signature = FM_STR("services");
    c->onset = m->at;
    if (fault == FM_FAULT_RUNTIME_CPU_SATURATION || fault == FM_FAULT_DATABASE_CPU_SATURATION)
        say_cpu(m, c, s);
    else if (fault == FM_FAULT_RUNTIME_MEMORY_EXHAUSTION)
        say_memory(m, c, s);
    else if (fault == FM_FAULT_NETWORK_DELAY)
        say_delay(m, c, s);
    else if (fault == FM_FAULT_OTHER_UNKNOWN)
        say_symptom(m, c, s);
    else
        say_code(m, c, s);
}
