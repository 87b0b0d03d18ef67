/* SPDX-License-Identifier: Apache-2.0 */
/* Property: text that is read can be written, and what is written reads back as the same value. */
#include "faultmaven/base/json.h"

static yyjson_mut_val *copy(struct fm_ctx *ctx, yyjson_val *v, yyjson_mut_doc **d)
{
    *d = fm_json_new(&ctx->arena);
    return yyjson_val_mut_copy(*d, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    yyjson_val *v, *back;
    fm_ctx_init(&ctx, &fm_clock_system);
    if (fm_json_read(&ctx, fm_str_n((const char *)data, size), &v) == FM_OK) {
        yyjson_mut_doc *d;
        yyjson_mut_val *m = copy(&ctx, v, &d);
        struct fm_buf out;
        fm_buf_init(&out, 64u << 20);
        FM_ASSERT(fm_json_write(&ctx, d, m, size % 2, &out) == FM_OK);
        FM_ASSERT(fm_json_read(&ctx, fm_buf_str(&out), &back) == FM_OK);
        FM_ASSERT(yyjson_equals(v, back));
        fm_buf_release(&out);
    } else {
        FM_ASSERT(ctx.error[0]);
    }
    /* Any bytes can be written as a string. */
    yyjson_mut_doc *d = fm_json_new(&ctx.arena);
    struct fm_buf out;
    fm_buf_init(&out, 64u << 20);
    FM_ASSERT(fm_json_write(&ctx, d, fm_json_mut_str(d, fm_str_n((const char *)data, size)), false,
                            &out) == FM_OK);
    FM_ASSERT(fm_str_is_utf8(fm_buf_str(&out)));
    fm_buf_release(&out);
    fm_ctx_release(&ctx);
    return 0;
}
