/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of commands as completion scripts walk it. */
#ifndef FAULTMAVEN_BASE_OPT_TREE_H
#define FAULTMAVEN_BASE_OPT_TREE_H

#include "opt_value.h"

/* Calls fn for cmd and all below it, parents first. path is what the user types behind the
 * program's name: "", "logs", "logs templates". */
typedef void (*opt_visit)(void *arg, const struct fm_command *cmd, const char *path);
void opt_walk(const struct fm_command *root, opt_visit fn, void *arg);

/* Options of cmd, without headings; ends with NULL. */
#define opt_each(cmd, o)                                                                           \
    for (const struct fm_opt *o = (cmd)->opts; o && o->type != FM_OPT_TYPE_END; o++)               \
        if (o->name)

/* True when a value names a file or a folder: its placeholder says so. */
bool opt_is_path(const struct fm_opt *opt);

/* Appends text inside single quotes for a shell; a quote becomes `escape`, and in fish (escape
 * "\\'") a backslash is doubled. */
void opt_quote(struct fm_buf *out, const char *text, const char *escape);
#define OPT_QUOTE_SH "'\\''"
#define OPT_QUOTE_FISH "\\'"

/* 'PATH --name'|'PATH -n' */
void opt_pattern(struct fm_buf *out, const char *path, const struct fm_opt *opt);

void opt_completion_bash(const struct fm_command *root, const char *program, struct fm_buf *out);
void opt_completion_zsh(const struct fm_command *root, const char *program, struct fm_buf *out);
void opt_completion_fish(const struct fm_command *root, const char *program, struct fm_buf *out);

#endif
