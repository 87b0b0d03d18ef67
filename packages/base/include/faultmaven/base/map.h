/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hash map from fm_str to a pointer, on an arena. Open addressing, XXH3 hashing. Keys are copied
 * into the arena.
 *
 * Iteration is in order of insertion, so that output never depends on hashing. No removal. One
 * thread.
 */
#ifndef FAULTMAVEN_BASE_MAP_H
#define FAULTMAVEN_BASE_MAP_H

#include "faultmaven/base/str.h"

struct fm_map_entry {
    fm_str key; /* in the map's arena */
    void *value;
    uint64_t hash;
};

struct fm_map {
    struct fm_arena *arena; /* borrowed */
    struct fm_map_entry *entries;
    size_t n;
    size_t cap;
    uint32_t *slots; /* entry index + 1; 0 is free */
    size_t n_slots;
};

void fm_map_init(struct fm_map *m, struct fm_arena *a);

/* NULL when absent. */
void *fm_map_get(const struct fm_map *m, fm_str key);

/* The entry of key, made with a NULL value when absent. The pointer is valid until the next
 * insertion. */
struct fm_map_entry *fm_map_put(struct fm_map *m, fm_str key);

#endif
