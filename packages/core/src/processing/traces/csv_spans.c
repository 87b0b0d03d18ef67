/* SPDX-License-Identifier: Apache-2.0 */
/* Tables with one span, or one log record with a span id, a row. Columns are found by their names.
 */
#include "processing/csv.h"
#include "processing/traces/builder.h"
#include "processing/traces/field_names.h"

/* Column of each field, SIZE_MAX when there is none; and the unit of the duration column. */
struct columns {
    size_t at[SPAN_FIELD_COUNT];
    int64_t unit;
};

static void find_columns(const struct fm_csv *c, struct columns *out)
{
    out->unit = FM_US;
    for (size_t k = 0; k < SPAN_FIELD_COUNT; k++)
        out->at[k] = SIZE_MAX;
    for (size_t i = 0; i < c->n; i++) {
        int64_t unit = 0;
        enum span_field f = span_field_of(fm_str_trim(c->fields[i]), &unit);
        if (f == SPAN_FIELD_COUNT || span_field_rank(f, c->fields[i]) == 0)
            continue;
        bool is_better = out->at[f] == SIZE_MAX || span_field_rank(f, c->fields[i]) >
                                                       span_field_rank(f, c->fields[out->at[f]]);
        if (!is_better)
            continue;
        out->at[f] = i;
        if (f == SPAN_FIELD_DURATION && unit)
            out->unit = unit;
    }
}

static fm_str at(const struct fm_csv *c, const struct columns *k, enum span_field f)
{
    return k->at[f] < c->n ? fm_str_trim(c->fields[k->at[f]]) : FM_STR_NULL;
}

static void read_span(struct trace_builder *b, const struct fm_csv *c, const struct columns *k)
{
    struct span_fields f = {
        .trace = at(c, k, SPAN_FIELD_TRACE),
        .id = at(c, k, SPAN_FIELD_ID),
        .parent = at(c, k, SPAN_FIELD_PARENT),
        .service = at(c, k, SPAN_FIELD_SERVICE),
        .operation = at(c, k, SPAN_FIELD_OPERATION),
        .start = at(c, k, SPAN_FIELD_START),
        .end = at(c, k, SPAN_FIELD_END),
        .duration = at(c, k, SPAN_FIELD_DURATION),
        .status = at(c, k, SPAN_FIELD_STATUS),
        .kind = at(c, k, SPAN_FIELD_KIND),
        .error = at(c, k, SPAN_FIELD_ERROR),
        .duration_unit = k->unit,
        .piece = c->row,
    };
    trace_builder_span(b, &f);
}

bool trace_read_csv(struct trace_builder *b)
{
    struct fm_csv c;
    struct columns k;
    fm_csv_init(&c, &b->in->ctx->arena, b->source->bytes);
    if (!fm_csv_next(&c))
        return false;
    find_columns(&c, &k);
    if (k.at[SPAN_FIELD_ID] == SIZE_MAX || k.at[SPAN_FIELD_START] == SIZE_MAX)
        return false;
    for (uint64_t n = 1; fm_csv_next(&c); n++) {
        read_span(b, &c, &k);
        if ((n & 0xFFFF) == 0 && fm_ctx_check(b->in->ctx) != FM_OK)
            break;
    }
    return true;
}

static void read_record(struct trace_builder *b, const struct fm_csv *c, const struct columns *k)
{
    struct record_fields f = {
        .trace = at(c, k, SPAN_FIELD_TRACE),
        .span = at(c, k, SPAN_FIELD_ID),
        .service = at(c, k, SPAN_FIELD_SERVICE),
        .level = at(c, k, SPAN_FIELD_LEVEL),
        .message = at(c, k, SPAN_FIELD_MESSAGE),
        .time = at(c, k, SPAN_FIELD_START),
        .piece = c->row,
        .at = FM_TIME_NONE,
    };
    trace_builder_record(b, &f);
}

bool trace_read_log(struct trace_builder *b)
{
    struct fm_csv c;
    struct columns k;
    fm_str head = fm_str_sub(b->source->bytes, 0, 4096);
    if (!fm_str_ihas(head, FM_STR("span")) || (head.len && (head.p[0] == '{' || head.p[0] == '[')))
        return false;
    fm_csv_init(&c, &b->in->ctx->arena, b->source->bytes);
    if (!fm_csv_next(&c))
        return false;
    find_columns(&c, &k);
    if (k.at[SPAN_FIELD_ID] == SIZE_MAX || k.at[SPAN_FIELD_START] == SIZE_MAX ||
        k.at[SPAN_FIELD_MESSAGE] == SIZE_MAX)
        return false;
    for (uint64_t n = 1; fm_csv_next(&c); n++) {
        read_record(b, &c, &k);
        if ((n & 0xFFFF) == 0 && fm_ctx_check(b->in->ctx) != FM_OK)
            break;
    }
    return true;
}
