/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/evaluation.h"

enum fm_code fm_eval_case_read(struct fm_ctx *ctx, fm_str yaml, struct fm_eval_case *out)
{
    struct fm_node *documents;
    fm_str problem;
    FM_TRY(fm_document_yaml(ctx, yaml, &documents, &problem));
    const struct fm_node *root = documents->first_child;
    if (problem.len || !root || root->kind != FM_NODE_MAP)
        return fm_fail(ctx, FM_EINVAL, "case.yaml is not a YAML mapping%s%.*s",
                       problem.len ? ": " : "", FM_STR_ARG(problem));
    struct fm_eval_case c = {
        .id = fm_node_str(root, "id"),
        .source = fm_node_str(root, "source"),
        .question = fm_node_str(root, "question"),
        .at = fm_node_str(root, "at"),
        .baseline = fm_node_str(root, "baseline"),
        .expect = fm_node_at(root, "expect"),
    };
    if (!c.id.len || !c.expect)
        return fm_fail(ctx, FM_EINVAL, "case.yaml needs the keys id and expect");
    *out = c;
    return FM_OK;
}
