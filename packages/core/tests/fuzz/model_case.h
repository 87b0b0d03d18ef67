/* SPDX-License-Identifier: Apache-2.0 */
/* A case with one piece of evidence, for fuzz targets of what models write. */
#ifndef FM_FUZZ_MODEL_CASE_H
#define FM_FUZZ_MODEL_CASE_H

#include <stdlib.h>

#include "faultmaven/core/investigation.h"
#include "faultmaven/core/llm_reasoner.h"

struct model_case {
    struct fm_ctx ctx;
    struct fm_clock_manual clock;
    struct fm_rng_seeded rng;
    struct fm_engine engine;
    struct fm_case *c;
    struct fm_evidence_reader reader;
    fm_str evidence;
};

static inline enum fm_code model_case_read(struct fm_evidence_reader *r, struct fm_ctx *ctx,
                                           fm_str id, struct fm_range range, fm_str *out)
{
    struct model_case *m =
        (struct model_case *)(void *)((char *)r - offsetof(struct model_case, reader));
    (void)ctx;
    (void)id;
    *out = fm_str_sub(m->evidence, (size_t)range.offset, (size_t)range.length);
    return FM_OK;
}

static inline void model_case_turn(struct model_case *m, const struct fm_turn_input *in)
{
    struct fm_turn_work *w;
    struct fm_turn_result r;
    struct fm_actor nobody = {FM_ACTOR_SYSTEM, FM_STR_NULL};
    if (fm_turn_begin(&m->engine, &m->ctx, m->c, in, &w) != FM_OK ||
        fm_turn_finish(w, NULL, nobody, &r) != FM_OK)
        abort();
}

static inline void model_case_open(struct model_case *m, fm_str evidence)
{
    static const struct fm_evidence_reader_ops ops = {.read = model_case_read};
    struct fm_actor alice = {FM_ACTOR_USER, FM_STR("alice")};
    struct fm_open_request open = {.actor = alice, .title = FM_STR("t")};
    struct fm_events events;
    struct fm_upload_item u;
    struct fm_turn_input in = {.actor = alice, .message = FM_STR("What is known?")};
    memset(m, 0, sizeof *m);
    m->reader.ops = &ops;
    m->evidence = evidence;
    fm_clock_manual_init(&m->clock, 1762423200LL * FM_SEC);
    fm_ctx_init(&m->ctx, &m->clock.base);
    fm_rng_seed(&m->rng, 1);
    m->engine = (struct fm_engine){.clock = &m->clock.base, .rng = &m->rng.base};
    if (fm_case_open(&m->engine, &m->ctx, &open, &m->c, &events) != FM_OK)
        abort();
    fm_upload_item_init(&u);
    u.filename = FM_STR("a.log");
    u.sha256 = FM_STR("aa");
    u.size = (int64_t)evidence.len;
    u.summary = FM_STR("a log");
    u.source = FM_EVIDENCE_SOURCE_LOG_FILE;
    fm_vec_push(&m->ctx.arena, &in.uploads, u);
    model_case_turn(m, &in);
}

static inline void model_case_close(struct model_case *m)
{
    fm_ctx_release(&m->ctx);
}

#endif
