/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gap: time between a caller's span and the callee's span inside it, per edge. What a delay of the
 * network, or of a starved process on either end, adds lies there, and a slow callee does not.
 */
#include <math.h>
#include <stdlib.h>

#include "diagnosis/services/model.h"

#define REFERENCE_MIN 5
#define BORROWED 50 /* gaps of all edges that stand in for an edge without enough of its own */

struct edge_gaps {
    uint32_t from, to;                   /* into items */
    FM_VEC(double) quiet, before, after; /* ms */
    uint32_t largest;                    /* span with the largest gap afterwards */
    double largest_ms;
};

struct gaps {
    struct svc_model *m;
    struct fm_map index;
    FM_VEC(struct edge_gaps *) edges;
    FM_VEC(double) quiet, before; /* of all edges */
};

/* The only child of a span, if it is in another service. */
static const struct fm_trace_span *only_remote_child(const struct fm_trace_set *set,
                                                     const struct fm_trace_span *s)
{
    if (s->first_child == FM_SPAN_NONE)
        return NULL;
    const struct fm_trace_span *c = &set->spans.items[s->first_child];
    return c->next_sibling == FM_SPAN_NONE && c->service != s->service ? c : NULL;
}

static struct edge_gaps *edge_of(struct gaps *g, uint32_t from, uint32_t to)
{
    uint32_t key[2] = {from, to};
    struct fm_map_entry *e = fm_map_put(&g->index, fm_str_n((const char *)key, sizeof key));
    if (!e->value) {
        struct edge_gaps *edge = FM_NEW(g->m->arena, struct edge_gaps);
        edge->from = from;
        edge->to = to;
        edge->largest = FM_SPAN_NONE;
        fm_vec_push(g->m->arena, &g->edges, edge);
        e->value = edge;
    }
    return e->value;
}

static void add_gap(struct gaps *g, uint32_t span, const struct fm_trace_span *s,
                    const struct fm_trace_span *c)
{
    struct fm_arena *a = g->m->arena;
    const struct fm_trace_set *set = g->m->in->traces;
    uint32_t from = svc_of(g->m, set->services.items[s->service].entity),
             to = svc_of(g->m, set->services.items[c->service].entity);
    double ms = s->duration > c->duration ? (double)(s->duration - c->duration) / 1e6 : 0;
    if (from == SVC_NONE || to == SVC_NONE || from == to)
        return;
    struct edge_gaps *e = edge_of(g, from, to);
    if (s->is_baseline) {
        fm_vec_push(a, &e->quiet, ms);
        fm_vec_push(a, &g->quiet, ms);
    } else if (s->start < g->m->at) {
        fm_vec_push(a, &e->before, ms);
        fm_vec_push(a, &g->before, ms);
    } else {
        fm_vec_push(a, &e->after, ms);
        if (e->largest == FM_SPAN_NONE || ms > e->largest_ms) {
            e->largest = span;
            e->largest_ms = ms;
        }
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Evenly spaced ranks of `all` (sorted) behind the values that there are. */
static struct svc_values with_borrowed(struct gaps *g, const double *own, size_t n,
                                       const double *all, size_t n_all)
{
    struct svc_values out = {fm_arena_alloc(g->m->arena, (n + BORROWED + 1) * sizeof(double)), n};
    if (n)
        memcpy(out.v, own, n * sizeof *own);
    for (size_t i = 0; i < BORROWED && n_all; i++)
        out.v[out.n++] = all[i * (n_all - 1) / (BORROWED - 1)];
    return out;
}

/* The reference of an edge: its quiet gaps; without a quiet period those before the onset, if they
 * look sane. */
static struct svc_values reference_of(struct gaps *g, const struct edge_gaps *e)
{
    struct fm_arena *a = g->m->arena;
    if (g->quiet.n) {
        if (e->quiet.n >= REFERENCE_MIN)
            return (struct svc_values){e->quiet.items, e->quiet.n};
        return with_borrowed(g, e->quiet.items, e->quiet.n, g->quiet.items, g->quiet.n);
    }
    double own = fm_values_summary(a, e->before.items, e->before.n).median;
    double all = fm_values_summary(a, g->before.items, g->before.n).median;
    if (e->before.n >= REFERENCE_MIN && own <= 3 * all + 10)
        return (struct svc_values){e->before.items, e->before.n};
    return with_borrowed(g, NULL, 0, g->before.items, g->before.n);
}

static double share_above(const double *v, size_t n, double hi)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += v[i] > hi;
    return n ? (double)k / (double)n : 0;
}

/* How surely more of the affected gaps are large than of the reference: share above a high mark,
 * with a test of proportions. */
static void judge_edge(struct gaps *g, const struct edge_gaps *e, struct svc_edge *out)
{
    struct svc_values ref = reference_of(g, e);
    *out = (struct svc_edge){.from = e->from, .to = e->to, .span = e->largest, .count = e->after.n};
    if (ref.n < REFERENCE_MIN || e->after.n == 0)
        return;
    struct fm_metric_summary n = fm_values_summary(g->m->arena, ref.v, ref.n);
    struct fm_metric_summary p = fm_values_summary(g->m->arena, e->after.items, e->after.n);
    double hi = fmax(1.5 * n.p95, 3 * n.median) + 10;
    double f = share_above(e->after.items, e->after.n, hi),
           f0 = fmax(share_above(ref.v, ref.n, hi), 0.05);
    double z = (f - f0) / sqrt(f0 * (1 - f0) * (1 / (double)e->after.n + 1 / (double)ref.n));
    out->surely = f0 < 1 ? svc_clip((f - f0) / (1 - f0)) * svc_clip(z / 3) : 0;
    out->excess = fmax(p.median - n.median, 0.1);
    out->before = n.median;
    out->after = p.median;
}

void svc_gaps(struct svc_model *m)
{
    const struct fm_trace_set *set = m->in->traces;
    struct gaps g = {.m = m};
    if (!set)
        return;
    fm_map_init(&g.index, m->arena);
    for (uint32_t i = 0; i < set->spans.n; i++) {
        const struct fm_trace_span *s = &set->spans.items[i], *c = only_remote_child(set, s);
        if (c)
            add_gap(&g, i, s, c);
    }
    if (g.quiet.n)
        qsort(g.quiet.items, g.quiet.n, sizeof(double), by_value);
    if (g.before.n)
        qsort(g.before.items, g.before.n, sizeof(double), by_value);
    struct svc_edge *edges = FM_NEW_ARRAY(m->arena, struct svc_edge, g.edges.n + 1);
    for (size_t i = 0; i < g.edges.n; i++)
        judge_edge(&g, g.edges.items[i], &edges[i]);
    m->gap_edges = edges;
    m->n_gap_edges = g.edges.n;
    svc_explain_edges(m, edges, g.edges.n, SVC_GAP);
}
