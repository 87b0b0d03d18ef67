/* SPDX-License-Identifier: Apache-2.0 */
/* Logs in any form whose records carry span ids: JSON lines, logfmt, pairs in the message. */
#include "faultmaven/core/logs.h"
#include "processing/traces/builder.h"
#include "processing/traces/field_names.h"

#define LOOK 4096

static bool is_span_name(fm_str name)
{
    return fm_str_ihas(name, FM_STR("span"));
}

static bool add_record(void *arg, const struct fm_logs_line *line)
{
    struct record_fields f = {
        .at = line->t, .message = line->message, .piece = line->raw, .service = line->entity};
    int64_t unit;
    for (size_t i = 0; i < line->n_fields; i++) {
        enum span_field k = span_field_of(line->fields[i].name, &unit);
        if (k == SPAN_FIELD_ID && is_span_name(line->fields[i].name))
            f.span = line->fields[i].value;
        else if (k == SPAN_FIELD_TRACE)
            f.trace = line->fields[i].value;
    }
    f.level = fm_str_c(fm_logs_level_name(line->level));
    if (f.span.len && line->t != FM_TIME_NONE)
        trace_builder_record(arg, &f);
    return true;
}

enum fm_code trace_read_records(struct trace_builder *b)
{
    struct fm_logs_options opt = {.zone_s = b->in->ask.zone_offset_s, .reference = FM_TIME_NONE};
    fm_str text = b->source->bytes;
    if (b->source->type != FM_EVIDENCE_LOG || !is_span_name(fm_str_sub(text, 0, LOOK)))
        return FM_OK;
    return fm_logs_each(b->in->ctx, text, &opt, add_record, b);
}
