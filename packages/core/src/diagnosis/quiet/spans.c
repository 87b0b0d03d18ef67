/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traces without errors in which every operation takes as long at the end as at the beginning. The
 * time covered is cut into quarters; the median of each is compared.
 */
#include "diagnosis/quiet/quiet.h"
#include "faultmaven/core/metrics.h"
#include "faultmaven/core/traces.h"

#define QUARTERS 4
#define SPANS_MIN 200
#define TRACES_MIN 20
#define QUARTER_MIN 5        /* spans of an operation in a quarter, to compare it */
#define ERRORS_IN 1000       /* spans of which one may fail */
#define SLOWER 1.5           /* of a quarter's median to the quickest quarter's */
#define SLOWER_SECONDS 0.002 /* less is not felt */
#define LESS_TRAFFIC 0.5

struct operation {
    FM_VEC(double) seconds[QUARTERS];
};

static size_t quarter_of(const struct fm_trace_set *t, const struct fm_trace_span *s)
{
    fm_time length = t->last - t->first;
    size_t q = length > 0 ? (size_t)((double)(s->start - t->first) / (double)length * QUARTERS) : 0;
    return q < QUARTERS ? q : QUARTERS - 1;
}

static bool is_steady(struct fm_arena *a, const struct operation *o)
{
    double low = 0, high = 0;
    bool is_first = true;
    for (size_t q = 0; q < QUARTERS; q++) {
        if (o->seconds[q].n < QUARTER_MIN)
            continue;
        double m = fm_values_summary(a, o->seconds[q].items, o->seconds[q].n).median;
        low = is_first || m < low ? m : low;
        high = is_first || m > high ? m : high;
        is_first = false;
    }
    return high <= SLOWER * low || high - low <= SLOWER_SECONDS;
}

static bool is_failed(const struct fm_trace_span *s)
{
    return s->is_error || s->status >= 500;
}

struct counts {
    uint64_t spans, errors, roots[QUARTERS];
    const struct fm_trace_span *witness;
};

static bool is_steady_traffic(const struct counts *n)
{
    uint64_t low = n->roots[0], high = n->roots[0];
    for (size_t q = 1; q < QUARTERS; q++) {
        low = n->roots[q] < low ? n->roots[q] : low;
        high = n->roots[q] > high ? n->roots[q] : high;
    }
    return (double)low >= LESS_TRAFFIC * (double)high;
}

static void count_span(struct fm_hypotheses *h, struct operation *operations, struct counts *n,
                       const struct fm_trace_span *s)
{
    const struct fm_trace_set *t = h->in->traces;
    size_t q = quarter_of(t, s);
    struct operation *o = &operations[s->service * t->operations.n + s->operation];
    n->spans++;
    n->errors += is_failed(s);
    n->roots[q] += s->parent == FM_SPAN_NONE;
    n->witness = s;
    fm_vec_push(&h->in->ctx->arena, &o->seconds[q], (double)s->duration / (double)FM_SEC);
}

#define PAIRS_MAX ((size_t)1 << 16) /* services × operations; more are not judged */

static bool all_steady(struct fm_hypotheses *h, struct counts *n)
{
    const struct fm_trace_set *t = h->in->traces;
    size_t pairs = t->services.n * t->operations.n;
    if (pairs > PAIRS_MAX)
        return false;
    struct operation *operations = FM_NEW_ARRAY(&h->in->ctx->arena, struct operation, pairs);
    fm_vec_each (&t->spans, s)
        if (!s->is_baseline)
            count_span(h, operations, n, s);
    for (size_t i = 0; i < pairs; i++)
        if (!is_steady(&h->in->ctx->arena, &operations[i]))
            return false;
    return is_steady_traffic(n);
}

static bool shows_trouble(const struct fm_incident *in)
{
    fm_vec_each (&in->observations, o)
        if ((*o)->signal == FM_SIGNAL_TRACE && (*o)->score >= 0.5)
            return true;
    return false;
}

/* Spans beside a quiet period are compared by what observes them; here they are not called good. */
enum quietness quiet_spans(struct fm_hypotheses *h, struct quiet_claim *out)
{
    const struct fm_trace_set *t = h->in->traces;
    struct counts n = {0};
    if (!t || t->spans.n == 0)
        return QUIET_ABSENT;
    if (shows_trouble(h->in))
        return QUIET_NOT;
    if (t->n_baseline_traces > 0 || t->spans.n < SPANS_MIN || t->n_traces < TRACES_MIN)
        return QUIET_TOO_FEW;
    if (!all_steady(h, &n) || n.errors * ERRORS_IN > n.spans)
        return QUIET_NOT;
    out->span = fm_trace_quote(h->in, n.witness);
    out->text = fm_str_c("the calls in the traces do not fail, and every operation takes as long "
                         "at the end as at the beginning");
    return QUIET_YES;
}
