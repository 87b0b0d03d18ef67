/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_APP_LOAD_SIGNATURES_H
#define FM_APP_LOAD_SIGNATURES_H

#include "faultmaven/core/intake.h"
#include "faultmaven/core/signatures.h"

/* Adds every *.yaml file under path. FM_ENOTFOUND when there is none. */
FM_MUST_CHECK enum fm_code fm_load_signatures(struct fm_ctx *ctx, struct fm_intake *intake,
                                              const char *path, struct fm_signature_set *set);

#endif
