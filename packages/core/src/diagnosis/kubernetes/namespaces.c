/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that are to be applied to a namespace that does not exist: mostly a name that is nearly
 * one that does. */
#include "kube.h"

static const struct fm_object *nearest(const struct fm_kube *k, fm_str name)
{
    const struct fm_object *best = NULL;
    enum fm_near nearness = FM_NEAR_NONE;
    fm_vec_each (&k->s->objects, o) {
        enum fm_near d = (*o)->kind == FM_OBJECT_NAMESPACE && (*o)->is_live
                             ? fm_kube_near((*o)->name, name)
                             : FM_NEAR_NONE;
        if (d > nearness && d != FM_NEAR_EXACT) {
            nearness = d;
            best = *o;
        }
    }
    return best;
}

/* Somebody who only asked for the namespace has not applied anything: a deployer's message is
 * needed. */
static bool is_applied(const struct fm_kube *k, const struct fm_absence *a)
{
    fm_str text =
        fm_str_sub(k->h->in->inputs.items[a->span.evidence]->bytes, a->span.offset, a->span.length);
    return fm_str_has(text, FM_STR("failed to apply")) ||
           fm_str_has(text, FM_STR("failed to create")) ||
           fm_str_has(text, FM_STR("error when creating"));
}

void fm_kube_rules_namespaces(struct fm_kube *k)
{
    fm_vec_each (&k->s->absences, a) {
        if (a->kind != FM_OBJECT_NAMESPACE || !is_applied(k, a))
            continue;
        const struct fm_object *near = nearest(k, a->name);
        struct fm_cause *c = fm_kube_assert(
            k,
            &(struct fm_kube_claim){
                .kind = FM_ENTITY_NAMESPACE,
                .name = a->name,
                .fault = FM_FAULT_CHANGE_BAD_CONFIG,
                .strength = near ? 0.90 : 0.80,
                .rule = "kubernetes.namespace",
                .statement =
                    near
                        ? fm_kube_text(k,
                                       "Objects are applied to namespace \"%.*s\", which does not "
                                       "exist; the existing one is \"%.*s\".",
                                       FM_STR_ARG(a->name), FM_STR_ARG(near->name))
                        : fm_kube_text(
                              k, "Objects are applied to namespace \"%.*s\", which does not exist.",
                              FM_STR_ARG(a->name)),
                .mechanism = FM_STR("The API server creates nothing in a namespace that is not "
                                    "there, so the deployment stays incomplete and out of sync."),
                .location = FM_STR("metadata.namespace"),
                .ask = FM_STR("Which manifest names this namespace?"),
                .command = FM_STR("kubectl get namespaces"),
            });
        fm_kube_cite(k, c, a->span, "the deployer does not find namespace %.*s",
                     FM_STR_ARG(a->name));
        if (near)
            fm_kube_cite(k, c, near->span, "namespace %.*s exists", FM_STR_ARG(near->name));
        fm_kube_action(k, c, "Correct the namespace in the manifest, or create it.", FM_STR_NULL,
                       "objects move to another namespace");
    }
}
