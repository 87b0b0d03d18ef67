/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Causes that show in what a log repeats: one message that fails again and again (a poisoned
 * message), and one cache entry that many requests miss at once (a stampede).
 */
#ifndef FM_DIAGNOSIS_LOGS_REPEATS_H
#define FM_DIAGNOSIS_LOGS_REPEATS_H

#include "faultmaven/core/hypotheses.h"
#include "faultmaven/core/logs.h"

void fm_logs_find_poison(struct fm_hypotheses *h, const struct fm_log_source *s);
void fm_logs_find_stampede(struct fm_hypotheses *h, const struct fm_log_source *s);

#endif
