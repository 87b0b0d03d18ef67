/* SPDX-License-Identifier: Apache-2.0 */
/* The confusion table of `faultmaven eval`: for each fault that cases expect, how often it was
 * given and what was given instead, over all suites of a run. */
#ifndef FM_APP_EVAL_CONFUSION_H
#define FM_APP_EVAL_CONFUSION_H

#include "eval_print.h"

/* Nothing when fewer than two faults are expected. */
void eval_put_confusion(struct fm_arena *a, const struct eval_report *report, struct fm_buf *out);

#endif
