/* SPDX-License-Identifier: Apache-2.0 */
/* A report as CommonMark with GitHub tables. Text of the case is escaped: it never becomes markup.
 */
#include "faultmaven/core/report.h"

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* An underscore inside a word is no emphasis. */
static bool is_markup(fm_str s, size_t i)
{
    if (s.p[i] == '_')
        return i == 0 || i + 1 == s.len || !is_alnum(s.p[i - 1]) || !is_alnum(s.p[i + 1]);
    return s.p[i] && strchr("\\`*[]<>#", s.p[i]);
}

static void put_escaped(struct fm_buf *out, fm_str s, bool is_cell)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c == '\n' || c == '\r' || c == '\t')
            fm_buf_addc(out, ' ');
        else if (is_markup(s, i))
            fm_buf_addf(out, "\\%c", c);
        else if (c == '|' && is_cell)
            fm_buf_addz(out, "\\|");
        else if ((unsigned char)c >= 0x20)
            fm_buf_addc(out, c);
    }
}

static void put_code(struct fm_buf *out, fm_str s)
{
    fm_str line;
    while (fm_str_line(&s, &line))
        fm_buf_addf(out, "    %.*s\n", FM_STR_ARG(line));
}

static void put_row(struct fm_buf *out, const struct fm_block *b, bool is_head)
{
    fm_buf_addc(out, '|');
    fm_vec_each (&b->cells, s) {
        fm_buf_addc(out, ' ');
        put_escaped(out, *s, true);
        fm_buf_addz(out, " |");
    }
    fm_buf_addc(out, '\n');
    if (!is_head)
        return;
    fm_buf_addc(out, '|');
    for (size_t i = 0; i < b->cells.n; i++)
        fm_buf_addz(out, " --- |");
    fm_buf_addc(out, '\n');
}

static void put_block(struct fm_buf *out, const struct fm_block *b, bool is_first_of_kind)
{
    switch (b->kind) {
    case FM_BLOCK_HEADING:
        fm_buf_addf(out, "\n%.*s ", b->level, "######");
        put_escaped(out, b->text, false);
        fm_buf_addz(out, "\n");
        return;
    case FM_BLOCK_TEXT:
        fm_buf_addc(out, '\n');
        put_escaped(out, b->text, false);
        fm_buf_addc(out, '\n');
        return;
    case FM_BLOCK_ITEM:
        fm_buf_addz(out, is_first_of_kind ? "\n- " : "- ");
        put_escaped(out, b->text, false);
        fm_buf_addc(out, '\n');
        return;
    case FM_BLOCK_CODE:
        fm_buf_addc(out, '\n');
        put_code(out, b->text);
        return;
    case FM_BLOCK_QUOTE:
        fm_buf_addz(out, is_first_of_kind ? "\n> " : ">\n> ");
        put_escaped(out, b->text, false);
        fm_buf_addf(out, " (%.*s)\n", FM_STR_ARG(b->where));
        return;
    case FM_BLOCK_ROW:
        fm_buf_addz(out, is_first_of_kind ? "\n" : "");
        put_row(out, b, is_first_of_kind);
        return;
    }
}

/* A table with other columns is another table. */
static bool is_new(const struct fm_report_doc *d, size_t i)
{
    if (i == 0 || d->blocks.items[i - 1].kind != d->blocks.items[i].kind)
        return true;
    return d->blocks.items[i].kind == FM_BLOCK_ROW &&
           d->blocks.items[i - 1].cells.n != d->blocks.items[i].cells.n;
}

void fm_report_markdown(const struct fm_report_doc *d, struct fm_buf *out)
{
    fm_buf_addz(out, "# ");
    put_escaped(out, d->title, false);
    fm_buf_addc(out, '\n');
    for (size_t i = 0; i < d->blocks.n; i++)
        put_block(out, &d->blocks.items[i], is_new(d, i));
}
