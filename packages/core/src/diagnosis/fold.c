/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One component, found by two reasoners: one says that it is the place, not why (other.unknown);
 * one says why. They are one cause. The known fault keeps its texts and gets the place's strength,
 * evidence and victims.
 */
#include "diagnosis/reasoners.h"

#define KNOWN_LEAST 0.6

static struct fm_cause *known_at(const struct fm_hypotheses *h, fm_str name)
{
    struct fm_cause *best = NULL;
    fm_vec_each (&h->causes, c) {
        bool is_known = (*c)->fault != FM_FAULT_OTHER_UNKNOWN && (*c)->strength >= KNOWN_LEAST;
        if (is_known && fm_str_eq((*c)->entity.name, name) &&
            (!best || (*c)->strength > best->strength))
            best = *c;
    }
    return best;
}

static void absorb(struct fm_hypotheses *h, struct fm_cause *known, const struct fm_cause *place)
{
    struct fm_arena *a = &h->in->ctx->arena;
    known->strength = place->strength > known->strength ? place->strength : known->strength;
    if (place->onset != FM_TIME_NONE &&
        (known->onset == FM_TIME_NONE || place->onset < known->onset))
        known->onset = place->onset;
    fm_vec_each (&place->supports, s)
        fm_vec_push(a, &known->supports, *s);
    fm_vec_each (&place->computed, t)
        fm_vec_push(a, &known->computed, *t);
    fm_vec_each (&place->affects, id)
        fm_vec_push(a, &known->affects, *id);
    if (!known->change)
        known->change = place->change;
}

void fm_fold_unknown(struct fm_hypotheses *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->causes.n; i++) {
        struct fm_cause *c = h->causes.items[i];
        struct fm_cause *known =
            c->fault == FM_FAULT_OTHER_UNKNOWN ? known_at(h, c->entity.name) : NULL;
        if (known)
            absorb(h, known, c);
        else
            h->causes.items[kept++] = c;
    }
    h->causes.n = kept;
}
