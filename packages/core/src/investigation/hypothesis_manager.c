/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypotheses: likelihood from links, moves between states, ranking, and the signs of anchoring.
 *
 * Weighted mode works in log-odds, so that the order of evidence does not matter and a value near 0
 * or 1 moves less: logit(L) = logit(initial) + 4 * sum(w(stance) * completeness * (testimony ? 0.5
 * : 1)), w = +0.25, +0.12, 0, -0.15, -0.30. At L = 0.5 one full strong support moves it by about
 * its weight (the slope of the logistic there is 1/4).
 */
#include "faultmaven/core/investigation.h"

#include <math.h>

static double weight_of(enum fm_stance s)
{
    static const double weights[FM_STANCE_COUNT] = {
        [FM_STANCE_STRONGLY_SUPPORTS] = 0.25,
        [FM_STANCE_SUPPORTS] = 0.12,
        [FM_STANCE_CONTRADICTS] = -0.15,
        [FM_STANCE_STRONGLY_CONTRADICTS] = -0.30,
    };
    return s < FM_STANCE_COUNT ? weights[s] : 0.0;
}

static const struct fm_evidence_item *evidence_in_force(const struct fm_case *c,
                                                        const struct fm_link *l)
{
    const struct fm_evidence_item *e = fm_case_find(c, FM_REF_EVIDENCE, l->evidence_id);
    return e && e->state != FM_EVIDENCE_WITHDRAWN ? e : NULL;
}

/* Counts over the links of one hypothesis. */
struct tally {
    int supports, refutes;
    int sources_for, sources_against; /* different content, no testimony */
    bool strong_for, strong_against;  /* strong, full enough, no testimony */
    bool any_strong_against;
    double log_odds;
};

static double completeness_of(const struct fm_link *l)
{
    return l->completeness >= 0.0 ? l->completeness : 1.0;
}

/* Two items with the same content are one source. */
static bool is_new_source(const struct fm_case *c, const struct fm_link *at,
                          const struct fm_evidence_item *e, int sign)
{
    for (const struct fm_link *l = c->links.items; l < at; l++) {
        const struct fm_evidence_item *other = evidence_in_force(c, l);
        bool is_same_side =
            weight_of(l->stance) * sign > 0 && fm_str_eq(l->hypothesis_id, at->hypothesis_id);
        if (is_same_side && other && other->sha256.len && fm_str_eq(other->sha256, e->sha256))
            return false;
    }
    return true;
}

static bool is_strong(enum fm_stance s)
{
    return s == FM_STANCE_STRONGLY_SUPPORTS || s == FM_STANCE_STRONGLY_CONTRADICTS;
}

/* What counts as a source: no testimony, and content that was not counted yet. */
static void tally_source(const struct fm_case *c, const struct fm_link *l,
                         const struct fm_evidence_item *e, int sign, struct tally *t)
{
    bool is_new = is_new_source(c, l, e, sign);
    bool is_full = is_strong(l->stance) && completeness_of(l) >= 0.8;
    if (sign > 0) {
        t->sources_for += is_new;
        t->strong_for |= is_full;
    } else {
        t->sources_against += is_new;
        t->strong_against |= is_full;
    }
}

static void tally_link(const struct fm_case *c, const struct fm_link *l, struct tally *t)
{
    const struct fm_evidence_item *e = evidence_in_force(c, l);
    double w = weight_of(l->stance);
    if (!e || w == 0.0)
        return;
    int sign = w > 0 ? 1 : -1;
    t->log_odds += 4.0 * w * completeness_of(l) * (e->testimony ? 0.5 : 1.0);
    t->supports += sign > 0;
    t->refutes += sign < 0;
    t->any_strong_against |= is_strong(l->stance) && sign < 0;
    if (!e->testimony)
        tally_source(c, l, e, sign, t);
}

static struct tally tally_of(const struct fm_case *c, const struct fm_hypothesis *h)
{
    struct tally t = {0};
    fm_vec_each (&c->links, l)
        if (fm_str_eq(l->hypothesis_id, h->id))
            tally_link(c, l, &t);
    return t;
}

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

double fm_hypothesis_rate(const struct fm_case *c, const struct fm_hypothesis *h,
                          enum fm_rating_mode mode)
{
    struct tally t = tally_of(c, h);
    double initial = h->initial_likelihood >= 0.0 ? h->initial_likelihood : 0.5;
    if (mode == FM_RATING_CLASSIC)
        return fm_unit_round(clamp(initial + 0.15 * t.supports - 0.20 * t.refutes, 0.0, 1.0));
    initial = clamp(initial, 0.01, 0.99);
    double logit = log(initial / (1.0 - initial)) + t.log_odds;
    return fm_unit_round(clamp(1.0 / (1.0 + exp(-logit)), 0.01, 0.99));
}

static enum fm_hypothesis_status next_classic(const struct tally *t, double likelihood)
{
    if (likelihood >= 0.70 && t->supports >= 2)
        return FM_HYPOTHESIS_VALIDATED;
    if (likelihood <= 0.20 && t->refutes >= 2)
        return FM_HYPOTHESIS_REFUTED;
    return FM_HYPOTHESIS_ACTIVE;
}

static enum fm_hypothesis_status next_weighted(const struct fm_case *c, const struct tally *t,
                                               double likelihood)
{
    double threshold = fm_strategy_limits(fm_case_strategy(c))->validation_threshold;
    bool is_enough_for = t->sources_for >= 2 || t->strong_for;
    if (likelihood >= threshold && is_enough_for && !t->any_strong_against)
        return FM_HYPOTHESIS_VALIDATED;
    bool is_enough_against = t->sources_against >= 2 || t->strong_against;
    if (likelihood <= 0.25 && is_enough_against)
        return FM_HYPOTHESIS_REFUTED;
    return FM_HYPOTHESIS_ACTIVE;
}

/* A captured clue is promoted by its first support. A validated one falls back only by a
 * contradiction, not because a threshold rose; refuted, inconclusive and retired ones move only by
 * hand. */
enum fm_hypothesis_status fm_hypothesis_next_status(const struct fm_case *c,
                                                    const struct fm_hypothesis *h,
                                                    double likelihood, enum fm_rating_mode mode)
{
    struct tally t = tally_of(c, h);
    enum fm_hypothesis_status next =
        mode == FM_RATING_CLASSIC ? next_classic(&t, likelihood) : next_weighted(c, &t, likelihood);
    switch (h->status) {
    case FM_HYPOTHESIS_CAPTURED:
        return t.supports || next != FM_HYPOTHESIS_ACTIVE ? next : FM_HYPOTHESIS_CAPTURED;
    case FM_HYPOTHESIS_ACTIVE:
        return next;
    case FM_HYPOTHESIS_VALIDATED:
        return next == FM_HYPOTHESIS_ACTIVE && !t.any_strong_against && likelihood >= 0.70
                   ? FM_HYPOTHESIS_VALIDATED
                   : next;
    case FM_HYPOTHESIS_STATUS_NONE:
    case FM_HYPOTHESIS_REFUTED:
    case FM_HYPOTHESIS_INCONCLUSIVE:
    case FM_HYPOTHESIS_RETIRED:
    case FM_HYPOTHESIS_STATUS_COUNT:
        break;
    }
    return h->status;
}

double fm_hypothesis_evidence_score(const struct fm_case *c, const struct fm_hypothesis *h)
{
    struct tally t = tally_of(c, h);
    int all = t.supports + t.refutes;
    return all ? (double)(t.supports - t.refutes) / all : 0.0;
}

double fm_hypothesis_rank(const struct fm_case *c, const struct fm_hypothesis *h)
{
    double rank = h->likelihood;
    if (h->status != FM_HYPOTHESIS_ACTIVE)
        return rank;
    int64_t since = h->last_progress_turn > h->turn ? h->last_progress_turn : h->turn;
    for (int64_t i = since; i < c->current_turn && i < since + 50; i++)
        rank *= 0.85;
    return rank;
}

static int status_order(enum fm_hypothesis_status s)
{
    static const int order[FM_HYPOTHESIS_STATUS_COUNT] = {
        [FM_HYPOTHESIS_VALIDATED] = 1,    [FM_HYPOTHESIS_ACTIVE] = 2,  [FM_HYPOTHESIS_CAPTURED] = 3,
        [FM_HYPOTHESIS_INCONCLUSIVE] = 4, [FM_HYPOTHESIS_REFUTED] = 5, [FM_HYPOTHESIS_RETIRED] = 6,
    };
    return s < FM_HYPOTHESIS_STATUS_COUNT ? order[s] : 7;
}

static bool is_better(const struct fm_case *c, const struct fm_hypothesis *a,
                      const struct fm_hypothesis *b)
{
    int x = status_order(a->status), y = status_order(b->status);
    if (x != y)
        return x < y;
    return fm_hypothesis_rank(c, a) > fm_hypothesis_rank(c, b);
}

const struct fm_hypothesis *fm_hypothesis_best(const struct fm_case *c)
{
    const struct fm_hypothesis *best = NULL;
    fm_vec_each (&c->hypotheses, h) {
        bool is_open = h->status == FM_HYPOTHESIS_VALIDATED || h->status == FM_HYPOTHESIS_ACTIVE;
        if (is_open && (!best || is_better(c, h, best)))
            best = h;
    }
    return best;
}

struct fm_hypothesis_list fm_hypotheses_ranked(struct fm_arena *a, const struct fm_case *c)
{
    struct fm_hypothesis_list list = {0};
    fm_vec_each (&c->hypotheses, h) {
        fm_vec_push(a, &list, h);
        for (size_t i = list.n - 1; i > 0 && is_better(c, h, list.items[i - 1]); i--) {
            list.items[i] = list.items[i - 1];
            list.items[i - 1] = h;
        }
    }
    return list;
}

enum fm_hypothesis_category fm_anchored_category(const struct fm_case *c)
{
    int failed[FM_HYPOTHESIS_CATEGORY_COUNT] = {0};
    fm_vec_each (&c->hypotheses, h)
        if (h->status == FM_HYPOTHESIS_REFUTED || h->status == FM_HYPOTHESIS_INCONCLUSIVE)
            failed[h->category]++;
    for (enum fm_hypothesis_category k = FM_HYPOTHESIS_CODE; k < FM_HYPOTHESIS_CATEGORY_COUNT; k++)
        if (failed[k] >= 4)
            return k;
    return FM_HYPOTHESIS_CATEGORY_NONE;
}

bool fm_is_anchored_on_top(const struct fm_case *c)
{
    const struct fm_hypothesis *top = NULL;
    fm_vec_each (&c->hypotheses, h)
        if (h->status == FM_HYPOTHESIS_ACTIVE && (!top || h->likelihood > top->likelihood))
            top = h;
    if (!top)
        return false;
    int64_t since = top->last_progress_turn > top->turn ? top->last_progress_turn : top->turn;
    if (c->current_turn - since < 3)
        return false;
    fm_vec_each (&c->evidence, e)
        if (e->turn > since && e->state == FM_EVIDENCE_ACCEPTED)
            return true;
    return false;
}
