/* SPDX-License-Identifier: Apache-2.0 */
/* An incident of texts, for tests of processors. */
#ifndef FM_SIGNALS_KIT_H
#define FM_SIGNALS_KIT_H

#include "faultmaven/core/processor.h"

static struct fm_ctx kit_ctx;
static struct fm_incident kit_in;

static inline void kit_start(void)
{
    fm_ctx_init(&kit_ctx, &fm_clock_system);
    fm_incident_init(&kit_in, &kit_ctx, NULL);
}

static inline void kit_end(void)
{
    fm_ctx_release(&kit_ctx);
}

static inline void kit_add(enum fm_evidence_type type, const char *path, fm_str text,
                           bool is_baseline)
{
    struct fm_evidence *e = FM_NEW(&kit_ctx.arena, struct fm_evidence);
    e->index = (uint32_t)kit_in.inputs.n;
    e->path = fm_str_c(path);
    e->bytes = text;
    e->type = type;
    e->is_baseline = is_baseline;
    e->first = e->last = FM_TIME_NONE;
    fm_vec_push(&kit_ctx.arena, &kit_in.inputs, e);
}

#endif
