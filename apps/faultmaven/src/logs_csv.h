/* SPDX-License-Identifier: Apache-2.0 */
/* `logs templates --format csv`: the template of every line. */
#ifndef FM_APP_LOGS_CSV_H
#define FM_APP_LOGS_CSV_H

#include "cli.h"
#include "faultmaven/core/logs.h"

/* Reads text and prints `line,template_id,template`, one row a line. Line numbers of the templates
 * of up to four million lines are kept in memory, the rest in an unlinked temporary file. */
FM_MUST_CHECK enum fm_code fm_logs_csv(struct fm_cli *cli, fm_str text,
                                       const struct fm_logs_options *opt);

#endif
