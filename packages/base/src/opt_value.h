/* SPDX-License-Identifier: Apache-2.0 */
/* One option's value: text into the field that the table names. */
#ifndef FAULTMAVEN_BASE_OPT_VALUE_H
#define FAULTMAVEN_BASE_OPT_VALUE_H

#include "faultmaven/base/opt.h"

/* Stores text in the field; FM_EINVAL says what is accepted. text outlives *values. */
FM_MUST_CHECK enum fm_code opt_set(struct fm_ctx *ctx, const struct fm_opt *opt, const char *text,
                                   void *values);

/* A flag given as --name or --no-name. */
void opt_set_flag(const struct fm_opt *opt, bool is_on, void *values);

/* Flags and headings take none. */
bool opt_takes_value(const struct fm_opt *opt);

/* What stands for the value in help: arg, or the choices as "text|json". Returns buf or arg. */
const char *opt_placeholder(const struct fm_opt *opt, struct fm_buf *buf);

#endif
