/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/vec.h"

#define ALIGN 16u
#define BLOCK_MIN (4u << 10)
#define BLOCK_MAX (4u << 20)

struct fm_arena_block {
    struct fm_arena_block *next;
    size_t size; /* of the whole block, header included */
};

#define HEADER ((sizeof(struct fm_arena_block) + ALIGN - 1) & ~(size_t)(ALIGN - 1))

void fm_arena_init(struct fm_arena *a)
{
    *a = (struct fm_arena){0};
}

static void free_blocks(struct fm_arena_block *b)
{
    while (b) {
        struct fm_arena_block *next = b->next;
        free(b);
        b = next;
    }
}

void fm_arena_release(struct fm_arena *a)
{
    free_blocks(a->head);
    fm_arena_init(a);
}

void fm_arena_clear(struct fm_arena *a)
{
    if (!a->head)
        return;
    free_blocks(a->head->next);
    a->head->next = NULL;
    a->cur = (char *)a->head + HEADER;
    a->end = (char *)a->head + a->head->size;
    a->total_bytes = a->head->size;
}

struct fm_arena_mark fm_arena_mark(const struct fm_arena *a)
{
    return (struct fm_arena_mark){a->head, a->cur};
}

void fm_arena_rewind(struct fm_arena *a, struct fm_arena_mark m)
{
    while (a->head != m.head) {
        struct fm_arena_block *b = a->head;
        a->head = b->next;
        a->total_bytes -= b->size;
        free(b);
    }
    a->cur = m.cur;
    a->end = m.head ? (char *)m.head + m.head->size : NULL;
}

/* Behind the newest block, which goes on to be filled. */
void fm_arena_adopt(struct fm_arena *a, struct fm_arena *from)
{
    if (!from->head)
        return;
    struct fm_arena_block *last = from->head;
    while (last->next)
        last = last->next;
    if (a->head) {
        last->next = a->head->next;
        a->head->next = from->head;
    } else {
        a->head = from->head;
        a->cur = from->cur;
        a->end = from->end;
    }
    a->total_bytes += from->total_bytes;
    fm_arena_init(from);
}

/* Blocks grow with the arena, so that a small unit of work costs one small block and a large one
 * few large blocks. */
static void add_block(struct fm_arena *a, size_t need)
{
    size_t size = a->total_bytes / 2 < BLOCK_MIN ? BLOCK_MIN : a->total_bytes / 2;
    if (size > BLOCK_MAX)
        size = BLOCK_MAX;
    if (need > SIZE_MAX - HEADER - ALIGN)
        FM_BUG("arena: allocation of %zu bytes", need);
    if (size < need + HEADER)
        size = need + HEADER;
    struct fm_arena_block *b = malloc(size);
    if (!b)
        FM_BUG("out of memory: %zu bytes", size);
    b->size = size;
    b->next = a->head;
    a->head = b;
    a->cur = (char *)b + HEADER;
    a->end = (char *)b + size;
    a->total_bytes += size;
}

void *fm_arena_alloc(struct fm_arena *a, size_t size)
{
    size_t need = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (need < size)
        FM_BUG("arena: allocation of %zu bytes", size);
    if (need > (size_t)(a->end - a->cur) || !a->cur)
        add_block(a, need);
    void *p = a->cur;
    a->cur += need;
    return p;
}

void *fm_arena_calloc(struct fm_arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        FM_BUG("arena: allocation of %zu x %zu bytes", n, size);
    void *p = fm_arena_alloc(a, bytes);
    memset(p, 0, bytes);
    return p;
}

char *fm_arena_dup(struct fm_arena *a, const void *p, size_t len)
{
    char *copy = fm_arena_alloc(a, len + 1);
    if (len)
        memcpy(copy, p, len);
    copy[len] = '\0';
    return copy;
}

void *fm_arena_grow(struct fm_arena *a, void *old, size_t old_size, size_t new_size)
{
    size_t old_need = (old_size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    size_t new_need = (new_size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (old && new_size <= old_need)
        return old;
    if (old && (char *)old + old_need == a->cur &&
        new_need - old_need <= (size_t)(a->end - a->cur)) {
        a->cur += new_need - old_need;
        return old;
    }
    void *p = fm_arena_alloc(a, new_size);
    if (old && old_size)
        memcpy(p, old, old_size);
    return p;
}

void *fm_vec_grow(struct fm_arena *a, void *items, size_t *cap, size_t need, size_t item_size)
{
    size_t n = *cap ? *cap * 2 : 8;
    if (n < need)
        n = need;
    size_t bytes;
    if (__builtin_mul_overflow(n, item_size, &bytes))
        FM_BUG("vector of %zu x %zu bytes", n, item_size);
    void *p = fm_arena_grow(a, items, *cap * item_size, bytes);
    *cap = n;
    return p;
}
