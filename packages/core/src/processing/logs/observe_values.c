/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in messages: exit codes, limits that are reached, growth without end, shifts of level. */
#include <math.h>

#include "processing/logs/chars.h"
#include "processing/logs/observe.h"
#include "processing/logs/rate.h"

#define SERIES_MIN 8
#define GROWTH_RISES .9
#define SHIFT_RATIO 2.0
#define SHIFT_SIDE_MIN 3
#define PERCENT_FULL 95.0

static bool has_word(fm_str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fm_str_ihas(s, fm_str_c(words[i])))
            return true;
    return false;
}

#define HAS_WORD(s, words) has_word((s), (words), sizeof(words) / sizeof *(words))

static const char *const durations[] = {"took", "latency", "duration", "elapsed", "time",
                                        "_ms",  "millis",  "rtt",      "wait",    "delay"};
static const char *const amounts[] = {
    "mem",        "heap",     "rss",       "queue",      "backlog", "lag",  "depth", "pending",
    "connection", "thread",   "goroutine", "descriptor", "handle",  "size", "usage", "used",
    "active",     "inflight", "in-flight", "open",       "buffer",  "retr", "wait"};
static const char *const uses[] = {"used", "active", "current", "in_use", "inuse",
                                   "busy", "open",   "size",    "count",  "connections"};
static const char *const limits[] = {"max",       "limit", "total", "capacity",
                                     "available", "quota", "of"};

static bool is_duration(const struct fm_logs_slot *s)
{
    return s->type == FM_LOGS_VALUE_DURATION || HAS_WORD(s->name, durations);
}

static bool is_constant(const struct fm_logs_slot *s)
{
    return s->series ? s->series->min == s->series->max : s->is_number;
}

static double last_of(const struct fm_logs_slot *s)
{
    return s->series ? s->series->last : s->number;
}

static double max_of(const struct fm_logs_slot *s)
{
    return s->series ? s->series->max : s->number;
}

static fm_span place_span(const struct fm_logs_case *c, const struct fm_logs_place *p)
{
    return fm_quote(c->source->evidence,
                    fm_str_sub(c->source->evidence->bytes, p->offset, p->length), FM_QUOTE_MAX);
}

/* The observation's first span is the record of the largest value. */
static void cite_maximum(const struct fm_logs_case *c, struct fm_observation *o,
                         const struct fm_logs_slot *s)
{
    if (!s->series)
        return;
    fm_span span = place_span(c, &s->series->max_place);
    if (!span.length)
        return;
    fm_vec_push(&c->in->ctx->arena, &o->spans, span);
    fm_span first = o->spans.items[0];
    o->spans.items[0] = span;
    o->spans.items[o->spans.n - 1] = first;
}

static fm_str label(const struct fm_logs_case *c, const struct fm_logs_slot *s)
{
    return s->name.len ? s->name : fm_str_sub(c->t->text, 0, 80);
}

static fm_str number(const struct fm_logs_case *c, double v)
{
    return fm_str_number(&c->in->ctx->arena, v);
}

static void observe_exit(const struct fm_logs_case *c, const struct fm_logs_slot *s)
{
    if (s->type != FM_LOGS_VALUE_NUMBER || !s->n_top || !fm_str_ihas(c->t->text, FM_STR("exit")) ||
        !(fm_str_ihas(s->name, FM_STR("code")) || fm_str_ihas(s->name, FM_STR("status")) ||
          fm_str_ihas(s->name, FM_STR("exit"))))
        return;
    for (uint32_t i = 0; i < s->n_top; i++) {
        int64_t code;
        if (!fm_str_i64(s->top[i].text, &code) || code == 0)
            continue;
        struct fm_observation *o = fm_logs_observation(c, FM_OBSERVATION_EXIT_CODE, .8);
        o->after = (double)code;
        o->count = s->top[i].count;
        o->text =
            fm_str_fmt(&c->in->ctx->arena, "a process ended with exit code %lld", (long long)code);
        return;
    }
}

static void saturated(const struct fm_logs_case *c, const struct fm_logs_slot *use, double limit,
                      const char *unit)
{
    struct fm_observation *o = fm_logs_observation(c, FM_OBSERVATION_VALUE_SATURATED, .85);
    o->before = use->series ? use->series->first : NAN;
    o->after = max_of(use);
    o->unit = fm_str_c(unit);
    cite_maximum(c, o, use);
    o->text =
        fm_str_fmt(&c->in->ctx->arena, "%.*s reached %.*s of %.*s%s", FM_STR_ARG(label(c, use)),
                   FM_STR_ARG(number(c, o->after)), FM_STR_ARG(number(c, limit)), unit);
}

/* "100/100", "used 10 of 10": the use equals its limit at the end or at its peak, and the limit
 * stands still. */
static bool is_pair(const struct fm_logs_case *c, uint32_t i)
{
    const struct fm_logs_slot *a = &c->t->slots[i], *b = &c->t->slots[i + 1];
    fm_str between = fm_str_trim(a->behind);
    if (fm_str_eqc(between, "/") || fm_str_eqc(between, "of") || fm_str_eqc(between, "out of"))
        return true;
    return HAS_WORD(a->name, uses) && HAS_WORD(b->name, limits);
}

static void observe_limit(const struct fm_logs_case *c, uint32_t i)
{
    const struct fm_logs_slot *a = &c->t->slots[i];
    if (i + 1 >= c->t->n_slots || !a->is_number || !c->t->slots[i + 1].is_number ||
        a->type != FM_LOGS_VALUE_NUMBER)
        return;
    const struct fm_logs_slot *b = &c->t->slots[i + 1];
    double limit = last_of(b);
    if (!is_constant(b) || limit < 2 || max_of(a) < limit || !is_pair(c, i))
        return;
    if (is_constant(a) && c->severity < FM_LOGS_WARNING && c->t->count > 1)
        return; /* always full: "2 of 2 ready" */
    saturated(c, a, limit, "");
}

static void observe_percent(const struct fm_logs_case *c, const struct fm_logs_slot *s)
{
    static const char *const full[] = {"usage", "used", "utili", "full", "capacity", "load"};
    if (!s->is_number || max_of(s) < PERCENT_FULL || max_of(s) > 100 || !HAS_WORD(c->t->text, full))
        return;
    if (s->behind.len && s->behind.p[0] == '%')
        saturated(c, s, 100, "%");
}

static void observe_growth(const struct fm_logs_case *c, const struct fm_logs_slot *s)
{
    const struct fm_logs_series *x = s->series;
    if (!x || x->n < SERIES_MIN || is_duration(s) || !HAS_WORD(s->name, amounts))
        return;
    double steps = (double)(x->n - 1);
    if ((double)x->rises < GROWTH_RISES * steps || x->last < x->first * 1.3 || x->last <= 0)
        return;
    struct fm_observation *o = fm_logs_observation(c, FM_OBSERVATION_VALUE_GROWTH, .7);
    o->before = x->first;
    o->after = x->last;
    cite_maximum(c, o, s);
    o->text = fm_str_fmt(&c->in->ctx->arena, "%.*s grew from %.*s to %.*s without falling back",
                         FM_STR_ARG(label(c, s)), FM_STR_ARG(number(c, x->first)),
                         FM_STR_ARG(number(c, x->last)));
}

struct level {
    double n, sum, sq;
};

static void add_level(struct level *l, double mean)
{
    l->n++;
    l->sum += mean;
    l->sq += mean * mean;
}

static double residual(const struct level *l)
{
    return l->n > 0 ? l->sq - l->sum * l->sum / l->n : 0;
}

/* Bucket means of a series, in order; number of buckets that have any. */
static unsigned bucket_means(const struct fm_logs_series *x, double *means, int64_t *bucket)
{
    unsigned n = 0;
    for (int64_t b = x->low; b <= x->high; b++) {
        size_t i = (size_t)(b & (FM_LOGS_SERIES_BUCKETS - 1));
        if (!x->bucket[i].n)
            continue;
        bucket[n] = b;
        means[n++] = x->bucket[i].sum / x->bucket[i].n;
    }
    return n;
}

/* Index of the first bucket behind the best split into two levels; 0 when there are too few. */
static unsigned best_split(const double *means, unsigned n, double *before, double *after,
                           double *gain)
{
    struct level all = {0}, left = {0};
    unsigned best = 0;
    for (unsigned i = 0; i < n; i++)
        add_level(&all, means[i]);
    *gain = 0;
    for (unsigned k = 1; k < n; k++) {
        add_level(&left, means[k - 1]);
        struct level right = {all.n - left.n, all.sum - left.sum, all.sq - left.sq};
        double cut = residual(&all) - residual(&left) - residual(&right);
        if (k < SHIFT_SIDE_MIN || n - k < SHIFT_SIDE_MIN || cut <= *gain)
            continue;
        *gain = cut;
        best = k;
        *before = left.sum / left.n;
        *after = right.sum / right.n;
    }
    *gain = residual(&all) > 0 ? *gain / residual(&all) : 0;
    return best;
}

static void observe_shift(const struct fm_logs_case *c, const struct fm_logs_slot *s)
{
    double means[FM_LOGS_SERIES_BUCKETS], before = 0, after = 0, gain;
    int64_t bucket[FM_LOGS_SERIES_BUCKETS];
    if (!s->series || s->series->n < SERIES_MIN || !(is_duration(s) || HAS_WORD(s->name, amounts)))
        return;
    unsigned n = bucket_means(s->series, means, bucket);
    unsigned k = best_split(means, n, &before, &after, &gain);
    if (!k || gain < .5 || before <= 0 || after < before * SHIFT_RATIO)
        return;
    struct fm_observation *o =
        fm_logs_observation(c, FM_OBSERVATION_VALUE_SHIFT, .5 + gain / 2 - .1);
    o->begin = fm_logs_bucket_time(bucket[k], s->series->shift);
    o->before = before;
    o->after = after;
    o->unit = is_duration(s) && s->type == FM_LOGS_VALUE_DURATION ? FM_STR("ms") : FM_STR("");
    cite_maximum(c, o, s);
    o->text = fm_str_fmt(&c->in->ctx->arena, "%.*s rose from %.*s to %.*s on average",
                         FM_STR_ARG(label(c, s)), FM_STR_ARG(number(c, before)),
                         FM_STR_ARG(number(c, after)));
}

void fm_logs_observe_values(const struct fm_logs_case *c)
{
    for (uint32_t i = 0; i < c->t->n_slots; i++) {
        const struct fm_logs_slot *s = &c->t->slots[i];
        observe_exit(c, s);
        observe_limit(c, i);
        observe_percent(c, s);
        observe_growth(c, s);
        observe_shift(c, s);
    }
}
