/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the analyst: from a diagnosis to changes. */
#ifndef FM_CORE_ANALYST_ANALYSIS_H
#define FM_CORE_ANALYST_ANALYSIS_H

#include "faultmaven/core/analyst.h"

struct analysis {
    struct fm_ctx *ctx;
    struct fm_arena *a;
    const struct fm_case *c;
    const struct fm_diagnosis *d;
    const fm_str
        *ids; /* evidence id of each input of the diagnosis; empty when the case does not have it */
    struct fm_proposal *p;
    fm_str hypotheses[16]; /* id or handle of each cause, by rank */
};

/* A citation of a span; false when the span cites nothing, or evidence that the case does not have.
 */
bool analysis_cite(struct analysis *x, fm_span span, struct fm_cite *out);
void analysis_add_cite(struct analysis *x, fm_span span, struct fm_cites *cites, size_t max);
void analysis_add_claims(struct analysis *x, const struct fm_claims *claims, struct fm_cites *cites,
                         size_t max);

/* At most max bytes, on a character boundary. */
fm_str analysis_cut(struct fm_arena *a, fm_str s, size_t max);

/* What the evidence shows: verification record, changes, the four verification milestones. */
void analysis_verification(struct analysis *x);

/* What it could be: hypotheses with links, what was ruled out, the root cause. */
void analysis_hypotheses(struct analysis *x);
void analysis_root_cause(struct analysis *x);

/* What to do and to ask. */
void analysis_solutions(struct analysis *x);
void analysis_requests(struct analysis *x);

#endif
