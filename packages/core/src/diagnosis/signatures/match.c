/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All patterns against all facts: the prefilter names the few patterns whose literal occurs in a
 * fact, only those are matched in full.
 */
#include "signature.h"

static void build_literals(struct fm_signature_set *set)
{
    struct fm_arena *a = &set->ctx->arena;
    struct fm_literal_list all = {0};
    set->literal_pattern.n = 0;
    for (size_t i = 0; i < set->patterns.n; i++) {
        size_t before = all.n;
        fm_pattern_literals(set->patterns.items[i], a, &all);
        for (size_t j = before; j < all.n; j++)
            fm_vec_push(a, &set->literal_pattern, (uint32_t)i);
    }
    set->literals = fm_literals_new(a, all.items, all.n);
}

struct matching {
    const struct fm_signature_set *set;
    const struct fm_facts *facts;
    struct fm_hits *hits;
    uint8_t *seen;
    uint32_t *found;
};

static void match_fact(struct matching *m, uint32_t fact)
{
    fm_str text = fm_str_sub(m->facts->items[fact].text, 0, FM_FACT_TEXT_MAX);
    size_t n = fm_literals_find(m->set->literals, text, m->seen, m->found);
    for (size_t i = 0; i < n; i++) {
        uint32_t p = m->set->literal_pattern.items[m->found[i]];
        struct fm_hits *h = &m->hits[p];
        struct fm_hit hit = {.fact = fact};
        bool is_done = h->n && h->items[h->n - 1].fact == fact;
        if (!is_done && fm_pattern_match(m->set->patterns.items[p], text, &hit.match))
            fm_vec_push(&m->set->ctx->arena, h, hit);
    }
}

struct fm_hits *fm_signatures_match(struct fm_signature_set *set, const struct fm_facts *facts)
{
    struct fm_arena *a = &set->ctx->arena;
    if (!set->literals)
        build_literals(set);
    struct matching m = {
        .set = set,
        .facts = facts,
        .hits = FM_NEW_ARRAY(a, struct fm_hits, set->patterns.n + 1),
        .seen = fm_arena_calloc(a, set->literal_pattern.n + 1, 1),
        .found = FM_NEW_ARRAY(a, uint32_t, set->literal_pattern.n + 1),
    };
    for (size_t i = 0; i < facts->n; i++)
        match_fact(&m, (uint32_t)i);
    return m.hits;
}
