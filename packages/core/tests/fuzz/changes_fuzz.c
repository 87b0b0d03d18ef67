/* SPDX-License-Identifier: Apache-2.0 */
/* Changes and diffs of any form: every span lies inside the input. */
#include "faultmaven/core/changes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    struct fm_incident in;
    struct fm_change_set set = {0};
    struct fm_evidence e = {.path = FM_STR("changes"), .bytes = fm_str_n((const char *)data, size)};
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_incident_init(&in, &ctx, NULL);
    fm_changes_read(&in, &e, &set);
    fm_vec_each (&set.items, c) {
        fm_span s = (*c)->span;
        if (s.offset > size || s.length > size - s.offset)
            FM_BUG("span outside the input");
        fm_vec_each (&(*c)->diff, f)
            fm_vec_each (&f->hunks, h)
                fm_vec_each (&h->added, line)
                    s = fm_change_line_span(&ctx.arena, *c, *line);
    }
    fm_ctx_release(&ctx);
    return 0;
}
