/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/part.h"

#include <stdlib.h>

#include "processing/logs/mix.h"
#include "processing/logs/rate.h"

struct fm_logs_part *fm_logs_part_new(void)
{
    struct fm_logs_part *p = calloc(1, sizeof *p);
    if (!p)
        FM_BUG("out of memory");
    fm_logs_table_init(&p->table, FM_LOGS_PART_GROUPS);
    fm_logs_recall_init(&p->work.recall);
    return p;
}

void fm_logs_part_free(struct fm_logs_part *p)
{
    if (!p)
        return;
    fm_logs_table_release(&p->table);
    free(p->leaves);
    free(p);
}

static void add_leaf(struct fm_logs_part *p, uint32_t leaf)
{
    if (p->n_leaves == p->cap_leaves) {
        p->cap_leaves = p->cap_leaves ? p->cap_leaves * 2 : 8192;
        p->leaves = realloc(p->leaves, p->cap_leaves * sizeof *p->leaves);
        if (!p->leaves)
            FM_BUG("out of memory");
    }
    p->leaves[p->n_leaves++] = leaf;
}

void fm_logs_totals_init(struct fm_logs *log)
{
    memset(log, 0, sizeof *log);
    log->first = log->last = FM_TIME_NONE;
    log->has_zone = log->has_year = log->has_date = true;
    fm_logs_rate_init(&log->rate);
    fm_logs_rate_init(&log->errors);
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

void fm_logs_totals_merge(struct fm_logs *into, const struct fm_logs *from)
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

static uint32_t read_line(struct fm_logs_part *p, const struct fm_logs_layout *layout, fm_str text,
                          fm_str line)
{
    struct fm_logs_line_work *w = &p->work;
    bool is_trace = fm_logs_layout_line(layout, &w->state, line, &w->record);
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
        .place = {.offset = (uint64_t)(line.p - text.p),
                  .line = p->totals.lines + 1, /* within the part, until it is merged */
                  .length = line.len > UINT32_MAX ? UINT32_MAX : (uint32_t)line.len}};
    count_totals(&p->totals, &w->record, is_trace);
    return fm_logs_table_add(&p->table, &seen, &w->shape);
}

void fm_logs_part_read(struct fm_logs_part *p, const struct fm_logs_layout *layout, fm_str text,
                       fm_str lines, bool has_leaves)
{
    const char *end = lines.p + lines.len;
    fm_logs_table_clear(&p->table);
    fm_logs_totals_init(&p->totals);
    fm_logs_line_state_init(&p->work.state);
    p->n_leaves = 0;
    for (const char *q = lines.p; q < end;) {
        const char *nl = memchr(q, '\n', (size_t)(end - q));
        const char *stop = nl ? nl : end;
        size_t len = (size_t)(stop - q);
        if (len && q[len - 1] == '\r')
            len--;
        uint32_t leaf = read_line(p, layout, text, fm_str_n(q, len));
        if (has_leaves)
            add_leaf(p, leaf);
        q = stop + 1;
    }
}
