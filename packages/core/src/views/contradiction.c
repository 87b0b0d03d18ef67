/* SPDX-License-Identifier: Apache-2.0 */
#include "views/contradiction.h"

static fm_str place(struct fm_arena *a, const struct fm_diagnosis *d, fm_span s)
{
    if (s.evidence >= d->inputs.n)
        return FM_STR("another input");
    struct fm_evidence *e = d->inputs.items[s.evidence];
    return fm_str_fmt(a, "%.*s:%llu", FM_STR_ARG(e->path),
                      (unsigned long long)fm_evidence_line(a, e, s.offset));
}

fm_str fm_view_contradiction(struct fm_arena *a, const struct fm_diagnosis *d,
                             const struct fm_contradiction *c)
{
    return fm_str_fmt(a,
                      "%.*s, %.*s: %.*s says %.*s, %.*s says %.*s; the first was used, because "
                      "%.*s",
                      FM_STR_ARG(c->object), FM_STR_ARG(c->field),
                      FM_STR_ARG(place(a, d, c->used_span)), FM_STR_ARG(fm_str_sub(c->used, 0, 80)),
                      FM_STR_ARG(place(a, d, c->other_span)),
                      FM_STR_ARG(fm_str_sub(c->other, 0, 80)), FM_STR_ARG(c->why));
}
