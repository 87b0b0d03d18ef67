/* SPDX-License-Identifier: Apache-2.0 */
/* `faultmaven redact` over files: streams, in place, restore. */
#ifndef FM_APP_REDACT_FILES_H
#define FM_APP_REDACT_FILES_H

#include "redact_output.h"

struct redact_options {
    int format;
    int policy;
    bool should_explain, is_in_place, is_check, is_quiet, should_restore, wants_private;
    const char *rules;
    const char *map;
    const char *key_file;
    const char *case_id;
};

struct redact_job {
    const struct fm_redactor *redactor;
    struct fm_pseudonyms *map;
    const struct fm_operands *files;
    struct fm_slot_source *slots; /* what is learned from all files; made by redact_files */
};

#define REDACT_RULES_MAX (4u * 1024 * 1024)
#define REDACT_RESTORE_MAX (64u * 1024 * 1024)

/* Reads a whole file of at most max bytes into the context's arena; "-" is standard input. */
FM_MUST_CHECK enum fm_code redact_read_file(struct fm_ctx *ctx, const char *path, size_t max,
                                            fm_str *out);

/* Redacts every file, or standard input when there is none; *found is the number of findings. */
FM_MUST_CHECK enum fm_code redact_files(struct fm_cli *cli, const struct redact_options *o,
                                        const struct redact_job *job, uint64_t *found);

FM_MUST_CHECK enum fm_code redact_restore_files(struct fm_cli *cli, const struct fm_pseudonyms *map,
                                                const struct fm_operands *files);

#endif
