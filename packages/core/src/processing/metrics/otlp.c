/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OTLP JSON metrics: resourceMetrics[] → scopeMetrics[] → metrics[] → (gauge | sum | histogram |
 * summary).dataPoints[]. A data point is one value; the points of a metric that have the same
 * attributes make one series. Histograms and summaries give their mean (sum ÷ count of the
 * interval) as one series of the metric.
 */
#include <math.h>

#include "processing/cell.h"
#include "processing/metrics/json_form.h"

struct series {
    struct metric_table *table;
    struct metric_identity id;
};

struct otlp {
    struct metric_builder *b;
    struct fm_label resource[JSON_LABELS_MAX];
    size_t n_resource;
    struct fm_map series; /* of the metric being read: attributes as written → struct series */
};

struct point {
    fm_str attributes, value, time, sum, count;
};

static struct fm_arena *arena_of(struct otlp *o)
{
    return &o->b->in->ctx->arena;
}

/* {"stringValue": "x"} and its siblings. */
static fm_str any_value(struct otlp *o, struct fm_scan *s)
{
    fm_str out = FM_STR_NULL;
    if (!fm_scan_object(s))
        return out;
    for (fm_str key; fm_scan_member(s, &key);)
        out = fm_scan_decode(arena_of(o), fm_scan_text(s));
    return out;
}

/* [{"key": k, "value": {"stringValue": v}}, …] */
static size_t read_attributes(struct otlp *o, struct fm_scan *s, struct fm_label *out, size_t n)
{
    if (!fm_scan_array(s))
        return n;
    while (fm_scan_item(s)) {
        fm_str k = FM_STR_NULL, v = FM_STR_NULL;
        if (!fm_scan_object(s))
            continue;
        for (fm_str key; fm_scan_member(s, &key);) {
            if (fm_str_eqc(key, "key"))
                k = fm_scan_decode(arena_of(o), fm_scan_text(s));
            else if (fm_str_eqc(key, "value"))
                v = any_value(o, s);
            else
                fm_scan_skip(s);
        }
        if (k.len && v.len && n < JSON_LABELS_MAX)
            out[n++] = (struct fm_label){k, v};
    }
    return n;
}

static void read_point(struct fm_scan *s, struct point *p)
{
    for (fm_str key; fm_scan_member(s, &key);) {
        if (fm_str_eqc(key, "attributes"))
            p->attributes = fm_scan_skip(s);
        else if (fm_str_eqc(key, "asDouble") || fm_str_eqc(key, "asInt"))
            p->value = fm_scan_text(s);
        else if (fm_str_eqc(key, "timeUnixNano"))
            p->time = fm_scan_text(s);
        else if (fm_str_eqc(key, "sum"))
            p->sum = fm_scan_text(s);
        else if (fm_str_eqc(key, "count"))
            p->count = fm_scan_text(s);
        else
            fm_scan_skip(s);
    }
}

static struct series *series_of(struct otlp *o, fm_str attributes,
                                const struct metric_identity *metric)
{
    struct fm_map_entry *e = fm_map_put(&o->series, attributes);
    if (e->value)
        return e->value;
    struct series *s = FM_NEW(arena_of(o), struct series);
    s->table = metric_table_new(o->b, 1, true, 0);
    s->id = *metric;
    s->id.labels = FM_NEW_ARRAY(arena_of(o), struct fm_label, JSON_LABELS_MAX);
    memcpy(s->id.labels, o->resource, o->n_resource * sizeof *o->resource);
    struct fm_scan scan = fm_scan_init(attributes);
    s->id.n_labels =
        attributes.len ? read_attributes(o, &scan, s->id.labels, o->n_resource) : o->n_resource;
    e->value = s;
    return s;
}

static void add_point(struct otlp *o, const struct point *p, const struct metric_identity *metric)
{
    fm_time at;
    double v = NAN, n;
    fm_str bytes = p->value.len ? p->value : p->sum;
    if (!bytes.len || !fm_cell_time(p->time, 0, &at) || !fm_cell_number(bytes, &v))
        return;
    if (!p->value.len) {
        if (!fm_cell_number(p->count, &n) || !(n > 0))
            return;
        v /= n;
    }
    struct series *s = series_of(o, p->attributes, metric);
    size_t row = metric_table_row(o->b, s->table, at, bytes);
    if (row != SIZE_MAX)
        s->table->columns[0][row] = v;
    o->b->source->records++;
}

/* The body of gauge, sum, histogram or summary. */
static void read_data(struct otlp *o, struct fm_scan *s, struct metric_identity *metric)
{
    if (!fm_scan_object(s))
        return;
    for (fm_str key; fm_scan_member(s, &key);) {
        if (fm_str_eqc(key, "isMonotonic")) {
            metric->is_counter = fm_str_eqc(fm_scan_text(s), "true");
            metric->is_gauge = !metric->is_counter;
        } else if (fm_str_eqc(key, "dataPoints") && fm_scan_array(s)) {
            while (fm_scan_item(s)) {
                struct point p = {0};
                if (!fm_scan_object(s))
                    continue;
                read_point(s, &p);
                add_point(o, &p, metric);
            }
        } else if (!fm_str_eqc(key, "dataPoints")) {
            fm_scan_skip(s);
        }
    }
}

static bool is_data_key(fm_str key)
{
    return fm_str_eqc(key, "gauge") || fm_str_eqc(key, "sum") || fm_str_eqc(key, "histogram") ||
           fm_str_eqc(key, "summary") || fm_str_eqc(key, "exponentialHistogram");
}

static void finish_metric(struct otlp *o, const struct metric_identity *metric)
{
    for (size_t i = 0; i < o->series.n; i++) {
        struct series *s = o->series.entries[i].value;
        s->id.is_counter = metric->is_counter;
        s->id.is_gauge = metric->is_gauge;
        metric_table_finish(o->b, s->table);
        metric_builder_add(o->b, s->table, 0, 0, &s->id);
    }
}

/* Names stand before the data in every exporter; a metric without one is not read. */
static void read_metric(struct otlp *o, struct fm_scan *s)
{
    struct metric_identity metric = {0};
    if (!fm_scan_object(s))
        return;
    fm_map_init(&o->series, arena_of(o));
    for (fm_str key; fm_scan_member(s, &key);) {
        if (fm_str_eqc(key, "name")) {
            metric.written = fm_scan_text(s);
            metric.written_at = fm_quote(o->b->source, metric.written, FM_QUOTE_MAX);
        } else if (fm_str_eqc(key, "unit")) {
            metric.unit = fm_scan_text(s);
        } else if (is_data_key(key) && metric.written.len) {
            read_data(o, s, &metric);
        } else {
            fm_scan_skip(s);
        }
    }
    finish_metric(o, &metric);
}

static void read_scopes(struct otlp *o, struct fm_scan *s)
{
    if (!fm_scan_array(s))
        return;
    while (fm_scan_item(s)) {
        if (!fm_scan_object(s))
            continue;
        for (fm_str key; fm_scan_member(s, &key);) {
            if (!fm_str_eqc(key, "metrics"))
                fm_scan_skip(s);
            else if (fm_scan_array(s))
                while (fm_scan_item(s))
                    read_metric(o, s);
        }
    }
}

static void read_resource(struct otlp *o, struct fm_scan *s)
{
    if (!fm_scan_object(s))
        return;
    for (fm_str key; fm_scan_member(s, &key);) {
        if (fm_str_eqc(key, "attributes"))
            o->n_resource = read_attributes(o, s, o->resource, 0);
        else
            fm_scan_skip(s);
    }
}

void otlp_read(struct metric_builder *b, struct fm_scan *s)
{
    struct otlp o = {.b = b};
    if (!fm_scan_array(s))
        return;
    while (fm_scan_item(s)) {
        fm_str late = FM_STR_NULL;
        o.n_resource = 0;
        bool has_resource = false;
        if (!fm_scan_object(s))
            continue;
        for (fm_str key; fm_scan_member(s, &key);) {
            bool is_scopes =
                fm_str_eqc(key, "scopeMetrics") || fm_str_eqc(key, "instrumentationLibraryMetrics");
            if (fm_str_eqc(key, "resource")) {
                read_resource(&o, s);
                has_resource = true;
            } else if (is_scopes && has_resource) {
                read_scopes(&o, s);
            } else if (is_scopes) {
                late = fm_scan_skip(s);
            } else {
                fm_scan_skip(s);
            }
        }
        struct fm_scan scan = fm_scan_init(late);
        if (late.len)
            read_scopes(&o, &scan);
    }
}
