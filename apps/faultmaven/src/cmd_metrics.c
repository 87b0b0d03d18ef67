/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "faultmaven/core/intake.h"
#include "faultmaven/core/metrics.h"

#define OUTPUT_MAX ((size_t)2 << 30)

enum format { FORMAT_TEXT, FORMAT_JSONL };

struct options {
    int format;
    double least;
};

static const char *const formats[] = {"text", "jsonl", NULL};

static const struct fm_opt opts[] = {
    FM_OPT_CHOICE('f', "format", struct options, format, formats,
                  "output for people or programs (default text)"),
    FM_OPT_REAL(0, "least", struct options, least, "SCORE", 0, 1,
                "least score of an event that is printed (default 0.5)"),
    FM_OPT_END,
};

static void add_name(struct fm_buf *out, const struct fm_metric_series *s)
{
    fm_str name = s ? s->written : FM_STR("*");
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        if (c == '"' || c == '\\')
            fm_buf_addf(out, "\\%c", c);
        else if ((unsigned char)c < 32)
            fm_buf_addf(out, "\\u%04x", (unsigned)c);
        else
            fm_buf_addc(out, c);
    }
}

static void add_event(struct fm_buf *out, const struct fm_metric_event *e, enum format format)
{
    char begin[FM_TIME_TEXT_MAX], end[FM_TIME_TEXT_MAX];
    fm_time_format(e->begin, begin);
    fm_time_format(e->end, end);
    if (format == FORMAT_TEXT) {
        fm_buf_addf(out, "%.2f  %s  %s  ", e->score, begin, end);
        fm_buf_adds(out, e->series ? e->series->written : FM_STR("(together)"));
        fm_buf_addc(out, '\n');
        return;
    }
    fm_buf_addz(out, "{\"metric\":\"");
    add_name(out, e->series);
    fm_buf_addf(out, "\",\"start\":\"%s\",\"end\":\"%s\",\"score\":%.4f}\n", begin, end, e->score);
}

static void add_points(struct fm_arena *a, struct fm_buf *out, const struct fm_metric_series *s)
{
    double *score = FM_NEW_ARRAY(a, double, s->rows->n + 1);
    char at[FM_TIME_TEXT_MAX];
    fm_series_scores(a, s, score);
    for (size_t i = 0; i < s->rows->n; i++) {
        fm_buf_addz(out, "{\"metric\":\"");
        add_name(out, s);
        fm_buf_addf(out, "\",\"t\":\"%s\",\"score\":%.4f}\n", fm_time_format(s->rows->at[i], at),
                    score[i]);
    }
}

/* Series of one table are judged together as well: what moves many of them at once is an event of
 * the whole. */
static void report(struct fm_arena *a, const struct fm_metric_set *set, const struct options *o,
                   struct fm_buf *out)
{
    struct fm_metric_events events = {0};
    const struct fm_metric_series *const *all =
        (const struct fm_metric_series *const *)set->series.items;
    for (size_t i = 0, n; i < set->series.n; i += n) {
        for (n = 1; i + n < set->series.n && all[i + n]->rows == all[i]->rows;)
            n++;
        fm_group_events(a, all + i, n, &events);
    }
    if (o->format == FORMAT_JSONL && set->series.n == 1)
        add_points(a, out, all[0]);
    fm_vec_each (&events, e)
        if (e->score >= o->least)
            add_event(out, e, (enum format)o->format);
}

static int run_anomalies(struct fm_cli *cli, char **argv)
{
    struct options o = {.least = 0.5};
    struct fm_operands paths;
    struct fm_incident in;
    int status;
    if (!fm_cli_parse(cli, argv, &o, &paths, &status))
        return status;
    struct fm_intake *intake = fm_intake_new();
    struct fm_buf out;
    fm_buf_init(&out, OUTPUT_MAX);
    fm_incident_init(&in, &cli->ctx, NULL);
    enum fm_code code = FM_OK;
    for (size_t i = 0; i < paths.n && code == FM_OK; i++)
        code = fm_intake_add(intake, &in, paths.items[i], false);
    if (code == FM_OK)
        code = fm_metrics_read(&in);
    if (code == FM_OK)
        report(&cli->ctx.arena, in.metrics, &o, &out);
    status = code == FM_OK && fm_cli_print(cli, fm_buf_str(&out)) ? 0 : fm_cli_fail(cli);
    fm_buf_release(&out);
    fm_intake_free(intake);
    return status;
}

static const struct fm_command subcommands[] = {
    {
        .name = "anomalies",
        .summary = "events in metric series, without a reference period",
        .operands = "PATH…",
        .min_operands = 1,
        .max_operands = -1,
        .opts = opts,
        .details =
            "PATH is Prometheus text or JSON, OTLP JSON, CloudWatch JSON or CSV, wide or long.\n\n"
            "With --format=jsonl one line an event, and for a single series one line a point as "
            "well.",
        .run = run_anomalies,
    },
    {0},
};

const struct fm_command fm_cmd_metrics = {
    .name = "metrics",
    .summary = "look at metric series",
    .subcommands = subcommands,
};
