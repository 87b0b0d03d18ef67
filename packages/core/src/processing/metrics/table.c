/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of rows within a budget of memory. */
#include <math.h>
#include <stdlib.h>

#include "processing/metrics/builder.h"

#define ROWS_MIN 64 /* a table is not thinned below this */
#define SERIES_BYTES                                                                               \
    2000 /* what a series takes beside its points, with what is found out of it                    \
          */

struct metric_table *metric_table_new(struct metric_builder *b, size_t n_columns, bool is_value,
                                      char separator)
{
    struct fm_arena *a = &b->in->ctx->arena;
    struct metric_table *t = FM_NEW(a, struct metric_table);
    t->stride = 1;
    t->source = b->source;
    t->rows = FM_NEW(a, struct fm_metric_rows);
    t->rows->is_value = is_value;
    t->rows->separator = separator;
    t->columns = FM_NEW_ARRAY(a, double *, n_columns);
    t->n_columns = n_columns;
    t->previous = FM_TIME_NONE;
    fm_vec_push(a, &b->tables, t);
    return t;
}

static size_t row_bytes(const struct metric_table *t)
{
    return sizeof(fm_time) + sizeof(uint64_t) + sizeof(uint32_t) + t->n_columns * sizeof(double);
}

static void grow(struct fm_arena *a, struct metric_table *t, size_t cap)
{
    size_t n = t->rows->n;
    t->rows->at = fm_arena_grow(a, t->rows->at, n * sizeof(fm_time), cap * sizeof(fm_time));
    t->rows->offset =
        fm_arena_grow(a, t->rows->offset, n * sizeof(uint64_t), cap * sizeof(uint64_t));
    t->rows->length =
        fm_arena_grow(a, t->rows->length, n * sizeof(uint32_t), cap * sizeof(uint32_t));
    for (size_t i = 0; i < t->n_columns; i++)
        t->columns[i] = fm_arena_grow(a, t->columns[i], n * sizeof(double), cap * sizeof(double));
    t->cap = cap;
}

/* Every second row, from the first. */
static void halve(struct metric_builder *b, struct metric_table *t)
{
    struct fm_metric_rows *r = t->rows;
    size_t kept = (r->n + 1) / 2;
    for (size_t i = 1; i < kept; i++) {
        r->at[i] = r->at[2 * i];
        r->offset[i] = r->offset[2 * i];
        r->length[i] = r->length[2 * i];
        for (size_t c = 0; c < t->n_columns; c++)
            t->columns[c][i] = t->columns[c][2 * i];
    }
    b->set->n_points -= (r->n - kept) * t->n_columns;
    r->n = kept;
    t->stride *= 2;
}

/* What all rows take when no table has more than rows_max. */
static size_t bytes_with(const struct metric_builder *b, size_t rows_max)
{
    size_t bytes = 0;
    fm_vec_each (&b->tables, it) {
        size_t n = (*it)->rows->n;
        while (n > rows_max)
            n = (n + 1) / 2;
        bytes += n * row_bytes(*it) + 64;
    }
    return bytes;
}

/* Copies what a table holds into the arena `to`. */
static void move(struct fm_arena *to, struct metric_table *t)
{
    struct fm_metric_rows *r = t->rows;
    size_t n = r->n;
    t->cap = n;
    r->at = (fm_time *)(void *)fm_arena_dup(to, r->at, n * sizeof *r->at);
    r->offset = (uint64_t *)(void *)fm_arena_dup(to, r->offset, n * sizeof *r->offset);
    r->length = (uint32_t *)(void *)fm_arena_dup(to, r->length, n * sizeof *r->length);
    for (size_t c = 0; c < t->n_columns; c++)
        t->columns[c] = (double *)(void *)fm_arena_dup(to, t->columns[c], n * sizeof(double));
}

/* Makes room: at most half of the budget is used afterwards, if ROWS_MIN rows a table allow it. */
static void thin(struct metric_builder *b)
{
    struct fm_arena fresh;
    size_t longest = 0;
    fm_vec_each (&b->tables, it)
        longest = (*it)->rows->n > longest ? (*it)->rows->n : longest;
    size_t rows = longest < b->rows_max ? longest : b->rows_max;
    while (rows > ROWS_MIN && bytes_with(b, rows) > b->points_bytes / 2)
        rows /= 2;
    b->rows_max = rows > ROWS_MIN ? rows : ROWS_MIN;
    fm_arena_init(&fresh);
    fm_vec_each (&b->tables, it) {
        while ((*it)->rows->n > b->rows_max)
            halve(b, *it);
        move(&fresh, *it);
    }
    fm_arena_release(&b->points);
    b->points = fresh;
    b->is_full = b->points.total_bytes > b->points_bytes / 4 * 3;
    for (size_t i = 0; i < b->places.n; i++)
        b->set->series.items[i]->values =
            b->places.items[i].table->columns[b->places.items[i].column];
}

/* Room for one more row; false when even the shortest tables leave none. */
static bool make_room(struct metric_builder *b, struct metric_table *t)
{
    size_t cap = t->cap ? t->cap * 2 : 16;
    if (b->points.total_bytes + cap * row_bytes(t) > b->points_bytes) {
        if (!b->is_full)
            thin(b);
        cap = t->rows->n + t->rows->n / 4 + 16;
        if (b->points.total_bytes + cap * row_bytes(t) > b->points_bytes)
            return false;
    }
    if (t->rows->n >= t->cap)
        grow(&b->points, t, cap);
    return true;
}

/* The user may have cut the window; the quiet period is not cut. */
static bool is_outside(const struct metric_builder *b, fm_time at)
{
    const struct fm_question *ask = &b->in->ask;
    if (b->source->is_baseline || at == FM_TIME_NONE)
        return false;
    return (ask->since != FM_TIME_NONE && at < ask->since) ||
           (ask->until != FM_TIME_NONE && at > ask->until);
}

size_t metric_table_row(struct metric_builder *b, struct metric_table *t, fm_time at, fm_str piece)
{
    if (is_outside(b, at))
        return SIZE_MAX;
    if (t->n_given++ % t->stride)
        return SIZE_MAX;
    while (t->rows->n >= b->rows_max)
        halve(b, t);
    if (t->rows->n == t->cap && !make_room(b, t)) {
        b->n_points_refused += t->n_columns;
        return SIZE_MAX;
    }
    size_t i = t->rows->n++;
    t->rows->at[i] = at;
    t->rows->offset[i] = (uint64_t)(piece.p - b->source->bytes.p);
    t->rows->length[i] = (uint32_t)(piece.len > UINT32_MAX ? UINT32_MAX : piece.len);
    for (size_t c = 0; c < t->n_columns; c++)
        t->columns[c][i] = NAN;
    t->is_unsorted |= i > 0 && at < t->previous;
    t->previous = at;
    b->set->n_points += t->n_columns;
    return i;
}

struct order {
    fm_time at;
    size_t row;
};

static int by_time(const void *x, const void *y)
{
    const struct order *a = x, *b = y;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

#define PERMUTE(array, order, n, spare)                                                            \
    do {                                                                                           \
        for (size_t i_ = 0; i_ < (n); i_++)                                                        \
            (spare)[i_] = (array)[(order)[i_].row];                                                \
        memcpy((array), (spare), (n) * sizeof *(array));                                           \
    } while (0)

void metric_table_finish(struct metric_builder *b, struct metric_table *t)
{
    size_t n = t->rows->n;
    if (!t->is_unsorted)
        return;
    struct order *order = calloc(n, sizeof *order);
    uint64_t *spare = calloc(n, sizeof *spare);
    if (!order || !spare)
        FM_BUG("out of memory while sorting %zu rows", n);
    for (size_t i = 0; i < n; i++)
        order[i] = (struct order){t->rows->at[i], i};
    qsort(order, n, sizeof *order, by_time);
    PERMUTE(t->rows->at, order, n, (fm_time *)spare);
    PERMUTE(t->rows->offset, order, n, spare);
    PERMUTE(t->rows->length, order, n, (uint32_t *)spare);
    for (size_t c = 0; c < t->n_columns; c++)
        PERMUTE(t->columns[c], order, n, (double *)spare);
    free(spare);
    free(order);
    t->is_unsorted = false;
    (void)b;
}

void metric_builder_begin(struct metric_builder *b, struct fm_incident *in)
{
    size_t share = fm_incident_memory(in) / 4;
    *b = (struct metric_builder){.in = in, .set = FM_NEW(&in->ctx->arena, struct fm_metric_set)};
    b->points_bytes = share;
    b->rows_max = FM_ROWS_MAX;
    b->series_max = share / SERIES_BYTES < FM_SERIES_MAX ? share / SERIES_BYTES : FM_SERIES_MAX;
    fm_map_init(&b->entities, &in->ctx->arena);
    fm_arena_init(&b->points);
}

struct thinned {
    uint64_t given, kept;
    uint32_t stride;
};

static void tell_thinned(struct metric_builder *b)
{
    struct thinned *t = FM_NEW_ARRAY(&b->in->ctx->arena, struct thinned, b->in->inputs.n + 1);
    fm_vec_each (&b->tables, it) {
        struct thinned *x = &t[(*it)->source->index];
        x->given += (*it)->n_given;
        x->kept += (*it)->rows->n;
        x->stride = (*it)->stride > x->stride ? (*it)->stride : x->stride;
    }
    fm_vec_each (&b->in->inputs, e) {
        const struct thinned *x = &t[(*e)->index];
        if (x->stride > 1)
            fm_incident_problem(b->in, *e, 0,
                                "%llu of %llu rows were kept to stay within memory (one of %u in "
                                "the longest series): what is shorter than that may be missing",
                                (unsigned long long)x->kept, (unsigned long long)x->given,
                                x->stride);
    }
}

void metric_builder_end(struct metric_builder *b)
{
    fm_arena_adopt(&b->in->ctx->arena, &b->points);
    tell_thinned(b);
    if (b->set->n_left_out)
        fm_incident_limit(b->in, "metrics: %llu rows or series beyond %zu series were left out",
                          (unsigned long long)b->set->n_left_out, b->series_max);
    if (b->n_points_refused)
        fm_incident_limit(b->in, "metrics: %llu values did not fit into memory and were left out",
                          (unsigned long long)b->n_points_refused);
}
