/* SPDX-License-Identifier: Apache-2.0 */
/* Proposals and events from anywhere: never a crash, and what was read writes to a fixed point. */
#include "faultmaven/models/proposal.h"

static fm_str text_of(struct fm_ctx *ctx, const struct fm_proposal *p)
{
    struct fm_buf b;
    fm_buf_init(&b, 64 << 20);
    fm_proposal_write(p, &b);
    fm_str s = fm_str_dup(&ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    yyjson_val *v;
    struct fm_proposal p;
    struct fm_event e;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_str text = fm_str_n((const char *)data, size);
    if (fm_json_read(&ctx, text, &v) == FM_OK) {
        if (fm_event_read(&ctx, v, &e) == FM_OK) {
            struct fm_case *c = fm_case_new(&ctx.arena);
            (void)!fm_case_apply(&ctx, c, &e);
        }
        fm_ctx_clear_error(&ctx);
        if (fm_proposal_read(&ctx, v, &p) == FM_OK) {
            fm_str once = text_of(&ctx, &p);
            bool is_whole = true;
            fm_vec_each (&p.changes, k)
                is_whole &= k->defect.len == 0;
            if (is_whole &&
                (fm_json_read(&ctx, once, &v) != FM_OK || fm_proposal_read(&ctx, v, &p) != FM_OK ||
                 !fm_str_eq(once, text_of(&ctx, &p))))
                FM_BUG("a proposal is no fixed point: %.*s", FM_STR_ARG(once));
        }
    }
    fm_ctx_release(&ctx);
    return 0;
}
