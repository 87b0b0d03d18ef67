/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scoring of diagnoses against cases with known answers, without a judge model
 * (docs/evaluation.md).
 *
 * The scorer sees only the JSON that the program printed. A case passes when every expectation
 * holds and no citation is false. Regexes are POSIX extended, case is ignored, "." also matches a
 * line end.
 */
#ifndef FAULTMAVEN_CORE_EVALUATION_H
#define FAULTMAVEN_CORE_EVALUATION_H

#include "faultmaven/base/json.h"
#include "faultmaven/base/vec.h"
#include "faultmaven/core/document.h"

/* case.yaml. Node pointers are into the case's document; NULL when the key is absent. */
struct fm_eval_case {
    fm_str id, source, question, at, baseline;
    const struct fm_node *expect;
};

FM_MUST_CHECK enum fm_code fm_eval_case_read(struct fm_ctx *ctx, fm_str yaml,
                                             struct fm_eval_case *out);

/* Where citations are checked: the bytes of `path` under one of the case's folders. */
struct fm_eval_files {
    /* Candidate i of that path; false when there are no more. */
    bool (*find)(struct fm_eval_files *f, fm_str path, size_t i, fm_str *bytes, bool *is_baseline);
};

/* How the run went, as the caller saw it. */
struct fm_eval_run {
    int status;   /* exit status, or 128 + signal */
    bool is_late; /* stopped at the time limit */
    double ms;
    double peak_mb;
    fm_str error; /* last line of stderr */
};

/* A rank, or how a yes/no expectation went. */
enum { FM_EVAL_ABSENT = -1 };

struct fm_eval_result {
    fm_str id, source, verdict;
    struct fm_eval_run run;
    FM_VEC(fm_str) why; /* what fails; empty: passed */
    bool is_quiet;      /* expects no cause */
    bool is_false_alarm, is_invented, is_uncited;
    int entity_rank, joint_rank; /* 1-based; 0: expected but not found; ABSENT: not expected */
    int fault_ok, domain_ok, change_ok, is_decoy, location_ok, cite_ok, first_ok,
        verdict_ok; /* 1, 0 or ABSENT */
    size_t facts, facts_found, citations, citations_false;
    double jaccard;    /* of affected against blast_radius; NAN when not expected */
    double likelihood; /* of cause 1 when it is asserted and a cause was expected; NAN otherwise */
    bool is_right;     /* what likelihood promises */
    double strength, lead;        /* features of cause 1; NAN when it does not state them */
    fm_str fault, expected_fault; /* for the confusion table; "" when there is none */
};

FM_MUST_CHECK enum fm_code fm_eval_score(struct fm_ctx *ctx, const struct fm_eval_case *c,
                                         const struct fm_eval_run *run, fm_str output,
                                         struct fm_eval_files *files, struct fm_eval_result *out);

#define FM_EVAL_BINS 5

struct fm_eval_bin {
    size_t n;
    double said, right; /* sums */
};

struct fm_eval_share {
    size_t n, of;
};

struct fm_eval_summary {
    fm_str suite, primary;
    size_t cases, passed;
    struct fm_eval_share at[6];    /* entity among the first k; index k, 0 unused */
    struct fm_eval_share joint[6]; /* entity and fault */
    struct fm_eval_share fault, domain, change, decoys, location, cite, first, verdict,
        primary_score;
    size_t quiet, false_alarms, invented, uncited;
    size_t citations, citations_false, facts, facts_found;
    double brier, calibration_error, jaccard; /* NAN when nothing to average */
    struct fm_eval_bin bins[FM_EVAL_BINS];
    double median_ms, max_ms, max_peak_mb;
};

struct fm_eval_results FM_VEC_OF(struct fm_eval_result);

void fm_eval_summarize(struct fm_arena *a, fm_str suite, fm_str primary,
                       const struct fm_eval_results *rows, struct fm_eval_summary *out);

#endif
