/* SPDX-License-Identifier: Apache-2.0 */
#include "doc.h"

static struct fm_block *add(struct doc *d, enum fm_block_kind kind, fm_str text)
{
    struct fm_block *b = fm_vec_add(d->a, &d->out->blocks);
    b->kind = kind;
    b->text = text;
    return b;
}

void doc_heading(struct doc *d, int level, const char *text)
{
    add(d, FM_BLOCK_HEADING, fm_str_c(text))->level = level;
}

void doc_text(struct doc *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(d, FM_BLOCK_TEXT, fm_str_vfmt(d->a, fmt, ap));
    va_end(ap);
}

void doc_item(struct doc *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(d, FM_BLOCK_ITEM, fm_str_vfmt(d->a, fmt, ap));
    va_end(ap);
}

void doc_code(struct doc *d, fm_str text)
{
    add(d, FM_BLOCK_CODE, text);
}

void doc_row(struct doc *d, size_t n, const fm_str *cells)
{
    struct fm_block *b = add(d, FM_BLOCK_ROW, FM_STR_NULL);
    for (size_t i = 0; i < n; i++)
        fm_vec_push(d->a, &b->cells, cells[i]);
}

void doc_unknown(struct doc *d, const char *what)
{
    doc_text(d, "Unknown: %s.", what);
}

static bool is_repeat(const struct fm_cites *cites, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (fm_str_eq(cites->items[i].evidence_id, cites->items[at].evidence_id) &&
            cites->items[i].offset == cites->items[at].offset)
            return true;
    return false;
}

void doc_cites(struct doc *d, const struct fm_cites *cites, size_t max)
{
    size_t shown = 0;
    for (size_t i = 0; i < cites->n && shown < max; i++) {
        const struct fm_cite *k = &cites->items[i];
        if (!k->evidence_id.len || is_repeat(cites, i))
            continue;
        shown++;
        if (!k->quote.len) {
            doc_item(d, "Evidence %.*s", FM_STR_ARG(k->evidence_id));
            continue;
        }
        struct fm_block *b = add(d, FM_BLOCK_QUOTE, k->quote);
        b->where = k->line ? fm_str_fmt(d->a, "%.*s, line %lld", FM_STR_ARG(k->evidence_id),
                                        (long long)k->line)
                           : k->evidence_id;
    }
}

fm_str doc_time(struct doc *d, fm_time t)
{
    return t == FM_TIME_NONE ? FM_STR("unknown") : fm_time_str(d->a, t / FM_SEC * FM_SEC);
}

fm_str doc_duration(struct doc *d, int64_t ns)
{
    return ns == INT64_MIN ? FM_STR("unknown") : fm_duration_str(d->a, ns);
}

fm_str doc_or(fm_str s, const char *otherwise)
{
    return s.len ? s : fm_str_c(otherwise);
}
