/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/miner.h"

#include "processing/logs/mix.h"
#include "processing/logs/rate.h"

#define SEVERE_RESERVE 4 /* 1/4 more groups for messages of level error and above */
#define LEAVES_MAX (4u << 20)

static void add_leaf(struct fm_logs_table *t, struct fm_logs_group *g, uint32_t variant)
{
    fm_vec_push(&t->arena, &t->leaves, ((struct fm_logs_leaf_ref){g, variant}));
}

static void set_up(struct fm_logs_table *t)
{
    t->n_slots = 1024;
    t->slots = FM_NEW_ARRAY(&t->arena, uint32_t, t->n_slots);
    t->groups.items = NULL;
    t->groups.n = t->groups.cap = 0;
    t->leaves.items = NULL;
    t->leaves.n = t->leaves.cap = 0;
    t->value_bytes = 0;
    t->evicted = 0;
    t->other = FM_NEW(&t->arena, struct fm_logs_group);
    t->other->t.first = t->other->t.last = t->other->t.previous = FM_TIME_NONE;
    add_leaf(t, t->other, 0);
}

void fm_logs_table_init(struct fm_logs_table *t, size_t max_groups)
{
    *t = (struct fm_logs_table){.max_groups = max_groups};
    fm_arena_init(&t->arena);
    set_up(t);
}

void fm_logs_table_release(struct fm_logs_table *t)
{
    fm_arena_release(&t->arena);
}

void fm_logs_table_clear(struct fm_logs_table *t)
{
    fm_arena_clear(&t->arena);
    set_up(t);
}

static size_t find(const struct fm_logs_table *t, uint64_t key)
{
    size_t i = (size_t)key & (t->n_slots - 1);
    while (t->slots[i] && t->groups.items[t->slots[i] - 1]->key != key)
        i = (i + 1) & (t->n_slots - 1);
    return i;
}

static void grow_slots(struct fm_logs_table *t)
{
    t->n_slots *= 2;
    t->slots = FM_NEW_ARRAY(&t->arena, uint32_t, t->n_slots);
    for (size_t i = 0; i < t->groups.n; i++)
        t->slots[find(t, t->groups.items[i]->key)] = (uint32_t)i + 1;
}

/* Places a new group at the slot that find returned. */
static void insert(struct fm_logs_table *t, struct fm_logs_group *g, size_t slot)
{
    fm_vec_push(&t->arena, &t->groups, g);
    t->slots[slot] = (uint32_t)t->groups.n;
    if (t->groups.n * 2 > t->n_slots)
        grow_slots(t);
}

static uint64_t value_hash(fm_str msg, const struct fm_logs_value *v)
{
    return fm_mix_bytes(FM_MIX_SEED, msg.p + v->off, v->len);
}

static bool is_candidate(const struct fm_logs_slot *s)
{
    return s->is_weak && !s->is_placed && s->is_after_blank && !s->is_many;
}

static uint64_t variant_hash(const struct fm_logs_group *g, const struct fm_logs_seen *seen,
                             const struct fm_logs_shape *shape)
{
    uint64_t h = FM_MIX_SEED;
    for (uint32_t i = 0; i < g->t.n_slots && i < shape->n; i++)
        if (is_candidate(&g->t.slots[i]))
            h = fm_mix(h, value_hash(seen->message, &shape->values[i]));
    return h;
}

static fm_str *variant_values(struct fm_logs_table *t, const struct fm_logs_group *g,
                              const struct fm_logs_seen *seen, const struct fm_logs_shape *shape)
{
    fm_str *v = FM_NEW_ARRAY(&t->arena, fm_str, g->t.n_slots);
    for (uint32_t i = 0; i < g->t.n_slots && i < shape->n; i++)
        if (is_candidate(&g->t.slots[i]))
            v[i] = fm_str_dup(
                &t->arena, fm_str_n(seen->message.p + shape->values[i].off, shape->values[i].len));
    return v;
}

static uint32_t new_variant(struct fm_logs_table *t, struct fm_logs_group *g, uint64_t hash,
                            fm_str *values)
{
    if (g->n_variants == FM_LOGS_VARIANTS_MAX || t->leaves.n >= LEAVES_MAX) {
        g->is_variants_full = true;
        return g->leaf;
    }
    struct fm_logs_variant *v = &g->variants[g->n_variants];
    *v = (struct fm_logs_variant){.hash = hash, .leaf = (uint32_t)t->leaves.n, .values = values};
    add_leaf(t, g, g->n_variants++);
    return v->leaf;
}

/* The leaf of this record in a group that has candidates. */
static uint32_t variant_leaf(struct fm_logs_table *t, struct fm_logs_group *g,
                             const struct fm_logs_seen *seen, const struct fm_logs_shape *shape)
{
    uint64_t h = variant_hash(g, seen, shape);
    for (uint8_t i = 0; i < g->n_variants; i++)
        if (g->variants[i].hash == h) {
            g->variants[i].count++;
            return g->variants[i].leaf;
        }
    fm_str *values =
        g->n_variants < FM_LOGS_VARIANTS_MAX ? variant_values(t, g, seen, shape) : NULL;
    uint32_t leaf = new_variant(t, g, h, values);
    if (!g->is_variants_full)
        g->variants[g->n_variants - 1].count = 1;
    return leaf;
}

static struct fm_logs_group *new_group(struct fm_logs_table *t, const struct fm_logs_seen *seen,
                                       const struct fm_logs_shape *shape)
{
    struct fm_logs_group *g = FM_NEW(&t->arena, struct fm_logs_group);
    g->key = shape->key;
    g->sample = fm_str_dup(&t->arena, seen->message);
    g->t.component = fm_str_dup(&t->arena, fm_str_sub(seen->component, 0, 128));
    g->t.entity = fm_str_dup(&t->arena, fm_str_sub(seen->entity, 0, 128));
    g->t.first = g->t.last = g->t.previous = FM_TIME_NONE;
    g->t.is_trace = seen->is_trace;
    g->t.n_slots = (uint32_t)shape->n;
    g->t.slots = FM_NEW_ARRAY(&t->arena, struct fm_logs_slot, shape->n);
    g->values = FM_NEW_ARRAY(&t->arena, struct fm_logs_value, shape->n);
    if (shape->n)
        memcpy(g->values, shape->values, shape->n * sizeof *g->values);
    g->leaf = (uint32_t)t->leaves.n;
    return g;
}

static void count_time(struct fm_arena *a, struct fm_logs_template *tpl, fm_time at)
{
    if (at == FM_TIME_NONE)
        return;
    if (tpl->first == FM_TIME_NONE) {
        tpl->first = tpl->last = at;
        return;
    }
    if (!tpl->rate) {
        tpl->rate = fm_arena_alloc(a, sizeof *tpl->rate);
        fm_logs_rate_init(tpl->rate);
        fm_logs_rate_add(tpl->rate, tpl->first);
    }
    fm_logs_rate_add(tpl->rate, at);
    if (at < tpl->first)
        tpl->first = at;
    if (at > tpl->last)
        tpl->last = at;
}

static void count_gap(struct fm_logs_template *tpl, fm_time at)
{
    if (at == FM_TIME_NONE)
        return;
    if (tpl->previous != FM_TIME_NONE) {
        double s = (double)(at - tpl->previous) / (double)FM_SEC;
        tpl->gap_s += s;
        tpl->gap_sq += s * s;
        tpl->n_gaps++;
    }
    tpl->previous = at;
}

static void count_record(struct fm_logs_table *t, struct fm_logs_group *g,
                         const struct fm_logs_seen *seen)
{
    struct fm_logs_template *tpl = &g->t;
    tpl->count++;
    tpl->levels[seen->level]++;
    tpl->latest = seen->place;
    count_time(&t->arena, tpl, seen->t);
    count_gap(tpl, seen->t);
    if (tpl->n_examples < FM_LOGS_EXAMPLES)
        tpl->examples[tpl->n_examples++] = seen->place;
}

static bool has_room(const struct fm_logs_table *t, enum fm_logs_level level)
{
    size_t max = t->max_groups;
    if (level >= FM_LOGS_ERROR)
        max += max / SEVERE_RESERVE;
    return t->groups.n < max && t->leaves.n < LEAVES_MAX;
}

uint32_t fm_logs_table_add(struct fm_logs_table *t, const struct fm_logs_seen *seen,
                           const struct fm_logs_shape *shape)
{
    size_t slot = find(t, shape->key);
    struct fm_logs_group *g;
    if (t->slots[slot]) {
        g = t->groups.items[t->slots[slot] - 1];
        count_record(t, g, seen);
        if (g->t.n_slots)
            fm_logs_slots_add(t, g, seen, shape);
    } else if (!has_room(t, seen->level)) {
        t->evicted++;
        count_record(t, t->other, seen);
        return 0;
    } else {
        g = new_group(t, seen, shape);
        insert(t, g, slot);
        count_record(t, g, seen);
        fm_logs_slots_init(t, g, seen);
        if (!g->has_candidates)
            add_leaf(t, g, 0);
    }
    return g->has_candidates && !g->is_variants_full ? variant_leaf(t, g, seen, shape) : g->leaf;
}

/* --- merging --- */

/* The step from the last record of one part to the first of the next is a gap too. */
static void merge_gaps(struct fm_logs_template *into, const struct fm_logs_template *from)
{
    count_gap(into, from->first);
    into->gap_s += from->gap_s;
    into->gap_sq += from->gap_sq;
    into->n_gaps += from->n_gaps;
    if (from->previous != FM_TIME_NONE)
        into->previous = from->previous;
}

static void merge_rates(struct fm_arena *a, struct fm_logs_template *into,
                        const struct fm_logs_template *from)
{
    if (!from->rate) {
        count_time(a, into, from->first);
        return;
    }
    if (!into->rate) {
        into->rate = fm_arena_alloc(a, sizeof *into->rate);
        fm_logs_rate_init(into->rate);
        if (into->first != FM_TIME_NONE)
            fm_logs_rate_add(into->rate, into->first);
    }
    fm_logs_rate_merge(into->rate, from->rate);
}

static void merge_times(struct fm_arena *a, struct fm_logs_template *into,
                        const struct fm_logs_template *from)
{
    if (from->first == FM_TIME_NONE)
        return;
    merge_rates(a, into, from);
    if (into->first == FM_TIME_NONE || from->first < into->first)
        into->first = from->first;
    if (into->last == FM_TIME_NONE || from->last > into->last)
        into->last = from->last;
}

void fm_logs_counts_merge(struct fm_arena *a, struct fm_logs_template *into,
                          const struct fm_logs_template *from)
{
    merge_times(a, into, from);
    merge_gaps(into, from);
    into->count += from->count;
    for (unsigned l = 0; l < FM_LOGS_LEVEL_COUNT; l++)
        into->levels[l] += from->levels[l];
    for (uint32_t i = 0; i < from->n_examples && into->n_examples < FM_LOGS_EXAMPLES; i++)
        into->examples[into->n_examples++] = from->examples[i];
    into->latest = from->latest;
}

void fm_logs_template_merge(struct fm_logs_table *t, struct fm_logs_template *into,
                            const struct fm_logs_template *from)
{
    for (uint32_t i = 0; i < into->n_slots && i < from->n_slots; i++)
        fm_logs_slot_merge(t, into, i, from, i);
    fm_logs_counts_merge(&t->arena, into, from);
}

/* Deep copy without leaves. */
static struct fm_logs_group *copy_group(struct fm_logs_table *t, const struct fm_logs_group *from)
{
    struct fm_logs_group *g = FM_NEW(&t->arena, struct fm_logs_group);
    *g = *from;
    g->sample = fm_str_dup(&t->arena, from->sample);
    g->t.component = fm_str_dup(&t->arena, from->t.component);
    g->t.entity = fm_str_dup(&t->arena, from->t.entity);
    g->values = FM_NEW_ARRAY(&t->arena, struct fm_logs_value, from->t.n_slots);
    g->t.slots = FM_NEW_ARRAY(&t->arena, struct fm_logs_slot, from->t.n_slots);
    for (uint32_t i = 0; i < from->t.n_slots; i++) {
        g->values[i] = from->values[i];
        fm_logs_slot_copy(t, &g->t.slots[i], &from->t.slots[i]);
    }
    if (from->t.rate)
        g->t.rate =
            memcpy(fm_arena_alloc(&t->arena, sizeof *g->t.rate), from->t.rate, sizeof *g->t.rate);
    g->n_variants = 0;
    g->is_variants_full = false;
    g->leaf = (uint32_t)t->leaves.n;
    return g;
}

static fm_str *copy_values(struct fm_logs_table *t, const fm_str *values, uint32_t n)
{
    fm_str *v = FM_NEW_ARRAY(&t->arena, fm_str, n);
    for (uint32_t i = 0; i < n; i++)
        if (values[i].p)
            v[i] = fm_str_dup(&t->arena, values[i]);
    return v;
}

/* Same values of the candidates that are still candidates on both sides: hashes are compared as
 * texts would be. */
static void merge_variant(struct fm_logs_table *t, struct fm_logs_group *into,
                          const struct fm_logs_group *from, uint8_t i, uint32_t *map)
{
    const struct fm_logs_variant *f = &from->variants[i];
    uint32_t leaf = into->leaf;
    bool is_known = false;
    for (uint8_t k = 0; k < into->n_variants && !is_known; k++)
        if (into->variants[k].hash == f->hash) {
            into->variants[k].count += f->count;
            leaf = into->variants[k].leaf;
            is_known = true;
        }
    if (!is_known && !into->is_variants_full) {
        uint8_t before = into->n_variants;
        leaf = new_variant(
            t, into, f->hash,
            before < FM_LOGS_VARIANTS_MAX ? copy_values(t, f->values, from->t.n_slots) : NULL);
        if (into->n_variants > before)
            into->variants[before].count = f->count;
    }
    if (map)
        map[f->leaf] = leaf;
}

static void merge_leaves(struct fm_logs_table *into, struct fm_logs_group *g,
                         const struct fm_logs_group *from, uint32_t *map)
{
    if (map)
        map[from->leaf] = g->leaf;
    for (uint8_t i = 0; i < from->n_variants; i++)
        merge_variant(into, g, from, i, map);
    g->is_variants_full |= from->is_variants_full;
}

static void merge_group(struct fm_logs_table *into, const struct fm_logs_group *from, uint32_t part,
                        uint32_t *map)
{
    size_t slot = find(into, from->key);
    struct fm_logs_group *g;
    if (into->slots[slot]) {
        g = into->groups.items[into->slots[slot] - 1];
        fm_logs_template_merge(into, &g->t, &from->t);
    } else if (into->leaves.n >= LEAVES_MAX) {
        into->evicted += from->t.count;
        fm_logs_counts_merge(&into->arena, &into->other->t, &from->t);
        return;
    } else {
        g = copy_group(into, from);
        insert(into, g, slot);
        if (!g->has_candidates || from->n_variants == 0)
            add_leaf(into, g, 0);
    }
    g->part = part;
    merge_leaves(into, g, from, map);
}

void fm_logs_table_merge(struct fm_logs_table *into, const struct fm_logs_table *from,
                         uint32_t part, uint32_t *map)
{
    if (map)
        memset(map, 0, from->leaves.n * sizeof *map);
    for (size_t i = 0; i < from->groups.n; i++)
        merge_group(into, from->groups.items[i], part, map);
    if (from->evicted) {
        into->evicted += from->evicted;
        fm_logs_counts_merge(&into->arena, &into->other->t, &from->other->t);
    }
}

/* --- eviction --- */

static bool is_severe(const struct fm_logs_group *g)
{
    return g->t.levels[FM_LOGS_ERROR] + g->t.levels[FM_LOGS_CRITICAL] + g->t.levels[FM_LOGS_ALERT] >
           0;
}

/* Larger is worth more: severe before others, then recent use, then count. */
static uint64_t worth(const struct fm_logs_group *g)
{
    uint64_t count = g->t.count > 0xFFFFFF ? 0xFFFFFF : g->t.count;
    return (uint64_t)(is_severe(g) || count > 1000) << 63 | (uint64_t)(g->part & 0x7FFFFFFF) << 24 |
           count;
}

static int by_worth(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static uint64_t worth_limit(const struct fm_logs_table *t, size_t keep)
{
    uint64_t *w = malloc(t->groups.n * sizeof *w);
    if (!w)
        FM_BUG("out of memory");
    for (size_t i = 0; i < t->groups.n; i++)
        w[i] = worth(t->groups.items[i]);
    qsort(w, t->groups.n, sizeof *w, by_worth);
    uint64_t limit = w[keep];
    free(w);
    return limit;
}

void fm_logs_table_shrink(struct fm_logs_table *t)
{
    if (t->groups.n <= t->max_groups)
        return;
    uint64_t limit = worth_limit(t, t->max_groups * 3 / 4);
    struct fm_logs_table next;
    fm_logs_table_init(&next, t->max_groups);
    /* Leaf numbers live on: the same numbers, of the copies or of `other`. */
    fm_vec_reserve(&next.arena, &next.leaves, t->leaves.n);
    next.leaves.n = t->leaves.n;
    for (size_t i = 0; i < t->leaves.n; i++)
        next.leaves.items[i] = (struct fm_logs_leaf_ref){next.other, 0};
    next.evicted = t->evicted;
    fm_logs_counts_merge(&next.arena, &next.other->t, &t->other->t);
    for (size_t i = 0; i < t->groups.n; i++) {
        struct fm_logs_group *old = t->groups.items[i];
        if (worth(old) <= limit) {
            next.evicted += old->t.count;
            fm_logs_counts_merge(&next.arena, &next.other->t, &old->t);
            continue;
        }
        struct fm_logs_group *g = copy_group(&next, old);
        insert(&next, g, find(&next, g->key));
        g->leaf = old->leaf;
        next.leaves.items[g->leaf] = (struct fm_logs_leaf_ref){g, 0};
        for (uint8_t k = 0; k < old->n_variants; k++) {
            g->variants[k] = old->variants[k];
            g->variants[k].values = copy_values(&next, old->variants[k].values, old->t.n_slots);
            next.leaves.items[g->variants[k].leaf] = (struct fm_logs_leaf_ref){g, k};
        }
        g->n_variants = old->n_variants;
        g->is_variants_full = old->is_variants_full;
    }
    fm_arena_release(&t->arena);
    *t = next;
}
