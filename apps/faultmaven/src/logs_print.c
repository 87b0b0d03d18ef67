/* SPDX-License-Identifier: Apache-2.0 */
#include "logs_print.h"

#include <stdlib.h>

#include "faultmaven/base/json.h"

#define OUT_MAX ((size_t)256 << 20)
#define SHOWN_VALUES 5
#define SPARK_COLUMNS 24

static int by_count(const void *a, const void *b)
{
    const struct fm_logs_template *x = *(const struct fm_logs_template *const *)a;
    const struct fm_logs_template *y = *(const struct fm_logs_template *const *)b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

struct list {
    const struct fm_logs_template **items;
    size_t n;
};

/* Templates that the view asks for, the most frequent first. */
static struct list choose(struct fm_cli *cli, const struct fm_logs *log,
                          const struct fm_logs_view *v)
{
    struct list l = {
        FM_NEW_ARRAY(&cli->ctx.arena, const struct fm_logs_template *, log->n_templates), 0};
    for (size_t i = 0; i < log->n_templates; i++)
        if (!v->has_severe_only || fm_logs_severity(log->templates[i]) >= FM_LOGS_WARNING)
            l.items[l.n++] = log->templates[i];
    if (l.n > 1)
        qsort(l.items, l.n, sizeof *l.items, by_count);
    if (v->top && l.n > v->top)
        l.n = v->top;
    return l;
}

/* --- text --- */

static void add_spark(struct fm_buf *b, const struct fm_logs *log, const struct fm_logs_template *t)
{
    static const char *const bars[] = {" ",
                                       "\xE2\x96\x81",
                                       "\xE2\x96\x82",
                                       "\xE2\x96\x83",
                                       "\xE2\x96\x84",
                                       "\xE2\x96\x85",
                                       "\xE2\x96\x86",
                                       "\xE2\x96\x87",
                                       "\xE2\x96\x88"};
    uint64_t column[SPARK_COLUMNS] = {0}, most = 1;
    fm_time span = log->last - log->first;
    for (int64_t k = t->rate ? t->rate->low : 0; t->rate && span > 0 && k <= t->rate->high; k++) {
        fm_time at = (k << t->rate->shift) + fm_logs_rate_width(t->rate) / 2 - log->first;
        double share = at < 0 ? 0 : (double)at / (double)span;
        size_t c = share >= 1 ? SPARK_COLUMNS - 1 : (size_t)(share * SPARK_COLUMNS);
        column[c] += fm_logs_rate_at(t->rate, k);
        most = column[c] > most ? column[c] : most;
    }
    for (size_t i = 0; t->rate && i < SPARK_COLUMNS; i++)
        fm_buf_addz(b, bars[(column[i] * 8 + most - 1) / most]);
}

static void add_template_text(struct fm_cli *cli, struct fm_buf *b, const struct fm_logs *log,
                              const struct fm_logs_template *t)
{
    char first[FM_TIME_TEXT_MAX], last[FM_TIME_TEXT_MAX];
    (void)cli;
    fm_buf_addf(b, "%8llu  %-8s #%-5u %.*s\n", (unsigned long long)t->count,
                fm_logs_level_name(fm_logs_severity(t)), t->id, FM_STR_ARG(t->text));
    if (t->entity.len)
        fm_buf_addf(b, "%20sof %.*s\n", "", FM_STR_ARG(t->entity));
    fm_buf_addf(b, "%20sline %llu", "",
                (unsigned long long)(t->n_examples ? t->examples[0].line : 0));
    if (t->first != FM_TIME_NONE)
        fm_buf_addf(b, "  %s \xE2\x80\xA6 %s  ", fm_time_format(t->first, first),
                    fm_time_format(t->last, last));
    add_spark(b, log, t);
    fm_buf_addc(b, '\n');
}

static void add_summary_text(struct fm_buf *b, const struct fm_logs *log)
{
    char first[FM_TIME_TEXT_MAX], last[FM_TIME_TEXT_MAX];
    fm_buf_addf(b, "format %.*s, %llu line%s, %llu record%s, %zu template%s\n",
                FM_STR_ARG(log->format), (unsigned long long)log->lines, log->lines == 1 ? "" : "s",
                (unsigned long long)log->records, log->records == 1 ? "" : "s", log->n_templates,
                log->n_templates == 1 ? "" : "s");
    if (log->first != FM_TIME_NONE)
        fm_buf_addf(b, "from %s to %s\n", fm_time_format(log->first, first),
                    fm_time_format(log->last, last));
    for (unsigned l = 1; l < FM_LOGS_LEVEL_COUNT; l++)
        if (log->levels[l])
            fm_buf_addf(b, "%12llu  %s\n", (unsigned long long)log->levels[l],
                        fm_logs_level_name((enum fm_logs_level)l));
    if (log->evicted)
        fm_buf_addf(b, "%12llu  records of rare templates were counted together\n",
                    (unsigned long long)log->evicted);
}

/* --- JSON --- */

static void add_levels(yyjson_mut_doc *d, yyjson_mut_val *obj, const uint64_t *levels)
{
    yyjson_mut_val *o = yyjson_mut_obj_add_obj(d, obj, "levels");
    for (unsigned l = 1; l < FM_LOGS_LEVEL_COUNT; l++)
        if (levels[l])
            yyjson_mut_obj_add_uint(d, o, fm_logs_level_name((enum fm_logs_level)l), levels[l]);
}

static yyjson_mut_val *slot_json(yyjson_mut_doc *d, const struct fm_logs_slot *s)
{
    yyjson_mut_val *o = yyjson_mut_obj(d);
    fm_json_add_str(d, o, "name", s->name);
    fm_json_add_strz(d, o, "type", fm_logs_value_type_name(s->type));
    yyjson_mut_obj_add_bool(d, o, "many", s->is_many);
    yyjson_mut_val *top = yyjson_mut_obj_add_arr(d, o, "top");
    for (uint32_t i = 0; i < s->n_top && i < SHOWN_VALUES; i++) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(d, top);
        fm_json_add_str(d, v, "value", s->top[i].text);
        yyjson_mut_obj_add_uint(d, v, "count", s->top[i].count);
    }
    if (!s->series)
        return o;
    yyjson_mut_val *x = yyjson_mut_obj_add_obj(d, o, "numbers");
    yyjson_mut_obj_add_uint(d, x, "count", s->series->n);
    yyjson_mut_obj_add_real(d, x, "min", s->series->min);
    yyjson_mut_obj_add_real(d, x, "max", s->series->max);
    yyjson_mut_obj_add_real(d, x, "first", s->series->first);
    yyjson_mut_obj_add_real(d, x, "last", s->series->last);
    yyjson_mut_obj_add_real(d, x, "mean", s->series->sum / (double)s->series->n);
    return o;
}

static void add_examples(yyjson_mut_doc *d, yyjson_mut_val *obj, const struct fm_logs_template *t)
{
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, obj, "examples");
    for (uint32_t i = 0; i < t->n_examples; i++) {
        yyjson_mut_val *e = yyjson_mut_arr_add_obj(d, list);
        yyjson_mut_obj_add_uint(d, e, "line", t->examples[i].line);
        yyjson_mut_obj_add_uint(d, e, "offset", t->examples[i].offset);
        yyjson_mut_obj_add_uint(d, e, "length", t->examples[i].length);
    }
}

static void add_rate(struct fm_arena *a, yyjson_mut_doc *d, yyjson_mut_val *obj,
                     const struct fm_logs_rate *r)
{
    if (!r || r->high < r->low)
        return;
    yyjson_mut_val *o = yyjson_mut_obj_add_obj(d, obj, "rate");
    fm_json_add_str(d, o, "from", fm_time_str(a, r->low << r->shift));
    yyjson_mut_obj_add_uint(d, o, "bucket_ns", (uint64_t)fm_logs_rate_width(r));
    yyjson_mut_val *n = yyjson_mut_obj_add_arr(d, o, "counts");
    for (int64_t b = r->low; b <= r->high; b++)
        yyjson_mut_arr_add_uint(d, n, fm_logs_rate_at(r, b));
}

static yyjson_mut_val *template_json(struct fm_arena *a, yyjson_mut_doc *d,
                                     const struct fm_logs_template *t)
{
    yyjson_mut_val *o = yyjson_mut_obj(d);
    yyjson_mut_obj_add_uint(d, o, "id", t->id);
    fm_json_add_str(d, o, "template", t->text);
    yyjson_mut_obj_add_uint(d, o, "count", t->count);
    fm_json_add_strz(d, o, "severity", fm_logs_level_name(fm_logs_severity(t)));
    add_levels(d, o, t->levels);
    fm_json_add_str(d, o, "component", t->component);
    fm_json_add_str(d, o, "entity", t->entity);
    fm_json_add_time(d, o, "first", t->first);
    fm_json_add_time(d, o, "last", t->last);
    add_examples(d, o, t);
    add_rate(a, d, o, t->rate);
    yyjson_mut_val *slots = yyjson_mut_obj_add_arr(d, o, "slots");
    for (uint32_t i = 0; i < t->n_slots; i++)
        yyjson_mut_arr_append(slots, slot_json(d, &t->slots[i]));
    return o;
}

static yyjson_mut_val *log_json(struct fm_arena *a, yyjson_mut_doc *d, const struct fm_logs *log)
{
    yyjson_mut_val *o = yyjson_mut_obj(d);
    fm_json_add_strz(d, o, "schema", "faultmaven.logs/1");
    fm_json_add_str(d, o, "format", log->format);
    yyjson_mut_obj_add_uint(d, o, "bytes", log->bytes);
    yyjson_mut_obj_add_uint(d, o, "lines", log->lines);
    yyjson_mut_obj_add_uint(d, o, "records", log->records);
    yyjson_mut_obj_add_uint(d, o, "untimed", log->untimed);
    yyjson_mut_obj_add_uint(d, o, "evicted", log->evicted);
    fm_json_add_time(d, o, "first", log->first);
    fm_json_add_time(d, o, "last", log->last);
    add_levels(d, o, log->levels);
    add_rate(a, d, o, &log->rate);
    return o;
}

/* --- commands --- */

static enum fm_code print_json(struct fm_cli *cli, yyjson_mut_doc *d, yyjson_mut_val *root,
                               struct fm_buf *b)
{
    FM_TRY(fm_json_write(&cli->ctx, d, root, true, b));
    fm_buf_addc(b, '\n');
    return FM_OK;
}

static enum fm_code finish(struct fm_cli *cli, struct fm_buf *b, enum fm_code code)
{
    fm_buf_neutralize(b, 0);
    if (code == FM_OK && b->overflow)
        code = fm_fail(&cli->ctx, FM_ELIMIT, "output is longer than %zu bytes; use --top",
                       (size_t)OUT_MAX);
    if (code == FM_OK && !fm_cli_print(cli, fm_buf_str(b)))
        code = cli->ctx.code;
    fm_buf_release(b);
    return code;
}

enum fm_code fm_logs_print_templates(struct fm_cli *cli, fm_str text,
                                     const struct fm_logs_options *opt,
                                     const struct fm_logs_view *v)
{
    struct fm_logs *log;
    struct fm_buf b;
    enum fm_code code = FM_OK;
    FM_TRY(fm_logs_read(&cli->ctx, text, opt, &log));
    struct list l = choose(cli, log, v);
    fm_buf_init(&b, OUT_MAX);
    if (v->is_json) {
        yyjson_mut_doc *d = fm_json_new(&cli->ctx.arena);
        yyjson_mut_val *root = log_json(&cli->ctx.arena, d, log),
                       *list = yyjson_mut_obj_add_arr(d, root, "templates");
        for (size_t i = 0; i < l.n; i++)
            yyjson_mut_arr_append(list, template_json(&cli->ctx.arena, d, l.items[i]));
        code = print_json(cli, d, root, &b);
    } else {
        add_summary_text(&b, log);
        for (size_t i = 0; i < l.n; i++)
            add_template_text(cli, &b, log, l.items[i]);
    }
    return finish(cli, &b, code);
}

enum fm_code fm_logs_print_stats(struct fm_cli *cli, fm_str text, const struct fm_logs_options *opt,
                                 const struct fm_logs_view *v)
{
    struct fm_logs *log;
    struct fm_buf b;
    enum fm_code code = FM_OK;
    FM_TRY(fm_logs_read(&cli->ctx, text, opt, &log));
    fm_buf_init(&b, OUT_MAX);
    if (v->is_json) {
        yyjson_mut_doc *d = fm_json_new(&cli->ctx.arena);
        code = print_json(cli, d, log_json(&cli->ctx.arena, d, log), &b);
    } else {
        add_summary_text(&b, log);
    }
    return finish(cli, &b, code);
}

/* Leaves of all lines, to find the lines of a template again. */
struct leaves {
    uint32_t *items; /* owned */
    size_t n, cap;
};

static void keep_leaves(void *arg, const uint32_t *items, size_t n)
{
    struct leaves *l = arg;
    if (l->n + n > l->cap) {
        l->cap = (l->n + n) * 2;
        l->items = realloc(l->items, l->cap * sizeof *l->items);
        if (!l->items)
            FM_BUG("out of memory");
    }
    memcpy(l->items + l->n, items, n * sizeof *items);
    l->n += n;
}

/* A record is its first line and the lines of its trace. */
struct record {
    fm_str text; /* with the line ends */
    bool is_meant;
};

static bool is_meant(const struct fm_logs *log, uint32_t leaf, fm_str line,
                     const struct fm_logs_view *v)
{
    const struct fm_logs_template *t = fm_logs_leaf(log, leaf);
    if (v->template_id)
        return t->id == v->template_id;
    return fm_str_ihas(line, fm_str_c(v->pattern)) || fm_str_ihas(t->text, fm_str_c(v->pattern));
}

static bool print_record(struct fm_cli *cli, const struct record *r)
{
    if (!r->is_meant)
        return true;
    bool has_end = r->text.p[r->text.len - 1] == '\n';
    return fm_cli_print(cli, r->text) && (has_end || fm_cli_print(cli, FM_STR("\n")));
}

static enum fm_code print_records(struct fm_cli *cli, const struct fm_logs *log, fm_str text,
                                  const struct leaves *l, const struct fm_logs_view *v)
{
    struct record r = {0};
    fm_str line;
    bool is_written = true;
    for (size_t i = 0; i < l->n && is_written; i++) {
        const char *start = text.p;
        if (!fm_str_line(&text, &line))
            break;
        if (!fm_logs_leaf(log, l->items[i])->is_trace) {
            is_written = print_record(cli, &r);
            r = (struct record){.text = fm_str_n(start, 0)};
        }
        if (!r.text.p)
            continue; /* a trace without a record before it */
        r.text.len = (size_t)(text.p - r.text.p);
        r.is_meant = r.is_meant || is_meant(log, l->items[i], line, v);
    }
    return is_written && print_record(cli, &r) ? FM_OK : cli->ctx.code;
}

enum fm_code fm_logs_grep(struct fm_cli *cli, fm_str text, const struct fm_logs_options *opt,
                          const struct fm_logs_view *v)
{
    struct leaves l = {0};
    struct fm_logs_options o = *opt;
    struct fm_logs *log;
    o.on_leaves = keep_leaves;
    o.arg = &l;
    enum fm_code code = fm_logs_read(&cli->ctx, text, &o, &log);
    if (code == FM_OK)
        code = print_records(cli, log, text, &l, v);
    free(l.items);
    return code;
}
