/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bump allocator. Memory of one unit of work is taken from one arena and goes with it; there is no
 * free of one object.
 *
 * Invariants: every pointer is aligned to 16 bytes and stays valid until fm_arena_clear or
 * fm_arena_release. Out of memory aborts (FM_BUG is not involved): sizes that a user controls are
 * limited before they are allocated. One thread at a time; parallel work takes one arena per
 * worker.
 */
#ifndef FAULTMAVEN_BASE_ARENA_H
#define FAULTMAVEN_BASE_ARENA_H

#include <stddef.h>

struct fm_arena_block;

struct fm_arena {
    struct fm_arena_block *head; /* owned; newest block first */
    char *cur;                   /* next free byte of head */
    char *end;
    size_t total_bytes; /* sum of all block sizes, for limits and statistics */
};

void fm_arena_init(struct fm_arena *a);
void fm_arena_release(struct fm_arena *a);

/* Frees everything but one block, which is reused. */
void fm_arena_clear(struct fm_arena *a);

/* The state of an arena, to return to: scratch memory of one computation. */
struct fm_arena_mark {
    struct fm_arena_block *head;
    char *cur;
};
struct fm_arena_mark fm_arena_mark(const struct fm_arena *a);

/* Frees what was allocated since the mark. No array that existed at the mark may have grown since:
 * fm_arena_grow may have moved it behind the mark. */
void fm_arena_rewind(struct fm_arena *a, struct fm_arena_mark m);

/* Everything of `from` belongs to `a` from now on; `from` is empty then. */
void fm_arena_adopt(struct fm_arena *a, struct fm_arena *from);

/* `size` bytes, uninitialised; never NULL, also for size 0. */
void *fm_arena_alloc(struct fm_arena *a, size_t size)
    __attribute__((malloc, alloc_size(2), returns_nonnull));

/* n * size bytes, zeroed. Aborts when the product overflows. */
void *fm_arena_calloc(struct fm_arena *a, size_t n, size_t size)
    __attribute__((malloc, alloc_size(2, 3), returns_nonnull));

/* Copies len bytes and adds a NUL. */
char *fm_arena_dup(struct fm_arena *a, const void *p, size_t len) __attribute__((returns_nonnull));

/* Grows an array in place when it is the last allocation, else copies it. old may be NULL. */
void *fm_arena_grow(struct fm_arena *a, void *old, size_t old_size, size_t new_size)
    __attribute__((returns_nonnull));

#define FM_NEW(arena, type) ((type *)fm_arena_calloc((arena), 1, sizeof(type)))
#define FM_NEW_ARRAY(arena, type, n) ((type *)fm_arena_calloc((arena), (n), sizeof(type)))

#endif
