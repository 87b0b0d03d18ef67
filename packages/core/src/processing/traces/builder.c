/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/traces/builder.h"

#include <math.h>

#include "processing/cell.h"
#include "processing/traces/record_key.h"

#define SPAN_BYTES 176   /* of a span, its link, and what linking it takes */
#define SPAN_TEXT_MIN 48 /* a span is not written in less */
#define MASK_MAX ((1u << 20) - 1)

uint64_t trace_id_hash(fm_str id)
{
    while (id.len > 1 && id.p[0] == '0')
        id = fm_str_skip(id, 1);
    if (id.len == 0 || fm_str_eqc(id, "0") || fm_str_ieq(id, FM_STR("null")) ||
        fm_str_ieq(id, FM_STR("root")) || fm_str_ieq(id, FM_STR("none")))
        return 0;
    uint64_t h = fm_hash64(id);
    return h ? h : 1;
}

static size_t names_total(const struct trace_builder *b)
{
    return b->services.n + b->operations.n + b->keys.n;
}

/* Index of name; when there are too many, that of "(other)". */
static uint32_t intern(struct trace_builder *b, struct fm_map *m, fm_str name)
{
    void *known = fm_map_get(m, name);
    if (!known && names_total(b) >= FM_TRACE_NAMES_MAX)
        name = FM_STR("(other)");
    struct fm_map_entry *e = fm_map_put(m, name);
    if (!e->value)
        e->value = (void *)(uintptr_t)m->n;
    return (uint32_t)((uintptr_t)e->value - 1);
}

uint32_t trace_builder_service(struct trace_builder *b, fm_str written)
{
    fm_str name = fm_workload_name(written, true);
    size_t before = b->services.n;
    uint32_t i = intern(b, &b->services, name);
    if (b->services.n > before) {
        fm_str kept = b->services.entries[i].key;
        fm_entity_id id =
            b->in->entities.n < 4096 ? fm_incident_find_entity(b->in, kept) : FM_ENTITY_NONE;
        if (id == FM_ENTITY_NONE)
            id = fm_incident_entity(b->in, FM_ENTITY_SERVICE, kept);
        fm_vec_push(&b->in->ctx->arena, &b->set->services, ((struct fm_trace_service){kept, id}));
    }
    return i;
}

uint32_t trace_builder_operation(struct trace_builder *b, fm_str name)
{
    size_t before = b->operations.n;
    uint32_t i = intern(b, &b->operations, name);
    if (b->operations.n > before)
        fm_vec_push(&b->in->ctx->arena, &b->set->operations, b->operations.entries[i].key);
    return i;
}

static uint32_t intern_key(struct trace_builder *b, fm_str key)
{
    size_t before = b->keys.n;
    uint32_t i = intern(b, &b->keys, key);
    if (b->keys.n > before)
        fm_vec_push(&b->in->ctx->arena, &b->set->record_keys, b->keys.entries[i].key);
    return i;
}

static uint8_t kind_of(fm_str s)
{
    static const char *const names[] = {"unset",  "internal", "server",
                                        "client", "producer", "consumer"};
    if (fm_str_istarts(s, FM_STR("SPAN_KIND_")))
        s = fm_str_skip(s, 10);
    if (s.len == 1 && s.p[0] >= '0' && s.p[0] <= '5')
        return (uint8_t)(s.p[0] - '0');
    for (uint8_t i = 1; i < 6; i++)
        if (fm_str_ieq(s, fm_str_c(names[i])))
            return i;
    return FM_SPAN_UNSET;
}

/* An HTTP status, or 0. gRPC and OTLP codes are small numbers. */
static uint16_t http_status(fm_str s)
{
    int64_t v;
    return fm_str_i64(s, &v) && v >= 100 && v < 600 ? (uint16_t)v : 0;
}

static bool is_true(fm_str s)
{
    return s.len && !fm_str_ieq(s, FM_STR("false")) && !fm_str_eqc(s, "0") &&
           !fm_str_ieq(s, FM_STR("null")) && !fm_str_ieq(s, FM_STR("none"));
}

/* OTLP: code 2 or STATUS_CODE_ERROR; HTTP 5xx (a 4xx is the caller's fault); an error tag. */
static bool is_error(const struct span_fields *f)
{
    return is_true(f->error) || http_status(f->status) >= 500 || fm_str_eqc(f->status, "2") ||
           fm_str_ieq(f->status, FM_STR("STATUS_CODE_ERROR")) ||
           fm_str_ieq(f->status, FM_STR("error")) || fm_str_ieq(f->status, FM_STR("failed"));
}

static int64_t duration_of(const struct span_fields *f, fm_time start, int32_t zone)
{
    fm_time end;
    double v;
    if (f->end.len && fm_cell_time(f->end, zone, &end))
        return end > start ? end - start : 0;
    if (!fm_cell_number(f->duration, &v) || !(v > 0) || v * (double)f->duration_unit > 9e17)
        return 0;
    return (int64_t)(v * (double)f->duration_unit);
}

/* The user may have cut the window; the quiet period is not cut. */
static bool is_outside(const struct trace_builder *b, fm_time at)
{
    const struct fm_question *ask = &b->in->ask;
    return !b->source->is_baseline && ((ask->since != FM_TIME_NONE && at < ask->since) ||
                                       (ask->until != FM_TIME_NONE && at > ask->until));
}

/* Without a trace id there is only the span's own, and its tree is not kept whole. */
static bool is_sampled(uint64_t mask, uint64_t trace, uint64_t span)
{
    return (((trace ? trace : span) >> 24) & mask) == 0;
}

void trace_builder_begin(struct trace_builder *b, struct fm_incident *in)
{
    struct fm_arena *a = &in->ctx->arena;
    size_t bytes = 0, max = fm_incident_memory(in) / 4 / SPAN_BYTES;
    *b = (struct trace_builder){.in = in, .set = FM_NEW(a, struct fm_trace_set)};
    b->spans_max = max < FM_TRACE_SPANS_MAX ? max : FM_TRACE_SPANS_MAX;
    fm_vec_each (&in->inputs, e)
        bytes += (*e)->type == FM_EVIDENCE_TRACES ? (*e)->bytes.len : 0;
    /* once, so that growing leaves no copies behind; pages that stay unused cost nothing */
    size_t expected = bytes / SPAN_TEXT_MIN < b->spans_max ? bytes / SPAN_TEXT_MIN : b->spans_max;
    fm_vec_reserve(a, &b->set->spans, expected + 1);
    fm_vec_reserve(a, &b->links, expected + 1);
    fm_map_init(&b->services, a);
    fm_map_init(&b->operations, a);
    fm_map_init(&b->keys, a);
}

static bool keeps_any(const struct fm_trace_set *set, uint64_t mask)
{
    fm_vec_each (&set->spans, s)
        if (is_sampled(mask, s->trace, s->id))
            return true;
    return false;
}

/* Halves the number of traces until there is room. */
static void thin(struct trace_builder *b)
{
    struct fm_trace_set *set = b->set;
    while (set->spans.n > b->spans_max / 4 * 3 && !b->is_full) {
        size_t kept = 0;
        b->is_full = b->mask >= MASK_MAX || !keeps_any(set, 2 * b->mask + 1);
        if (b->is_full)
            return;
        b->mask = 2 * b->mask + 1;
        for (size_t i = 0; i < set->spans.n; i++) {
            if (!is_sampled(b->mask, set->spans.items[i].trace, set->spans.items[i].id))
                continue;
            set->spans.items[kept] = set->spans.items[i];
            b->links.items[kept++] = b->links.items[i];
        }
        set->spans.n = b->links.n = kept;
    }
}

bool trace_builder_span(struct trace_builder *b, const struct span_fields *f)
{
    fm_time start;
    uint64_t id = trace_id_hash(f->id);
    int32_t zone = b->in->ask.zone_offset_s;
    if (id == 0 || !fm_cell_time(f->start, zone, &start)) {
        b->bad_rows++;
        return false;
    }
    if (is_outside(b, start))
        return false;
    uint64_t trace = trace_id_hash(f->trace);
    b->n_seen++;
    b->source->records++;
    if (!is_sampled(b->mask, trace, id))
        return false;
    if (b->set->spans.n >= b->spans_max)
        thin(b);
    if (b->set->spans.n >= b->spans_max) {
        b->set->n_left_out++;
        return false;
    }
    if (!is_sampled(b->mask, trace, id))
        return false;
    struct fm_trace_span s = {
        .trace = trace, .id = id, .start = start, .evidence = b->source->index};
    s.duration = duration_of(f, start, zone);
    s.offset = (uint64_t)(f->piece.p - b->source->bytes.p);
    s.length = (uint32_t)(f->piece.len > UINT32_MAX ? UINT32_MAX : f->piece.len);
    s.service = trace_builder_service(b, f->service.len ? f->service : FM_STR("(unknown)"));
    s.operation = trace_builder_operation(b, f->operation);
    s.parent = s.first_child = s.next_sibling = FM_SPAN_NONE;
    s.status = http_status(f->status);
    s.kind = kind_of(f->kind);
    s.is_error = is_error(f);
    s.is_baseline = b->source->is_baseline;
    uint64_t parent = trace_id_hash(f->parent);
    fm_vec_push(&b->in->ctx->arena, &b->set->spans, s);
    fm_vec_push(&b->in->ctx->arena, &b->links, ((struct span_link){parent == id ? 0 : parent}));
    return true;
}

void trace_builder_record(struct trace_builder *b, const struct record_fields *f)
{
    struct fm_arena *a = &b->in->ctx->arena;
    char key[RECORD_KEY_MAX];
    fm_time at = f->at;
    uint64_t span = trace_id_hash(f->span), trace = trace_id_hash(f->trace);
    bool is_timed = at != FM_TIME_NONE || fm_cell_time(f->time, b->in->ask.zone_offset_s, &at);
    if (span == 0 || !is_timed || (trace && !is_sampled(b->mask, trace, span)))
        return;
    if (b->set->records.n >= b->spans_max) {
        b->n_records_left_out++;
        return;
    }
    struct fm_span_record r = {.at = at, .evidence = b->source->index, .span = FM_SPAN_NONE};
    r.offset = (uint64_t)(f->piece.p - b->source->bytes.p);
    r.length = (uint32_t)(f->piece.len > UINT32_MAX ? UINT32_MAX : f->piece.len);
    r.key = intern_key(b, record_key(f->level, f->message, key, &r.is_error));
    fm_vec_push(a, &b->set->records, r);
    fm_vec_push(a, &b->record_spans, ((struct span_link){span}));
    fm_vec_push(a, &b->record_traces, ((struct span_link){trace}));
}
