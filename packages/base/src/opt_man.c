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
    for (bool is_first = true; *text; is_first = false) {
        const char *end = strstr(text, "\n\n");
        fm_str one = fm_str_n(text, end ? (size_t)(end - text) : strlen(text));
        fm_buf_addz(out, is_first ? "" : ".PP\n");
        fm_buf_addz(out, *text == ' ' ? ".nf\n" : "");
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

static void add_reference(struct fm_buf *out, const char *path, bool is_first)
{
    fm_buf_addf(out, "%s\\fB", is_first ? "" : ",\n");
    add_page_name(out, path, false);
    fm_buf_addz(out, "\\fR(1)");
}

/* The page above, and those below. */
static void add_references(struct fm_buf *out, const struct fm_command *cmd, const char *path)
{
    struct fm_buf other;
    const char *blank = strrchr(path, ' ');
    if (!blank && !cmd->subcommands)
        return;
    fm_buf_init(&other, 512);
    fm_buf_addz(out, ".SH SEE ALSO\n");
    if (blank) {
        fm_buf_add(&other, path, (size_t)(blank - path));
        add_reference(out, fm_buf_str(&other).p, true);
    }
    for (const struct fm_command *c = cmd->subcommands; c && c->name; c++) {
        fm_buf_clear(&other);
        fm_buf_addf(&other, "%s %s", path, c->name);
        add_reference(out, fm_buf_str(&other).p, !blank && c == cmd->subcommands);
    }
    fm_buf_addc(out, '\n');
    fm_buf_release(&other);
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
    add_references(out, cmd, path);
}
