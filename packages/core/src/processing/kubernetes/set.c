/* SPDX-License-Identifier: Apache-2.0 */
#include "set.h"

#include <math.h>

void fm_set_init(struct fm_object_set *s, struct fm_incident *in)
{
    memset(s, 0, sizeof *s);
    s->in = in;
    s->now = FM_TIME_NONE;
    fm_map_init(&s->index, &in->ctx->arena);
    fm_map_init(&s->name_index, &in->ctx->arena);
    fm_map_init(&s->event_index, &in->ctx->arena);
}

static fm_str object_key(const struct fm_object_set *s, enum fm_object_kind kind, fm_str ns,
                         fm_str name)
{
    if (!fm_object_kind_is_namespaced(kind))
        ns = FM_STR_NULL;
    return fm_str_fmt(fm_set_arena(s), "%u/%.*s/%.*s", kind, FM_STR_ARG(ns), FM_STR_ARG(name));
}

static void index_name(struct fm_object_set *s, struct fm_object *o)
{
    static struct fm_object ambiguous;
    struct fm_map_entry *e = fm_map_put(
        &s->name_index, fm_str_fmt(fm_set_arena(s), "%u/%.*s", o->kind, FM_STR_ARG(o->name)));
    e->value = e->value ? &ambiguous : o;
}

static struct fm_object *new_object(const struct fm_origin *from, enum fm_object_kind kind,
                                    fm_str ns, fm_str name)
{
    struct fm_object_set *s = from->set;
    struct fm_object *o = FM_NEW(fm_set_arena(s), struct fm_object);
    o->kind = kind;
    o->ns = fm_object_kind_is_namespaced(kind) ? fm_str_dup(fm_set_arena(s), ns) : FM_STR_NULL;
    o->name = fm_str_dup(fm_set_arena(s), name);
    o->age_s = NAN;
    fm_vec_push(fm_set_arena(s), &s->objects, o);
    index_name(s, o);
    return o;
}

static bool has_room(struct fm_object_set *s)
{
    if (s->objects.n < FM_OBJECTS_MAX)
        return true;
    if (!s->is_full)
        fm_incident_limit(s->in, "more than %d objects; the rest is left out", FM_OBJECTS_MAX);
    s->is_full = true;
    return false;
}

struct fm_object *fm_set_object(const struct fm_origin *from, enum fm_object_kind kind, fm_str ns,
                                fm_str name)
{
    struct fm_object_set *s = from->set;
    if (name.len == 0 || kind == FM_OBJECT_UNKNOWN)
        return NULL;
    fm_str key = object_key(s, kind, ns, name);
    struct fm_object *o = fm_map_get(&s->index, key);
    if (!o) {
        if (!has_room(s))
            return NULL;
        o = new_object(from, kind, ns, name);
        fm_map_put(&s->index, key)->value = o;
    }
    if (from->version > o->version)
        o->version = from->version;
    if (from->is_live) {
        o->is_live = true;
        o->seen = s->clock;
        o->seen_in = from->evidence->index;
    } else {
        o->is_declared = true;
    }
    return o;
}

fm_span fm_set_span(const struct fm_origin *from, fm_str piece)
{
    return fm_quote(from->evidence, piece, FM_QUOTE_MAX);
}

static bool is_no_value(fm_str s)
{
    return s.len == 0 || fm_str_eqc(s, "<none>") || fm_str_eqc(s, "<unset>") ||
           fm_str_eqc(s, "<unknown>") || fm_str_eqc(s, "null");
}

fm_field fm_set_field(const struct fm_origin *from, fm_str text, fm_str piece)
{
    text = fm_str_trim(text);
    if (is_no_value(text))
        return (fm_field){0};
    return (fm_field){text, fm_set_span(from, piece)};
}

void fm_set_conflict(struct fm_object_set *s, struct fm_conflict c)
{
    if (!fm_field_is_set(c.other) || fm_str_eq(c.other.text, c.used.text) || s->conflicts.n >= 1000)
        return;
    fm_vec_push(fm_set_arena(s), &s->conflicts, c);
}

/* The origin shows an older version of the object than one that was read. */
static bool is_stale(const struct fm_origin *from, const struct fm_object *o)
{
    return from->version > 0 && from->version < o->version;
}

/* Lists print a status and counts of their own making, which are no shorter form of the object's.
 */
static bool is_printed(enum fm_object_field f)
{
    return f == FM_OBJECT_F_STATUS || f == FM_OBJECT_F_READY;
}

/* Whether the value at hand stays, and why. */
static bool keeps_value(const struct fm_origin *from, const struct fm_object *o,
                        const struct fm_object_value *v, enum fm_conflict_reason *why)
{
    *why = FM_CONFLICT_LATER;
    if (!fm_field_is_set(v->field))
        return false;
    if (v->is_live && !from->is_live)
        *why = FM_CONFLICT_LIVE;
    else if (is_stale(from, o))
        *why = FM_CONFLICT_VERSION;
    else if (from->is_summary && !v->is_summary && v->is_live && !is_printed(v->id) &&
             v->field.span.evidence != from->evidence->index)
        *why = FM_CONFLICT_SPECIFIC;
    return *why != FM_CONFLICT_LATER;
}

/* These change by themselves while commands run: an older value is history, not a contradiction. */
static bool is_moving(enum fm_object_field f)
{
    return f == FM_OBJECT_F_AGE || f == FM_OBJECT_F_CPU_USE || f == FM_OBJECT_F_MEMORY_USE ||
           f == FM_OBJECT_F_RESTARTS;
}

/* "RWO" and "ReadWriteOnce", "1Gi" and "1024Mi" are one value in two spellings. */
static bool is_same_value(enum fm_object_field f, fm_str a, fm_str b)
{
    double x, y;
    return f == FM_OBJECT_F_ACCESS_MODES ||
           (fm_quantity_parse(a, &x) && fm_quantity_parse(b, &y) && x == y);
}

static struct fm_object_value *value_slot(const struct fm_origin *from, struct fm_object *o,
                                          enum fm_object_field f)
{
    fm_vec_each (&o->values, v)
        if (v->id == f)
            return v;
    struct fm_object_value *v = fm_vec_add(fm_set_arena(from->set), &o->values);
    v->id = f;
    return v;
}

void fm_set_value(const struct fm_origin *from, struct fm_object *o, enum fm_object_field f,
                  fm_str text, fm_str piece)
{
    fm_field field = fm_set_field(from, text, piece);
    if (!fm_field_is_set(field))
        return;
    struct fm_object_value *v = value_slot(from, o, f);
    enum fm_conflict_reason why;
    bool keeps = keeps_value(from, o, v, &why);
    if (!keeps && !v->is_live && from->is_live)
        why = FM_CONFLICT_LIVE;
    if (!is_moving(f) && !is_same_value(f, v->field.text, field.text))
        fm_set_conflict(from->set, (struct fm_conflict){.object = o,
                                                        .what = fm_object_field_name(f),
                                                        .other = keeps ? field : v->field,
                                                        .used = keeps ? v->field : field,
                                                        .why = why});
    if (keeps)
        return;
    v->field = field;
    v->is_live = from->is_live;
    v->is_summary = from->is_summary;
}

bool fm_set_may_replace(const struct fm_origin *from, const struct fm_object *o, bool is_filled)
{
    return !is_filled || ((from->is_live || !o->is_live) && !is_stale(from, o));
}

void fm_set_pair(const struct fm_origin *from, struct fm_pairs *p, fm_str key, fm_str value,
                 fm_str piece)
{
    struct fm_pair pair = {key, value, fm_set_span(from, piece)};
    if (key.len == 0)
        return;
    fm_vec_each (p, it)
        if (fm_str_eq(it->key, key)) {
            *it = pair;
            return;
        }
    fm_vec_push(fm_set_arena(from->set), p, pair);
}

void fm_set_pairs_csv(const struct fm_origin *from, struct fm_pairs *p, fm_str text)
{
    text = fm_str_trim(text);
    while (text.len && !is_no_value(text)) {
        fm_str item = fm_str_trim(fm_str_cut(&text, ','));
        fm_str value = item;
        fm_str key = fm_str_cut(&value, '=');
        fm_set_pair(from, p, key, value, item);
    }
}

void fm_set_condition(const struct fm_origin *from, struct fm_object *o, struct fm_condition c)
{
    fm_vec_each (&o->conditions, it)
        if (fm_str_eq(it->type, c.type)) {
            if (from->is_live && !is_stale(from, o))
                *it = c;
            return;
        }
    fm_vec_push(fm_set_arena(from->set), &o->conditions, c);
}

static void merge_event(struct fm_object_event *old, const struct fm_object_event *e)
{
    if (e->count > old->count || isnan(old->last_s))
        old->span = e->span;
    if (e->count > old->count)
        old->count = e->count;
    if (isnan(old->last_s) || e->last_s < old->last_s)
        old->last_s = e->last_s;
    if (isnan(old->first_s) || e->first_s > old->first_s)
        old->first_s = e->first_s;
    if (e->at != FM_TIME_NONE && (old->at == FM_TIME_NONE || e->at > old->at))
        old->at = e->at;
}

void fm_set_event(const struct fm_origin *from, struct fm_object_event e)
{
    struct fm_object_set *s = from->set;
    struct fm_arena *a = fm_set_arena(s);
    if (e.count == 0)
        e.count = 1;
    if (e.at != FM_TIME_NONE && (s->now == FM_TIME_NONE || e.at > s->now))
        s->now = e.at;
    fm_str key =
        fm_str_fmt(a, "%u/%.*s/%.*s/%.*s/%016llx", e.kind, FM_STR_ARG(e.ns), FM_STR_ARG(e.name),
                   FM_STR_ARG(e.reason), (unsigned long long)fm_hash64(e.message));
    struct fm_object_event *old = fm_map_get(&s->event_index, key);
    if (old) {
        merge_event(old, &e);
        return;
    }
    if (s->events.n >= FM_OBJECT_EVENTS_MAX)
        return;
    struct fm_object_event *copy = FM_NEW(a, struct fm_object_event);
    *copy = e;
    fm_map_put(&s->event_index, key)->value = copy;
    fm_vec_push(a, &s->events, copy);
}

void fm_set_absent(const struct fm_origin *from, enum fm_object_kind kind, fm_str ns, fm_str name,
                   fm_str piece)
{
    struct fm_absence a = {kind, ns, name, fm_set_span(from, piece)};
    if (kind != FM_OBJECT_UNKNOWN && name.len && a.span.length)
        fm_vec_push(fm_set_arena(from->set), &from->set->absences, a);
}

void fm_set_list(const struct fm_origin *from, enum fm_object_kind kind, fm_str ns, fm_str piece)
{
    struct fm_object_list list = {kind, ns, from->set->clock, fm_set_span(from, piece)};
    fm_vec_each (&from->set->lists, l)
        if (l->kind == kind && fm_str_eq(l->ns, ns) && l->span.evidence == list.span.evidence) {
            *l = list;
            return;
        }
    if (list.span.length)
        fm_vec_push(fm_set_arena(from->set), &from->set->lists, list);
}

void fm_set_mark_gone(struct fm_object_set *s)
{
    fm_vec_each (&s->lists, l)
        fm_vec_each (&s->objects, it) {
            struct fm_object *o = *it;
            bool is_covered = o->kind == l->kind && (l->ns.len == 0 || fm_str_eq(l->ns, o->ns));
            if (is_covered && o->is_live && o->seen < l->seen && o->seen_in == l->span.evidence)
                o->is_gone = true;
        }
}

void fm_set_list_controllers(struct fm_object_set *s)
{
    fm_vec_each (&s->objects, o) {
        bool owns_pods = (*o)->kind == FM_OBJECT_DEPLOYMENT ||
                         (*o)->kind == FM_OBJECT_STATEFUL_SET ||
                         (*o)->kind == FM_OBJECT_DAEMON_SET || (*o)->kind == FM_OBJECT_JOB;
        if (owns_pods && s->controllers.n < FM_CONTROLLERS_MAX)
            fm_vec_push(fm_set_arena(s), &s->controllers, *o);
    }
}
