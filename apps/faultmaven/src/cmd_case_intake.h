/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From paths to uploads: files are read by intake, stored as blobs, and looked at together with the
 * evidence that the case has already.
 */
#ifndef FM_APP_CMD_CASE_INTAKE_H
#define FM_APP_CMD_CASE_INTAKE_H

#include "cmd_case.h"
#include "faultmaven/core/analyst.h"
#include "faultmaven/core/intake.h"
#include "faultmaven/store/results.h"

struct case_intake {
    struct fm_intake *intake;          /* owned */
    struct fm_pool *pool;              /* owned */
    struct fm_result_store *results;   /* owned */
    FM_VEC(struct fm_map_file *) maps; /* owned: content of known evidence */
    struct fm_incident incident;
    struct fm_upload_items uploads;
    struct fm_analyst analyst;
    struct fm_reasoner *reasoner; /* &analyst.base, or NULL */
};

/* Reads paths (NULL: none) and stores their contents. With analysis the evidence of the case and
 * the new content are diagnosed together, and reasoner proposes what follows. Call
 * case_intake_release also after a failure. */
FM_MUST_CHECK enum fm_code case_intake_read(struct case_intake *in, struct case_app *app,
                                            fm_str case_id, const struct fm_operands *paths,
                                            bool has_analysis);
void case_intake_release(struct case_intake *in);

#endif
