/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <errno.h>
#include <unistd.h>

int fm_cli_fail(struct fm_cli *cli)
{
    fprintf(stderr, "%s: %s\n", cli->path, cli->ctx.error);
    return FM_EXIT_FAILED;
}

bool fm_cli_print(struct fm_cli *cli, fm_str text)
{
    while (text.len) {
        ssize_t n = write(STDOUT_FILENO, text.p, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            (void)fm_fail(&cli->ctx, FM_EIO, "standard output: %s", strerror(errno));
            return false;
        }
        text = fm_str_skip(text, (size_t)n);
    }
    return true;
}

bool fm_cli_parse(struct fm_cli *cli, char **argv, void *values, struct fm_operands *operands,
                  int *status)
{
    if (fm_opt_parse(&cli->ctx, cli->cmd, argv, values, operands) != FM_OK) {
        fprintf(stderr, "%s: %s\nTry '%s --help'.\n", cli->path, cli->ctx.error, cli->path);
        *status = FM_EXIT_USAGE;
        return false;
    }
    if (!operands->wants_help)
        return true;
    struct fm_buf help;
    fm_buf_init(&help, 1 << 20);
    fm_opt_help(cli->cmd, cli->path, &help);
    *status = fm_cli_print(cli, fm_buf_str(&help)) ? 0 : fm_cli_fail(cli);
    fm_buf_release(&help);
    return false;
}
