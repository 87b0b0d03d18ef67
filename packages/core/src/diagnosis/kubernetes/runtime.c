/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that ran and were ended from outside: out of memory, evicted. */
#include "podlog.h"

/* Where an OOM kill shows: reasons of the container, the text of a back-off, an event of the kernel
 * monitor. */
static fm_span oom_span(const struct fm_kube *k, const struct fm_kube_pod *p,
                        const struct fm_container *c)
{
    static const char *const marks[] = {"OOMKilled", "oom-kill", "OOMKilling", NULL};
    fm_str found;
    if (fm_str_eqc(c->reason.text, "OOMKilled"))
        return c->reason.span;
    if (fm_str_eqc(c->last_reason.text, "OOMKilled"))
        return c->last_reason.span;
    if (fm_kube_has_any(c->message.text, marks, &found))
        return c->message.span;
    if (fm_kube_has_any(c->last_message.text, marks, &found))
        return c->last_message.span;
    const struct fm_object_event *e = fm_kube_event(k, p->object, NULL, "OOMKill");
    return e ? e->span : (fm_span){0};
}

static int64_t restarts_of(const struct fm_container *c)
{
    int64_t n;
    return fm_str_i64(c->restarts.text, &n) ? n : 0;
}

static void cite_memory(struct fm_kube *k, struct fm_cause *cause, const struct fm_kube_pod *p,
                        const struct fm_container *c)
{
    static const char *const marks[] = {"out of memory", "oom-kill", "OutOfMemory",
                                        "heap out of memory", NULL};
    struct fm_kube_line line;
    const struct fm_pair *limit = fm_pairs_get(&c->limits, FM_STR("memory"));
    fm_field code = fm_field_is_set(c->last_exit_code) ? c->last_exit_code : c->exit_code;
    if (limit)
        fm_kube_cite(k, cause, limit->span, "memory limit of container %.*s: %.*s",
                     FM_STR_ARG(c->name), FM_STR_ARG(limit->value));
    fm_kube_cite(k, cause, code.span, "exit code %.*s", FM_STR_ARG(code.text));
    fm_kube_cite(k, cause, c->restarts.span, "%.*s restarts", FM_STR_ARG(c->restarts.text));
    if (fm_kube_log_find(k, p->workload, marks, &line))
        fm_kube_cite(k, cause, line.span, "log: %.*s", FM_STR_ARG(fm_kube_cut(line.text, 160)));
}

static void check_oom(struct fm_kube *k, const struct fm_kube_pod *p, const struct fm_container *c)
{
    fm_span span = oom_span(k, p, c);
    if (span.length == 0)
        return;
    bool is_current = !p->is_ready || restarts_of(c) >= 3;
    fm_field code = fm_field_is_set(c->last_exit_code) ? c->last_exit_code : c->exit_code;
    const struct fm_pair *limit = fm_pairs_get(&c->limits, FM_STR("memory"));
    struct fm_cause *cause = fm_kube_assert(
        k,
        &(struct fm_kube_claim){
            .kind = FM_ENTITY_WORKLOAD,
            .name = p->workload->name,
            .fault = FM_FAULT_RUNTIME_OOM_KILLED,
            .strength = is_current ? 0.93 : 0.66,
            .rule = "kubernetes.runtime.oom",
            .statement = fm_kube_text(
                k,
                "Container %.*s of pod %.*s is killed for lack of memory (OOMKilled%s%.*s)%s%.*s.",
                FM_STR_ARG(c->name), FM_STR_ARG(p->object->name),
                code.text.len ? ", exit code " : "", FM_STR_ARG(code.text),
                limit ? "; its memory limit is " : "",
                FM_STR_ARG(limit ? limit->value : FM_STR_NULL)),
            .mechanism = FM_STR("The kernel kills the process when the container's memory passes "
                                "its limit; kubelet restarts it with growing delay."),
            .location = fm_kube_text(k, "container %.*s", FM_STR_ARG(c->name)),
            .ask =
                FM_STR("Does memory grow until the kill (leak), or is the limit below normal use?"),
            .command =
                fm_kube_text(k, "kubectl top pod %.*s --containers; kubectl logs %.*s --previous",
                             FM_STR_ARG(fm_kube_ref(k, p->object->ns, p->object->name)),
                             FM_STR_ARG(fm_kube_ref(k, p->object->ns, p->object->name))),
        });
    fm_kube_cite(k, cause, span, "the container was OOMKilled");
    cite_memory(k, cause, p, c);
    fm_kube_action(k, cause,
                   "Raise the memory limit to what the container needs, or repair the growth.",
                   fm_kube_text(k, "kubectl set resources deploy/%.*s --limits=memory=…",
                                FM_STR_ARG(fm_kube_ref(k, p->workload->ns, p->workload->name))),
                   "a larger limit takes memory of the node; a leak only takes longer");
    if (is_current)
        fm_kube_explain(k, p->workload, cause);
}

/* Status OOMKilled in a list, without containers. */
static void check_oom_status(struct fm_kube *k, const struct fm_kube_pod *p)
{
    fm_field status = fm_object_get(p->object, FM_OBJECT_F_STATUS);
    struct fm_container stand_in = {.name = FM_STR("container"), .reason = status};
    if (fm_str_eqc(status.text, "OOMKilled"))
        check_oom(k, p, &stand_in);
}

static fm_field eviction_of(const struct fm_kube *k, const struct fm_kube_pod *p)
{
    const struct fm_object_event *e = fm_kube_event(k, p->object, "Evicted", NULL);
    fm_field message = fm_object_get(p->object, FM_OBJECT_F_MESSAGE);
    bool is_evicted = fm_str_eqc(fm_object_get(p->object, FM_OBJECT_F_STATUS).text, "Evicted") ||
                      fm_str_eqc(fm_object_get(p->object, FM_OBJECT_F_REASON).text, "Evicted");
    if (e)
        return (fm_field){e->message, e->span};
    return is_evicted ? (fm_field_is_set(message) ? message
                                                  : (fm_field){FM_STR("Evicted"), p->object->span})
                      : (fm_field){0};
}

static const char *const own_limits[] = {"exceeds the total limit", "local ephemeral storage limit",
                                         "EmptyDir volume", "ephemeral local storage usage exceeds",
                                         NULL};
static const char *const disk_marks[] = {"ephemeral-storage", "DiskPressure", "nodefs", "imagefs",
                                         NULL};

static double eviction_strength(const struct fm_kube_workload *w, bool is_own)
{
    if (w->desired > 0 && w->ready >= w->desired)
        return 0.62; /* replaced since */
    return is_own ? 0.92 : 0.88;
}

static void check_eviction(struct fm_kube *k, const struct fm_kube_pod *p)
{
    fm_str found;
    fm_field why = eviction_of(k, p);
    if (!fm_field_is_set(why) || p->is_ready)
        return;
    bool is_own = fm_kube_has_any(why.text, own_limits, &found);
    bool is_disk = is_own || fm_kube_has_any(why.text, disk_marks, &found);
    bool by_node = !is_disk && p->node_name.len > 0;
    struct fm_cause *c = fm_kube_assert(
        k,
        &(struct fm_kube_claim){
            .kind = by_node ? FM_ENTITY_NODE : FM_ENTITY_WORKLOAD,
            .name = by_node ? p->node_name : p->workload->name,
            .fault = is_disk ? FM_FAULT_STORAGE_EPHEMERAL_PRESSURE : FM_FAULT_NODE_PRESSURE,
            .strength = eviction_strength(p->workload, is_own),
            .rule = "kubernetes.runtime.evicted",
            .statement =
                fm_kube_text(k, "Pod %.*s was evicted%s: %.*s", FM_STR_ARG(p->object->name),
                             is_own ? " for what it stored itself" : " because its node ran short",
                             FM_STR_ARG(fm_kube_cut(why.text, 200))),
            .mechanism = FM_STR("Kubelet evicts pods that pass their own storage limit, and the "
                                "heaviest ones when the node falls below an eviction threshold."),
            .ask = FM_STR("What filled the resource, and does it grow again?"),
            .command = fm_kube_text(k, "kubectl describe node %.*s | grep -A12 Conditions",
                                    FM_STR_ARG(p->node_name)),
        });
    fm_kube_cite(k, c, why.span, "%.*s", FM_STR_ARG(fm_kube_cut(why.text, 200)));
    fm_kube_action(k, c, "Bound what the pod writes, give it a volume, or raise request and limit.",
                   FM_STR_NULL, "none");
    fm_kube_explain(k, p->workload, c);
}

static void check_pod(struct fm_kube *k, const struct fm_kube_pod *p)
{
    check_eviction(k, p);
    if (p->object->spec && p->object->spec->containers.n) {
        fm_vec_each (&p->object->spec->containers, c)
            check_oom(k, p, c);
        return;
    }
    check_oom_status(k, p);
}

void fm_kube_rules_runtime(struct fm_kube *k)
{
    fm_vec_each (&k->pods, p)
        if (!(*p)->is_done)
            check_pod(k, *p);
}
