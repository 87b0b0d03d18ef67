/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "logs_csv.h"
#include "logs_parse.h"
#include "map_file.h"

struct options {
    int format;
    int64_t threads;
};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };
static const char *const template_formats[] = {"text", "json", "csv", NULL};
static const char *const parse_formats[] = {"jsonl", NULL};

static const struct fm_opt template_opts[] = {
    FM_OPT_CHOICE('f', "format", struct options, format, template_formats,
                  "text, json, or csv with the template of every line (default text)"),
    FM_OPT_INT('j', "threads", struct options, threads, "N", 1, 256,
               "worker threads (default: one per processor)"),
    FM_OPT_END,
};

static const struct fm_opt parse_opts[] = {
    FM_OPT_CHOICE('f', "format", struct options, format, parse_formats, "output format"),
    FM_OPT_END,
};

typedef enum fm_code (*log_work)(struct fm_cli *cli, fm_str text,
                                 const struct fm_logs_options *opt);

/* Maps the one operand and does the work on it. */
static int run_on_file(struct fm_cli *cli, const char *path, int64_t threads, log_work work)
{
    struct fm_mapped file;
    if (fm_map_file(&cli->ctx, path, &file) != FM_OK)
        return fm_cli_fail(cli);
    struct fm_pool *pool = threads == 1 ? NULL : fm_pool_new((unsigned)threads, 64);
    struct fm_logs_options lo = {.reference = FM_TIME_NONE, .pool = pool};
    enum fm_code code = work(cli, file.text, &lo);
    fm_pool_free(pool);
    fm_unmap_file(&file);
    return code == FM_OK ? 0 : fm_cli_fail(cli);
}

static int run_templates(struct fm_cli *cli, char **argv);
static int run_parse(struct fm_cli *cli, char **argv);

static const struct fm_command subcommands[] = {
    {.name = "templates",
     .summary = "list the templates of a log with their counts",
     .operands = "FILE",
     .min_operands = 1,
     .max_operands = 1,
     .opts = template_opts,
     .run = run_templates},
    {.name = "parse",
     .summary = "print every record with its time, level and fields as JSON",
     .operands = "FILE",
     .min_operands = 1,
     .max_operands = 1,
     .opts = parse_opts,
     .run = run_parse},
    {0},
};

const struct fm_command fm_cmd_logs = {.name = "logs",
                                       .summary = "templates, statistics and records of a log",
                                       .subcommands = subcommands};

static int run_templates(struct fm_cli *cli, char **argv)
{
    struct options o = {0};
    struct fm_operands operands;
    int status;
    if (!fm_cli_parse(cli, &subcommands[0], argv, &o, &operands, &status))
        return status;
    return run_on_file(cli, operands.items[0], o.threads, fm_logs_csv);
}

static int run_parse(struct fm_cli *cli, char **argv)
{
    struct options o = {.threads = 1};
    struct fm_operands operands;
    int status;
    if (!fm_cli_parse(cli, &subcommands[1], argv, &o, &operands, &status))
        return status;
    return run_on_file(cli, operands.items[0], o.threads, fm_logs_parse);
}
