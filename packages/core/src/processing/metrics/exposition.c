/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prometheus text exposition 0.0.4 and OpenMetrics 1.0: `name{label="value",…} value [time] [#
 * exemplar]`. Times are milliseconds in the former, seconds in the latter; both are told apart by
 * size. Several scrapes may stand behind each other.
 */
#include <math.h>

#include "processing/cell.h"
#include "processing/json_scan.h"
#include "processing/metrics/builder.h"

struct sample {
    fm_str key; /* name with labels, as written */
    fm_str name;
    fm_str labels; /* between the braces */
    fm_str value, time;
};

struct series {
    struct metric_table *table;
    fm_str name, labels;
};

struct exposition {
    struct metric_builder *b;
    struct fm_map series; /* sample.key → struct series */
    struct fm_map types;  /* metric → its TYPE word, as fm_str * */
    uint64_t bad_lines, first_bad_line;
};

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':' || c == '.';
}

/* Index behind the '}' that closes the labels, or 0. */
static size_t labels_end(fm_str line, size_t open)
{
    bool in_quotes = false;
    for (size_t i = open + 1; i < line.len; i++) {
        char c = line.p[i];
        if (in_quotes && c == '\\')
            i++;
        else if (c == '"')
            in_quotes = !in_quotes;
        else if (c == '}' && !in_quotes)
            return i + 1;
    }
    return 0;
}

static bool parse_sample(fm_str line, struct sample *out)
{
    size_t i = 0;
    while (i < line.len && is_name_char(line.p[i]))
        i++;
    if (i == 0 || (line.p[0] >= '0' && line.p[0] <= '9'))
        return false;
    *out = (struct sample){.name = fm_str_sub(line, 0, i)};
    if (i < line.len && line.p[i] == '{') {
        size_t end = labels_end(line, i);
        if (end == 0)
            return false;
        out->labels = fm_str_sub(line, i + 1, end - i - 2);
        i = end;
    }
    out->key = fm_str_sub(line, 0, i);
    fm_str rest = fm_str_skip(line, i), word;
    if (!fm_str_word(&rest, &out->value))
        return false;
    if (fm_str_word(&rest, &word) && !fm_str_starts(word, FM_STR("#")))
        out->time = word;
    double v;
    return fm_cell_number(out->value, &v);
}

/* The value at the beginning of *rest, in quotes or up to the comma; false when its quote does not
 * close. */
static bool take_value(struct fm_arena *a, fm_str *rest, fm_str *value)
{
    *rest = fm_str_trim(*rest);
    if (!rest->len || rest->p[0] != '"') {
        *value = fm_str_trim(fm_str_cut(rest, ','));
        return true;
    }
    size_t end = 1;
    while (end < rest->len && rest->p[end] != '"')
        end += rest->p[end] == '\\' ? 2 : 1;
    if (end >= rest->len)
        return false;
    *value = fm_scan_decode(a, fm_str_sub(*rest, 1, end - 1));
    *rest = fm_str_skip(*rest, end + 1);
    (void)fm_str_cut(rest, ',');
    return true;
}

size_t metric_labels_parse(struct fm_arena *a, fm_str text, struct fm_label **out)
{
    FM_VEC(struct fm_label) v = {0};
    while (text.len && v.n < 64 && fm_str_chr(text, '=', 0) > 0) {
        struct fm_label l = {.key = fm_str_trim(fm_str_cut(&text, '='))};
        if (!take_value(a, &text, &l.value))
            break;
        fm_vec_push(a, &v, l);
    }
    *out = v.items;
    return v.n;
}

/* "# TYPE name counter" */
static void read_comment(struct exposition *x, fm_str line)
{
    fm_str hash, word, name, type;
    if (!fm_str_word(&line, &hash) || !fm_str_word(&line, &word) || !fm_str_eqc(word, "TYPE") ||
        !fm_str_word(&line, &name) || !fm_str_word(&line, &type))
        return;
    struct fm_arena *a = &x->b->in->ctx->arena;
    fm_str *kept = FM_NEW(a, fm_str);
    *kept = type;
    fm_map_put(&x->types, name)->value = kept;
}

static void read_sample(struct exposition *x, const struct sample *m)
{
    struct fm_arena *a = &x->b->in->ctx->arena;
    struct series *s = fm_map_get(&x->series, m->key);
    if (!s) {
        if (x->series.n >= x->b->series_max) {
            x->b->set->n_left_out++;
            return;
        }
        s = FM_NEW(a, struct series);
        *s = (struct series){metric_table_new(x->b, 1, true, 0), m->name, m->labels};
        fm_map_put(&x->series, m->key)->value = s;
    }
    fm_time at = FM_TIME_NONE;
    if (m->time.len && !fm_cell_time(m->time, 0, &at))
        at = FM_TIME_NONE;
    size_t row = metric_table_row(x->b, s->table, at, m->value);
    if (row != SIZE_MAX && !fm_cell_number(m->value, &s->table->columns[0][row]))
        s->table->columns[0][row] = NAN;
}

/* TYPE of a sample's family: counters and histograms give their samples suffixes. */
static fm_str type_of(const struct exposition *x, fm_str name)
{
    static const char *const suffixes[] = {"", "_total", "_bucket", "_count", "_sum", "_created"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        fm_str suffix = fm_str_c(suffixes[i]);
        if (!fm_str_ends(name, suffix))
            continue;
        const fm_str *t = fm_map_get(&x->types, fm_str_sub(name, 0, name.len - suffix.len));
        if (t)
            return *t;
    }
    return FM_STR_NULL;
}

static void finish_series(struct exposition *x, struct series *s)
{
    struct fm_arena *a = &x->b->in->ctx->arena;
    struct metric_identity id = {.written = s->name,
                                 .written_at = fm_quote(x->b->source, s->name, FM_QUOTE_MAX)};
    id.n_labels = metric_labels_parse(a, s->labels, &id.labels);
    fm_str type = type_of(x, s->name);
    bool is_part = fm_str_ends(s->name, FM_STR("_sum")) || fm_str_ends(s->name, FM_STR("_count")) ||
                   fm_str_ends(s->name, FM_STR("_bucket"));
    id.is_counter =
        fm_str_eqc(type, "counter") || (type.len && is_part && !fm_str_eqc(type, "gauge"));
    id.is_gauge = fm_str_eqc(type, "gauge");
    for (size_t i = 0; i < id.n_labels; i++)
        if (fm_str_eqc(id.labels[i].key, "quantile"))
            id.statistic = id.labels[i].value;
    metric_table_finish(x->b, s->table);
    metric_builder_add(x->b, s->table, 0, 0, &id);
}

/* The form is certain when the first lines are comments of it or parse as samples. */
static bool is_exposition(fm_str text)
{
    fm_str line;
    unsigned seen = 0, good = 0;
    while (seen < 20 && fm_str_line(&text, &line)) {
        struct sample m;
        line = fm_str_trim(line);
        if (line.len == 0)
            continue;
        seen++;
        if (line.p[0] == '#')
            good += fm_str_starts(line, FM_STR("# HELP ")) ||
                    fm_str_starts(line, FM_STR("# TYPE ")) ||
                    fm_str_starts(line, FM_STR("# EOF")) || fm_str_starts(line, FM_STR("# UNIT "));
        else
            good += line.len < 65536 && parse_sample(line, &m);
    }
    return seen > 0 && good * 10 >= seen * 8;
}

bool metric_read_exposition(struct metric_builder *b)
{
    struct exposition x = {.b = b};
    fm_str rest = b->source->bytes, line;
    if (!is_exposition(rest))
        return false;
    fm_map_init(&x.series, &b->in->ctx->arena);
    fm_map_init(&x.types, &b->in->ctx->arena);
    for (uint64_t n = 1; fm_str_line(&rest, &line); n++) {
        struct sample m;
        line = fm_str_trim(line);
        if (line.len == 0)
            continue;
        if (line.p[0] == '#') {
            read_comment(&x, line);
        } else if (parse_sample(line, &m)) {
            b->source->records++;
            read_sample(&x, &m);
        } else if (x.bad_lines++ == 0) {
            x.first_bad_line = n;
        }
        if ((n & 0xFFFF) == 0 && fm_ctx_check(b->in->ctx) != FM_OK)
            break;
    }
    for (size_t i = 0; i < x.series.n; i++)
        finish_series(&x, x.series.entries[i].value);
    if (x.bad_lines)
        fm_incident_problem(b->in, b->source, x.first_bad_line,
                            "%llu lines are no samples and were left out",
                            (unsigned long long)x.bad_lines);
    return true;
}
