/* SPDX-License-Identifier: Apache-2.0 */
/* The input is one file of spans, and behind a NUL one log by span. Properties: no loops, links
 * inside the set, durations ≥ 0. */
#include "../signals_kit.h"
#include "faultmaven/core/traces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct fm_trace_set *t)
{
    for (uint32_t i = 0; i < t->spans.n; i++) {
        const struct fm_trace_span *s = &t->spans.items[i];
        size_t steps = 0;
        FM_ASSERT(s->duration >= 0);
        FM_ASSERT(s->service < t->services.n && s->operation < t->operations.n);
        FM_ASSERT(s->n_records == 0 || s->first_record + s->n_records <= t->records.n);
        for (uint32_t up = i; up != FM_SPAN_NONE; up = t->spans.items[up].parent)
            FM_ASSERT(++steps <= t->spans.n);
        fm_span at = fm_trace_quote(&kit_in, s);
        FM_ASSERT(at.offset + at.length <= kit_in.inputs.items[s->evidence]->bytes.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fm_str text = fm_str_n((const char *)data, size > 1 << 16 ? 1 << 16 : size);
    kit_start();
    kit_add(FM_EVIDENCE_TRACES, "t", fm_str_cut(&text, '\0'), false);
    kit_add(FM_EVIDENCE_LOG, "l", text, false);
    if (fm_traces_processor.run(&kit_in) == FM_OK)
        check(kit_in.traces);
    kit_end();
    return 0;
}
