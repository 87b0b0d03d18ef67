/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an input is. Detectors look at a sample from the beginning (the type shows there in every
 * format that we know) and are asked in order; the first that matches decides. To add a format, add
 * a row and its test.
 */
#include "faultmaven/core/intake.h"

#include "faultmaven/core/consoles.h"
#include "intake/shape.h"
#include "processing/kubernetes/transcript.h"
#include "processing/logs/block.h"

#define SAMPLE_MAX ((size_t)64 << 10)
#define LINES_MAX 200

struct sample {
    fm_str path;
    fm_str text;             /* without a byte order mark and leading blanks */
    fm_str first;            /* first line that is not blank */
    fm_str lines[LINES_MAX]; /* those that are not blank */
    size_t n_lines;
    size_t n_json_lines; /* lines that are one JSON object each */
    bool is_whole;       /* the sample is the whole input */
};

static bool has_key(const struct sample *s, const char *key)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", key);
    return fm_str_has(s->text, fm_str_c(quoted));
}

static bool any_line_starts(const struct sample *s, const char *prefix)
{
    for (size_t i = 0; i < s->n_lines; i++)
        if (fm_str_starts(s->lines[i], fm_str_c(prefix)))
            return true;
    return false;
}

static bool has_extension(const struct sample *s, const char *ext)
{
    return fm_str_ends(s->path, fm_str_c(ext));
}

/* A log line may begin with a bracket too: "[2025-01-01…", "[error]". */
static bool is_json(const struct sample *s)
{
    size_t i = 1;
    if (!s->text.len || (s->text.p[0] != '{' && s->text.p[0] != '['))
        return false;
    while (i < s->text.len && strchr(" \t\r\n", s->text.p[i]))
        i++;
    if (i == s->text.len)
        return true;
    return s->text.p[0] == '{' ? s->text.p[i] == '"' || s->text.p[i] == '}'
                               : s->text.p[i] && strchr("{[\"]", s->text.p[i]);
}

static bool is_image(const struct sample *s)
{
    return fm_str_starts(s->text, FM_STR("\x89PNG")) ||
           fm_str_starts(s->text, FM_STR("\xFF\xD8\xFF")) ||
           fm_str_starts(s->text, FM_STR("GIF8")) ||
           (fm_str_starts(s->text, FM_STR("RIFF")) &&
            fm_str_has(fm_str_sub(s->text, 0, 16), FM_STR("WEBP")));
}

/* Text has no control bytes but tab, line ends, form feed and escape; NUL bytes alone may be a
 * damaged log. */
static bool is_binary(const struct sample *s)
{
    size_t bad = 0;
    for (size_t i = 0; i < s->text.len; i++) {
        unsigned char c = (unsigned char)s->text.p[i];
        bad += c < 32 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 27;
    }
    return bad * 10 > s->text.len;
}

static bool is_otlp_traces(const struct sample *s)
{
    return is_json(s) && (has_key(s, "resourceSpans") || has_key(s, "scopeSpans"));
}

static bool is_jaeger(const struct sample *s)
{
    return is_json(s) && has_key(s, "traceID") && has_key(s, "spans");
}

/* Log records carry the ids of spans too; what only records have is a level beside them. */
static bool has_record_keys(const struct sample *s)
{
    return s->n_json_lines >= 2 && (has_key(s, "level") || has_key(s, "severity") ||
                                    has_key(s, "msg") || has_key(s, "lvl"));
}

static bool is_zipkin(const struct sample *s)
{
    return is_json(s) && has_key(s, "traceId") && !has_record_keys(s) &&
           (has_key(s, "localEndpoint") || has_key(s, "parentId"));
}

static bool is_span_list(const struct sample *s)
{
    return is_json(s) && !has_record_keys(s) && (has_key(s, "span_id") || has_key(s, "spanId")) &&
           (has_key(s, "trace_id") || has_key(s, "traceId")) &&
           (has_key(s, "duration") || has_key(s, "duration_ms") || has_key(s, "durationMs") ||
            has_key(s, "startTimeUnixNano"));
}

static bool is_json_metrics(const struct sample *s)
{
    return is_json(s) && s->n_json_lines < 3 &&
           (has_key(s, "resourceMetrics") || has_key(s, "resultType") ||
            has_key(s, "MetricDataResults") || has_key(s, "Datapoints") ||
            has_key(s, "metric_name") || has_key(s, "MetricName"));
}

/* Records of several lines: the journal, events of Windows. */
static bool is_blocks(const struct sample *s)
{
    struct fm_logs_block block;
    return fm_logs_block_learn(s->text, &block);
}

static bool is_json_line(fm_str line)
{
    fm_str t = fm_str_trim(line);
    return t.len > 1 && line.p[0] == '{' && t.p[t.len - 1] == '}';
}

/* A JSON text that begins with a whole object on one line ends there. So what follows makes it a
 * log, however many lines of stack traces a crash leaves. */
static bool is_json_lines(const struct sample *s)
{
    bool is_journal = has_key(s, "__REALTIME_TIMESTAMP") && has_key(s, "MESSAGE");
    if (is_json(s) && is_journal)
        return true;
    if (s->n_json_lines >= 2 && s->n_json_lines * 10 >= s->n_lines * 8)
        return true;
    return is_json_line(s->first) && s->n_lines > 1 && !strchr(" \t,}]\"", s->lines[1].p[0]);
}

static bool path_names_changes(const struct sample *s)
{
    static const char *const names[] = {"commit", "deploy",  "release", "flag",
                                        "change", "rollout", "toggle"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_ihas(s->path, fm_str_c(names[i])))
            return true;
    return false;
}

static bool has_any_key(const struct sample *s, const char *const *keys)
{
    for (; *keys; keys++)
        if (has_key(s, *keys))
            return true;
    return false;
}

static bool is_json_changes(const struct sample *s)
{
    static const char *const sure[] = {"diff",         "sha",     "commit",      "commit_sha",
                                       "commit_id",    "deploys", "deployed_at", "flag",
                                       "feature_flag", NULL};
    static const char *const moments[] = {"timestamp",   "at",         "time",
                                          "date",        "created_at", "started_at",
                                          "finished_at", "changed_at", NULL};
    if (!is_json(s))
        return false;
    return has_any_key(s, sure) ||
           (path_names_changes(s) && has_any_key(s, moments) && !has_key(s, "apiVersion"));
}

static bool is_json_alert(const struct sample *s)
{
    return is_json(s) && (has_key(s, "alertname") || has_key(s, "alerts") ||
                          has_key(s, "commonLabels") || fm_str_ihas(s->path, FM_STR("alert")));
}

static bool is_json_objects(const struct sample *s)
{
    return is_json(s) && has_key(s, "kind") && has_key(s, "apiVersion");
}

static bool is_prometheus_text(const struct sample *s)
{
    return any_line_starts(s, "# TYPE ") || any_line_starts(s, "# HELP ") ||
           shape_is_exposition(s->lines, s->n_lines);
}

static bool is_csv(const struct sample *s)
{
    return shape_is_table(s->lines, s->n_lines);
}

static bool is_csv_spans(const struct sample *s)
{
    return is_csv(s) && fm_str_ihas(s->first, FM_STR("span")) &&
           (fm_str_ihas(s->first, FM_STR("parent")) || fm_str_ihas(s->first, FM_STR("duration")));
}

/* A title of the first row, as a whole: "catalogue_cpu" is no column of logs. */
static bool has_column(const struct sample *s, const char *name)
{
    for (fm_str rest = s->first; rest.len;) {
        fm_str title = fm_str_trim(fm_str_cut(&rest, ','));
        if (title.len > 1 && title.p[0] == '"')
            title = fm_str_sub(title, 1, title.len - 2);
        if (fm_str_ieq(title, fm_str_c(name)))
            return true;
    }
    return false;
}

/* Messages may hold line ends, so that rows look ragged: the titles alone decide. */
static bool is_csv_logs(const struct sample *s)
{
    static const char *const names[] = {"message", "msg", "log", "logmessage", "log_message"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (s->n_lines >= 2 && shape_is_header(s->first) && has_column(s, names[i]))
            return true;
    return false;
}

static bool is_stamped(const struct sample *s)
{
    return shape_is_log(s->lines, s->n_lines);
}

/* Prompts in front of programs that we know: "$ kubectl …", "user@host:~$ df -h". */
static bool is_transcript(const struct sample *s)
{
    fm_str host, command;
    if (fm_str_starts(s->first, FM_STR("$ ")))
        return true;
    for (size_t i = 0; i < s->n_lines; i++)
        if (fm_prompt_parse(s->lines[i], &host, &command))
            return true;
    return false;
}

/* "caller -> callee": names without blanks in front of the arrow. */
static bool is_arrow(fm_str line)
{
    ptrdiff_t at = fm_str_find(line, FM_STR(" -> "), 0);
    fm_str from = at > 0 ? fm_str_trim(fm_str_sub(line, 0, (size_t)at)) : FM_STR_NULL;
    return from.len && line.len < 200 && fm_str_chr(from, ' ', 0) < 0;
}

/* Who calls whom: blocks of "[Service]: name", or arrows only. */
static bool is_call_list(const struct sample *s)
{
    size_t arrows = 0;
    for (size_t i = 0; i < s->n_lines; i++)
        arrows += is_arrow(s->lines[i]);
    return fm_str_starts(s->first, FM_STR("[Service]:")) || (arrows > 0 && arrows == s->n_lines);
}

/* Tables and descriptions that operators paste: column titles in capitals, or "Name:" and
 * "Namespace:" at column 0. */
static bool is_command_output(const struct sample *s)
{
    static const char *const titles[] = {
        "NAME ", "NAMESPACE ", "LAST SEEN ", "Filesystem ", "CONTAINER ID ",
        "USER ", "Netid ",     "top - ",     "State ",      "REPOSITORY ",
        "UID ",  "● ",         "* "};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (fm_str_starts(s->first, fm_str_c(titles[i])))
            return true;
    return fm_str_starts(s->first, FM_STR("Name:  ")) ||
           (any_line_starts(s, "Namespace: ") && any_line_starts(s, "Name: "));
}

/* Tables of hosts, container engines and databases, alone or behind prompts of a database. */
static bool is_console(const struct sample *s)
{
    return fm_console_recognise(s->lines, s->n_lines);
}

static bool is_yaml_objects(const struct sample *s)
{
    return any_line_starts(s, "apiVersion:") && any_line_starts(s, "kind:");
}

static bool is_markdown(const struct sample *s)
{
    return has_extension(s, ".md") || has_extension(s, ".markdown");
}

static bool is_yaml(const struct sample *s)
{
    return has_extension(s, ".yaml") || has_extension(s, ".yml");
}

static bool is_config(const struct sample *s)
{
    static const char *const ext[] = {".conf", ".cfg", ".ini", ".toml", ".properties", ".env"};
    for (size_t i = 0; i < sizeof ext / sizeof *ext; i++)
        if (has_extension(s, ext[i]))
            return true;
    return false;
}

static bool is_diff(const struct sample *s)
{
    return any_line_starts(s, "diff --git ") ||
           (any_line_starts(s, "commit ") && any_line_starts(s, "Author: ")) ||
           (any_line_starts(s, "--- ") && any_line_starts(s, "+++ ") && any_line_starts(s, "@@ "));
}

static bool is_any_text(const struct sample *s)
{
    return s->text.len > 0;
}

static const struct detector {
    enum fm_evidence_type type;
    const char *format;
    bool (*matches)(const struct sample *s);
} detectors[] = {
    {FM_EVIDENCE_IMAGE, "image", is_image},
    {FM_EVIDENCE_BINARY, "binary", is_binary},
    {FM_EVIDENCE_LOG, "", is_blocks},
    {FM_EVIDENCE_TOPOLOGY, "call-list", is_call_list},
    {FM_EVIDENCE_TRACES, "otlp-json", is_otlp_traces},
    {FM_EVIDENCE_TRACES, "jaeger-json", is_jaeger},
    {FM_EVIDENCE_TRACES, "zipkin-json", is_zipkin},
    {FM_EVIDENCE_METRICS, "json", is_json_metrics},
    {FM_EVIDENCE_TRACES, "span-json", is_span_list},
    {FM_EVIDENCE_LOG, "json-lines", is_json_lines},
    {FM_EVIDENCE_OBJECTS, "kubernetes-json", is_json_objects},
    {FM_EVIDENCE_ALERT, "json", is_json_alert},
    {FM_EVIDENCE_CHANGES, "json", is_json_changes},
    {FM_EVIDENCE_OBJECTS, "json", is_json},
    {FM_EVIDENCE_METRICS, "prometheus-text", is_prometheus_text},
    {FM_EVIDENCE_COMMAND_OUTPUT, "transcript", is_transcript},
    {FM_EVIDENCE_COMMAND_OUTPUT, "console", is_console},
    {FM_EVIDENCE_PROSE, "markdown", is_markdown},
    {FM_EVIDENCE_TRACES, "csv", is_csv_spans},
    {FM_EVIDENCE_LOG, "csv", is_csv_logs},
    {FM_EVIDENCE_METRICS, "csv", is_csv},
    {FM_EVIDENCE_LOG, "", is_stamped},
    {FM_EVIDENCE_CHANGES, "diff", is_diff},
    {FM_EVIDENCE_OBJECTS, "kubernetes-yaml", is_yaml_objects},
    {FM_EVIDENCE_COMMAND_OUTPUT, "table", is_command_output},
    {FM_EVIDENCE_CONFIG, "yaml", is_yaml},
    {FM_EVIDENCE_CONFIG, "config", is_config},
    {FM_EVIDENCE_LOG, "", is_any_text},
};

static void take_lines(struct sample *s)
{
    fm_str rest = s->text, line;
    while (s->n_lines < LINES_MAX && fm_str_line(&rest, &line)) {
        if (fm_str_trim(line).len == 0)
            continue;
        if (s->n_lines == 0)
            s->first = line;
        s->n_json_lines += is_json_line(line);
        s->lines[s->n_lines++] = line;
    }
}

/* A log that was truncated while its writer went on begins with a hole of NUL bytes. */
static fm_str without_hole(fm_str s)
{
    size_t i = 0;
    while (i < s.len && s.p[i] == '\0')
        i++;
    return i < s.len ? fm_str_skip(s, i) : s;
}

void fm_classify(struct fm_evidence *e)
{
    struct sample s = {.path = e->path,
                       .text = fm_str_sub(without_hole(e->bytes), 0, SAMPLE_MAX),
                       .is_whole = e->bytes.len <= SAMPLE_MAX};
    if (fm_str_starts(s.text, FM_STR("\xEF\xBB\xBF")))
        s.text = fm_str_skip(s.text, 3);
    s.text = fm_str_trim(s.text);
    e->type = FM_EVIDENCE_EMPTY;
    e->format = FM_STR_NULL;
    take_lines(&s);
    for (size_t i = 0; s.text.len && i < sizeof detectors / sizeof *detectors; i++) {
        if (detectors[i].matches(&s)) {
            e->type = detectors[i].type;
            e->format = fm_str_c(detectors[i].format);
            return;
        }
    }
}
