/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

#include "faultmaven/core/alerts.h"

static bool is_controller(enum fm_object_kind k)
{
    return k == FM_OBJECT_DEPLOYMENT || k == FM_OBJECT_STATEFUL_SET || k == FM_OBJECT_DAEMON_SET ||
           k == FM_OBJECT_JOB || k == FM_OBJECT_CRON_JOB;
}

static void index_events(struct fm_kube *k)
{
    fm_vec_each (&k->s->events, e) {
        fm_str key = fm_str_fmt(k->a, "%u/%.*s", (*e)->kind, FM_STR_ARG((*e)->name));
        struct fm_map_entry *slot = fm_map_put(&k->event_index, key);
        if (!slot->value)
            slot->value = FM_NEW(k->a, struct fm_kube_event_list);
        fm_vec_push(k->a, (struct fm_kube_event_list *)slot->value, *e);
    }
}

static struct fm_kube_workload *workload_of(struct fm_kube *k, const struct fm_object *o)
{
    fm_str name = fm_objects_workload(k->s, o);
    fm_str key = fm_str_fmt(k->a, "%.*s/%.*s", FM_STR_ARG(o->ns), FM_STR_ARG(name));
    struct fm_map_entry *e = fm_map_put(&k->workload_index, key);
    if (!e->value) {
        struct fm_kube_workload *w = FM_NEW(k->a, struct fm_kube_workload);
        w->name = name;
        w->ns = o->ns;
        w->root = fm_objects_root(k->s, o);
        w->desired = w->ready = -1;
        e->value = w;
        fm_vec_push(k->a, &k->workloads, w);
    }
    return e->value;
}

static void read_counts(struct fm_kube_workload *w, const struct fm_object *o)
{
    int64_t n;
    w->root = o;
    w->spec = o->spec;
    if (fm_object_int(o, FM_OBJECT_F_DESIRED, &n) && o->kind != FM_OBJECT_JOB &&
        o->kind != FM_OBJECT_CRON_JOB)
        w->desired = n;
    if (fm_object_int(o, FM_OBJECT_F_READY_COUNT, &n) ||
        fm_object_int(o, FM_OBJECT_F_AVAILABLE, &n))
        w->ready = n;
    else if (o->is_live && w->desired >= 0 && o->kind == FM_OBJECT_DEPLOYMENT &&
             fm_condition_get(&o->conditions, "Available"))
        w->ready = 0; /* the API leaves zero counts out */
}

static void add_controllers(struct fm_kube *k)
{
    fm_vec_each (&k->s->objects, it) {
        const struct fm_object *o = *it;
        if (o->is_gone || !is_controller(o->kind) || fm_field_is_set(o->owner))
            continue;
        read_counts(workload_of(k, o), o);
    }
}

/* "2/2" */
static bool ready_column(const struct fm_object *o, bool *is_ready)
{
    fm_str desired = fm_object_get(o, FM_OBJECT_F_READY).text;
    fm_str ready = fm_str_cut(&desired, '/');
    if (desired.len == 0)
        return false;
    *is_ready = fm_str_eq(ready, desired);
    return true;
}

static bool is_ready(const struct fm_object *o)
{
    bool by_column;
    const struct fm_condition *c = fm_condition_get(&o->conditions, "Ready");
    if (ready_column(o, &by_column))
        return by_column &&
               !fm_str_has(fm_object_get(o, FM_OBJECT_F_STATUS).text, FM_STR("Pending"));
    if (c)
        return fm_str_eqc(c->status, "True");
    if (!o->spec || o->spec->containers.n == 0)
        return fm_str_eqc(fm_object_get(o, FM_OBJECT_F_STATUS).text, "Running");
    fm_vec_each (&o->spec->containers, c2)
        if (!c2->is_init && !fm_str_ieq(c2->ready.text, FM_STR("true")))
            return false;
    return true;
}

static bool is_done(const struct fm_object *o)
{
    fm_str status = fm_object_get(o, FM_OBJECT_F_STATUS).text;
    return fm_str_eqc(status, "Completed") || fm_str_eqc(status, "Succeeded") ||
           fm_str_starts(status, FM_STR("Terminating"));
}

static void add_pod(struct fm_kube *k, const struct fm_object *o)
{
    struct fm_kube_pod *p = FM_NEW(k->a, struct fm_kube_pod);
    p->object = o;
    p->workload = workload_of(k, o);
    p->node_name = fm_object_get(o, FM_OBJECT_F_NODE).text;
    p->node = fm_objects_find(k->s, FM_OBJECT_NODE, FM_STR_NULL, p->node_name);
    p->is_done = is_done(o);
    p->is_ready = !p->is_done && is_ready(o);
    p->is_placed = p->node_name.len > 0;
    fm_vec_push(k->a, &p->workload->pods, p);
    fm_vec_push(k->a, &k->pods, p);
}

static void add_pods(struct fm_kube *k)
{
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_POD && (*o)->is_live && !(*o)->is_gone)
            add_pod(k, *o);
}

static void choose_specs(struct fm_kube *k)
{
    fm_vec_each (&k->workloads, it) {
        struct fm_kube_workload *w = *it;
        fm_vec_each (&w->pods, p)
            if ((!w->spec || w->spec->containers.n == 0) && (*p)->object->spec)
                w->spec = (*p)->object->spec;
    }
}

/* Alerts come in many forms; the quoted name is in all of them. */
static bool is_alerted(const struct fm_kube *k, fm_str name)
{
    fm_str quoted = fm_str_fmt(k->a, "\"%.*s\"", FM_STR_ARG(name));
    fm_vec_each (&k->h->in->inputs, e)
        if ((*e)->type == FM_EVIDENCE_ALERT && !(*e)->is_baseline &&
            fm_str_has(fm_str_sub((*e)->bytes, 0, 65536), quoted))
            return true;
    return false;
}

static bool is_asked_about(const struct fm_kube *k, fm_str name)
{
    if (is_alerted(k, name))
        return true;
    const struct fm_incident *in = k->h->in;
    if (fm_str_eq(in->ask.entity, name) || fm_str_has(in->ask.text, name))
        return true;
    if (in->alerts)
        fm_vec_each (&in->alerts->items, a)
            if (fm_str_has(a->resource, name) || fm_str_has(a->summary, name) ||
                fm_str_eq(fm_incident_entity_of(in, a->entity).name, name))
                return true;
    return false;
}

static bool is_described(const struct fm_kube_workload *w)
{
    fm_vec_each (&w->pods, p)
        if ((*p)->object->spec && (*p)->object->spec->containers.n)
            return true;
    return false;
}

/* A long list shows other people's broken pods too: when somebody asks about one workload, those
 * that nobody looked into further stand aside. */
static void find_asides(struct fm_kube *k)
{
    bool has_focus = false;
    fm_vec_each (&k->workloads, w)
        has_focus = has_focus || is_asked_about(k, (*w)->name);
    fm_vec_each (&k->workloads, w)
        k->has_asides |= (*w)->is_aside =
            has_focus && !is_described(*w) && !is_asked_about(k, (*w)->name);
}

void fm_kube_init(struct fm_kube *k, struct fm_hypotheses *h)
{
    *k = (struct fm_kube){.h = h, .s = h->in->objects, .a = &h->in->ctx->arena};
    fm_map_init(&k->workload_index, k->a);
    fm_map_init(&k->event_index, k->a);
    fm_map_init(&k->explained, k->a);
    index_events(k);
    add_controllers(k);
    add_pods(k);
    choose_specs(k);
    find_asides(k);
}
