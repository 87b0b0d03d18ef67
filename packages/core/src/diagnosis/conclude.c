/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "diagnosis/reasoners.h"

/* Marks of strength at which a cause is asserted, and above which it is not merely probable. See
 * docs/internals/verdict.md. */
#define FOUND_AT 0.85
#define LEAD_AT 0.10
#define TIMELINE_MAX 40

static double feature(const struct fm_cause *c, const char *name)
{
    fm_vec_each (&c->features, f)
        if (strcmp(f->name, name) == 0)
            return f->value;
    return 0;
}

static enum fm_verdict verdict_of(const struct fm_hypotheses *h)
{
    const struct fm_cause *c = h->causes.n ? h->causes.items[0] : NULL;
    if (c && c->strength >= FM_ASSERT_AT) {
        if (h->recovered.n && c->onset != FM_TIME_NONE && h->recovered_at != FM_TIME_NONE &&
            h->recovered_at > c->onset)
            return FM_VERDICT_RECOVERED;
        return c->strength >= FOUND_AT && feature(c, "lead") >= LEAD_AT && c->supports.n
                   ? FM_VERDICT_ROOT_CAUSE_FOUND
                   : FM_VERDICT_PROBABLE_CAUSE;
    }
    if (h->recovered.n)
        return FM_VERDICT_RECOVERED;
    return h->healthy.n && !c ? FM_VERDICT_HEALTHY : FM_VERDICT_INCONCLUSIVE;
}

/* What kinds of evidence there are, for saying what is missing. */
static bool has_type(const struct fm_incident *in, uint32_t types)
{
    fm_vec_each (&in->inputs, e)
        if (types >> (*e)->type & 1 && (*e)->bytes.len && !(*e)->is_baseline)
            return true;
    return false;
}

static void note_missing(struct fm_hypotheses *h)
{
    const struct fm_incident *in = h->in;
    if (!has_type(in, 1u << FM_EVIDENCE_LOG | 1u << FM_EVIDENCE_STACK_TRACE))
        fm_missing(h, "application logs",
                   "nothing shows what the failing component itself reported",
                   "add the log of the failing component from before the first symptom, for "
                   "example kubectl logs POD --previous");
    if (!has_type(in, 1u << FM_EVIDENCE_METRICS))
        fm_missing(h, "metrics", "no series shows when behaviour changed or which resource ran out",
                   "export CPU, memory, latency and error series for the hour around the incident");
    if (!has_type(in, 1u << FM_EVIDENCE_OBJECTS | 1u << FM_EVIDENCE_COMMAND_OUTPUT |
                          1u << FM_EVIDENCE_EVENTS))
        fm_missing(h, "platform state",
                   "restarts, scheduling and configuration of the components are not visible",
                   "kubectl get events,pods,deployments,services -A -o wide and kubectl describe "
                   "of what is not ready");
    if (!has_type(in, 1u << FM_EVIDENCE_CHANGES))
        fm_missing(h, "recent changes",
                   "a deploy, flag or configuration change before the onset could not be examined",
                   "git log --since='1 day ago' -p, and the deploy history");
}

static void add_affected(struct fm_incident *in, struct fm_diagnosis *d, struct fm_entity e)
{
    if (e.name.len == 0)
        return;
    fm_vec_each (&d->affected, a)
        if (fm_str_eq(a->name, e.name))
            return;
    fm_vec_push(&in->ctx->arena, &d->affected, e);
}

static void find_affected(struct fm_hypotheses *h, struct fm_diagnosis *d)
{
    if (h->causes.n == 0 || h->causes.items[0]->strength < FM_ASSERT_AT)
        return;
    const struct fm_cause *c = h->causes.items[0];
    add_affected(h->in, d, c->entity);
    fm_vec_each (&c->affects, id)
        add_affected(h->in, d, fm_incident_entity_of(h->in, *id));
}

static int by_time(const void *a, const void *b)
{
    const struct fm_timeline_entry *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    int d = x->span.evidence == y->span.evidence ? 0 : x->span.evidence < y->span.evidence ? -1 : 1;
    return d ? d : x->span.offset < y->span.offset ? -1 : x->span.offset > y->span.offset;
}

static int by_score(const void *a, const void *b)
{
    const struct fm_observation *x = *(struct fm_observation *const *)a,
                                *y = *(struct fm_observation *const *)b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* The same words about the same entity say nothing new: the first stays. */
static void drop_repeated(struct fm_diagnosis *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->timeline.n; i++) {
        const struct fm_timeline_entry *t = &d->timeline.items[i];
        bool is_repeated = false;
        for (size_t k = 0; k < n && !is_repeated; k++)
            is_repeated = fm_str_eq(d->timeline.items[k].text, t->text) &&
                          fm_str_eq(d->timeline.items[k].entity.name, t->entity.name);
        if (!is_repeated)
            d->timeline.items[n++] = *t;
    }
    d->timeline.n = n;
}

/* The strongest observations that have a time, in order of time. */
static void build_timeline(struct fm_incident *in, struct fm_diagnosis *d)
{
    struct fm_arena *a = &in->ctx->arena;
    FM_VEC(struct fm_observation *) timed = {0};
    fm_vec_each (&in->observations, o)
        if ((*o)->begin != FM_TIME_NONE && (*o)->score >= 0.5 && (*o)->spans.n)
            fm_vec_push(a, &timed, *o);
    if (timed.n > 1)
        qsort(timed.items, timed.n, sizeof *timed.items, by_score);
    if (timed.n > TIMELINE_MAX)
        fm_vec_push(a, &d->limits,
                    fm_str_fmt(a, "the timeline shows the %d most telling of %zu observations",
                               TIMELINE_MAX, timed.n));
    for (size_t i = 0; i < timed.n && i < TIMELINE_MAX; i++) {
        const struct fm_observation *o = timed.items[i];
        fm_vec_push(
            a, &d->timeline,
            ((struct fm_timeline_entry){o->begin, o->text, fm_incident_entity_of(in, o->entity),
                                        o->spans.items[0]}));
    }
    if (d->timeline.n > 1)
        qsort(d->timeline.items, d->timeline.n, sizeof *d->timeline.items, by_time);
    drop_repeated(d);
}

static fm_str affected_list(struct fm_arena *a, const struct fm_diagnosis *d)
{
    fm_str list = FM_STR_NULL;
    for (size_t i = 1; i < d->affected.n && i < 5; i++)
        list = fm_str_fmt(a, "%.*s%s%.*s", FM_STR_ARG(list), list.len ? ", " : "",
                          FM_STR_ARG(d->affected.items[i].name));
    return list;
}

static fm_str summarize(struct fm_hypotheses *h, const struct fm_diagnosis *d)
{
    struct fm_arena *a = &h->in->ctx->arena;
    const struct fm_cause *c = h->causes.n ? h->causes.items[0] : NULL;
    fm_str list = affected_list(a, d);
    if (d->verdict == FM_VERDICT_HEALTHY)
        return fm_str_fmt(a, "Nothing is wrong in this evidence: %.*s.",
                          FM_STR_ARG(h->healthy.items[0].text));
    if (d->verdict == FM_VERDICT_RECOVERED)
        return fm_str_fmt(a, "The problem is over: %.*s.%s%.*s",
                          FM_STR_ARG(h->recovered.n ? h->recovered.items[0].text
                                                    : FM_STR("the newest records are good")),
                          c ? " It was: " : "", FM_STR_ARG(c ? c->statement : FM_STR_NULL));
    if (d->verdict == FM_VERDICT_INCONCLUSIVE)
        return c ? fm_str_fmt(a, "The evidence does not decide. The best candidate is: %.*s",
                              FM_STR_ARG(c->statement))
                 : FM_STR("The evidence shows no cause. What is missing is listed below.");
    return fm_str_fmt(a, "%.*s%s%.*s%s%.*s%s", FM_STR_ARG(c->statement),
                      c->mechanism.len ? " " : "", FM_STR_ARG(c->mechanism),
                      list.len ? " Affected: " : "", FM_STR_ARG(list), list.len ? "." : "");
}

/* What undoes the change comes first, then mitigations, then the rest; else in the order proposed.
 */
static int urgency(const struct fm_cause *c, const struct fm_action *a)
{
    bool is_undo = c->change && a->kind == FM_ACTION_MITIGATION && a->command.len;
    return is_undo                            ? 0
           : a->kind == FM_ACTION_MITIGATION  ? 1
           : a->kind == FM_ACTION_REMEDIATION ? 2
                                              : 3;
}

static void order_actions(struct fm_cause *c)
{
    for (size_t i = 1; i < c->actions.n; i++)
        for (size_t k = i;
             k > 0 && urgency(c, &c->actions.items[k]) < urgency(c, &c->actions.items[k - 1]);
             k--) {
            struct fm_action swap = c->actions.items[k];
            c->actions.items[k] = c->actions.items[k - 1];
            c->actions.items[k - 1] = swap;
        }
}

void fm_conclude(struct fm_hypotheses *h, struct fm_diagnosis *d)
{
    struct fm_arena *a = &h->in->ctx->arena;
    d->verdict = verdict_of(h);
    const struct fm_cause *c = h->causes.n ? h->causes.items[0] : NULL;
    d->onset = c && c->onset != FM_TIME_NONE ? c->onset : h->in->onset;
    d->recovered = d->verdict == FM_VERDICT_RECOVERED ? h->recovered_at : FM_TIME_NONE;
    find_affected(h, d);
    if (d->verdict == FM_VERDICT_INCONCLUSIVE)
        note_missing(h);
    d->summary = summarize(h, d);
    build_timeline(h->in, d);
    fm_build_chain(h, d);
    fm_choose_charts(h, d);
    for (size_t i = 0; i < h->causes.n && i < h->in->ask.top; i++) {
        order_actions(h->causes.items[i]);
        fm_vec_push(a, &d->causes, h->causes.items[i]);
    }
    fm_vec_each (&h->ruled_out, r)
        fm_vec_push(a, &d->ruled_out, *r);
    fm_vec_each (&h->missing, m)
        fm_vec_push(a, &d->missing, *m);
}
