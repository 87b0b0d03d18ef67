/* SPDX-License-Identifier: Apache-2.0 */
/* lat: server latency from metrics, deepest first; self: time that spans spend in their own
 * service. Both are weak alone. */
#include <math.h>

#include "diagnosis/services/model.h"

#define SETTLE (20 * FM_SEC)

struct latency {
    double sum;
    size_t n;
    struct svc_finding best;
};

static double shift(struct svc_model *m, const struct fm_metric_series *s, struct svc_finding *f)
{
    struct svc_values ref = svc_reference(m, s), now = svc_affected(m, s, SETTLE, INT64_MAX);
    if (ref.n < 3 || now.n < 1)
        return 0;
    struct fm_metric_summary r = fm_values_summary(m->arena, ref.v, ref.n),
                             p = fm_values_summary(m->arena, now.v, now.n);
    double low = now.n < 4 ? p.min : p.p25, high = r.p75 + 0.667 * (r.p90 - r.p75);
    double step = svc_clip((low - high) / (r.mad + 0.1 * r.median + 0.002) / 6);
    double ratio = high > 0 ? svc_clip(log2(low / high) / 2) : low > 0;
    *f =
        (struct svc_finding){.series = s,
                             .row = fm_series_summary(m->arena, s, m->at + SETTLE, INT64_MAX).i_max,
                             .before = r.median,
                             .after = p.median,
                             .span = FM_SPAN_NONE,
                             .peer = SVC_NONE,
                             .count = p.n};
    f->strength = low > high ? step * ratio : 0;
    return f->strength;
}

static void collect(struct svc_model *m, struct latency *l)
{
    fm_vec_each (&m->in->metrics->series, it) {
        struct svc_finding f = {0};
        uint32_t i = svc_of(m, (*it)->entity);
        if ((*it)->is_baseline || (*it)->role != FM_ROLE_LATENCY ||
            (*it)->kind == FM_METRIC_COUNTER || i == SVC_NONE || (*it)->peer != FM_ENTITY_NONE)
            continue;
        double strength = shift(m, *it, &f);
        l[i].sum += strength;
        l[i].n++;
        if (!l[i].best.series || strength > l[i].best.strength)
            l[i].best = f;
    }
}

/* A slow callee explains most of its caller. */
void svc_latency(struct svc_model *m)
{
    struct latency *l = FM_NEW_ARRAY(m->arena, struct latency, m->n + 1);
    double *own = FM_NEW_ARRAY(m->arena, double, m->n + 1),
           *callee = FM_NEW_ARRAY(m->arena, double, m->n + 1);
    if (!m->in->metrics)
        return;
    collect(m, l);
    for (size_t i = 0; i < m->n; i++)
        own[i] = l[i].n ? l[i].sum / (double)l[i].n : 0;
    fm_vec_each (&m->in->edges, e) {
        uint32_t from = svc_of(m, e->from), to = svc_of(m, e->to);
        if (e->kind == FM_EDGE_CALLS && from != SVC_NONE && to != SVC_NONE &&
            own[to] > callee[from])
            callee[from] = own[to];
    }
    for (size_t i = 0; i < m->n; i++) {
        if (!(own[i] > 0))
            continue;
        struct svc_finding f = l[i].best;
        f.strength = own[i] * (1 - 0.8 * svc_clip(callee[i] / own[i]));
        svc_find(&m->items[i], SVC_LATENCY, &f);
    }
}

struct own_time {
    uint32_t service;
    FM_VEC(double) before, after; /* ms */
    uint32_t longest;
};

static bool has_remote_child(const struct fm_trace_set *set, const struct fm_trace_span *s)
{
    fm_span_children(set, s, c) if (set->spans.items[c].service != s->service) return true;
    return false;
}

static void add_span(struct svc_model *m, struct fm_map *index, uint32_t i)
{
    const struct fm_trace_set *set = m->in->traces;
    const struct fm_trace_span *s = &set->spans.items[i];
    uint32_t key[2] = {s->service, s->operation};
    struct fm_map_entry *e = fm_map_put(index, fm_str_n((const char *)key, sizeof key));
    if (!e->value) {
        struct own_time *t = FM_NEW(m->arena, struct own_time);
        t->service = svc_of(m, set->services.items[s->service].entity);
        t->longest = FM_SPAN_NONE;
        e->value = t;
    }
    struct own_time *t = e->value;
    double ms = (double)s->duration / 1e6;
    if (s->is_baseline || (!m->has_quiet_traces && s->start < m->at)) {
        fm_vec_push(m->arena, &t->before, ms);
    } else if (s->start >= m->at) {
        fm_vec_push(m->arena, &t->after, ms);
        if (t->longest == FM_SPAN_NONE || s->duration > set->spans.items[t->longest].duration)
            t->longest = i;
    }
}

struct self_sum {
    double weighted, weight, best;
    struct svc_finding f;
};

static void add_operation(struct svc_model *m, const struct own_time *t, struct self_sum *sum)
{
    if (t->service == SVC_NONE || t->before.n < 5 || t->after.n == 0)
        return;
    struct fm_metric_summary r = fm_values_summary(m->arena, t->before.items, t->before.n);
    struct fm_metric_summary p = fm_values_summary(m->arena, t->after.items, t->after.n);
    size_t above = 0;
    for (size_t i = 0; i < t->after.n; i++)
        above += t->after.items[i] > r.p95 + 1;
    double n = (double)t->after.n, share = (double)above / n;
    double z = (share - 0.05) / sqrt(0.05 * 0.95 / n);
    double strength = sqrt(n) * svc_clip(share - 0.05) * svc_clip(z / 4);
    struct self_sum *s = &sum[t->service];
    s->weighted += strength;
    s->weight += sqrt(n);
    if (strength > s->best) {
        s->best = strength;
        s->f = (struct svc_finding){.before = r.median,
                                    .after = p.median,
                                    .span = t->longest,
                                    .peer = SVC_NONE,
                                    .count = t->after.n};
    }
}

void svc_self_time(struct svc_model *m)
{
    const struct fm_trace_set *set = m->in->traces;
    struct fm_map index;
    if (!set)
        return;
    fm_map_init(&index, m->arena);
    for (uint32_t i = 0; i < set->spans.n; i++)
        if (!has_remote_child(set, &set->spans.items[i]))
            add_span(m, &index, i);
    struct self_sum *sum = FM_NEW_ARRAY(m->arena, struct self_sum, m->n + 1);
    for (size_t i = 0; i < index.n; i++)
        add_operation(m, index.entries[i].value, sum);
    for (size_t i = 0; i < m->n; i++) {
        sum[i].f.strength = sum[i].weighted / (sum[i].weight + 3);
        svc_find(&m->items[i], SVC_SELF, &sum[i].f);
    }
}
