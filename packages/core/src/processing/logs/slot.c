/* SPDX-License-Identifier: Apache-2.0 */
/* What varies in a template: its most frequent values, and its numbers over time. */
#include "processing/logs/miner.h"
#include "processing/logs/mix.h"
#include "processing/logs/rate.h"

#define VALUE_TEXT_MAX 120

/* Factor of a glued or separate unit: durations to ms, sizes to bytes; 0 for one that is no unit of
 * these. */
static double unit_factor(fm_str u)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {{"ms", 1},
                 {"s", 1000},
                 {"us", .001},
                 {"ns", .000001},
                 {"\xC2\xB5s", .001},
                 {"sec", 1000},
                 {"secs", 1000},
                 {"m", 60000},
                 {"min", 60000},
                 {"mins", 60000},
                 {"h", 3600000},
                 {"bytes", 1},
                 {"byte", 1},
                 {"Bytes", 1},
                 {"B", 1},
                 {"KB", 1024},
                 {"kB", 1024},
                 {"KiB", 1024},
                 {"Ki", 1024},
                 {"MB", 1048576},
                 {"MiB", 1048576},
                 {"Mi", 1048576},
                 {"GB", 1073741824},
                 {"GiB", 1073741824},
                 {"Gi", 1073741824},
                 {"TB", 1099511627776.0},
                 {"TiB", 1099511627776.0}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (fm_str_eqc(u, units[i].name))
            return units[i].factor;
    return 0;
}

/* [sign] digits [. digits]; sets *len to what was read. Fast path of fm_str_f64 for the numbers of
 * logs. */
static double read_decimal(fm_str s, size_t *len)
{
    size_t i = s.len && (s.p[0] == '-' || s.p[0] == '+');
    double v = 0, scale = 1;
    for (; i < s.len && fm_ch_is_digit(s.p[i]); i++)
        v = v * 10 + (s.p[i] - '0');
    if (i + 1 < s.len && s.p[i] == '.' && fm_ch_is_digit(s.p[i + 1]))
        for (i++; i < s.len && fm_ch_is_digit(s.p[i]); i++) {
            v = v * 10 + (s.p[i] - '0');
            scale *= 10;
        }
    *len = i;
    v /= scale;
    return s.len && s.p[0] == '-' ? -v : v;
}

/* [h:]mm:ss[.fff] in ms */
static bool read_clock(fm_str s, double *out)
{
    double total = 0;
    while (s.len) {
        size_t n;
        double v = read_decimal(s, &n);
        if (n == 0)
            return false;
        total = total * 60 + v;
        s = fm_str_skip(s, n);
        if (s.len && s.p[0] != ':')
            return false;
        s = fm_str_skip(s, 1);
    }
    *out = total * 1000;
    return true;
}

bool fm_logs_number(enum fm_logs_value_type type, fm_str text, fm_str unit, double *out)
{
    size_t n;
    if (type == FM_LOGS_VALUE_DURATION)
        return read_clock(text, out);
    if (type != FM_LOGS_VALUE_NUMBER || text.len > 40)
        return false;
    double v = read_decimal(text, &n);
    if (n == 0 || n > 20)
        return false;
    fm_str rest = n < text.len ? fm_str_skip(text, n) : fm_str_trim(unit);
    double factor = rest.len ? unit_factor(rest) : 0;
    *out = factor > 0 ? v * factor : v;
    return true;
}

static fm_str keep(struct fm_logs_table *t, fm_str s)
{
    s = fm_str_sub(s, 0, VALUE_TEXT_MAX);
    t->value_bytes += s.len + sizeof(struct fm_logs_top);
    return fm_str_n(fm_arena_dup(&t->arena, s.p, s.len), s.len);
}

static bool count_known(struct fm_logs_slot *s, uint64_t hash, uint64_t count)
{
    if (s->n_top && s->top[s->last_top].hash == hash) {
        s->top[s->last_top].count += count;
        return true;
    }
    for (uint32_t i = 0; i < s->n_top; i++)
        if (s->top[i].hash == hash) {
            s->top[i].count += count;
            s->last_top = i;
            return true;
        }
    return false;
}

static void count_value(struct fm_logs_table *t, struct fm_logs_slot *s, fm_str text, uint64_t hash,
                        uint64_t count)
{
    if (count_known(s, hash, count))
        return;
    if (s->n_top == FM_LOGS_TOP || t->value_bytes > FM_LOGS_VALUE_BYTES_MAX) {
        s->is_many = true;
        return;
    }
    if (s->n_top == s->cap_top) {
        uint32_t cap = s->cap_top ? s->cap_top * 4 : 1;
        s->top =
            fm_arena_grow(&t->arena, s->top, s->cap_top * sizeof *s->top, cap * sizeof *s->top);
        s->cap_top = cap;
    }
    s->last_top = s->n_top;
    s->top[s->n_top++] = (struct fm_logs_top){keep(t, text), hash, count};
}

static fm_str text_of(fm_str msg, const struct fm_logs_value *v)
{
    return fm_str_n(msg.p + v->off, v->len);
}

/* Text of the unit that follows value i, or "". */
static fm_str unit_behind(fm_str msg, const struct fm_logs_value *values, size_t i, size_t n)
{
    if (i + 1 < n && values[i + 1].type == FM_LOGS_VALUE_UNIT) {
        fm_str u = text_of(msg, &values[i + 1]);
        return fm_str_sub(
            u, 0, (size_t)(fm_str_chr(u, '(', 0) < 0 ? (ptrdiff_t)u.len : fm_str_chr(u, '(', 0)));
    }
    return FM_STR_NULL;
}

static void count_number(struct fm_logs_table *t, struct fm_logs_slot *s, double v,
                         const struct fm_logs_seen *seen, const struct fm_logs_template *tpl)
{
    if (!s->series) {
        s->series = fm_arena_alloc(&t->arena, sizeof *s->series);
        fm_logs_series_init(s->series);
        if (s->is_number)
            fm_logs_series_add(s->series, s->number, tpl->first, &tpl->examples[0]);
    }
    fm_logs_series_add(s->series, v, seen->t, &seen->place);
}

/* The key of key=value, or the last word before the value. */
static fm_str slot_name(fm_str msg, const struct fm_logs_value *v, size_t floor)
{
    const char *end = msg.p + v->off, *from = msg.p + floor;
    while (end > from && strchr("=: \"'(", end[-1]))
        end--;
    const char *p = end;
    while (p > from && (fm_ch_is_word(p[-1]) || p[-1] == '.' || p[-1] == '-'))
        p--;
    return fm_str_n(p, (size_t)(end - p));
}

static fm_str text_behind(const struct fm_logs_group *g, uint32_t i)
{
    size_t from = g->values[i].off + g->values[i].len;
    size_t to = i + 1 < g->t.n_slots ? g->values[i + 1].off : g->sample.len;
    return fm_str_sub(g->sample, from, to - from > 24 ? 24 : to - from);
}

void fm_logs_slots_init(struct fm_logs_table *t, struct fm_logs_group *g,
                        const struct fm_logs_seen *seen)
{
    fm_str msg = g->sample;
    size_t floor = 0;
    for (uint32_t i = 0; i < g->t.n_slots; i++) {
        const struct fm_logs_value *v = &g->values[i];
        struct fm_logs_slot *s = &g->t.slots[i];
        fm_str text = text_of(msg, v);
        s->type = v->type;
        s->is_weak = v->is_weak;
        s->is_placed = v->is_placed;
        s->is_after_blank = v->off == 0 || msg.p[v->off - 1] == ' ';
        s->name = slot_name(msg, v, floor);
        s->behind = text_behind(g, i);
        s->is_varying_unit = v->type == FM_LOGS_VALUE_UNIT && fm_str_chr(text, '(', 0) >= 0;
        s->is_number =
            fm_logs_number(s->type, text, unit_behind(msg, g->values, i, g->t.n_slots), &s->number);
        g->has_candidates |= s->is_weak && !s->is_placed && s->is_after_blank;
        count_value(t, s, text, fm_mix_bytes(FM_MIX_SEED, text.p, text.len), 1);
        floor = v->off + v->len;
    }
    (void)seen;
}

void fm_logs_slots_add(struct fm_logs_table *t, struct fm_logs_group *g,
                       const struct fm_logs_seen *seen, const struct fm_logs_shape *shape)
{
    fm_str msg = seen->message;
    for (uint32_t i = 0; i < g->t.n_slots && i < shape->n; i++) {
        const struct fm_logs_value *v = &shape->values[i];
        struct fm_logs_slot *s = &g->t.slots[i];
        double number;
        if (s->is_number && fm_logs_number(v->type, text_of(msg, v),
                                           unit_behind(msg, shape->values, i, shape->n), &number))
            count_number(t, s, number, seen, &g->t);
        if (s->is_many)
            continue;
        fm_str text = text_of(msg, v);
        if (s->type == FM_LOGS_VALUE_UNIT && v->len > 6 && fm_str_chr(text, '(', 0) >= 0)
            s->is_varying_unit = true;
        count_value(t, s, text, fm_mix_bytes(FM_MIX_SEED, text.p, text.len), 1);
    }
}

/* The series of slot i of a template; of a single record when it has none yet. */
static void start_series(struct fm_logs_table *t, struct fm_logs_template *tpl,
                         struct fm_logs_slot *s)
{
    s->series = fm_arena_alloc(&t->arena, sizeof *s->series);
    fm_logs_series_init(s->series);
    fm_logs_series_add(s->series, s->number, tpl->first, &tpl->examples[0]);
}

void fm_logs_slot_word(struct fm_logs_table *t, struct fm_logs_slot *s, fm_str word, uint64_t count)
{
    count_value(t, s, word, fm_mix_bytes(FM_MIX_SEED, word.p, word.len), count);
}

void fm_logs_slot_merge(struct fm_logs_table *t, struct fm_logs_template *into_tpl, uint32_t i,
                        const struct fm_logs_template *from_tpl, uint32_t k)
{
    struct fm_logs_slot *into = &into_tpl->slots[i];
    const struct fm_logs_slot *from = &from_tpl->slots[k];
    for (uint32_t v = 0; v < from->n_top; v++)
        count_value(t, into, from->top[v].text, from->top[v].hash, from->top[v].count);
    into->is_many |= from->is_many;
    into->is_varying_unit |= from->is_varying_unit;
    into->is_weak &= from->is_weak;
    if (!into->is_number || !from->is_number)
        return;
    if (!into->series)
        start_series(t, into_tpl, into);
    if (from->series)
        fm_logs_series_merge(into->series, from->series);
    else
        fm_logs_series_add(into->series, from->number, from_tpl->first, &from_tpl->examples[0]);
}

void fm_logs_slot_copy(struct fm_logs_table *t, struct fm_logs_slot *to,
                       const struct fm_logs_slot *from)
{
    *to = *from;
    to->name = fm_str_dup(&t->arena, from->name);
    to->behind = fm_str_dup(&t->arena, from->behind);
    to->cap_top = from->n_top;
    to->top = FM_NEW_ARRAY(&t->arena, struct fm_logs_top, from->n_top);
    for (uint32_t i = 0; i < from->n_top; i++)
        to->top[i] =
            (struct fm_logs_top){keep(t, from->top[i].text), from->top[i].hash, from->top[i].count};
    if (from->series) {
        to->series = fm_arena_alloc(&t->arena, sizeof *to->series);
        *to->series = *from->series;
    }
}
