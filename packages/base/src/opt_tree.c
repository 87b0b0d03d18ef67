/* SPDX-License-Identifier: Apache-2.0 */
#include "opt_tree.h"

static void walk(const struct fm_command *cmd, const char *path, opt_visit fn, void *arg)
{
    fn(arg, cmd, path);
    for (const struct fm_command *c = cmd->subcommands; c && c->name; c++) {
        struct fm_buf sub;
        fm_buf_init(&sub, 256);
        fm_buf_addf(&sub, "%s%s%s", path, *path ? " " : "", c->name);
        walk(c, fm_buf_str(&sub).p, fn, arg);
        fm_buf_release(&sub);
    }
}

void opt_walk(const struct fm_command *root, opt_visit fn, void *arg)
{
    walk(root, "", fn, arg);
}

bool opt_is_path(const struct fm_opt *opt)
{
    static const char *const names[] = {"FILE", "DIR", "PATH"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (opt->arg && strcmp(opt->arg, names[i]) == 0)
            return true;
    return false;
}

void opt_quote(struct fm_buf *out, const char *text, const char *escape)
{
    fm_buf_addc(out, '\'');
    for (; *text; text++)
        if (*text == '\'')
            fm_buf_addz(out, escape);
        else if (*text == '\\' && strcmp(escape, OPT_QUOTE_FISH) == 0)
            fm_buf_addz(out, "\\\\");
        else
            fm_buf_addc(out, *text);
    fm_buf_addc(out, '\'');
}

void opt_pattern(struct fm_buf *out, const char *path, const struct fm_opt *opt)
{
    fm_buf_addf(out, "'%s --%s'", path, opt->name);
    if (opt->letter)
        fm_buf_addf(out, "|'%s -%c'", path, opt->letter);
}

void fm_opt_completion(enum fm_shell shell, const struct fm_command *root, const char *program,
                       struct fm_buf *out)
{
    switch (shell) {
    case FM_SHELL_BASH:
        opt_completion_bash(root, program, out);
        return;
    case FM_SHELL_ZSH:
        opt_completion_zsh(root, program, out);
        return;
    case FM_SHELL_FISH:
        opt_completion_fish(root, program, out);
        return;
    }
}
