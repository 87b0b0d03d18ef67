/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts: one file a shell. */
#ifndef FM_BASE_OPT_COMPLETION_H
#define FM_BASE_OPT_COMPLETION_H

#include "opt_tree.h"

void opt_completion_bash(const struct fm_command *root, const char *program, struct fm_buf *out);
void opt_completion_zsh(const struct fm_command *root, const char *program, struct fm_buf *out);
void opt_completion_fish(const struct fm_command *root, const char *program, struct fm_buf *out);

#endif
