/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The causal chain: the cause, then the entities that suffer from it, in order of their first sign.
 * A link is grounded when the entity shows a sign of its own that is not earlier than the cause,
 * and the topology has a path to it; otherwise it is assumed, and every view says so.
 */
#include <stdlib.h>

#include "diagnosis/reasoners.h"

#define CHAIN_MAX 12
#define EARLIER_MAX                                                                                \
    (2 * FM_MINUTE) /* clocks and sampling: an effect may be seen a little before its cause */

static bool is_sign(const struct fm_observation *o)
{
    return o->spans.n && o->score >= 0.4 && o->kind != FM_OBSERVATION_HEALTHY &&
           o->kind != FM_OBSERVATION_RECOVERED && o->kind != FM_OBSERVATION_CHANGE;
}

/* The earliest sign of trouble at an entity with this name, or the strongest one without a time. */
static const struct fm_observation *first_sign(const struct fm_incident *in, fm_str name)
{
    const struct fm_observation *best = NULL;
    fm_vec_each (&in->observations, it) {
        const struct fm_observation *o = *it;
        if (!is_sign(o) || !fm_str_eq(fm_incident_entity_of(in, o->entity).name, name))
            continue;
        bool is_better =
            !best ||
            (o->begin != FM_TIME_NONE && (best->begin == FM_TIME_NONE || o->begin < best->begin)) ||
            (o->begin == best->begin && o->score > best->score);
        if (is_better)
            best = o;
    }
    return best;
}

static bool has_edge(const struct fm_incident *in, fm_str a, fm_str b)
{
    fm_vec_each (&in->edges, e) {
        fm_str from = in->entities.items[e->from].name, to = in->entities.items[e->to].name;
        if ((fm_str_eq(from, a) && fm_str_eq(to, b)) || (fm_str_eq(from, b) && fm_str_eq(to, a)))
            return true;
    }
    return false;
}

/* Does some earlier step of the chain touch this entity in the topology? */
static bool is_reached(const struct fm_incident *in, const struct fm_diagnosis *d, fm_str name)
{
    fm_vec_each (&d->chain, s)
        if (has_edge(in, s->entity.name, name))
            return true;
    return false;
}

static void add_effect(const struct fm_incident *in, struct fm_diagnosis *d,
                       const struct fm_cause *c, struct fm_entity e)
{
    struct fm_arena *a = &in->ctx->arena;
    const struct fm_observation *o = first_sign(in, e.name);
    struct fm_chain_step step = {.entity = e, .at = o ? o->begin : FM_TIME_NONE};
    bool is_too_early = o && o->begin != FM_TIME_NONE && c->onset != FM_TIME_NONE &&
                        o->begin < c->onset - EARLIER_MAX;
    step.is_assumed = !o || is_too_early || !is_reached(in, d, e.name);
    step.text = o ? o->text : fm_str_fmt(a, "depends on %.*s", FM_STR_ARG(c->entity.name));
    if (o)
        step.span = o->spans.items[0];
    fm_vec_push(a, &d->chain, step);
}

static int by_time(const void *x, const void *y)
{
    const struct fm_chain_step *a = x, *b = y;
    if (a->at == b->at)
        return fm_str_cmp(a->entity.name, b->entity.name);
    if (a->at == FM_TIME_NONE || b->at == FM_TIME_NONE)
        return a->at == FM_TIME_NONE ? 1 : -1;
    return a->at < b->at ? -1 : 1;
}

void fm_build_chain(struct fm_hypotheses *h, struct fm_diagnosis *d)
{
    const struct fm_incident *in = h->in;
    if (d->affected.n == 0)
        return;
    const struct fm_cause *c = h->causes.items[0];
    struct fm_chain_step first = {.entity = c->entity, .at = c->onset, .text = c->statement};
    if (c->supports.n)
        first.span = c->supports.items[0].span;
    fm_vec_push(&in->ctx->arena, &d->chain, first);
    for (size_t i = 1; i < d->affected.n && i < CHAIN_MAX; i++)
        add_effect(in, d, c, d->affected.items[i]);
    if (d->chain.n > 2)
        qsort(d->chain.items + 1, d->chain.n - 1, sizeof *d->chain.items, by_time);
}
