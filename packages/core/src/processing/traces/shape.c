/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How calls nest: children that one parent now calls again and again (a query in a loop), children
 * that are no longer called, and where the time of a slow span goes.
 */
#include "processing/traces/shape.h"

#include <math.h>
#include <stdlib.h>

#define PARENTS_MIN 5
#define REPEATED_MIN 5.0 /* calls of one child by one parent */
#define REPEATED_RATIO 3.0
#define REPEATED_ALONE 10.0 /* without a quiet period to compare with */
#define PRESENT 0.8
#define ABSENT 0.2
#define OBSERVATIONS_MAX 20
#define KINDS_MAX 32 /* different children of one parent that are told apart */
#define PATH_SHARE 0.5
#define STEPS_MAX 8

/* A parent operation and one of its child operations, in two periods: before and after. */
struct pair {
    uint32_t service, name, child_service, child_name;
    uint64_t parents[2], calls[2]; /* parents with such a child; their children */
    uint32_t most, n_most;         /* the parent with the most such children afterwards */
    uint32_t last_before;          /* a parent with such a child before */
};

struct totals {
    uint64_t parents[2];
    uint32_t example; /* of a parent afterwards */
};

struct shape {
    struct fm_incident *in;
    const struct fm_trace_set *set;
    fm_time split;
    bool has_quiet;
    struct fm_map pairs, totals;
};

static fm_str key_of(const uint32_t *words, size_t n)
{
    return fm_str_n((const char *)words, n * sizeof *words);
}

/* 0: before, 1: after, -1: in neither (the window before the stated time, beside a quiet period).
 */
static int period_of(const struct shape *x, const struct fm_trace_span *s)
{
    if (s->is_baseline)
        return 0;
    if (s->start >= x->split)
        return 1;
    return x->has_quiet ? -1 : 0;
}

static struct totals *totals_of(struct shape *x, const struct fm_trace_span *s)
{
    uint32_t key[] = {s->service, s->operation};
    struct fm_map_entry *e = fm_map_put(&x->totals, key_of(key, 2));
    if (!e->value)
        e->value = FM_NEW(&x->in->ctx->arena, struct totals);
    return e->value;
}

static struct pair *pair_of(struct shape *x, const struct fm_trace_span *s,
                            const struct fm_trace_span *child)
{
    uint32_t key[] = {s->service, s->operation, child->service, child->operation};
    struct fm_map_entry *e = fm_map_put(&x->pairs, key_of(key, 4));
    if (!e->value) {
        struct pair *p = FM_NEW(&x->in->ctx->arena, struct pair);
        *p = (struct pair){.service = key[0],
                           .name = key[1],
                           .child_service = key[2],
                           .child_name = key[3],
                           .most = FM_SPAN_NONE,
                           .last_before = FM_SPAN_NONE};
        e->value = p;
    }
    return e->value;
}

static void count_pair(struct pair *p, uint32_t parent, uint32_t n, int period)
{
    p->parents[period]++;
    p->calls[period] += n;
    if (period == 0)
        p->last_before = parent;
    else if (n > p->n_most) {
        p->n_most = n;
        p->most = parent;
    }
}

static void count_children(struct shape *x, uint32_t parent, int period)
{
    const struct fm_trace_span *s = &x->set->spans.items[parent];
    struct {
        struct pair *pair;
        uint32_t n;
    } seen[KINDS_MAX];
    size_t n = 0;
    fm_span_children(x->set, s, it)
    {
        struct pair *p = pair_of(x, s, &x->set->spans.items[it]);
        size_t k = 0;
        while (k < n && seen[k].pair != p)
            k++;
        if (k == KINDS_MAX)
            continue;
        if (k == n) {
            seen[n].pair = p;
            seen[n++].n = 0;
        }
        seen[k].n++;
    }
    for (size_t k = 0; k < n; k++)
        count_pair(seen[k].pair, parent, seen[k].n, period);
}

static void collect(struct shape *x)
{
    fm_map_init(&x->pairs, &x->in->ctx->arena);
    fm_map_init(&x->totals, &x->in->ctx->arena);
    for (uint32_t i = 0; i < x->set->spans.n; i++) {
        const struct fm_trace_span *s = &x->set->spans.items[i];
        int period = period_of(x, s);
        if (period < 0)
            continue;
        struct totals *t = totals_of(x, s);
        t->parents[period]++;
        if (period == 1)
            t->example = i;
        count_children(x, i, period);
    }
}

static struct fm_observation *observe(struct shape *x, enum fm_observation_kind kind,
                                      const struct pair *p, uint32_t span, double score)
{
    struct fm_observation *o = fm_incident_observe(x->in, kind, FM_SIGNAL_TRACE);
    const struct fm_trace_span *s = &x->set->spans.items[span];
    o->entity = x->set->services.items[p->service].entity;
    o->begin = o->end = s->start;
    o->score = score;
    o->subject = x->set->operations.items[p->child_name];
    fm_span quote = fm_trace_quote(x->in, s);
    if (quote.length)
        fm_vec_push(&x->in->ctx->arena, &o->spans, quote);
    return o;
}

static fm_str name_of(struct shape *x, uint32_t service, uint32_t operation)
{
    return fm_str_fmt(&x->in->ctx->arena, "%.*s of %.*s",
                      FM_STR_ARG(x->set->operations.items[operation]),
                      FM_STR_ARG(x->set->services.items[service].name));
}

static bool observe_repeated(struct shape *x, const struct pair *p)
{
    if (p->parents[1] < PARENTS_MIN)
        return false;
    double now = (double)p->calls[1] / (double)p->parents[1];
    double before = p->parents[0] ? (double)p->calls[0] / (double)p->parents[0] : 0;
    bool is_known = p->parents[0] >= PARENTS_MIN;
    if (now < REPEATED_MIN || (is_known ? now < REPEATED_RATIO * before : now < REPEATED_ALONE))
        return false;
    struct fm_observation *o =
        observe(x, FM_OBSERVATION_SPAN_REPEATED, p, p->most, fmin(0.9, 0.5 + 0.08 * log2(now)));
    fm_str parent = name_of(x, p->service, p->name),
           child = name_of(x, p->child_service, p->child_name);
    uint32_t left = 2;
    fm_span_children(x->set, &x->set->spans.items[p->most], it)
    {
        const struct fm_trace_span *c = &x->set->spans.items[it];
        if (left && c->service == p->child_service && c->operation == p->child_name) {
            fm_span quote = fm_trace_quote(x->in, c);
            if (quote.length)
                fm_vec_push(&x->in->ctx->arena, &o->spans, quote);
            left--;
        }
    }
    o->before = before;
    o->after = now;
    o->count = p->parents[1];
    o->text = fm_str_fmt(&x->in->ctx->arena, "%.*s calls %.*s %.1f times a request, %.1f before",
                         FM_STR_ARG(parent), FM_STR_ARG(child), now, before);
    return true;
}

static bool observe_missing(struct shape *x, const struct pair *p)
{
    uint32_t key[] = {p->service, p->name};
    const struct totals *t = fm_map_get(&x->totals, key_of(key, 2));
    if (!t || t->parents[0] < PARENTS_MIN || t->parents[1] < PARENTS_MIN)
        return false;
    double before = (double)p->parents[0] / (double)t->parents[0],
           now = (double)p->parents[1] / (double)t->parents[1];
    if (before < PRESENT || now > ABSENT)
        return false;
    struct fm_observation *o =
        observe(x, FM_OBSERVATION_SPAN_MISSING, p, t->example, 0.55 + 0.35 * (before - now));
    fm_span quote = fm_trace_quote(x->in, &x->set->spans.items[p->last_before]);
    if (quote.length)
        fm_vec_push(&x->in->ctx->arena, &o->spans, quote);
    fm_str parent = name_of(x, p->service, p->name),
           child = name_of(x, p->child_service, p->child_name);
    o->before = 100 * before;
    o->after = 100 * now;
    o->count = t->parents[1];
    o->unit = FM_STR("%");
    o->text = fm_str_fmt(&x->in->ctx->arena,
                         "%.*s calls %.*s in %.0f %% of its requests, in %.0f %% before",
                         FM_STR_ARG(parent), FM_STR_ARG(child), o->after, o->before);
    return true;
}

void trace_observe_shape(struct fm_incident *in, fm_time split)
{
    struct shape x = {.in = in,
                      .set = in->traces,
                      .split = split,
                      .has_quiet = in->traces->n_baseline_traces > 0};
    size_t left = OBSERVATIONS_MAX;
    collect(&x);
    for (size_t i = 0; i < x.pairs.n && left; i++)
        left -= observe_repeated(&x, x.pairs.entries[i].value) ||
                observe_missing(&x, x.pairs.entries[i].value);
}

static fm_time end_of(const struct fm_trace_span *s)
{
    return s->start + s->duration;
}

/* The child whose end the parent waits for. */
static uint32_t last_child(const struct fm_trace_set *set, uint32_t span)
{
    uint32_t best = FM_SPAN_NONE;
    fm_span_children(set, &set->spans.items[span],
                     it) if (best == FM_SPAN_NONE || end_of(&set->spans.items[it]) >
                                                         end_of(&set->spans.items[best])) best = it;
    return best;
}

fm_str trace_critical_path(struct fm_incident *in, uint32_t span, struct fm_observation *o)
{
    const struct fm_trace_set *set = in->traces;
    fm_str text = FM_STR_NULL;
    for (unsigned depth = 0; span != FM_SPAN_NONE && depth < STEPS_MAX; depth++) {
        const struct fm_trace_span *s = &set->spans.items[span];
        text =
            fm_str_fmt(&in->ctx->arena, "%.*s%s%.*s %.*s %.1f ms", FM_STR_ARG(text),
                       depth ? " > " : "", FM_STR_ARG(set->services.items[s->service].name),
                       FM_STR_ARG(set->operations.items[s->operation]), (double)s->duration / 1e6);
        fm_span quote = fm_trace_quote(in, s);
        if (depth && quote.length)
            fm_vec_push(&in->ctx->arena, &o->spans, quote);
        uint32_t child = last_child(set, span);
        bool is_on_path = child != FM_SPAN_NONE && (double)set->spans.items[child].duration >=
                                                       PATH_SHARE * (double)s->duration;
        span = is_on_path ? child : FM_SPAN_NONE;
    }
    return text;
}
