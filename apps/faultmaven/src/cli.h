/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every subcommand gets and is. main.c holds the one table of them; a subcommand is one file
 * cmd_<name>.c.
 *
 * Exit status: 0 ran, 1 failed, 2 usage; a command states its own further ones.
 */
#ifndef FM_APP_CLI_H
#define FM_APP_CLI_H

#include <stdio.h>

#include "faultmaven/base/opt.h"

#define FM_EXIT_FAILED 1
#define FM_EXIT_USAGE 2

struct fm_cli {
    struct fm_ctx ctx;
    char path[96];                 /* "faultmaven diagnose": for help and messages */
    const struct fm_command *root; /* the tree of all commands */
    const struct fm_command *cmd;  /* the command that runs */
};

extern const struct fm_command fm_cmd_case;
extern const struct fm_command fm_cmd_diagnose;
extern const struct fm_command fm_cmd_eval;
extern const struct fm_command fm_cmd_metrics;
extern const struct fm_command fm_cmd_logs;
extern const struct fm_command fm_cmd_signatures;
extern const struct fm_command fm_cmd_redact;
extern const struct fm_command fm_cmd_ask;
extern const struct fm_command fm_cmd_chat;
extern const struct fm_command fm_cmd_llm;
extern const struct fm_command fm_cmd_config;
extern const struct fm_command fm_cmd_completion;
extern const struct fm_command fm_cmd_man;

/* Parses argv by the table of the command that runs. True: go on. False: *status is what run
 * returns (help was printed, or the error). */
bool fm_cli_parse(struct fm_cli *cli, char **argv, void *values, struct fm_operands *operands,
                  int *status);

/* Prints the context's error to stderr; the exit status for it. */
int fm_cli_fail(struct fm_cli *cli);

/* Writes all of text to stdout; false, with the error in the context, when that fails. */
bool fm_cli_print(struct fm_cli *cli, fm_str text);

#endif
