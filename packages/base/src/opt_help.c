/* SPDX-License-Identifier: Apache-2.0 */
#include "opt_value.h"

#define WIDTH 80
#define HELP_COLUMN 26

/* Columns of UTF-8 text: one per character; our help has no wide ones. */
static size_t columns(fm_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static void add_spaces(struct fm_buf *out, size_t n)
{
    while (n--)
        fm_buf_addc(out, ' ');
}

/* Adds text word by word; lines after the first start at column `indent`. at: the column where we
 * are. */
static void add_wrapped(struct fm_buf *out, const char *text, size_t indent, size_t at)
{
    fm_str rest = fm_str_c(text), word;
    bool is_first = true;
    while (fm_str_word(&rest, &word)) {
        size_t w = columns(word);
        if (!is_first && at + 1 + w > WIDTH) {
            fm_buf_addc(out, '\n');
            add_spaces(out, indent);
            at = indent;
        } else if (!is_first) {
            fm_buf_addc(out, ' ');
            at++;
        }
        fm_buf_adds(out, word);
        at += w;
        is_first = false;
    }
    fm_buf_addc(out, '\n');
}

/* Paragraphs are separated by an empty line; a paragraph that starts with a space is kept as it is.
 */
static void add_paragraphs(struct fm_buf *out, const char *text)
{
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t len = end ? (size_t)(end - text) : strlen(text);
        fm_buf_addc(out, '\n');
        if (*text == ' ') {
            fm_buf_add(out, text, len);
            fm_buf_addc(out, '\n');
        } else {
            struct fm_buf one;
            fm_buf_init(&one, len);
            fm_buf_add(&one, text, len);
            add_wrapped(out, one.p ? one.p : "", 0, 0);
            fm_buf_release(&one);
        }
        text += len + (end ? 2 : 0);
    }
}

/* One row: what stands left, then the help from HELP_COLUMN on. */
static void add_row(struct fm_buf *out, const char *left, const char *help)
{
    size_t w = columns(fm_str_c(left));
    fm_buf_addz(out, left);
    if (w + 2 > HELP_COLUMN) {
        fm_buf_addc(out, '\n');
        w = 0;
    }
    add_spaces(out, HELP_COLUMN - w);
    add_wrapped(out, help, HELP_COLUMN, HELP_COLUMN);
}

static void add_option(struct fm_buf *out, const struct fm_opt *o)
{
    struct fm_buf left, value;
    fm_buf_init(&left, 1024);
    fm_buf_init(&value, 512);
    if (o->letter)
        fm_buf_addf(&left, "  -%c, --%s", o->letter, o->name);
    else
        fm_buf_addf(&left, "      --%s", o->name);
    if (opt_takes_value(o))
        fm_buf_addf(&left, " %s", opt_placeholder(o, &value));
    add_row(out, left.p, o->help);
    fm_buf_release(&value);
    fm_buf_release(&left);
}

static void add_options(struct fm_buf *out, const struct fm_opt *o)
{
    static const struct fm_opt help = {FM_OPT_TYPE_FLAG, 'h', "help", 0,   NULL,
                                       "show this help", 0,   0,      NULL};
    if (!o || o->type != FM_OPT_TYPE_HEADING)
        fm_buf_addz(out, "\nOptions:\n");
    for (; o && o->type != FM_OPT_TYPE_END; o++)
        if (o->type == FM_OPT_TYPE_HEADING)
            fm_buf_addf(out, "\n%s:\n", o->help);
        else
            add_option(out, o);
    add_option(out, &help);
}

static void add_commands(struct fm_buf *out, const struct fm_command *c)
{
    fm_buf_addz(out, "\nCommands:\n");
    for (; c->name; c++) {
        struct fm_buf left;
        fm_buf_init(&left, 256);
        fm_buf_addf(&left, "  %s", c->name);
        add_row(out, left.p, c->summary);
        fm_buf_release(&left);
    }
}

void fm_opt_help(const struct fm_command *cmd, const char *path, struct fm_buf *out)
{
    fm_buf_addf(out, "usage: %s %s", path, cmd->subcommands ? "COMMAND [OPTION…]" : "[OPTION…]");
    if (cmd->operands)
        fm_buf_addf(out, " %s", cmd->operands);
    fm_buf_addz(out, "\n\n");
    add_wrapped(out, cmd->summary, 0, 0);
    if (cmd->subcommands)
        add_commands(out, cmd->subcommands);
    add_options(out, cmd->opts);
    if (cmd->details)
        add_paragraphs(out, cmd->details);
}
