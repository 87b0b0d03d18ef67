/* SPDX-License-Identifier: Apache-2.0 */
/* Kept results with a right checksum and any content. */
#include <stdlib.h>
#include <string.h>

#include "faultmaven/base/hash.h"
#include "faultmaven/core/results.h"
#include "processing/logs/saved.h"

static fm_str stored;

static bool get(struct fm_result_store *s, struct fm_ctx *ctx, fm_str name, fm_str *out)
{
    (void)s;
    (void)ctx;
    (void)name;
    *out = stored;
    return true;
}

static void put(struct fm_result_store *s, struct fm_ctx *ctx, fm_str name, fm_str bytes)
{
    (void)s;
    (void)ctx;
    (void)name;
    (void)bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fm_result_store_ops ops = {.get = get, .put = put};
    struct fm_result_store store = {&ops};
    struct fm_logs_options opt = {.reference = FM_TIME_NONE};
    struct fm_evidence e = {.first = FM_TIME_NONE, .last = FM_TIME_NONE};
    struct fm_incident in;
    struct fm_ctx ctx;
    struct fm_logs *log;
    uint64_t sum = fm_hash64(fm_str_n((const char *)data, size));
    char *copy = malloc(size + sizeof sum);
    char *text = calloc(1, FM_RESULT_INPUT_MIN);
    if (!copy || !text)
        abort();
    memcpy(copy, data, size);
    memcpy(copy + size, &sum, sizeof sum);
    stored = fm_str_n(copy, size + sizeof sum);
    e.bytes = fm_str_n(text, FM_RESULT_INPUT_MIN);
    e.sha256[0] = 'a';
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_incident_init(&in, &ctx, NULL);
    in.results = &store;
    if (fm_logs_restore(&in, &e, &opt, &log) && log->n_templates && !log->templates[0])
        abort();
    fm_ctx_release(&ctx);
    free(copy);
    free(text);
    return 0;
}
