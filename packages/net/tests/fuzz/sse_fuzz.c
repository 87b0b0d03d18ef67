/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte picks the size of the pieces; the events must not depend on it. */
#include <stdlib.h>

#include "faultmaven/net/sse.h"

static void note_event(void *arg, const struct fm_sse_event *e)
{
    fm_buf_addf(arg, "[%zu.%zu.%zu]", e->type.len, e->data.len, e->id.len);
}

static void note_line(void *arg, fm_str line)
{
    fm_buf_addf(arg, "<%zu>", line.len);
}

static void run(fm_str text, size_t step, struct fm_buf *out)
{
    struct fm_sse s;
    struct fm_lines l;
    fm_sse_init(&s, 1 << 20, note_event, out);
    fm_lines_init(&l, 1 << 20, note_line, out);
    for (fm_str rest = text; rest.len; rest = fm_str_skip(rest, step))
        if (!fm_sse_feed(&s, fm_str_sub(rest, 0, step)))
            break;
    fm_sse_finish(&s);
    for (fm_str rest = text; rest.len; rest = fm_str_skip(rest, step))
        if (!fm_lines_feed(&l, fm_str_sub(rest, 0, step)))
            break;
    fm_lines_finish(&l);
    fm_sse_release(&s);
    fm_lines_release(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_buf whole, pieces;
    if (size == 0)
        return 0;
    fm_buf_init(&whole, 1 << 22);
    fm_buf_init(&pieces, 1 << 22);
    fm_str text = fm_str_n((const char *)data + 1, size - 1);
    run(text, size, &whole);
    run(text, data[0] % 17 + 1, &pieces);
    if (!fm_str_eq(fm_buf_str(&whole), fm_buf_str(&pieces)))
        abort();
    fm_buf_release(&whole);
    fm_buf_release(&pieces);
    return 0;
}
