/* SPDX-License-Identifier: Apache-2.0 */
/* Spans: the slowest or failing ones, and one trace as a tree. */
#include <stdlib.h>

#include "faultmaven/core/traces.h"
#include "inquiry/internal.h"

#define DEPTH_MAX 24

/* What a span did, without what its callees did meanwhile. */
static int64_t own_time(const struct fm_trace_set *set, const struct fm_trace_span *s)
{
    int64_t own = s->duration;
    fm_span_children(set, s, it)
    {
        own -= set->spans.items[it].duration;
    }
    return own > 0 ? own : 0;
}

static fm_str describe(struct fm_inquiry *q, const struct fm_trace_span *s)
{
    const struct fm_trace_set *set = q->incident.traces;
    struct fm_arena *a = &q->ctx->arena;
    fm_str status = s->status ? fm_str_fmt(a, ", status %u", (unsigned)s->status) : FM_STR_NULL;
    return fm_str_fmt(a, "trace %016llx %.*s %.*s %.*s took %.*s, itself %.*s%s%.*s",
                      (unsigned long long)s->trace, FM_STR_ARG(fm_time_str(a, s->start)),
                      FM_STR_ARG(set->services.items[s->service].name),
                      FM_STR_ARG(set->operations.items[s->operation]),
                      FM_STR_ARG(fm_duration_str(a, s->duration)),
                      FM_STR_ARG(fm_duration_str(a, own_time(set, s))),
                      s->is_error ? ", error" : "", FM_STR_ARG(status));
}

static void put_span(struct fm_inquiry *q, const struct fm_trace_span *s, unsigned depth,
                     struct fm_buf *out)
{
    fm_str text = describe(q, s);
    fm_span place = fm_trace_quote(&q->incident, s);
    fm_inquiry_note(q, place, text);
    inquiry_put(q, out, place,
                fm_str_fmt(&q->ctx->arena, "%*s%.*s", (int)(2 * depth), "", FM_STR_ARG(text)));
}

/* ---- find_spans ---- */

struct row {
    const struct fm_trace_span *s;
    int64_t own;
};

static int by_own_time(const void *pa, const void *pb)
{
    const struct row *a = pa, *b = pb;
    if (a->own != b->own)
        return a->own > b->own ? -1 : 1;
    return a->s < b->s ? -1 : a->s > b->s;
}

static bool takes(const struct fm_inquiry *q, const struct inquiry_filter *f,
                  const struct fm_trace_span *s, bool only_errors)
{
    const struct fm_trace_set *set = q->incident.traces;
    if (s->is_baseline || (only_errors && !s->is_error) || !inquiry_takes_time(f, s->start))
        return false;
    if (!inquiry_takes_evidence(q, f, q->incident.inputs.items[s->evidence]))
        return false;
    return (!f->entity.len || fm_str_ihas(set->services.items[s->service].name, f->entity)) &&
           inquiry_takes_words(f, set->operations.items[s->operation]);
}

static enum fm_code run_find(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                             struct fm_buf *out)
{
    struct fm_inquiry *q = ((struct inquiry_tool *)tool)->q;
    const struct fm_trace_set *set = q->incident.traces;
    struct inquiry_filter f;
    FM_VEC(struct row) rows = {0};
    fm_str sort = fm_json_get_str(args, "which");
    bool only_errors = fm_str_eqc(sort, "errors");
    if (sort.len && !only_errors && !fm_str_eqc(sort, "slowest"))
        return fm_fail(ctx, FM_EINVAL, "which: \"slowest\" or \"errors\"");
    FM_TRY(inquiry_filter_read(q, ctx, args, &f));
    fm_vec_each (&set->spans, s)
        if (takes(q, &f, s, only_errors))
            fm_vec_push(&ctx->arena, &rows, ((struct row){s, own_time(set, s)}));
    qsort(rows.items, rows.n, sizeof *rows.items, by_own_time);
    fm_buf_addf(out, "%zu %sspans match; those that took longest themselves first\n", rows.n,
                only_errors ? "failing " : "");
    for (size_t i = 0; i < rows.n && i < f.limit; i++)
        put_span(q, rows.items[i].s, 0, out);
    return FM_OK;
}

/* ---- trace_tree ---- */

struct tree {
    struct fm_inquiry *q;
    size_t shown, limit;
    struct fm_buf *out;
};

static void put_tree(struct tree *t, uint32_t at, unsigned depth)
{
    const struct fm_trace_set *set = t->q->incident.traces;
    if (depth > DEPTH_MAX || t->shown++ >= t->limit)
        return;
    put_span(t->q, &set->spans.items[at], depth, t->out);
    fm_span_children(set, &set->spans.items[at], it)
    {
        put_tree(t, it, depth + 1);
    }
}

static bool read_hex(fm_str s, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                            : 16;
        if (d > 15)
            return false;
        v = v << 4 | d;
    }
    *out = v;
    return s.len == 16;
}

static enum fm_code run_tree(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                             struct fm_buf *out)
{
    struct fm_inquiry *q = ((struct inquiry_tool *)tool)->q;
    const struct fm_trace_set *set = q->incident.traces;
    struct inquiry_filter f;
    uint64_t trace = 0;
    FM_TRY(inquiry_filter_read(q, ctx, args, &f));
    if (!read_hex(fm_str_trim(fm_json_get_str(args, "trace")), &trace))
        return fm_fail(ctx, FM_EINVAL, "trace: 16 digits as find_spans names it");
    struct tree t = {.q = q, .limit = INQUIRY_LIMIT_MAX, .out = out};
    for (size_t i = 0; i < set->spans.n; i++) {
        const struct fm_trace_span *s = &set->spans.items[i];
        if (s->trace == trace && s->parent == FM_SPAN_NONE && !s->is_baseline)
            put_tree(&t, (uint32_t)i, 0);
    }
    if (!t.shown)
        return fm_fail(ctx, FM_ENOTFOUND, "there is no such trace");
    if (t.shown > t.limit)
        fm_buf_addf(out, "%zu spans; the first %zu are shown\n", t.shown, t.limit);
    return FM_OK;
}

const struct fm_tool_ops inquiry_find_spans = {
    .name = "find_spans",
    .description =
        "The slowest or the failing spans of the traces, by service, operation and time.",
    .schema = "{\"type\":\"object\",\"properties\":{\"which\":{\"type\":\"string\",\"enum\":["
              "\"slowest\",\"errors\"]},\"words\":{\"type\":\"string\",\"description\":"
              "\"of the operation\"}," INQUIRY_FILTER_SCHEMA "}}",
    .run = run_find,
};

const struct fm_tool_ops inquiry_trace_tree = {
    .name = "trace_tree",
    .description = "One trace as a tree of spans with durations.",
    .schema = "{\"type\":\"object\",\"properties\":{\"trace\":{\"type\":\"string\"}},\"required\":["
              "\"trace\"]}",
    .run = run_tree,
};
