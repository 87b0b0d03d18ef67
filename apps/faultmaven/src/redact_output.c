/* SPDX-License-Identifier: Apache-2.0 */
#include "redact_output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define FLUSH_AT (64u * 1024)
#define OUTPUT_MAX (64u * 1024 * 1024)

void redact_output_init(struct redact_output *o, struct fm_cli *cli, const struct fm_redactor *r,
                        struct fm_pseudonyms *map)
{
    *o = (struct redact_output){.cli = cli,
                                .redactor = r,
                                .replacer = fm_replacer_new(r, map),
                                .fd = STDOUT_FILENO,
                                .file = "-"};
    o->rule_counts = calloc(fm_redactor_rule_count(r), sizeof *o->rule_counts);
    FM_ASSERT(o->rule_counts != NULL);
    fm_buf_init(&o->buf, OUTPUT_MAX);
}

void redact_output_release(struct redact_output *o)
{
    free(o->rule_counts);
    fm_replacer_free(o->replacer);
    fm_buf_release(&o->buf);
}

enum fm_code redact_output_flush(struct redact_output *o)
{
    fm_str text = fm_buf_str(&o->buf);
    while (text.len) {
        ssize_t n = write(o->fd, text.p, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fm_fail(&o->cli->ctx, FM_EIO, "%s: writing failed: %s", o->file,
                           strerror(errno));
        text = fm_str_skip(text, (size_t)n);
    }
    fm_buf_clear(&o->buf);
    return FM_OK;
}

/* Digits of v at p; returns the end. */
static char *put_number(char *p, uint64_t v)
{
    char tmp[20];
    size_t n = 0;
    do
        tmp[n++] = (char)('0' + v % 10);
    while (v /= 10);
    while (n)
        *p++ = tmp[--n];
    return p;
}

static char *put(char *p, const char *s)
{
    size_t n = strlen(s);
    memcpy(p, s, n);
    return p + n;
}

static void add_json_string(struct fm_buf *b, const char *s)
{
    fm_buf_addc(b, '"');
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20)
            fm_buf_addf(b, "\\u%04x", (unsigned)(unsigned char)*s);
        else if (*s == '"' || *s == '\\')
            fm_buf_addf(b, "\\%c", *s);
        else
            fm_buf_addc(b, *s);
    }
    fm_buf_addc(b, '"');
}

static void add_explanation(struct redact_output *o, uint16_t rule)
{
    fm_buf_addz(&o->buf, ",\"rule\":");
    add_json_string(&o->buf, fm_redactor_rule_id(o->redactor, rule));
    fm_buf_addz(&o->buf, ",\"why\":");
    add_json_string(&o->buf, fm_redactor_rule_why(o->redactor, rule));
}

static void add_spans(struct redact_output *o, const struct fm_redact_piece *piece,
                      struct fm_findings found)
{
    char line[160];
    for (size_t i = 0; i < found.n; i++) {
        const struct fm_finding *f = &found.items[i];
        char *p = put_number(put(line, "{\"line\":"), piece->line);
        p = put_number(put(p, ",\"start\":"), piece->line_offset + f->start);
        p = put_number(put(p, ",\"end\":"), piece->line_offset + f->end);
        p = put(put(p, ",\"type\":\""), fm_sensitive_name(f->type));
        *p++ = '"';
        fm_buf_add(&o->buf, line, (size_t)(p - line));
        if (o->should_explain)
            add_explanation(o, f->rule);
        fm_buf_add(&o->buf, "}\n", 2);
    }
}

/* One line a finding, never the value. Beside redacted text it goes to standard error, so that the
 * text stays usable. */
static void explain(const struct redact_output *o, FILE *to, const struct fm_redact_piece *piece,
                    struct fm_findings found)
{
    for (size_t i = 0; i < found.n; i++) {
        const struct fm_finding *f = &found.items[i];
        fprintf(to, "%s:%" PRIu64 ":%zu-%zu: %s by rule %s: %s\n", o->file, piece->line,
                piece->line_offset + f->start, piece->line_offset + f->end,
                fm_sensitive_name(f->type), fm_redactor_rule_id(o->redactor, f->rule),
                fm_redactor_rule_why(o->redactor, f->rule));
    }
}

static enum fm_code add_text(struct redact_output *o, const struct fm_redact_piece *piece,
                             struct fm_findings found)
{
    FM_TRY(fm_replacer_add(o->replacer, &o->cli->ctx, piece->text, found, &o->buf));
    if (piece->ends_line)
        fm_buf_addc(&o->buf, '\n');
    if (o->should_explain)
        explain(o, stderr, piece, found);
    return FM_OK;
}

static void count(struct redact_output *o, const struct fm_redact_piece *piece,
                  struct fm_findings found)
{
    o->bytes += piece->text.len + piece->ends_line;
    o->lines += piece->ends_line || piece->line_offset == 0;
    o->total += found.n;
    for (size_t i = 0; i < found.n; i++) {
        o->counts[found.items[i].type]++;
        o->rule_counts[found.items[i].rule]++;
    }
}

enum fm_code redact_output_piece(void *arg, const struct fm_redact_piece *piece,
                                 struct fm_findings found)
{
    struct redact_output *o = arg;
    count(o, piece, found);
    if (o->format == REDACT_TEXT)
        FM_TRY(add_text(o, piece, found));
    else if (o->format == REDACT_SPANS)
        add_spans(o, piece, found);
    else if (o->format == REDACT_FINDINGS)
        explain(o, stdout, piece, found);
    return o->buf.len >= FLUSH_AT ? redact_output_flush(o) : FM_OK;
}

static void add_report_json(struct redact_output *o)
{
    const char *sep = "";
    fm_buf_addz(&o->buf, "{\"file\":");
    add_json_string(&o->buf, o->file);
    fm_buf_addf(&o->buf, ",\"policy\":\"%s\",\"policy_version\":%d",
                fm_redact_policy_name(fm_redactor_policy(o->redactor)->name), FM_POLICY_VERSION);
    fm_buf_addf(&o->buf,
                ",\"lines\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"total\":%" PRIu64 ",\"types\":{",
                o->lines, o->bytes, o->total);
    for (unsigned t = 0; t < FM_SENSITIVE_COUNT; t++)
        if (o->counts[t]) {
            fm_buf_addf(&o->buf, "%s\"%s\":%" PRIu64, sep, fm_sensitive_name((enum fm_sensitive)t),
                        o->counts[t]);
            sep = ",";
        }
    fm_buf_addz(&o->buf, "},\"rules\":{");
    sep = "";
    for (size_t i = 0; i < fm_redactor_rule_count(o->redactor); i++)
        if (o->rule_counts[i]) {
            fm_buf_addz(&o->buf, sep);
            add_json_string(&o->buf, fm_redactor_rule_id(o->redactor, (uint16_t)i));
            fm_buf_addf(&o->buf, ":%" PRIu64, o->rule_counts[i]);
            sep = ",";
        }
    fm_buf_addz(&o->buf, "}}\n");
}

static void add_report_text(struct redact_output *o)
{
    fm_buf_addf(&o->buf, "%s: %" PRIu64 " finding%s in %" PRIu64 " line%s, policy %s\n", o->file,
                o->total, o->total == 1 ? "" : "s", o->lines, o->lines == 1 ? "" : "s",
                fm_redact_policy_name(fm_redactor_policy(o->redactor)->name));
    for (unsigned t = 0; t < FM_SENSITIVE_COUNT; t++)
        if (o->counts[t])
            fm_buf_addf(&o->buf, "  %-20s %10" PRIu64 "\n", fm_sensitive_name((enum fm_sensitive)t),
                        o->counts[t]);
    for (size_t i = 0; o->should_explain && i < fm_redactor_rule_count(o->redactor); i++)
        if (o->rule_counts[i])
            fm_buf_addf(&o->buf, "  rule %-24s %8" PRIu64 "  %s\n",
                        fm_redactor_rule_id(o->redactor, (uint16_t)i), o->rule_counts[i],
                        fm_redactor_rule_why(o->redactor, (uint16_t)i));
}

enum fm_code redact_output_report(struct redact_output *o)
{
    if (o->format == REDACT_JSON)
        add_report_json(o);
    else if (o->format == REDACT_REPORT)
        add_report_text(o);
    return redact_output_flush(o);
}
