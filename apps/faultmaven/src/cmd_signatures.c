/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "load_signatures.h"

#define OUTPUT_MAX ((size_t)16 << 20)

/* The sets that a command works on: those in the operands, or the built-in ones. */
static enum fm_code read_sets(struct fm_cli *cli, struct fm_intake *intake,
                              const struct fm_operands *paths, struct fm_signature_set *set)
{
    if (paths->n == 0)
        return fm_signatures_add_builtin(set);
    for (size_t i = 0; i < paths->n; i++)
        FM_TRY(fm_load_signatures(&cli->ctx, intake, paths->items[i], set));
    return FM_OK;
}

static enum fm_code print_lint(struct fm_cli *cli, struct fm_signature_set *set, struct fm_buf *out,
                               bool *is_good)
{
    struct fm_signature_problems problems = {0};
    struct fm_signature_infos infos = {0};
    (void)cli;
    FM_TRY(fm_signatures_lint(set, &problems));
    fm_signatures_list(set, &infos);
    fm_vec_each (&problems, p)
        fm_buf_addf(out, "%.*s: %.*s\n", FM_STR_ARG(p->id), FM_STR_ARG(p->text));
    fm_buf_addf(out, "%zu signatures, %zu problems\n", infos.n, problems.n);
    *is_good = problems.n == 0;
    return FM_OK;
}

static enum fm_code print_list(struct fm_cli *cli, struct fm_signature_set *set, struct fm_buf *out,
                               bool *is_good)
{
    struct fm_signature_infos infos = {0};
    (void)cli;
    (void)is_good;
    fm_signatures_list(set, &infos);
    fm_vec_each (&infos, i)
        fm_buf_addf(out, "%-38.*s %-32s %.2f  %.*s\n", FM_STR_ARG(i->id), fm_fault_id(i->fault),
                    i->strength, FM_STR_ARG(i->title));
    return FM_OK;
}

static enum fm_code print_coverage(struct fm_cli *cli, struct fm_signature_set *set,
                                   struct fm_buf *out, bool *is_good)
{
    (void)cli;
    (void)is_good;
    fm_signatures_coverage(set, out);
    return FM_OK;
}

typedef enum fm_code (*print_fn)(struct fm_cli *cli, struct fm_signature_set *set,
                                 struct fm_buf *out, bool *is_good);

static int run(struct fm_cli *cli, char **argv, print_fn print)
{
    struct fm_operands paths;
    struct fm_buf out;
    bool is_good = true;
    int status;
    if (!fm_cli_parse(cli, argv, NULL, &paths, &status))
        return status;
    struct fm_intake *intake = fm_intake_new();
    struct fm_signature_set *set = fm_signatures_new(&cli->ctx);
    fm_buf_init(&out, OUTPUT_MAX);
    if (read_sets(cli, intake, &paths, set) != FM_OK || print(cli, set, &out, &is_good) != FM_OK ||
        !fm_cli_print(cli, fm_buf_str(&out)))
        status = fm_cli_fail(cli);
    else
        status = is_good ? 0 : FM_EXIT_FAILED;
    fm_buf_release(&out);
    fm_intake_free(intake);
    return status;
}

static int run_lint(struct fm_cli *cli, char **argv)
{
    return run(cli, argv, print_lint);
}

static int run_list(struct fm_cli *cli, char **argv)
{
    return run(cli, argv, print_list);
}

static int run_coverage(struct fm_cli *cli, char **argv)
{
    return run(cli, argv, print_coverage);
}

static const struct fm_command subcommands[4] = {
    {.name = "lint",
     .summary = "check signatures and run their examples",
     .operands = "PATH…",
     .min_operands = 1,
     .max_operands = -1,
     .details = "Exit status: 0 all are good, 1 there are problems (they are printed), 2 usage.",
     .run = run_lint},
    {.name = "list",
     .summary = "list the built-in signatures, or those in PATH",
     .operands = "[PATH…]",
     .max_operands = -1,
     .run = run_list},
    {.name = "coverage",
     .summary = "show which faults have a signature, as Markdown",
     .operands = "[PATH…]",
     .max_operands = -1,
     .run = run_coverage},
    {0},
};

const struct fm_command fm_cmd_signatures = {
    .name = "signatures",
    .summary = "check and list the descriptions of known faults",
    .subcommands = subcommands,
};
