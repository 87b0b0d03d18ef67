/* SPDX-License-Identifier: Apache-2.0 */
/* fm_logs_read: parts of fixed size, each mined alone, merged in order. */
#include <stdlib.h>

#include "processing/logs/finish.h"
#include "processing/logs/layout.h"
#include "processing/logs/mix.h"
#include "processing/logs/rate.h"
#include "processing/logs/recall.h"

#define PART_BYTES (4u << 20)
#define PART_GROUPS 8192
#define MAX_PARTS_AT_ONCE 16

/* One part of the input while it is read, and what was found in it. */
struct part {
    struct fm_logs_table table;
    uint32_t *leaves; /* owned; one a line */
    size_t n_leaves, cap_leaves;
    uint32_t *map; /* owned */
    size_t cap_map;
    const char *begin, *end;
    struct fm_logs totals; /* counts, times and rates of the part */
    bool has_run;
};

struct reader {
    fm_str text;
    const struct fm_logs_options *opt;
    struct fm_logs_layout layout;
    struct part *parts; /* owned */
    size_t n_parts;
    struct fm_logs_table all;
    struct fm_logs *log;
    uint64_t line; /* lines before the parts at hand */
    fm_time last;
    struct fm_logs_leaf_text *leaves;
};

struct fm_logs_result {
    struct fm_logs log; /* first */
    struct fm_logs_leaf_text *leaves;
    size_t n_leaves;
};

static void add_leaf(struct part *p, uint32_t leaf)
{
    if (p->n_leaves == p->cap_leaves) {
        p->cap_leaves = p->cap_leaves ? p->cap_leaves * 2 : 8192;
        p->leaves = realloc(p->leaves, p->cap_leaves * sizeof *p->leaves);
        if (!p->leaves)
            FM_BUG("out of memory");
    }
    p->leaves[p->n_leaves++] = leaf;
}

static void count_totals(struct fm_logs *log, const struct fm_logs_record *r, bool is_trace)
{
    log->lines++;
    if (is_trace)
        return;
    log->records++;
    log->levels[r->level]++;
    if (r->t == FM_TIME_NONE) {
        log->untimed++;
        return;
    }
    log->has_zone &= r->ts.has_zone;
    log->has_year &= r->ts.has_year;
    log->has_date &= r->ts.has_date;
    fm_logs_rate_add(&log->rate, r->t);
    if (r->level >= FM_LOGS_ERROR)
        fm_logs_rate_add(&log->errors, r->t);
    if (log->first == FM_TIME_NONE || r->t < log->first)
        log->first = r->t;
    if (log->last == FM_TIME_NONE || r->t > log->last)
        log->last = r->t;
}

struct line_work {
    struct fm_logs_record record;
    struct fm_logs_shape shape;
    char scratch[FM_LOGS_MESSAGE_MAX];
    struct fm_logs_line_state state;
    struct fm_logs_recall recall;
};

static void read_line(struct reader *r, struct part *p, struct line_work *w, fm_str line)
{
    bool is_trace = fm_logs_layout_line(&r->layout, &w->state, line, &w->record);
    fm_str msg = fm_logs_recall_scan(&w->recall, w->record.message, w->scratch, &w->shape);
    p->totals.cut += w->record.message.len > FM_LOGS_MESSAGE_MAX;
    if (w->record.entity.len)
        w->shape.key = fm_mix_bytes(w->shape.key, w->record.entity.p, w->record.entity.len);
    struct fm_logs_seen seen = {
        .message = msg,
        .t = w->record.t,
        .level = w->record.level,
        .component = w->record.component,
        .entity = w->record.entity,
        .is_trace = is_trace,
        .place = {.offset = (uint64_t)(line.p - r->text.p),
                  .line = p->totals.lines + 1, /* within the part, until it is merged */
                  .length = line.len > UINT32_MAX ? UINT32_MAX : (uint32_t)line.len}};
    count_totals(&p->totals, &w->record, is_trace);
    uint32_t leaf = fm_logs_table_add(&p->table, &seen, &w->shape);
    if (r->opt->on_leaves)
        add_leaf(p, leaf);
}

static void totals_init(struct fm_logs *log)
{
    memset(log, 0, sizeof *log);
    log->first = log->last = FM_TIME_NONE;
    log->has_zone = log->has_year = log->has_date = true;
    fm_logs_rate_init(&log->rate);
    fm_logs_rate_init(&log->errors);
}

static void read_part(void *arg, size_t i)
{
    struct reader *r = arg;
    struct part *p = &r->parts[i];
    struct line_work *w = malloc(sizeof *w);
    if (!w)
        FM_BUG("out of memory");
    fm_logs_table_clear(&p->table);
    totals_init(&p->totals);
    p->n_leaves = 0;
    fm_logs_line_state_init(&w->state);
    fm_logs_recall_init(&w->recall);
    for (const char *q = p->begin; q < p->end;) {
        const char *nl = memchr(q, '\n', (size_t)(p->end - q));
        const char *stop = nl ? nl : p->end;
        size_t len = (size_t)(stop - q);
        if (len && q[len - 1] == '\r')
            len--;
        read_line(r, p, w, fm_str_n(q, len));
        q = stop + 1;
    }
    free(w);
}

/* Part boundaries depend on the text only: behind the first line end at or after a multiple of
 * PART_BYTES. */
static const char *part_end(const struct reader *r, const char *begin)
{
    const char *end = r->text.p + r->text.len;
    size_t at = ((size_t)(begin - r->text.p) / PART_BYTES + 1) * PART_BYTES;
    if (at >= r->text.len)
        return end;
    const char *nl = memchr(r->text.p + at, '\n', r->text.len - at);
    return nl ? nl + 1 : end;
}

static size_t cut_parts(struct reader *r, const char **at)
{
    size_t n = 0;
    while (n < r->n_parts && *at < r->text.p + r->text.len) {
        r->parts[n].begin = *at;
        *at = r->parts[n].end = part_end(r, *at);
        n++;
    }
    return n;
}

static void merge_totals(struct fm_logs *into, const struct fm_logs *from)
{
    into->lines += from->lines;
    into->records += from->records;
    into->untimed += from->untimed;
    into->backwards += from->backwards;
    into->cut += from->cut;
    into->has_zone &= from->has_zone;
    into->has_year &= from->has_year;
    into->has_date &= from->has_date;
    for (unsigned l = 0; l < FM_LOGS_LEVEL_COUNT; l++)
        into->levels[l] += from->levels[l];
    fm_logs_rate_merge(&into->rate, &from->rate);
    fm_logs_rate_merge(&into->errors, &from->errors);
    if (from->first != FM_TIME_NONE && (into->first == FM_TIME_NONE || from->first < into->first))
        into->first = from->first;
    if (from->last != FM_TIME_NONE && (into->last == FM_TIME_NONE || from->last > into->last))
        into->last = from->last;
}

/* Line numbers of a part become those of the input. */
static void shift_lines(struct part *p, uint64_t by)
{
    for (size_t i = 0; i < p->table.groups.n; i++) {
        struct fm_logs_template *t = &p->table.groups.items[i]->t;
        for (uint32_t k = 0; k < t->n_examples; k++)
            t->examples[k].line += by;
        t->latest.line += by;
        for (uint32_t k = 0; k < t->n_slots; k++)
            if (t->slots[k].series)
                t->slots[k].series->max_place.line += by;
    }
}

static void merge_part(struct reader *r, struct part *p, uint32_t number)
{
    if (p->cap_map < p->table.leaves.n) {
        p->cap_map = p->table.leaves.n;
        p->map = realloc(p->map, p->cap_map * sizeof *p->map);
        if (!p->map)
            FM_BUG("out of memory");
    }
    shift_lines(p, r->log->lines);
    fm_logs_table_merge(&r->all, &p->table, number, p->map);
    fm_logs_table_shrink(&r->all);
    merge_totals(r->log, &p->totals);
    if (!r->opt->on_leaves)
        return;
    for (size_t i = 0; i < p->n_leaves; i++)
        p->leaves[i] = p->map[p->leaves[i]];
    r->opt->on_leaves(r->opt->arg, p->leaves, p->n_leaves);
}

static enum fm_code read_parts(struct fm_ctx *ctx, struct reader *r)
{
    const char *at = r->text.p;
    uint32_t number = 0;
    for (;;) {
        FM_TRY(fm_ctx_check(ctx));
        size_t n = cut_parts(r, &at);
        if (n == 0)
            return FM_OK;
        fm_pool_each(r->opt->pool, n, read_part, r);
        for (size_t i = 0; i < n; i++)
            merge_part(r, &r->parts[i], number++);
    }
}

static void start(struct reader *r, struct fm_ctx *ctx)
{
    size_t n = r->text.len / PART_BYTES + 1, threads = fm_pool_threads(r->opt->pool);
    r->n_parts = n < threads * 4 ? n : threads > 1 ? threads * 4 : 1;
    if (r->n_parts > MAX_PARTS_AT_ONCE)
        r->n_parts = MAX_PARTS_AT_ONCE;
    r->parts = calloc(r->n_parts, sizeof *r->parts);
    if (!r->parts)
        FM_BUG("out of memory");
    for (size_t i = 0; i < r->n_parts; i++)
        fm_logs_table_init(&r->parts[i].table, PART_GROUPS);
    fm_logs_table_init(&r->all, FM_LOGS_TEMPLATES_MAX);
    struct fm_logs_result *res = FM_NEW(&ctx->arena, struct fm_logs_result);
    r->log = &res->log;
    totals_init(r->log);
    r->log->bytes = r->text.len;
    fm_logs_layout_learn(&r->layout, ctx, r->text, r->opt);
    r->log->format = r->layout.format;
}

static void stop(struct reader *r)
{
    for (size_t i = 0; i < r->n_parts; i++) {
        fm_logs_table_release(&r->parts[i].table);
        free(r->parts[i].leaves);
        free(r->parts[i].map);
    }
    free(r->parts);
    fm_logs_table_release(&r->all);
}

enum fm_code fm_logs_read(struct fm_ctx *ctx, fm_str text, const struct fm_logs_options *opt,
                          struct fm_logs **out)
{
    struct reader r = {.text = text, .opt = opt};
    start(&r, ctx);
    enum fm_code code = text.len ? read_parts(ctx, &r) : FM_OK;
    if (code == FM_OK) {
        struct fm_logs_templates list = {0};
        struct fm_logs_result *res = (struct fm_logs_result *)r.log;
        fm_logs_finish(&r.all, &ctx->arena, &list, &res->leaves);
        res->n_leaves = r.all.leaves.n;
        r.log->templates = list.items;
        r.log->n_templates = list.n;
        r.log->evicted = r.all.evicted;
        *out = r.log;
    }
    stop(&r);
    return code;
}

static const struct fm_logs_leaf_text *leaf_of(const struct fm_logs *log, uint32_t leaf)
{
    const struct fm_logs_result *res = (const struct fm_logs_result *)log;
    return &res->leaves[leaf < res->n_leaves ? leaf : 0];
}

const struct fm_logs_template *fm_logs_leaf(const struct fm_logs *log, uint32_t leaf)
{
    return leaf_of(log, leaf)->t;
}

fm_str fm_logs_leaf_text(const struct fm_logs *log, uint32_t leaf)
{
    return leaf_of(log, leaf)->text;
}

uint32_t fm_logs_leaves(const struct fm_logs *log)
{
    return (uint32_t)((const struct fm_logs_result *)log)->n_leaves;
}
