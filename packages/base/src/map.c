/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/map.h"

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/hash.h"
#include "faultmaven/base/vec.h"

void fm_map_init(struct fm_map *m, struct fm_arena *a)
{
    *m = (struct fm_map){.arena = a};
}

/* Index of the slot that holds key, or of the free slot where it belongs. n_slots is a power of
 * two. */
static size_t find_slot(const struct fm_map *m, fm_str key, uint64_t hash)
{
    size_t i = (size_t)hash & (m->n_slots - 1);
    while (m->slots[i]) {
        const struct fm_map_entry *e = &m->entries[m->slots[i] - 1];
        if (e->hash == hash && fm_str_eq(e->key, key))
            break;
        i = (i + 1) & (m->n_slots - 1);
    }
    return i;
}

void *fm_map_get(const struct fm_map *m, fm_str key)
{
    if (m->n == 0)
        return NULL;
    uint32_t slot = m->slots[find_slot(m, key, fm_hash64(key))];
    return slot ? m->entries[slot - 1].value : NULL;
}

static void grow_slots(struct fm_map *m)
{
    m->n_slots = m->n_slots ? m->n_slots * 2 : 16;
    m->slots = FM_NEW_ARRAY(m->arena, uint32_t, m->n_slots);
    for (size_t i = 0; i < m->n; i++)
        m->slots[find_slot(m, m->entries[i].key, m->entries[i].hash)] = (uint32_t)i + 1;
}

struct fm_map_entry *fm_map_put(struct fm_map *m, fm_str key)
{
    if ((m->n + 1) * 4 > m->n_slots * 3)
        grow_slots(m);
    if (m->n >= UINT32_MAX - 1)
        FM_BUG("map of more than 2^32 entries");
    uint64_t hash = fm_hash64(key);
    size_t slot = find_slot(m, key, hash);
    if (m->slots[slot])
        return &m->entries[m->slots[slot] - 1];
    if (m->n == m->cap)
        m->entries = fm_vec_grow(m->arena, m->entries, &m->cap, m->n + 1, sizeof *m->entries);
    m->entries[m->n] = (struct fm_map_entry){.key = fm_str_dup(m->arena, key), .hash = hash};
    m->slots[slot] = (uint32_t)++m->n;
    return &m->entries[m->n - 1];
}
