/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars of JSON documents as facts. List indices stay out of the path, so that a signature can
 * name it. */
#include "collect.h"

#define FIELDS_MAX 3000 /* of one document */
#define PATH_MAX_BYTES 160

struct walker {
    struct fm_incident *in;
    const struct fm_evidence *evidence;
    struct fm_facts *out;
    unsigned n;
    fm_entity_id entity;
};

static void add_field(struct walker *w, const struct fm_node *n, fm_str path)
{
    struct fm_fact f = {.source = FM_FACT_FIELD,
                        .is_baseline = w->evidence->is_baseline,
                        .entity = w->entity,
                        .evidence = w->evidence->index,
                        .begin = FM_TIME_NONE,
                        .end = FM_TIME_NONE,
                        .count = 1};
    f.text = fm_str_fmt(&w->in->ctx->arena, "%.*s: %.*s", FM_STR_ARG(path),
                        FM_STR_ARG(fm_str_sub(n->text, 0, 1000)));
    f.span = fm_quote(w->evidence, n->pair, FM_QUOTE_MAX);
    w->n++;
    fm_facts_add(w->in, w->out, &f);
}

/* The tree is at most FM_DOCUMENT_DEPTH_MAX deep. */
static void walk(struct walker *w, const struct fm_node *n, fm_str path)
{
    if (w->n >= FIELDS_MAX || path.len > PATH_MAX_BYTES)
        return;
    if (n->kind != FM_NODE_MAP && n->kind != FM_NODE_LIST) {
        if (n->kind != FM_NODE_NULL && n->kind != FM_NODE_ALIAS)
            add_field(w, n, path);
        return;
    }
    fm_node_each (n, child) {
        fm_str below = path;
        if (child->key.len)
            below = fm_str_fmt(&w->in->ctx->arena, "%.*s%s%.*s", FM_STR_ARG(path),
                               path.len ? "." : "", FM_STR_ARG(child->key));
        walk(w, child, below);
    }
}

void fm_facts_collect_fields(struct fm_incident *in, const struct fm_evidence *e,
                             struct fm_facts *out)
{
    struct fm_node *root = NULL;
    bool is_truncated = false;
    fm_str problem = FM_STR_NULL;
    bool is_json = fm_str_ends(e->format, FM_STR("json"));
    enum fm_code code = is_json ? fm_document_json(in->ctx, e->bytes, &root, &is_truncated)
                                : fm_document_yaml(in->ctx, e->bytes, &root, &problem);
    if (code != FM_OK || !root) {
        fm_ctx_clear_error(in->ctx);
        return;
    }
    struct walker w = {.in = in, .evidence = e, .out = out, .entity = FM_ENTITY_NONE};
    fm_facts_collect_messages(in, e, root, out);
    walk(&w, root, FM_STR_NULL);
}
