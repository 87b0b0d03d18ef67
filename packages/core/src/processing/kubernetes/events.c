/* SPDX-License-Identifier: Apache-2.0 */
/* Events in their three forms: rows of describe, rows of get events, API objects. */
#include "readers.h"
#include "table.h"

#include <math.h>

#include "faultmaven/base/time.h"

void fm_event_age(fm_str age, double *last_s, double *first_s, uint64_t *count)
{
    fm_str rest = age, word;
    *count = 1;
    *last_s = *first_s = fm_str_word(&rest, &word) ? fm_age_parse(word) : NAN;
    while (fm_str_word(&rest, &word)) {
        uint64_t n;
        if (fm_str_starts(word, FM_STR("(x")) && fm_str_u64(fm_str_skip(word, 2), &n))
            *count = n;
        else if (fm_str_ends(word, FM_STR(")")))
            *first_s = fm_age_parse(fm_str_sub(word, 0, word.len - 1));
    }
}

static bool read_header(fm_str row, struct fm_table *t)
{
    return fm_table_header(row, t) && fm_table_column(t, "Reason") >= 0 &&
           fm_table_column(t, "Message") >= 0;
}

static void read_row(const struct fm_origin *from, const struct fm_object *o,
                     const struct fm_table *t, fm_str row)
{
    fm_str cells[FM_TABLE_COLUMNS_MAX];
    if (!fm_table_row(t, row, cells) || cells[1].len == 0)
        return;
    struct fm_object_event e = {.kind = o->kind, .ns = o->ns, .name = o->name, .at = FM_TIME_NONE};
    int age = fm_table_column(t, "Age"), source = fm_table_column(t, "From"),
        message = fm_table_column(t, "Message");
    e.is_warning = fm_str_eqc(cells[0], "Warning");
    e.reason = cells[1];
    if (age >= 0)
        fm_event_age(cells[age], &e.last_s, &e.first_s, &e.count);
    if (source >= 0)
        e.source = cells[source];
    e.message = cells[message];
    e.span = fm_set_span(from, row);
    if (e.span.length)
        fm_set_event(from, e);
}

void fm_read_event_rows(const struct fm_origin *from, const struct fm_object *o,
                        const struct fm_node *rows)
{
    struct fm_table t = {0};
    fm_node_each (rows, row) {
        if (t.n == 0) {
            if (!read_header(row->pair, &t))
                return;
            continue;
        }
        if (!fm_str_starts(row->pair, FM_STR("--")))
            read_row(from, o, &t, row->pair);
    }
}

void fm_read_event_cells(const struct fm_origin *from, fm_str ns, fm_str row, fm_str cells[5])
{
    struct fm_object_event e = {
        .ns = ns, .at = FM_TIME_NONE, .reason = cells[2], .message = cells[4]};
    fm_str name = cells[3];
    fm_str kind = fm_str_cut(&name, '/');
    e.kind = fm_object_kind_parse(kind);
    e.name = name;
    e.is_warning = fm_str_eqc(cells[1], "Warning");
    fm_event_age(cells[0], &e.last_s, &e.first_s, &e.count);
    if (fm_time_parse(cells[0], &e.at))
        e.last_s = e.first_s = NAN;
    e.span = fm_set_span(from, row);
    if (e.reason.len && e.span.length)
        fm_set_event(from, e);
}

static fm_time time_of(const struct fm_node *n, const char *names)
{
    fm_time t;
    return fm_time_parse(fm_any_str(n, names), &t) ? t : FM_TIME_NONE;
}

/* "Pod/cart-x2x8p" or {"kind": …, "name": …} */
static void read_involved(struct fm_object_event *e, const struct fm_node *n)
{
    const struct fm_node *o = fm_any_member(n, "involvedObject|regarding|involved_object|object");
    if (o && o->kind == FM_NODE_STRING) {
        fm_str name = o->text;
        e->kind = fm_object_kind_parse(fm_str_cut(&name, '/'));
        e->name = name;
        e->ns = fm_node_str(n, "namespace");
    } else if (o) {
        e->kind = fm_object_kind_parse(fm_node_str(o, "kind"));
        e->name = fm_node_str(o, "name");
        e->ns = fm_node_str(o, "namespace");
    }
}

static uint64_t event_count(const struct fm_node *n)
{
    uint64_t count = 1;
    const struct fm_node *c = fm_node_at(n, "count");
    if (!c)
        c = fm_node_at(n, "series.count");
    return c && fm_str_u64(c->text, &count) ? count : 1;
}

bool fm_read_api_event(const struct fm_origin *from, const struct fm_node *n)
{
    struct fm_object_event e = {.last_s = NAN, .first_s = NAN};
    read_involved(&e, n);
    if (e.name.len == 0)
        return false;
    e.reason = fm_node_str(n, "reason");
    e.message = fm_any_str(n, "message|note");
    e.source = fm_node_str(n, "source.component");
    e.is_warning = fm_str_eqc(fm_node_str(n, "type"), "Warning");
    e.count = event_count(n);
    e.at = time_of(n, "lastTimestamp|last_time|last_timestamp|deprecatedLastTimestamp|eventTime");
    const struct fm_node *message = fm_any_member(n, "message|note");
    e.span = fm_set_span(from, message ? message->pair : n->source);
    if (e.span.length)
        fm_set_event(from, e);
    return true;
}
