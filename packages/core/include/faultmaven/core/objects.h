/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cluster state as typed objects in which every field knows its bytes: pods, workloads, services,
 * nodes, volumes, quotas and so on, their events, and what surrounds them (node services,
 * connection tests, who calls whom, log sections).
 *
 * Objects come from kubectl get/describe text, from YAML or JSON, live or as applied, from several
 * commands at several moments. One object is the merge of all of them: live state beats a manifest,
 * a later value beats an earlier one, an empty value beats nothing; values that differ are kept as
 * conflicts. Names of fields and kinds are those of the Kubernetes API
 * (kubernetes.io/docs/reference/kubernetes-api).
 *
 * Not seeing an object is no proof that it is absent. Absence needs evidence: the API server's "not
 * found", or a list of the whole namespace without it (fm_objects_absent).
 *
 * All memory is the context's arena. Ages are seconds before the moment of the snapshot; NAN when
 * unknown.
 */
#ifndef FAULTMAVEN_CORE_OBJECTS_H
#define FAULTMAVEN_CORE_OBJECTS_H

#include "faultmaven/core/incident.h"

/* X(symbol, kind, kubectl plural, kubectl short name or "", is it namespaced) */
#define FM_OBJECT_KINDS(X)                                                                         \
    X(UNKNOWN, "", "", "", true)                                                                   \
    X(POD, "Pod", "pods", "po", true)                                                              \
    X(DEPLOYMENT, "Deployment", "deployments", "deploy", true)                                     \
    X(REPLICA_SET, "ReplicaSet", "replicasets", "rs", true)                                        \
    X(STATEFUL_SET, "StatefulSet", "statefulsets", "sts", true)                                    \
    X(DAEMON_SET, "DaemonSet", "daemonsets", "ds", true)                                           \
    X(JOB, "Job", "jobs", "", true)                                                                \
    X(CRON_JOB, "CronJob", "cronjobs", "cj", true)                                                 \
    X(SERVICE, "Service", "services", "svc", true)                                                 \
    X(ENDPOINTS, "Endpoints", "endpoints", "ep", true)                                             \
    X(ENDPOINT_SLICE, "EndpointSlice", "endpointslices", "", true)                                 \
    X(INGRESS, "Ingress", "ingresses", "ing", true)                                                \
    X(NETWORK_POLICY, "NetworkPolicy", "networkpolicies", "netpol", true)                          \
    X(NODE, "Node", "nodes", "no", false)                                                          \
    X(NAMESPACE, "Namespace", "namespaces", "ns", false)                                           \
    X(CLAIM, "PersistentVolumeClaim", "persistentvolumeclaims", "pvc", true)                       \
    X(VOLUME, "PersistentVolume", "persistentvolumes", "pv", false)                                \
    X(STORAGE_CLASS, "StorageClass", "storageclasses", "sc", false)                                \
    X(CONFIG_MAP, "ConfigMap", "configmaps", "cm", true)                                           \
    X(SECRET, "Secret", "secrets", "", true)                                                       \
    X(SERVICE_ACCOUNT, "ServiceAccount", "serviceaccounts", "sa", true)                            \
    X(QUOTA, "ResourceQuota", "resourcequotas", "quota", true)                                     \
    X(LIMIT_RANGE, "LimitRange", "limitranges", "limits", true)                                    \
    X(AUTOSCALER, "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa", true)              \
    X(DISRUPTION_BUDGET, "PodDisruptionBudget", "poddisruptionbudgets", "pdb", true)               \
    X(ROLE_BINDING, "RoleBinding", "rolebindings", "", true)                                       \
    X(WEBHOOK, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "", false)     \
    X(PRIORITY_CLASS, "PriorityClass", "priorityclasses", "pc", false)                             \
    X(CERTIFICATE, "Certificate", "certificates", "cert", true)                                    \
    X(EVENT, "Event", "events", "ev", true)

enum fm_object_kind {
#define FM_OBJECT_ENUM(sym, kind, plural, abbreviation, is_namespaced) FM_OBJECT_##sym,
    FM_OBJECT_KINDS(FM_OBJECT_ENUM)
#undef FM_OBJECT_ENUM
        FM_OBJECT_KIND_COUNT
};

const char *fm_object_kind_name(enum fm_object_kind k);   /* "Pod" */
const char *fm_object_kind_plural(enum fm_object_kind k); /* "pods" */
bool fm_object_kind_is_namespaced(enum fm_object_kind k);

/* Any spelling that kubectl takes: "Pod", "pods", "po", "deployment.apps", "deployments.v1.apps";
 * UNKNOWN otherwise. */
enum fm_object_kind fm_object_kind_parse(fm_str name);

/* A value and its bytes. An absent one has span.length 0. */
typedef struct fm_field {
    fm_str text;
    fm_span span;
} fm_field;

static inline bool fm_field_is_set(fm_field f)
{
    return f.span.length > 0;
}

struct fm_pair {
    fm_str key, value;
    fm_span span; /* both */
};
struct fm_pairs FM_VEC_OF(struct fm_pair);

const struct fm_pair *fm_pairs_get(const struct fm_pairs *p, fm_str key);

struct fm_condition {
    fm_str type, status, reason, message;
    fm_span span;
};
struct fm_conditions FM_VEC_OF(struct fm_condition);

const struct fm_condition *fm_condition_get(const struct fm_conditions *c, const char *type);

struct fm_container_port {
    fm_str name, number, protocol;
    fm_span span;
};

/* A reference from a container or volume to another object of the namespace. */
struct fm_reference {
    enum fm_object_kind kind; /* CONFIG_MAP, SECRET, CLAIM; UNKNOWN: none */
    fm_str name, key;
    bool is_optional;
    fm_span span;
};

struct fm_env {
    fm_str name, value;
    struct fm_reference from;
    fm_span span;
};

enum fm_probe_kind { FM_PROBE_LIVENESS, FM_PROBE_READINESS, FM_PROBE_STARTUP, FM_PROBE_KIND_COUNT };

const char *fm_probe_kind_name(enum fm_probe_kind k); /* "Liveness" */

struct fm_probe {
    bool is_set;
    fm_str handler; /* "http-get", "tcp-socket", "grpc", "exec", as describe writes them */
    fm_str scheme;  /* "http" or "https" of http-get */
    fm_str port, path;
    fm_str delay_s, timeout_s, period_s, failures; /* "" when not shown */
    fm_span span;
    fm_span port_span; /* the port alone where the form allows, else the probe */
};

struct fm_mount {
    fm_str path, volume;
    bool is_read_only;
    fm_span span;
};

struct fm_container {
    fm_str name;
    bool is_init;
    fm_field image, state, reason, message, exit_code, last_state, last_reason, last_message,
        last_exit_code;
    fm_field ready, restarts, command;
    FM_VEC(struct fm_container_port) ports;
    FM_VEC(struct fm_env) env;
    FM_VEC(struct fm_reference) env_from;
    FM_VEC(struct fm_mount) mounts;
    struct fm_pairs limits, requests;
    struct fm_probe probes[FM_PROBE_KIND_COUNT];
};

struct fm_pod_volume {
    fm_str name, type; /* type: "PersistentVolumeClaim", "ConfigMap", "Secret", "EmptyDir",
                          "HostPath", "NFS", "CSI", … */
    struct fm_reference from;
    fm_field medium_or_path;
    fm_span span;
};

struct fm_toleration {
    fm_str key, op, value, effect;
    fm_span span;
};

struct fm_taint {
    fm_str key, value, effect;
    fm_span span;
};

/* A term of label requirements: node affinity (topology_key empty) or pod (anti-)affinity. */
struct fm_expression {
    fm_str key, op; /* "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt" */
    FM_VEC(fm_str) values;
    fm_span span;
};

struct fm_affinity {
    enum { FM_AFFINITY_NODE, FM_AFFINITY_POD, FM_AFFINITY_ANTI_POD } kind;
    bool is_required;
    fm_str topology_key;
    FM_VEC(struct fm_expression)
    expressions; /* all must hold; several node terms are alternatives */
    fm_span span;
};

struct fm_spread {
    fm_str topology_key, max_skew, when_unsatisfiable;
    fm_span span;
};

/* What a pod, or the template of a workload, asks for. */
struct fm_pod_spec {
    struct fm_pairs labels; /* of the template; a pod's own are in the object */
    struct fm_pairs node_selector;
    FM_VEC(struct fm_toleration) tolerations;
    FM_VEC(struct fm_affinity) affinity;
    FM_VEC(struct fm_spread) spread;
    FM_VEC(struct fm_container) containers;
    FM_VEC(struct fm_pod_volume) volumes;
    FM_VEC(fm_field) pull_secrets;
    fm_field service_account, scheduler, priority_class, host_network;
};

struct fm_service_port {
    fm_str name, port, target_port, protocol, node_port, app_protocol;
    fm_span span;        /* the port */
    fm_span target_span; /* its target */
};

struct fm_quota_entry {
    fm_str resource, used,
        hard; /* resource as in the API: "requests.cpu", "pods", "count/jobs.batch" */
    fm_span span;
};

struct fm_backend {
    fm_str host, path, service, port;
    fm_span span;
};

/* A rule of a network policy, as far as it is needed to see what it shuts out. */
struct fm_policy {
    bool has_ingress, has_egress;               /* policyTypes */
    bool denies_all_ingress, denies_all_egress; /* selected direction without any rule */
    FM_VEC(fm_str) ingress_ports, egress_ports;
    struct fm_pairs ingress_from, egress_to; /* pod labels of allowed peers */
    fm_span ingress_span, egress_span;
};

/* X(symbol, name): scalar fields that several kinds share. */
#define FM_OBJECT_FIELDS(X)                                                                        \
    X(STATUS, "status")                                                                            \
    X(READY, "ready")                                                                              \
    X(RESTARTS, "restarts")                                                                        \
    X(REASON, "reason")                                                                            \
    X(MESSAGE, "message")                                                                          \
    X(NODE, "nodeName")                                                                            \
    X(IP, "ip")                                                                                    \
    X(QOS, "qosClass")                                                                             \
    X(DESIRED, "desired")                                                                          \
    X(CURRENT, "current")                                                                          \
    X(UPDATED, "updated")                                                                          \
    X(READY_COUNT, "readyReplicas")                                                                \
    X(AVAILABLE, "available")                                                                      \
    X(TYPE, "type")                                                                                \
    X(CLUSTER_IP, "clusterIP")                                                                     \
    X(EXTERNAL_NAME, "externalName")                                                               \
    X(EXTERNAL_IP, "externalIP")                                                                   \
    X(ENDPOINTS, "endpoints")                                                                      \
    X(NOT_READY_ENDPOINTS, "notReadyAddresses")                                                    \
    X(STORAGE_CLASS, "storageClassName")                                                           \
    X(CAPACITY, "capacity")                                                                        \
    X(REQUEST, "request")                                                                          \
    X(ACCESS_MODES, "accessModes")                                                                 \
    X(CLAIM, "claimRef")                                                                           \
    X(VOLUME, "volumeName")                                                                        \
    X(VOLUME_TYPE, "volumeType")                                                                   \
    X(PROVISIONER, "provisioner")                                                                  \
    X(BINDING_MODE, "volumeBindingMode")                                                           \
    X(UNSCHEDULABLE, "unschedulable")                                                              \
    X(ROLES, "roles")                                                                              \
    X(POD_COUNT, "podCount")                                                                       \
    X(CLASS, "ingressClassName")                                                                   \
    X(REVISION, "revision")                                                                        \
    X(PAUSED, "paused")                                                                            \
    X(SUSPEND, "suspend")                                                                          \
    X(CPU_USE, "cpuUsage")                                                                         \
    X(MEMORY_USE, "memoryUsage")                                                                   \
    X(AGE, "age")

enum fm_object_field {
#define FM_OBJECT_FIELD_ENUM(sym, name) FM_OBJECT_F_##sym,
    FM_OBJECT_FIELDS(FM_OBJECT_FIELD_ENUM)
#undef FM_OBJECT_FIELD_ENUM
        FM_OBJECT_F_COUNT
};

const char *fm_object_field_name(enum fm_object_field f);

struct fm_object_value {
    enum fm_object_field id;
    bool is_live, is_summary;
    fm_field field;
};

struct fm_object {
    enum fm_object_kind kind;
    fm_str ns, name; /* ns "" for cluster objects and when unknown */
    enum fm_object_kind owner_kind;
    fm_field owner;
    bool is_live;     /* the cluster showed it */
    bool is_declared; /* a manifest as applied holds it */
    bool is_gone;     /* shown once, and missing from a later complete list */
    fm_span span;     /* its most telling mention: the list row or the describe heading */
    uint32_t seen;    /* number of the segment that showed it last: a clock of the transcript */
    uint32_t
        seen_in; /* the evidence of that segment: only within one is the order of commands known */
    double age_s;
    uint64_t version; /* the highest resource version that was shown; 0 when none was */
    FM_VEC(struct fm_object_value) values;
    struct fm_pairs labels, annotations;
    struct fm_pairs selector; /* of a service, workload, claim or policy */
    struct fm_conditions conditions;
    struct fm_pod_spec *spec; /* pods and workloads; NULL when never shown */
    FM_VEC(struct fm_service_port) ports;
    FM_VEC(struct fm_quota_entry) quota;
    FM_VEC(struct fm_taint) taints;
    FM_VEC(struct fm_backend) backends;               /* ingress */
    struct fm_pairs capacity, allocatable, allocated; /* node */
    struct fm_pairs keys;                             /* data keys of config maps and secrets */
    FM_VEC(struct fm_affinity) node_affinity;         /* volume */
    struct fm_policy *policy;
};

struct fm_object_event {
    enum fm_object_kind kind;
    fm_str ns, name; /* of the involved object */
    fm_str reason, message, source;
    bool is_warning;
    uint64_t count;
    double last_s, first_s; /* age */
    fm_time at;             /* of the last occurrence; FM_TIME_NONE when only ages are known */
    fm_span span;           /* the whole event */
};

struct fm_absence {
    enum fm_object_kind kind;
    fm_str ns, name;
    fm_span span;
};

/* A list that shows all objects of a kind in a namespace ("" for all namespaces). */
struct fm_object_list {
    enum fm_object_kind kind;
    fm_str ns;
    uint32_t seen;
    fm_span span; /* command or header */
};

/* A service of an operating system: systemctl status. */
struct fm_unit {
    fm_str node, name;  /* name without ".service"; node "" when unknown */
    fm_str active, sub; /* "active", "running" */
    fm_span span;       /* the Active: line */
    fm_str log;         /* the journal lines below it */
};

/* One nc, curl, wget, ping, dig test. */
struct fm_connection {
    fm_str from; /* node or pod where it ran; "" when unknown */
    fm_str host, port;
    bool is_open;
    double loss, rtt_ms; /* of ping: share of packets lost, average round trip; NAN otherwise */
    fm_span span;        /* command and result */
    fm_span result;
    fm_str text;
};

struct fm_call {
    fm_str from, to;
    fm_span span;
};

/* Application log inside other evidence, or a file that belongs to a workload: bytes for the log
 * engine. */
struct fm_log_section {
    fm_str workload, pod, container;
    bool is_previous;
    struct fm_evidence *evidence;
    fm_str text;
};

enum fm_conflict_reason {
    FM_CONFLICT_LATER,    /* it was shown later */
    FM_CONFLICT_LIVE,     /* the cluster shows it, the other is declared */
    FM_CONFLICT_VERSION,  /* its resource version is higher */
    FM_CONFLICT_SPECIFIC, /* a description or the object itself, the other is a row of a list */
};

struct fm_conflict {
    const struct fm_object *object;
    const char *what; /* static */
    fm_field other, used;
    enum fm_conflict_reason why;
};

/* A line of command output that is a state of a host: df, dmesg, free. */
struct fm_host_fact {
    fm_str host;
    enum {
        FM_HOST_DISK_FULL,
        FM_HOST_INODES_FULL,
        FM_HOST_OOM,
        FM_HOST_READ_ONLY,
        FM_HOST_IO_ERROR,
        FM_HOST_HARDWARE,
        FM_HOST_CLOCK,
        FM_HOST_MEMORY_LOW,
        FM_HOST_CONNTRACK,
        FM_HOST_LINK
    } kind;
    fm_str subject; /* mount point, process, device */
    fm_str value;   /* "100%", … */
    fm_span span;
};

struct fm_object_set {
    struct fm_incident *in;
    struct fm_map index;      /* "kind/ns/name" → struct fm_object * */
    struct fm_map name_index; /* "kind/name" → the object, or one of kind UNKNOWN when several
                                 namespaces have it */
    FM_VEC(struct fm_object *) objects;
    FM_VEC(const struct fm_object *) controllers; /* of objects, those that own pods */
    FM_VEC(struct fm_object_event *) events;
    struct fm_map event_index;
    FM_VEC(struct fm_absence) absences;
    FM_VEC(struct fm_object_list) lists;
    FM_VEC(struct fm_unit) units;
    FM_VEC(struct fm_connection) connections;
    FM_VEC(struct fm_call) calls;
    FM_VEC(struct fm_log_section) logs;
    FM_VEC(struct fm_conflict) conflicts;
    FM_VEC(struct fm_host_fact) host_facts;
    uint32_t clock; /* number of the current segment */
    fm_time now;    /* latest absolute time seen in events; FM_TIME_NONE when there is none */
    bool is_full;   /* FM_OBJECTS_MAX was hit */
};

#define FM_OBJECTS_MAX 1000000
#define FM_OBJECT_EVENTS_MAX 1000000

/* NULL when unknown. ns "" matches a name that exists in one namespace only or has none. */
struct fm_object *fm_objects_find(const struct fm_object_set *s, enum fm_object_kind kind,
                                  fm_str ns, fm_str name);

/* The field, or an unset one. */
fm_field fm_object_get(const struct fm_object *o, enum fm_object_field f);
bool fm_object_int(const struct fm_object *o, enum fm_object_field f, int64_t *out);

/* The workload that a file name "workload-container" means, "" when there is none. */
fm_str fm_objects_of_container(const struct fm_object_set *s, fm_str name);

/* The span that proves that no such object exists now; length 0 without proof. */
fm_span fm_objects_absent(const struct fm_object_set *s, enum fm_object_kind kind, fm_str ns,
                          fm_str name);

/* The object that controls o at the top: pod → replica set → deployment; cyclic references end the
 * walk. Never NULL. */
const struct fm_object *fm_objects_root(const struct fm_object_set *s, const struct fm_object *o);

/* The unified name of o: its root's name, by naming rules when the owner is not shown. */
fm_str fm_objects_workload(const struct fm_object_set *s, const struct fm_object *o);

/* All pairs of `selector` are in `labels`; an empty selector matches nothing. */
bool fm_labels_match(const struct fm_pairs *selector, const struct fm_pairs *labels);

/* "250m" → 0.25, "1Gi" → 1073741824, "4" → 4 (quantities of the Kubernetes API); false when it is
 * none. */
bool fm_quantity_parse(fm_str s, double *out);

/* "63s", "5m29s", "92d", "2y35d", "<unknown>": seconds, NAN when it is none. */
double fm_age_parse(fm_str s);

#endif
