/* SPDX-License-Identifier: Apache-2.0 */
/* The input is what somebody pasted from hosts and database consoles. Property: every field cites
 * bytes inside the input, and the rules end. */
#include "faultmaven/core/consoles.h"
#include "faultmaven/core/hypotheses.h"
#include "faultmaven/core/intake.h"
#include "faultmaven/core/processor.h"

static void check_rows(const struct fm_evidence *e, const struct fm_console_set *s)
{
    fm_vec_each (&s->rows, r) {
        double n;
        fm_vec_each (&(*r)->values, v) {
            fm_span span = v->field.span;
            FM_ASSERT(span.offset <= e->bytes.len && span.length <= e->bytes.len - span.offset);
            (void)fm_console_number(*r, v->id, &n);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    struct fm_incident in;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_incident_init(&in, &ctx, NULL);
    struct fm_evidence e = {.path = FM_STR("nodes/n1.txt"),
                            .bytes = fm_str_n((const char *)data, size)};
    fm_classify(&e);
    e.type = FM_EVIDENCE_COMMAND_OUTPUT;
    e.first = e.last = FM_TIME_NONE;
    fm_vec_push(&ctx.arena, &in.inputs, &e);
    FM_ASSERT(fm_consoles_processor.run(&in) == FM_OK);
    FM_ASSERT(fm_transcript_logs_processor.run(&in) == FM_OK);
    if (in.consoles)
        check_rows(&e, in.consoles);
    struct fm_hypotheses h = {.in = &in};
    FM_ASSERT(fm_consoles_reasoner.propose(&h) == FM_OK);
    fm_ctx_release(&ctx);
    return 0;
}
