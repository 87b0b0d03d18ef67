/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symptom: an alert names a component and a metric; which component below it in the call graph has
 * the same metric out of order, by enough to explain the alert, and no callee that explains it in
 * turn?
 *
 * For every component: how far the worst value around the alert lies from the quiet period and from
 * the rest of the window (the smaller of the two: the quiet period may be of another season), for
 * the two statistics that show it most, weighed by traffic.
 */
#include <math.h>

#include "diagnosis/services/symptom.h"
#include "faultmaven/core/alerts.h"
#include "processing/metrics/naming.h"

#define AROUND (450 * FM_SEC) /* three rows of five minutes */

struct node {
    double anomaly; /* 0…1 */
    double excess; /* of the worst value over the reference, in the metric's unit; of the average if
                      there is one */
    bool has_average;
    double requests; /* around the alert */
    double callee, path;
    bool is_address;
    struct svc_finding f;
};

struct symptom {
    struct svc_model *m;
    fm_time at;
    uint32_t from; /* the component of the alert */
    enum fm_metric_role role;
    bool is_low; /* a fall is what is wrong: availability */
    struct node *nodes;
};

/* Nodes that only an observer names: host names, addresses, and what AWS X-Ray calls "remote" and
 * "client". */
static bool is_address(fm_str name)
{
    bool has_colons = fm_str_has(name, FM_STR("::"));
    return fm_str_ends(name, FM_STR("_remote")) || fm_str_ends(name, FM_STR("_client")) ||
           (!has_colons && fm_str_chr(name, '.', 0) > 0);
}

/* Latency, availability and errors move with their callees; other metrics do not. */
static bool find_role(struct symptom *s, fm_str metric, fm_str text)
{
    enum fm_metric_role r = metric_naming_read(metric, FM_STR_NULL).role;
    if (r == FM_ROLE_OTHER)
        r = metric_naming_read(text, FM_STR_NULL).role;
    if (r == FM_ROLE_LATENCY_CLIENT)
        r = FM_ROLE_LATENCY;
    s->role = r;
    s->is_low = r == FM_ROLE_SUCCESS;
    return r == FM_ROLE_LATENCY || r == FM_ROLE_SUCCESS || r == FM_ROLE_ERRORS;
}

/* The alert that names a component of the model. */
static bool find_alert(struct symptom *s)
{
    const struct fm_incident *in = s->m->in;
    if (!in->alerts)
        return false;
    fm_vec_each (&in->alerts->items, a) {
        fm_entity_id id =
            a->entity != FM_ENTITY_NONE ? a->entity : fm_incident_find_entity(in, a->resource);
        uint32_t from = svc_of(s->m, id);
        if (from == SVC_NONE && a->resource.len)
            from = svc_of(s->m, fm_incident_find_entity(in, a->resource));
        if (from == SVC_NONE || !find_role(s, a->metric, a->name))
            continue;
        s->from = from;
        s->at = a->at != FM_TIME_NONE ? a->at : s->m->at;
        return true;
    }
    return false;
}

static double worst_of(const struct symptom *s, const struct fm_metric_series *x, size_t *row)
{
    struct fm_metric_summary m =
        fm_series_summary(s->m->arena, x, s->at - AROUND, s->at + AROUND + 1);
    *row = s->is_low ? m.i_min : m.i_max;
    return m.n ? (s->is_low ? m.min : m.max) : NAN;
}

/* Absolute floor of a difference that matters: 10 ms, half a point. */
static double least(const struct symptom *s, const struct fm_metric_series *x)
{
    bool is_share = fm_str_eqc(x->unit, "%");
    return s->role == FM_ROLE_LATENCY ? 0.010 : is_share ? 0.5 : 0.5 * (x->scale > 1 ? 1 : 0.01);
}

static struct fm_metric_summary rest_of(const struct symptom *s, const struct fm_metric_series *x)
{
    double *v = fm_arena_alloc(s->m->arena, (x->rows->n + 1) * sizeof *v);
    size_t n = 0;
    for (size_t i = 0; i < x->rows->n; i++)
        if (x->rows->at[i] < s->at - AROUND || x->rows->at[i] > s->at + AROUND)
            v[n++] = x->values[i];
    return fm_values_summary(s->m->arena, v, n);
}

/* Distance of the worst value from both references, in their spreads. */
static double distance(const struct symptom *s, const struct fm_metric_series *x,
                       struct svc_finding *f)
{
    const struct fm_metric_series *quiet = fm_series_baseline(s->m->arena, s->m->in->metrics, x);
    size_t row;
    double worst = worst_of(s, x, &row), sign = s->is_low ? -1 : 1, floor = least(s, x);
    if (isnan(worst))
        return 0;
    struct fm_metric_summary r = rest_of(s, x), q = {0};
    if (quiet)
        q = fm_values_summary(s->m->arena, quiet->values, quiet->rows->n);
    bool is_share = s->role != FM_ROLE_LATENCY;
    double by_quiet =
        q.n ? sign * (worst - q.median) / (q.mad + (is_share ? 0 : 0.1 * fabs(q.median)) + floor)
            : INFINITY;
    double by_rest =
        r.n ? sign * (worst - r.median) / ((is_share ? 0 : 0.2 * fabs(r.median)) + floor)
            : INFINITY;
    double z = fmin(by_quiet, by_rest);
    *f = (struct svc_finding){.series = x,
                              .quiet = quiet,
                              .row = row,
                              .before = q.n ? q.median : r.median,
                              .after = worst,
                              .span = FM_SPAN_NONE,
                              .peer = SVC_NONE,
                              .count = 1};
    return isfinite(z) && z > 0 ? z : 0;
}

struct top2 {
    double z[2];
};

/* Averages times requests add up along the graph, percentiles do not. */
static void note_excess(struct node *n, const struct fm_metric_series *x,
                        const struct svc_finding *f, bool is_strongest)
{
    bool is_average = fm_str_eqc(x->statistic, "average");
    if (!f->series || (n->has_average && !is_average) || (!is_average && !is_strongest))
        return;
    n->excess = fabs(f->after - f->before);
    n->has_average |= is_average;
}

static void collect(struct symptom *s)
{
    struct top2 *top = FM_NEW_ARRAY(s->m->arena, struct top2, s->m->n + 1);
    fm_vec_each (&s->m->in->metrics->series, it) {
        const struct fm_metric_series *x = *it;
        uint32_t i = svc_of(s->m, x->entity);
        struct svc_finding f = {0};
        if (i == SVC_NONE || x->is_baseline || x->peer != FM_ENTITY_NONE)
            continue;
        if (x->role == FM_ROLE_REQUESTS) {
            double n = fm_series_summary(s->m->arena, x, s->at - AROUND, s->at + AROUND + 1).median;
            s->nodes[i].requests = n > s->nodes[i].requests ? n : s->nodes[i].requests;
        }
        if (x->role != s->role)
            continue;
        double z = distance(s, x, &f);
        note_excess(&s->nodes[i], x, &f, z > top[i].z[0]);
        if (z > top[i].z[0]) {
            top[i].z[1] = top[i].z[0];
            top[i].z[0] = z;
            s->nodes[i].f = f;
        } else if (z > top[i].z[1]) {
            top[i].z[1] = z;
        }
    }
    for (size_t i = 0; i < s->m->n; i++) {
        double z = top[i].z[1] > 0 ? (top[i].z[0] + top[i].z[1]) / 2 : top[i].z[0] / 2;
        z *= s->nodes[i].requests > 0 ? s->nodes[i].requests / (s->nodes[i].requests + 5) : 0.5;
        s->nodes[i].anomaly = z / (z + 4);
        s->nodes[i].is_address = is_address(s->m->items[i].name);
    }
}

/* What a node adds to the symptom: its excess times its requests. */
static double burden(const struct node *n)
{
    return n->excess * (n->requests > 0 ? n->requests : 1);
}

/* How much of what b complains of, a can account for. */
static double contribution(const struct node *a, const struct node *b)
{
    return burden(b) > 0 ? svc_clip(burden(a) / burden(b)) : 1;
}

/* How well its callees explain a node: by being anomalous, or by accounting for its excess. An
 * address alone says little. */
static void explain_by_callees(struct symptom *s)
{
    fm_vec_each (&s->m->in->edges, e) {
        uint32_t from = svc_of(s->m, e->from), to = svc_of(s->m, e->to);
        if (e->kind != FM_EDGE_CALLS || from == SVC_NONE || to == SVC_NONE)
            continue;
        struct node *caller = &s->nodes[from];
        const struct node *callee = &s->nodes[to];
        double share = contribution(callee, caller) * svc_clip(callee->anomaly / 0.2);
        double a = fmax(callee->anomaly, 0.9 * share) * (callee->is_address ? 0.3 : 1);
        caller->callee = fmax(caller->callee, a);
    }
}

/* Widest path from the alert: the weakest anomaly on the best way down to each node. Bellman-Ford,
 * so that cycles do no harm. */
static void find_paths(struct symptom *s)
{
    bool has_changed = true;
    s->nodes[s->from].path = 1;
    for (size_t round = 0; has_changed && round < s->m->n && round < 64; round++) {
        has_changed = false;
        fm_vec_each (&s->m->in->edges, e) {
            uint32_t from = svc_of(s->m, e->from), to = svc_of(s->m, e->to);
            if (e->kind != FM_EDGE_CALLS || from == SVC_NONE || to == SVC_NONE)
                continue;
            double via = fmin(s->nodes[from].path,
                              fmax(s->nodes[to].anomaly, s->nodes[to].is_address ? 0.3 : 0));
            if (via > s->nodes[to].path) {
                s->nodes[to].path = via;
                has_changed = true;
            }
        }
    }
}

void svc_symptom(struct svc_model *m)
{
    struct symptom s = {.m = m};
    if (!m->in->metrics || !find_alert(&s))
        return;
    s.nodes = FM_NEW_ARRAY(m->arena, struct node, m->n + 1);
    collect(&s);
    explain_by_callees(&s);
    find_paths(&s);
    for (size_t i = 0; i < m->n; i++) {
        struct node *n = &s.nodes[i];
        struct svc_finding f = n->f;
        f.strength = n->anomaly * (1 - 0.7 * n->callee) * (0.3 + 0.7 * n->path) *
                     (0.3 + 0.7 * contribution(n, &s.nodes[s.from])) * (n->is_address ? 0.4 : 1);
        /* The factors rank; that something is wrong the alert says already, so a modest product is
         * convincing. */
        f.strength = 1.15 * f.strength / (f.strength + 0.15);
        if (f.strength > 0.1 && f.series)
            svc_find(&m->items[i], SVC_SYMPTOM, &f);
    }
}
