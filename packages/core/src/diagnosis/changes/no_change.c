/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What breaks systems without a change: more traffic, an expired certificate, one bad record,
 * somebody else's outage, hardware. Causes that other reasoners proposed count with a weight of
 * their kind; traffic is measured here.
 */
#include <math.h>

#include "candidates.h"
#include "faultmaven/core/metrics.h"

#define SURGE_LEAST 1.8
#define VICTIM_STRENGTH 0.55

static double weight_of(enum fm_fault f)
{
    static const struct {
        const char *fault;
        double weight;
    } rows[] = {
        {"tls.certificate_expired", 2.0},
        {"access.credential_expired", 2.0},
        {"load.traffic_spike", 0.4},
        {"queue.poison_message", 1.6},
        {"data.wrong_value", 1.6},
        {"data.corruption", 1.4},
        {"dependency.unavailable", 1.3},
        {"dependency.slow", 1.3},
        {"dependency.rate_limited", 1.3},
        {"dependency.error_responses", 1.3},
        {"dependency.contract_changed", 1.3},
        {"dependency.auth_rejected", 1.0},
        {"network.dns_failure", 1.2},
        {"network.partition", 1.2},
        {"network.loss", 1.2},
        {"network.flapping", 1.2},
        {"node.hardware", 1.4},
        {"node.clock_skew", 0.4},
        {"node.not_ready", 1.2},
        {"load.noisy_neighbour", 1.3},
        {"load.batch_job", 1.3},
        {"access.attack", 1.3},
        {"database.failover", 1.2},
        {"human.operator_error", 1.5},
        {"storage.io_saturation", 1.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(fm_fault_id(f), rows[i].fault) == 0)
            return rows[i].weight;
    return 0;
}

/* Rate of requests before and after the beginning. */
struct surge {
    double before, after, ratio;
    const struct fm_metric_series *series;
    size_t row;
};

static bool measure(const struct fm_hypotheses *h, const struct fm_beginning *b,
                    const struct fm_metric_series *s, struct surge *out)
{
    struct fm_arena *a = &h->in->ctx->arena;
    size_t n = s->rows->n, split = fm_series_at(s, b->at);
    if (s->role != FM_ROLE_REQUESTS || s->is_baseline || n < 8 || split < 3 || split + 3 > n)
        return false;
    double *rate = FM_NEW_ARRAY(a, double, n);
    fm_series_rate(s, rate);
    struct fm_metric_summary before = fm_values_summary(a, rate, split),
                             after = fm_values_summary(a, rate + split, n - split);
    *out = (struct surge){
        .before = before.median, .after = after.max, .series = s, .row = split + after.i_max};
    out->ratio = before.median > 0 ? after.p75 / before.median : 0;
    return out->ratio >= SURGE_LEAST;
}

static bool speaks_of_retries(const struct fm_incident *in)
{
    fm_vec_each (&in->observations, o)
        if ((*o)->signal == FM_SIGNAL_LOG && ((*o)->score >= 0.5) &&
            (fm_str_ihas((*o)->subject, FM_STR("retry")) ||
             fm_str_ihas((*o)->subject, FM_STR("retries"))))
            return true;
    return false;
}

/* An entry point is called by nobody else that is known. */
static bool is_entry(const struct fm_incident *in, fm_entity_id id)
{
    fm_vec_each (&in->edges, e)
        if (e->to == id && e->kind == FM_EDGE_CALLS)
            return false;
    return true;
}

static struct fm_cause *propose_surge(struct fm_hypotheses *h, const struct surge *s)
{
    struct fm_entity e = fm_incident_entity_of(h->in, s->series->entity);
    struct fm_cause *c = fm_propose(h, e, FM_FAULT_LOAD_TRAFFIC_SPIKE, 0.95, NULL);
    fm_str factor = fm_computed(h, c, "%.1f", s->ratio);
    fm_str name = s->series->written;
    struct fm_arena *a = &h->in->ctx->arena;
    c->statement = fm_str_fmt(a, "%.*s: traffic rose to %.*s times its usual level (%.*s).",
                              FM_STR_ARG(e.name), FM_STR_ARG(factor), FM_STR_ARG(name));
    c->mechanism = FM_STR("More requests arrive than the service has capacity for, so they queue, "
                          "time out or are shed; no change is needed to explain it.");
    c->location = name;
    c->signature = FM_STR("changes.traffic-surge");
    fm_cause_support(h, c, fm_series_span(s->series, s->row), "highest request rate");
    fm_cause_action(
        h, c,
        (struct fm_action){
            FM_ACTION_MITIGATION,
            fm_str_c("Scale out the entry service and what it calls, or shed load at the edge"),
            fm_str_fmt(a, "kubectl scale deployment %.*s --replicas=N", FM_STR_ARG(e.name)),
            fm_str_c("moves the load to what is behind it")});
    return c;
}

/* Faults that more requests bring about by themselves. */
static bool comes_with_load(enum fm_fault f)
{
    return f == FM_FAULT_OTHER_UNKNOWN || f == FM_FAULT_NETWORK_DELAY ||
           f == FM_FAULT_NETWORK_TIMEOUT || f == FM_FAULT_RUNTIME_CPU_SATURATION ||
           f == FM_FAULT_RUNTIME_CPU_THROTTLING || f == FM_FAULT_DEPENDENCY_SLOW ||
           f == FM_FAULT_DEPENDENCY_UNAVAILABLE || f == FM_FAULT_DEPENDENCY_ERROR_RESPONSES;
}

/* Components whose traffic rose too are victims of the surge: what is wrong with them needs no
 * reason of its own. */
static void explain_victim(struct fm_hypotheses *h, struct fm_cause *surge, fm_entity_id id)
{
    struct fm_arena *a = &h->in->ctx->arena;
    fm_str name = fm_incident_entity_of(h->in, id).name;
    if (!fm_str_eq(name, surge->entity.name))
        fm_vec_push(a, &surge->affects, id);
    fm_vec_each (&h->causes, it) {
        struct fm_cause *c = *it;
        if (c == surge || !fm_str_eq(c->entity.name, name) || !comes_with_load(c->fault) ||
            c->strength <= VICTIM_STRENGTH)
            continue;
        c->strength = VICTIM_STRENGTH;
        fm_rule_out(h, c->supports.n ? c->supports.items[0].span : (fm_span){0},
                    FM_STR("its traffic rose together with that of the entry service"), "%.*s: %s",
                    FM_STR_ARG(name), fm_fault_id(c->fault));
    }
}

static void explain_victims(struct fm_hypotheses *h, const struct fm_beginning *b,
                            struct fm_cause *surge)
{
    struct surge s;
    fm_vec_each (&h->in->metrics->series, it)
        if (measure(h, b, *it, &s) && s.series->entity != FM_ENTITY_NONE)
            explain_victim(h, surge, s.series->entity);
}

/* Entries before what they call; the failing component before all. */
static bool is_better_surge(const struct fm_hypotheses *h, const struct fm_beginning *b,
                            const struct surge *s, const struct surge *than)
{
    if (!than->series || s->series->entity == b->entity)
        return true;
    return is_entry(h->in, s->series->entity) && !is_entry(h->in, than->series->entity);
}

/* Number of series that rose; *best is the one to name. */
static unsigned measure_all(const struct fm_hypotheses *h, const struct fm_beginning *b,
                            struct surge *best)
{
    struct surge s;
    unsigned n = 0;
    *best = (struct surge){0};
    fm_vec_each (&h->in->metrics->series, it) {
        if (!measure(h, b, *it, &s))
            continue;
        n++;
        if (is_better_surge(h, b, &s, best))
            *best = s;
    }
    return n;
}

static void find_surge(struct fm_hypotheses *h, const struct fm_beginning *b,
                       struct fm_no_change *out)
{
    struct surge best;
    if (!h->in->metrics || b->at == FM_TIME_NONE)
        return;
    unsigned n = measure_all(h, b, &best);
    if (!n || best.series->entity == FM_ENTITY_NONE)
        return;
    double weight = (2.0 + 0.3 * (n - 1)) * (speaks_of_retries(h->in) ? 0.5 : 1);
    if (weight <= out->weight || !is_entry(h->in, best.series->entity))
        return;
    out->weight = weight;
    out->why = FM_STR("traffic rose");
    out->cause = propose_surge(h, &best);
    explain_victims(h, b, out->cause);
}

void fm_find_no_change(struct fm_hypotheses *h, const struct fm_beginning *b,
                       struct fm_no_change *out)
{
    fm_str here = fm_incident_entity_of(h->in, b->entity).name;
    *out = (struct fm_no_change){0};
    fm_vec_each (&h->causes, it) {
        bool is_here = b->entity == FM_ENTITY_NONE || fm_str_eq((*it)->entity.name, here);
        double w = (*it)->strength >= 0.7 && is_here ? weight_of((*it)->fault) : 0;
        if (w > out->weight) {
            out->weight = w;
            out->cause = *it;
            out->why = (*it)->statement;
        }
    }
    find_surge(h, b, out);
}
