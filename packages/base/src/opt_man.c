/* SPDX-License-Identifier: Apache-2.0 */
#include "opt_value.h"

/* Text for roff: a backslash, a dash and a leading dot or quote have a meaning there. */
static void add_roff(struct fm_buf *out, fm_str s)
{
    bool is_line_start = true;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (is_line_start && (c == '.' || c == '\''))
            fm_buf_addz(out, "\\&");
        if (c == '\\')
            fm_buf_addz(out, "\\e");
        else if (c == '-')
            fm_buf_addz(out, "\\-");
        else
            fm_buf_addc(out, c);
        is_line_start = c == '\n';
    }
}

static void add_text(struct fm_buf *out, const char *z)
{
    add_roff(out, fm_str_c(z));
}

static void add_option(struct fm_buf *out, const struct fm_opt *o)
{
    struct fm_buf value;
    fm_buf_init(&value, 512);
    fm_buf_addz(out, ".TP\n");
    if (o->letter)
        fm_buf_addf(out, "\\fB\\-%c\\fR, ", o->letter);
    fm_buf_addz(out, "\\fB\\-\\-");
    add_text(out, o->name);
    fm_buf_addz(out, "\\fR");
    if (opt_takes_value(o)) {
        fm_buf_addz(out, " \\fI");
        add_text(out, opt_placeholder(o, &value));
        fm_buf_addz(out, "\\fR");
    }
    fm_buf_addc(out, '\n');
    add_text(out, o->help);
    fm_buf_addc(out, '\n');
    fm_buf_release(&value);
}

static void add_options(struct fm_buf *out, const struct fm_opt *o)
{
    fm_buf_addz(out, ".SH OPTIONS\n");
    for (; o && o->type != FM_OPT_TYPE_END; o++)
        if (o->type == FM_OPT_TYPE_HEADING) {
            fm_buf_addz(out, ".SS ");
            add_text(out, o->help);
            fm_buf_addc(out, '\n');
        } else {
            add_option(out, o);
        }
    fm_buf_addz(out, ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nShow help.\n");
}

static void add_commands(struct fm_buf *out, const struct fm_command *c)
{
    fm_buf_addz(out, ".SH COMMANDS\n");
    for (; c->name; c++) {
        fm_buf_addz(out, ".TP\n\\fB");
        add_text(out, c->name);
        fm_buf_addz(out, "\\fR\n");
        add_text(out, c->summary);
        fm_buf_addc(out, '\n');
    }
}

static void add_details(struct fm_buf *out, const char *text)
{
    fm_buf_addz(out, ".SH NOTES\n");
    while (*text) {
        const char *end = strstr(text, "\n\n");
        fm_str one = fm_str_n(text, end ? (size_t)(end - text) : strlen(text));
        fm_buf_addz(out, *text == ' ' ? ".PP\n.nf\n" : ".PP\n");
        add_roff(out, one);
        fm_buf_addz(out, *text == ' ' ? "\n.fi\n" : "\n");
        text += one.len + (end ? 2 : 0);
    }
}

/* "faultmaven logs" is the page faultmaven-logs. */
static void add_page_name(struct fm_buf *out, const char *path, bool is_upper)
{
    for (; *path; path++) {
        char c = *path;
        if (c == ' ' || c == '-')
            fm_buf_addz(out, "\\-");
        else
            fm_buf_addc(out, is_upper && c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
    }
}

void fm_opt_man(const struct fm_command *cmd, const char *path, const char *version,
                struct fm_buf *out)
{
    fm_buf_addz(out, ".TH \"");
    add_page_name(out, path, true);
    fm_buf_addf(out, "\" 1 \"\" \"faultmaven %s\" \"FaultMaven\"\n.SH NAME\n", version);
    add_page_name(out, path, false);
    fm_buf_addz(out, " \\- ");
    add_text(out, cmd->summary);
    fm_buf_addz(out, "\n.SH SYNOPSIS\n\\fB");
    add_text(out, path);
    fm_buf_addz(out, cmd->subcommands ? "\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR…]"
                                      : "\\fR [\\fIOPTION\\fR…]");
    if (cmd->operands) {
        fm_buf_addz(out, " \\fI");
        add_text(out, cmd->operands);
        fm_buf_addz(out, "\\fR");
    }
    fm_buf_addc(out, '\n');
    if (cmd->subcommands)
        add_commands(out, cmd->subcommands);
    add_options(out, cmd->opts);
    if (cmd->details)
        add_details(out, cmd->details);
}
