/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "logs_csv.h"
#include "map_file.h"

struct options {
    int format;
    int64_t threads;
};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };
static const char *const formats[] = {"text", "json", "csv", NULL};

static const struct fm_opt template_opts[] = {
    FM_OPT_CHOICE('f', "format", struct options, format, formats,
                  "text, json, or csv with the template of every line (default text)"),
    FM_OPT_INT('j', "threads", struct options, threads, "N", 1, 256,
               "worker threads (default: one per processor)"),
    FM_OPT_END,
};

static int run_templates(struct fm_cli *cli, char **argv);

static const struct fm_command subcommands[] = {
    {.name = "templates",
     .summary = "list the templates of a log with their counts",
     .operands = "FILE",
     .min_operands = 1,
     .max_operands = 1,
     .opts = template_opts,
     .run = run_templates},
    {0},
};

const struct fm_command fm_cmd_logs = {
    .name = "logs", .summary = "templates, statistics and records of a log", .subcommands = subcommands};

static int run_templates(struct fm_cli *cli, char **argv)
{
    struct options o = {0};
    struct fm_operands operands;
    struct fm_mapped file;
    int status;
    if (!fm_cli_parse(cli, &subcommands[0], argv, &o, &operands, &status))
        return status;
    if (fm_map_file(&cli->ctx, operands.items[0], &file) != FM_OK)
        return fm_cli_fail(cli);
    struct fm_pool *pool = o.threads == 1 ? NULL : fm_pool_new((unsigned)o.threads, 64);
    struct fm_log_options lo = {.reference = FM_TIME_NONE, .pool = pool};
    enum fm_code code = fm_logs_csv(cli, file.text, &lo);
    fm_pool_free(pool);
    fm_unmap_file(&file);
    return code == FM_OK ? 0 : fm_cli_fail(cli);
}
