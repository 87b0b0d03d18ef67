/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/builder.h"

#include <math.h>

#include "processing/metrics/entity.h"

static struct fm_arena *arena_of(struct metric_builder *b)
{
    return &b->in->ctx->arena;
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

void metric_builder_add(struct metric_builder *b, struct metric_table *t, size_t column,
                        uint32_t field, const struct metric_identity *id)
{
    struct fm_arena *a = arena_of(b);
    if (t->rows->n == 0 || !has_value(t->columns[column], t->rows->n))
        return;
    if (b->set->series.n >= b->series_max) {
        b->set->n_left_out++;
        if (t->n_columns == 1)
            t->rows->n = 0; /* nobody reads it */
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
    fm_vec_push(a, &b->places, ((struct metric_place){t, (uint32_t)column}));
}
