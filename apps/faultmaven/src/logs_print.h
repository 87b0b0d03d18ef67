/* SPDX-License-Identifier: Apache-2.0 */
/* `logs templates`, `logs stats` and `logs grep` for people and as JSON. */
#ifndef FM_APP_LOGS_PRINT_H
#define FM_APP_LOGS_PRINT_H

#include "cli.h"
#include "faultmaven/core/logs.h"

struct fm_logs_view {
    bool is_json;
    bool has_severe_only; /* templates of level warning and above */
    size_t top;           /* templates to list; 0: all */
    const char *pattern;  /* grep: records that hold this text, in any case of letters */
    size_t template_id;   /* grep: records of this template; 0: by pattern */
};

FM_MUST_CHECK enum fm_code fm_logs_print_templates(struct fm_cli *cli, fm_str text,
                                                   const struct fm_logs_options *opt,
                                                   const struct fm_logs_view *v);
FM_MUST_CHECK enum fm_code fm_logs_print_stats(struct fm_cli *cli, fm_str text,
                                               const struct fm_logs_options *opt,
                                               const struct fm_logs_view *v);
/* Prints the records that are meant, whole: with their traces. */
FM_MUST_CHECK enum fm_code fm_logs_grep(struct fm_cli *cli, fm_str text,
                                        const struct fm_logs_options *opt,
                                        const struct fm_logs_view *v);

#endif
