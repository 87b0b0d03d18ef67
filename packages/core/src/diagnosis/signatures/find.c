/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which signatures are fulfilled. The reason's facts are grouped by entity; each group is one
 * candidate, whose state, exclusions and support are looked for in the signature's scope.
 */
#include "signature.h"

#define ALSO_BONUS 0.03
#define ALSO_MAX 2

struct finder {
    struct fm_signature_set *set;
    const struct fm_facts *facts;
    const struct fm_hits *hits;
    struct fm_findings *out;
    uint32_t *counted; /* per fact: number of the signature that counted it last */
    uint32_t number;
};

/* The facts of one entity that give the reason. */
struct group {
    uint64_t key;
    const struct fm_hit *hit;
    const struct fm_fact *best, *last;
    uint64_t count, traces, baseline; /* traces: lines of traces, when nothing else was seen */
    fm_time begin, end;
};
struct groups FM_VEC_OF(struct group);

static uint64_t entity_key(const struct fm_fact *f)
{
    return f->entity != FM_ENTITY_NONE ? f->entity : (uint64_t)1 << 32 | f->evidence;
}

static bool is_in_scope(const struct fm_signature *s, const struct fm_fact *a,
                        const struct fm_fact *b)
{
    switch (s->scope) {
    case FM_SCOPE_ENTITY:
        return entity_key(a) == entity_key(b);
    case FM_SCOPE_SOURCE:
        return a->evidence == b->evidence;
    case FM_SCOPE_INCIDENT:
        break;
    }
    return true;
}

static bool capture_number(const struct fm_pattern_match *m, fm_str name, double *out)
{
    for (unsigned i = 0; i < m->n_captures; i++)
        if (fm_str_eq(m->captures[i].name, name))
            return fm_str_f64(m->captures[i].value, out);
    return false;
}

static bool compares(const struct fm_comparison *c, const struct fm_pattern_match *m)
{
    double left, right = c->right;
    if (!capture_number(m, c->left, &left) ||
        (c->right_name.len && !capture_number(m, c->right_name, &right)))
        return false;
    right *= c->factor;
    switch (c->op) {
    case FM_COMPARE_GE:
        return left >= right;
    case FM_COMPARE_GT:
        return left > right;
    case FM_COMPARE_LE:
        return left <= right;
    case FM_COMPARE_LT:
        return left < right;
    case FM_COMPARE_EQ:
        return !(left < right) && !(left > right);
    case FM_COMPARE_NONE:
        break;
    }
    return true;
}

static bool accepts(const struct fm_sighting *s, const struct fm_fact *f,
                    const struct fm_pattern_match *m)
{
    if (!(s->sources & 1u << f->source))
        return false;
    if (f->source == FM_FACT_OBSERVATION && !s->any_observation && f->observation != s->observation)
        return false;
    if (s->least && f->level < s->least)
        return false;
    return s->where.op == FM_COMPARE_NONE || compares(&s->where, m);
}

static struct group *group_of(struct finder *k, struct groups *groups, uint64_t key)
{
    fm_vec_each (groups, g)
        if (g->key == key)
            return g;
    struct group *g = fm_vec_add(&k->set->ctx->arena, groups);
    g->key = key;
    g->begin = g->end = FM_TIME_NONE;
    return g;
}

static bool is_better(const struct fm_fact *f, const struct fm_fact *than)
{
    if (!than || f->level != than->level)
        return !than || f->level > than->level;
    return f->begin != FM_TIME_NONE && than->begin != FM_TIME_NONE && f->begin < than->begin;
}

static void extend(struct group *g, const struct fm_fact *f, const struct fm_hit *hit)
{
    if (f->is_baseline) {
        g->baseline += f->count;
        return;
    }
    if (f->is_trace)
        g->traces = f->count > g->traces ? f->count : g->traces;
    else
        g->count += f->count;
    if (is_better(f, g->best)) {
        g->best = f;
        g->hit = hit;
    }
    if (f->begin != FM_TIME_NONE && (g->begin == FM_TIME_NONE || f->begin < g->begin))
        g->begin = f->begin;
    if (!g->last || (f->end != FM_TIME_NONE && (g->end == FM_TIME_NONE || f->end >= g->end))) {
        g->last = f;
        g->end = f->end;
    }
}

/* Hits are in the order of the facts. */
static bool is_hit(const struct fm_hits *hits, uint32_t fact)
{
    size_t low = 0, high = hits->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (hits->items[mid].fact < fact)
            low = mid + 1;
        else
            high = mid;
    }
    return low < hits->n && hits->items[low].fact == fact;
}

/* The record itself says that it is something else. */
static bool is_excluded(const struct finder *k, const struct fm_signature *s, uint32_t fact)
{
    fm_vec_each (&s->unless, sighting)
        if (is_hit(&k->hits[sighting->pattern], fact))
            return true;
    return false;
}

static void collect_reasons(struct finder *k, const struct fm_signature *s, struct groups *groups)
{
    fm_vec_each (&s->reason, sighting) {
        const struct fm_hits *hits = &k->hits[sighting->pattern];
        fm_vec_each (hits, h) {
            const struct fm_fact *f = &k->facts->items[h->fact];
            bool is_failing = sighting->any_level || fm_fact_is_failure(f);
            if (!is_failing || k->counted[h->fact] == k->number ||
                !accepts(sighting, f, &h->match) || is_excluded(k, s, h->fact))
                continue;
            k->counted[h->fact] = k->number;
            extend(group_of(k, groups, entity_key(f)), f, h);
        }
    }
}

/* True when a comes after b: by event time, or by place in the same input. */
static bool is_after(const struct fm_fact *a, const struct fm_fact *b)
{
    if (a->end != FM_TIME_NONE && b->end != FM_TIME_NONE)
        return a->end > b->end ||
               (a->end == b->end && a->evidence == b->evidence && a->span.offset > b->span.offset);
    return a->evidence == b->evidence && a->span.offset > b->span.offset;
}

/* The first fact in scope of the group that one of the sightings accepts; after `after` when that
 * is given. */
static const struct fm_fact *sight(struct finder *k, const struct fm_signature *s,
                                   const struct fm_sightings *list, const struct fm_fact *anchor,
                                   const struct fm_fact *after)
{
    fm_vec_each (list, sighting)
        fm_vec_each (&k->hits[sighting->pattern], h) {
            const struct fm_fact *f = &k->facts->items[h->fact];
            if (f->is_baseline || !is_in_scope(s, f, anchor) || !accepts(sighting, f, &h->match))
                continue;
            if (!after || is_after(f, after))
                return f;
        }
    return NULL;
}

/* Each supporting sighting counts once. */
static void add_support(struct finder *k, struct fm_finding *found)
{
    const struct fm_signature *s = found->signature;
    for (size_t i = 0; i < s->also.n; i++) {
        struct fm_sightings one = {.items = &s->also.items[i], .n = 1};
        const struct fm_fact *f = sight(k, s, &one, found->reason, NULL);
        if (!f || f == found->reason || f == found->state)
            continue;
        fm_vec_push(&k->set->ctx->arena, &found->also, f);
        if (found->also.n <= ALSO_MAX)
            found->strength += ALSO_BONUS;
    }
}

static void judge(struct finder *k, const struct fm_signature *s, const struct group *g)
{
    uint64_t seen = g->count ? g->count : g->traces, count = seen ? seen : 1;
    if (!g->best || count < s->at_least || g->baseline * 2 >= count)
        return;
    struct fm_finding found = {.signature = s,
                               .reason = g->best,
                               .hit = g->hit,
                               .count = count,
                               .begin = g->begin,
                               .end = g->end};
    if (s->state.n) {
        found.state = sight(k, s, &s->state, g->best, NULL);
        if (!found.state)
            return;
    }
    if (sight(k, s, &s->absent, g->best, NULL))
        return;
    found.strength = s->strength;
    found.resolution = sight(k, s, &s->resolved_by, g->best, g->last);
    found.is_resolved = found.resolution != NULL;
    add_support(k, &found);
    fm_vec_push(&k->set->ctx->arena, k->out, found);
}

void fm_signatures_find(struct fm_signature_set *set, const struct fm_facts *facts,
                        struct fm_findings *out)
{
    struct finder k = {
        .set = set, .facts = facts, .hits = fm_signatures_match(set, facts), .out = out};
    k.counted = FM_NEW_ARRAY(&set->ctx->arena, uint32_t, facts->n + 1);
    fm_vec_each (&set->items, it) {
        struct groups groups = {0};
        k.number++;
        collect_reasons(&k, *it, &groups);
        fm_vec_each (&groups, g)
            judge(&k, *it, g);
    }
}
