/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "logs_csv.h"
#include "logs_parse.h"
#include "logs_print.h"
#include "map_file.h"

struct options {
    int format;
    int64_t threads, top, template_id;
    bool is_severe;
    const char *pattern;
};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };
static const char *const template_formats[] = {"text", "json", "csv", NULL};
static const char *const stats_formats[] = {"text", "json", NULL};
static const char *const parse_formats[] = {"jsonl", NULL};

#define OPT_THREADS                                                                                \
    FM_OPT_INT('j', "threads", struct options, threads, "N", 1, 256,                               \
               "worker threads (default: one per processor)")

static const struct fm_opt template_opts[] = {
    FM_OPT_CHOICE('f', "format", struct options, format, template_formats,
                  "text, json, or csv with the template of every line (default text)"),
    FM_OPT_INT('n', "top", struct options, top, "N", 0, 1000000,
               "templates to list, the most frequent first (default 40 in text, all in json)"),
    FM_OPT_FLAG('s', "severe", struct options, is_severe,
                "only templates of level warning and above"),
    OPT_THREADS,
    FM_OPT_END,
};

static const struct fm_opt stats_opts[] = {
    FM_OPT_CHOICE('f', "format", struct options, format, stats_formats,
                  "output format (default text)"),
    OPT_THREADS,
    FM_OPT_END,
};

static const struct fm_opt grep_opts[] = {
    FM_OPT_STR('e', "text", struct options, pattern, "TEXT",
               "records that hold TEXT, in any case of letters"),
    FM_OPT_INT('t', "template", struct options, template_id, "ID", 1, 1000000,
               "records of the template with this number"),
    OPT_THREADS,
    FM_OPT_END,
};

static const struct fm_opt parse_opts[] = {
    FM_OPT_CHOICE('f', "format", struct options, format, parse_formats, "output format"),
    FM_OPT_END,
};

static enum fm_code do_templates(struct fm_cli *cli, fm_str text, const struct fm_logs_options *lo,
                                 const struct options *o)
{
    if (o->format == FORMAT_CSV)
        return fm_logs_csv(cli, text, lo);
    struct fm_logs_view v = {.is_json = o->format == FORMAT_JSON,
                             .has_severe_only = o->is_severe,
                             .top = (size_t)o->top};
    if (!v.is_json && o->top == 0)
        v.top = 40;
    return fm_logs_print_templates(cli, text, lo, &v);
}

static enum fm_code do_stats(struct fm_cli *cli, fm_str text, const struct fm_logs_options *lo,
                             const struct options *o)
{
    return fm_logs_print_stats(cli, text, lo,
                               &(struct fm_logs_view){.is_json = o->format == FORMAT_JSON});
}

static enum fm_code do_grep(struct fm_cli *cli, fm_str text, const struct fm_logs_options *lo,
                            const struct options *o)
{
    if (!o->pattern && !o->template_id)
        return fm_fail(&cli->ctx, FM_EINVAL,
                       "name what to look for: grep TEXT FILE, or grep --template ID FILE");
    return fm_logs_grep(
        cli, text, lo,
        &(struct fm_logs_view){.pattern = o->pattern, .template_id = (size_t)o->template_id});
}

static enum fm_code do_parse(struct fm_cli *cli, fm_str text, const struct fm_logs_options *lo,
                             const struct options *o)
{
    (void)o;
    return fm_logs_parse(cli, text, lo);
}

static int run_templates(struct fm_cli *cli, char **argv);
static int run_stats(struct fm_cli *cli, char **argv);
static int run_grep(struct fm_cli *cli, char **argv);
static int run_parse(struct fm_cli *cli, char **argv);

static const struct fm_command subcommands[] = {
    {.name = "templates",
     .summary = "list the templates of a log with their counts",
     .operands = "FILE",
     .min_operands = 1,
     .max_operands = 1,
     .opts = template_opts,
     .run = run_templates},
    {.name = "stats",
     .summary = "format, time span and levels of a log",
     .operands = "FILE",
     .min_operands = 1,
     .max_operands = 1,
     .opts = stats_opts,
     .run = run_stats},
    {.name = "grep",
     .summary = "print the records that hold a text or have a template, traces included",
     .operands = "[TEXT] FILE",
     .min_operands = 1,
     .max_operands = 2,
     .opts = grep_opts,
     .run = run_grep},
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

typedef enum fm_code (*log_work)(struct fm_cli *cli, fm_str text, const struct fm_logs_options *lo,
                                 const struct options *o);

/* Parses the options, maps its one operand and does the work on it. */
static int run(struct fm_cli *cli, char **argv, log_work work)
{
    struct options o = {0};
    struct fm_operands operands;
    struct fm_mapped file;
    int status;
    if (!fm_cli_parse(cli, argv, &o, &operands, &status))
        return status;
    if (operands.n == 2 && !o.pattern && !o.template_id)
        o.pattern = operands.items[0];
    else if (operands.n == 2)
        (void)fm_fail(&cli->ctx, FM_EINVAL,
                      "unexpected argument '%.100s': what to look for is named by an option",
                      operands.items[0]);
    if (cli->ctx.code != FM_OK ||
        fm_map_file(&cli->ctx, operands.items[operands.n - 1], &file) != FM_OK)
        return fm_cli_fail(cli);
    struct fm_pool *pool = o.threads == 1 ? NULL : fm_pool_new((unsigned)o.threads, 64);
    struct fm_logs_options lo = {.reference = FM_TIME_NONE, .pool = pool};
    enum fm_code code = work(cli, file.text, &lo, &o);
    fm_pool_free(pool);
    fm_unmap_file(&file);
    return code == FM_OK ? 0 : fm_cli_fail(cli);
}

static int run_templates(struct fm_cli *cli, char **argv)
{
    return run(cli, argv, do_templates);
}

static int run_stats(struct fm_cli *cli, char **argv)
{
    return run(cli, argv, do_stats);
}

static int run_grep(struct fm_cli *cli, char **argv)
{
    return run(cli, argv, do_grep);
}

static int run_parse(struct fm_cli *cli, char **argv)
{
    return run(cli, argv, do_parse);
}
