/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "diagnosis/likelihood.def"
#include "diagnosis/reasoners.h"

/* Stronger first; of equals the earlier one, because causes come before effects; then by name, so
 * that order is stable. */
static int by_strength(const void *a, const void *b)
{
    const struct fm_cause *x = *(struct fm_cause *const *)a, *y = *(struct fm_cause *const *)b;
    if (x->strength != y->strength)
        return x->strength < y->strength ? 1 : -1;
    if (x->onset != y->onset && x->onset != FM_TIME_NONE && y->onset != FM_TIME_NONE)
        return x->onset < y->onset ? -1 : 1;
    int d = fm_str_cmp(x->entity.name, y->entity.name);
    return d ? d : (int)x->fault - (int)y->fault;
}

static bool affects(const struct fm_incident *in, const struct fm_cause *c, fm_str name)
{
    fm_vec_each (&c->affects, id)
        if (fm_str_eq(fm_incident_entity_of(in, *id).name, name))
            return true;
    return false;
}

/* The strongest cause that c does not explain: what c has to be told apart from. */
static double rival_strength(const struct fm_hypotheses *h, const struct fm_cause *c)
{
    double best = 0;
    fm_vec_each (&h->causes, it)
        if (*it != c && !affects(h->in, c, (*it)->entity.name) && (*it)->strength > best)
            best = (*it)->strength;
    return best;
}

static bool rests_on_state(const struct fm_cause *c)
{
    fm_vec_each (&c->features, f)
        if (strcmp(f->name, "state") == 0)
            return true;
    return false;
}

/* What suffers from a cause reports symptoms of its own (timeouts, exhausted pools): below a cause
 * that an object's state shows, they are effects. */
static void explain_away(struct fm_hypotheses *h)
{
    fm_vec_each (&h->causes, it) {
        const struct fm_cause *c = *it;
        if (c->strength < 0.85 || !rests_on_state(c))
            continue;
        fm_vec_each (&h->causes, other) {
            struct fm_cause *e = *other;
            bool is_effect =
                fm_str_eq(e->entity.name, c->entity.name) || affects(h->in, c, e->entity.name);
            if (e != c && is_effect && !rests_on_state(e) && e->strength > c->strength - 0.15)
                e->strength = c->strength - 0.15;
        }
    }
}

static bool is_listed(const fm_str *names, size_t n, fm_str name)
{
    for (size_t i = 0; i < n; i++)
        if (fm_str_eq(names[i], name))
            return true;
    return false;
}

static bool is_about_change(const struct fm_cause *c)
{
    return strcmp(fm_fault_domain(c->fault), "change") == 0 ||
           c->fault == FM_FAULT_RUNTIME_RESTART_LOOP;
}

/* Faults that keep a pod from starting or from getting ready. */
static bool keeps_from_running(const struct fm_cause *c)
{
    static const char *const domains[] = {"scheduling", "admission", "image", "startup", "probe"};
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        if (strcmp(fm_fault_domain(c->fault), domains[i]) == 0)
            return true;
    return false;
}

static bool is_history(const struct fm_hypotheses *h, const struct fm_cause *c)
{
    if (rests_on_state(c))
        return false;
    return (is_about_change(c) && is_listed(h->completed.items, h->completed.n, c->entity.name)) ||
           (keeps_from_running(c) && is_listed(h->running.items, h->running.n, c->entity.name));
}

static void drop_history(struct fm_hypotheses *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->causes.n; i++) {
        struct fm_cause *c = h->causes.items[i];
        if (!is_history(h, c)) {
            h->causes.items[kept++] = c;
            continue;
        }
        fm_rule_out(h, c->supports.n ? c->supports.items[0].span : (fm_span){0},
                    FM_STR("its pods are complete and ready now, so this is over"), "%.*s",
                    FM_STR_ARG(c->statement));
    }
    h->causes.n = kept;
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* The weights are data with their provenance; docs/internals/verdict.md has the model. */
static double likelihood_of(double strength, double lead)
{
    double l = lead / 0.1;
    l = l > 1 ? 1 : l < -1 ? -1 : l;
    double p =
        logistic(LIKELIHOOD_BASE + LIKELIHOOD_STRENGTH * (strength - 0.85) + LIKELIHOOD_LEAD * l);
    return strength < FM_ASSERT_AT && p > 0.49 ? 0.49 : p; /* what is not asserted is not likely */
}

static enum fm_confidence confidence_of(double likelihood)
{
    return likelihood >= 0.9   ? FM_CONFIDENCE_VERIFIED
           : likelihood >= 0.7 ? FM_CONFIDENCE_CONFIDENT
           : likelihood >= 0.5 ? FM_CONFIDENCE_PROBABLE
                               : FM_CONFIDENCE_SPECULATION;
}

void fm_rank(struct fm_hypotheses *h)
{
    if (h->causes.n == 0)
        return;
    drop_history(h);
    explain_away(h);
    qsort(h->causes.items, h->causes.n, sizeof *h->causes.items, by_strength);
    for (size_t i = 0; i < h->causes.n; i++) {
        struct fm_cause *c = h->causes.items[i];
        double lead = c->strength - rival_strength(h, c);
        c->id = fm_str_fmt(&h->in->ctx->arena, "h%zu", i + 1);
        fm_cause_feature(h, c, "strength", c->strength);
        fm_cause_feature(h, c, "lead", lead);
        c->likelihood = likelihood_of(c->strength, lead);
        c->confidence = confidence_of(c->likelihood);
    }
}
