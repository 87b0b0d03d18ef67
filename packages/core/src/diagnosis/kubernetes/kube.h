/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view of a cluster that the rules share. Rules run in the order of kube.c: a rule that
 * explains a workload, node or service marks it, and later rules leave what is explained alone (a
 * service without ready pods is a consequence of what keeps its pods from running). Every rule
 * needs a state that holds now and a reason; events alone are history.
 *
 * Sources: kubernetes.io/docs (tasks/debug, concepts/scheduling-eviction, concepts/storage,
 * concepts/services-networking, reference/kubernetes-api) and the messages of kube-scheduler,
 * kubelet and the controllers.
 */
#ifndef FAULTMAVEN_CORE_KUBE_H
#define FAULTMAVEN_CORE_KUBE_H

#include "faultmaven/core/hypotheses.h"
#include "faultmaven/core/objects.h"

struct fm_kube_pod {
    const struct fm_object *object;
    struct fm_kube_workload *workload;
    const struct fm_object *node; /* NULL when not placed or the node is not shown */
    fm_str node_name;
    bool is_ready, is_done, is_placed;
};

struct fm_kube_workload {
    fm_str name, ns;
    const struct fm_object *root; /* controller, or the pod itself */
    const struct fm_pod_spec
        *spec; /* of the controller's template, else of a pod; NULL when not shown */
    FM_VEC(struct fm_kube_pod *) pods;
    int64_t desired, ready; /* -1: unknown */
    bool is_explained;
    bool is_aside;          /* only listed, while question and alerts are about something else */
    struct fm_cause *cause; /* that explains it */
};

struct fm_kube_event_list FM_VEC_OF(const struct fm_object_event *);

struct fm_kube {
    struct fm_hypotheses *h;
    struct fm_object_set *s;
    struct fm_arena *a;
    FM_VEC(struct fm_kube_pod *) pods;
    FM_VEC(struct fm_kube_workload *) workloads;
    bool has_asides;
    size_t n_loops;               /* crash loops listed without a reason */
    struct fm_map workload_index; /* "ns/name" */
    struct fm_map event_index;    /* "kind/name" → struct fm_kube_event_list * */
    struct fm_map explained;      /* "kind/name" of nodes, services, claims → struct fm_cause * */
};

/* A cause in the making. Texts are owned by the arena or static. */
struct fm_kube_claim {
    enum fm_entity_kind kind;
    fm_str name;
    enum fm_fault fault;
    double strength;
    const char *rule; /* "kubernetes.admission.quota" */
    fm_str statement, mechanism, location;
    fm_str ask, command; /* what would settle it */
};

/* Proposes; texts are taken when the cause is new or this claim is the stronger one. Never NULL. */
struct fm_cause *fm_kube_assert(struct fm_kube *k, const struct fm_kube_claim *c);

/* Formats on the arena. */
fm_str fm_kube_text(struct fm_kube *k, const char *fmt, ...) FM_PRINTF(2, 3);

/* Adds a citation when the span is one. */
void fm_kube_cite(struct fm_kube *k, struct fm_cause *c, fm_span span, const char *fmt, ...)
    FM_PRINTF(4, 5);
void fm_kube_cite_event(struct fm_kube *k, struct fm_cause *c, const struct fm_object_event *e);
void fm_kube_action(struct fm_kube *k, struct fm_cause *c, const char *text, fm_str command,
                    const char *risk);

/* "ns/name" → "-n ns name" for commands. */
fm_str fm_kube_ref(struct fm_kube *k, fm_str ns, fm_str name);

/* Marks w and adds it to what c affects; a NULL c explains without accusing. */
void fm_kube_explain(struct fm_kube *k, struct fm_kube_workload *w, struct fm_cause *c);
void fm_kube_explain_object(struct fm_kube *k, enum fm_object_kind kind, fm_str name,
                            struct fm_cause *c);
bool fm_kube_is_explained(const struct fm_kube *k, enum fm_object_kind kind, fm_str name);

struct fm_kube_workload *fm_kube_workload(const struct fm_kube *k, fm_str ns, fm_str name);
const struct fm_kube_event_list *fm_kube_events(const struct fm_kube *k, enum fm_object_kind kind,
                                                fm_str name);

/* The latest event of an object with this reason (NULL: any) whose message has text (NULL: any);
 * NULL when there is none. */
const struct fm_object_event *fm_kube_event(const struct fm_kube *k, const struct fm_object *o,
                                            const char *reason, const char *text);

/* Short of ready pods: fewer ready than desired, or a pod that should run and is not ready. */
bool fm_kube_is_short(const struct fm_kube_workload *w);
bool fm_kube_is_control_plane(const struct fm_object *node);
bool fm_kube_is_cordoned(const struct fm_object *node);

/* Status column or waiting reason of a pod: "CrashLoopBackOff", "Pending", … */
fm_str fm_kube_pod_reason(const struct fm_kube_pod *p);

/* At most max bytes, cut between words: half a number or quote would not be found in its citation.
 */
fm_str fm_kube_cut(fm_str text, size_t max);

/* The piece between two marks, "" when it is not there. */
fm_str fm_kube_between(fm_str text, const char *before, const char *after);
bool fm_kube_has_any(fm_str text, const char *const *needles, fm_str *found);

enum fm_near { FM_NEAR_NONE, FM_NEAR_PREFIX, FM_NEAR_EDIT, FM_NEAR_EXACT };

/* How near two names are: equal, edit distance ≤ 2 (≤ 1 below 5 bytes), or one a prefix of the
 * other (over 4 bytes). */
enum fm_near fm_kube_near(fm_str a, fm_str b);

/* Rules, in order. */
void fm_kube_rules_nodes(struct fm_kube *k);
void fm_kube_rules_hosts(struct fm_kube *k);
void fm_kube_rules_agents(struct fm_kube *k);
void fm_kube_rules_pings(struct fm_kube *k);
void fm_kube_rules_scheduler(struct fm_kube *k);
void fm_kube_rules_admission(struct fm_kube *k);
void fm_kube_rules_quota(struct fm_kube *k);
void fm_kube_rules_storage(struct fm_kube *k);
void fm_kube_rules_scheduling(struct fm_kube *k);
void fm_kube_rules_image(struct fm_kube *k);
void fm_kube_rules_start(struct fm_kube *k);
void fm_kube_rules_runtime(struct fm_kube *k);
void fm_kube_rules_probes(struct fm_kube *k);
void fm_kube_rules_crash(struct fm_kube *k);
void fm_kube_rules_routing(struct fm_kube *k);
void fm_kube_rules_addresses(struct fm_kube *k);
void fm_kube_rules_network(struct fm_kube *k);
void fm_kube_rules_namespaces(struct fm_kube *k);
void fm_kube_rules_rollout(struct fm_kube *k);
void fm_kube_rules_performance(struct fm_kube *k);
void fm_kube_note_state(struct fm_kube *k);
void fm_kube_affected(struct fm_kube *k);

#endif
