/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of models: whatever comes, reading ends, and text that is no object never yields changes.
 */
#include <stdlib.h>

#include "faultmaven/core/llm_reasoner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    struct fm_reply r;
    struct fm_proposal p;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_reply_read(&ctx, fm_str_n((const char *)data, size), &r);
    if (r.form == FM_REPLY_PROSE && r.root)
        abort();
    if (r.root && !yyjson_is_obj(r.root))
        abort();
    if (r.root && fm_json_get(r.root, "changes") && fm_proposal_read(&ctx, r.root, &p) == FM_OK &&
        p.changes.n > FM_PROPOSAL_CHANGES_MAX)
        abort();
    fm_ctx_release(&ctx);
    return 0;
}
