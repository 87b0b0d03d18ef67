/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fm_reasoner: turns a case and what was just said or added into a proposal. Implementations: the
 * analyst (core, deterministic, no model), the language-model reasoner, and the scripted reasoner
 * of tests. A person is not behind this port: a command builds its proposal itself.
 *
 * A reasoner only reads the case. It never decides: every change goes through the rules.
 */
#ifndef FAULTMAVEN_MODELS_REASONER_H
#define FAULTMAVEN_MODELS_REASONER_H

#include "faultmaven/models/proposal.h"

/* The bytes of evidence, as far as a reasoner needs them. */
struct fm_evidence_reader {
    const struct fm_evidence_reader_ops *ops;
};
struct fm_evidence_reader_ops {
    /* The bytes of a range of the stored content; shorter at the end. Memory from
     * ctx's arena. FM_ENOTFOUND for unknown evidence. */
    enum fm_code (*read)(struct fm_evidence_reader *r, struct fm_ctx *ctx, fm_str evidence_id,
                         struct fm_range range, fm_str *out);
};

struct fm_reasoner_input {
    const struct fm_case *c; /* after the user's message and new files of this turn were applied */
    fm_str message;          /* what the user wrote; empty when only files came */
    fm_str message_id;       /* to cite it */
    struct fm_strs new_evidence_ids;     /* added this turn */
    struct fm_evidence_reader *evidence; /* NULL when there is none */
    struct fm_strs retry_reasons;        /* second try: why the first proposal was refused */
};

struct fm_reasoner {
    const struct fm_reasoner_ops *ops;
};
struct fm_reasoner_ops {
    /* Fills *out; memory from ctx's arena. A reasoner that cannot answer (no model, timeout,
     * unreadable reply twice) returns FM_OK with out->failed and out->error set; an error code
     * means a fault of the program. */
    enum fm_code (*propose)(struct fm_reasoner *r, struct fm_ctx *ctx,
                            const struct fm_reasoner_input *in, struct fm_proposal *out);
    void (*free)(struct fm_reasoner *r);
};

static inline enum fm_code fm_reasoner_propose(struct fm_reasoner *r, struct fm_ctx *ctx,
                                               const struct fm_reasoner_input *in,
                                               struct fm_proposal *out)
{
    return r->ops->propose(r, ctx, in, out);
}

#endif
