/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end pass, second half: what each slot is, and the text of each template.
 *
 * A slot with several values is `<*>`. One with a single value is a constant of the text, unless
 * its form says that it is a value (number, address, path …) or it holds two digits or more. A word
 * behind a blank that takes two or three values, each often, is a constant too (eth0, eth1): lines
 * of the group then have a text of their own.
 *
 * Texts that differ only in the length of a list, or in whether brackets are empty, become one.
 */
#ifndef FAULTMAVEN_CORE_LOGS_FINISH_H
#define FAULTMAVEN_CORE_LOGS_FINISH_H

#include "processing/logs/cluster.h"

struct fm_logs_leaf_text {
    struct fm_logs_template *t;
    fm_str text; /* t->text, or that of one variant */
};

struct fm_logs_templates FM_VEC_OF(struct fm_logs_template *);

/* Everything is made in `a`, from groups of `t`, which may be released afterwards. leaves receives
 * t->leaves.n items. */
void fm_logs_finish(struct fm_logs_table *t, struct fm_arena *a, struct fm_logs_templates *out,
                    struct fm_logs_leaf_text **leaves);

#endif
