/* SPDX-License-Identifier: Apache-2.0 */
/* Slow services: starved of CPU, short of memory, or behind a slow network. CPU first: it explains
 * latency by itself. */
#include "delay.h"

/* Throttled time is a share of wall time; below a third it is a side effect of a short quota
 * period. */
static bool is_throttled(const struct fm_kube_load *l)
{
    bool cpu = l->cpu.is_set && l->cpu.current >= 3 * l->cpu.normal &&
               l->cpu.current - l->cpu.normal >= 0.05;
    bool throttled = l->throttled.is_set && l->throttled.current >= 0.3 &&
                     l->throttled.current >= 3 * l->throttled.normal;
    return !l->is_node && cpu && throttled;
}

static const struct fm_pair *cpu_limit(const struct fm_kube *k, fm_str workload)
{
    fm_vec_each (&k->workloads, w)
        if (fm_str_eq((*w)->name, workload) && (*w)->spec)
            fm_vec_each (&(*w)->spec->containers, c) {
                const struct fm_pair *p = fm_pairs_get(&c->limits, FM_STR("cpu"));
                if (p)
                    return p;
            }
    return NULL;
}

static void cite_pair(struct fm_kube *k, struct fm_cause *c, const struct fm_kube_pairing *p,
                      const char *what)
{
    if (!p->is_set)
        return;
    fm_kube_cite(k, c, p->current_span, "%s rises to %.*s", what, FM_STR_ARG(p->current_text));
    fm_kube_cite(k, c, p->normal_span, "%s was %.*s before", what, FM_STR_ARG(p->normal_text));
}

static void assert_cpu(struct fm_kube *k, const struct fm_kube_load *l, enum fm_fault fault,
                       double strength)
{
    const struct fm_pair *limit = cpu_limit(k, l->name);
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_SERVICE,
               .name = l->name,
               .fault = fault,
               .strength = strength,
               .rule = "kubernetes.cpu",
               .statement = fm_kube_text(k,
                                         "%.*s uses all the CPU that its limit allows and is "
                                         "throttled: it used %.*s cores and uses %.*s now.",
                                         FM_STR_ARG(l->name), FM_STR_ARG(l->cpu.normal_text),
                                         FM_STR_ARG(l->cpu.current_text)),
               .mechanism =
                   FM_STR("Beyond the CPU limit the kernel stops the container until the next "
                          "quota period, so its requests wait; callers become slow in turn."),
               .ask = FM_STR("What inside the container burns CPU?"),
               .command = fm_kube_text(k, "kubectl top pods --containers | grep %.*s",
                                       FM_STR_ARG(l->name)),
           });
    cite_pair(k, c, &l->cpu, "CPU");
    cite_pair(k, c, &l->throttled, "throttled time");
    if (limit)
        fm_kube_cite(k, c, limit->span, "CPU limit: %.*s", FM_STR_ARG(limit->value));
    fm_kube_action(k, c, "Raise the CPU limit or add replicas; find what burns the CPU.",
                   FM_STR_NULL, "a higher limit takes CPU from neighbours on the node");
}

static bool check_cpu(struct fm_kube *k, const struct fm_kube_load *l)
{
    if (!is_throttled(l))
        return false;
    assert_cpu(k, l, FM_FAULT_RUNTIME_CPU_THROTTLING, 0.95);
    assert_cpu(k, l, FM_FAULT_RUNTIME_CPU_SATURATION, 0.88);
    return true;
}

static double memory_limit(const struct fm_kube *k, fm_str workload, fm_span *span)
{
    double v = 0;
    fm_vec_each (&k->workloads, w)
        if (fm_str_eq((*w)->name, workload) && (*w)->spec)
            fm_vec_each (&(*w)->spec->containers, c) {
                const struct fm_pair *p = fm_pairs_get(&c->limits, FM_STR("memory"));
                if (p && fm_quantity_parse(p->value, &v)) {
                    *span = p->span;
                    return v;
                }
            }
    return 0;
}

static bool check_memory(struct fm_kube *k, const struct fm_kube_load *l)
{
    fm_span span = {0};
    double limit = l->is_node ? 0 : memory_limit(k, l->name, &span);
    if (limit <= 0 || !l->memory.is_set || l->memory.current < 2 * l->memory.normal ||
        l->memory.current < 0.8 * limit)
        return false;
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_SERVICE,
               .name = l->name,
               .fault = FM_FAULT_RUNTIME_MEMORY_EXHAUSTION,
               .strength = 0.87,
               .rule = "kubernetes.memory",
               .statement = fm_kube_text(
                   k, "%.*s has nearly used up its memory limit: %.*s bytes now, %.*s before.",
                   FM_STR_ARG(l->name), FM_STR_ARG(l->memory.current_text),
                   FM_STR_ARG(l->memory.normal_text)),
               .mechanism = FM_STR("Close to the limit the runtime reclaims and collects without "
                                   "end, and the kernel kills the container when it passes it."),
               .ask = FM_STR("Does memory grow with load or without end?"),
               .command = fm_kube_text(k, "kubectl top pods --containers | grep %.*s",
                                       FM_STR_ARG(l->name)),
           });
    cite_pair(k, c, &l->memory, "memory");
    fm_kube_cite(k, c, span, "memory limit");
    return true;
}

/* Only where no state above explains the trouble: pods that do not run make their callers slow,
 * too. */
void fm_kube_rules_performance(struct fm_kube *k)
{
    struct fm_kube_loads loads = {0};
    bool has_cpu = false;
    fm_vec_each (&k->h->causes, c)
        if ((*c)->strength >= 0.85)
            return;
    fm_kube_read_loads(k, &loads);
    fm_vec_each (&loads, l) {
        has_cpu = check_cpu(k, *l) || has_cpu;
        check_memory(k, *l);
    }
    fm_kube_explain_delay(k, &loads, has_cpu ? 0.60 : 0.86);
}
