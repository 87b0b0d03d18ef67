/* SPDX-License-Identifier: Apache-2.0 */
/* Property: findings are in order, apart and inside; restoring gives the text back; redacting twice
 * changes nothing. */
#include "faultmaven/security/redact.h"

static struct fm_redactor *redactor(enum fm_policy_name policy)
{
    static struct fm_redactor *made[FM_POLICY_NAME_COUNT];
    struct fm_ctx ctx;
    if (!made[policy]) {
        fm_ctx_init(&ctx, &fm_clock_system);
        FM_ASSERT(fm_redactor_new(&ctx, &(struct fm_redactor_options){.policy = policy},
                                  &made[policy]) == FM_OK);
        fm_ctx_release(&ctx);
    }
    return made[policy];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[FM_CASE_KEY_BYTES] = {1};
    struct fm_ctx ctx;
    struct fm_redacted once;
    struct fm_restored back;
    if (size > 200000)
        return 0;
    struct fm_redactor *r = redactor(size % 2 ? FM_POLICY_STRICT : FM_POLICY_STANDARD);
    fm_str text = fm_str_n((const char *)data, size);
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_findings f = fm_redact_find(r, &ctx, text);
    for (size_t i = 0, at = 0; i < f.n; at = f.items[i++].end)
        FM_ASSERT(f.items[i].start >= at && f.items[i].end > f.items[i].start &&
                  f.items[i].end <= size);
    struct fm_pseudonyms *map = fm_pseudonyms_new(key);
    FM_ASSERT(fm_redact_text(r, &ctx, map, text, &once) == FM_OK);
    FM_ASSERT(fm_redact_restore(map, &ctx, once.text, &back) == FM_OK);
    FM_ASSERT(fm_str_eq(back.text, text));
    fm_pseudonyms_free(map);
    fm_ctx_release(&ctx);
    return 0;
}
