/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods that the API server does not admit: controllers report FailedCreate while the workload has
 * fewer pods than it wants. The same event on a workload that is complete is history (a service
 * account created a moment after the deployment, for example).
 */
#include "kube.h"

/* A resource of a quota and the fault that its exhaustion is. */
static const struct {
    const char *resource;
    enum fm_fault fault;
} quota_faults[] = {
    {"requests.cpu", FM_FAULT_ADMISSION_QUOTA_CPU},
    {"limits.cpu", FM_FAULT_ADMISSION_QUOTA_CPU},
    {"cpu", FM_FAULT_ADMISSION_QUOTA_CPU},
    {"requests.memory", FM_FAULT_ADMISSION_QUOTA_MEMORY},
    {"limits.memory", FM_FAULT_ADMISSION_QUOTA_MEMORY},
    {"memory", FM_FAULT_ADMISSION_QUOTA_MEMORY},
    {"pods", FM_FAULT_ADMISSION_QUOTA_PODS},
    {"count/pods", FM_FAULT_ADMISSION_QUOTA_PODS},
    {"services", FM_FAULT_ADMISSION_QUOTA_SERVICES},
    {"count/services", FM_FAULT_ADMISSION_QUOTA_SERVICES},
    {"services.loadbalancers", FM_FAULT_ADMISSION_QUOTA_SERVICES},
    {"services.nodeports", FM_FAULT_ADMISSION_QUOTA_SERVICES},
    {"requests.storage", FM_FAULT_ADMISSION_QUOTA_STORAGE},
    {"persistentvolumeclaims", FM_FAULT_ADMISSION_QUOTA_STORAGE},
    {"count/persistentvolumeclaims", FM_FAULT_ADMISSION_QUOTA_STORAGE},
    {"requests.ephemeral-storage", FM_FAULT_ADMISSION_QUOTA_STORAGE},
    {"limits.ephemeral-storage", FM_FAULT_ADMISSION_QUOTA_STORAGE},
};

static bool quota_fault(fm_str resource, enum fm_fault *out)
{
    if (fm_str_ends(resource, FM_STR("/requests.storage")) ||
        fm_str_ends(resource, FM_STR("storageclass.storage.k8s.io/requests.storage")))
        resource = FM_STR("requests.storage");
    for (size_t i = 0; i < sizeof quota_faults / sizeof *quota_faults; i++)
        if (fm_str_eqc(resource, quota_faults[i].resource)) {
            *out = quota_faults[i].fault;
            return true;
        }
    return false;
}

/* The value of "name=value" in "cpu=1,memory=2Gi". */
static fm_str amount_of(fm_str list, fm_str name)
{
    while (list.len) {
        fm_str value = fm_str_trim(fm_str_cut(&list, ','));
        if (fm_str_eq(fm_str_cut(&value, '='), name))
            return value;
    }
    return FM_STR_NULL;
}

static bool is_over(fm_str requested, fm_str used, fm_str limited)
{
    double r, u, l;
    return !fm_quantity_parse(requested, &r) || !fm_quantity_parse(used, &u) ||
           !fm_quantity_parse(limited, &l) || r + u > l;
}

/* A quota that refuses. */
struct refusal {
    fm_str ns, quota, resource;
    enum fm_fault fault;
};

static struct fm_cause *assert_quota(struct fm_kube *k, const struct refusal *r, double strength)
{
    fm_str ns = r->ns, quota = r->quota, resource = r->resource;
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_NAMESPACE,
               .name = ns,
               .fault = r->fault,
               .strength = strength,
               .rule = "kubernetes.admission.quota",
               .statement = fm_kube_text(
                   k, "The resource quota %.*s of namespace %.*s is exhausted for %.*s.",
                   FM_STR_ARG(quota), FM_STR_ARG(ns), FM_STR_ARG(resource)),
               .mechanism = FM_STR("The API server refuses every object whose request would take "
                                   "the namespace over its quota; what is "
                                   "missing was never created."),
               .location = resource,
               .ask = FM_STR("What uses the quota, and is the limit intended?"),
               .command = fm_kube_text(k, "kubectl describe resourcequota -n %.*s", FM_STR_ARG(ns)),
           });
    fm_kube_action(
        k, c, "Raise the quota, or free what the namespace no longer needs.",
        fm_kube_text(k, "kubectl edit resourcequota %.*s", FM_STR_ARG(fm_kube_ref(k, ns, quota))),
        "a higher quota lets the namespace take capacity from others");
    return c;
}

static void cite_quota_object(struct fm_kube *k, struct fm_cause *c, fm_str ns, fm_str quota,
                              fm_str resource)
{
    const struct fm_object *o = fm_objects_find(k->s, FM_OBJECT_QUOTA, ns, quota);
    if (o)
        fm_vec_each (&o->quota, q)
            if (fm_str_eq(q->resource, resource))
                fm_kube_cite(k, c, q->span, "quota: %.*s used of %.*s", FM_STR_ARG(q->used),
                             FM_STR_ARG(q->hard));
}

/* exceeded quota: team, requested: cpu=1,memory=1Gi, used: cpu=4,memory=2Gi, limited:
 * cpu=4,memory=8Gi */
static bool check_quota_event(struct fm_kube *k, struct fm_kube_workload *w,
                              const struct fm_object_event *e)
{
    fm_str quota = fm_kube_between(e->message, "exceeded quota: ", ","),
           requested = fm_kube_between(e->message, "requested: ", ", used:");
    fm_str used = fm_kube_between(e->message, "used: ", ", limited:"),
           limited = fm_kube_between(e->message, "limited: ", "");
    bool has_any = false;
    while (requested.len) {
        enum fm_fault fault;
        fm_str amount = fm_str_trim(fm_str_cut(&requested, ','));
        fm_str resource = fm_str_cut(&amount, '=');
        if (!quota_fault(resource, &fault) ||
            !is_over(amount, amount_of(used, resource), amount_of(limited, resource)))
            continue;
        struct fm_cause *c =
            assert_quota(k, &(struct refusal){w->ns, quota, resource, fault}, 0.95);
        fm_kube_cite_event(k, c, e);
        cite_quota_object(k, c, w->ns, quota, resource);
        fm_kube_explain(k, w, c);
        has_any = true;
    }
    return has_any;
}

static fm_str nearest_account(const struct fm_kube *k, fm_str ns, fm_str name, fm_span *span)
{
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_SERVICE_ACCOUNT && (*o)->is_live && fm_str_eq((*o)->ns, ns) &&
            fm_kube_near((*o)->name, name) >= FM_NEAR_PREFIX) {
            *span = (*o)->span;
            return (*o)->name;
        }
    return FM_STR_NULL;
}

static bool exists(const struct fm_kube *k, enum fm_object_kind kind, fm_str ns, fm_str name)
{
    const struct fm_object *o = fm_objects_find(k->s, kind, ns, name);
    return o && o->is_live && !o->is_gone;
}

static bool check_account(struct fm_kube *k, struct fm_kube_workload *w,
                          const struct fm_object_event *e)
{
    fm_str name = fm_kube_between(e->message, "serviceaccount \"", "\"");
    if (name.len == 0 || exists(k, FM_OBJECT_SERVICE_ACCOUNT, w->ns, name))
        return false;
    fm_span near_span = {0};
    fm_span absent = fm_objects_absent(k->s, FM_OBJECT_SERVICE_ACCOUNT, w->ns, name);
    fm_str near = nearest_account(k, w->ns, name, &near_span);
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_WORKLOAD,
               .name = w->name,
               .fault = FM_FAULT_ADMISSION_SERVICE_ACCOUNT_MISSING,
               .strength = absent.length ? 0.95 : 0.90,
               .rule = "kubernetes.admission.service-account",
               .statement = fm_kube_text(k,
                                         "No pod of %.*s can be created: its service account "
                                         "\"%.*s\" does not exist in namespace %.*s.",
                                         FM_STR_ARG(w->name), FM_STR_ARG(name), FM_STR_ARG(w->ns)),
               .mechanism = FM_STR("The ServiceAccount admission plugin refuses pods that name an "
                                   "account that is not there; the controller keeps retrying."),
               .location = FM_STR("spec.serviceAccountName"),
               .ask = FM_STR("Was the account removed or renamed, or is the name wrong?"),
               .command = fm_kube_text(k, "kubectl get serviceaccounts -n %.*s", FM_STR_ARG(w->ns)),
           });
    fm_kube_cite_event(k, c, e);
    fm_kube_cite(k, c, absent, "the account is not among those of the namespace");
    fm_kube_cite(k, c, near_span, "there is an account with a similar name: %.*s",
                 FM_STR_ARG(near));
    if (w->spec)
        fm_kube_cite(k, c, w->spec->service_account.span, "the workload asks for account %.*s",
                     FM_STR_ARG(w->spec->service_account.text));
    fm_kube_action(k, c, "Create the account, or correct its name in the workload.",
                   fm_kube_text(k, "kubectl create serviceaccount %.*s",
                                FM_STR_ARG(fm_kube_ref(k, w->ns, name))),
                   "the new account has no permissions yet");
    fm_kube_explain(k, w, c);
    return true;
}

static struct fm_cause *assert_refusal(struct fm_kube *k, struct fm_kube_workload *w,
                                       const struct fm_object_event *e, struct fm_kube_claim *claim)
{
    claim->rule = "kubernetes.admission.refused";
    claim->command = fm_kube_text(
        k, "kubectl get events -n %.*s --field-selector reason=FailedCreate", FM_STR_ARG(w->ns));
    struct fm_cause *c = fm_kube_assert(k, claim);
    fm_kube_cite_event(k, c, e);
    fm_kube_explain(k, w, c);
    return c;
}

static bool check_webhook(struct fm_kube *k, struct fm_kube_workload *w,
                          const struct fm_object_event *e)
{
    fm_str webhook = fm_kube_between(e->message, "failed calling webhook \"", "\"");
    if (webhook.len == 0)
        return false;
    struct fm_cause *c = assert_refusal(
        k, w, e,
        &(struct fm_kube_claim){
            .kind = FM_ENTITY_NAMESPACE,
            .name = w->ns,
            .fault = FM_FAULT_ADMISSION_WEBHOOK_UNAVAILABLE,
            .strength = 0.92,
            .statement = fm_kube_text(k,
                                      "Pods in namespace %.*s cannot be created: the admission "
                                      "webhook \"%.*s\" does not answer.",
                                      FM_STR_ARG(w->ns), FM_STR_ARG(webhook)),
            .mechanism = FM_STR("With failurePolicy: Fail the API server refuses every object that "
                                "a webhook should review while the webhook is down."),
            .location = webhook,
            .ask =
                FM_STR("Is the service behind the webhook running, and is its certificate valid?"),
        });
    fm_kube_action(
        k, c, "Repair the webhook's service; as a last resort remove its configuration.",
        FM_STR("kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"),
        "without the webhook its policy is not enforced");
    return true;
}

static const char *const denials[] = {"denied the request",
                                      "violates PodSecurity",
                                      "security context constraint",
                                      "is forbidden: violates",
                                      "denied request",
                                      "maximum cpu usage per",
                                      "maximum memory usage per",
                                      "minimum cpu usage per",
                                      "minimum memory usage per",
                                      "failed quota:",
                                      "must specify",
                                      "pod security policy",
                                      "PodSecurityPolicy",
                                      "ValidatingAdmissionPolicy",
                                      NULL};

static bool check_policy(struct fm_kube *k, struct fm_kube_workload *w,
                         const struct fm_object_event *e)
{
    fm_str found;
    if (!fm_kube_has_any(e->message, denials, &found))
        return false;
    struct fm_cause *c = assert_refusal(
        k, w, e,
        &(struct fm_kube_claim){
            .kind = FM_ENTITY_WORKLOAD,
            .name = w->name,
            .fault = FM_FAULT_ADMISSION_POLICY_DENIED,
            .strength = 0.92,
            .statement = fm_kube_text(
                k, "No pod of %.*s can be created: an admission policy of the cluster refuses it.",
                FM_STR_ARG(w->name)),
            .mechanism =
                FM_STR("The pod template breaks a rule of the namespace (pod security level, limit "
                       "range, policy engine); the controller keeps retrying."),
            .location = FM_STR("spec.template"),
            .ask = FM_STR("Which rule was added, or which field of the template changed?"),
        });
    fm_kube_action(k, c, "Change the pod template so that it meets the policy named in the event.",
                   FM_STR_NULL, "an exemption weakens the policy");
    return true;
}

static void check_event(struct fm_kube *k, struct fm_kube_workload *w,
                        const struct fm_object_event *e)
{
    if (!check_quota_event(k, w, e) && !check_account(k, w, e) && !check_webhook(k, w, e))
        check_policy(k, w, e);
}

/* Fewer pods exist than are wanted, or none. */
static bool lacks_pods(const struct fm_kube_workload *w)
{
    return w->desired >= 0 ? (int64_t)w->pods.n < w->desired : w->pods.n == 0;
}

/* A rollout whose new pods are refused: the old ones still serve, so the count alone looks
 * complete. */
static bool is_refused_now(const struct fm_kube *k, const struct fm_kube_workload *w,
                           const struct fm_object_event *e)
{
    int64_t desired, current;
    const struct fm_object *set = fm_objects_find(k->s, e->kind, e->ns, e->name);
    const struct fm_condition *c =
        w->root ? fm_condition_get(&w->root->conditions, "ReplicaFailure") : NULL;
    if (c && fm_str_eqc(c->status, "True"))
        return true;
    return set && set->kind == FM_OBJECT_REPLICA_SET && set->is_live && !set->is_gone &&
           fm_object_int(set, FM_OBJECT_F_DESIRED, &desired) &&
           fm_object_int(set, FM_OBJECT_F_CURRENT, &current) && current < desired;
}

static void check_workload(struct fm_kube *k, struct fm_kube_workload *w,
                           const struct fm_object_event *e)
{
    if (!lacks_pods(w) && !is_refused_now(k, w, e)) {
        fm_rule_out(k->h, e->span,
                    FM_STR("the workload has all its pods now, so the refusal was transient"),
                    "Creating pods of %.*s failed", FM_STR_ARG(w->name));
        return;
    }
    check_event(k, w, e);
}

/* A replica set that an event names and no object shows still stands for its workload. */
static struct fm_kube_workload *find_workload(struct fm_kube *k, const struct fm_object_event *e)
{
    const struct fm_object *o = fm_objects_find(k->s, e->kind, e->ns, e->name);
    fm_str name = o ? fm_objects_workload(k->s, o) : fm_workload_name(e->name, false);
    struct fm_kube_workload *known = fm_kube_workload(k, e->ns, name);
    if (!known)
        known = fm_kube_workload(k, e->ns, e->name);
    if (!known && e->ns.len)
        known = fm_kube_workload(k, FM_STR_NULL, name);
    if (known)
        return known;
    struct fm_kube_workload *w = FM_NEW(k->a, struct fm_kube_workload);
    w->name = name;
    w->ns = e->ns;
    w->desired = 1;
    w->ready = 0;
    fm_vec_push(k->a, &k->workloads, w);
    fm_map_put(&k->workload_index,
               fm_str_fmt(k->a, "%.*s/%.*s", FM_STR_ARG(w->ns), FM_STR_ARG(w->name)))
        ->value = w;
    return w;
}

void fm_kube_rules_admission(struct fm_kube *k)
{
    fm_vec_each (&k->s->events, e) {
        bool creates = fm_str_eqc((*e)->reason, "FailedCreate") ||
                       fm_str_eqc((*e)->reason, "ReplicaSetCreateError") ||
                       fm_str_eqc((*e)->reason, "FailedDaemonPod");
        if (creates && (*e)->kind != FM_OBJECT_POD && (*e)->kind != FM_OBJECT_UNKNOWN)
            check_workload(k, find_workload(k, *e), *e);
    }
}

/* Declared and never created, or referred to and absent. */
static const struct fm_object *absent_declared(const struct fm_kube *k, enum fm_object_kind kind,
                                               fm_str ns, fm_span *proof)
{
    fm_vec_each (&k->s->objects, o) {
        if ((*o)->kind != kind || (*o)->is_live ||
            (ns.len && (*o)->ns.len && !fm_str_eq((*o)->ns, ns)))
            continue;
        *proof = fm_objects_absent(k->s, kind, (*o)->ns, (*o)->name);
        if (proof->length)
            return *o;
    }
    return NULL;
}

static bool has_address_of(const struct fm_pod_spec *spec, fm_str name, fm_span *span)
{
    fm_vec_each (&spec->containers, c)
        fm_vec_each (&c->env, e) {
            fm_str value = e->value, host = fm_str_cut(&value, ':');
            if (value.len && fm_str_eq(fm_str_cut(&host, '.'), name)) {
                *span = e->span;
                return true;
            }
        }
    return false;
}

/* A workload that others have an address for, while no service has its name. */
static fm_str unserved(const struct fm_kube *k, fm_str ns, fm_span *address, fm_span *absent)
{
    fm_vec_each (&k->workloads, w) {
        *absent = fm_str_eq((*w)->ns, ns)
                      ? fm_objects_absent(k->s, FM_OBJECT_SERVICE, ns, (*w)->name)
                      : (fm_span){0};
        if (absent->length == 0)
            continue;
        fm_vec_each (&k->workloads, caller)
            if ((*caller)->spec && has_address_of((*caller)->spec, (*w)->name, address))
                return (*w)->name;
    }
    return FM_STR_NULL;
}

static bool cite_unserved(struct fm_kube *k, const struct fm_object *o,
                          const struct fm_quota_entry *q)
{
    fm_span address = {0}, absent = {0};
    fm_str name = unserved(k, o->ns, &address, &absent);
    if (name.len == 0)
        return false;
    struct fm_cause *c = assert_quota(
        k, &(struct refusal){o->ns, o->name, q->resource, FM_FAULT_ADMISSION_QUOTA_SERVICES}, 0.92);
    fm_kube_cite(k, c, q->span, "quota: %.*s used of %.*s", FM_STR_ARG(q->used),
                 FM_STR_ARG(q->hard));
    fm_kube_cite(k, c, address, "%.*s is called by this address", FM_STR_ARG(name));
    fm_kube_cite(k, c, absent, "service %.*s does not exist", FM_STR_ARG(name));
    fm_kube_explain_object(k, FM_OBJECT_SERVICE, name, c);
    return true;
}

static void check_service_quota(struct fm_kube *k, const struct fm_object *o,
                                const struct fm_quota_entry *q)
{
    fm_span proof = {0};
    const struct fm_object *missing = absent_declared(k, FM_OBJECT_SERVICE, o->ns, &proof);
    if (!missing && cite_unserved(k, o, q))
        return;
    struct fm_cause *c = assert_quota(
        k, &(struct refusal){o->ns, o->name, q->resource, FM_FAULT_ADMISSION_QUOTA_SERVICES},
        missing ? 0.93 : 0.55);
    fm_kube_cite(k, c, q->span, "quota: %.*s used of %.*s", FM_STR_ARG(q->used),
                 FM_STR_ARG(q->hard));
    if (!missing)
        return;
    fm_kube_cite(k, c, missing->span, "service %.*s is declared", FM_STR_ARG(missing->name));
    fm_kube_cite(k, c, proof, "service %.*s does not exist", FM_STR_ARG(missing->name));
    fm_vec_each (&k->s->objects, s)
        if ((*s)->kind == FM_OBJECT_SERVICE && !(*s)->is_live && fm_str_eq((*s)->ns, o->ns))
            fm_kube_explain_object(k, FM_OBJECT_SERVICE, (*s)->name, c);
}

/* A claim that a waiting pod names and that does not exist. */
static bool missing_claim(struct fm_kube *k, fm_str ns, fm_str *name, fm_span *proof,
                          struct fm_kube_workload **workload)
{
    fm_vec_each (&k->pods, p) {
        if ((*p)->is_ready || !(*p)->object->spec || (ns.len && !fm_str_eq((*p)->object->ns, ns)))
            continue;
        fm_vec_each (&(*p)->object->spec->volumes, v) {
            if (v->from.kind != FM_OBJECT_CLAIM)
                continue;
            *proof = fm_objects_absent(k->s, FM_OBJECT_CLAIM, (*p)->object->ns, v->from.name);
            *name = v->from.name;
            *workload = (*p)->workload;
            if (proof->length)
                return true;
        }
    }
    return false;
}

static void check_storage_quota(struct fm_kube *k, const struct fm_object *o,
                                const struct fm_quota_entry *q)
{
    double used, hard, want = 0;
    fm_str name;
    fm_span proof;
    struct fm_kube_workload *w;
    if (!missing_claim(k, o->ns, &name, &proof, &w) || !fm_quantity_parse(q->used, &used) ||
        !fm_quantity_parse(q->hard, &hard))
        return;
    const struct fm_object *claim = fm_objects_find(k->s, FM_OBJECT_CLAIM, o->ns, name);
    fm_field request = fm_object_get(claim, FM_OBJECT_F_REQUEST);
    bool counts_objects = fm_str_has(q->resource, FM_STR("persistentvolumeclaims"));
    if (counts_objects)
        want = 1;
    else if (!fm_quantity_parse(request.text, &want))
        want = hard; /* size unknown: only an empty quota is sure to refuse */
    if (used + want <= hard || (!fm_field_is_set(request) && !counts_objects && used < hard))
        return;
    struct fm_cause *c = assert_quota(
        k, &(struct refusal){o->ns, o->name, q->resource, FM_FAULT_ADMISSION_QUOTA_STORAGE}, 0.94);
    fm_kube_cite(k, c, q->span, "quota: %.*s used of %.*s", FM_STR_ARG(q->used),
                 FM_STR_ARG(q->hard));
    fm_kube_cite(k, c, request.span, "claim %.*s asks for %.*s", FM_STR_ARG(name),
                 FM_STR_ARG(request.text));
    fm_kube_cite(k, c, proof, "claim %.*s does not exist", FM_STR_ARG(name));
    fm_kube_explain_object(k, FM_OBJECT_CLAIM, name, c);
    fm_kube_explain(k, w, c);
}

/* Pods, CPU or memory at the limit and a workload that lacks pods for no other reason that is
 * shown. */
static void check_pod_quota(struct fm_kube *k, const struct fm_object *o,
                            const struct fm_quota_entry *q, enum fm_fault fault)
{
    double used, hard;
    if (!fm_quantity_parse(q->used, &used) || !fm_quantity_parse(q->hard, &hard) ||
        used < 0.95 * hard)
        return;
    fm_vec_each (&k->workloads, w) {
        if ((*w)->is_explained || !lacks_pods(*w) || (*w)->desired == 0 ||
            !fm_str_eq((*w)->ns, o->ns))
            continue;
        struct fm_cause *c =
            assert_quota(k, &(struct refusal){o->ns, o->name, q->resource, fault}, 0.80);
        fm_kube_cite(k, c, q->span, "quota: %.*s used of %.*s", FM_STR_ARG(q->used),
                     FM_STR_ARG(q->hard));
        fm_kube_cite(k, c, (*w)->root ? (*w)->root->span : (fm_span){0}, "workload %.*s lacks pods",
                     FM_STR_ARG((*w)->name));
        fm_kube_explain(k, *w, c);
    }
}

static void check_entry(struct fm_kube *k, const struct fm_object *o,
                        const struct fm_quota_entry *q)
{
    enum fm_fault fault;
    double used, hard;
    if (!quota_fault(q->resource, &fault) || !fm_quantity_parse(q->used, &used) ||
        !fm_quantity_parse(q->hard, &hard))
        return;
    if (fault == FM_FAULT_ADMISSION_QUOTA_STORAGE)
        check_storage_quota(k, o, q);
    else if (fault == FM_FAULT_ADMISSION_QUOTA_SERVICES && used >= hard)
        check_service_quota(k, o, q);
    else if (fault != FM_FAULT_ADMISSION_QUOTA_SERVICES)
        check_pod_quota(k, o, q, fault);
}

/* Quotas that refuse without an event: services and claims are created by people, not by a
 * controller that reports. */
void fm_kube_rules_quota(struct fm_kube *k)
{
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_QUOTA && (*o)->is_live)
            fm_vec_each (&(*o)->quota, q)
                check_entry(k, *o, q);
}
