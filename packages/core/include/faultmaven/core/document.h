/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON and YAML as one tree in which every node knows its bytes in the source.
 *
 * Used for objects, configuration, alerts, commits: whatever must be cited field by field. Bulk
 * data (log lines, series, spans) have scanners of their own. Depth and node count are limited
 * before allocation. Aliases of YAML are not followed (a node of kind ALIAS), so that a small text
 * cannot become a large tree. JSON is parsed leniently at the end: a truncated text gives the tree
 * read so far and *is_truncated.
 */
#ifndef FAULTMAVEN_CORE_DOCUMENT_H
#define FAULTMAVEN_CORE_DOCUMENT_H

#include "faultmaven/base/ctx.h"

enum fm_node_kind {
    FM_NODE_NULL,
    FM_NODE_BOOL,
    FM_NODE_NUMBER,
    FM_NODE_STRING,
    FM_NODE_LIST,
    FM_NODE_MAP,
    FM_NODE_ALIAS
};

struct fm_node {
    enum fm_node_kind kind;
    fm_str key;    /* decoded member name; "" in lists and for the root */
    fm_str text;   /* decoded scalar: string, or number/bool as written */
    fm_str source; /* the node's bytes in the source, key excluded */
    fm_str pair;   /* key and value together, for citing; source when there is no key */
    double number; /* of FM_NODE_NUMBER; 1/0 of FM_NODE_BOOL */
    struct fm_node *first_child, *next, *parent;
    uint32_t n_children;
};

#define FM_DOCUMENT_DEPTH_MAX 96
#define FM_DOCUMENT_NODES_MAX 4000000

/* The whole of text is one JSON value. FM_EINVAL: not JSON; the message has line and column. */
FM_MUST_CHECK enum fm_code fm_document_json(struct fm_ctx *ctx, fm_str text, struct fm_node **root,
                                            bool *is_truncated);

/* One or more YAML documents: root is a list of their roots. A damaged document ends the list;
 * *problem says why ("" if none). */
FM_MUST_CHECK enum fm_code fm_document_yaml(struct fm_ctx *ctx, fm_str text, struct fm_node **root,
                                            fm_str *problem);

/* NULL-safe navigation: the member or item, or NULL. path is "spec.containers.0.image"; a key with
 * dots needs _member. */
const struct fm_node *fm_node_member(const struct fm_node *n, fm_str key);
const struct fm_node *fm_node_at(const struct fm_node *n, const char *path);
fm_str fm_node_str(const struct fm_node *n, const char *path); /* text of the scalar there, or "" */

/* The text at the first path that has one, or "". The list ends with NULL. */
fm_str fm_node_first_of(const struct fm_node *n, const char *const *paths);
#define fm_node_first(n, ...) fm_node_first_of((n), (const char *const[]){__VA_ARGS__, NULL})

#define fm_node_each(n, it)                                                                        \
    for (const struct fm_node *it = (n) ? (n)->first_child : NULL; it; it = it->next)

#endif
