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
        fm_str fallback = fm_str_sub(text, (size_t)open + 1, (size_t)(close - open) - 1);
        fm_str value = value_of(f, fm_str_cut(&fallback, '|'));
        fm_buf_adds(&out, value.len ? value : fallback);
        text = fm_str_skip(text, (size_t)close + 1);
    }
    fm_buf_adds(&out, text);
    fm_str filled = fm_str_dup(a, fm_buf_str(&out));
    fm_buf_release(&out);
    return filled;
}
