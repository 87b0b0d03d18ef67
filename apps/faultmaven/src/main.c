/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <signal.h>

/* Every subcommand, in the order of --help. */
static const struct fm_command *const commands[] = {
    &fm_cmd_diagnose,   &fm_cmd_case,       &fm_cmd_eval, &fm_cmd_metrics, &fm_cmd_logs,
    &fm_cmd_signatures, &fm_cmd_redact,     &fm_cmd_ask,  &fm_cmd_chat,    &fm_cmd_llm,
    &fm_cmd_config,     &fm_cmd_completion, &fm_cmd_man,
};

#define N_COMMANDS (sizeof commands / sizeof *commands)

static int print_version(struct fm_cli *cli)
{
    return fm_cli_print(cli, FM_STR("faultmaven " FM_VERSION "\n")) ? 0 : FM_EXIT_FAILED;
}

static int print_help(struct fm_cli *cli, const struct fm_command *cmd, int status)
{
    struct fm_buf help;
    fm_buf_init(&help, 1 << 20);
    fm_opt_help(cmd, cli->path, &help);
    bool is_printed = fm_cli_print(cli, fm_buf_str(&help));
    fm_buf_release(&help);
    return is_printed ? status : FM_EXIT_FAILED;
}

static bool is_help(const char *arg)
{
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0 || strcmp(arg, "help") == 0;
}

/* Finds the command that argv names, down to the leaf, and runs it. */
static int dispatch(struct fm_cli *cli, const struct fm_command *cmd, char **argv)
{
    cli->root = cmd;
    snprintf(cli->path, sizeof cli->path, "faultmaven");
    while (cmd->subcommands) {
        if (!argv[1] || is_help(argv[1]))
            return print_help(cli, cmd, !argv[1] ? FM_EXIT_USAGE : 0);
        if (fm_command_find(&cli->ctx, cmd->subcommands, fm_str_c(argv[1]), &cmd) != FM_OK) {
            fprintf(stderr, "%s: %s\nTry '%s --help'.\n", cli->path, cli->ctx.error, cli->path);
            return FM_EXIT_USAGE;
        }
        size_t n = strlen(cli->path);
        snprintf(cli->path + n, sizeof cli->path - n, " %s", cmd->name);
        argv++;
    }
    cli->cmd = cmd;
    return cmd->run(cli, argv);
}

int main(int argc, char **argv)
{
    struct fm_command table[N_COMMANDS + 1] = {0};
    struct fm_command root = {
        .name = "faultmaven", .summary = "find what broke first and why", .subcommands = table};
    struct fm_cli cli;
    for (size_t i = 0; i < N_COMMANDS; i++)
        table[i] = *commands[i];
    signal(SIGPIPE, SIG_IGN);
    fm_ctx_init(&cli.ctx, &fm_clock_system);
    int status = argc == 2 && strcmp(argv[1], "--version") == 0 ? print_version(&cli)
                                                                : dispatch(&cli, &root, argv);
    fm_ctx_release(&cli.ctx);
    return status;
}
