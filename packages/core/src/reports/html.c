/* SPDX-License-Identifier: Apache-2.0 */
/* A report as one HTML file: no script, no network, prints well. Every text of the case is escaped.
 */
#include "faultmaven/core/report.h"

static const char head[] =
    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<style>\n:root{color-scheme:light dark;--text:#1a1a1a;--page:#fff;--soft:#f5f5f5;--line:#ccc;"
    "--faint:#555}\n"
    "@media(prefers-color-scheme:dark){:root{--text:#e4e4e4;--page:#161616;--soft:#242424;"
    "--line:#4a4a4a;--faint:#aaa}}\n"
    "@media print{:root{--text:#000;--page:#fff;--soft:#f5f5f5;--line:#999;--faint:#444}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
    "1rem;color:var(--text);background:var(--page)}\n"
    "h1{line-height:1.2}h2{border-bottom:1px solid var(--line);margin-top:2rem}\n"
    ".table{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;width:100%}\n"
    "td,th{border:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:break-word;min-width:4rem}.word{white-space:nowrap}th{background:var(--soft)}\n"
    "blockquote{margin:.5rem 0;border-left:3px solid #888;padding:.2rem "
    ".8rem;background:var(--soft)}\n"
    "blockquote code,pre{white-space:pre-wrap;overflow-wrap:anywhere}\n"
    "cite{color:var(--faint);font-size:.85em}pre{background:var(--soft);padding:.6rem}\n"
    "</style>\n";

static void put_tagged(struct fm_buf *out, const char *tag, fm_str s)
{
    fm_buf_addf(out, "<%s>", tag);
    fm_buf_add_html(out, s);
    fm_buf_addf(out, "</%s>\n", tag);
}

/* Ids, times and single words stay on one line. */
static bool is_word(fm_str s)
{
    return s.len <= 30 && !memchr(s.p ? s.p : "", ' ', s.len);
}

static void put_cell(struct fm_buf *out, fm_str s)
{
    fm_buf_addz(out, is_word(s) ? "<td class=\"word\">" : "<td>");
    fm_buf_add_html(out, s);
    fm_buf_addz(out, "</td>\n");
}

static void put_row(struct fm_buf *out, const struct fm_block *b, bool is_head)
{
    fm_buf_addz(out, "<tr>");
    fm_vec_each (&b->cells, s)
        if (is_head)
            put_tagged(out, "th", *s);
        else
            put_cell(out, *s);
    fm_buf_addz(out, "</tr>\n");
}

static void put_quote(struct fm_buf *out, const struct fm_block *b)
{
    fm_buf_addz(out, "<blockquote><code>");
    fm_buf_add_html(out, b->text);
    fm_buf_addz(out, "</code> <cite>");
    fm_buf_add_html(out, b->where);
    fm_buf_addz(out, "</cite></blockquote>\n");
}

static void put_block(struct fm_buf *out, const struct fm_block *b, bool is_first)
{
    switch (b->kind) {
    case FM_BLOCK_HEADING:
        put_tagged(out, b->level == 2 ? "h2" : "h3", b->text);
        return;
    case FM_BLOCK_TEXT:
        put_tagged(out, "p", b->text);
        return;
    case FM_BLOCK_ITEM:
        fm_buf_addz(out, is_first ? "<ul>\n" : "");
        put_tagged(out, "li", b->text);
        return;
    case FM_BLOCK_CODE:
        put_tagged(out, "pre", b->text);
        return;
    case FM_BLOCK_QUOTE:
        put_quote(out, b);
        return;
    case FM_BLOCK_ROW:
        fm_buf_addz(out, is_first ? "<div class=\"table\"><table>\n" : "");
        put_row(out, b, is_first);
        return;
    }
}

static bool is_same_group(const struct fm_block *a, const struct fm_block *b)
{
    return a->kind == b->kind && (a->kind != FM_BLOCK_ROW || a->cells.n == b->cells.n);
}

void fm_report_html(const struct fm_report_doc *d, struct fm_buf *out)
{
    fm_buf_addz(out, "<!doctype html>\n<html lang=\"en\">\n");
    fm_buf_addz(out, head);
    put_tagged(out, "title", d->title);
    put_tagged(out, "h1", d->title);
    for (size_t i = 0; i < d->blocks.n; i++) {
        const struct fm_block *b = &d->blocks.items[i];
        put_block(out, b, i == 0 || !is_same_group(b - 1, b));
        bool is_last = i + 1 == d->blocks.n || !is_same_group(b, b + 1);
        if (is_last && b->kind == FM_BLOCK_ITEM)
            fm_buf_addz(out, "</ul>\n");
        else if (is_last && b->kind == FM_BLOCK_ROW)
            fm_buf_addz(out, "</table></div>\n");
    }
    fm_buf_addz(out, "</html>\n");
}
