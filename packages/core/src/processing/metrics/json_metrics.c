/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Series in JSON, recognised by the members of their objects wherever they stand:
 *   Prometheus HTTP API   {"metric": {…}, "values": [[t, "v"], …]} or "value": [t, "v"]
 *   CloudWatch            {"Label"/"MetricName": …, "Timestamps": […], "Values": […]} and
 * {"Datapoints": [{"Timestamp": …, "Average": …}]} Datadog               {"metric": …, "pointlist":
 * [[ms, v], …], "scope": …} flat records          {"timestamp": …, "metric": …, "value": …, other
 * members are labels}, also one object a line OTLP JSON (opentelemetry-proto, metrics.proto) has a
 * reader of its own, otlp.c.
 */
#include <math.h>

#include "processing/cell.h"
#include "processing/metrics/json_form.h"

static bool key_is(fm_str key, const char *name)
{
    fm_str want = fm_str_c(name);
    size_t i = 0;
    for (size_t k = 0; k < key.len; k++) {
        char c = key.p[k];
        if (c == '_' || c == '-' || c == '.')
            continue;
        c = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (i == want.len || want.p[i++] != c)
            return false;
    }
    return i == want.len;
}

void json_members_read(struct fm_scan *s, struct json_members *m)
{
    m->n = 0;
    for (fm_str key; fm_scan_member(s, &key);) {
        fm_str value = fm_scan_skip(s);
        if (m->n < JSON_MEMBERS_MAX)
            m->items[m->n++] = (struct json_member){key, value};
    }
}

fm_str json_member(const struct json_members *m, const char *const *names)
{
    for (; *names; names++)
        for (size_t i = 0; i < m->n; i++)
            if (key_is(m->items[i].key, *names))
                return m->items[i].value;
    return FM_STR_NULL;
}

fm_str json_plain(struct fm_arena *a, fm_str value)
{
    struct fm_scan s = fm_scan_init(value);
    return fm_scan_decode(a, fm_scan_text(&s));
}

static void push_label(struct metric_builder *b, struct metric_identity *id, fm_str key,
                       fm_str value)
{
    if (id->n_labels < JSON_LABELS_MAX && value.len)
        id->labels[id->n_labels++] =
            (struct fm_label){fm_scan_decode(&b->in->ctx->arena, key), value};
}

/* {"k": "v", …}, or CloudWatch's [{"Name": k, "Value": v}, …]. */
static void read_labels(struct metric_builder *b, fm_str text, struct metric_identity *id)
{
    static const char *const name[] = {"name", "key", NULL}, *const value[] = {"value", NULL};
    struct fm_arena *a = &b->in->ctx->arena;
    struct fm_scan s = fm_scan_init(text);
    if (fm_scan_peek(&s) == '[') {
        struct json_members m;
        if (!fm_scan_array(&s))
            return;
        while (fm_scan_item(&s))
            if (fm_scan_object(&s)) {
                json_members_read(&s, &m);
                push_label(b, id, json_plain(a, json_member(&m, name)),
                           json_plain(a, json_member(&m, value)));
            }
        return;
    }
    if (!fm_scan_object(&s))
        return;
    for (fm_str key; fm_scan_member(&s, &key);)
        push_label(b, id, key, fm_scan_decode(a, fm_scan_text(&s)));
}

static void add_point(struct metric_builder *b, struct metric_table *t, fm_str time, fm_str value)
{
    fm_time at;
    double v;
    if (!fm_cell_time(time, b->in->ask.zone_offset_s, &at) || !fm_cell_number(value, &v))
        return;
    size_t row = metric_table_row(b, t, at, value);
    if (row != SIZE_MAX)
        t->columns[0][row] = v;
}

/* [t, v] */
static void read_pair(struct metric_builder *b, struct fm_scan *s, struct metric_table *t)
{
    fm_str part[2] = {FM_STR_NULL, FM_STR_NULL};
    size_t n = 0;
    if (!fm_scan_array(s))
        return;
    while (fm_scan_item(s)) {
        fm_str x = fm_scan_text(s);
        if (n < 2)
            part[n++] = x;
    }
    if (n == 2)
        add_point(b, t, part[0], part[1]);
}

static void read_pairs(struct metric_builder *b, fm_str text, struct metric_table *t)
{
    struct fm_scan s = fm_scan_init(text);
    if (fm_scan_array(&s))
        while (fm_scan_item(&s))
            read_pair(b, &s, t);
}

static void read_columns(struct metric_builder *b, fm_str times, fm_str values,
                         struct metric_table *t)
{
    struct fm_scan x = fm_scan_init(times), y = fm_scan_init(values);
    if (!fm_scan_array(&x) || !fm_scan_array(&y))
        return;
    while (fm_scan_item(&x) && fm_scan_item(&y)) {
        fm_str at = fm_scan_text(&x);
        add_point(b, t, at, fm_scan_text(&y));
    }
}

static void finish(struct metric_builder *b, struct metric_table *t,
                   const struct metric_identity *id)
{
    metric_table_finish(b, t);
    b->source->records += t->rows->n;
    metric_builder_add(b, t, 0, 0, id);
}

static const char *const metric_keys[] = {"metricname",  "metric", "name", "label",
                                          "measurement", "id",     NULL};
static const char *const unit_keys[] = {"unit", NULL};
static const char *const stat_keys[] = {"stat", "statistic", "aggregation", "aggr", NULL};
static const char *const label_keys[] = {"dimensions", "labels", "tags", "attributes", NULL};
static const char *const time_keys[] = {"timestamp", "time", "ts", "datetime", "date", NULL};

/* The name may be a string, or Prometheus' label set with __name__ in it. */
static void name_series(struct metric_builder *b, const struct json_members *m,
                        struct metric_identity *id)
{
    struct fm_arena *a = &b->in->ctx->arena;
    fm_str name = json_member(m, metric_keys);
    if (name.len && name.p[0] == '{') {
        read_labels(b, name, id);
        id->written = FM_STR("value");
        for (size_t i = 0; i < id->n_labels; i++)
            if (fm_str_eqc(id->labels[i].key, "__name__"))
                id->written = id->labels[i].value;
    } else {
        id->written = json_plain(a, name);
    }
    fm_str bytes = b->source->bytes;
    if (id->written.p >= bytes.p && id->written.p < bytes.p + bytes.len)
        id->written_at = fm_quote(b->source, id->written, FM_QUOTE_MAX);
    read_labels(b, json_member(m, label_keys), id);
    id->unit = json_plain(a, json_member(m, unit_keys));
    id->statistic = json_plain(a, json_member(m, stat_keys));
    for (size_t i = 0; i < id->n_labels; i++)
        if (fm_str_eqc(id->labels[i].key, "quantile"))
            id->statistic = id->labels[i].value;
}

static struct metric_identity new_identity(struct metric_builder *b)
{
    return (struct metric_identity){
        .labels = FM_NEW_ARRAY(&b->in->ctx->arena, struct fm_label, JSON_LABELS_MAX)};
}

/* {"Datapoints": [{"Timestamp": …, "Average": 1, "Unit": …}]}: one series a statistic. */
static void read_datapoints(struct metric_builder *b, fm_str text, struct metric_identity *id)
{
    static const char *const statistics[] = {"average", "maximum", "minimum",
                                             "sum",     "value",   "samplecount"};
    for (size_t k = 0; k < sizeof statistics / sizeof statistics[0]; k++) {
        const char *const one[] = {statistics[k], NULL};
        struct metric_table *t = metric_table_new(b, 1, true, 0);
        struct fm_scan s = fm_scan_init(text);
        struct json_members m;
        if (!fm_scan_array(&s))
            return;
        while (fm_scan_item(&s))
            if (fm_scan_object(&s)) {
                json_members_read(&s, &m);
                struct fm_scan v = fm_scan_init(json_member(&m, one)),
                               at = fm_scan_init(json_member(&m, time_keys));
                if (v.p != v.end && at.p != at.end)
                    add_point(b, t, fm_scan_text(&at), fm_scan_text(&v));
                if (id->unit.len == 0)
                    id->unit = json_plain(&b->in->ctx->arena, json_member(&m, unit_keys));
            }
        id->statistic = fm_str_c(statistics[k]);
        if (t->rows->n)
            finish(b, t, id);
    }
}

/* Two lists, a list of pairs, or one pair. */
static void read_points(struct metric_builder *b, struct metric_table *t, fm_str times,
                        fm_str values)
{
    struct fm_scan inner = fm_scan_init(fm_str_skip(values, 1)), one = fm_scan_init(values);
    if (times.len)
        read_columns(b, times, values, t);
    else if (fm_scan_peek(&inner) == '[')
        read_pairs(b, values, t);
    else
        read_pair(b, &one, t);
}

static bool is_list(fm_str v)
{
    return v.len && v.p[0] == '[';
}

/* A series in one object; false when the members are not those of one. */
static bool read_series(struct metric_builder *b, const struct json_members *m)
{
    static const char *const values_keys[] = {"values", "value", NULL}, *const times_keys[] = {
                                                                            "timestamps", "times",
                                                                            NULL};
    static const char *const pair_keys[] = {"pointlist", "points", "datapoints", NULL};
    fm_str values = json_member(m, values_keys), times = json_member(m, times_keys),
           pairs = json_member(m, pair_keys);
    bool has_values = is_list(values) && (times.len || json_member(m, metric_keys).len);
    if (!has_values && !is_list(pairs))
        return false;
    struct metric_identity id = new_identity(b);
    name_series(b, m, &id);
    if (id.written.len == 0)
        return false;
    struct fm_scan first = fm_scan_init(pairs.len ? fm_str_skip(pairs, 1) : pairs);
    if (pairs.len && fm_scan_peek(&first) == '{') {
        read_datapoints(b, pairs, &id);
        return true;
    }
    struct metric_table *t = metric_table_new(b, 1, true, 0);
    read_points(b, t, times, pairs.len ? pairs : values);
    finish(b, t, &id);
    return true;
}

/* Flat records of one metric and the same labels make one series. */
struct flat_series {
    struct metric_table *table;
    struct metric_identity id;
};

static bool is_scalar(fm_str v)
{
    return v.len && v.p[0] != '{' && v.p[0] != '[';
}

static bool is_any_key(fm_str key, const char *const *names)
{
    for (; *names; names++)
        if (key_is(key, *names))
            return true;
    return false;
}

static void flat_identity(struct metric_builder *b, const struct json_members *m,
                          struct metric_identity *id)
{
    static const char *const value_key[] = {"value", NULL};
    *id = new_identity(b);
    name_series(b, m, id);
    for (size_t i = 0; i < m->n; i++) {
        fm_str key = m->items[i].key;
        if (!is_any_key(key, metric_keys) && !is_any_key(key, time_keys) &&
            !is_any_key(key, value_key) && !is_any_key(key, unit_keys) &&
            !is_any_key(key, stat_keys) && is_scalar(m->items[i].value))
            push_label(b, id, key, json_plain(&b->in->ctx->arena, m->items[i].value));
    }
}

static void flat_key(const struct json_members *m, struct fm_buf *key)
{
    static const char *const value_key[] = {"value", NULL};
    fm_buf_clear(key);
    for (size_t i = 0; i < m->n; i++)
        if (!is_any_key(m->items[i].key, time_keys) && !is_any_key(m->items[i].key, value_key)) {
            fm_buf_adds(key, m->items[i].value);
            fm_buf_addc(key, '\0');
        }
}

static bool read_flat(struct json_reader *r, const struct json_members *m)
{
    static const char *const value_key[] = {"value", NULL}, *const names[] = {"metricname",
                                                                              "metric", "name",
                                                                              NULL};
    fm_str value = json_member(m, value_key), at = json_member(m, time_keys);
    if (!is_scalar(value) || !is_scalar(at) || !is_scalar(json_member(m, names)))
        return false;
    flat_key(m, &r->key);
    struct flat_series *s = fm_map_get(&r->flat, fm_buf_str(&r->key));
    if (!s) {
        if (r->flat.n >= r->b->series_max) {
            r->b->set->n_left_out++;
            return true;
        }
        s = FM_NEW(&r->b->in->ctx->arena, struct flat_series);
        s->table = metric_table_new(r->b, 1, true, 0);
        flat_identity(r->b, m, &s->id);
        fm_map_put(&r->flat, fm_buf_str(&r->key))->value = s;
    }
    struct fm_scan x = fm_scan_init(at), y = fm_scan_init(value);
    add_point(r->b, s->table, fm_scan_text(&x), fm_scan_text(&y));
    return true;
}

/* Any value: objects that are series are read, everything else is searched. */
static void walk(struct json_reader *r, struct fm_scan *s, unsigned depth)
{
    char c = fm_scan_peek(s);
    if (depth > JSON_WALK_MAX || (c != '{' && c != '[')) {
        fm_scan_skip(s);
        return;
    }
    if (c == '[') {
        fm_scan_array(s);
        while (fm_scan_item(s))
            walk(r, s, depth + 1);
        return;
    }
    struct json_members m;
    struct fm_scan again = *s;
    fm_scan_object(s);
    json_members_read(s, &m);
    if (read_series(r->b, &m) || read_flat(r, &m) || !fm_scan_object(&again))
        return;
    for (fm_str key; fm_scan_member(&again, &key);) {
        if (key_is(key, "resourcemetrics"))
            otlp_read(r->b, &again);
        else
            walk(r, &again, depth + 1);
    }
}

bool metric_read_json(struct metric_builder *b)
{
    struct json_reader r = {.b = b};
    struct fm_scan s = fm_scan_init(b->source->bytes);
    char c = fm_scan_peek(&s);
    if (c != '{' && c != '[')
        return false;
    fm_map_init(&r.flat, &b->in->ctx->arena);
    fm_buf_init(&r.key, 1u << 20);
    while (fm_scan_peek(&s))
        walk(&r, &s, 0);
    for (size_t i = 0; i < r.flat.n; i++) {
        struct flat_series *f = r.flat.entries[i].value;
        finish(b, f->table, &f->id);
    }
    if (s.is_broken)
        fm_incident_problem(b->in, b->source, 0,
                            "the JSON is damaged or cut off; what stands before was read");
    fm_buf_release(&r.key);
    return true;
}
