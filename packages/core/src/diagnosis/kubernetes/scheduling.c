/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods that no node takes. The scheduler's message counts nodes by the first filter that rejected
 * each; which filter is the cause is decided by evaluating selector, affinity, taints and requests
 * against the nodes, not by the largest count.
 */
#include "scheduling.h"

static struct fm_kube_reason *add_reason(struct fm_kube_verdicts *v, enum fm_kube_reject kind)
{
    if (v->n == FM_KUBE_REASONS_MAX)
        return NULL;
    v->items[v->n] = (struct fm_kube_reason){.kind = kind, .count = 1};
    return &v->items[v->n++];
}

static const struct {
    const char *text;
    enum fm_kube_reject kind;
} reject_marks[] = {
    {"Too many pods", FM_REJECT_PODS},
    {"Insufficient cpu", FM_REJECT_CPU},
    {"Insufficient memory", FM_REJECT_MEMORY},
    {"Insufficient ephemeral-storage", FM_REJECT_EPHEMERAL},
    {"Insufficient hugepages", FM_REJECT_MEMORY},
    {"Insufficient ", FM_REJECT_DEVICE},
    {"node affinity/selector", FM_REJECT_SELECTOR},
    {"didn't match node selector", FM_REJECT_SELECTOR},
    {"node affinity conflict", FM_REJECT_VOLUME_NODE},
    {"didn't match Pod's node affinity", FM_REJECT_SELECTOR},
    {"anti-affinity", FM_REJECT_ANTI_AFFINITY},
    {"pod affinity rules", FM_REJECT_POD_AFFINITY},
    {"taint", FM_REJECT_TAINT},
    {"unschedulable", FM_REJECT_UNSCHEDULABLE},
    {"topology spread", FM_REJECT_SPREAD},
    {"free ports", FM_REJECT_HOST_PORT},
    {"max volume count", FM_REJECT_VOLUME_COUNT},
    {"persistentvolumeclaim", FM_REJECT_CLAIM},
    {"PersistentVolumeClaims", FM_REJECT_CLAIM},
    {"persistent volumes to bind", FM_REJECT_CLAIM},
    {"were not ready", FM_REJECT_NOT_READY},
    {"not be found", FM_REJECT_CLAIM},
};

static void read_reason(struct fm_kube_verdicts *v, fm_str item)
{
    fm_str rest = item, word;
    int64_t count = 1;
    for (size_t i = 0; i < sizeof reject_marks / sizeof *reject_marks; i++) {
        if (!fm_str_ihas(item, fm_str_c(reject_marks[i].text)))
            continue;
        struct fm_kube_reason *r = add_reason(v, reject_marks[i].kind);
        if (!r)
            return;
        if (fm_str_word(&rest, &word) && fm_str_i64(word, &count))
            r->count = count;
        r->text = item;
        return;
    }
}

/* "0/5 nodes are available: 1 …{key: value}, 2 Insufficient cpu, …. preemption: …": commas inside
 * braces belong to taints. */
void fm_kube_read_reasons(fm_str message, struct fm_kube_verdicts *v)
{
    v->n = 0;
    ptrdiff_t at = fm_str_find(message, FM_STR("available: "), 0);
    fm_str text = at >= 0 ? fm_str_skip(message, (size_t)at + 11) : message;
    ptrdiff_t end = fm_str_find(text, FM_STR("preemption:"), 0);
    text = end >= 0 ? fm_str_sub(text, 0, (size_t)end) : text;
    size_t start = 0;
    bool in_braces = false;
    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? text.p[i] : ',';
        in_braces = c == '{' ? true : c == '}' ? false : in_braces;
        if (c != ',' || (in_braces && i < text.len))
            continue;
        fm_str item = fm_str_trim(fm_str_sub(text, start, i - start));
        if (fm_str_ends(item, FM_STR(".")))
            item.len--;
        read_reason(v, item);
        start = i + 1;
    }
}

const struct fm_kube_reason *fm_kube_reason_of(const struct fm_kube_verdicts *v,
                                               enum fm_kube_reject kind)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->items[i].kind == kind)
            return &v->items[i];
    return NULL;
}

static bool value_in(const struct fm_expression *e, fm_str value)
{
    fm_vec_each (&e->values, v)
        if (fm_str_eq(*v, value))
            return true;
    return false;
}

static bool expression_holds(const struct fm_expression *e, const struct fm_pairs *labels)
{
    const struct fm_pair *l = fm_pairs_get(labels, e->key);
    int64_t have, want;
    if (fm_str_eqc(e->op, "NotIn"))
        return !l || !value_in(e, l->value);
    if (fm_str_eqc(e->op, "DoesNotExist"))
        return !l;
    if (!l)
        return false;
    if (fm_str_eqc(e->op, "Exists"))
        return true;
    if ((fm_str_eqc(e->op, "Gt") || fm_str_eqc(e->op, "Lt")) && e->values.n &&
        fm_str_i64(l->value, &have) && fm_str_i64(e->values.items[0], &want))
        return fm_str_eqc(e->op, "Gt") ? have > want : have < want;
    return value_in(e, l->value);
}

bool fm_kube_affinity_accepts(const struct fm_pod_spec *spec, const struct fm_object *node)
{
    bool has_terms = false;
    if (!spec)
        return true;
    fm_vec_each (&spec->affinity, a) {
        if (a->kind != FM_AFFINITY_NODE || !a->is_required || a->expressions.n == 0)
            continue;
        has_terms = true;
        bool holds = true;
        fm_vec_each (&a->expressions, e)
            holds = holds && expression_holds(e, &node->labels);
        if (holds)
            return true;
    }
    return !has_terms;
}

bool fm_kube_selector_accepts(const struct fm_pod_spec *spec, const struct fm_object *node)
{
    return !spec || spec->node_selector.n == 0 ||
           fm_labels_match(&spec->node_selector, &node->labels);
}

bool fm_kube_has_node_affinity(const struct fm_pod_spec *spec)
{
    if (spec)
        fm_vec_each (&spec->affinity, a)
            if (a->kind == FM_AFFINITY_NODE && a->is_required)
                return true;
    return false;
}

/* Affinity is not in describe: it stands in the YAML of the workload, the selector in both. */
const struct fm_pod_spec *fm_kube_placement(const struct fm_kube_pod *p)
{
    const struct fm_pod_spec *own = p->object->spec, *template = p->workload->spec;
    if (!own || (template && own->affinity.n == 0 && own->node_selector.n == 0))
        return template ? template : own;
    return own;
}

/* kube-scheduler that is not running: pods wait and nobody says why. */
static const struct fm_object *control_plane_node(const struct fm_kube *k)
{
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_NODE && fm_kube_is_control_plane(*o))
            return *o;
    return NULL;
}

static const struct fm_kube_pod *scheduler_pod(const struct fm_kube *k)
{
    fm_vec_each (&k->pods, p)
        if (fm_str_starts((*p)->object->name, FM_STR("kube-scheduler")))
            return *p;
    return NULL;
}

static bool has_custom_scheduler(const struct fm_kube_pod *p)
{
    const struct fm_pod_spec *s = p->object->spec;
    return s && fm_field_is_set(s->scheduler) &&
           !fm_str_eqc(s->scheduler.text, "default-scheduler");
}

/* Its description was shown, and no scheduler wrote an event for it. */
static bool waits_silently(const struct fm_kube *k, const struct fm_kube_pod *p)
{
    const struct fm_object *o = p->object;
    bool is_pending =
        fm_str_eqc(fm_object_get(o, FM_OBJECT_F_STATUS).text, "Pending") && !p->is_placed;
    bool was_described = o->conditions.n > 0 || (o->spec && o->spec->containers.n > 0);
    return is_pending && was_described && !has_custom_scheduler(p) &&
           fm_kube_events(k, FM_OBJECT_POD, o->name)->n == 0;
}

static struct fm_cause *assert_scheduler(struct fm_kube *k, const struct fm_kube_pod *waiting,
                                         double strength)
{
    const struct fm_object *node = control_plane_node(k);
    return fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = node ? FM_ENTITY_NODE : FM_ENTITY_COMPONENT,
               .name = node ? node->name : FM_STR("kube-scheduler"),
               .fault = FM_FAULT_SCHEDULING_SCHEDULER_UNAVAILABLE,
               .strength = strength,
               .rule = "kubernetes.scheduler.silent",
               .statement = fm_kube_text(k,
                                         "kube-scheduler does not work: pod %.*s is Pending, is "
                                         "placed on no node, and has no scheduling event at all.",
                                         FM_STR_ARG(waiting->object->name)),
               .mechanism = FM_STR("A running scheduler either assigns a pod or writes "
                                   "FailedScheduling; silence means that nobody looks at the pod."),
               .ask = FM_STR("Is kube-scheduler running and holding its lease?"),
               .command = FM_STR("kubectl get pods,lease -n kube-system | grep scheduler; "
                                 "systemctl status kube-scheduler"),
           });
}

static void check_silence(struct fm_kube *k)
{
    const struct fm_kube_pod *scheduler = scheduler_pod(k);
    bool is_down = scheduler && !scheduler->is_ready;
    fm_vec_each (&k->pods, p) {
        if ((*p)->workload->is_explained || !waits_silently(k, *p))
            continue;
        struct fm_cause *c = assert_scheduler(k, *p, is_down ? 0.97 : 0.70);
        fm_kube_cite(k, c, (*p)->object->span, "pod %.*s waits without an event",
                     FM_STR_ARG((*p)->object->name));
        fm_kube_cite(k, c, fm_object_get((*p)->object, FM_OBJECT_F_STATUS).span,
                     "its status is Pending");
        if (is_down)
            fm_kube_cite(k, c, scheduler->object->span, "the scheduler's own pod is not ready");
        fm_kube_explain(k, (*p)->workload, c);
    }
}

/* A silent wait beside other pods that were scheduled recently is no dead scheduler, but a pod that
 * is too new. */
void fm_kube_rules_scheduler(struct fm_kube *k)
{
    fm_vec_each (&k->pods, p) {
        const struct fm_object_event *e = fm_kube_event(k, (*p)->object, "FailedScheduling", NULL);
        if (e && !(*p)->is_placed)
            return;
    }
    check_silence(k);
}
