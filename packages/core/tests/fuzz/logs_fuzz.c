/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a log: layout, formats, JSON, logfmt, tables, scanner, groups, end pass. Two
 * properties: every line has a template, and reading in records covers the same lines. */
#include <stdlib.h>

#include "faultmaven/core/logs.h"

struct seen {
    const struct fm_logs *log;
    size_t leaves, records;
};

static void count(void *arg, const uint32_t *leaves, size_t n)
{
    (void)leaves;
    ((struct seen *)arg)->leaves += n;
}

static bool each(void *arg, const struct fm_logs_line *line)
{
    struct seen *s = arg;
    s->records += line->raw.len > 0 || line->place.line > 0;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    struct seen seen = {0};
    /* A copy of exact size, so that reading behind its end is seen. */
    char *copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);
    fm_str text = fm_str_n(copy, size);
    struct fm_logs_options opt = {.reference = FM_TIME_NONE, .on_leaves = count, .arg = &seen};
    struct fm_logs *log;
    fm_ctx_init(&ctx, &fm_clock_system);
    if (fm_logs_read(&ctx, text, &opt, &log) != FM_OK || log->lines != seen.leaves)
        abort();
    for (uint32_t i = 0; i < fm_logs_leaves(log); i++)
        if (!fm_logs_leaf(log, i))
            abort();
    if (fm_logs_each(&ctx, text, &opt, each, &seen) != FM_OK || seen.records > log->lines)
        abort();
    fm_ctx_release(&ctx);
    free(copy);
    return 0;
}
