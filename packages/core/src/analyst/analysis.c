/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis.h"

fm_str analysis_cut(struct fm_arena *a, fm_str s, size_t max)
{
    if (s.len <= max)
        return s;
    size_t n = max - 3;
    while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return fm_str_fmt(a, "%.*s\xE2\x80\xA6", (int)n, s.p);
}

bool analysis_cite(struct analysis *x, fm_span span, struct fm_cite *out)
{
    if (span.length == 0 || span.evidence >= x->d->inputs.n || !x->ids[span.evidence].len)
        return false;
    struct fm_evidence *e = x->d->inputs.items[span.evidence];
    fm_str bytes = fm_str_sub(e->bytes, span.offset, span.length);
    *out = (struct fm_cite){.evidence_id = x->ids[span.evidence],
                            .offset = (int64_t)span.offset,
                            .length = (int64_t)span.length,
                            .line = (int64_t)fm_evidence_line(x->a, e, span.offset)};
    bool is_quotable = bytes.len == span.length && bytes.len <= 1000 && fm_str_is_utf8(bytes) &&
                       !memchr(bytes.p, '\0', bytes.len);
    if (is_quotable)
        out->quote = bytes;
    return true;
}

void analysis_add_cite(struct analysis *x, fm_span span, struct fm_cites *cites, size_t max)
{
    struct fm_cite k;
    if (cites->n >= max || !analysis_cite(x, span, &k))
        return;
    fm_vec_each (cites, old)
        if (fm_str_eq(old->evidence_id, k.evidence_id) && old->offset == k.offset)
            return;
    fm_vec_push(x->a, cites, k);
}

void analysis_add_claims(struct analysis *x, const struct fm_claims *claims, struct fm_cites *cites,
                         size_t max)
{
    fm_vec_each (claims, c)
        analysis_add_cite(x, c->span, cites, max);
}
