/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seq: an operation that no longer does what it did. Each span is two sequences of events, its log
 * records and its calls; between the reference and the affected period an event may stop following
 * another one (the code in between failed), or an error may start to. Rates of events would follow
 * the mix of the load; orders inside a span do not.
 */
#include "diagnosis/services/sequence.h"

#include <math.h>

struct judgement {
    double strength; /* 0: nothing */
    bool is_lost, is_error;
};

struct sequences {
    struct svc_model *m;
    struct fm_map units;
    struct order_table orders;
    struct judgement *judged; /* per order */
    double *totals;           /* per order: what its spans add up to */
    uint32_t *examples;       /* per order: an affected span + 1 */
    double *strength;         /* per span */
    bool *is_logging;         /* per service of the set */
    uint32_t *finding;        /* per span: order + 1 */
};

static enum period period_of(const struct sequences *q, const struct fm_trace_span *s)
{
    return s->is_baseline ? QUIET : s->start < q->m->at ? BEFORE : AFTER;
}

static uint32_t unit_of(struct sequences *q, const struct fm_trace_span *s, bool is_records)
{
    uint32_t key[3] = {s->service, s->operation, is_records};
    struct fm_map_entry *e = fm_map_put(&q->units, fm_str_n((const char *)key, sizeof key));
    if (!e->value)
        e->value = (void *)(uintptr_t)q->units.n;
    return (uint32_t)(uintptr_t)e->value;
}

static void push(struct sequence *s, uint32_t event, uint32_t source)
{
    if (s->n >= EVENTS_MAX - 1 || (s->n && s->events[s->n - 1] == event))
        return;
    s->events[s->n] = event;
    s->source[s->n++] = source;
}

/* Events are numbered from 2: record keys, or (service, operation) pairs of calls. */
static uint32_t call_event(struct sequences *q, const struct fm_trace_span *c)
{
    uint32_t key[3] = {c->service, c->operation, 2};
    struct fm_map_entry *e = fm_map_put(&q->units, fm_str_n((const char *)key, sizeof key));
    if (!e->value)
        e->value = (void *)(uintptr_t)q->units.n;
    return (uint32_t)(uintptr_t)e->value + 1;
}

static void read_sequence(struct sequences *q, const struct fm_trace_span *s, bool is_records,
                          struct sequence *out)
{
    const struct fm_trace_set *set = q->m->in->traces;
    out->n = 0;
    out->unit = unit_of(q, s, is_records);
    push(out, EVENT_START, 0);
    if (is_records) {
        for (uint32_t i = 0; i < s->n_records; i++)
            push(out, set->records.items[s->first_record + i].key + 2, s->first_record + i);
    } else {
        fm_span_children(set, s, c) push(out, call_event(q, &set->spans.items[c]), c);
    }
    out->events[out->n] = EVENT_END;
    out->source[out->n++] = 0;
}

/* Is event at position j the first of its kind? Orders are counted once a span. */
static bool is_first(const struct sequence *s, size_t from, size_t j)
{
    for (size_t i = from; i < j; i++)
        if (s->events[i] == s->events[j])
            return false;
    return true;
}

static void count_after(struct sequences *q, const struct sequence *s, size_t i, enum period p)
{
    for (size_t j = i + 1; j < s->n; j++) {
        if (s->events[j] == s->events[i] || !is_first(s, i + 1, j))
            continue;
        struct order_count *c =
            order_table_at(&q->orders, s->unit, s->events[i], s->events[j], true);
        if (!c)
            return;
        c->after[p]++;
        c->direct[p] += j == i + 1;
    }
}

/* The count of x itself is kept as the order (x, x), which count_after leaves alone. */
static void count_sequence(struct sequences *q, const struct sequence *s, enum period p)
{
    for (size_t i = 0; i + 1 < s->n; i++) {
        if (!is_first(s, 0, i))
            continue;
        struct order_count *self =
            order_table_at(&q->orders, s->unit, s->events[i], s->events[i], true);
        if (!self)
            return;
        self->after[p]++;
        count_after(q, s, i, p);
    }
}

static bool has_error_word(fm_str s)
{
    return fm_str_ihas(s, FM_STR("error")) || fm_str_ihas(s, FM_STR("exception")) ||
           fm_str_ihas(s, FM_STR("fallback"));
}

/* Which events are errors: records by their level, calls by their operation's name. */
static bool *find_errors(struct sequences *q, size_t *n)
{
    const struct fm_trace_set *set = q->m->in->traces;
    *n = set->record_keys.n + q->units.n + 4;
    bool *out = FM_NEW_ARRAY(q->m->arena, bool, 2 * *n);
    fm_vec_each (&set->records, r)
        if (r->is_error)
            out[r->key + 2] = true;
    bool *calls = out + *n;
    for (size_t i = 0; i < q->units.n; i++) {
        uint32_t key[3];
        memcpy(key, q->units.entries[i].key.p, sizeof key);
        if (key[2] == 2 && has_error_word(set->operations.items[key[1]]))
            calls[i + 2] = true;
    }
    return out;
}

static bool unit_is_records(const struct sequences *q, uint32_t unit)
{
    uint32_t key[3];
    memcpy(key, q->units.entries[unit - 1].key.p, sizeof key);
    return key[2] == 1;
}

/* Counts of one order with the reference chosen: the quiet period when it knows x, else with what
 * was before the onset. */
struct chances {
    double n0, k0, d0, n1, k1, n_pre, k_pre;
};

static struct chances chances_of(const struct order_count *c, const struct order_count *self)
{
    bool use_quiet = self->after[QUIET] >= 3;
    struct chances h = {
        .n0 = self->after[QUIET] + (use_quiet ? 0 : self->after[BEFORE]),
        .k0 = c->after[QUIET] + (use_quiet ? 0 : c->after[BEFORE]),
        .d0 = c->direct[QUIET] + (use_quiet ? 0 : c->direct[BEFORE]),
        .n1 = self->after[AFTER],
        .k1 = c->after[AFTER],
        .n_pre = self->after[BEFORE],
        .k_pre = c->after[BEFORE],
    };
    return h;
}

static double weight_of_g(const struct chances *h)
{
    return svc_clip((order_g(h->k1, h->n1, h->k0, h->n0) - 6) / 14);
}

static struct judgement judge_lost(const struct chances *h)
{
    struct judgement j = {0};
    if (h->n0 < 3 || h->n1 < 2 || h->d0 / h->n0 < 0.3)
        return j;
    double p0 = h->k0 / h->n0, p1 = h->k1 / h->n1;
    if (p0 < 0.5 || p1 >= p0)
        return j;
    j.strength = (p0 - p1) * weight_of_g(h);
    j.is_lost = true;
    if (h->n_pre >= 3 && h->k_pre / h->n_pre <= p1 + 0.15)
        j.strength *= 0.6;
    return j;
}

static struct judgement judge_new(const struct chances *h, bool is_error, bool is_record)
{
    struct judgement j = {.is_error = is_error};
    if (h->n0 < 3 || h->n1 < 2)
        return j;
    double p0 = h->k0 / h->n0, p1 = h->k1 / h->n1;
    bool is_unseen = is_record && h->k0 <= 0;
    if (!(is_error && p1 > 2 * p0) && !is_unseen)
        return j;
    j.strength = (p1 - p0) * weight_of_g(h) * (is_error ? 1 : 0.5);
    if (h->n_pre >= 3 && h->k_pre / h->n_pre >= p1 - 0.15)
        j.strength *= 0.6;
    return j;
}

static void judge_orders(struct sequences *q)
{
    size_t n;
    bool *errors = find_errors(q, &n);
    for (size_t i = 0; i < q->orders.n; i++) {
        const struct order_count *c = &q->orders.items[i];
        bool is_record = unit_is_records(q, c->unit);
        bool is_error = c->y < n && (is_record ? errors[c->y] : errors[n + c->y]);
        const struct order_count *self = order_table_at(&q->orders, c->unit, c->x, c->x, false);
        if (c->x == c->y || !self)
            continue;
        struct chances h = chances_of(c, self);
        if (!is_error && c->y != EVENT_END)
            q->judged[i] = judge_lost(&h);
        if (!(q->judged[i].strength > 0) && c->y != EVENT_END && c->direct[AFTER] > 0)
            q->judged[i] = judge_new(&h, is_error, is_record);
        q->judged[i].is_error = is_error;
    }
}

/* x is followed by something that is ordinary there: another branch, no loss. */
static bool takes_usual_branch(struct sequences *q, const struct sequence *s, size_t i)
{
    const struct order_count *c =
        order_table_at(&q->orders, s->unit, s->events[i], s->events[i + 1], false);
    if (!c)
        return false;
    const struct judgement *j = &q->judged[c - q->orders.items];
    bool use_quiet =
        order_table_at(&q->orders, s->unit, s->events[i], s->events[i], false)->after[QUIET] >= 3;
    return !j->is_error && c->direct[QUIET] + (use_quiet ? 0 : c->direct[BEFORE]) >= 2;
}

static bool comes_after(const struct sequence *s, size_t i, uint32_t y)
{
    for (size_t j = i + 1; j < s->n; j++)
        if (s->events[j] == y)
            return true;
    return false;
}

static void take(struct sequences *q, uint32_t span, size_t order)
{
    double strength = q->judged[order].strength;
    if (strength <= q->strength[span])
        return;
    q->strength[span] = strength;
    q->finding[span] = (uint32_t)order + 1;
}

/* Lost followers of the event at i: all judged orders of (unit, x) would have to be searched; they
 * are listed per (unit, x). */
struct lost_list {
    FM_VEC(uint32_t) orders;
};

static void judge_span(struct sequences *q, struct fm_map *lost, uint32_t span,
                       const struct sequence *s)
{
    for (size_t i = 0; i + 1 < s->n; i++) {
        uint32_t key[2] = {s->unit, s->events[i]};
        const struct lost_list *l = fm_map_get(lost, fm_str_n((const char *)key, sizeof key));
        bool is_branch = l && takes_usual_branch(q, s, i);
        for (size_t k = 0; l && !is_branch && k < l->orders.n; k++)
            if (!comes_after(s, i, q->orders.items[l->orders.items[k]].y))
                take(q, span, l->orders.items[k]);
        for (size_t j = i + 1; j < s->n; j++) {
            const struct order_count *c =
                order_table_at(&q->orders, s->unit, s->events[i], s->events[j], false);
            if (c && q->judged[c - q->orders.items].strength > 0 &&
                !q->judged[c - q->orders.items].is_lost)
                take(q, span, (size_t)(c - q->orders.items));
        }
    }
}

static void list_lost(struct sequences *q, struct fm_map *lost)
{
    fm_map_init(lost, q->m->arena);
    for (size_t i = 0; i < q->orders.n; i++) {
        if (!q->judged[i].is_lost || !(q->judged[i].strength > 0))
            continue;
        uint32_t key[2] = {q->orders.items[i].unit, q->orders.items[i].x};
        struct fm_map_entry *e = fm_map_put(lost, fm_str_n((const char *)key, sizeof key));
        if (!e->value)
            e->value = FM_NEW(q->m->arena, struct lost_list);
        struct lost_list *l = e->value;
        fm_vec_push(q->m->arena, &l->orders, (uint32_t)i);
    }
}

/* An anomalous span that has an anomalous descendant in another service is that one's victim:
 * deepest wins. */
static void drop_victims(struct sequences *q)
{
    const struct fm_trace_set *set = q->m->in->traces;
    double *below = FM_NEW_ARRAY(q->m->arena, double, set->spans.n + 1);
    for (uint32_t i = 0; i < set->spans.n; i++) {
        if (!(q->strength[i] > 0))
            continue;
        uint32_t service = set->spans.items[i].service;
        for (uint32_t up = set->spans.items[i].parent; up != FM_SPAN_NONE;
             up = set->spans.items[up].parent)
            if (set->spans.items[up].service != service && q->strength[i] > below[up])
                below[up] = q->strength[i];
    }
    for (uint32_t i = 0; i < set->spans.n; i++)
        if (below[i] >= 0.4 * q->strength[i])
            q->strength[i] = 0;
}

/* A service counts with its strongest span of each trace. */
static void sum_traces(struct sequences *q, double *sum)
{
    const struct fm_trace_set *set = q->m->in->traces;
    struct fm_map best; /* (trace, service) → span + 1 */
    fm_map_init(&best, q->m->arena);
    for (uint32_t i = 0; i < set->spans.n; i++) {
        if (!(q->strength[i] > 0))
            continue;
        uint64_t key[2] = {set->spans.items[i].trace, set->spans.items[i].service};
        struct fm_map_entry *e = fm_map_put(&best, fm_str_n((const char *)key, sizeof key));
        if (!e->value || q->strength[i] > q->strength[(uintptr_t)e->value - 1])
            e->value = (void *)(uintptr_t)(i + 1);
    }
    for (size_t k = 0; k < best.n; k++) {
        uint32_t i = (uint32_t)(uintptr_t)best.entries[k].value - 1;
        uint32_t s = svc_of(q->m, set->services.items[set->spans.items[i].service].entity);
        if (s == SVC_NONE)
            continue;
        sum[s] += q->strength[i];
        uint32_t order = q->finding[i] - 1;
        q->totals[order] += q->strength[i];
        if (!q->examples[order])
            q->examples[order] = i + 1;
    }
}

static fm_str event_name(const struct sequences *q, uint32_t event, bool is_record,
                         fm_str operation)
{
    const struct fm_trace_set *set = q->m->in->traces;
    uint32_t key[3];
    if (event == EVENT_START)
        return fm_str_fmt(q->m->arena, "%.*s start", FM_STR_ARG(operation));
    if (event == EVENT_END)
        return fm_str_fmt(q->m->arena, "%.*s end", FM_STR_ARG(operation));
    if (is_record)
        return set->record_keys.items[event - 2];
    memcpy(key, q->units.entries[event - 2].key.p, sizeof key);
    return set->operations.items[key[1]];
}

/* The bytes that show x, or y, in a span; the span itself when it has none. */
static fm_span quote_event(const struct sequences *q, uint32_t span, uint32_t event, bool is_record)
{
    struct svc_model *m = q->m;
    const struct fm_trace_set *set = m->in->traces;
    const struct fm_trace_span *s = &set->spans.items[span];
    for (uint32_t i = 0; is_record && i < s->n_records; i++)
        if (set->records.items[s->first_record + i].key + 2 == event)
            return fm_record_quote(m->in, &set->records.items[s->first_record + i]);
    return fm_trace_quote(m->in, s);
}

/* A span of the reference in which y follows x. */
static fm_span quote_reference(struct sequences *q, const struct order_count *c, bool is_record)
{
    const struct fm_trace_set *set = q->m->in->traces;
    struct sequence s;
    for (uint32_t i = 0; i < set->spans.n; i++) {
        if (period_of(q, &set->spans.items[i]) == AFTER ||
            unit_of(q, &set->spans.items[i], is_record) != c->unit)
            continue;
        read_sequence(q, &set->spans.items[i], is_record, &s);
        for (size_t k = 0; k + 1 < s.n; k++)
            if (s.events[k] == c->x && s.events[k + 1] == c->y)
                return is_record && c->y >= 2
                           ? fm_record_quote(q->m->in, &set->records.items[s.source[k + 1]])
                           : fm_trace_quote(q->m->in, &set->spans.items[i]);
    }
    return (fm_span){0};
}

static uint32_t service_of_order(const struct sequences *q, const struct order_count *c)
{
    uint32_t key[3];
    memcpy(key, q->units.entries[c->unit - 1].key.p, sizeof key);
    return svc_of(q->m, q->m->in->traces->services.items[key[0]].entity);
}

/* An error record that speaks of an exception tells a crash from a failure that the code foresaw.
 */
static bool mentions_exception(const struct sequences *q, uint32_t key)
{
    const struct fm_trace_set *set = q->m->in->traces;
    fm_vec_each (&set->records, r) {
        if (r->key != key)
            continue;
        fm_str bytes = q->m->in->inputs.items[r->evidence]->bytes;
        fm_str text = fm_str_sub(bytes, r->offset, r->length);
        return fm_str_ihas(text, FM_STR("exception")) || fm_str_has(text, FM_STR("Traceback")) ||
               fm_str_has(text, FM_STR("panic"));
    }
    return false;
}

static double error_share(const struct sequences *q, uint32_t unit)
{
    const struct fm_trace_set *set = q->m->in->traces;
    uint32_t key[3];
    size_t n = 0, errors = 0;
    memcpy(key, q->units.entries[unit - 1].key.p, sizeof key);
    fm_vec_each (&set->spans, s) {
        if (s->is_baseline || s->start < q->m->at || s->service != key[0] || s->operation != key[1])
            continue;
        n++;
        errors += s->is_error;
    }
    return n ? (double)errors / (double)n : 0;
}

/* What stands in the place of a lost event, or comes newly: a foreseen failure, or the trace of an
 * exception. */
static void find_replacement(struct sequences *q, size_t order, struct svc_order *o)
{
    const struct order_count *c = &q->orders.items[order];
    for (size_t i = 0; i < q->orders.n; i++) {
        const struct order_count *it = &q->orders.items[i];
        const struct judgement *j = &q->judged[i];
        if (it->unit != c->unit || it->x != c->x || j->is_lost || !j->is_error || j->strength < 0.2)
            continue;
        o->has_replacement = true;
        o->has_exception |= !o->is_record || mentions_exception(q, it->y - 2);
    }
    o->has_exception |= error_share(q, c->unit) >= 0.5;
}

static void describe(struct sequences *q, uint32_t service, size_t order)
{
    const struct order_count *c = &q->orders.items[order];
    const struct order_count *self = order_table_at(&q->orders, c->unit, c->x, c->x, false);
    bool is_record = unit_is_records(q, c->unit);
    uint32_t key[3], span = q->examples[order] - 1;
    memcpy(key, q->units.entries[c->unit - 1].key.p, sizeof key);
    struct svc_order *o = &q->m->items[service].order;
    o->operation = q->m->in->traces->operations.items[key[1]];
    o->first = event_name(q, c->x, is_record, o->operation);
    o->second = event_name(q, c->y, is_record, o->operation);
    o->is_lost = q->judged[order].is_lost;
    o->is_error = q->judged[order].is_error;
    o->is_record = is_record;
    o->quote = quote_event(q, span, o->is_lost ? c->x : c->y, is_record);
    o->reference = o->is_lost ? quote_reference(q, c, is_record) : (fm_span){0};
    o->of = self->after[AFTER];
    o->spans = o->is_lost ? o->of - c->after[AFTER] : c->after[AFTER];
    o->strength = q->totals[order];
    o->has_replacement = o->has_exception = false;
    find_replacement(q, order, o);
}

/* The order with the largest total names the place, per service. */
static void name_places(struct sequences *q, const double *sum)
{
    double max = 0;
    for (size_t i = 0; i < q->m->n; i++)
        max = sum[i] > max ? sum[i] : max;
    for (size_t i = 0; i < q->orders.n; i++) {
        if (!(q->totals[i] > 0))
            continue;
        uint32_t s = service_of_order(q, &q->orders.items[i]);
        if (s != SVC_NONE && q->totals[i] > q->m->items[s].order.strength)
            describe(q, s, i);
    }
    for (size_t i = 0; i < q->m->n; i++) {
        if (!(sum[i] > 0))
            continue;
        struct svc_finding f = {.strength = sum[i] / (sum[i] + 2) * (0.4 + 0.6 * sum[i] / max),
                                .span = FM_SPAN_NONE,
                                .peer = SVC_NONE};
        svc_find(&q->m->items[i], SVC_SEQUENCE, &f);
    }
}

/* Services whose records are there in both periods: only of them is a span without records a
 * finding. */
static bool *find_logging(struct svc_model *m)
{
    const struct fm_trace_set *set = m->in->traces;
    bool *out = FM_NEW_ARRAY(m->arena, bool, set->services.n + 1);
    fm_vec_each (&set->spans, s)
        if (s->n_records && !s->is_baseline && s->start >= m->at)
            out[s->service] = true;
    return out;
}

static void each_sequence(struct sequences *q, struct fm_map *lost)
{
    const struct fm_trace_set *set = q->m->in->traces;
    struct sequence s;
    for (uint32_t i = 0; i < set->spans.n; i++) {
        const struct fm_trace_span *span = &set->spans.items[i];
        enum period p = period_of(q, span);
        for (int is_records = 0; is_records < 2; is_records++) {
            if (is_records && span->n_records == 0 && !q->is_logging[span->service])
                continue;
            read_sequence(q, span, is_records, &s);
            if (!lost)
                count_sequence(q, &s, p);
            else if (p == AFTER)
                judge_span(q, lost, i, &s);
        }
    }
}

void svc_sequence(struct svc_model *m)
{
    struct sequences q = {.m = m};
    struct fm_map lost;
    const struct fm_trace_set *set = m->in->traces;
    if (!set || set->spans.n == 0)
        return;
    fm_map_init(&q.units, m->arena);
    order_table_init(&q.orders, m->arena);
    q.is_logging = find_logging(m);
    each_sequence(&q, NULL);
    q.judged = FM_NEW_ARRAY(m->arena, struct judgement, q.orders.n + 1);
    q.totals = FM_NEW_ARRAY(m->arena, double, q.orders.n + 1);
    q.examples = FM_NEW_ARRAY(m->arena, uint32_t, q.orders.n + 1);
    q.strength = FM_NEW_ARRAY(m->arena, double, set->spans.n + 1);
    q.finding = FM_NEW_ARRAY(m->arena, uint32_t, set->spans.n + 1);
    judge_orders(&q);
    list_lost(&q, &lost);
    each_sequence(&q, &lost);
    drop_victims(&q);
    double *sum = FM_NEW_ARRAY(m->arena, double, m->n + 1);
    sum_traces(&q, sum);
    name_places(&q, sum);
    if (q.orders.is_full)
        fm_incident_limit(m->in, "traces: orders of events beyond %d were not compared",
                          ORDERS_MAX);
}
