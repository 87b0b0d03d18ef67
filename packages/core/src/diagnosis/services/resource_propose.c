/* SPDX-License-Identifier: Apache-2.0 */
/* From what the resource rules find to hypotheses: one entity's finding may explain another's. */
#include <math.h>

#include "diagnosis/services/propose.h"
#include "diagnosis/services/resource_rules.h"

#define COMPANIONS 4 /* series that are shown beside those of the rule */

struct finding {
    const struct facts *facts;
    const struct resource_rule *rule;
    const struct metric_change *used[EVIDENCE_MAX];
    enum fm_fault fault;
    double strength;
};
struct findings FM_VEC_OF(struct finding);

static void judge(struct fm_arena *a, const struct facts *f, struct findings *out)
{
    for (size_t i = 0; i < n_resource_rules; i++) {
        struct finding x = {.facts = f, .rule = &resource_rules[i]};
        x.strength = x.rule->judge(f, x.used);
        x.fault = f->is_database ? x.rule->database_fault : x.rule->fault;
        if (x.strength > 0 && x.used[0])
            fm_vec_push(a, out, x);
    }
}

/* What a cause at the entry of the load brings about further down. */
static bool is_effect_of_load(enum fm_fault f)
{
    return f == FM_FAULT_RUNTIME_CPU_SATURATION || f == FM_FAULT_RUNTIME_CPU_THROTTLING ||
           f == FM_FAULT_QUEUE_BACKLOG || f == FM_FAULT_DATABASE_CPU_SATURATION ||
           f == FM_FAULT_DATABASE_CONNECTIONS_EXHAUSTED || f == FM_FAULT_DATABASE_POOL_EXHAUSTED ||
           f == FM_FAULT_RUNTIME_THREAD_EXHAUSTION || f == FM_FAULT_RUNTIME_GC_PRESSURE ||
           f == FM_FAULT_NETWORK_BANDWIDTH_SATURATION || f == FM_FAULT_LOAD_TRAFFIC_SPIKE ||
           f == FM_FAULT_RUNTIME_MEMORY_EXHAUSTION;
}

static bool is_load(enum fm_fault f)
{
    return f == FM_FAULT_LOAD_TRAFFIC_SPIKE || f == FM_FAULT_LOAD_RETRY_STORM;
}

static fm_time onset_of(const struct finding *x)
{
    return x->used[0]->series->rows->at[x->used[0]->onset];
}

/* More load before it. */
static bool load_explains(const struct finding *a, const struct finding *b)
{
    return is_load(a->fault) && is_effect_of_load(b->fault) && a->fault != b->fault &&
           onset_of(a) <= onset_of(b) + 2 * FM_MINUTE &&
           facts_rose(b->facts->up[FM_ROLE_REQUESTS], 1.3, 0);
}

static bool is_full_cache_effect(enum fm_fault f)
{
    return f == FM_FAULT_CACHE_HIT_RATIO_COLLAPSE || f == FM_FAULT_RUNTIME_MEMORY_EXHAUSTION ||
           f == FM_FAULT_RUNTIME_MEMORY_LEAK;
}

static bool holds_up_sessions(enum fm_fault f)
{
    return f == FM_FAULT_DATABASE_LOCK_CONTENTION || f == FM_FAULT_DATABASE_SLOW_QUERY ||
           f == FM_FAULT_DATABASE_IO_SATURATION || f == FM_FAULT_STORAGE_IO_SATURATION;
}

/* A narrower cause on the same entity. */
static bool cause_explains(const struct finding *a, const struct finding *b)
{
    if (a->facts->entity != b->facts->entity)
        return false;
    if (a->fault == FM_FAULT_CACHE_MEMORY_FULL)
        return is_full_cache_effect(b->fault);
    if (holds_up_sessions(a->fault))
        return b->fault == FM_FAULT_DATABASE_CONNECTIONS_EXHAUSTED && onset_of(a) < onset_of(b);
    return a->fault == FM_FAULT_RUNTIME_MEMORY_LEAK &&
           b->fault == FM_FAULT_RUNTIME_MEMORY_EXHAUSTION;
}

/* b's strength is lowered when a explains it. */
static bool explains(const struct finding *a, const struct finding *b)
{
    return a != b && a->strength >= 0.8 && (load_explains(a, b) || cause_explains(a, b));
}

static void explain_away(struct findings *all)
{
    fm_vec_each (all, b)
        fm_vec_each (all, a)
            if (explains(a, b)) {
                b->strength *= 0.82;
                break;
            }
}

static fm_str written(struct fm_hypotheses *h, struct fm_cause *c, const struct metric_change *x,
                      double value)
{
    bool is_rate = x->series->kind == FM_METRIC_COUNTER;
    fm_str number = fm_str_number(&h->in->ctx->arena, value / x->series->scale);
    return fm_computed(h, c, "%.*s%s", FM_STR_ARG(number), is_rate ? " a second" : "");
}

static void support(struct fm_hypotheses *h, struct fm_cause *c, const struct metric_change *x)
{
    const struct fm_metric_series *s = x->series;
    fm_str now = fm_series_text(s, x->peak), before = written(h, c, x, x->before.median);
    if (!now.len)
        return;
    fm_computed(h, c, "%.*s", FM_STR_ARG(s->written));
    fm_cause_support(h, c, fm_series_span(s, x->peak),
                     "%.*s reads `%.*s` here; the median before was %.*s", FM_STR_ARG(s->written),
                     FM_STR_ARG(now), FM_STR_ARG(before));
    if (s->written_at.length)
        fm_cause_support(h, c, s->written_at, "the series is `%.*s`", FM_STR_ARG(s->written));
    if (!x->limit_series)
        return;
    fm_str limit = fm_series_text(x->limit_series, x->limit_series->rows->n - 1);
    fm_cause_support(h, c, fm_series_span(x->limit_series, x->limit_series->rows->n - 1),
                     "its limit is `%.*s`", FM_STR_ARG(limit));
}

static void describe(struct fm_hypotheses *h, struct fm_cause *c, const struct finding *x)
{
    struct fm_arena *a = &h->in->ctx->arena;
    const struct metric_change *m = x->used[0];
    fm_str before = written(h, c, m, m->before.median), after = written(h, c, m, m->after.median);
    fm_computed(h, c, "%.*s", FM_STR_ARG(m->series->written));
    c->statement = fm_str_fmt(
        a, "%.*s %s: %.*s went from a median of %.*s to %.*s.", FM_STR_ARG(c->entity.name),
        x->rule->what, FM_STR_ARG(m->series->written), FM_STR_ARG(before), FM_STR_ARG(after));
    c->mechanism = fm_str_c(x->rule->mechanism);
    c->location = m->series->written;
    c->signature = FM_STR("metrics");
    c->onset = onset_of(x);
    c->settle_ask = fm_str_c(x->rule->settle_ask);
    fm_cause_action(h, c,
                    (struct fm_action){FM_ACTION_MITIGATION, fm_str_c(x->rule->action), FM_STR_NULL,
                                       fm_str_c("")});
}

/* Rose together with the telling series, on the same entity or in the same source. */
static bool is_companion(const struct finding *x, const struct metric_change *m)
{
    if (m == x->used[0] || m == x->used[1] || m == x->used[2] || m->series->role == FM_ROLE_LIMIT)
        return false;
    bool is_near =
        m->series->entity == x->facts->entity || m->series->source == x->used[0]->series->source;
    return is_near && m->z > 0 && m->ratio >= 1.5 && metric_change_is_shift(m);
}

/* Keeps best[] in order of ratio, largest first. */
static void insert(const struct metric_change *best[COMPANIONS], const struct metric_change *m)
{
    for (size_t i = 0; i < COMPANIONS && m; i++) {
        if (best[i] && best[i]->ratio >= m->ratio)
            continue;
        const struct metric_change *pushed = best[i];
        best[i] = m;
        m = pushed;
    }
}

/* What a reader would look at next. */
static void support_companions(struct fm_hypotheses *h, struct fm_cause *c, const struct finding *x)
{
    const struct metric_change *best[COMPANIONS] = {NULL};
    for (size_t i = 0; i < h->in->metrics->n_changes; i++)
        if (is_companion(x, &h->in->metrics->changes[i]))
            insert(best, &h->in->metrics->changes[i]);
    for (size_t i = 0; i < COMPANIONS && best[i]; i++)
        support(h, c, best[i]);
}

static void propose(struct fm_hypotheses *h, const struct finding *x)
{
    bool is_new;
    double before = 0;
    struct fm_entity e = fm_incident_entity_of(h->in, x->facts->entity);
    if (x->strength < 0.5)
        return;
    fm_vec_each (&h->causes, it)
        if ((*it)->fault == x->fault && fm_str_eq((*it)->entity.name, e.name))
            before = (*it)->strength;
    struct fm_cause *c = fm_propose(h, e, x->fault, x->strength, &is_new);
    if (is_new || x->strength > before)
        describe(h, c, x);
    for (size_t i = 0; i < EVIDENCE_MAX; i++)
        if (x->used[i])
            support(h, c, x->used[i]);
    support_companions(h, c, x);
    fm_cause_feature(h, c, "resource rule", x->strength);
    svc_affected_by(h, c, x->facts->entity);
}

void resource_propose(struct fm_hypotheses *h)
{
    struct findings all = {0};
    size_t n;
    const struct facts *facts = facts_collect(h->in, &n);
    for (size_t i = 0; i < n; i++)
        judge(&h->in->ctx->arena, &facts[i], &all);
    explain_away(&all);
    svc_errors(h, facts, n);
    fm_vec_each (&all, x)
        propose(h, x);
}
