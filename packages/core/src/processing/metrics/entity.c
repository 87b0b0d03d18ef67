/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/entity.h"

/*
 * Label keys in order of preference: the narrowest thing that can be at fault and has a stable name
 * comes first. Keys are compared without case and separators. Sources: Prometheus' Kubernetes
 * conventions, OpenTelemetry resource attributes, CloudWatch dimensions.
 */
static const struct {
    const char *key;
    enum fm_entity_kind kind;
    bool is_pod;
} keys[] = {
    {"destinationworkload", FM_ENTITY_SERVICE, false},
    {"destinationservicename", FM_ENTITY_SERVICE, false},
    {"destinationapp", FM_ENTITY_SERVICE, false},
    {"destination", FM_ENTITY_SERVICE, true},
    {"callee", FM_ENTITY_SERVICE, true},
#define CALLEE_KEYS 5
    {"servicename", FM_ENTITY_SERVICE, false},
    {"service", FM_ENTITY_SERVICE, false},
    {"microservice", FM_ENTITY_SERVICE, false},
    {"deployment", FM_ENTITY_SERVICE, false},
    {"statefulset", FM_ENTITY_SERVICE, false},
    {"daemonset", FM_ENTITY_SERVICE, false},
    {"workload", FM_ENTITY_SERVICE, false},
    {"app", FM_ENTITY_SERVICE, false},
    {"application", FM_ENTITY_SERVICE, false},
    {"k8sdeploymentname", FM_ENTITY_SERVICE, false},
    {"labelapp", FM_ENTITY_SERVICE, false},
    {"component", FM_ENTITY_SERVICE, false},
    {"pod", FM_ENTITY_SERVICE, true},
    {"podname", FM_ENTITY_SERVICE, true},
    {"k8spodname", FM_ENTITY_SERVICE, true},
    {"kubernetespodname", FM_ENTITY_SERVICE, true},
    {"cmdbid", FM_ENTITY_SERVICE, true},
    {"container", FM_ENTITY_SERVICE, false},
    {"containername", FM_ENTITY_SERVICE, false},
    {"dbinstanceidentifier", FM_ENTITY_DATABASE, false},
    {"dbclusteridentifier", FM_ENTITY_DATABASE, false},
    {"cacheclusterid", FM_ENTITY_CACHE, false},
    {"replicationgroupid", FM_ENTITY_CACHE, false},
    {"queuename", FM_ENTITY_QUEUE, false},
    {"queue", FM_ENTITY_QUEUE, false},
    {"topic", FM_ENTITY_QUEUE, false},
    {"topicname", FM_ENTITY_QUEUE, false},
    {"consumergroup", FM_ENTITY_QUEUE, false},
    {"functionname", FM_ENTITY_SERVICE, false},
    {"loadbalancer", FM_ENTITY_SERVICE, false},
    {"clustername", FM_ENTITY_COMPONENT, false},
    {"instanceid", FM_ENTITY_HOST, false},
    {"node", FM_ENTITY_NODE, false},
    {"nodename", FM_ENTITY_NODE, false},
    {"k8snodename", FM_ENTITY_NODE, false},
    {"kubernetesnode", FM_ENTITY_NODE, false},
    {"hostname", FM_ENTITY_HOST, false},
    {"host", FM_ENTITY_HOST, false},
    {"entity", FM_ENTITY_SERVICE, false},
    {"job", FM_ENTITY_SERVICE, false},
    {"instance", FM_ENTITY_HOST, false},
    {"server", FM_ENTITY_HOST, false},
    {"name", FM_ENTITY_SERVICE, false},
};

static const char *const callers[] = {"source", "sourceworkload", "sourceapp", "client",
                                      "caller", "from",           "upstream",  NULL};

/* Compares a written key ("k8s.pod.name", "PodName") with a folded one ("k8spodname"). */
static bool key_is(fm_str written, const char *folded)
{
    for (size_t i = 0; i < written.len; i++) {
        char c = written.p[i];
        if (c == '_' || c == '.' || c == '-' || c == ' ')
            continue;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == 0 || c != *folded++)
            return false;
    }
    return *folded == '\0';
}

bool metric_is_entity_key(fm_str key)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (key_is(key, keys[i].key))
            return true;
    return false;
}

static bool is_caller_key(fm_str key)
{
    for (size_t i = 0; callers[i]; i++)
        if (key_is(key, callers[i]))
            return true;
    return false;
}

/* Label of the most preferred key; *which is its row of keys[]. */
static const struct fm_label *best_label(const struct fm_metric_series *s, size_t *which,
                                         bool is_node)
{
    const struct fm_label *best = NULL;
    *which = SIZE_MAX;
    for (size_t i = 0; i < s->n_labels; i++) {
        if (s->labels[i].value.len == 0)
            continue;
        for (size_t k = 0; k < sizeof keys / sizeof keys[0] && k < *which; k++) {
            bool is_host = keys[k].kind == FM_ENTITY_NODE || keys[k].kind == FM_ENTITY_HOST;
            if ((!is_node || is_host) && key_is(s->labels[i].key, keys[k].key)) {
                best = &s->labels[i];
                *which = k;
            }
        }
    }
    return best;
}

#define SEARCHED_ENTITIES_MAX 4096

/* The entity of this name, whatever its kind, if something else has named it already; else a new
 * one. */
static fm_entity_id entity_of(struct metric_builder *b, enum fm_entity_kind kind, fm_str name)
{
    struct fm_map_entry *e = fm_map_put(&b->entities, name);
    if (!e->value) {
        fm_entity_id id = FM_ENTITY_NONE;
        if (b->in->entities.n < SEARCHED_ENTITIES_MAX)
            id = fm_incident_find_entity(b->in, name);
        if (id == FM_ENTITY_NONE)
            id = fm_incident_entity(b->in, kind, name);
        e->value = (void *)((uintptr_t)id + 1);
    }
    return (fm_entity_id)((uintptr_t)e->value - 1);
}

static fm_str last_path_part(fm_str name)
{
    ptrdiff_t slash = fm_str_rchr(name, '/');
    return slash > 0 && (size_t)slash + 1 < name.len ? fm_str_skip(name, (size_t)slash + 1) : name;
}

/* A series that names both ends of a call is about the edge caller → callee. */
static void find_peer(struct metric_builder *b, struct fm_metric_series *s)
{
    for (size_t i = 0; i < s->n_labels; i++) {
        if (!is_caller_key(s->labels[i].key) || s->labels[i].value.len == 0)
            continue;
        s->peer = s->entity;
        s->entity = entity_of(b, FM_ENTITY_SERVICE, fm_workload_name(s->labels[i].value, true));
        return;
    }
}

void metric_entity_find(struct metric_builder *b, struct fm_metric_series *s,
                        const struct metric_identity *id, bool is_node)
{
    size_t which;
    s->entity = s->peer = FM_ENTITY_NONE;
    if (id->entity.len) {
        s->entity = entity_of(b, FM_ENTITY_SERVICE, id->entity);
        if (id->peer.len)
            s->peer = entity_of(b, FM_ENTITY_SERVICE, id->peer);
        s->instance = id->entity;
        return;
    }
    const struct fm_label *l = best_label(s, &which, is_node);
    if (!l)
        return;
    s->instance = l->value;
    bool is_job = fm_str_eqc(l->key, "job");
    fm_str name = keys[which].is_pod ? fm_workload_name(l->value, true)
                  : is_job           ? last_path_part(l->value)
                                     : l->value;
    if (keys[which].kind == FM_ENTITY_HOST || keys[which].kind == FM_ENTITY_NODE) {
        fm_str rest = l->value;
        name = fm_str_cut(&rest, ':');
    }
    s->entity = entity_of(b, keys[which].kind, name);
    if (which < CALLEE_KEYS)
        find_peer(b, s);
}
