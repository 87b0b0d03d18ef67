/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts for the shell and manual pages, made from the option tables of the commands. */
#include "cli.h"
#include "pager.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct fm_opt no_opts[] = {FM_OPT_END};

static int run_completion(struct fm_cli *cli, char **argv)
{
    static const struct {
        const char *name;
        enum fm_shell shell;
    } shells[] = {{"bash", FM_SHELL_BASH}, {"zsh", FM_SHELL_ZSH}, {"fish", FM_SHELL_FISH}};
    struct fm_operands operands;
    int status;
    if (!fm_cli_parse(cli, argv, NULL, &operands, &status))
        return status;
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(operands.items[0], shells[i].name) != 0)
            continue;
        struct fm_buf out;
        fm_buf_init(&out, 8 << 20);
        fm_opt_completion(shells[i].shell, cli->root, "faultmaven", &out);
        status = fm_cli_print(cli, fm_buf_str(&out)) ? 0 : fm_cli_fail(cli);
        fm_buf_release(&out);
        return status;
    }
    (void)fm_fail(&cli->ctx, FM_EINVAL, "%s: is none of bash, zsh and fish", operands.items[0]);
    (void)fm_cli_fail(cli);
    return FM_EXIT_USAGE;
}

const struct fm_command fm_cmd_completion = {
    .name = "completion",
    .summary = "print the tab completion of a shell",
    .operands = "bash|zsh|fish",
    .min_operands = 1,
    .max_operands = 1,
    .opts = no_opts,
    .details = "Made from the same tables as --help. To use it:\n\n"
               "  bash   source <(faultmaven completion bash)      in ~/.bashrc\n"
               "  zsh    source <(faultmaven completion zsh)       in ~/.zshrc, after compinit\n"
               "  fish   faultmaven completion fish | source       in ~/.config/fish/config.fish",
    .run = run_completion,
};

/* ---- man ---- */

struct man_options {
    const char *dir;
};

static const struct fm_opt man_opts[] = {
    FM_OPT_STR('d', "directory", struct man_options, dir, "DIR",
               "write the pages of all commands below to files in DIR"),
    FM_OPT_END,
};

static void page_of(const struct fm_command *cmd, const char *path, struct fm_buf *out)
{
    fm_buf_init(out, 4 << 20);
    fm_opt_man(cmd, path, FM_VERSION, out);
}

/* "faultmaven case add" becomes DIR/faultmaven-case-add.1. */
static enum fm_code write_page(struct fm_cli *cli, const struct fm_command *cmd, const char *path,
                               const char *dir)
{
    char *file = fm_arena_dup(&cli->ctx.arena, path, strlen(path));
    for (char *p = file; *p; p++)
        if (*p == ' ')
            *p = '-';
    file = fm_arena_dup(&cli->ctx.arena, fm_str_fmt(&cli->ctx.arena, "%s/%s.1", dir, file).p,
                        strlen(dir) + strlen(file) + 3);
    FILE *f = fopen(file, "we");
    if (!f)
        return fm_fail(&cli->ctx, FM_EIO, "%s: %s", file, strerror(errno));
    struct fm_buf out;
    page_of(cmd, path, &out);
    bool is_written = fwrite(out.p, 1, out.len, f) == out.len;
    is_written &= fclose(f) == 0;
    fm_buf_release(&out);
    return is_written ? FM_OK : fm_fail(&cli->ctx, FM_EIO, "%s: cannot write", file);
}

static enum fm_code write_pages(struct fm_cli *cli, const struct fm_command *cmd, const char *path,
                                const char *dir)
{
    FM_TRY(write_page(cli, cmd, path, dir));
    for (const struct fm_command *c = cmd->subcommands; c && c->name; c++)
        FM_TRY(write_pages(cli, c, fm_str_fmt(&cli->ctx.arena, "%s %s", path, c->name).p, dir));
    return FM_OK;
}

/* On a terminal the page is shown as man(1) shows it. */
static enum fm_code show_page(struct fm_cli *cli, const struct fm_command *cmd, const char *path)
{
    char *const viewer[] = {(char[]){"man"}, (char[]){"-l"}, (char[]){"-"}, NULL};
    struct fm_buf out;
    page_of(cmd, path, &out);
    bool is_shown = isatty(STDOUT_FILENO) && pager_run(viewer, fm_buf_str(&out));
    if (!is_shown)
        is_shown = fm_cli_print(cli, fm_buf_str(&out));
    fm_buf_release(&out);
    return is_shown ? FM_OK : FM_EIO;
}

static enum fm_code do_man(struct fm_cli *cli, const struct man_options *o,
                           const struct fm_operands *operands)
{
    const struct fm_command *cmd = cli->root;
    fm_str path = FM_STR("faultmaven");
    for (size_t i = 0; i < operands->n; i++) {
        if (!cmd->subcommands)
            return fm_fail(&cli->ctx, FM_ENOTFOUND, "%s has no subcommands", path.p);
        FM_TRY(fm_command_find(&cli->ctx, cmd->subcommands, fm_str_c(operands->items[i]), &cmd));
        path = fm_str_fmt(&cli->ctx.arena, "%s %s", path.p, cmd->name);
    }
    return o->dir ? write_pages(cli, cmd, path.p, o->dir) : show_page(cli, cmd, path.p);
}

static int run_man(struct fm_cli *cli, char **argv)
{
    struct man_options o = {0};
    struct fm_operands operands;
    int status;
    if (!fm_cli_parse(cli, argv, &o, &operands, &status))
        return status;
    return do_man(cli, &o, &operands) == FM_OK ? 0 : fm_cli_fail(cli);
}

const struct fm_command fm_cmd_man = {
    .name = "man",
    .summary = "show or write the manual page of a command",
    .operands = "[COMMAND…]",
    .min_operands = 0,
    .max_operands = 4,
    .opts = man_opts,
    .details = "Into a pipe or a file goes the page's source: faultmaven man case add | man -l -",
    .run = run_man,
};
