/* SPDX-License-Identifier: Apache-2.0 */
#include "document_tree.h"

enum fm_code fm_tree_add(struct fm_tree *t, struct fm_node *parent, struct fm_node **out)
{
    if (t->n_nodes >= FM_DOCUMENT_NODES_MAX)
        return fm_fail(t->ctx, FM_ELIMIT, "the document has more than %d values; split it",
                       FM_DOCUMENT_NODES_MAX);
    if (t->n_nodes % 65536 == 0)
        FM_TRY(fm_ctx_check(t->ctx));
    t->n_nodes++;
    *out = FM_NEW(&t->ctx->arena, struct fm_node);
    (*out)->parent = parent;
    return FM_OK;
}

void fm_tree_link(struct fm_node *parent, struct fm_node *last, struct fm_node *child)
{
    if (last)
        last->next = child;
    else
        parent->first_child = child;
    parent->n_children++;
}

const struct fm_node *fm_node_member(const struct fm_node *n, fm_str key)
{
    if (!n || n->kind != FM_NODE_MAP)
        return NULL;
    fm_node_each (n, c)
        if (fm_str_eq(c->key, key))
            return c;
    return NULL;
}

static const struct fm_node *item(const struct fm_node *n, fm_str index)
{
    uint64_t i;
    if (!fm_str_u64(index, &i) || i >= n->n_children)
        return NULL;
    const struct fm_node *c = n->first_child;
    while (c && i--)
        c = c->next;
    return c;
}

const struct fm_node *fm_node_at(const struct fm_node *n, const char *path)
{
    fm_str rest = fm_str_c(path);
    while (n && rest.len) {
        fm_str step = fm_str_cut(&rest, '.');
        n = n->kind == FM_NODE_LIST ? item(n, step) : fm_node_member(n, step);
    }
    return n;
}

fm_str fm_node_str(const struct fm_node *n, const char *path)
{
    n = fm_node_at(n, path);
    if (!n || n->kind == FM_NODE_NULL || n->kind == FM_NODE_ALIAS)
        return FM_STR_NULL;
    return n->text;
}

fm_str fm_node_first_of(const struct fm_node *n, const char *const *paths)
{
    for (; *paths; paths++) {
        fm_str s = fm_node_str(n, *paths);
        if (s.len)
            return s;
    }
    return FM_STR_NULL;
}
