/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed growing arrays on an arena.
 *
 *     FM_VEC(struct fm_span) spans = {0};
 *     fm_vec_push(arena, &spans, span);
 *     fm_vec_each(&spans, s) use(s->offset);
 *
 * Name the type when it crosses a function: struct fm_spans FM_VEC_OF(struct fm_span);
 */
#ifndef FAULTMAVEN_BASE_VEC_H
#define FAULTMAVEN_BASE_VEC_H

#include "faultmaven/base/arena.h"

#define FM_VEC_OF(type)                                                                            \
    {                                                                                              \
        type *items;                                                                               \
        size_t n;                                                                                  \
        size_t cap;                                                                                \
    }
#define FM_VEC(type) struct FM_VEC_OF(type)

/* New capacity holds at least `need` items; doubles, so that n pushes cost O(n). */
void *fm_vec_grow(struct fm_arena *a, void *items, size_t *cap, size_t need, size_t item_size);

#define fm_vec_reserve(arena, v, need)                                                             \
    ((need) > (v)->cap ? (void)((v)->items = fm_vec_grow((arena), (v)->items, &(v)->cap, (need),   \
                                                         sizeof *(v)->items))                      \
                       : (void)0)
#define fm_vec_push(arena, v, ...)                                                                 \
    (fm_vec_reserve((arena), (v), (v)->n + 1), (void)((v)->items[(v)->n++] = (__VA_ARGS__)))

/* Pointer to a new, zeroed last item. */
#define fm_vec_add(arena, v)                                                                       \
    (fm_vec_reserve((arena), (v), (v)->n + 1), memset(&(v)->items[(v)->n], 0, sizeof *(v)->items), \
     &(v)->items[(v)->n++])

#define fm_vec_each(v, it)                                                                         \
    for (__typeof__(*(v)->items) *it = (v)->items, *it##_end = it ? it + (v)->n : it;              \
         it != it##_end; it++)

#endif
