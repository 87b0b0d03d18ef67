/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "cli.h"
#include "faultmaven/core/diagnose.h"
#include "faultmaven/core/intake.h"
#include "faultmaven/core/view.h"
#include "load_signatures.h"

#define OUTPUT_MAX ((size_t)1 << 30)
#define EXIT_CAUSE 3

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_MARKDOWN, FORMAT_HTML };
enum fail_on { FAIL_NEVER, FAIL_CAUSE };

struct options {
    int format, fail_on, colour;
    fm_time at, since, until;
    struct fm_opt_list baselines, signatures;
    const char *entity, *question, *timezone;
    int64_t top, threads;
    uint64_t memory;
    bool has_timing;
};

static const char *const formats[] = {"text", "json", "md", "html", NULL};
static const char *const fail_ons[] = {"never", "cause", NULL};
static const char *const colours[] = {"auto", "always", "never", NULL};

static const struct fm_opt opts[] = {
    FM_OPT_CHOICE('f', "format", struct options, format, formats,
                  "output for people or programs (default text)"),
    FM_OPT_TIME(0, "at", struct options, at, "when the incident was noticed"),
    FM_OPT_TIME(0, "since", struct options, since, "ignore records before TIME"),
    FM_OPT_TIME(0, "until", struct options, until, "ignore records after TIME"),
    FM_OPT_LIST('b', "baseline", struct options, baselines, "PATH",
                "evidence of a quiet period to compare with"),
    FM_OPT_LIST(0, "signatures", struct options, signatures, "PATH",
                "known faults of your own, beside the built-in ones"),
    FM_OPT_STR('e', "entity", struct options, entity, "NAME",
               "look at this service, pod or node first"),
    FM_OPT_STR('q', "question", struct options, question, "TEXT",
               "what you want to know; focuses, never changes facts"),
    FM_OPT_INT('n', "top", struct options, top, "N", 1, 100, "causes to list at most (default 5)"),
    FM_OPT_STR(0, "timezone", struct options, timezone, "OFFSET",
               "zone of time stamps that carry none, as +02:00 (default UTC)"),
    FM_OPT_INT('j', "threads", struct options, threads, "N", 1, 256,
               "worker threads (default: one per processor)"),
    FM_OPT_SIZE(0, "limit-memory", struct options, memory, "private memory to stay within"),
    FM_OPT_CHOICE(0, "colour", struct options, colour, colours,
                  "colour in text output (default auto)"),
    FM_OPT_CHOICE(0, "fail-on", struct options, fail_on, fail_ons,
                  "exit with 3 when a cause is found"),
    FM_OPT_FLAG(0, "timing", struct options, has_timing,
                "report the elapsed time in JSON (output is then no longer reproducible)"),
    FM_OPT_END,
};

/* "+02:00", "-0530", "Z", "UTC" to seconds east of Greenwich: the zone of an RFC 3339 time at the
 * epoch. */
static enum fm_code parse_zone(struct fm_ctx *ctx, const char *zone, int32_t *out)
{
    fm_time t;
    if (!zone || strcmp(zone, "UTC") == 0)
        return FM_OK;
    if (!fm_time_parse(fm_str_fmt(&ctx->arena, "1970-01-01T00:00:00%s", zone), &t))
        return fm_fail(ctx, FM_EINVAL, "--timezone %s: not an offset such as +02:00", zone);
    *out = (int32_t)(-t / FM_SEC);
    return FM_OK;
}

/* The built-in signatures and those of the user; without any of the latter the incident takes the
 * former by itself. */
static enum fm_code read_signatures(struct fm_ctx *ctx, struct fm_intake *intake,
                                    struct fm_incident *in, const struct fm_opt_list *paths)
{
    if (paths->n == 0)
        return FM_OK;
    struct fm_signature_set *set = fm_signatures_new(ctx);
    FM_TRY(fm_signatures_add_builtin(set));
    fm_vec_each (paths, path)
        FM_TRY(fm_load_signatures(ctx, intake, *path, set));
    in->signatures = set;
    return FM_OK;
}

static enum fm_code read_inputs(struct fm_ctx *ctx, struct fm_intake *intake,
                                struct fm_incident *in, const struct options *o,
                                const struct fm_operands *paths)
{
    for (size_t i = 0; i < paths->n; i++)
        FM_TRY(fm_intake_add(intake, in, paths->items[i], false));
    fm_vec_each (&o->baselines, path)
        FM_TRY(fm_intake_add(intake, in, *path, true));
    FM_TRY(read_signatures(ctx, intake, in, &o->signatures));
    in->ask.at = o->at;
    in->ask.since = o->since;
    in->ask.until = o->until;
    in->ask.text = fm_str_c(o->question);
    in->ask.entity = fm_str_c(o->entity);
    in->ask.top = (unsigned)o->top;
    in->ask.memory_bytes = o->memory;
    return parse_zone(ctx, o->timezone, &in->ask.zone_offset_s);
}

static bool names_cause(const struct fm_diagnosis *d)
{
    return d->verdict == FM_VERDICT_ROOT_CAUSE_FOUND || d->verdict == FM_VERDICT_PROBABLE_CAUSE;
}

static struct fm_view_style style_of(const struct options *o)
{
    bool is_terminal = isatty(STDOUT_FILENO);
    return (struct fm_view_style){.has_colour = o->colour ? o->colour == 1 : is_terminal,
                                  .width = is_terminal ? 100 : 0};
}

static int print_diagnosis(struct fm_cli *cli, const struct options *o,
                           const struct fm_diagnosis *d)
{
    struct fm_buf out;
    int status = 0;
    fm_buf_init(&out, OUTPUT_MAX);
    if (o->format == FORMAT_JSON) {
        if (fm_diagnosis_to_json(&cli->ctx, d, &out) != FM_OK)
            status = fm_cli_fail(cli);
    } else if (o->format == FORMAT_HTML) {
        fm_view_html(&cli->ctx.arena, d, &out);
    } else if (o->format == FORMAT_MARKDOWN) {
        fm_view_markdown(&cli->ctx.arena, d, &out);
    } else {
        fm_view_text(&cli->ctx.arena, d, style_of(o), &out);
    }
    if (status == 0 && !fm_cli_print(cli, fm_buf_str(&out)))
        status = fm_cli_fail(cli);
    if (status == 0 && o->fail_on == FAIL_CAUSE && names_cause(d))
        status = EXIT_CAUSE;
    fm_buf_release(&out);
    return status;
}

static int run(struct fm_cli *cli, char **argv)
{
    struct options o = {.at = FM_TIME_NONE, .since = FM_TIME_NONE, .until = FM_TIME_NONE, .top = 5};
    struct fm_operands paths;
    struct fm_incident in;
    struct fm_diagnosis *d = NULL;
    int status;
    if (!fm_cli_parse(cli, argv, &o, &paths, &status))
        return status;
    fm_time start = fm_monotonic(cli->ctx.clock);
    struct fm_intake *intake = fm_intake_new();
    struct fm_pool *pool = fm_pool_new((unsigned)o.threads, 256);
    fm_incident_init(&in, &cli->ctx, pool);
    if (read_inputs(&cli->ctx, intake, &in, &o, &paths) != FM_OK || fm_diagnose(&in, &d) != FM_OK) {
        status = fm_cli_fail(cli);
    } else {
        fm_intake_verify(intake, &in);
        d->elapsed_ms = o.has_timing ? (fm_monotonic(cli->ctx.clock) - start) / FM_MS : 0;
        status = print_diagnosis(cli, &o, d);
    }
    fm_pool_free(pool);
    fm_intake_free(intake);
    return status;
}

const struct fm_command fm_cmd_diagnose = {
    .name = "diagnose",
    .summary = "find what broke first and why, with the evidence",
    .operands = "PATH…",
    .min_operands = 1,
    .max_operands = -1,
    .opts = opts,
    .details =
        "PATH is a file, a folder, an archive (tar, tar.gz, tar.zst, zip), or - for standard "
        "input.\n\n"
        "Exit status: 0 ran, 1 failed, 2 usage, 3 a cause was found and --fail-on=cause was given.",
    .run = run,
};
