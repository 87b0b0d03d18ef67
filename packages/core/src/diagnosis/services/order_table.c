/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "diagnosis/services/sequence.h"

void order_table_init(struct order_table *t, struct fm_arena *a)
{
    *t = (struct order_table){.arena = a, .mask = 1023};
    t->slots = FM_NEW_ARRAY(a, uint32_t, t->mask + 1);
}

static size_t slot_of(const struct order_table *t, uint32_t unit, uint32_t x, uint32_t y)
{
    uint64_t h =
        unit * 0x9E3779B97F4A7C15ull ^ x * 0xC2B2AE3D27D4EB4Full ^ y * 0x165667B19E3779F9ull;
    return (h ^ h >> 29) & t->mask;
}

static void insert_slot(struct order_table *t, uint32_t i)
{
    const struct order_count *c = &t->items[i];
    size_t at = slot_of(t, c->unit, c->x, c->y);
    while (t->slots[at])
        at = (at + 1) & t->mask;
    t->slots[at] = i + 1;
}

static void grow(struct order_table *t)
{
    size_t cap = t->cap ? t->cap * 2 : 512;
    t->items = fm_arena_grow(t->arena, t->items, t->n * sizeof *t->items, cap * sizeof *t->items);
    t->cap = cap;
    t->mask = cap * 4 - 1;
    t->slots = FM_NEW_ARRAY(t->arena, uint32_t, t->mask + 1);
    for (uint32_t i = 0; i < t->n; i++)
        insert_slot(t, i);
}

struct order_count *order_table_at(struct order_table *t, uint32_t unit, uint32_t x, uint32_t y,
                                   bool is_new)
{
    for (size_t at = slot_of(t, unit, x, y); t->slots[at]; at = (at + 1) & t->mask) {
        struct order_count *c = &t->items[t->slots[at] - 1];
        if (c->unit == unit && c->x == x && c->y == y)
            return c;
    }
    if (!is_new)
        return NULL;
    if (t->n >= ORDERS_MAX) {
        t->is_full = true;
        return NULL;
    }
    if (t->n == t->cap)
        grow(t);
    t->items[t->n] = (struct order_count){.unit = unit, .x = x, .y = y};
    insert_slot(t, (uint32_t)t->n);
    return &t->items[t->n++];
}

static double term(double k, double n, double p)
{
    return (k > 0 ? k * log(p) : 0) + (n - k > 0 ? (n - k) * log(1 - p) : 0);
}

double order_g(double k1, double n1, double k0, double n0)
{
    double p = (k1 + k0) / (n1 + n0), p1 = k1 / n1, p0 = k0 / n0;
    if (!(n1 > 0) || !(n0 > 0))
        return 0;
    return 2 * (term(k1, n1, p1) + term(k0, n0, p0) - term(k1, n1, p) - term(k0, n0, p));
}
