/* SPDX-License-Identifier: Apache-2.0 */
/* Property: restore accepts every text, changes nothing but placeholders, and ends. */
#include "faultmaven/security/redact.h"

static struct fm_pseudonyms *map_with_values(struct fm_ctx *ctx)
{
    static const uint8_t key[FM_CASE_KEY_BYTES] = {1};
    struct fm_redactor *r;
    struct fm_redacted out;
    struct fm_pseudonyms *m = fm_pseudonyms_new(key);
    FM_ASSERT(fm_redactor_new(ctx, &(struct fm_redactor_options){.policy = FM_POLICY_STANDARD},
                              &r) == FM_OK);
    FM_ASSERT(fm_redact_text(r, ctx, m, FM_STR("joe@example.org 8.8.8.8 user=jane"), &out) ==
              FM_OK);
    fm_redactor_free(r);
    return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fm_pseudonyms *map;
    struct fm_ctx ctx;
    struct fm_restored out;
    fm_ctx_init(&ctx, &fm_clock_system);
    if (!map)
        map = map_with_values(&ctx);
    fm_str text = fm_str_n((const char *)data, size);
    FM_ASSERT(fm_redact_restore(map, &ctx, text, &out) == FM_OK);
    FM_ASSERT(out.n_restored || fm_str_eq(out.text, text));
    fm_ctx_release(&ctx);
    return 0;
}
