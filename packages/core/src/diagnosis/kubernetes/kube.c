/* SPDX-License-Identifier: Apache-2.0 */
#include "kube.h"

#include <math.h>
#include <stdarg.h>

fm_str fm_kube_text(struct fm_kube *k, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fm_str text = fm_str_vfmt(k->a, fmt, ap);
    va_end(ap);
    return text;
}

struct fm_cause *fm_kube_assert(struct fm_kube *k, const struct fm_kube_claim *claim)
{
    bool is_new;
    struct fm_entity entity = {claim->kind, claim->name};
    double before = 0, strength = claim->strength;
    if (k->has_asides)
        fm_vec_each (&k->workloads, w)
            if ((*w)->is_aside && fm_str_eq((*w)->name, claim->name) && strength > 0.55)
                strength = 0.55;
    fm_vec_each (&k->h->causes, c)
        if ((*c)->fault == claim->fault && fm_str_eq((*c)->entity.name, claim->name))
            before = (*c)->strength;
    struct fm_cause *c = fm_propose(k->h, entity, claim->fault, strength, &is_new);
    if (is_new)
        fm_cause_feature(k->h, c, "state", 1);
    if (!is_new && strength <= before)
        return c;
    c->signature = fm_str_c(claim->rule);
    c->statement = claim->statement;
    c->mechanism = claim->mechanism;
    c->location = claim->location;
    c->settle_ask = claim->ask;
    c->settle_command = claim->command;
    return c;
}

void fm_kube_cite(struct fm_kube *k, struct fm_cause *c, fm_span span, const char *fmt, ...)
{
    if (span.length == 0)
        return;
    va_list ap;
    va_start(ap, fmt);
    fm_str text = fm_str_vfmt(k->a, fmt, ap);
    va_end(ap);
    fm_cause_support(k->h, c, span, "%.*s", FM_STR_ARG(text));
}

void fm_kube_cite_event(struct fm_kube *k, struct fm_cause *c, const struct fm_object_event *e)
{
    fm_kube_cite(k, c, e->span, "event %.*s: %.*s", FM_STR_ARG(e->reason),
                 FM_STR_ARG(fm_kube_cut(e->message, 200)));
    if (e->at != FM_TIME_NONE && (c->onset == FM_TIME_NONE || e->at < c->onset))
        c->onset = e->at;
}

void fm_kube_action(struct fm_kube *k, struct fm_cause *c, const char *text, fm_str command,
                    const char *risk)
{
    fm_cause_action(
        k->h, c,
        (struct fm_action){FM_ACTION_REMEDIATION, fm_str_c(text), command, fm_str_c(risk)});
}

fm_str fm_kube_ref(struct fm_kube *k, fm_str ns, fm_str name)
{
    return ns.len ? fm_kube_text(k, "%.*s -n %.*s", FM_STR_ARG(name), FM_STR_ARG(ns)) : name;
}

fm_str fm_kube_cut(fm_str text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max > 0 && text.p[max] != ' ')
        max--;
    return fm_str_sub(text, 0, max);
}

static void add_affected(struct fm_kube *k, struct fm_cause *c, enum fm_entity_kind kind,
                         fm_str name)
{
    fm_entity_id id = fm_incident_find_entity(k->h->in, name);
    if (id == FM_ENTITY_NONE)
        id = fm_incident_entity(k->h->in, kind, name);
    fm_vec_each (&c->affects, it)
        if (*it == id)
            return;
    if (!fm_str_eq(c->entity.name, name))
        fm_vec_push(k->a, &c->affects, id);
}

void fm_kube_explain(struct fm_kube *k, struct fm_kube_workload *w, struct fm_cause *c)
{
    if (!w->is_explained)
        w->cause = c;
    w->is_explained = true;
    if (c)
        add_affected(k, c, FM_ENTITY_SERVICE, w->name);
}

static fm_str explained_key(struct fm_arena *a, enum fm_object_kind kind, fm_str name)
{
    return fm_str_fmt(a, "%u/%.*s", kind, FM_STR_ARG(name));
}

void fm_kube_explain_object(struct fm_kube *k, enum fm_object_kind kind, fm_str name,
                            struct fm_cause *c)
{
    fm_map_put(&k->explained, explained_key(k->a, kind, name))->value = c;
}

bool fm_kube_is_explained(const struct fm_kube *k, enum fm_object_kind kind, fm_str name)
{
    return fm_map_get(&k->explained, explained_key(k->a, kind, name)) != NULL;
}

struct fm_kube_workload *fm_kube_workload(const struct fm_kube *k, fm_str ns, fm_str name)
{
    return fm_map_get(&k->workload_index,
                      fm_str_fmt(k->a, "%.*s/%.*s", FM_STR_ARG(ns), FM_STR_ARG(name)));
}

const struct fm_kube_event_list *fm_kube_events(const struct fm_kube *k, enum fm_object_kind kind,
                                                fm_str name)
{
    static const struct fm_kube_event_list none;
    const struct fm_kube_event_list *l =
        fm_map_get(&k->event_index, explained_key(k->a, kind, name));
    return l ? l : &none;
}

static bool is_later(const struct fm_object_event *a, const struct fm_object_event *b)
{
    if (a->at != FM_TIME_NONE && b->at != FM_TIME_NONE && a->at != b->at)
        return a->at > b->at;
    if (!isnan(a->last_s) && !isnan(b->last_s) && a->last_s != b->last_s)
        return a->last_s < b->last_s;
    return a->count > b->count;
}

const struct fm_object_event *fm_kube_event(const struct fm_kube *k, const struct fm_object *o,
                                            const char *reason, const char *text)
{
    const struct fm_object_event *best = NULL;
    fm_vec_each (fm_kube_events(k, o->kind, o->name), e) {
        if (reason && !fm_str_eqc((*e)->reason, reason))
            continue;
        if (text && !fm_str_ihas((*e)->message, fm_str_c(text)))
            continue;
        if (o->ns.len && (*e)->ns.len && !fm_str_eq(o->ns, (*e)->ns))
            continue;
        if (!best || is_later(*e, best))
            best = *e;
    }
    return best;
}

bool fm_kube_is_short(const struct fm_kube_workload *w)
{
    if (w->desired >= 0 && w->ready >= 0 && w->ready < w->desired)
        return true;
    fm_vec_each (&w->pods, p)
        if (!(*p)->is_ready && !(*p)->is_done)
            return true;
    return false;
}

bool fm_kube_is_control_plane(const struct fm_object *node)
{
    static const char *const roles[] = {"control-plane", "master", "controlplane", NULL};
    fm_str found;
    if (fm_kube_has_any(fm_object_get(node, FM_OBJECT_F_ROLES).text, roles, &found))
        return true;
    fm_vec_each (&node->taints, t)
        if (fm_str_starts(t->key, FM_STR("node-role.kubernetes.io/")))
            return true;
    fm_vec_each (&node->labels, l)
        if (fm_str_eqc(l->key, "node-role.kubernetes.io/control-plane") ||
            fm_str_eqc(l->key, "node-role.kubernetes.io/master"))
            return true;
    return false;
}

bool fm_kube_is_cordoned(const struct fm_object *node)
{
    fm_vec_each (&node->taints, t)
        if (fm_str_eqc(t->key, "node.kubernetes.io/unschedulable"))
            return true;
    return fm_str_has(fm_object_get(node, FM_OBJECT_F_STATUS).text, FM_STR("SchedulingDisabled")) ||
           fm_str_eqc(fm_object_get(node, FM_OBJECT_F_UNSCHEDULABLE).text, "true");
}

fm_str fm_kube_pod_reason(const struct fm_kube_pod *p)
{
    if (p->object->spec)
        fm_vec_each (&p->object->spec->containers, c)
            if (fm_str_eqc(c->state.text, "Waiting") && fm_field_is_set(c->reason) &&
                !fm_str_eqc(c->reason.text, "PodInitializing"))
                return c->reason.text;
    return fm_object_get(p->object, FM_OBJECT_F_STATUS).text;
}

fm_str fm_kube_between(fm_str text, const char *before, const char *after)
{
    ptrdiff_t at = fm_str_find(text, fm_str_c(before), 0);
    if (at < 0)
        return FM_STR_NULL;
    text = fm_str_skip(text, (size_t)at + strlen(before));
    ptrdiff_t end = *after ? fm_str_find(text, fm_str_c(after), 0) : (ptrdiff_t)text.len;
    return end < 0 ? FM_STR_NULL : fm_str_sub(text, 0, (size_t)end);
}

bool fm_kube_has_any(fm_str text, const char *const *needles, fm_str *found)
{
    for (; *needles; needles++)
        if (fm_str_ihas(text, fm_str_c(*needles))) {
            *found = fm_str_c(*needles);
            return true;
        }
    return false;
}

enum fm_near fm_kube_near(fm_str a, fm_str b)
{
    if (a.len == 0 || b.len == 0)
        return FM_NEAR_NONE;
    if (fm_str_eq(a, b))
        return FM_NEAR_EXACT;
    unsigned limit = a.len < 5 || b.len < 5 ? 1 : 2;
    if (fm_str_distance(a, b, limit) <= limit)
        return FM_NEAR_EDIT;
    if (a.len > 4 && b.len > 4 && (fm_str_starts(a, b) || fm_str_starts(b, a)))
        return FM_NEAR_PREFIX;
    return FM_NEAR_NONE;
}
