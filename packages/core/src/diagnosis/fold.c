/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proposals about one component that are one cause. One reasoner says that it is the place, not why
 * (other.unknown), another says why: the known fault keeps its texts and gets the place's strength,
 * evidence and victims. A stuck rollout or a restart loop follows from what ends the program;
 * memory that runs out follows from a leak.
 */
#include "diagnosis/reasoners.h"

#define KNOWN_LEAST 0.6

static bool has_domain(enum fm_fault f, const char *const *domains)
{
    for (; *domains; domains++)
        if (strcmp(fm_fault_domain(f), *domains) == 0)
            return true;
    return false;
}

/* Does `effect` follow from `cause` when both are at one place? */
static bool follows(enum fm_fault effect, enum fm_fault cause)
{
    static const char *const enders[] = {"startup",  "image",      "runtime", "tls",     "access",
                                         "database", "dependency", "network", "storage", NULL};
    if (effect == FM_FAULT_OTHER_UNKNOWN)
        return cause != FM_FAULT_OTHER_UNKNOWN;
    if (effect == FM_FAULT_CHANGE_BAD_DEPLOY || effect == FM_FAULT_RUNTIME_RESTART_LOOP)
        return cause != FM_FAULT_RUNTIME_RESTART_LOOP && has_domain(cause, enders);
    if (effect == FM_FAULT_RUNTIME_MEMORY_EXHAUSTION || effect == FM_FAULT_RUNTIME_GC_PRESSURE)
        return cause == FM_FAULT_RUNTIME_MEMORY_LEAK;
    return false;
}

static struct fm_cause *explanation_of(const struct fm_hypotheses *h, const struct fm_cause *effect)
{
    struct fm_cause *best = NULL;
    fm_vec_each (&h->causes, it) {
        struct fm_cause *c = *it;
        bool is_here = c != effect && c->strength >= KNOWN_LEAST &&
                       fm_str_eq(c->entity.name, effect->entity.name);
        if (is_here && follows(effect->fault, c->fault) && (!best || c->strength > best->strength))
            best = c;
    }
    return best;
}

static void absorb(struct fm_hypotheses *h, struct fm_cause *known, const struct fm_cause *effect)
{
    struct fm_arena *a = &h->in->ctx->arena;
    known->strength = effect->strength > known->strength ? effect->strength : known->strength;
    if (effect->onset != FM_TIME_NONE &&
        (known->onset == FM_TIME_NONE || effect->onset < known->onset))
        known->onset = effect->onset;
    fm_vec_each (&effect->supports, s)
        fm_vec_push(a, &known->supports, *s);
    fm_vec_each (&effect->computed, t)
        fm_vec_push(a, &known->computed, *t);
    fm_vec_each (&effect->affects, id)
        fm_vec_push(a, &known->affects, *id);
    if (!known->change)
        known->change = effect->change;
    if (effect->fault != FM_FAULT_OTHER_UNKNOWN && effect->statement.len)
        known->mechanism = fm_str_fmt(a, "%.*s%s%.*s", FM_STR_ARG(known->mechanism),
                                      known->mechanism.len ? " As a consequence: " : "",
                                      FM_STR_ARG(effect->statement));
}

void fm_fold_causes(struct fm_hypotheses *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->causes.n; i++) {
        struct fm_cause *c = h->causes.items[i];
        struct fm_cause *known = explanation_of(h, c);
        if (known)
            absorb(h, known, c);
        else
            h->causes.items[kept++] = c;
    }
    h->causes.n = kept;
}
