/* SPDX-License-Identifier: Apache-2.0 */
/* Signature YAML, its patterns and its examples: any text is refused or works. */
#include "faultmaven/core/signatures.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    struct fm_signature_problems problems = {0};
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_signature_set *set = fm_signatures_new(&ctx);
    if (fm_signatures_add(set, FM_STR("fuzz"), fm_str_n((const char *)data, size)) == FM_OK &&
        fm_signatures_lint(set, &problems) != FM_OK)
        FM_BUG("lint failed: %s", ctx.error);
    fm_ctx_release(&ctx);
    return 0;
}
