/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "processing/csv.h"
#include "processing/metrics/builder.h"
#include "processing/metrics/quantiles.h"

const char *fm_metric_role_name(enum fm_metric_role r)
{
    static const char *const names[] = {
#define ROLE_NAME(sym, name) name,
        FM_METRIC_ROLES(ROLE_NAME)
#undef ROLE_NAME
    };
    return r < FM_ROLE_COUNT ? names[r] : "other";
}

fm_str fm_series_text(const struct fm_metric_series *s, size_t i)
{
    const struct fm_metric_rows *r = s->rows;
    if (i >= r->n)
        return FM_STR_NULL;
    fm_str piece = fm_str_sub(s->source->bytes, r->offset[i], r->length[i]);
    if (!r->is_value)
        piece = fm_csv_field(piece, r->separator, s->column);
    return isnan(s->values[i]) ? FM_STR_NULL : piece;
}

fm_span fm_series_span(const struct fm_metric_series *s, size_t i)
{
    fm_str text = fm_series_text(s, i);
    return text.len ? fm_quote(s->source, text, FM_QUOTE_MAX) : (fm_span){0};
}

size_t fm_series_at(const struct fm_metric_series *s, fm_time t)
{
    size_t lo = 0, hi = s->rows->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->rows->at[mid] < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

fm_str fm_series_label(const struct fm_metric_series *s, const char *key)
{
    for (size_t i = 0; i < s->n_labels; i++)
        if (fm_str_eqc(s->labels[i].key, key))
            return s->labels[i].value;
    return FM_STR_NULL;
}

void fm_series_rate(const struct fm_metric_series *s, double *out)
{
    const struct fm_metric_rows *r = s->rows;
    double before = NAN;
    fm_time at = FM_TIME_NONE;
    if (s->kind == FM_METRIC_GAUGE) {
        memcpy(out, s->values, r->n * sizeof *out);
        return;
    }
    for (size_t i = 0; i < r->n; i++) {
        double v = s->values[i];
        out[i] = NAN;
        if (isnan(v))
            continue;
        if (!isnan(before) && at != FM_TIME_NONE && r->at[i] > at)
            out[i] = (v >= before ? v - before : v) / ((double)(r->at[i] - at) / 1e9);
        before = v;
        at = r->at[i];
    }
}

static double mad_of(double *v, size_t n, double median)
{
    static const double half[] = {0.5};
    double mad;
    for (size_t i = 0; i < n; i++)
        v[i] = fabs(v[i] - median);
    metric_quantiles(v, n, half, 1, &mad);
    return 1.4826 * mad;
}

static struct fm_metric_summary empty_summary(void)
{
    return (struct fm_metric_summary){0,   NAN, NAN, NAN, NAN, NAN, NAN,
                                      NAN, NAN, NAN, NAN, NAN, 0,   0};
}

/* The values that are there, into v; what can be said in one pass. */
static struct fm_metric_summary scan(const double *values, size_t n, double *v)
{
    struct fm_metric_summary m = empty_summary();
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i]))
            continue;
        if (m.n == 0 || values[i] < values[m.i_min])
            m.i_min = i;
        if (m.n == 0 || values[i] > values[m.i_max])
            m.i_max = i;
        m.first = m.n ? m.first : values[i];
        m.last = values[i];
        v[m.n++] = values[i];
    }
    return m;
}

struct fm_metric_summary fm_values_summary(struct fm_arena *a, const double *values, size_t n)
{
    static const double q[] = {0, 0.10, 0.25, 0.5, 0.75, 0.90, 0.95, 1};
    double at[sizeof q / sizeof *q];
    struct fm_arena_mark mark = fm_arena_mark(a);
    double *v = fm_arena_alloc(a, (n ? n : 1) * sizeof *v);
    struct fm_metric_summary m = scan(values, n, v);
    if (m.n) {
        metric_quantiles(v, m.n, q, sizeof q / sizeof *q, at);
        m.min = at[0];
        m.p10 = at[1];
        m.p25 = at[2];
        m.median = at[3];
        m.p75 = at[4];
        m.p90 = at[5];
        m.p95 = at[6];
        m.max = at[7];
        m.mad = mad_of(v, m.n, m.median);
    }
    fm_arena_rewind(a, mark);
    return m;
}

struct fm_metric_summary fm_series_summary(struct fm_arena *a, const struct fm_metric_series *s,
                                           fm_time begin, fm_time end)
{
    size_t from = fm_series_at(s, begin), to = fm_series_at(s, end);
    struct fm_metric_summary m = fm_values_summary(a, s->values + from, to > from ? to - from : 0);
    m.i_min += from;
    m.i_max += from;
    return m;
}

/* Length of the run of rows outside that starts at i (rows without a value do not end it). */
static size_t run_outside(const struct fm_metric_series *s, size_t i, double centre, double reach)
{
    size_t n = 0;
    for (; i < s->rows->n; i++) {
        if (isnan(s->values[i]))
            continue;
        if (fabs(s->values[i] - centre) <= reach)
            break;
        n++;
    }
    return n;
}

static double share_outside(const struct fm_metric_series *s, size_t i, double centre, double reach)
{
    size_t n = 0, out = 0;
    for (; i < s->rows->n; i++) {
        if (isnan(s->values[i]))
            continue;
        n++;
        out += fabs(s->values[i] - centre) > reach;
    }
    return n ? (double)out / (double)n : 0;
}

fm_time fm_series_onset(struct fm_arena *a, const struct fm_metric_series *s, size_t *row)
{
    size_t n = s->rows->n, quarter = n / 4;
    if (quarter < 4)
        return FM_TIME_NONE;
    struct fm_metric_summary m = fm_values_summary(a, s->values, quarter);
    if (m.n < 4)
        return FM_TIME_NONE;
    double floor = 0.05 * fabs(m.median), sigma = m.mad > floor ? m.mad : floor;
    double reach = 5 * (sigma > 0 ? sigma : 1e-12);
    for (size_t i = quarter; i < n; i++) {
        if (isnan(s->values[i]) || fabs(s->values[i] - m.median) <= reach ||
            run_outside(s, i, m.median, reach) < 3)
            continue;
        if (share_outside(s, i, m.median, reach) < 0.6)
            continue;
        *row = i;
        return s->rows->at[i];
    }
    return FM_TIME_NONE;
}

/* What makes two series the same measurement in two periods. */
static fm_str identity_key(struct fm_arena *a, const struct fm_metric_series *s)
{
    return fm_str_fmt(a, "%u>%u:%.*s:%.*s", s->entity, s->peer, FM_STR_ARG(s->written),
                      FM_STR_ARG(s->statistic));
}

void metric_set_index(struct fm_arena *a, struct fm_metric_set *set)
{
    fm_map_init(&set->baseline_index, a);
    fm_vec_each (&set->series, s) {
        if (!(*s)->is_baseline && (*s)->role == FM_ROLE_LIMIT)
            fm_vec_push(a, &set->limits, *s);
        if (!(*s)->is_baseline)
            continue;
        struct fm_map_entry *e = fm_map_put(&set->baseline_index, identity_key(a, *s));
        struct fm_metric_series *known = e->value;
        if (!known || (*s)->rows->n > known->rows->n)
            e->value = *s;
    }
}

const struct fm_metric_series *fm_series_baseline(struct fm_arena *a,
                                                  const struct fm_metric_set *set,
                                                  const struct fm_metric_series *s)
{
    return set->baseline_index.n ? fm_map_get(&set->baseline_index, identity_key(a, s)) : NULL;
}
