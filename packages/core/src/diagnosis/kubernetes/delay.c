/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slow services explained by one delayed pod or node. "The deepest slow service" and "the largest
 * change" both mislead: server-side latency contains the transport, so a delayed caller makes its
 * callees look slow. Instead every pod and node is tried: it delays the calls that touch it (a pod)
 * or cross its boundary (a node); from the call graph and request rates follows which share of each
 * service's requests is slow, and from that which percentiles are. The hypothesis under which the
 * observations are most likely wins.
 */
#include "delay.h"

#include <math.h>
#include <stdlib.h>

#define DEPTH_MAX 6

struct world {
    struct fm_kube *k;
    const struct fm_kube_loads *loads;
};

struct hypothesis {
    fm_str name;
    bool is_node;
    double score;
};

static const struct fm_kube_load *load_of(const struct world *w, fm_str name)
{
    fm_vec_each (w->loads, l)
        if (fm_str_eq((*l)->name, name))
            return *l;
    return NULL;
}

static double rate_of(const struct world *w, fm_str service)
{
    const struct fm_kube_load *l = load_of(w, service);
    return l && l->rate.is_set && l->rate.normal > 0 ? l->rate.normal : 1;
}

/* Share of a service's pods that run on the node. */
static double share_on(const struct world *w, fm_str service, fm_str node)
{
    double on = 0, all = 0;
    fm_vec_each (&w->k->pods, p)
        if (fm_str_eq((*p)->workload->name, service) && (*p)->is_placed) {
            all++;
            on += fm_str_eq((*p)->node_name, node);
        }
    return all > 0 ? on / all : 0;
}

/* Probability that a call is delayed. */
static double affected(const struct world *w, const struct hypothesis *h, const struct fm_call *c)
{
    if (!h->is_node)
        return fm_str_eq(c->from, h->name) || fm_str_eq(c->to, h->name) ? 1 : 0;
    double from = share_on(w, c->from, h->name), to = share_on(w, c->to, h->name);
    return from * (1 - to) + (1 - from) * to;
}

static bool is_repeated(const struct world *w, const struct fm_call *c)
{
    fm_vec_each (&w->k->s->calls, it) {
        if (it == c)
            return false;
        if (fm_str_eq(it->from, c->from) && fm_str_eq(it->to, c->to))
            return true;
    }
    return false;
}

/* Share of a service's requests that are slow because of calls it makes, directly or further down.
 */
static double slow_by_calls(const struct world *w, const struct hypothesis *h, fm_str service,
                            unsigned depth)
{
    double fast = 1;
    if (depth == 0)
        return 0;
    fm_vec_each (&w->k->s->calls, c) {
        if (!fm_str_eq(c->from, service) || is_repeated(w, c))
            continue;
        double used = rate_of(w, c->to) / rate_of(w, service);
        double slow = fmax(affected(w, h, c), slow_by_calls(w, h, c->to, depth - 1));
        fast *= 1 - fmin(1, used) * slow;
    }
    return 1 - fast;
}

/* Share of its requests that arrive over a delayed connection. */
static double slow_by_callers(const struct world *w, const struct hypothesis *h, fm_str service)
{
    double all = 0, slow = 0;
    fm_vec_each (&w->k->s->calls, c) {
        if (!fm_str_eq(c->to, service) || is_repeated(w, c))
            continue;
        all += rate_of(w, c->from);
        slow += rate_of(w, c->from) * affected(w, h, c);
    }
    return all > 0 ? slow / all : 0;
}

/* Log-likelihood of one observation: predicted slow, normal, or too close to tell. */
static double judge(double share, double threshold, bool is_slow)
{
    if (share >= 0.7 * threshold && share <= 1.3 * threshold)
        return log(0.5);
    return log((share > threshold) == is_slow ? 0.9 : 0.1);
}

static double fit(const struct world *w, const struct hypothesis *h)
{
    static const double thresholds[FM_LOAD_PERCENTILES] = {0.5, 0.15, 0.08, 0.03};
    double score = 0;
    fm_vec_each (w->loads, l) {
        double in = slow_by_callers(w, h, (*l)->name),
               out = slow_by_calls(w, h, (*l)->name, DEPTH_MAX);
        double share = 1 - (1 - in) * (1 - out);
        for (int i = 0; i < FM_LOAD_PERCENTILES; i++)
            if ((*l)->latency_ms[i].is_set)
                score += judge(share, thresholds[i], fm_kube_is_slow(&(*l)->latency_ms[i]));
    }
    return score;
}

static bool has_grown(const struct fm_kube_pairing *p, double factor, double at_least)
{
    return p->is_set && p->current >= factor * p->normal && p->current - p->normal >= at_least;
}

/* What is known about the suspect itself. */
static double prior(const struct world *w, const struct hypothesis *h)
{
    const struct fm_kube_load *l = load_of(w, h->name);
    if (!h->is_node)
        return (l && fm_kube_is_slow_anywhere(l) ? 0 : -1.5) +
               (l && has_grown(&l->transmit, 3, 1) ? 1 : 0);
    double score = -1;
    if (l && l->retransmits.is_set && l->retransmits.is_alert)
        score += 6;
    if (l && has_grown(&l->retransmits, 5, 0.5))
        score += 1;
    return score;
}

static int by_score(const void *a, const void *b)
{
    const struct hypothesis *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return fm_str_cmp(x->name, y->name);
}

struct hypotheses FM_VEC_OF(struct hypothesis);

static void add(const struct world *w, struct hypotheses *all, fm_str name, bool is_node)
{
    struct hypothesis h = {name, is_node, 0};
    fm_vec_each (all, it)
        if (fm_str_eq(it->name, name))
            return;
    h.score = fit(w, &h) + prior(w, &h);
    fm_vec_push(w->k->a, all, h);
}

static void cite_slow(const struct world *w, struct fm_cause *c)
{
    fm_vec_each (w->loads, l)
        for (int i = 0; i < FM_LOAD_PERCENTILES; i++) {
            const struct fm_kube_pairing *p = &(*l)->latency_ms[i];
            if (!fm_kube_is_slow(p) || c->supports.n >= 10)
                continue;
            fm_kube_cite(w->k, c, p->current_span, "latency of %.*s rises to %.*s",
                         FM_STR_ARG((*l)->name), FM_STR_ARG(p->current_text));
            fm_kube_cite(w->k, c, p->normal_span, "it was %.*s before", FM_STR_ARG(p->normal_text));
        }
}

static void cite_node(const struct world *w, struct fm_cause *c, fm_str node)
{
    const struct fm_kube_load *l = load_of(w, node);
    if (l && l->retransmits.is_set && l->retransmits.current > l->retransmits.normal)
        fm_kube_cite(w->k, c, l->retransmits.current_span, "retransmissions on %.*s reach %.*s",
                     FM_STR_ARG(node), FM_STR_ARG(l->retransmits.current_text));
    fm_vec_each (&w->k->pods, p)
        if (fm_str_eq((*p)->node_name, node) && c->supports.n < 14)
            fm_kube_cite(w->k, c, fm_object_get((*p)->object, FM_OBJECT_F_NODE).span,
                         "%.*s runs on it", FM_STR_ARG((*p)->workload->name));
}

static void assert_delay(const struct world *w, const struct hypothesis *h, double strength)
{
    struct fm_kube *k = w->k;
    struct fm_cause *c = fm_kube_assert(
        k,
        &(struct fm_kube_claim){
            .kind = h->is_node ? FM_ENTITY_NODE : FM_ENTITY_SERVICE,
            .name = h->name,
            .fault = h->is_node ? FM_FAULT_NODE_NETWORK_DELAY : FM_FAULT_NETWORK_DELAY,
            .strength = strength,
            .rule = "kubernetes.delay",
            .statement =
                h->is_node
                    ? fm_kube_text(k,
                                   "The network of node %.*s is slow: calls that cross its "
                                   "boundary are delayed.",
                                   FM_STR_ARG(h->name))
                    : fm_kube_text(
                          k,
                          "The network of %.*s is slow: every call from or to its pod is delayed.",
                          FM_STR_ARG(h->name)),
            .mechanism = h->is_node
                             ? FM_STR("Services that call, or are called, across this node are "
                                      "slow, and those whose callers run beside them stay fast; no "
                                      "other single place predicts this pattern.")
                             : FM_STR("The services that it calls and those that call it are slow "
                                      "in the share of their requests that goes through it; no "
                                      "other single place predicts this pattern."),
            .ask = h->is_node ? FM_STR("Do pings between this node and the others show the delay?")
                              : FM_STR("Does a ping from this pod show the delay that its "
                                       "neighbours on the node do not have?"),
            .command =
                h->is_node
                    ? fm_kube_text(
                          k, "kubectl debug node/%.*s -it --image=busybox -- ping -c 20 OTHER-NODE",
                          FM_STR_ARG(h->name))
                    : fm_kube_text(
                          k, "kubectl exec deploy/%.*s -- ping -c 20 NEIGHBOUR; tc qdisc show",
                          FM_STR_ARG(h->name)),
        });
    cite_slow(w, c);
    if (h->is_node)
        cite_node(w, c, h->name);
    fm_vec_each (&k->workloads, wl) {
        const struct fm_kube_load *l = load_of(w, (*wl)->name);
        if (l && fm_kube_is_slow_anywhere(l))
            fm_kube_explain(k, *wl, c);
    }
}

static bool any_slow(const struct fm_kube_loads *loads)
{
    fm_vec_each (loads, l)
        if (fm_kube_is_slow_anywhere(*l))
            return true;
    return false;
}

void fm_kube_explain_delay(struct fm_kube *k, const struct fm_kube_loads *loads, double cap)
{
    struct world w = {k, loads};
    struct hypotheses all = {0};
    if (k->s->calls.n == 0 || !any_slow(loads))
        return;
    fm_vec_each (&k->pods, p) {
        if (!(*p)->is_ready)
            continue;
        add(&w, &all, (*p)->workload->name, false);
        if ((*p)->node_name.len)
            add(&w, &all, (*p)->node_name, true);
    }
    if (all.n == 0)
        return;
    qsort(all.items, all.n, sizeof *all.items, by_score);
    for (size_t i = 0; i < all.n && i < 3; i++)
        assert_delay(&w, &all.items[i],
                     fmin(cap, 0.86 - 0.04 * (all.items[0].score - all.items[i].score)));
}
