/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/csv_header.h"

#include "processing/cell.h"
#include "processing/metrics/entity.h"

#define SAMPLE_ROWS 200

static const char *const time_words[] = {"time",     "timestamp",  "ts",       "date",
                                         "datetime", "timestamps", "unixtime", NULL};

static bool is_time_name(fm_str name)
{
    struct fm_words w;
    fm_words_split(name, &w);
    return w.n && w.n <= 4 && fm_words_has_any(&w, time_words) && !fm_words_has(&w, "response");
}

static bool is_any(fm_str name, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_ieq(name, fm_str_c(*list)))
            return true;
    return false;
}

/* A row of values has a time and, beside it, a number; header rows have neither. */
static bool is_value_row(const struct fm_csv *c, int32_t zone)
{
    fm_time t;
    bool has_time = false, has_number = false;
    for (size_t i = 0; i < c->n; i++) {
        if (!has_time && fm_cell_time(c->fields[i], zone, &t))
            has_time = true;
        else
            has_number |= fm_cell_is_number(c->fields[i]);
    }
    return has_time && (has_number || c->n > 2);
}

static fm_str *copy_fields(struct fm_arena *a, const struct fm_csv *c)
{
    fm_str *f = FM_NEW_ARRAY(a, fm_str, c->n);
    for (size_t i = 0; i < c->n; i++)
        f[i] = fm_str_trim(c->fields[i]);
    return f;
}

/* Header rows, padded to the width of the widest; *c stays before the first row of values. */
static bool read_rows(struct fm_incident *in, struct fm_csv *c, struct csv_header *h)
{
    struct fm_csv before = *c;
    size_t width[CSV_HEADERS_MAX] = {0};
    while (fm_csv_next(c)) {
        if (is_value_row(c, in->ask.zone_offset_s)) {
            h->n_columns = c->n;
            *c = before;
            break;
        }
        if (h->n_rows == CSV_HEADERS_MAX)
            return false;
        width[h->n_rows] = c->n;
        h->rows[h->n_rows++] = copy_fields(&in->ctx->arena, c);
        before = *c;
    }
    for (size_t k = 0; k < h->n_rows; k++) {
        fm_str *padded = FM_NEW_ARRAY(&in->ctx->arena, fm_str, h->n_columns);
        for (size_t i = 0; i < h->n_columns && i < width[k]; i++)
            padded[i] = h->rows[k][i];
        h->rows[k] = padded;
    }
    return h->n_columns > 0 && h->n_rows > 0;
}

/* What a header row holds, from the cell above the times. */
static enum csv_level level_of(fm_str cell)
{
    static const char *const statistics[] = {"statistic",   "stat",     "statistics", "agg",
                                             "aggregation", "quantile", "percentile", NULL};
    static const char *const units[] = {"unit", "units", NULL};
    static const char *const names[] = {"metric",  "metrics",     "metric_name", "name",
                                        "measure", "measurement", NULL};
    if (is_any(cell, statistics))
        return CSV_LEVEL_STATISTIC;
    if (is_any(cell, units))
        return CSV_LEVEL_UNIT;
    if (is_any(cell, names) || is_time_name(cell))
        return CSV_LEVEL_NAME;
    return metric_is_entity_key(cell) ? CSV_LEVEL_ENTITY : CSV_LEVEL_LABEL;
}

/* A row below the names in which most cells are units: "s", "%", "bytes". */
static bool is_unit_row(const struct csv_header *h, const fm_str *row)
{
    size_t cells = 0, found = 0;
    for (size_t i = 0; i < h->n_columns; i++) {
        if (row[i].len == 0)
            continue;
        cells++;
        found += row[i].len <= 12 && metric_naming_read(FM_STR("x"), row[i]).unit.len > 0;
    }
    return cells > 1 && found * 2 >= cells;
}

static bool is_blank_row(const struct csv_header *h, const fm_str *row)
{
    for (size_t i = 0; i < h->n_columns; i++)
        if (i != h->time_column && row[i].len)
            return false;
    return true;
}

static void find_levels(struct csv_header *h)
{
    bool has_name = false;
    for (size_t k = 0; k < h->n_rows; k++) {
        const fm_str *row = h->rows[k];
        h->levels[k] = h->n_rows == 1 ? CSV_LEVEL_NAME : level_of(row[h->time_column]);
        if (is_blank_row(h, row))
            h->levels[k] = CSV_LEVEL_LABEL;
        else if (has_name && h->levels[k] != CSV_LEVEL_STATISTIC && is_unit_row(h, row))
            h->levels[k] = CSV_LEVEL_UNIT;
        has_name |= h->levels[k] == CSV_LEVEL_NAME;
    }
    if (!has_name)
        h->levels[h->n_rows - 1] = CSV_LEVEL_NAME;
}

/* Headers of a time column are found in any header row. */
static bool has_time_header(const struct csv_header *h, size_t i)
{
    for (size_t k = 0; k < h->n_rows; k++)
        if (is_time_name(h->rows[k][i]))
            return true;
    return false;
}

struct column_sample {
    size_t times, numbers, texts;
};

static void sample(struct fm_incident *in, struct fm_csv c, struct csv_header *h,
                   struct column_sample *s)
{
    fm_time t;
    for (unsigned k = 0; k < SAMPLE_ROWS && fm_csv_next(&c); k++)
        for (size_t i = 0; i < c.n && i < h->n_columns; i++) {
            if (fm_cell_time(c.fields[i], in->ask.zone_offset_s, &t))
                s[i].times++;
            if (fm_cell_is_number(c.fields[i]))
                s[i].numbers++;
            else if (fm_str_trim(c.fields[i]).len && !fm_str_ieq(c.fields[i], FM_STR("nan")))
                s[i].texts++;
        }
}

static bool find_time_column(struct csv_header *h, const struct column_sample *s)
{
    h->time_column = SIZE_MAX;
    for (size_t i = 0; i < h->n_columns; i++) {
        if (s[i].times == 0 || s[i].times * 10 < (s[i].numbers + s[i].texts) * 9)
            continue;
        bool is_text = s[i].numbers == 0;
        if (h->time_column == SIZE_MAX && (has_time_header(h, i) || is_text))
            h->time_column = i;
    }
    if (h->time_column == SIZE_MAX && h->n_columns && s[0].times)
        h->time_column = 0;
    return h->time_column != SIZE_MAX;
}

/* What the title alone says, or CSV_IGNORE. */
static enum csv_column_use use_by_title(const struct csv_header *h, fm_str name, bool is_text)
{
    static const char *const metrics[] = {"metric",      "metric_name", "metricname", "__name__",
                                          "measurement", "kpi",         "kpi_name",   "_field",
                                          "series",      "indicator",   NULL};
    static const char *const statistics[] = {"statistic", "stat",       "agg", "aggregation",
                                             "quantile",  "percentile", NULL};
    static const char *const units[] = {"unit", "units", NULL};
    if (is_any(name, units))
        return CSV_UNIT;
    if (h->n_rows == 1 && is_any(name, statistics))
        return CSV_STATISTIC;
    bool is_metric =
        is_any(name, metrics) || (fm_str_ieq(name, FM_STR("name")) && h->n_columns <= 6);
    return is_text && is_metric ? CSV_METRIC : CSV_IGNORE;
}

static enum csv_column_use use_of(const struct csv_header *h, const struct column_sample *s,
                                  size_t i)
{
    static const char *const ids[] = {"le", "port",  "status",    "code", "status_code",
                                      "id", "shard", "partition", NULL};
    fm_str name = csv_header_name(h, i);
    bool is_text = s->texts > s->numbers;
    if (i == h->time_column)
        return CSV_TIME;
    if (s->times && s->times >= s->numbers && has_time_header(h, i))
        return CSV_IGNORE;
    enum csv_column_use use = use_by_title(h, name, is_text);
    if (use != CSV_IGNORE)
        return use;
    return is_text || is_any(name, ids) ? CSV_LABEL : CSV_VALUE;
}

/* In a long table with a column called "value" the other numbers describe it. */
static void find_uses(struct csv_header *h, const struct column_sample *s)
{
    static const char *const values[] = {"value",       "val",    "_value", "metric_value",
                                         "metricvalue", "sample", "values", NULL};
    bool has_metric = false, has_value = false;
    for (size_t i = 0; i < h->n_columns; i++) {
        h->uses[i] = use_of(h, &s[i], i);
        has_metric |= h->uses[i] == CSV_METRIC;
        has_value |= h->uses[i] == CSV_VALUE && is_any(csv_header_name(h, i), values);
    }
    h->is_long = has_metric;
    for (size_t i = 0; has_metric && has_value && i < h->n_columns; i++)
        if (h->uses[i] == CSV_VALUE && !is_any(csv_header_name(h, i), values))
            h->uses[i] = CSV_IGNORE;
}

bool csv_header_read(struct fm_incident *in, struct fm_csv *c, struct csv_header *h)
{
    struct fm_arena *a = &in->ctx->arena;
    memset(h, 0, sizeof *h);
    if (!read_rows(in, c, h))
        return false;
    struct column_sample *s = FM_NEW_ARRAY(a, struct column_sample, h->n_columns);
    sample(in, *c, h, s);
    if (!find_time_column(h, s))
        return false;
    find_levels(h);
    h->uses = FM_NEW_ARRAY(a, enum csv_column_use, h->n_columns);
    find_uses(h, s);
    for (size_t i = 0; i < h->n_columns; i++)
        if (h->uses[i] == CSV_VALUE)
            return true;
    return false;
}

fm_str csv_header_cell(const struct csv_header *h, enum csv_level level, size_t i)
{
    for (size_t k = 0; k < h->n_rows; k++)
        if (h->levels[k] == level && i < h->n_columns)
            return h->rows[k][i];
    return FM_STR_NULL;
}

fm_str csv_header_name(const struct csv_header *h, size_t i)
{
    return csv_header_cell(h, CSV_LEVEL_NAME, i);
}
