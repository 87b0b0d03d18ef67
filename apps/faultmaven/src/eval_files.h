/* SPDX-License-Identifier: Apache-2.0 */
/* Files of evaluation cases: reading them, and finding what a citation names. */
#ifndef FM_APP_EVAL_FILES_H
#define FM_APP_EVAL_FILES_H

#include "faultmaven/core/evaluation.h"

/* The evidence folder and, if given, the baseline folder of one case. */
struct eval_folder {
    struct fm_eval_files base;
    const char *dirs[2]; /* borrowed */
    size_t n_dirs;
    struct eval_mapping *mappings; /* owned; a file is mapped once */
};

/* dirs ends with NULL. */
void eval_folder_init(struct eval_folder *f, const char *const *dirs);
void eval_folder_release(struct eval_folder *f);

FM_MUST_CHECK enum fm_code eval_read_file(struct fm_ctx *ctx, const char *path, size_t max,
                                          fm_str *out);

/* The whole of a memory file, from its start. */
fm_str eval_read_fd(struct fm_arena *a, int fd);

#endif
