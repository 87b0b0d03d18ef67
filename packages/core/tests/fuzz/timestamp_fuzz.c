/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a time stamp. A stamp that is read lies inside the text, and the cache gives what
 * reading gives. */
#include <stdlib.h>

#include "processing/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_timestamp ts, cached;
    struct fm_timestamp_cache cache = {.len = 0};
    char *copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);
    if (fm_timestamp_read(copy, copy + size, &ts)) {
        if (ts.len == 0 || ts.len > size)
            abort();
        for (int i = 0; i < 2; i++)
            if (!fm_timestamp_read_cached(&cache, copy, copy + size, ts.form, &cached) ||
                cached.t != ts.t || cached.len != ts.len)
                abort();
    }
    free(copy);
    return 0;
}
