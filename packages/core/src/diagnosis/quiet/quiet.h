/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence in which nothing is wrong. Each kind of signal is judged by itself; the incident is
 * healthy when no kind is loud and at least one has enough of it to say so. In doubt a signal is
 * not quiet: "healthy" is an assertion and needs evidence like any other.
 */
#ifndef FM_CORE_DIAGNOSIS_QUIET_H
#define FM_CORE_DIAGNOSIS_QUIET_H

#include "faultmaven/core/hypotheses.h"

#define QUIET_SCORE 0.6 /* an observation of this score is trouble */

enum quietness {
    QUIET_ABSENT,  /* there is no such signal */
    QUIET_TOO_FEW, /* nothing is wrong in it, but it is too little to call that good */
    QUIET_YES,
    QUIET_NOT,
};

struct quiet_claim {
    fm_str text;
    fm_span span;
};

/* Each fills *out when it returns QUIET_YES. */
enum quietness quiet_records(struct fm_hypotheses *h, struct quiet_claim *out);
enum quietness quiet_series(struct fm_hypotheses *h, struct quiet_claim *out);
enum quietness quiet_spans(struct fm_hypotheses *h, struct quiet_claim *out);

#endif
