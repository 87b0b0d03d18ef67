/* SPDX-License-Identifier: Apache-2.0 */
/* The input is one document. Property: every node's bytes lie inside the text and inside its
 * parent's. */
#include "faultmaven/core/document.h"

static bool is_inside(fm_str inner, fm_str outer)
{
    return !inner.p || (inner.p >= outer.p && inner.p + inner.len <= outer.p + outer.len);
}

static void check(const struct fm_node *n, fm_str text)
{
    FM_ASSERT(is_inside(n->source, text));
    FM_ASSERT(is_inside(n->pair, text));
    fm_node_each (n, child)
        check(child, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fm_str text = fm_str_n((const char *)data, size);
    struct fm_ctx ctx;
    struct fm_node *root = NULL;
    bool is_truncated;
    fm_str problem;
    fm_ctx_init(&ctx, &fm_clock_system);
    if (fm_document_json(&ctx, text, &root, &is_truncated) == FM_OK)
        check(root, text);
    if (fm_document_yaml(&ctx, text, &root, &problem) == FM_OK)
        check(root, text);
    fm_ctx_release(&ctx);
    return 0;
}
