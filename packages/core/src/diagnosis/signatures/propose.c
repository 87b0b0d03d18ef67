/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reasoner of known faults: findings become proposals. A finding that is over becomes
 * "recovered", or is ruled out when something else still fails. A symptom gives way to the cause on
 * the other side of it.
 */
#include "propose.h"

#include "diagnosis/platform.h"
#include "fill.h"
#include "processing/logs/frame.h"

#define SYMPTOM_STRENGTH 0.55 /* of a symptom beside a cause of the same entity */

struct proposer {
    struct fm_hypotheses *h;
    struct fm_findings findings;
};

/* Logs of a machine that say in their lines, or nowhere, which machine it is. */
static bool is_machine_log(fm_str name)
{
    static const char *const names[] = {"dmesg",    "kern",    "kernel",     "kern.log",
                                        "messages", "journal", "journalctl", "syslog"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_ieq(name, fm_str_c(names[i])))
            return true;
    return false;
}

static struct fm_entity entity_of_fact(const struct fm_incident *in, const struct fm_fact *f)
{
    struct fm_entity e = fm_incident_entity_of(in, f->entity);
    if (e.name.len || f->evidence >= in->inputs.n)
        return e;
    if (in->ask.entity.len)
        return (struct fm_entity){FM_ENTITY_SERVICE, in->ask.entity};
    fm_str name = fm_name_from_path(in->inputs.items[f->evidence]->path);
    return is_machine_log(name) ? (struct fm_entity){FM_ENTITY_HOST, FM_STR("host")}
                                : (struct fm_entity){FM_ENTITY_COMPONENT, name};
}

static fm_str capture_of(const struct fm_finding *f, fm_str name)
{
    for (unsigned i = 0; name.len && i < f->hit->match.n_captures; i++)
        if (fm_str_eq(f->hit->match.captures[i].name, name))
            return f->hit->match.captures[i].value;
    return FM_STR_NULL;
}

static fm_str peer_of(const struct fm_finding *f)
{
    fm_str value = capture_of(f, f->signature->peer);
    ptrdiff_t scheme = fm_str_find(value, FM_STR("://"), 0);
    if (scheme >= 0)
        value = fm_str_skip(value, (size_t)scheme + 3);
    value = fm_str_cut(&value, '/');
    return fm_workload_name(value, false);
}

/* The known entity on the other side, or NONE. */
static fm_entity_id peer_id(const struct proposer *p, const struct fm_finding *f)
{
    fm_str name = peer_of(f);
    return name.len ? fm_incident_find_entity(p->h->in, name) : FM_ENTITY_NONE;
}

static struct fm_entity blame(const struct proposer *p, const struct fm_finding *f)
{
    fm_entity_id peer = f->signature->is_peer_entity ? peer_id(p, f) : FM_ENTITY_NONE;
    if (peer != FM_ENTITY_NONE)
        return fm_incident_entity_of(p->h->in, peer);
    return entity_of_fact(p->h->in, f->reason);
}

/* The finding that explains f: a cause that is no symptom on the entity that f names as its other
 * side. */
static const struct fm_finding *explanation(const struct proposer *p, const struct fm_finding *f)
{
    fm_str peer = peer_of(f);
    if (!peer.len || f->signature->is_peer_entity)
        return NULL;
    fm_vec_each (&p->findings, other) {
        if (other == f || other->is_resolved ||
            (other->signature->is_symptom && f->signature->is_symptom))
            continue;
        if (fm_str_eq(entity_of_fact(p->h->in, other->reason).name, peer))
            return other;
    }
    return NULL;
}

static bool has_cause_beside(const struct proposer *p, const struct fm_finding *f)
{
    fm_str name = entity_of_fact(p->h->in, f->reason).name;
    fm_vec_each (&p->findings, other)
        if (other != f && !other->signature->is_symptom && !other->is_resolved &&
            fm_str_eq(entity_of_fact(p->h->in, other->reason).name, name))
            return true;
    return false;
}

/* What to cite: the record, or the matched part of a long one. */
static fm_span span_of(const struct fm_incident *in, const struct fm_fact *f,
                       const struct fm_hit *hit)
{
    const struct fm_evidence *e = f->evidence < in->inputs.n ? in->inputs.items[f->evidence] : NULL;
    bool is_inside =
        e && hit && f->text.p >= e->bytes.p && f->text.p + f->text.len <= e->bytes.p + e->bytes.len;
    if (is_inside && f->text.len > FM_QUOTE_MAX)
        return fm_quote(e,
                        fm_str_sub(f->text, (size_t)(hit->match.where.p - f->text.p), f->text.len),
                        FM_QUOTE_MAX);
    return f->span;
}

static void write_texts(struct proposer *p, const struct fm_finding *f, struct fm_cause *c)
{
    struct fm_arena *a = &p->h->in->ctx->arena;
    const struct fm_signature *s = f->signature;
    struct fm_filling fill = {
        .match = &f->hit->match, .entity = c->entity.name, .peer = peer_of(f)};
    fill.count = fm_computed(p->h, c, "%llu", (unsigned long long)f->count);
    for (unsigned i = 0; i < f->hit->match.n_captures; i++)
        fm_computed(p->h, c, "%.*s", FM_STR_ARG(f->hit->match.captures[i].value));
    fm_computed(p->h, c, "%.*s", FM_STR_ARG(fill.peer));
    c->statement = fm_fill(a, s->statement, &fill);
    c->mechanism = fm_fill(a, s->mechanism, &fill);
    c->signature = s->id;
    if (s->location.len)
        c->location = fm_fill(a, s->location, &fill);
    c->settle_ask = fm_fill(a, s->settle_ask, &fill);
    c->settle_command = fm_platform_command(p->h->in, fm_fill(a, s->settle_command, &fill));
    fm_vec_each (&s->actions, act)
        fm_cause_action(
            p->h, c,
            (struct fm_action){act->kind, fm_str_c(act->text.p),
                               fm_platform_command(p->h->in, fm_fill(a, act->command, &fill)),
                               fm_str_c(act->risk.len ? act->risk.p : "")});
}

/* Claims with equal words are one claim, so the record's own beginning tells them apart. */
static void support_with_words(struct proposer *p, struct fm_cause *c, fm_span span,
                               const char *what)
{
    const struct fm_incident *in = p->h->in;
    fm_str record =
        span.evidence < in->inputs.n
            ? fm_str_sub(in->inputs.items[span.evidence]->bytes, span.offset, span.length)
            : FM_STR_NULL;
    fm_span head = span.length ? fm_quote(in->inputs.items[span.evidence], record, 80) : span;
    fm_cause_support(p->h, c, span, "%s: %.*s", what,
                     FM_STR_ARG(fm_str_sub(record, 0, head.length)));
}

static void add_support(struct proposer *p, const struct fm_finding *f, struct fm_cause *c)
{
    const struct fm_incident *in = p->h->in;
    unsigned long long n = f->count;
    fm_str count = n > 1 ? fm_computed(p->h, c, "seen %llu times", n) : FM_STR("seen once");
    fm_cause_support(p->h, c, span_of(in, f->reason, f->hit), "%.*s, %.*s",
                     FM_STR_ARG(f->signature->title), FM_STR_ARG(count));
    if (f->state)
        support_with_words(p, c, f->state->span, "what fails");
    fm_vec_each (&f->also, also)
        support_with_words(p, c, (*also)->span, "in line with it");
    if (f->resolution)
        fm_cause_contradict(p->h, c, f->resolution->span, "later it works again");
}

/* An exception happened at the place that its trace names. */
static void locate(struct proposer *p, const struct fm_finding *f, struct fm_cause *c)
{
    const struct fm_incident *in = p->h->in;
    if (f->signature->fault != FM_FAULT_RUNTIME_CRASH_EXCEPTION || f->reason->source != FM_FACT_LOG)
        return;
    const struct fm_evidence *e = in->inputs.items[f->reason->evidence];
    fm_str frame = fm_logs_frame(e->bytes, f->reason->span.offset);
    if (!frame.len)
        return;
    fm_span span = fm_quote(e, frame, FM_QUOTE_MAX);
    c->location = fm_str_sub(frame, 0, span.length);
    fm_cause_support(p->h, c, span, "the place in the code");
}

static void propose(struct proposer *p, const struct fm_finding *f, double strength)
{
    bool is_new;
    struct fm_entity e = blame(p, f);
    if (e.name.len == 0)
        return;
    struct fm_cause *c = fm_propose(p->h, e, f->signature->fault, 0, &is_new);
    bool is_stronger = is_new || strength > c->strength;
    if (is_stronger) {
        c->strength = strength;
        write_texts(p, f, c);
    }
    add_support(p, f, c);
    if (is_stronger)
        locate(p, f, c);
    if (f->begin != FM_TIME_NONE && (c->onset == FM_TIME_NONE || f->begin < c->onset))
        c->onset = f->begin;
}

static void rule_out_consequence(struct proposer *p, const struct fm_finding *f,
                                 const struct fm_finding *why)
{
    struct fm_incident *in = p->h->in;
    struct fm_entity e = entity_of_fact(in, f->reason), cause = entity_of_fact(in, why->reason);
    fm_str because = fm_str_fmt(
        &in->ctx->arena, "a consequence: %.*s, which it calls, has a fault of its own (%.*s)",
        FM_STR_ARG(cause.name), FM_STR_ARG(why->signature->title));
    fm_rule_out(p->h, span_of(in, f->reason, f->hit), because, "%.*s: %.*s", FM_STR_ARG(e.name),
                FM_STR_ARG(f->signature->title));
    struct fm_cause *c = fm_propose(p->h, blame(p, why), why->signature->fault, 0, NULL);
    fm_entity_id id = f->reason->entity;
    if (id != FM_ENTITY_NONE)
        fm_vec_push(&in->ctx->arena, &c->affects, id);
}

static bool all_resolved(const struct proposer *p)
{
    fm_vec_each (&p->findings, f)
        if (!f->is_resolved)
            return false;
    return p->findings.n > 0;
}

static void take_resolved(struct proposer *p, const struct fm_finding *f, bool is_over)
{
    struct fm_incident *in = p->h->in;
    fm_str name = entity_of_fact(in, f->reason).name;
    if (!is_over) {
        fm_rule_out(p->h, f->resolution->span, FM_STR("a later record says that it is over"),
                    "%.*s: %.*s", FM_STR_ARG(name), FM_STR_ARG(f->signature->title));
        return;
    }
    propose(p, f, f->strength);
    fm_state_recovered(p->h, f->resolution->end, f->resolution->span, "%.*s works again",
                       FM_STR_ARG(name));
}

static void propose_all(struct proposer *p)
{
    bool is_over = all_resolved(p);
    fm_vec_each (&p->findings, f) {
        const struct fm_finding *why = f->is_resolved ? NULL : explanation(p, f);
        if (f->is_resolved)
            take_resolved(p, f, is_over);
        else if (why)
            rule_out_consequence(p, f, why);
        else
            propose(p, f,
                    f->signature->is_symptom && has_cause_beside(p, f) ? SYMPTOM_STRENGTH
                                                                       : f->strength);
    }
}

static enum fm_code run(struct fm_hypotheses *h)
{
    struct fm_signature_set *set = h->in->signatures;
    struct proposer p = {.h = h};
    struct fm_facts facts = {0};
    if (!set) {
        set = fm_signatures_new(h->in->ctx);
        FM_TRY(fm_signatures_add_builtin(set));
    }
    fm_facts_collect(h->in, &facts);
    fm_signatures_find(set, &facts, &p.findings);
    propose_all(&p);
    return FM_OK;
}

const struct fm_reasoner_source fm_signatures_reasoner = {"signatures", run};
