/* SPDX-License-Identifier: Apache-2.0 */
/* The input is what somebody pasted from a terminal, or a manifest. Property: every field that was
 * read cites bytes inside it, and walks over owners end. */
#include "faultmaven/core/intake.h"
#include "faultmaven/core/objects.h"
#include "faultmaven/core/processor.h"

static void check_span(const struct fm_evidence *e, fm_span s)
{
    FM_ASSERT(s.length == 0 || (s.offset <= e->bytes.len && s.length <= e->bytes.len - s.offset));
}

static void check_set(const struct fm_evidence *e, const struct fm_object_set *s)
{
    fm_vec_each (&s->objects, o) {
        check_span(e, (*o)->span);
        fm_vec_each (&(*o)->values, v)
            check_span(e, v->field.span);
        FM_ASSERT(fm_objects_root(s, *o) != NULL);
        (void)fm_objects_workload(s, *o);
    }
    fm_vec_each (&s->events, it)
        check_span(e, (*it)->span);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum fm_evidence_type types[] = {FM_EVIDENCE_COMMAND_OUTPUT, FM_EVIDENCE_OBJECTS,
                                                  FM_EVIDENCE_TOPOLOGY};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct fm_ctx ctx;
        struct fm_incident in;
        fm_ctx_init(&ctx, &fm_clock_system);
        fm_incident_init(&in, &ctx, NULL);
        struct fm_evidence e = {.path = FM_STR("nodes/n1.txt"),
                                .bytes = fm_str_n((const char *)data, size),
                                .type = types[i]};
        fm_vec_push(&ctx.arena, &in.inputs, &e);
        FM_ASSERT(fm_kubernetes_processor.run(&in) == FM_OK);
        if (in.objects)
            check_set(&e, in.objects);
        fm_ctx_release(&ctx);
    }
    return 0;
}
