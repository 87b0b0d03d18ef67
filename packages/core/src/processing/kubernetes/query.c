/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/objects.h"

/* Owner references may be cyclic in damaged or hostile input. */
#define OWNERS_MAX 8

const struct fm_pair *fm_pairs_get(const struct fm_pairs *p, fm_str key)
{
    fm_vec_each (p, it)
        if (fm_str_eq(it->key, key))
            return it;
    return NULL;
}

const struct fm_condition *fm_condition_get(const struct fm_conditions *c, const char *type)
{
    fm_vec_each (c, it)
        if (fm_str_eqc(it->type, type))
            return it;
    return NULL;
}

static struct fm_object *find_any_namespace(const struct fm_object_set *s, enum fm_object_kind kind,
                                            fm_str name)
{
    char key[320];
    int n = snprintf(key, sizeof key, "%u/%.*s", kind, FM_STR_ARG(name));
    if (n < 0 || (size_t)n >= sizeof key)
        return NULL;
    struct fm_object *o = fm_map_get(&s->name_index, fm_str_n(key, (size_t)n));
    return o && o->kind == kind ? o : NULL;
}

static struct fm_object *lookup(const struct fm_object_set *s, enum fm_object_kind kind, fm_str ns,
                                fm_str name)
{
    char key[640];
    if (!fm_object_kind_is_namespaced(kind))
        ns = FM_STR_NULL;
    int n = snprintf(key, sizeof key, "%u/%.*s/%.*s", kind, FM_STR_ARG(ns), FM_STR_ARG(name));
    if (n < 0 || (size_t)n >= sizeof key)
        return NULL;
    return fm_map_get(&s->index, fm_str_n(key, (size_t)n));
}

struct fm_object *fm_objects_find(const struct fm_object_set *s, enum fm_object_kind kind,
                                  fm_str ns, fm_str name)
{
    struct fm_object *o = lookup(s, kind, ns, name);
    if (o || !fm_object_kind_is_namespaced(kind))
        return o;
    if (ns.len == 0)
        return find_any_namespace(s, kind, name);
    return lookup(s, kind, FM_STR_NULL, name);
}

fm_field fm_object_get(const struct fm_object *o, enum fm_object_field f)
{
    if (o)
        fm_vec_each (&o->values, v)
            if (v->id == f)
                return v->field;
    return (fm_field){0};
}

bool fm_object_int(const struct fm_object *o, enum fm_object_field f, int64_t *out)
{
    fm_str text = fm_object_get(o, f).text;
    return fm_str_i64(fm_str_cut(&text, ' '), out);
}

static fm_span list_without(const struct fm_object_set *s, enum fm_object_kind kind, fm_str ns,
                            const struct fm_object *o)
{
    fm_vec_each (&s->lists, l) {
        bool covers = l->kind == kind && (l->ns.len == 0 || ns.len == 0 || fm_str_eq(l->ns, ns));
        if (covers && (!o || !o->is_live || o->seen < l->seen))
            return l->span;
    }
    return (fm_span){0};
}

fm_span fm_objects_absent(const struct fm_object_set *s, enum fm_object_kind kind, fm_str ns,
                          fm_str name)
{
    const struct fm_object *o = fm_objects_find(s, kind, ns, name);
    if (o && o->is_live && !o->is_gone)
        return (fm_span){0};
    fm_vec_each (&s->absences, a)
        if (a->kind == kind && fm_str_eq(a->name, name) &&
            (a->ns.len == 0 || ns.len == 0 || fm_str_eq(a->ns, ns)))
            return a->span;
    return list_without(s, kind, ns, o);
}

const struct fm_object *fm_objects_root(const struct fm_object_set *s, const struct fm_object *o)
{
    for (int i = 0; i < OWNERS_MAX && fm_field_is_set(o->owner); i++) {
        const struct fm_object *owner = fm_objects_find(s, o->owner_kind, o->ns, o->owner.text);
        if (!owner || owner == o)
            break;
        o = owner;
    }
    return o;
}

/* Pods of a controller carry its name in front: the longest controller name that fits, or NULL. */
static const struct fm_object *controller_by_name(const struct fm_object_set *s,
                                                  const struct fm_object *pod)
{
    const struct fm_object *best = NULL;
    fm_vec_each (&s->controllers, it) {
        const struct fm_object *c = *it;
        bool fits = fm_str_starts(pod->name, c->name) && pod->name.len > c->name.len &&
                    pod->name.p[c->name.len] == '-' &&
                    (c->ns.len == 0 || fm_str_eq(c->ns, pod->ns));
        if (fits && (!best || c->name.len > best->name.len))
            best = c;
    }
    return best;
}

static fm_str pod_workload(const struct fm_object_set *s, const struct fm_object *pod)
{
    fm_str by_rule = fm_workload_name(pod->name, true);
    if (fm_objects_find(s, FM_OBJECT_DEPLOYMENT, pod->ns, by_rule) ||
        fm_objects_find(s, FM_OBJECT_STATEFUL_SET, pod->ns, by_rule))
        return by_rule;
    const struct fm_object *c = controller_by_name(s, pod);
    return c ? c->name : by_rule;
}

static bool has_container(const struct fm_object *o, fm_str name)
{
    if (o->spec)
        fm_vec_each (&o->spec->containers, c)
            if (fm_str_eq(c->name, name))
                return true;
    return false;
}

fm_str fm_objects_of_container(const struct fm_object_set *s, fm_str name)
{
    fm_vec_each (&s->controllers, it) {
        const struct fm_object *c = *it;
        bool fits = fm_str_starts(name, c->name) && name.len > c->name.len + 1 &&
                    (name.p[c->name.len] == '-' || name.p[c->name.len] == '_');
        if (fits && has_container(c, fm_str_skip(name, c->name.len + 1)))
            return c->name;
    }
    return FM_STR_NULL;
}

fm_str fm_objects_workload(const struct fm_object_set *s, const struct fm_object *o)
{
    const struct fm_object *root = fm_objects_root(s, o);
    switch ((int)root->kind) {
    case FM_OBJECT_REPLICA_SET:
        return fm_field_is_set(root->owner) ? root->owner.text
                                            : fm_workload_name(root->name, false);
    case FM_OBJECT_POD:
        if (fm_field_is_set(root->owner) && root->owner_kind == FM_OBJECT_REPLICA_SET)
            return fm_workload_name(root->owner.text, false);
        return fm_field_is_set(root->owner) ? root->owner.text : pod_workload(s, root);
    default:
        return root->name;
    }
}

bool fm_labels_match(const struct fm_pairs *selector, const struct fm_pairs *labels)
{
    fm_vec_each (selector, want) {
        const struct fm_pair *have = fm_pairs_get(labels, want->key);
        if (!have || !fm_str_eq(have->value, want->value))
            return false;
    }
    return selector->n > 0;
}
