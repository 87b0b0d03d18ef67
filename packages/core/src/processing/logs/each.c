/* SPDX-License-Identifier: Apache-2.0 */
/* fm_logs_each: record after record, with fields. */
#include <stdlib.h>

#include "processing/logs/chars.h"
#include "processing/logs/layout.h"

#define CHECK_EVERY 4096
#define INNER_MAX 8

/* The record at hand is given when the next one begins, because its trace may still grow. */
struct each {
    struct fm_logs_layout layout;
    struct fm_logs_line_state
        state[2]; /* records alternate: texts of the one at hand stay while the next is read */
    struct fm_logs_record record[2];
    unsigned now;
    bool has_record;
    struct fm_logs_line line;
    struct fm_timestamp_cache inner_cache;
    struct fm_logs_program inner[INNER_MAX];
    size_t n_inner;
    bool (*fn)(void *arg, const struct fm_logs_line *line);
    void *arg;
};

/* key=value pairs inside the text of a message. */
static void pair_fields(struct fm_logs_record *r)
{
    fm_str rest = fm_str_sub(r->message, 0, 4096), word;
    while (fm_str_word(&rest, &word)) {
        ptrdiff_t eq = fm_str_chr(word, '=', 0);
        if (eq <= 0 || eq > 40 || !(fm_ch(word.p[0]) & FM_CH_ALPHA))
            continue;
        fm_str value = fm_str_skip(word, (size_t)eq + 1);
        while (value.len && strchr(",;)]\"'", value.p[value.len - 1]))
            value.len--;
        while (value.len && strchr("\"'([", value.p[0]))
            value = fm_str_skip(value, 1);
        fm_logs_record_field(r, fm_str_sub(word, 0, (size_t)eq), value);
    }
}

/* What the message itself says in a known form: a proxy's request line, named values. The message
 * stays as it is. */
static void inner_fields(struct each *e, struct fm_logs_record *r)
{
    struct fm_logs_mark mark = fm_logs_record_mark(r);
    fm_str line = r->line;
    for (size_t i = 0; i < e->n_inner; i++) {
        if (!fm_logs_format_match(&e->inner[i], &e->inner_cache, mark.message, r))
            continue;
        mark.n_fields = r->n_fields;
        break;
    }
    fm_logs_record_reset(r, &mark);
    r->line = line;
    pair_fields(r);
}

static bool give(struct each *e)
{
    struct fm_logs_record *r = &e->record[e->now];
    if (!e->has_record)
        return true;
    e->has_record = false;
    inner_fields(e, r);
    e->line.message = fm_str_trim(r->message);
    e->line.component = r->component;
    e->line.entity = r->entity;
    e->line.t = r->has_time ? r->t : FM_TIME_NONE;
    e->line.digits = r->has_time ? r->ts.digits : 0;
    e->line.level = r->level;
    e->line.fields = r->fields;
    e->line.n_fields = r->n_fields;
    return e->fn(e->arg, &e->line);
}

static void extend(struct each *e, fm_str line)
{
    const char *end = line.p + line.len;
    if (!e->line.trace.len)
        e->line.trace.p = line.p;
    e->line.trace.len = (size_t)(end - e->line.trace.p);
    e->line.raw.len = (size_t)(end - e->line.raw.p);
}

static void begin(struct each *e, fm_str text, fm_str line, uint64_t number)
{
    e->has_record = true;
    e->line = (struct fm_logs_line){.raw = line};
    e->line.place = (struct fm_logs_place){
        .offset = (uint64_t)(line.p - text.p), .line = number, .length = (uint32_t)line.len};
}

static enum fm_code each_line(struct fm_ctx *ctx, struct each *e, fm_str text)
{
    fm_str rest = text, line;
    for (uint64_t number = 1; fm_str_line(&rest, &line); number++) {
        if (number % CHECK_EVERY == 0)
            FM_TRY(fm_ctx_check(ctx));
        unsigned next = 1 - e->now;
        e->state[next].t = e->state[e->now].t;
        e->state[next].level = e->state[e->now].level;
        e->state[next].has_record = e->state[e->now].has_record;
        if (fm_logs_layout_line(&e->layout, &e->state[next], line, &e->record[next]) &&
            e->has_record) {
            extend(e, line);
            continue;
        }
        if (!give(e))
            return FM_OK;
        e->now = next;
        begin(e, text, line, number);
    }
    (void)give(e);
    return FM_OK;
}

static void compile_inner(struct each *e)
{
    for (size_t i = 0; i < fm_logs_n_formats && e->n_inner < INNER_MAX; i++)
        if (fm_logs_formats[i].is_inner)
            fm_logs_format_compile(&fm_logs_formats[i], &e->inner[e->n_inner++]);
}

enum fm_code fm_logs_each(struct fm_ctx *ctx, fm_str text, const struct fm_logs_options *opt,
                          bool (*fn)(void *arg, const struct fm_logs_line *line), void *arg)
{
    struct each *e = calloc(1, sizeof *e);
    if (!e)
        FM_BUG("out of memory");
    e->fn = fn;
    e->arg = arg;
    compile_inner(e);
    fm_logs_layout_learn(&e->layout, ctx, text, opt);
    fm_logs_line_state_init(&e->state[0]);
    fm_logs_line_state_init(&e->state[1]);
    enum fm_code code = each_line(ctx, e, text);
    free(e);
    return code;
}
