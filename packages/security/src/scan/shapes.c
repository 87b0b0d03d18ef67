/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/shapes.h"

#include <stdlib.h>

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/hash.h"

#define SLOTS 32768 /* in sets of WAYS */
#define WAYS 4
#define DOORS 65536

struct slot {
    uint32_t tag; /* high half of the hash */
    uint32_t at;  /* offset in bytes of memory + 1; 0 is free */
};

struct fm_shapes {
    struct slot slots[SLOTS];
    uint16_t doors[DOORS]; /* of masks that were seen once */
    uint64_t hash;         /* of the mask that was looked up last */
    size_t used;
    size_t max;
    char *memory;
};

struct fm_shapes *fm_shapes_new(size_t max_bytes)
{
    struct fm_shapes *x = calloc(1, sizeof *x);
    FM_ASSERT(x != NULL);
    x->max = max_bytes < UINT32_MAX ? max_bytes : UINT32_MAX - 1;
    x->memory = malloc(x->max);
    FM_ASSERT(x->memory != NULL);
    return x;
}

void fm_shapes_free(struct fm_shapes *x)
{
    if (!x)
        return;
    free(x->memory);
    free(x);
}

static struct slot *set_of(struct fm_shapes *x, uint64_t hash)
{
    return &x->slots[(hash & (SLOTS / WAYS - 1)) * WAYS];
}

static bool passes_door(struct fm_shapes *x, uint64_t hash)
{
    uint16_t *door = &x->doors[hash >> 13 & (DOORS - 1)], mark = (uint16_t)(hash >> 48 | 1);
    bool is_second = *door == mark;
    *door = mark;
    return is_second;
}

const struct fm_shape *fm_shapes_find(struct fm_shapes *x, fm_str mask, bool *should_keep)
{
    *should_keep = false;
    if (mask.len > FM_SHAPE_LINE_MAX)
        return NULL;
    x->hash = fm_hash64(mask);
    const struct slot *set = set_of(x, x->hash);
    for (unsigned i = 0; i < WAYS && set[i].at; i++) {
        const struct fm_shape *s = (const void *)(x->memory + set[i].at - 1);
        if (set[i].tag == (uint32_t)(x->hash >> 32) && s->n == mask.len &&
            memcmp(s->mask, mask.p, mask.len) == 0)
            return s;
    }
    *should_keep = passes_door(x, x->hash);
    return NULL;
}

static void *put(char **at, const void *p, size_t bytes)
{
    char *to = *at;
    if (bytes)
        memcpy(to, p, bytes);
    *at += (bytes + 7) & ~(size_t)7;
    return to;
}

static size_t size_of(const struct fm_shape *s)
{
    size_t n = sizeof *s + s->n + s->n_words * sizeof *s->words + s->n_cands * sizeof *s->cands +
               s->n_found * sizeof *s->found + s->n_later * sizeof *s->later +
               (s->slots ? sizeof *s->slots : 0);
    return (n + 7 * 8) & ~(size_t)7;
}

static void forget(struct fm_shapes *x)
{
    memset(x->slots, 0, sizeof x->slots);
    x->used = 0;
}

/* The free slot of the set, else the first, whose shape is lost. */
static struct slot *free_slot(struct fm_shapes *x)
{
    struct slot *set = set_of(x, x->hash);
    for (unsigned i = 0; i < WAYS; i++)
        if (!set[i].at)
            return &set[i];
    memmove(set, set + 1, (WAYS - 1) * sizeof *set);
    return &set[WAYS - 1];
}

void fm_shapes_keep(struct fm_shapes *x, const struct fm_shape *shape)
{
    size_t bytes = size_of(shape);
    if (bytes > x->max / 8)
        return;
    if (x->used + bytes > x->max)
        forget(x);
    struct fm_shape *s = (void *)(x->memory + x->used);
    char *at = (char *)(s + 1);
    *s = *shape;
    s->words = put(&at, shape->words, s->n_words * sizeof *s->words);
    s->cands = put(&at, shape->cands, s->n_cands * sizeof *s->cands);
    s->found = put(&at, shape->found, s->n_found * sizeof *s->found);
    s->later = put(&at, shape->later, s->n_later * sizeof *s->later);
    if (shape->slots)
        s->slots = put(&at, shape->slots, sizeof *shape->slots);
    s->mask = put(&at, shape->mask, s->n);
    struct slot *slot = free_slot(x);
    *slot = (struct slot){(uint32_t)(x->hash >> 32), (uint32_t)x->used + 1};
    x->used += bytes;
}
