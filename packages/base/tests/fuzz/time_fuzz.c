/* SPDX-License-Identifier: Apache-2.0 */
/* Properties: a time that is read prints as text that reads as the same time; durations and sizes
 * never overflow. */
#include "faultmaven/base/ctx.h"
#include "faultmaven/base/opt.h"
#include "faultmaven/base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fm_str s = fm_str_n((const char *)data, size);
    fm_time t, back;
    int64_t ns;
    uint64_t bytes;
    if (fm_time_parse(s, &t)) {
        char text[FM_TIME_TEXT_MAX];
        fm_time_format(t, text);
        FM_ASSERT(fm_time_parse(fm_str_c(text), &back) && back == t);
    }
    if (fm_duration_parse(s, &ns)) {
        struct fm_arena a;
        fm_arena_init(&a);
        FM_ASSERT(ns >= 0 && fm_duration_str(&a, ns).len > 0);
        fm_arena_release(&a);
    }
    if (fm_size_parse(s, &bytes))
        FM_ASSERT(size > 0);
    return 0;
}
