/* SPDX-License-Identifier: Apache-2.0 */
/* The reasoner over metrics, traces and logs by span: signals, fusion, fault type, proposals. */
#include <math.h>
#include <stdlib.h>

#include "diagnosis/services/model.h"
#include "diagnosis/services/propose.h"
#include "diagnosis/services/resource_rules.h"
#include "diagnosis/services/symptom.h"

#define PROPOSALS_MAX 6
#define WORTH_LISTING 0.2

/* Fixed, not fitted: see docs/internals/services.md. */
static const double weights[SVC_SIGNALS] = {
    [SVC_SEQUENCE] = 0.9, [SVC_GAP] = 0.9,     [SVC_EDGE_METRIC] = 0.6, [SVC_CPU] = 0.95,
    [SVC_SELF] = 0.5,     [SVC_LATENCY] = 0.4, [SVC_MEMORY] = 0.3,      [SVC_SYMPTOM] = 0.9,
};

static bool is_service_kind(enum fm_entity_kind k)
{
    return k != FM_ENTITY_NODE && k != FM_ENTITY_HOST && k != FM_ENTITY_NAMESPACE &&
           k != FM_ENTITY_UNKNOWN;
}

static void add_service(struct svc_model *m, fm_entity_id id)
{
    if (id >= m->n_entities || m->by_entity[id] != SVC_NONE ||
        !is_service_kind(m->in->entities.items[id].kind))
        return;
    m->by_entity[id] = (uint32_t)m->n;
    m->items[m->n].entity = id;
    m->items[m->n].name = m->in->entities.items[id].name;
    for (size_t k = 0; k < SVC_SIGNALS; k++)
        m->items[m->n].found[k] = (struct svc_finding){.span = FM_SPAN_NONE, .peer = SVC_NONE};
    m->n++;
}

/* Services are what has series or spans outside the quiet period. */
static void list_services(struct svc_model *m)
{
    m->n_entities = m->in->entities.n;
    m->by_entity = FM_NEW_ARRAY(m->arena, uint32_t, m->n_entities + 1);
    m->items = FM_NEW_ARRAY(m->arena, struct svc, m->n_entities + 1);
    for (size_t i = 0; i < m->n_entities; i++)
        m->by_entity[i] = SVC_NONE;
    if (m->in->traces)
        fm_vec_each (&m->in->traces->services, s)
            add_service(m, s->entity);
    if (!m->in->metrics)
        return;
    fm_vec_each (&m->in->metrics->series, s) {
        m->has_quiet_metrics |= (*s)->is_baseline;
        add_service(m, (*s)->entity);
        add_service(m, (*s)->peer);
    }
}

/* Without spans the two views of an edge are the only direct sight of the network. */
static double weight_of(const struct svc_model *m, size_t signal)
{
    bool has_spans = false;
    for (size_t i = 0; i < m->n_gap_edges; i++)
        has_spans |= m->gap_edges[i].count > 0;
    /* Nobody says when it began, and nothing quiet to compare with: the onset itself is a guess. */
    bool is_guess = m->in->ask.at == FM_TIME_NONE && !m->has_quiet_metrics && !m->has_quiet_traces;
    return (signal == SVC_EDGE_METRIC && !has_spans ? 0.8 : weights[signal]) * (is_guess ? 0.7 : 1);
}

static void fuse(struct svc_model *m)
{
    for (size_t i = 0; i < m->n; i++) {
        double good = 1;
        for (size_t k = 0; k < SVC_SIGNALS; k++)
            good *= 1 - weight_of(m, k) * svc_clip(m->items[i].found[k].strength);
        m->items[i].score = 1 - good;
    }
}

static int by_score(const void *x, const void *y)
{
    const struct svc *a = *(struct svc *const *)x, *b = *(struct svc *const *)y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return fm_str_cmp(a->name, b->name);
}

/* Where the evidence begins, over what is not baseline. */
static fm_time first_evidence(const struct fm_incident *in)
{
    fm_time first = FM_TIME_NONE;
    fm_vec_each (&in->inputs, e)
        if (!(*e)->is_baseline && (*e)->first != FM_TIME_NONE &&
            ((*e)->type == FM_EVIDENCE_METRICS || (*e)->type == FM_EVIDENCE_TRACES) &&
            (first == FM_TIME_NONE || (*e)->first < first))
            first = (*e)->first;
    return first;
}

/* The time that the user named; else the onset over all signals; else, against a quiet period, the
 * beginning. */
static fm_time onset_of(const struct svc_model *m)
{
    if (m->in->ask.at != FM_TIME_NONE)
        return m->in->ask.at;
    if (m->in->onset != FM_TIME_NONE)
        return m->in->onset;
    return m->has_quiet_metrics || m->has_quiet_traces ? first_evidence(m->in) : FM_TIME_NONE;
}

static void run_signals(struct svc_model *m)
{
    svc_sequence(m);
    svc_gaps(m);
    svc_edge_metrics(m);
    svc_resources(m);
    svc_latency(m);
    svc_self_time(m);
    svc_symptom(m);
    fuse(m);
}

#define MANY 4
#define CLEARLY 0.8

/* One of several compared components out of its range, and all others within theirs: the place is
 * plain even when only one signal shows it. */
static void find_alone(const struct svc_model *m, struct svc *const *order)
{
    double best = 0;
    if (m->n < MANY || order[1]->score > order[0]->score / 3)
        return;
    for (size_t k = 0; k < SVC_SIGNALS; k++)
        best = fmax(best, order[0]->found[k].strength);
    order[0]->is_alone = best >= CLEARLY;
}

static enum fm_code propose(struct fm_hypotheses *h)
{
    struct fm_incident *in = h->in;
    struct svc_model m = {.h = h, .in = in, .arena = &in->ctx->arena};
    if (!in->metrics && !in->traces)
        return FM_OK;
    if (in->metrics)
        resource_propose(h);
    m.has_quiet_traces = in->traces && in->traces->n_baseline_traces > 0;
    list_services(&m);
    m.at = onset_of(&m);
    if (m.at == FM_TIME_NONE || m.n == 0)
        return FM_OK;
    run_signals(&m);
    FM_TRY(fm_ctx_check(in->ctx));
    struct svc **order = FM_NEW_ARRAY(m.arena, struct svc *, m.n);
    for (size_t i = 0; i < m.n; i++)
        order[i] = &m.items[i];
    qsort(order, m.n, sizeof *order, by_score);
    find_alone(&m, order);
    for (size_t i = 0; i < m.n && i < PROPOSALS_MAX && order[i]->score >= WORTH_LISTING; i++)
        svc_propose(&m, order[i]);
    return FM_OK;
}

const struct fm_reasoner_source fm_services_reasoner = {.name = "services", .propose = propose};
