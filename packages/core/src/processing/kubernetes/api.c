/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects in API form: YAML or JSON of kubectl, manifests as applied, and the flat lists that cloud
 * tools make of them
 * ({"pods": [{"name": …, "restart_count": …}]}): member names are looked up in both spellings.
 */
#include "readers.h"

const struct fm_node *fm_any_member(const struct fm_node *n, const char *names)
{
    fm_str rest = fm_str_c(names);
    while (rest.len) {
        const struct fm_node *c = fm_node_member(n, fm_str_cut(&rest, '|'));
        if (c)
            return c;
    }
    return NULL;
}

fm_str fm_any_str(const struct fm_node *n, const char *names)
{
    n = fm_any_member(n, names);
    if (!n || n->kind == FM_NODE_NULL || n->kind == FM_NODE_LIST || n->kind == FM_NODE_MAP)
        return FM_STR_NULL;
    return n->text;
}

static void value(const struct fm_origin *from, struct fm_object *o, enum fm_object_field f,
                  const struct fm_node *n)
{
    if (n && n->kind != FM_NODE_NULL && n->kind != FM_NODE_MAP && n->kind != FM_NODE_LIST)
        fm_set_value(from, o, f, n->text, n->pair);
}

static void read_map(const struct fm_origin *from, struct fm_object *o, struct fm_pairs *p,
                     const struct fm_node *n)
{
    if (!n || !fm_set_may_replace(from, o, p->n > 0))
        return;
    fm_node_each (n, c)
        if (c->kind != FM_NODE_MAP && c->kind != FM_NODE_LIST)
            fm_set_pair(from, p, c->key, c->text, c->pair);
}

/* The controlling owner, or the first. */
static void read_owner(const struct fm_origin *from, struct fm_object *o,
                       const struct fm_node *owners)
{
    const struct fm_node *pick = owners ? owners->first_child : NULL;
    fm_node_each (owners, c)
        if (fm_str_eqc(fm_node_str(c, "controller"), "true"))
            pick = c;
    const struct fm_node *name = fm_node_at(pick, "name");
    if (!name)
        return;
    o->owner_kind = fm_object_kind_parse(fm_node_str(pick, "kind"));
    o->owner = fm_set_field(from, name->text, name->pair);
}

static void read_conditions(const struct fm_origin *from, struct fm_object *o,
                            const struct fm_node *list)
{
    fm_node_each (list, c) {
        struct fm_condition cond = {fm_node_str(c, "type"), fm_node_str(c, "status"),
                                    fm_node_str(c, "reason"), fm_node_str(c, "message"),
                                    fm_set_span(from, c->source)};
        if (cond.type.len)
            fm_set_condition(from, o, cond);
    }
}

/* Members of status, or of the object itself in flat lists. */
static void read_counts(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    static const struct {
        const char *names;
        enum fm_object_field field;
    } members[] = {
        {"phase", FM_OBJECT_F_STATUS},
        {"reason", FM_OBJECT_F_REASON},
        {"message", FM_OBJECT_F_MESSAGE},
        {"podIP|pod_ip", FM_OBJECT_F_IP},
        {"qosClass", FM_OBJECT_F_QOS},
        {"readyReplicas|numberReady|ready_replicas", FM_OBJECT_F_READY_COUNT},
        {"updatedReplicas|updatedNumberScheduled|updated_replicas|updated", FM_OBJECT_F_UPDATED},
        {"availableReplicas|numberAvailable|available_replicas|available", FM_OBJECT_F_AVAILABLE},
        {"replicas|currentNumberScheduled|current", FM_OBJECT_F_CURRENT},
        {"desiredNumberScheduled|desired|desired_replicas", FM_OBJECT_F_DESIRED},
        {"node_name|nodeName|node", FM_OBJECT_F_NODE},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        value(from, o, members[i].field, fm_any_member(n, members[i].names));
    if (o->kind != FM_OBJECT_POD && o->kind != FM_OBJECT_NODE)
        value(from, o, FM_OBJECT_F_READY_COUNT, fm_any_member(n, "ready"));
    read_conditions(from, o, fm_node_at(n, "conditions"));
}

static void read_scalars(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    static const struct {
        const char *path;
        enum fm_object_field field;
    } members[] = {
        {"spec.nodeName", FM_OBJECT_F_NODE},
        {"spec.replicas", FM_OBJECT_F_DESIRED},
        {"spec.type", FM_OBJECT_F_TYPE},
        {"spec.clusterIP", FM_OBJECT_F_CLUSTER_IP},
        {"spec.externalName", FM_OBJECT_F_EXTERNAL_NAME},
        {"spec.storageClassName", FM_OBJECT_F_STORAGE_CLASS},
        {"spec.capacity.storage", FM_OBJECT_F_CAPACITY},
        {"status.capacity.storage", FM_OBJECT_F_CAPACITY},
        {"spec.resources.requests.storage", FM_OBJECT_F_REQUEST},
        {"spec.claimRef.name", FM_OBJECT_F_CLAIM},
        {"spec.volumeName", FM_OBJECT_F_VOLUME},
        {"provisioner", FM_OBJECT_F_PROVISIONER},
        {"volumeBindingMode", FM_OBJECT_F_BINDING_MODE},
        {"spec.unschedulable", FM_OBJECT_F_UNSCHEDULABLE},
        {"spec.ingressClassName", FM_OBJECT_F_CLASS},
        {"spec.paused", FM_OBJECT_F_PAUSED},
        {"spec.suspend", FM_OBJECT_F_SUSPEND},
        {"spec.serviceName", FM_OBJECT_F_EXTERNAL_NAME},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        value(from, o, members[i].field, fm_node_at(n, members[i].path));
    const struct fm_node *modes = fm_node_at(n, "spec.accessModes");
    if (modes)
        fm_set_value(from, o, FM_OBJECT_F_ACCESS_MODES, modes->source, modes->pair);
    read_counts(from, o, fm_node_at(n, "status") ? fm_node_at(n, "status") : n);
}

static void read_meta(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    const struct fm_node *meta = fm_node_at(n, "metadata") ? fm_node_at(n, "metadata") : n;
    read_map(from, o, &o->labels, fm_node_at(meta, "labels"));
    read_map(from, o, &o->annotations, fm_node_at(meta, "annotations"));
    read_owner(from, o, fm_node_at(meta, "ownerReferences"));
    if (!o->span.length || (from->is_live && !o->is_live))
        o->span = fm_set_span(from, fm_any_member(meta, "name|pod_name|node_name")->pair);
}

/* "selector" is a map in services, {matchLabels} elsewhere. */
static void read_selector(const struct fm_origin *from, struct fm_object *o,
                          const struct fm_node *n)
{
    const struct fm_node *selector =
        fm_node_at(n, o->kind == FM_OBJECT_NETWORK_POLICY ? "spec.podSelector" : "spec.selector");
    const struct fm_node *labels = fm_node_at(selector, "matchLabels");
    read_map(from, o, &o->selector, labels ? labels : selector);
}

static const struct fm_node *template_of(const struct fm_object *o, const struct fm_node *n)
{
    if (o->kind == FM_OBJECT_POD)
        return fm_node_at(n, "spec") ? n : NULL;
    const struct fm_node *t = fm_node_at(n, "spec.template");
    return t ? t : fm_node_at(n, "spec.jobTemplate.spec.template");
}

static void read_object(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    const struct fm_node *t = template_of(o, n);
    read_meta(from, o, n);
    read_scalars(from, o, n);
    read_selector(from, o, n);
    if (t) {
        struct fm_pod_spec *spec = fm_spec_of(from, o);
        read_map(from, o, &spec->labels, fm_node_at(t, "metadata.labels"));
        fm_read_api_spec(from, o, fm_node_at(t, "spec"));
    }
    if (o->kind == FM_OBJECT_POD)
        fm_read_api_status(from, o, n);
    fm_read_api_kind(from, o, n);
}

/* A manifest holds what somebody wants; only the API server adds these. */
static bool has_server_fields(const struct fm_node *n)
{
    return fm_node_at(n, "metadata.uid") || fm_node_at(n, "metadata.resourceVersion") ||
           fm_node_at(n, "status") || fm_node_at(n, "metadata.creationTimestamp") ||
           !fm_node_at(n, "metadata");
}

static void read_one(const struct fm_origin *from, enum fm_object_kind kind,
                     const struct fm_node *n)
{
    const struct fm_node *meta = fm_node_at(n, "metadata") ? fm_node_at(n, "metadata") : n;
    struct fm_origin own = *from;
    if (fm_read_api_event(from, n))
        return;
    own.is_live = from->is_live || has_server_fields(n);
    if (!fm_str_u64(fm_any_str(meta, "resourceVersion"), &own.version))
        own.version = 0;
    fm_str name = fm_any_str(meta, "name|pod_name|node_name");
    struct fm_object *o = fm_set_object(&own, kind, fm_any_str(meta, "namespace"), name);
    if (o)
        read_object(&own, o, n);
}

/* "pods", "eks_pods", "nodes", "deployments": the kind of a flat list. */
static enum fm_object_kind list_kind(fm_str key)
{
    ptrdiff_t cut = fm_str_rchr(key, '_');
    return fm_object_kind_parse(fm_str_skip(key, (size_t)(cut + 1)));
}

/* Items of log exports: {"timestamp": …, "message": …, "service": …}. */
static void read_log_item(const struct fm_origin *from, const struct fm_node *item)
{
    const struct fm_node *message = fm_any_member(item, "message|msg|log|text");
    fm_str pod = fm_any_str(item, "pod|pod_name|host");
    fm_str service = fm_any_str(item, "service|workload|container|app");
    if (!message || message->kind != FM_NODE_STRING || service.len + pod.len == 0)
        return;
    struct fm_log_section s = {.pod = pod, .evidence = from->evidence, .text = message->source};
    s.workload = service.len ? service : fm_workload_name(pod, true);
    fm_vec_push(fm_set_arena(from->set), &from->set->logs, s);
}

/* {"pod_name": …, "logs": "line\\nline"}: cut at the escaped line ends, so that a line can be
 * cited. */
static void read_pod_log(const struct fm_origin *from, const struct fm_node *n)
{
    fm_str pod = fm_any_str(n, "pod_name|pod");
    const struct fm_node *logs = fm_any_member(n, "logs|log");
    if (!pod.len || !logs || logs->kind != FM_NODE_STRING)
        return;
    for (fm_str rest = logs->source; rest.len;) {
        ptrdiff_t end = fm_str_find(rest, FM_STR("\\n"), 0);
        fm_str line = end < 0 ? rest : fm_str_sub(rest, 0, (size_t)end);
        struct fm_log_section s = {.pod = pod, .evidence = from->evidence, .text = line};
        s.workload = fm_workload_name(pod, true);
        fm_vec_push(fm_set_arena(from->set), &from->set->logs, s);
        rest = fm_str_skip(rest, end < 0 ? rest.len : (size_t)end + 2);
    }
}

static bool is_log_list(fm_str key)
{
    return fm_str_eqc(key, "logs") || fm_str_eqc(key, "log_events") || fm_str_eqc(key, "records");
}

static void read_flat_lists(const struct fm_origin *from, const struct fm_node *n)
{
    fm_node_each (n, list) {
        if (list->kind != FM_NODE_LIST)
            continue;
        enum fm_object_kind kind = list_kind(list->key);
        fm_node_each (list, item)
            if (is_log_list(list->key))
                read_log_item(from, item);
        fm_node_each (list, item)
            if (item->kind == FM_NODE_MAP && kind != FM_OBJECT_UNKNOWN)
                read_one(from, kind, item);
    }
}

void fm_read_api(const struct fm_origin *from, const struct fm_node *n)
{
    if (!n)
        return;
    if (n->kind == FM_NODE_LIST) {
        fm_node_each (n, item)
            if (item->kind == FM_NODE_MAP)
                fm_read_api(from, item);
        return;
    }
    fm_str kind = fm_node_str(n, "kind");
    const struct fm_node *items = fm_node_at(n, "items");
    if (items && items->kind == FM_NODE_LIST &&
        (kind.len == 0 || fm_str_ends(kind, FM_STR("List"))))
        fm_read_api(from, items);
    else if (kind.len && fm_node_at(n, "metadata"))
        read_one(from, fm_object_kind_parse(kind), n);
    else {
        read_pod_log(from, n);
        read_flat_lists(from, n);
    }
}
