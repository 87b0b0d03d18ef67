/* SPDX-License-Identifier: Apache-2.0 */
#include "readers.h"

struct fm_pod_spec *fm_spec_of(const struct fm_origin *from, struct fm_object *o)
{
    if (!o->spec)
        o->spec = FM_NEW(fm_set_arena(from->set), struct fm_pod_spec);
    return o->spec;
}

struct fm_container *fm_container_of(const struct fm_origin *from, struct fm_pod_spec *spec,
                                     fm_str name)
{
    fm_vec_each (&spec->containers, c)
        if (fm_str_eq(c->name, name))
            return c;
    struct fm_container *c = fm_vec_add(fm_set_arena(from->set), &spec->containers);
    c->name = name;
    return c;
}

void fm_set_quota(const struct fm_origin *from, struct fm_object *o, struct fm_quota_entry entry)
{
    fm_vec_each (&o->quota, q)
        if (fm_str_eq(q->resource, entry.resource)) {
            *q = entry;
            return;
        }
    fm_vec_push(fm_set_arena(from->set), &o->quota, entry);
}
