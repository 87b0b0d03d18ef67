/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fm_result_store: what the reading of one input found, kept from one run to the next, so that new
 * evidence does not make a case read its old evidence again. It is a cache: whatever it gives must
 * be what a reading would give, and a run without it has the same result.
 *
 * Names are "<sha256>-<what>". Implementations: store (files beside the blobs); tests keep it in
 * memory.
 */
#ifndef FAULTMAVEN_CORE_RESULTS_H
#define FAULTMAVEN_CORE_RESULTS_H

#include "faultmaven/base/ctx.h"

struct fm_result_store {
    const struct fm_result_store_ops *ops;
};
struct fm_result_store_ops {
    /* The bytes kept under a name, in ctx's arena; false when there are none. Results of another
     * build of the program count as none: a change of a reader needs no version number. */
    bool (*get)(struct fm_result_store *s, struct fm_ctx *ctx, fm_str name, fm_str *out);
    /* Keeps bytes. A failure costs time later, so it is none. */
    void (*put)(struct fm_result_store *s, struct fm_ctx *ctx, fm_str name, fm_str bytes);
};

/* Inputs below this are read again: that is as fast. */
#define FM_RESULT_INPUT_MIN ((size_t)256 << 10)

#endif
