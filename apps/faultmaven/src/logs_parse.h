/* SPDX-License-Identifier: Apache-2.0 */
/* `logs parse`: one JSON object per record. */
#ifndef FM_APP_LOGS_PARSE_H
#define FM_APP_LOGS_PARSE_H

#include "cli.h"
#include "faultmaven/core/logs.h"

/* {"line":1,"timestamp":"…Z","level":"error","component":"…","message":"…","fields":{…}} and, where
 * there are such, "entity" and "trace". */
FM_MUST_CHECK enum fm_code fm_logs_parse(struct fm_cli *cli, fm_str text,
                                         const struct fm_logs_options *opt);

#endif
