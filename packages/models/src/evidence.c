/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/evidence.h"

#include "faultmaven/base/ctx.h"

static void build_marks(struct fm_arena *a, struct fm_evidence *e)
{
    FM_VEC(uint64_t) marks = {0};
    uint64_t lines = 0;
    fm_vec_push(a, &marks, 0);
    for (ptrdiff_t at = 0; (at = fm_str_chr(e->bytes, '\n', (size_t)at)) >= 0; at++)
        if (++lines % FM_LINE_STEP == 0)
            fm_vec_push(a, &marks, (uint64_t)at + 1);
    e->line_marks = marks.items;
    e->n_line_marks = marks.n;
}

/* Index of the last mark that is not behind offset. */
static size_t find_mark(const struct fm_evidence *e, uint64_t offset)
{
    size_t lo = 0, hi = e->n_line_marks;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (e->line_marks[mid] <= offset)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

uint64_t fm_evidence_line(struct fm_arena *a, struct fm_evidence *e, uint64_t offset)
{
    if (!e->line_marks)
        build_marks(a, e);
    size_t mark = find_mark(e, offset);
    uint64_t line = (uint64_t)mark * FM_LINE_STEP + 1;
    fm_str before = fm_str_sub(e->bytes, 0, offset);
    for (ptrdiff_t at = (ptrdiff_t)e->line_marks[mark];
         (at = fm_str_chr(before, '\n', (size_t)at)) >= 0; at++)
        line++;
    return line;
}

fm_span fm_evidence_line_span(const struct fm_evidence *e, uint64_t offset)
{
    FM_ASSERT(offset <= e->bytes.len);
    ptrdiff_t start = fm_str_rchr(fm_str_sub(e->bytes, 0, offset), '\n') + 1;
    ptrdiff_t end = fm_str_chr(e->bytes, '\n', offset);
    size_t stop = end < 0 ? e->bytes.len : (size_t)end;
    if (stop > (size_t)start && e->bytes.p[stop - 1] == '\r')
        stop--;
    return fm_span_of(e, fm_str_sub(e->bytes, (size_t)start, stop - (size_t)start));
}

fm_span fm_span_of(const struct fm_evidence *e, fm_str piece)
{
    FM_ASSERT(piece.p >= e->bytes.p && piece.p + piece.len <= e->bytes.p + e->bytes.len);
    size_t len = piece.len < UINT32_MAX ? piece.len : UINT32_MAX;
    return (fm_span){
        .offset = (uint64_t)(piece.p - e->bytes.p), .length = (uint32_t)len, .evidence = e->index};
}
