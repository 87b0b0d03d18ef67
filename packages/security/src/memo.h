/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts of the gate from the inside. */
#ifndef FAULTMAVEN_SECURITY_MEMO_H
#define FAULTMAVEN_SECURITY_MEMO_H

#include "faultmaven/security/egress.h"
#include "replace/pseudonyms.h"

struct fm_verdict_counts {
    size_t n[FM_SENSITIVE_COUNT];
    size_t total;
};

struct fm_verdict {
    fm_str clean; /* in the arena, or the text itself when it stays as it is */
    struct fm_verdict_counts counts;
};

struct fm_verdict_query {
    const struct fm_redactor *redactor;
    struct fm_pseudonyms *map;
    fm_str text;
};

/* On a hit the map holds what it would hold after scanning. */
bool fm_egress_memo_find(struct fm_egress_memo *m, struct fm_ctx *ctx,
                         const struct fm_verdict_query *q, struct fm_verdict *out);

/* Keeps a verdict. before: what the map held before the text. */
void fm_egress_memo_add(struct fm_egress_memo *m, const struct fm_clock *clock,
                        const struct fm_verdict_query *q, struct fm_values *before,
                        const struct fm_verdict *v);

#endif
