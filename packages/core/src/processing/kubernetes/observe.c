/* SPDX-License-Identifier: Apache-2.0 */
#include "observe.h"

#include <math.h>

#define OBSERVED_EVENTS_MAX 400

static bool is_workload(enum fm_object_kind k)
{
    return k == FM_OBJECT_DEPLOYMENT || k == FM_OBJECT_STATEFUL_SET || k == FM_OBJECT_DAEMON_SET ||
           k == FM_OBJECT_JOB || k == FM_OBJECT_CRON_JOB || k == FM_OBJECT_POD ||
           k == FM_OBJECT_REPLICA_SET;
}

static fm_entity_id service_entity(struct fm_object_set *s, fm_str name)
{
    fm_entity_id id = fm_incident_find_entity(s->in, name);
    return id != FM_ENTITY_NONE ? id : fm_incident_entity(s->in, FM_ENTITY_SERVICE, name);
}

/* The entity that an object's facts belong to. */
static fm_entity_id entity_of(struct fm_object_set *s, const struct fm_object *o)
{
    if (is_workload(o->kind))
        return fm_incident_entity(s->in, FM_ENTITY_SERVICE, fm_objects_workload(s, o));
    switch ((int)o->kind) {
    case FM_OBJECT_SERVICE:
        return fm_incident_entity(s->in, FM_ENTITY_SERVICE, o->name);
    case FM_OBJECT_NODE:
        return fm_incident_entity(s->in, FM_ENTITY_NODE, o->name);
    case FM_OBJECT_NAMESPACE:
        return fm_incident_entity(s->in, FM_ENTITY_NAMESPACE, o->name);
    case FM_OBJECT_CLAIM:
    case FM_OBJECT_VOLUME:
        return fm_incident_entity(s->in, FM_ENTITY_VOLUME, o->name);
    default:
        return FM_ENTITY_NONE;
    }
}

static void link_pod(struct fm_object_set *s, const struct fm_object *pod)
{
    fm_entity_id workload = entity_of(s, pod);
    fm_str node = fm_object_get(pod, FM_OBJECT_F_NODE).text;
    if (node.len)
        fm_incident_edge(s->in, workload, fm_incident_entity(s->in, FM_ENTITY_NODE, node),
                         FM_EDGE_RUNS_ON, 1);
    if (pod->spec)
        fm_vec_each (&pod->spec->volumes, v)
            if (v->from.kind == FM_OBJECT_CLAIM)
                fm_incident_edge(s->in, workload,
                                 fm_incident_entity(s->in, FM_ENTITY_VOLUME, v->from.name),
                                 FM_EDGE_USES, 1);
}

static void observe_event(struct fm_object_set *s, const struct fm_object_event *e)
{
    struct fm_observation *o =
        fm_incident_observe(s->in, FM_OBSERVATION_OBJECT_EVENT, FM_SIGNAL_EVENT);
    const struct fm_object *object = fm_objects_find(s, e->kind, e->ns, e->name);
    o->entity = object ? entity_of(s, object) : FM_ENTITY_NONE;
    o->begin = o->end = e->at;
    o->score = 0.6;
    o->count = e->count;
    o->subject = e->reason;
    o->text = fm_str_fmt(&s->in->ctx->arena, "%.*s: %.*s", FM_STR_ARG(e->name),
                         FM_STR_ARG(fm_str_sub(e->message, 0, 240)));
    fm_incident_cite(s->in, o, e->span);
}

static void observe_condition(struct fm_object_set *s, const struct fm_object *object,
                              const struct fm_condition *c)
{
    struct fm_observation *o =
        fm_incident_observe(s->in, FM_OBSERVATION_OBJECT_CONDITION, FM_SIGNAL_OBJECT);
    o->entity = entity_of(s, object);
    o->score = 0.6;
    o->subject = c->type;
    o->text = fm_str_fmt(&s->in->ctx->arena, "%.*s: condition %.*s is %.*s",
                         FM_STR_ARG(object->name), FM_STR_ARG(c->type), FM_STR_ARG(c->status));
    fm_incident_cite(s->in, o, c->span);
}

/* Ready and Available should be True, pressure and failure False. */
static bool is_bad(const struct fm_object *o, const struct fm_condition *c)
{
    bool wants_true = fm_str_eqc(c->type, "Ready") || fm_str_eqc(c->type, "Available") ||
                      fm_str_eqc(c->type, "ContainersReady") || fm_str_eqc(c->type, "PodScheduled");
    bool wants_false = fm_str_ends(c->type, FM_STR("Pressure")) ||
                       fm_str_eqc(c->type, "NetworkUnavailable") ||
                       fm_str_eqc(c->type, "ReplicaFailure");
    if (o->is_gone || c->span.length == 0 || fm_str_eqc(c->reason, "PodCompleted"))
        return false;
    return (wants_true && !fm_str_eqc(c->status, "True")) ||
           (wants_false && fm_str_eqc(c->status, "True"));
}

static void observe_object(struct fm_object_set *s, const struct fm_object *o)
{
    if (o->kind == FM_OBJECT_POD && o->is_live && !o->is_gone)
        link_pod(s, o);
    fm_vec_each (&o->conditions, c)
        if (is_bad(o, c))
            observe_condition(s, o, c);
}

/* "cart:7070", "http://cart.shop:80/v1", "amqp://user@mq:5672": the first label of the host. */
static fm_str host_label(fm_str address)
{
    ptrdiff_t scheme = fm_str_find(address, FM_STR("://"), 0);
    fm_str rest = scheme > 0 ? fm_str_skip(address, (size_t)scheme + 3) : address;
    rest = fm_str_cut(&rest, '/');
    rest = fm_str_skip(rest, (size_t)(fm_str_rchr(rest, '@') + 1));
    fm_str port = rest, host = fm_str_cut(&port, ':');
    return scheme > 0 || port.len ? fm_str_cut(&host, '.') : FM_STR_NULL;
}

static void link_value(struct fm_object_set *s, const struct fm_object *o, fm_str value)
{
    fm_str caller = fm_objects_workload(s, o);
    while (value.len) {
        fm_str name = host_label(fm_str_trim(fm_str_cut(&value, ',')));
        const struct fm_object *service =
            name.len ? fm_objects_find(s, FM_OBJECT_SERVICE, o->ns, name) : NULL;
        if (service && service->is_live && !service->is_gone && !fm_str_eq(name, caller))
            fm_incident_edge(s->in, service_entity(s, caller), service_entity(s, name),
                             FM_EDGE_CALLS, 1);
    }
}

/* A workload that is given the address of a service calls it. */
static void link_addresses(struct fm_object_set *s, const struct fm_object *o)
{
    fm_vec_each (&o->spec->containers, c)
        fm_vec_each (&c->env, e)
            link_value(s, o, e->value);
}

static void link_calls(struct fm_object_set *s)
{
    fm_vec_each (&s->calls, c)
        fm_incident_edge(s->in, service_entity(s, c->from), service_entity(s, c->to), FM_EDGE_CALLS,
                         1);
}

void fm_objects_observe(struct fm_object_set *s)
{
    size_t observed = 0;
    fm_vec_each (&s->objects, o)
        if ((*o)->is_live)
            entity_of(s, *o);
    fm_vec_each (&s->objects, o)
        observe_object(s, *o);
    fm_vec_each (&s->objects, o)
        if ((*o)->is_live && !(*o)->is_gone && (*o)->spec)
            link_addresses(s, *o);
    fm_vec_each (&s->events, e)
        if ((*e)->is_warning && observed++ < OBSERVED_EVENTS_MAX)
            observe_event(s, *e);
    link_calls(s);
}
