/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of metrics: rows into groups of equal labels, groups into series. */
#include <math.h>

#include "processing/cell.h"
#include "processing/metrics/builder.h"
#include "processing/metrics/csv_header.h"
#include "processing/metrics/csv_prefix.h"
#include "processing/metrics/entity.h"

/* Rows that have the same labels (and, in a long table, the same metric). */
struct group {
    struct metric_table *table;
    struct fm_label *labels;
    size_t n_labels;
    fm_str metric, unit, statistic;
};

struct table_reader {
    struct metric_builder *b;
    struct fm_csv csv;
    struct csv_header header;
    size_t *values; /* columns of use CSV_VALUE */
    size_t n_values;
    size_t *keys; /* columns that tell groups apart */
    size_t n_keys;
    struct fm_map groups;
    struct group *last;
    struct fm_buf key;
    uint64_t bad_times, bad_values, first_bad_line;
};

static struct fm_arena *arena_of(struct table_reader *r)
{
    return &r->b->in->ctx->arena;
}

static void list_columns(struct table_reader *r)
{
    const struct csv_header *h = &r->header;
    r->values = FM_NEW_ARRAY(arena_of(r), size_t, h->n_columns);
    r->keys = FM_NEW_ARRAY(arena_of(r), size_t, h->n_columns);
    for (size_t i = 0; i < h->n_columns; i++) {
        if (h->uses[i] == CSV_VALUE)
            r->values[r->n_values++] = i;
        else if (h->uses[i] != CSV_TIME && h->uses[i] != CSV_IGNORE)
            r->keys[r->n_keys++] = i;
    }
}

static fm_str field(const struct fm_csv *c, size_t i)
{
    return i < c->n ? fm_str_trim(c->fields[i]) : FM_STR_NULL;
}

static void fill_group(struct table_reader *r, struct group *g)
{
    struct fm_arena *a = arena_of(r);
    g->table = metric_table_new(r->b, r->n_values, false, r->csv.separator);
    g->labels = FM_NEW_ARRAY(a, struct fm_label, r->n_keys);
    for (size_t k = 0; k < r->n_keys; k++) {
        fm_str v = field(&r->csv, r->keys[k]);
        enum csv_column_use use = r->header.uses[r->keys[k]];
        if (use == CSV_METRIC)
            g->metric = v;
        else if (use == CSV_UNIT)
            g->unit = v;
        else if (use == CSV_STATISTIC)
            g->statistic = v;
        else if (v.len)
            g->labels[g->n_labels++] =
                (struct fm_label){csv_header_name(&r->header, r->keys[k]), v};
    }
}

/* The group of the current row; NULL when there are too many. */
static struct group *group_of(struct table_reader *r)
{
    if (r->n_keys == 0 && r->last)
        return r->last;
    fm_buf_clear(&r->key);
    for (size_t k = 0; k < r->n_keys; k++) {
        fm_buf_adds(&r->key, field(&r->csv, r->keys[k]));
        fm_buf_addc(&r->key, '\0');
    }
    struct group *known = fm_map_get(&r->groups, fm_buf_str(&r->key));
    if (known)
        return r->last = known;
    if (r->groups.n * (r->n_values ? r->n_values : 1) >= r->b->series_max) {
        r->b->set->n_left_out++;
        return NULL;
    }
    struct group *g = FM_NEW(arena_of(r), struct group);
    fill_group(r, g);
    fm_map_put(&r->groups, fm_buf_str(&r->key))->value = g;
    return r->last = g;
}

static void read_row(struct table_reader *r)
{
    fm_time at;
    if (!fm_cell_time(field(&r->csv, r->header.time_column), r->b->in->ask.zone_offset_s, &at)) {
        if (r->bad_times++ == 0)
            r->first_bad_line = r->csv.line;
        return;
    }
    struct group *g = group_of(r);
    size_t row = g ? metric_table_row(r->b, g->table, at, r->csv.row) : SIZE_MAX;
    if (row == SIZE_MAX)
        return;
    for (size_t k = 0; k < r->n_values; k++)
        if (r->values[k] < r->csv.n &&
            !fm_cell_number(r->csv.fields[r->values[k]], &g->table->columns[k][row]))
            r->bad_values++;
}

static fm_span span_of_cell(struct table_reader *r, fm_str cell)
{
    return fm_quote(r->b->source, cell, FM_QUOTE_MAX);
}

/* "source_50.csv": the file's name says what an edge table without a metric in its headers
 * measures. */
static fm_str file_stem(fm_str path)
{
    ptrdiff_t slash = fm_str_rchr(path, '/');
    fm_str name = slash >= 0 ? fm_str_skip(path, (size_t)slash + 1) : path;
    ptrdiff_t dot = fm_str_rchr(name, '.');
    return dot > 0 ? fm_str_sub(name, 0, (size_t)dot) : name;
}

static struct metric_identity identity(struct table_reader *r, const struct group *g, size_t column)
{
    const struct csv_header *h = &r->header;
    struct metric_identity id = {
        .labels = g->labels, .n_labels = g->n_labels, .unit = g->unit, .statistic = g->statistic};
    fm_str name = csv_header_name(h, column);
    if (h->is_long && g->metric.len) {
        id.written = g->metric;
        if (r->n_values > 1)
            id.statistic = name;
    } else {
        id.written = name.len ? name : fm_str_fmt(arena_of(r), "column %zu", column + 1);
    }
    id.written_at = span_of_cell(r, h->is_long && g->metric.len ? g->metric : name);
    id.entity = csv_header_cell(h, CSV_LEVEL_ENTITY, column);
    if (id.statistic.len == 0)
        id.statistic = csv_header_cell(h, CSV_LEVEL_STATISTIC, column);
    if (id.unit.len == 0)
        id.unit = csv_header_cell(h, CSV_LEVEL_UNIT, column);
    return id;
}

/* "lag{group=\"g\"}", "{__name__=\"lag\", …}": titles of dashboards' exports. */
static void take_title_labels(struct table_reader *r, struct metric_identity *id)
{
    ptrdiff_t open = fm_str_chr(id->written, '{', 0);
    if (open < 0 || !fm_str_ends(id->written, FM_STR("}")))
        return;
    fm_str inside = fm_str_sub(id->written, (size_t)open + 1, id->written.len - (size_t)open - 2);
    struct fm_label *own, *all;
    size_t n = metric_labels_parse(arena_of(r), inside, &own);
    all = FM_NEW_ARRAY(arena_of(r), struct fm_label, n + id->n_labels + 1);
    if (id->n_labels)
        memcpy(all, id->labels, id->n_labels * sizeof *all);
    id->labels = all;
    id->written = fm_str_sub(id->written, 0, (size_t)open);
    for (size_t i = 0; i < n; i++) {
        if (fm_str_eqc(own[i].key, "__name__"))
            id->written = own[i].value;
        else
            all[id->n_labels++] = own[i];
    }
}

/* The metric's name is judged without the entity, but shown as written. */
static void add_series(struct table_reader *r, const struct group *g, size_t k,
                       const struct column_split *split)
{
    struct metric_identity id = identity(r, g, r->values[k]);
    fm_str written = id.written;
    if (split && split->entity.len) {
        id.entity = split->entity;
        id.peer = split->peer;
        id.written = split->metric.len ? split->metric : file_stem(r->b->source->path);
    }
    take_title_labels(r, &id);
    size_t before = r->b->set->series.n;
    metric_builder_add(r->b, g->table, k, (uint32_t)r->values[k], &id);
    if (r->b->set->series.n > before)
        r->b->set->series.items[before]->written = written;
}

static bool has_entity_label(const struct group *g)
{
    for (size_t i = 0; i < g->n_labels; i++)
        if (metric_is_entity_key(g->labels[i].key))
            return true;
    return false;
}

static struct column_split *split_columns(struct table_reader *r, const struct group *g)
{
    struct fm_arena *a = arena_of(r);
    if (r->header.is_long || r->header.n_rows > 1 || has_entity_label(g))
        return NULL;
    fm_str *names = FM_NEW_ARRAY(a, fm_str, r->n_values);
    struct column_split *out = FM_NEW_ARRAY(a, struct column_split, r->n_values);
    for (size_t k = 0; k < r->n_values; k++)
        names[k] = csv_header_name(&r->header, r->values[k]);
    csv_prefix_split(a, names, r->n_values, out);
    return out;
}

static void finish(struct table_reader *r)
{
    for (size_t i = 0; i < r->groups.n; i++) {
        struct group *g = r->groups.entries[i].value;
        metric_table_finish(r->b, g->table);
        struct column_split *split = split_columns(r, g);
        for (size_t k = 0; k < r->n_values; k++)
            add_series(r, g, k, split ? &split[k] : NULL);
    }
    if (r->bad_times)
        fm_incident_problem(r->b->in, r->b->source, r->first_bad_line,
                            "%llu rows have no readable time and were left out",
                            (unsigned long long)r->bad_times);
    if (r->bad_values)
        fm_incident_problem(r->b->in, r->b->source, 0,
                            "%llu cells are no numbers and count as missing",
                            (unsigned long long)r->bad_values);
}

bool metric_read_csv(struct metric_builder *b)
{
    struct table_reader r = {.b = b};
    struct fm_evidence *e = b->source;
    fm_csv_init(&r.csv, arena_of(&r), e->bytes);
    if (!csv_header_read(b->in, &r.csv, &r.header))
        return false;
    fm_map_init(&r.groups, arena_of(&r));
    fm_buf_init(&r.key, 1u << 16);
    list_columns(&r);
    while (fm_csv_next(&r.csv)) {
        if ((++e->records & 0xFFFF) == 0 && fm_ctx_check(b->in->ctx) != FM_OK)
            break;
        read_row(&r);
    }
    finish(&r);
    fm_buf_release(&r.key);
    return true;
}
