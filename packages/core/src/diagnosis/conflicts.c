/* SPDX-License-Identifier: Apache-2.0 */
/* What inputs say differently about one object, for the reader: a value that was not used may be
 * the true one. Within one input a later command simply shows a later state. */
#include "diagnosis/reasoners.h"

#include "faultmaven/core/objects.h"

#define CONFLICTS_MAX 50

static const char *reason_text(enum fm_conflict_reason why)
{
    switch (why) {
    case FM_CONFLICT_LIVE:
        return "what the cluster shows counts more than what was declared";
    case FM_CONFLICT_VERSION:
        return "its resource version is higher";
    case FM_CONFLICT_SPECIFIC:
        return "the object itself says more than a row of a list";
    case FM_CONFLICT_LATER:
    default:
        return "it was read later; nothing says which is newer";
    }
}

static fm_str name_of(struct fm_arena *a, const struct fm_object *o)
{
    return fm_str_fmt(a, "%s %.*s%s%.*s", fm_object_kind_name(o->kind), FM_STR_ARG(o->ns),
                      o->ns.len ? "/" : "", FM_STR_ARG(o->name));
}

void fm_note_conflicts(const struct fm_incident *in, struct fm_diagnosis *d)
{
    struct fm_arena *a = &in->ctx->arena;
    if (!in->objects)
        return;
    fm_vec_each (&in->objects->conflicts, c) {
        bool is_cited = c->used.span.length && c->other.span.length;
        if (!is_cited || c->used.span.evidence == c->other.span.evidence ||
            d->conflicts.n >= CONFLICTS_MAX)
            continue;
        fm_vec_push(a, &d->conflicts,
                    ((struct fm_contradiction){.object = name_of(a, c->object),
                                               .field = fm_str_c(c->what),
                                               .used = c->used.text,
                                               .other = c->other.text,
                                               .why = fm_str_c(reason_text(c->why)),
                                               .used_span = c->used.span,
                                               .other_span = c->other.span}));
    }
}
