/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <math.h>

#include "faultmaven/core/document.h"
#include "faultmaven/core/metrics.h"

struct reader {
    struct fm_kube *k;
    struct fm_kube_loads *out;
};

static bool is_node(const struct fm_kube *k, fm_str name)
{
    return fm_objects_find(k->s, FM_OBJECT_NODE, FM_STR_NULL, name) != NULL;
}

static bool is_known(const struct fm_kube *k, fm_str name)
{
    fm_vec_each (&k->workloads, w)
        if (fm_str_eq((*w)->name, name))
            return true;
    return is_node(k, name);
}

static struct fm_kube_load *load_of(struct reader *r, fm_str name)
{
    fm_vec_each (r->out, l)
        if (fm_str_eq((*l)->name, name))
            return *l;
    if (!is_known(r->k, name))
        return NULL;
    struct fm_kube_load *l = FM_NEW(r->k->a, struct fm_kube_load);
    l->name = name;
    l->is_node = is_node(r->k, name);
    fm_vec_push(r->k->a, r->out, l);
    return l;
}

static struct fm_kube_pairing *percentile(struct fm_kube_load *l, fm_str text)
{
    static const char *const names[FM_LOAD_PERCENTILES] = {"p50", "p90", "p95", "p99"};
    for (int i = 0; i < FM_LOAD_PERCENTILES; i++)
        if (fm_str_ihas(text, fm_str_c(names[i])))
            return &l->latency_ms[i];
    return NULL;
}

static struct fm_kube_pairing *slot_of(struct fm_kube_load *l, const struct fm_metric_series *s)
{
    fm_str name = s->written;
    if (fm_str_ihas(name, FM_STR("tcp_ret")) || s->role == FM_ROLE_RETRANSMITS)
        return &l->retransmits;
    switch ((int)s->role) {
    case FM_ROLE_LATENCY:
        return percentile(l, s->statistic.len ? s->statistic : name);
    case FM_ROLE_REQUESTS:
        return &l->rate;
    case FM_ROLE_CPU:
        return &l->cpu;
    case FM_ROLE_CPU_THROTTLED:
        return &l->throttled;
    case FM_ROLE_NET_TRANSMIT:
        return &l->transmit;
    case FM_ROLE_MEMORY:
        return &l->memory;
    default:
        return NULL;
    }
}

/* Row whose value comes nearest to v: what is cited for a median. */
static size_t nearest_row(const struct fm_metric_series *s, size_t from, size_t to, double v)
{
    size_t best = from;
    double distance = INFINITY;
    for (size_t i = from; i < to; i++)
        if (fabs(s->values[i] - v) < distance) {
            distance = fabs(s->values[i] - v);
            best = i;
        }
    return best;
}

/* The largest median of a sliding window; -INFINITY when there are no values. */
static double largest_median(struct reader *r, const struct fm_metric_series *s, size_t window,
                             size_t *at)
{
    double current = -INFINITY;
    for (size_t i = 0; i + window <= s->rows->n; i++) {
        double m = fm_values_summary(r->k->a, s->values + i, window).median;
        if (!isnan(m) && m > current) {
            current = m;
            *at = i;
        }
    }
    return current;
}

static void pair_up(struct reader *r, const struct fm_metric_series *s, struct fm_kube_pairing *p)
{
    size_t n = s->rows->n, window = n / 5 < 3 ? 3 : n / 5, best = 0;
    const struct fm_metric_series *quiet = fm_series_baseline(r->k->a, r->k->h->in->metrics, s);
    if (n < window)
        return;
    struct fm_metric_summary first = fm_values_summary(r->k->a, quiet ? quiet->values : s->values,
                                                       quiet ? quiet->rows->n : window);
    double current = largest_median(r, s, window, &best);
    if (isnan(first.median) || current == -INFINITY)
        return;
    const struct fm_metric_series *base = quiet ? quiet : s;
    size_t i = nearest_row(base, 0, quiet ? quiet->rows->n : window, first.median),
           j = nearest_row(s, best, best + window, current);
    *p = (struct fm_kube_pairing){.is_set = true, .normal = first.median, .current = current};
    p->normal_text = fm_series_text(base, i);
    p->current_text = fm_series_text(s, j);
    p->normal_span = fm_series_span(base, i);
    p->current_span = fm_series_span(s, j);
    bool is_seconds = fm_str_eqc(s->unit, "s");
    if (s->role == FM_ROLE_LATENCY && is_seconds) {
        p->normal *= 1000;
        p->current *= 1000;
    }
}

static void read_series(struct reader *r)
{
    const struct fm_metric_set *set = r->k->h->in->metrics;
    if (!set)
        return;
    fm_vec_each (&set->series, it) {
        const struct fm_metric_series *s = *it;
        struct fm_entity e = fm_incident_entity_of(r->k->h->in, s->entity);
        struct fm_kube_load *l = s->is_baseline || e.name.len == 0 ? NULL : load_of(r, e.name);
        struct fm_kube_pairing *p = l ? slot_of(l, s) : NULL;
        if (p && !p->is_set)
            pair_up(r, s, p);
    }
}

/* The number behind a word: "Normal=4.85ms". */
static bool number_after(fm_str text, const char *word, double *value, fm_str *written)
{
    ptrdiff_t at = fm_str_ifind(text, fm_str_c(word), 0);
    if (at < 0)
        return false;
    fm_str rest = fm_str_skip(text, (size_t)at + strlen(word));
    size_t n = 0;
    while (n < rest.len && ((rest.p[n] >= '0' && rest.p[n] <= '9') || rest.p[n] == '.'))
        n++;
    *written = fm_str_sub(rest, 0, n);
    return fm_str_f64(*written, value);
}

static struct fm_kube_pairing *alert_slot(struct fm_kube_load *l, fm_str text)
{
    if (fm_str_ihas(text, FM_STR("retrans")))
        return &l->retransmits;
    if (fm_str_ihas(text, FM_STR("latency")) || fm_str_ihas(text, FM_STR("slow")))
        return percentile(l, text);
    if (fm_str_ihas(text, FM_STR("cpu core")))
        return &l->cpu;
    if (fm_str_ihas(text, FM_STR("rps")) || fm_str_ihas(text, FM_STR("req/s")))
        return &l->rate;
    return NULL;
}

/* "LATENCY [Slow Response] | x-p50: Normal=2ms -> Current=90ms | x-p90: Normal=…": pieces between
 * bars. */
static void read_alert_text(struct reader *r, struct fm_kube_load *l, const struct fm_evidence *e,
                            const struct fm_node *n)
{
    fm_str rest = n->text, title = FM_STR_NULL;
    while (rest.len) {
        ptrdiff_t bar = fm_str_find(rest, FM_STR(" | "), 0);
        fm_str piece = bar < 0 ? rest : fm_str_sub(rest, 0, (size_t)bar);
        rest = bar < 0 ? FM_STR_NULL : fm_str_skip(rest, (size_t)bar + 3);
        struct fm_kube_pairing p = {.is_set = true, .is_alert = true};
        struct fm_kube_pairing *slot =
            alert_slot(l, fm_kube_text(r->k, "%.*s %.*s", FM_STR_ARG(title), FM_STR_ARG(piece)));
        if (title.len == 0)
            title = piece;
        if (!slot || slot->is_set || !number_after(piece, "normal=", &p.normal, &p.normal_text) ||
            !number_after(piece, "current=", &p.current, &p.current_text))
            continue;
        p.normal_span = p.current_span = fm_quote(e, n->source, FM_QUOTE_MAX);
        *slot = p;
    }
}

static void read_alert_node(struct reader *r, const struct fm_evidence *e, const struct fm_node *n,
                            fm_str name)
{
    fm_str own = fm_node_str(n, "name");
    if (own.len)
        name = own;
    struct fm_kube_load *l =
        n->kind == FM_NODE_STRING && name.len && fm_str_ihas(n->text, FM_STR("normal="))
            ? load_of(r, name)
            : NULL;
    if (l)
        read_alert_text(r, l, e, n);
    fm_node_each (n, c)
        read_alert_node(r, e, c, name);
}

static void read_alerts(struct reader *r)
{
    struct fm_ctx *ctx = r->k->h->in->ctx;
    fm_vec_each (&r->k->h->in->inputs, e) {
        struct fm_node *root;
        bool is_truncated;
        if ((*e)->type != FM_EVIDENCE_ALERT || (*e)->is_baseline ||
            (*e)->bytes.len > ((size_t)4 << 20))
            continue;
        if (fm_document_json(ctx, fm_str_trim((*e)->bytes), &root, &is_truncated) == FM_OK)
            read_alert_node(r, *e, root, FM_STR_NULL);
        else
            fm_ctx_clear_error(ctx);
    }
}

void fm_kube_read_loads(struct fm_kube *k, struct fm_kube_loads *out)
{
    struct reader r = {k, out};
    read_series(&r);
    read_alerts(&r);
}

bool fm_kube_is_slow(const struct fm_kube_pairing *p)
{
    return p->is_set && p->current >= 3 * p->normal && p->current - p->normal >= 12;
}

bool fm_kube_is_slow_anywhere(const struct fm_kube_load *l)
{
    for (int i = 0; i < FM_LOAD_PERCENTILES; i++)
        if (fm_kube_is_slow(&l->latency_ms[i]))
            return true;
    return false;
}
