/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/builder.h"

#include <math.h>
#include <stdlib.h>

#include "processing/metrics/entity.h"

static struct fm_arena *arena_of(struct metric_builder *b)
{
    return &b->in->ctx->arena;
}

struct metric_table *metric_table_new(struct metric_builder *b, size_t n_columns, bool is_value,
                                      char separator)
{
    struct fm_arena *a = arena_of(b);
    struct metric_table *t = FM_NEW(a, struct metric_table);
    t->rows = FM_NEW(a, struct fm_metric_rows);
    t->rows->is_value = is_value;
    t->rows->separator = separator;
    t->columns = FM_NEW_ARRAY(a, double *, n_columns);
    t->n_columns = n_columns;
    t->previous = FM_TIME_NONE;
    return t;
}

static void grow(struct fm_arena *a, struct metric_table *t)
{
    size_t n = t->rows->n, cap = t->cap ? t->cap * 2 : 16;
    t->rows->at = fm_arena_grow(a, t->rows->at, n * sizeof(fm_time), cap * sizeof(fm_time));
    t->rows->offset =
        fm_arena_grow(a, t->rows->offset, n * sizeof(uint64_t), cap * sizeof(uint64_t));
    t->rows->length =
        fm_arena_grow(a, t->rows->length, n * sizeof(uint32_t), cap * sizeof(uint32_t));
    for (size_t i = 0; i < t->n_columns; i++)
        t->columns[i] = fm_arena_grow(a, t->columns[i], n * sizeof(double), cap * sizeof(double));
    t->cap = cap;
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
    if (b->set->n_points + t->n_columns > FM_POINTS_MAX) {
        b->n_points_refused += t->n_columns;
        return SIZE_MAX;
    }
    if (t->rows->n == t->cap)
        grow(arena_of(b), t);
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

static bool has_value(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(v[i]))
            return true;
    return false;
}

static void scale_values(double *v, size_t n, double scale)
{
    if (scale == 1.0)
        return;
    for (size_t i = 0; i < n; i++)
        v[i] *= scale;
}

/* A gauge that is called like a counter ("…_total") but falls as often as it rises is a gauge all
 * the same. */
static bool is_mostly_rising(const double *v, size_t n)
{
    size_t rises = 0, falls = 0;
    double last = NAN;
    for (size_t i = 0; i < n; i++) {
        if (isnan(v[i]))
            continue;
        rises += v[i] > last;
        falls += v[i] < last;
        last = v[i];
    }
    return falls * 10 <= rises || falls <= 1;
}

static void set_kind(struct fm_metric_series *s, const struct metric_identity *id,
                     const struct metric_naming *n)
{
    s->kind = id->is_counter ? FM_METRIC_COUNTER : id->is_gauge ? FM_METRIC_GAUGE : n->kind;
    if (s->kind == FM_METRIC_COUNTER && !is_mostly_rising(s->values, s->rows->n))
        s->kind = FM_METRIC_GAUGE;
}

/* CPU given as "m" is millicores; the same letter elsewhere means nothing certain. */
static void fix_unit(struct metric_naming *n)
{
    if (!fm_str_eqc(n->unit, "cores") || n->role == FM_ROLE_CPU ||
        n->role == FM_ROLE_CPU_THROTTLED || n->role == FM_ROLE_LIMIT)
        return;
    n->unit = FM_STR_NULL;
    n->scale = 1;
}

void metric_builder_add(struct metric_builder *b, const struct metric_table *t, size_t column,
                        uint32_t field, const struct metric_identity *id)
{
    struct fm_arena *a = arena_of(b);
    if (t->rows->n == 0 || !has_value(t->columns[column], t->rows->n))
        return;
    if (b->set->series.n >= FM_SERIES_MAX) {
        b->set->n_left_out++;
        return;
    }
    struct metric_naming n = metric_naming_read(id->written, id->unit);
    fix_unit(&n);
    struct fm_metric_series *s = FM_NEW(a, struct fm_metric_series);
    s->name = n.name;
    s->written = id->written;
    s->written_at = id->written_at;
    s->labels = id->labels;
    s->n_labels = id->n_labels;
    s->unit = n.unit;
    s->scale = n.scale;
    s->role = n.role;
    s->statistic = metric_statistic(id->statistic);
    if (s->statistic.len == 0)
        s->statistic = n.statistic;
    s->is_baseline = b->source->is_baseline;
    s->source = b->source;
    s->rows = t->rows;
    s->column = field;
    s->values = t->columns[column];
    set_kind(s, id, &n);
    scale_values(s->values, t->rows->n, n.scale);
    metric_entity_find(b, s, id, n.is_node);
    fm_vec_push(a, &b->set->series, s);
}
