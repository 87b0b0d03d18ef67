/* SPDX-License-Identifier: Apache-2.0 */
/* Filling a struct fm_object_set: the one place that decides which value of a field holds. */
#ifndef FAULTMAVEN_CORE_KUBERNETES_SET_H
#define FAULTMAVEN_CORE_KUBERNETES_SET_H

#include "faultmaven/core/objects.h"

/* Where a value comes from. */
struct fm_origin {
    struct fm_object_set *set;
    struct fm_evidence *evidence;
    bool is_live;     /* shown by the cluster, not only declared */
    bool is_summary;  /* a row of a list: it says less than a description or the object itself */
    uint64_t version; /* metadata.resourceVersion, which only grows; 0 when not shown */
};

static inline struct fm_arena *fm_set_arena(const struct fm_object_set *s)
{
    return &s->in->ctx->arena;
}

void fm_set_init(struct fm_object_set *s, struct fm_incident *in);

/* The object, made when new; NULL when the set is full or the name is empty. Notes that the origin
 * showed it. */
struct fm_object *fm_set_object(const struct fm_origin *from, enum fm_object_kind kind, fm_str ns,
                                fm_str name);

/* Sets a field. piece is the bytes to cite; text is trimmed; empty texts, "<none>", "<unset>" are
 * no value. */
void fm_set_value(const struct fm_origin *from, struct fm_object *o, enum fm_object_field f,
                  fm_str text, fm_str piece);

/* A field from bytes of the evidence that are value and citation at once. */
fm_field fm_set_field(const struct fm_origin *from, fm_str text, fm_str piece);

/* True when a list or struct of o may be replaced by one of this origin: live data are never
 * replaced by declared. */
bool fm_set_may_replace(const struct fm_origin *from, const struct fm_object *o, bool is_filled);

/* Adds or replaces a pair. */
void fm_set_pair(const struct fm_origin *from, struct fm_pairs *p, fm_str key, fm_str value,
                 fm_str piece);

/* "a=1,b=2" into pairs; "<none>" gives none. */
void fm_set_pairs_csv(const struct fm_origin *from, struct fm_pairs *p, fm_str text);

void fm_set_condition(const struct fm_origin *from, struct fm_object *o, struct fm_condition c);

/* Merges with an equal event (object, reason, message): the larger count, the latest time. */
void fm_set_event(const struct fm_origin *from, struct fm_object_event e);

void fm_set_absent(const struct fm_origin *from, enum fm_object_kind kind, fm_str ns, fm_str name,
                   fm_str piece);

/* A complete list of a kind; the latest of one evidence counts. */
void fm_set_list(const struct fm_origin *from, enum fm_object_kind kind, fm_str ns, fm_str piece);

/* Notes a conflict when its values differ; at most 1000. */
void fm_set_conflict(struct fm_object_set *s, struct fm_conflict c);

/* Objects that an earlier segment showed and a later complete list does not are gone. */
void fm_set_mark_gone(struct fm_object_set *s);

/* Fills s->controllers; at most FM_CONTROLLERS_MAX, because every pod without an owner is compared
 * with each. */
void fm_set_list_controllers(struct fm_object_set *s);
#define FM_CONTROLLERS_MAX 2000

fm_span fm_set_span(const struct fm_origin *from, fm_str piece);

#endif
