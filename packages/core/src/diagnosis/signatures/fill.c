/* SPDX-License-Identifier: Apache-2.0 */
#include "fill.h"

#define FILLED_MAX 4000

static fm_str value_of(const struct fm_filling *f, fm_str name)
{
    if (fm_str_eqc(name, "entity"))
        return f->entity;
    if (fm_str_eqc(name, "count"))
        return f->count;
    for (unsigned i = 0; i < f->match->n_captures; i++)
        if (fm_str_eq(f->match->captures[i].name, name))
            return f->match->captures[i].value;
    return fm_str_eqc(name, "peer") ? f->peer : FM_STR_NULL;
}

/* What stands between the braces: "name", "name|words" or "name? text with %". */
static void add_placeholder(struct fm_buf *out, fm_str inside, const struct fm_filling *f)
{
    size_t n = 0;
    while (n < inside.len && inside.p[n] != '|' && inside.p[n] != '?')
        n++;
    fm_str value = value_of(f, fm_str_sub(inside, 0, n)), rest = fm_str_skip(inside, n + 1);
    if (n == inside.len || inside.p[n] == '|') {
        fm_buf_adds(out, value.len ? value : rest);
        return;
    }
    for (size_t i = 0; value.len && i < rest.len; i++)
        if (rest.p[i] == '%')
            fm_buf_adds(out, value);
        else
            fm_buf_addc(out, rest.p[i]);
}

fm_str fm_fill(struct fm_arena *a, fm_str text, const struct fm_filling *f)
{
    struct fm_buf out;
    fm_buf_init(&out, FILLED_MAX);
    while (text.len) {
        ptrdiff_t open = fm_str_chr(text, '{', 0),
                  close = open < 0 ? -1 : fm_str_chr(text, '}', (size_t)open);
        if (close < 0)
            break;
        fm_buf_adds(&out, fm_str_sub(text, 0, (size_t)open));
        add_placeholder(&out, fm_str_sub(text, (size_t)open + 1, (size_t)(close - open) - 1), f);
        text = fm_str_skip(text, (size_t)close + 1);
    }
    fm_buf_adds(&out, text);
    fm_str filled = fm_str_dup(a, fm_buf_str(&out));
    fm_buf_release(&out);
    return filled;
}
