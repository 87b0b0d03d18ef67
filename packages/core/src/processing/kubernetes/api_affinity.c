/* SPDX-License-Identifier: Apache-2.0 */
/* Affinity in API form (kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node). */
#include "readers.h"

static void read_expression(const struct fm_origin *from, struct fm_affinity *a,
                            const struct fm_node *n)
{
    struct fm_expression *e = fm_vec_add(fm_set_arena(from->set), &a->expressions);
    e->key = fm_node_str(n, "key");
    e->op = fm_node_str(n, "operator");
    e->span = fm_set_span(from, n->source);
    fm_node_each (fm_node_at(n, "values"), v)
        fm_vec_push(fm_set_arena(from->set), &e->values, v->text);
}

static void read_label(const struct fm_origin *from, struct fm_affinity *a, const struct fm_node *n)
{
    struct fm_expression *e = fm_vec_add(fm_set_arena(from->set), &a->expressions);
    e->key = n->key;
    e->op = FM_STR("In");
    e->span = fm_set_span(from, n->pair);
    fm_vec_push(fm_set_arena(from->set), &e->values, n->text);
}

static void read_term(const struct fm_origin *from, struct fm_pod_spec *spec,
                      const struct fm_node *n, int kind)
{
    struct fm_affinity *a = fm_vec_add(fm_set_arena(from->set), &spec->affinity);
    a->kind = kind;
    a->is_required = true;
    a->topology_key = fm_node_str(n, "topologyKey");
    a->span = fm_set_span(from, n->source);
    const struct fm_node *selector = kind == FM_AFFINITY_NODE ? n : fm_node_at(n, "labelSelector");
    fm_node_each (fm_node_at(selector, "matchExpressions"), e)
        read_expression(from, a, e);
    fm_node_each (fm_node_at(selector, "matchLabels"), e)
        read_label(from, a, e);
}

/* Only required terms can keep a pod from being placed. */
void fm_read_api_affinity(const struct fm_origin *from, struct fm_pod_spec *spec,
                          const struct fm_node *n)
{
    static const struct {
        const char *path;
        int kind;
    } lists[] = {
        {"nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
         FM_AFFINITY_NODE},
        {"podAffinity.requiredDuringSchedulingIgnoredDuringExecution", FM_AFFINITY_POD},
        {"podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution", FM_AFFINITY_ANTI_POD},
    };
    if (!n)
        return;
    spec->affinity.n = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        fm_node_each (fm_node_at(n, lists[i].path), term)
            read_term(from, spec, term, lists[i].kind);
}
