/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "redact_output.h"

struct options {
    int format;
    int policy;
    bool should_explain;
};

static const char *const formats[] = {"text", "spans", "json", "report", NULL};
static const char *const policies[] = {"strict", "standard", "secrets-only", "off-for-local-models", NULL};

static const struct fm_opt opts[] = {
    FM_OPT_CHOICE('f', "format", struct options, format, formats, "text (default), spans, json or report"),
    FM_OPT_CHOICE('p', "policy", struct options, policy, policies, "policy (default standard)"),
    FM_OPT_FLAG('e', "explain", struct options, should_explain, "say which rule found it and why"),
    FM_OPT_END,
};

static int run(struct fm_cli *cli, char **argv);

const struct fm_command fm_cmd_redact = {.name = "redact",
                                         .summary = "find and replace secrets and identifiers",
                                         .operands = "[FILE…|-]",
                                         .max_operands = -1,
                                         .opts = opts,
                                         .run = run};

#define READ_BYTES (256u * 1024)

static enum fm_code pump(struct fm_cli *cli, int fd, const char *name, struct fm_redact_stream *s)
{
    char *buf = fm_arena_alloc(&cli->ctx.arena, READ_BYTES);
    for (;;) {
        ssize_t n = read(fd, buf, READ_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fm_fail(&cli->ctx, FM_EIO, "%s: %s", name, strerror(errno));
        if (n == 0)
            return fm_redact_stream_finish(s);
        FM_TRY(fm_redact_stream_feed(s, fm_str_n(buf, (size_t)n)));
    }
}

static int run(struct fm_cli *cli, char **argv)
{
    struct options o = {.policy = FM_POLICY_STANDARD};
    struct fm_operands files;
    int status;
    struct fm_redactor *r;
    struct redact_output out;
    if (!fm_cli_parse(cli, &fm_cmd_redact, argv, &o, &files, &status))
        return status;
    if (fm_redactor_new(&cli->ctx, &(struct fm_redactor_options){.policy = (enum fm_policy_name)o.policy}, &r) != FM_OK)
        return fm_cli_fail(cli);
    redact_output_init(&out, cli, r, NULL);
    out.format = (enum redact_format)o.format;
    out.should_explain = o.should_explain;
    struct fm_redact_scan *scan = fm_redact_scan_new(r);
    struct fm_redact_stream *s = fm_redact_stream_new(scan, redact_output_piece, &out);
    int fd = files.n && strcmp(files.items[0], "-") ? open(files.items[0], O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    enum fm_code code = pump(cli, fd, files.n ? files.items[0] : "-", s);
    if (code == FM_OK)
        code = redact_output_report(&out);
    fm_redact_stream_free(s);
    fm_redact_scan_free(scan);
    redact_output_release(&out);
    fm_redactor_free(r);
    return code == FM_OK ? 0 : fm_cli_fail(cli);
}
