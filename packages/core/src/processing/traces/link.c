/* SPDX-License-Identifier: Apache-2.0 */
/* Spans become trees: parents by id, loops cut, children by time, log records to their spans, calls
 * to edges. */
#include <stdlib.h>

#include "processing/traces/builder.h"

/* Open addressing from (span id, baseline) to the first span of that id; further ones follow by
 * linear probing. */
struct span_table {
    uint32_t *slots; /* span + 1 */
    size_t mask;
};

static uint64_t mix(uint64_t id, bool is_baseline)
{
    return id * 0x9E3779B97F4A7C15ull ^ (is_baseline ? 0xD1B54A32D192ED03ull : 0);
}

/* An input in which all spans have one id must not become quadratic; such spans are then no
 * parents. */
#define PROBES_MAX 512

static void table_build(struct span_table *t, const struct fm_trace_set *set)
{
    size_t n = 16;
    while (n < set->spans.n * 2)
        n *= 2;
    t->slots = calloc(n, sizeof *t->slots);
    if (!t->slots)
        FM_BUG("out of memory for %zu spans", set->spans.n);
    t->mask = n - 1;
    for (size_t i = 0; i < set->spans.n; i++) {
        const struct fm_trace_span *s = &set->spans.items[i];
        size_t at = (mix(s->id, s->is_baseline) >> 20) & t->mask;
        for (unsigned probes = 0; t->slots[at] && probes < PROBES_MAX; probes++)
            at = (at + 1) & t->mask;
        if (!t->slots[at])
            t->slots[at] = (uint32_t)i + 1;
    }
}

/* trace 0 matches any trace. */
static uint32_t table_find(const struct span_table *t, const struct fm_trace_set *set, uint64_t id,
                           uint64_t trace, bool is_baseline)
{
    size_t at = (mix(id, is_baseline) >> 20) & t->mask;
    for (unsigned probes = 0; t->slots[at] && probes < PROBES_MAX;
         probes++, at = (at + 1) & t->mask) {
        const struct fm_trace_span *s = &set->spans.items[t->slots[at] - 1];
        if (s->id == id && s->is_baseline == is_baseline &&
            (trace == 0 || s->trace == trace || s->trace == 0))
            return t->slots[at] - 1;
    }
    return FM_SPAN_NONE;
}

static void find_parents(struct trace_builder *b, const struct span_table *t)
{
    struct fm_trace_set *set = b->set;
    for (size_t i = 0; i < set->spans.n; i++) {
        struct fm_trace_span *s = &set->spans.items[i];
        uint64_t parent = b->links.items[i].parent;
        if (parent == 0)
            continue;
        s->parent = table_find(t, set, parent, s->trace, s->is_baseline);
        if (s->parent == (uint32_t)i)
            s->parent = FM_SPAN_NONE;
        s->has_lost_parent = s->parent == FM_SPAN_NONE;
    }
}

/* Walks every chain once: a chain that comes back to itself is cut where it closes. */
static void cut_loops(struct fm_trace_set *set)
{
    uint32_t *mark = calloc(set->spans.n + 1, sizeof *mark);
    if (!mark)
        FM_BUG("out of memory for %zu spans", set->spans.n);
    for (uint32_t i = 0; i < set->spans.n; i++) {
        uint32_t at = i;
        while (at != FM_SPAN_NONE && mark[at] == 0) {
            mark[at] = i + 1;
            uint32_t up = set->spans.items[at].parent;
            if (up != FM_SPAN_NONE && mark[up] == i + 1)
                set->spans.items[at].parent = up = FM_SPAN_NONE;
            at = up;
        }
    }
    free(mark);
}

struct child {
    fm_time start;
    uint32_t parent, span;
};

static int by_parent_and_start(const void *x, const void *y)
{
    const struct child *a = x, *b = y;
    if (a->parent != b->parent)
        return a->parent < b->parent ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->span < b->span ? -1 : a->span > b->span;
}

static void link_children(struct fm_trace_set *set)
{
    struct child *c = calloc(set->spans.n + 1, sizeof *c);
    size_t n = 0;
    if (!c)
        FM_BUG("out of memory for %zu spans", set->spans.n);
    for (uint32_t i = 0; i < set->spans.n; i++)
        if (set->spans.items[i].parent != FM_SPAN_NONE)
            c[n++] = (struct child){set->spans.items[i].start, set->spans.items[i].parent, i};
    qsort(c, n, sizeof *c, by_parent_and_start);
    for (size_t k = n; k-- > 0;) {
        struct fm_trace_span *parent = &set->spans.items[c[k].parent];
        set->spans.items[c[k].span].next_sibling = parent->first_child;
        parent->first_child = c[k].span;
    }
    free(c);
}

static void find_record_spans(struct trace_builder *b, const struct span_table *t)
{
    for (size_t i = 0; i < b->set->records.n; i++) {
        struct fm_span_record *r = &b->set->records.items[i];
        bool is_baseline = b->in->inputs.items[r->evidence]->is_baseline;
        r->span = table_find(t, b->set, b->record_spans.items[i].parent,
                             b->record_traces.items[i].parent, is_baseline);
    }
}

static int by_span_and_time(const void *x, const void *y)
{
    const struct fm_span_record *a = x, *b = y;
    if (a->span != b->span)
        return a->span < b->span ? -1 : 1;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->evidence != b->evidence)
        return a->evidence < b->evidence ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static void link_records(struct fm_trace_set *set)
{
    if (set->records.n == 0)
        return;
    qsort(set->records.items, set->records.n, sizeof *set->records.items, by_span_and_time);
    for (size_t i = 0; i < set->records.n; i++) {
        uint32_t span = set->records.items[i].span;
        if (span == FM_SPAN_NONE)
            break;
        struct fm_trace_span *s = &set->spans.items[span];
        if (s->n_records++ == 0)
            s->first_record = (uint32_t)i;
    }
}

static struct fm_trace_edge *edge_of(struct trace_builder *b, struct fm_map *index, uint32_t from,
                                     uint32_t to)
{
    uint32_t key[2] = {from, to};
    struct fm_map_entry *e = fm_map_put(index, fm_str_n((const char *)key, sizeof key));
    if (!e->value) {
        fm_vec_push(&b->in->ctx->arena, &b->set->edges,
                    ((struct fm_trace_edge){.from = from, .to = to}));
        e->value = (void *)(uintptr_t)b->set->edges.n;
    }
    return &b->set->edges.items[(uintptr_t)e->value - 1];
}

static void count_edges(struct trace_builder *b)
{
    struct fm_trace_set *set = b->set;
    struct fm_map index;
    fm_map_init(&index, &b->in->ctx->arena);
    fm_vec_each (&set->spans, s) {
        if (s->parent == FM_SPAN_NONE || set->spans.items[s->parent].service == s->service)
            continue;
        struct fm_trace_edge *e =
            edge_of(b, &index, set->spans.items[s->parent].service, s->service);
        e->calls += !s->is_baseline;
        e->errors += !s->is_baseline && s->is_error;
        e->baseline_calls += s->is_baseline;
        e->baseline_errors += s->is_baseline && s->is_error;
    }
    fm_vec_each (&set->edges, e)
        fm_incident_edge(b->in, set->services.items[e->from].entity,
                         set->services.items[e->to].entity, FM_EDGE_CALLS,
                         (double)(e->calls + e->baseline_calls));
}

static void count_traces(struct fm_trace_set *set)
{
    set->first = set->last = FM_TIME_NONE;
    fm_vec_each (&set->spans, s) {
        if (s->parent == FM_SPAN_NONE && !s->has_lost_parent) {
            set->n_traces += !s->is_baseline;
            set->n_baseline_traces += s->is_baseline;
        }
        if (s->is_baseline)
            continue;
        if (set->first == FM_TIME_NONE || s->start < set->first)
            set->first = s->start;
        if (set->last == FM_TIME_NONE || s->start > set->last)
            set->last = s->start;
    }
}

void trace_link(struct trace_builder *b)
{
    struct span_table t;
    table_build(&t, b->set);
    find_parents(b, &t);
    cut_loops(b->set);
    link_children(b->set);
    find_record_spans(b, &t);
    free(t.slots);
    link_records(b->set);
    count_edges(b);
    count_traces(b->set);
}
