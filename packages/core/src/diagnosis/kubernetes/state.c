/* SPDX-License-Identifier: Apache-2.0 */
/* Stuck and recovered rollouts, the state that is good, and who suffers from a cause. */
#include "kube.h"

#include <math.h>

static const struct fm_kube_pod *unready_pod(const struct fm_kube_workload *w)
{
    fm_vec_each (&w->pods, p)
        if (!(*p)->is_ready && !(*p)->is_done)
            return *p;
    return NULL;
}

static bool is_complete(const struct fm_kube_workload *w)
{
    bool has_counts = w->desired > 0 && w->ready >= w->desired;
    if (w->desired > 0 && !has_counts)
        return false;
    return !unready_pod(w) && (has_counts || w->pods.n > 0);
}

/* What keeps the new pods from getting ready is the cause; the rollout is where it shows. */
static void cite_rollout(struct fm_kube *k, const struct fm_kube_workload *w,
                         const struct fm_object_event *e, const struct fm_condition *cond)
{
    if (e && w->cause)
        fm_kube_cite_event(k, w->cause, e);
    if (cond && w->cause)
        fm_kube_cite(k, w->cause, cond->span, "the rollout is stuck: condition %.*s, %.*s",
                     FM_STR_ARG(cond->type), FM_STR_ARG(cond->reason));
}

/* A new revision that never gets ready while the old one serves. */
static void assert_rollout(struct fm_kube *k, const struct fm_kube_workload *w,
                           const struct fm_object_event *e, const struct fm_condition *cond)
{
    const struct fm_kube_pod *p = unready_pod(w);
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_WORKLOAD,
               .name = w->name,
               .fault = FM_FAULT_CHANGE_BAD_DEPLOY,
               .strength = 0.86,
               .rule = "kubernetes.rollout.stuck",
               .statement = fm_kube_text(k,
                                         "The rollout of deployment %.*s is stuck: the pods of its "
                                         "new revision do not become ready%s%.*s.",
                                         FM_STR_ARG(w->name), p ? ", for example " : "",
                                         FM_STR_ARG(p ? p->object->name : FM_STR_NULL)),
               .mechanism = FM_STR(
                   "A rolling update replaces pods only as new ones become ready; after the "
                   "progress deadline it stops half-way and the old replica set goes on serving."),
               .ask = FM_STR("What differs between the new revision and the one before it?"),
               .command = fm_kube_text(k, "kubectl rollout history deploy/%.*s",
                                       FM_STR_ARG(fm_kube_ref(k, w->ns, w->name))),
           });
    if (e)
        fm_kube_cite_event(k, c, e);
    if (cond)
        fm_kube_cite(k, c, cond->span, "condition %.*s: %.*s", FM_STR_ARG(cond->type),
                     FM_STR_ARG(cond->reason));
    if (p) {
        fm_kube_cite(k, c, p->object->span, "pod %.*s is not ready", FM_STR_ARG(p->object->name));
        fm_vec_each (fm_kube_events(k, FM_OBJECT_POD, p->object->name), pe)
            if ((*pe)->is_warning)
                fm_kube_cite_event(k, c, *pe);
    }
    fm_cause_action(k->h, c,
                    (struct fm_action){FM_ACTION_MITIGATION,
                                       fm_str_c("Go back to the revision that worked."),
                                       fm_kube_text(k, "kubectl rollout undo deploy/%.*s",
                                                    FM_STR_ARG(fm_kube_ref(k, w->ns, w->name))),
                                       fm_str_c("undoes every change of the new revision")});
}

static void check_rollout(struct fm_kube *k, const struct fm_kube_workload *w)
{
    const struct fm_object_event *e = fm_kube_event(k, w->root, "ProgressDeadlineExceeded", NULL);
    const struct fm_condition *cond = fm_condition_get(&w->root->conditions, "Progressing");
    if (cond && !fm_str_eqc(cond->reason, "ProgressDeadlineExceeded"))
        cond = NULL;
    if (!e && !cond)
        return;
    if (unready_pod(w) || !is_complete(w))
        (w->is_explained ? cite_rollout : assert_rollout)(k, w, e, cond);
    else if (e) {
        fm_vec_push(k->a, &k->h->completed, w->name);
        fm_state_recovered(
            k->h, e->at, e->span,
            "%.*s has all its replicas ready again; the latest trouble was %.*s: %.*s",
            FM_STR_ARG(w->name), FM_STR_ARG(e->reason), FM_STR_ARG(fm_kube_cut(e->message, 200)));
    }
}

void fm_kube_rules_rollout(struct fm_kube *k)
{
    fm_vec_each (&k->workloads, w)
        if ((*w)->root && (*w)->root->kind == FM_OBJECT_DEPLOYMENT)
            check_rollout(k, *w);
}

static void note_running(struct fm_kube *k)
{
    fm_vec_each (&k->workloads, w)
        if (is_complete(*w) && (*w)->pods.n > 0 && !(*w)->is_explained)
            fm_vec_push(k->a, &k->h->running, (*w)->name);
}

static bool nodes_are_good(const struct fm_kube *k, size_t *n)
{
    *n = 0;
    fm_vec_each (&k->s->objects, o) {
        if ((*o)->kind != FM_OBJECT_NODE || !(*o)->is_live)
            continue;
        const struct fm_condition *ready = fm_condition_get(&(*o)->conditions, "Ready");
        if (ready && !fm_str_eqc(ready->status, "True"))
            return false;
        ++*n;
    }
    return true;
}

static bool has_warning(const struct fm_kube *k)
{
    fm_vec_each (&k->s->events, e)
        if ((*e)->is_warning)
            return true;
    return false;
}

/* Logs that report trouble contradict a good state that only counts pods. */
static bool has_severe_log(const struct fm_kube *k)
{
    static const uint64_t kinds =
        1ull << FM_OBSERVATION_LOG_RARE_SEVERE | 1ull << FM_OBSERVATION_LOG_ERRORS |
        1ull << FM_OBSERVATION_LOG_ERROR_CHAIN | 1ull << FM_OBSERVATION_LOG_BURST;
    fm_vec_each (&k->h->in->observations, o)
        if ((kinds >> (*o)->kind & 1) && (*o)->score >= 0.6)
            return true;
    return false;
}

/* Good when every workload that is shown is complete and no warning is there. */
void fm_kube_note_state(struct fm_kube *k)
{
    size_t n_nodes;
    note_running(k);
    bool is_good =
        nodes_are_good(k, &n_nodes) && !has_warning(k) && !has_severe_log(k) && k->h->causes.n == 0;
    fm_span span = {0};
    fm_vec_each (&k->workloads, w) {
        is_good = is_good && is_complete(*w);
        span = (*w)->pods.n ? (*w)->pods.items[0]->object->span
               : (*w)->root ? (*w)->root->span
                            : span;
    }
    if (is_good && k->workloads.n > 0)
        fm_state_good(k->h, span,
                      "every workload shown has all its pods ready%s and no warning event is "
                      "present, so the cluster state is healthy and operating normally",
                      n_nodes ? ", every node is Ready" : "");
}

static bool has_affected(const struct fm_kube *k, const struct fm_cause *c, fm_str name)
{
    fm_vec_each (&c->affects, id)
        if (fm_str_eq(fm_incident_entity_of(k->h->in, *id).name, name))
            return true;
    return fm_str_eq(c->entity.name, name);
}

#define AFFECTED_MAX 64

/* Callers fail with what they call, over the call graph; each cause spreads from its entity and
 * what it explains. */
static void spread(struct fm_kube *k, struct fm_cause *c)
{
    for (bool has_grown = true; has_grown && c->affects.n < AFFECTED_MAX;) {
        has_grown = false;
        fm_vec_each (&k->s->calls, call) {
            if (!has_affected(k, c, call->to) || has_affected(k, c, call->from) ||
                c->affects.n >= AFFECTED_MAX)
                continue;
            fm_entity_id id = fm_incident_find_entity(k->h->in, call->from);
            if (id == FM_ENTITY_NONE)
                continue;
            fm_vec_push(k->a, &c->affects, id);
            has_grown = true;
        }
    }
}

void fm_kube_affected(struct fm_kube *k)
{
    fm_vec_each (&k->h->causes, c)
        spread(k, *c);
}
