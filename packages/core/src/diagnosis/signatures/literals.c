/* SPDX-License-Identifier: Apache-2.0 */
#include "literals.h"

#include "faultmaven/base/ctx.h"

#define NONE UINT32_MAX

struct fm_literals {
    uint8_t column[256]; /* 0: a byte of no literal */
    unsigned n_columns;
    uint32_t *next;   /* [state * n_columns + column] */
    uint32_t *ends;   /* first literal that ends in the state, or NONE */
    uint32_t *longer; /* next state on the suffix chain in which a literal ends, or 0 */
    uint32_t *same;   /* per literal: an equal one, or NONE */
    uint32_t n_states;
};

static void make_columns(struct fm_literals *l, const fm_str *literals, size_t n)
{
    l->n_columns = 1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < literals[i].len; j++) {
            uint8_t c = (uint8_t)literals[i].p[j];
            if (!l->column[c])
                l->column[c] = (uint8_t)l->n_columns++;
        }
    for (int c = 'A'; c <= 'Z'; c++)
        l->column[c] = l->column[c + 32];
}

static void insert(struct fm_literals *l, fm_str literal, uint32_t id)
{
    uint32_t s = 0;
    for (size_t j = 0; j < literal.len; j++) {
        uint32_t *t = &l->next[s * l->n_columns + l->column[(uint8_t)literal.p[j]]];
        if (!*t)
            *t = l->n_states++;
        s = *t;
    }
    l->same[id] = l->ends[s];
    l->ends[s] = id;
}

/* Breadth first: the failure link of a state is known before its children need it. */
static void link_states(struct fm_literals *l, struct fm_arena *a)
{
    uint32_t *fail = FM_NEW_ARRAY(a, uint32_t, l->n_states),
             *queue = FM_NEW_ARRAY(a, uint32_t, l->n_states);
    uint32_t head = 0, tail = 0;
    for (unsigned c = 0; c < l->n_columns; c++)
        if (l->next[c])
            queue[tail++] = l->next[c];
    while (head < tail) {
        uint32_t s = queue[head++], f = fail[s];
        l->longer[s] = l->ends[f] != NONE ? f : l->longer[f];
        for (unsigned c = 0; c < l->n_columns; c++) {
            uint32_t *t = &l->next[s * l->n_columns + c], via = l->next[f * l->n_columns + c];
            if (!*t) {
                *t = via;
                continue;
            }
            fail[*t] = via;
            queue[tail++] = *t;
        }
    }
}

struct fm_literals *fm_literals_new(struct fm_arena *a, const fm_str *literals, size_t n)
{
    struct fm_literals *l = FM_NEW(a, struct fm_literals);
    size_t most = 1;
    for (size_t i = 0; i < n; i++)
        most += literals[i].len;
    FM_ASSERT(most < 100000);
    make_columns(l, literals, n);
    l->next = FM_NEW_ARRAY(a, uint32_t, most * l->n_columns);
    l->ends = fm_arena_alloc(a, most * sizeof *l->ends);
    l->longer = FM_NEW_ARRAY(a, uint32_t, most);
    l->same = FM_NEW_ARRAY(a, uint32_t, n ? n : 1);
    memset(l->ends, 0xff, most * sizeof *l->ends);
    l->n_states = 1;
    for (size_t i = 0; i < n; i++)
        insert(l, literals[i], (uint32_t)i);
    link_states(l, a);
    return l;
}

static size_t mark(const struct fm_literals *l, uint32_t state, uint8_t *seen, uint32_t *found,
                   size_t n)
{
    for (uint32_t s = l->ends[state] != NONE ? state : l->longer[state]; s; s = l->longer[s])
        for (uint32_t id = l->ends[s]; id != NONE; id = l->same[id]) {
            if (!seen[id])
                found[n++] = id;
            seen[id] = 1;
        }
    return n;
}

size_t fm_literals_find(const struct fm_literals *l, fm_str text, uint8_t *seen, uint32_t *found)
{
    uint32_t s = 0;
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        s = l->next[s * l->n_columns + l->column[(uint8_t)text.p[i]]];
        if (l->ends[s] != NONE || l->longer[s])
            n = mark(l, s, seen, found, n);
    }
    for (size_t i = 0; i < n; i++)
        seen[found[i]] = 0;
    return n;
}
