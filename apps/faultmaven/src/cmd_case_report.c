/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: built from facts, secrets masked, every version kept in the case. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "case_pdf.h"
#include "cmd_case.h"
#include "faultmaven/core/report.h"
#include "faultmaven/security/redact.h"

struct report_options {
    struct case_common common;
    int type, format;
    const char *output;
    bool is_preview;
};

static const char *const types[] = {"incident_report", "post_mortem",  "runbook", "timeline",
                                    "evidence_bundle", "chat_summary", NULL};
static const char *const formats[] = {"markdown", "html", "pdf", NULL};

const struct fm_opt case_report_opts[] = {
    FM_OPT_CHOICE('t', "type", struct report_options, type, types,
                  "kind of report (default incident_report)"),
    FM_OPT_CHOICE('f', "format", struct report_options, format, formats,
                  "markdown (default), html or pdf"),
    FM_OPT_STR('o', "output", struct report_options, output, "FILE",
               "write it there (default: standard output)"),
    FM_OPT_FLAG(0, "preview", struct report_options, is_preview,
                "do not keep it as a version of the case"),
    CASE_COMMON_OPTS(struct report_options),
    FM_OPT_END,
};

/* ---- masking ---- */

static enum fm_code mask(const struct fm_redactor *r, struct fm_ctx *ctx, fm_str *text,
                         size_t *total)
{
    struct fm_redacted out;
    if (!text->len)
        return FM_OK;
    FM_TRY(fm_redact_text(r, ctx, NULL, *text, &out));
    *text = out.text;
    *total += out.total;
    return FM_OK;
}

static enum fm_code mask_blocks(const struct fm_redactor *r, struct fm_ctx *ctx,
                                struct fm_report_doc *d, size_t *total)
{
    FM_TRY(mask(r, ctx, &d->title, total));
    fm_vec_each (&d->blocks, b) {
        FM_TRY(mask(r, ctx, &b->text, total));
        fm_vec_each (&b->cells, s)
            FM_TRY(mask(r, ctx, s, total));
    }
    return FM_OK;
}

/* Secrets become <TYPE>; the text is masked before it is rendered, so markup cannot hide or break
 * it. */
static enum fm_code mask_secrets(struct fm_ctx *ctx, struct fm_report_doc *d, size_t *total)
{
    struct fm_redact_policy policy;
    struct fm_redactor *r;
    fm_redact_policy_init(&policy, FM_POLICY_SECRETS_ONLY);
    for (size_t i = 0; i < FM_SENSITIVE_COUNT; i++)
        if (policy.action[i] != FM_ACTION_KEEP)
            policy.action[i] = FM_ACTION_MASK;
    struct fm_redactor_options o = {.policy = FM_POLICY_SECRETS_ONLY, .custom = &policy};
    FM_TRY(fm_redactor_new(ctx, &o, &r));
    enum fm_code code = mask_blocks(r, ctx, d, total);
    fm_redactor_free(r);
    return code;
}

/* ---- writing ---- */

static enum fm_code write_output(struct case_app *app, const char *path, fm_str text)
{
    if (!path)
        return app->common.is_json ? FM_OK : case_print(app, text);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return fm_fail(app->ctx, FM_EIO, "%s: %s", path, strerror(errno));
    enum fm_code code = FM_OK;
    while (text.len && code == FM_OK) {
        ssize_t n = write(fd, text.p, text.len);
        if (n < 0 && errno != EINTR)
            code = fm_fail(app->ctx, FM_EIO, "%s: %s", path, strerror(errno));
        else if (n > 0)
            text = fm_str_skip(text, (size_t)n);
    }
    if (close(fd) != 0 && code == FM_OK)
        code = fm_fail(app->ctx, FM_EIO, "%s: %s", path, strerror(errno));
    return code;
}

static enum fm_code render(struct case_app *app, const struct report_options *o,
                           struct fm_report_doc *d, fm_str *text)
{
    struct fm_buf b;
    size_t masked = 0;
    FM_TRY(mask_secrets(app->ctx, d, &masked));
    fm_buf_init(&b, 256 << 20);
    if (o->format == 0)
        fm_report_markdown(d, &b);
    else
        fm_report_html(d, &b);
    enum fm_code code =
        b.overflow ? fm_fail(app->ctx, FM_ELIMIT, "the report is larger than 256 MiB") : FM_OK;
    *text = fm_str_dup(&app->ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return code;
}

static int64_t next_version(const struct fm_case *c, enum fm_report_type type,
                            enum fm_report_format format)
{
    int64_t n = 1;
    fm_vec_each (&c->reports, r)
        n += r->type == type && r->format == format;
    return n;
}

static struct fm_report_entry *new_entry(struct case_app *app, const struct report_options *o,
                                         const struct fm_case *c, const struct fm_report_doc *d)
{
    struct fm_report_entry *r = fm_record_new(&app->ctx->arena, &fm_report_entry_type);
    r->id = fm_new_id(&app->service.engine, &app->ctx->arena, "rep");
    r->type = (enum fm_report_type)(o->type + 1);
    r->format = (enum fm_report_format)(o->format + 1);
    r->version = next_version(c, r->type, r->format);
    r->title = fm_str_sub(d->title, 0, 290);
    return r;
}

static enum fm_code keep(struct case_app *app, const struct fm_case *c, fm_str content,
                         struct fm_report_entry *r)
{
    struct fm_blob_info info;
    struct fm_case *after;
    FM_TRY(fm_blobs_put(fm_store_blobs(app->store), app->ctx, content, &info));
    r->sha256 = fm_str_dup(&app->ctx->arena, fm_str_c(info.sha256));
    r->size = info.size;
    r->is_current = true;
    r->by = app->actor.id;
    r->at = fm_now(app->ctx->clock);
    return fm_case_note(&app->service, app->ctx, c->id,
                        &(struct fm_plain_event){app->actor, FM_EVENT_REPORT_ADDED, r}, &after);
}

static enum fm_code print_entry(struct case_app *app, const struct fm_report_entry *r,
                                const char *path)
{
    struct fm_buf b;
    if (!app->common.is_json)
        return path && r
                   ? case_print(app, fm_str_fmt(&app->ctx->arena, "%s: %.*s, version %lld\n", path,
                                                FM_STR_ARG(r->id), (long long)r->version))
                   : FM_OK;
    fm_buf_init(&b, 1 << 20);
    if (r)
        fm_record_write(&fm_report_entry_type, r, &b);
    else
        fm_buf_addz(&b, "{}");
    fm_buf_addc(&b, '\n');
    return case_print_buf(app, &b);
}

static enum fm_code make_content(struct case_app *app, const struct report_options *o,
                                 struct fm_report_doc *d, fm_str *content)
{
    FM_TRY(render(app, o, d, content));
    if (o->format != 2)
        return write_output(app, o->output, *content);
    FM_TRY(fm_case_pdf(app->ctx, *content, o->output));
    return case_read_file(app, o->output, 256 << 20, content);
}

static enum fm_code do_report(struct case_app *app, const struct report_options *o,
                              const char *name)
{
    struct fm_case *c;
    struct fm_report_doc *d;
    struct fm_report_entry *entry = NULL;
    fm_str content;
    if (o->format == 2 && !o->output)
        return fm_fail(app->ctx, FM_EINVAL, "a PDF needs --output FILE");
    if (!o->is_preview)
        FM_TRY(case_need_store(app));
    FM_TRY(case_find(app, name, &c, NULL));
    FM_TRY(fm_report_build(app->ctx, c, (enum fm_report_type)(o->type + 1), fm_now(app->ctx->clock),
                           &d));
    FM_TRY(make_content(app, o, d, &content));
    if (!o->is_preview) {
        entry = new_entry(app, o, c, d);
        FM_TRY(keep(app, c, content, entry));
    }
    return print_entry(app, entry, o->output);
}

int case_report_run(struct fm_cli *cli, char **argv)
{
    struct report_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_report(&app, &o, app.operands.items[0]));
}
