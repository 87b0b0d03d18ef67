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

/* The choices of opt, with blanks between them. */
void opt_choices(struct fm_buf *out, const struct fm_opt *opt);

/* Scripts that decide by `case` over the path of the command, as bash and zsh do. */
struct opt_arms {
    struct fm_buf paths;  /* 'logs'|'logs templates'|… */
    struct fm_buf values; /* arms: values of an option */
    struct fm_buf words;  /* arms: what may follow a command */
    struct fm_buf lists;  /* arms: how the first operand is listed */
};

void opt_arms_init(struct opt_arms *s);
void opt_arms_release(struct opt_arms *s);
void opt_arms_path(struct opt_arms *s, const char *path);

/* The three groups of arms; `variable` holds the path in the script. The first `case` is open
 * before, the last one after. */
void opt_arms_add(struct fm_buf *out, const struct opt_arms *s, const char *variable);

#endif
