/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans in JSON, found wherever they stand:
 *   OTLP and Tempo   {"resourceSpans"|"batches": [{"resource": …, "scopeSpans": [{"spans": […]}]}]}
 *   Jaeger           {"data": [{"traceID": …, "spans": [{…, "processID": p}], "processes": {p:
 * {"serviceName": …}}}]} Zipkin v2        [{"traceId", "id", "parentId", "timestamp", "duration",
 * "localEndpoint": {"serviceName": …}, "tags": {…}}] flat             objects with a span id and a
 * start, one in an array or one a line
 */
#include "processing/json_scan.h"
#include "processing/traces/builder.h"
#include "processing/traces/field_names.h"

#define WALK_MAX 24
#define PROCESSES_MAX 4096
#define MEMO 128

struct process {
    fm_str key, service;
};

struct reader {
    struct trace_builder *b;
    fm_str service; /* of the resource that is being read */
    struct process *processes;
    size_t n_processes;
    struct {
        fm_str key;
        enum span_field field;
        int64_t unit;
    } memo[MEMO]; /* keys repeat in every span */
};

static struct fm_arena *arena_of(struct reader *r)
{
    return &r->b->in->ctx->arena;
}

static enum span_field field_of(struct reader *r, fm_str key, int64_t *unit)
{
    if (key.len == 0)
        return SPAN_FIELD_COUNT;
    size_t slot =
        (key.len * 31 + (unsigned char)key.p[0] * 7u + (unsigned char)key.p[key.len - 1]) % MEMO;
    if (!fm_str_eq(r->memo[slot].key, key)) {
        r->memo[slot].key = key;
        r->memo[slot].unit = 0;
        r->memo[slot].field = span_field_of(key, &r->memo[slot].unit);
    }
    *unit = r->memo[slot].unit;
    return r->memo[slot].field;
}

/* A scalar, or the one inside {"stringValue": …}. */
static fm_str any_value(struct reader *r, struct fm_scan *s)
{
    fm_str out = FM_STR_NULL;
    if (fm_scan_peek(s) != '{')
        return fm_scan_decode(arena_of(r), fm_scan_text(s));
    fm_scan_object(s);
    for (fm_str key; fm_scan_member(s, &key);)
        out = fm_scan_decode(arena_of(r), fm_scan_text(s));
    return out;
}

/* One attribute that matters; others are passed over. */
static void take_attribute(struct span_fields *f, fm_str key, fm_str value)
{
    if (fm_str_eqc(key, "error"))
        f->error = value;
    else if (fm_str_eqc(key, "span.kind"))
        f->kind = value;
    else if (fm_str_eqc(key, "http.status_code") || fm_str_eqc(key, "http.response.status_code"))
        f->status = value;
    else if (fm_str_eqc(key, "service.name") && f->service.len == 0)
        f->service = value;
}

/* [{"key": k, "value": v}] (OTLP, Jaeger) or {k: v} (Zipkin). */
static void read_attributes(struct reader *r, struct fm_scan *s, struct span_fields *f)
{
    if (fm_scan_peek(s) == '{') {
        fm_scan_object(s);
        for (fm_str key; fm_scan_member(s, &key);)
            take_attribute(f, key, any_value(r, s));
        return;
    }
    if (!fm_scan_array(s))
        return;
    while (fm_scan_item(s)) {
        fm_str k = FM_STR_NULL, v = FM_STR_NULL;
        if (!fm_scan_object(s))
            continue;
        for (fm_str key; fm_scan_member(s, &key);) {
            if (fm_str_eqc(key, "key"))
                k = fm_scan_text(s);
            else if (fm_str_eqc(key, "value"))
                v = any_value(r, s);
            else
                fm_scan_skip(s);
        }
        take_attribute(f, k, v);
    }
}

/* "references": [{"refType": "CHILD_OF", "spanID": …}] */
static void read_references(struct fm_scan *s, struct span_fields *f)
{
    if (!fm_scan_array(s))
        return;
    while (fm_scan_item(s)) {
        fm_str id = FM_STR_NULL;
        if (!fm_scan_object(s))
            continue;
        for (fm_str key; fm_scan_member(s, &key);) {
            if (fm_str_eqc(key, "spanID") || fm_str_eqc(key, "spanId"))
                id = fm_scan_text(s);
            else
                fm_scan_skip(s);
        }
        if (f->parent.len == 0)
            f->parent = id;
    }
}

/* The member `name` of an object: "serviceName" of an endpoint, "code" of a status. */
static fm_str inner_text(struct reader *r, struct fm_scan *s, const char *name)
{
    fm_str out = FM_STR_NULL;
    if (fm_scan_peek(s) != '{')
        return fm_scan_decode(arena_of(r), fm_scan_text(s));
    fm_scan_object(s);
    for (fm_str key; fm_scan_member(s, &key);) {
        if (fm_str_eqc(key, name))
            out = fm_scan_decode(arena_of(r), fm_scan_text(s));
        else
            fm_scan_skip(s);
    }
    return out;
}

static fm_str process_service(const struct reader *r, fm_str key)
{
    for (size_t i = 0; i < r->n_processes; i++)
        if (fm_str_eq(r->processes[i].key, key))
            return r->processes[i].service;
    return FM_STR_NULL;
}

/* Members whose value is an object or a list. True when key was one of them. */
static bool read_nested(struct reader *r, struct fm_scan *s, fm_str key, struct span_fields *f)
{
    if (fm_str_eqc(key, "attributes") || fm_str_eqc(key, "tags"))
        read_attributes(r, s, f);
    else if (fm_str_eqc(key, "references"))
        read_references(s, f);
    else if (fm_str_eqc(key, "localEndpoint"))
        f->service = inner_text(r, s, "serviceName");
    else if (fm_str_eqc(key, "process"))
        f->service = inner_text(r, s, "serviceName");
    else if (fm_str_eqc(key, "processID"))
        f->service = process_service(r, fm_scan_text(s));
    else if (fm_str_eqc(key, "status"))
        f->status = inner_text(r, s, "code");
    else
        return false;
    return true;
}

static fm_str *slot_of(struct span_fields *f, enum span_field field)
{
    switch (field) {
    case SPAN_FIELD_TRACE:
        return &f->trace;
    case SPAN_FIELD_ID:
        return &f->id;
    case SPAN_FIELD_PARENT:
        return &f->parent;
    case SPAN_FIELD_SERVICE:
        return &f->service;
    case SPAN_FIELD_OPERATION:
        return &f->operation;
    case SPAN_FIELD_START:
        return &f->start;
    case SPAN_FIELD_END:
        return &f->end;
    case SPAN_FIELD_DURATION:
        return &f->duration;
    case SPAN_FIELD_STATUS:
        return &f->status;
    case SPAN_FIELD_KIND:
        return &f->kind;
    case SPAN_FIELD_ERROR:
        return &f->error;
    case SPAN_FIELD_LEVEL:
    case SPAN_FIELD_MESSAGE:
    case SPAN_FIELD_COUNT:
        break;
    }
    return NULL;
}

/* The members of a span; returns false when it has no id or no start, and is something else. */
static bool read_span(struct reader *r, struct fm_scan *s, struct span_fields *f)
{
    f->duration_unit = FM_US;
    for (fm_str key; fm_scan_member(s, &key);) {
        int64_t unit = 0;
        if (read_nested(r, s, key, f))
            continue;
        enum span_field field = field_of(r, key, &unit);
        fm_str *slot = slot_of(f, field);
        if (!slot) {
            fm_scan_skip(s);
            continue;
        }
        fm_str v = fm_scan_decode(arena_of(r), fm_scan_text(s));
        if (v.len &&
            (slot->len == 0 || field != SPAN_FIELD_ID || fm_str_ieq(key, FM_STR("spanid"))))
            *slot = v;
        if (field == SPAN_FIELD_DURATION && unit)
            f->duration_unit = unit;
    }
    return f->id.len && f->start.len;
}

static void read_spans(struct reader *r, struct fm_scan *s)
{
    uint64_t n = 0;
    if (!fm_scan_array(s))
        return;
    while (fm_scan_item(s)) {
        struct span_fields f = {.service = r->service};
        const char *from = s->p;
        if (!fm_scan_object(s))
            continue;
        bool is_span = read_span(r, s, &f);
        f.piece = fm_str_n(from, (size_t)(s->p - from));
        if (is_span)
            trace_builder_span(r->b, &f);
        if ((++n & 0xFFFF) == 0 && fm_ctx_check(r->b->in->ctx) != FM_OK)
            s->is_broken = true;
    }
}

static void read_scopes(struct reader *r, struct fm_scan *s)
{
    if (!fm_scan_array(s))
        return;
    while (fm_scan_item(s)) {
        if (!fm_scan_object(s))
            continue;
        for (fm_str key; fm_scan_member(s, &key);) {
            if (fm_str_eqc(key, "spans"))
                read_spans(r, s);
            else
                fm_scan_skip(s);
        }
    }
}

static fm_str resource_service(struct reader *r, struct fm_scan *s)
{
    struct span_fields f = {0};
    if (!fm_scan_object(s))
        return FM_STR_NULL;
    for (fm_str key; fm_scan_member(s, &key);) {
        if (fm_str_eqc(key, "attributes"))
            read_attributes(r, s, &f);
        else
            fm_scan_skip(s);
    }
    return f.service;
}

static bool is_scopes_key(fm_str key)
{
    return fm_str_eqc(key, "scopeSpans") || fm_str_eqc(key, "instrumentationLibrarySpans") ||
           fm_str_eqc(key, "ilSpans");
}

/* The array behind "resourceSpans" or "batches". The resource usually stands first; if not, its
 * spans wait for it. */
static void read_resources(struct reader *r, struct fm_scan *s)
{
    if (!fm_scan_array(s))
        return;
    while (fm_scan_item(s)) {
        fm_str late = FM_STR_NULL;
        bool has_resource = false;
        r->service = FM_STR_NULL;
        if (!fm_scan_object(s))
            continue;
        for (fm_str key; fm_scan_member(s, &key);) {
            if (fm_str_eqc(key, "resource")) {
                r->service = resource_service(r, s);
                has_resource = true;
            } else if (is_scopes_key(key) && has_resource) {
                read_scopes(r, s);
            } else if (is_scopes_key(key)) {
                late = fm_scan_skip(s);
            } else {
                fm_scan_skip(s);
            }
        }
        struct fm_scan scan = fm_scan_init(late);
        if (late.len)
            read_scopes(r, &scan);
    }
    r->service = FM_STR_NULL;
}

/* {"p1": {"serviceName": "web", …}, …} */
static void read_processes(struct reader *r, fm_str text)
{
    struct fm_scan s = fm_scan_init(text);
    r->n_processes = 0;
    if (!r->processes)
        r->processes = FM_NEW_ARRAY(arena_of(r), struct process, PROCESSES_MAX);
    if (!fm_scan_object(&s))
        return;
    for (fm_str key; fm_scan_member(&s, &key);) {
        fm_str service = inner_text(r, &s, "serviceName");
        if (r->n_processes < PROCESSES_MAX)
            r->processes[r->n_processes++] = (struct process){key, service};
    }
}

/* A Jaeger trace: its processes stand behind its spans, so they are looked up first. */
static bool read_jaeger(struct reader *r, struct fm_scan s)
{
    fm_str spans = FM_STR_NULL, processes = FM_STR_NULL;
    if (!fm_scan_object(&s))
        return false;
    for (fm_str key; fm_scan_member(&s, &key);) {
        if (fm_str_eqc(key, "spans"))
            spans = fm_scan_skip(&s);
        else if (fm_str_eqc(key, "processes"))
            processes = fm_scan_skip(&s);
        else if (is_scopes_key(key) || fm_str_eqc(key, "resourceSpans") ||
                 fm_str_eqc(key, "batches") || fm_str_eqc(key, "data"))
            return false;
        else
            fm_scan_skip(&s);
    }
    if (spans.len == 0 || spans.p[0] != '[')
        return false;
    struct fm_scan inner = fm_scan_init(spans);
    read_processes(r, processes.len ? processes : FM_STR("{}"));
    read_spans(r, &inner);
    return true;
}

static void walk(struct reader *r, struct fm_scan *s, unsigned depth);

static void walk_members(struct reader *r, struct fm_scan *s, unsigned depth)
{
    for (fm_str key; fm_scan_member(s, &key);) {
        if (fm_str_eqc(key, "resourceSpans") || fm_str_eqc(key, "batches"))
            read_resources(r, s);
        else if (is_scopes_key(key))
            read_scopes(r, s);
        else
            walk(r, s, depth + 1);
    }
}

/* Is this object itself a span? Looks without consuming. */
static bool is_span_object(struct reader *r, struct fm_scan s)
{
    bool has_id = false, has_start = false;
    if (!fm_scan_object(&s))
        return false;
    for (fm_str key; fm_scan_member(&s, &key) && !(has_id && has_start);) {
        int64_t unit;
        enum span_field f = field_of(r, key, &unit);
        has_id |= f == SPAN_FIELD_ID;
        has_start |= f == SPAN_FIELD_START;
        fm_scan_skip(&s);
    }
    return has_id && has_start;
}

static void walk(struct reader *r, struct fm_scan *s, unsigned depth)
{
    char c = fm_scan_peek(s);
    if (depth > WALK_MAX || (c != '{' && c != '[')) {
        fm_scan_skip(s);
    } else if (c == '[') {
        fm_scan_array(s);
        while (fm_scan_item(s))
            walk(r, s, depth + 1);
    } else if (is_span_object(r, *s)) {
        struct span_fields f = {0};
        const char *from = s->p;
        fm_scan_object(s);
        bool is_span = read_span(r, s, &f);
        f.piece = fm_str_n(from, (size_t)(s->p - from));
        if (is_span)
            trace_builder_span(r->b, &f);
    } else if (read_jaeger(r, *s)) {
        fm_scan_skip(s);
    } else if (fm_scan_object(s)) {
        walk_members(r, s, depth);
    }
}

bool trace_read_json(struct trace_builder *b)
{
    struct reader *r = FM_NEW(&b->in->ctx->arena, struct reader);
    struct fm_scan s = fm_scan_init(b->source->bytes);
    char c = fm_scan_peek(&s);
    r->b = b;
    if (c != '{' && c != '[')
        return false;
    while (fm_scan_peek(&s))
        walk(r, &s, 0);
    if (s.is_broken)
        fm_incident_problem(
            b->in, b->source, 0,
            "the JSON is damaged or cut off; the spans before that place were read");
    return true;
}
