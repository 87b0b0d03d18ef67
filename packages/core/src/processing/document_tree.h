/* SPDX-License-Identifier: Apache-2.0 */
/* Building fm_node trees within the limits of document.h; shared by the JSON, YAML and describe
 * readers. */
#ifndef FAULTMAVEN_CORE_DOCUMENT_TREE_H
#define FAULTMAVEN_CORE_DOCUMENT_TREE_H

#include "faultmaven/core/document.h"

struct fm_tree {
    struct fm_ctx *ctx;
    size_t n_nodes;
};

/* A zeroed node below parent, not yet linked. FM_ELIMIT at FM_DOCUMENT_NODES_MAX. */
FM_MUST_CHECK enum fm_code fm_tree_add(struct fm_tree *t, struct fm_node *parent,
                                       struct fm_node **out);

/* Appends child; last is the present last child, NULL for the first. */
void fm_tree_link(struct fm_node *parent, struct fm_node *last, struct fm_node *child);

#endif
