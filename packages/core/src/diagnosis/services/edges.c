/* SPDX-License-Identifier: Apache-2.0 */
/* Which node explains a set of slow edges. */
#include <math.h>

#include "diagnosis/services/model.h"

#define SLOW_AT 0.2 /* an edge below it is not slow */

struct node_sums {
    double in, out, max_in, max_out; /* Σ and maximum of the edges' weight */
    size_t n_in, n_out;
    const struct svc_edge *best_in, *best_out;
};

static double f1(double found, double all, double edges)
{
    double recall = found / all, precision = found / (edges + 0.3);
    return found > 0 ? 2 * recall * precision / (recall + precision) : 0;
}

static double largest_excess(const struct svc_edge *e, size_t n)
{
    double max = 0;
    for (size_t i = 0; i < n; i++)
        if (e[i].surely > SLOW_AT && e[i].excess > max)
            max = e[i].excess;
    return max;
}

static void add_edge(struct node_sums *sums, const struct svc_edge *e, double weight)
{
    struct node_sums *from = &sums[e->from], *to = &sums[e->to];
    from->out += weight;
    to->in += weight;
    from->n_out++;
    to->n_in++;
    if (weight > from->max_out) {
        from->max_out = weight;
        from->best_out = e;
    }
    if (weight > to->max_in) {
        to->max_in = weight;
        to->best_in = e;
    }
}

/* The best of the three hypotheses for one node. */
static void judge(struct svc_model *m, uint32_t i, const struct node_sums *s, double all,
                  enum svc_signal signal)
{
    double inbound = f1(s->in, all, (double)s->n_in) * s->max_in;
    double outbound = 0.6 * f1(s->out, all, (double)s->n_out) * s->max_out;
    double both = s->n_in && s->n_out ? f1(s->in + s->out, all, (double)(s->n_in + s->n_out)) *
                                            fmax(s->max_in, s->max_out)
                                      : 0;
    double best = fmax(inbound, fmax(outbound, both));
    const struct svc_edge *e =
        s->max_in >= s->max_out || best == inbound ? s->best_in : s->best_out;
    e = e ? e : s->best_out;
    if (!(best > 0) || !e)
        return;
    struct svc_finding f = {.strength = best,
                            .series = e->series,
                            .row = e->row,
                            .before = e->before,
                            .after = e->after,
                            .span = e->span,
                            .peer = e->from == i ? e->to : e->from,
                            .count = e->count};
    svc_find(&m->items[i], signal, &f);
}

void svc_explain_edges(struct svc_model *m, const struct svc_edge *edges, size_t n,
                       enum svc_signal signal)
{
    struct node_sums *sums = FM_NEW_ARRAY(m->arena, struct node_sums, m->n + 1);
    double max = largest_excess(edges, n), all = 0;
    if (!(max > 0))
        return;
    for (size_t i = 0; i < n; i++) {
        double weight = edges[i].surely * svc_clip(sqrt(edges[i].excess / max));
        weight = edges[i].surely > SLOW_AT ? weight : 0;
        all += weight;
        add_edge(sums, &edges[i], weight);
    }
    for (uint32_t i = 0; i < m->n; i++)
        judge(m, i, &sums[i], all, signal);
}
