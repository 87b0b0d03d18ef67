/* SPDX-License-Identifier: Apache-2.0 */
/* What `faultmaven eval` prints. */
#ifndef FM_APP_EVAL_PRINT_H
#define FM_APP_EVAL_PRINT_H

#include "faultmaven/core/evaluation.h"

struct eval_suite {
    struct fm_eval_summary summary;
    struct fm_eval_results results;
};

struct eval_report {
    FM_VEC(struct eval_suite) suites;
};

/* Tables for people: scores, reliability, failures by name. Cannot fail but for the buffer's limit.
 */
FM_MUST_CHECK enum fm_code eval_print_text(const struct eval_report *r, bool is_verbose,
                                           struct fm_buf *out);
FM_MUST_CHECK enum fm_code eval_print_json(struct fm_ctx *ctx, const struct eval_report *r,
                                           struct fm_buf *out);

#endif
