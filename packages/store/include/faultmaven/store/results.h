/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of analysis as files beside the blobs (core/results.h). Several processes may share them.
 */
#ifndef FAULTMAVEN_STORE_RESULTS_H
#define FAULTMAVEN_STORE_RESULTS_H

#include "faultmaven/core/results.h"
#include "faultmaven/store/blobs.h"

/* b is borrowed. NULL when the program has no build id, and so cannot tell its own results from
 * those of another build. */
struct fm_result_store *fm_results_new(struct fm_blobs *b);
void fm_results_free(struct fm_result_store *s); /* NULL is fine */

#endif
