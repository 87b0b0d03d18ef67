/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/change.h"

#include <math.h>

#include "processing/metrics/robust.h"
#include "processing/words.h"

#define REFERENCE_MIN 3
#define SEGMENTS 10

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* The row at which cutting the series in two explains most of it: CUSUM of values cut off at 6
 * spreads, so that a spike is no cut. */
static size_t best_split(const double *v, size_t n)
{
    struct robust r = robust_of(v, n);
    double spread = r.mad > 0 ? r.mad : fabs(r.median) * 0.05 + 1e-9, total = 0, sum = 0, best = 0;
    size_t at = n, seen = 0, valid = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(v[i])) {
            total += clamp((v[i] - r.median) / spread, -6, 6);
            valid++;
        }
    for (size_t i = 0; i + REFERENCE_MIN <= n; i++) {
        if (isnan(v[i]))
            continue;
        if (seen >= REFERENCE_MIN) {
            double k = (double)seen, m = (double)(valid - seen);
            double gain = m > 0 ? fabs(sum / k - (total - sum) / m) * sqrt(k * m / (k + m)) : 0;
            if (gain > best) {
                best = gain;
                at = i;
            }
        }
        sum += clamp((v[i] - r.median) / spread, -6, 6);
        seen++;
    }
    return at;
}

/* What a series did: its values, or the rates of a counter. */
static const double *rates(struct fm_arena *a, const struct fm_metric_series *s)
{
    if (s->kind == FM_METRIC_GAUGE)
        return s->values;
    double *v = fm_arena_alloc(a, (s->rows->n + 1) * sizeof *v);
    fm_series_rate(s, v);
    return v;
}

/* Where the changed part begins, and the summary of the reference. */
static bool find_reference(struct fm_incident *in, struct metric_change *c)
{
    struct fm_arena *a = &in->ctx->arena;
    const struct fm_metric_series *quiet = fm_series_baseline(a, in->metrics, c->series);
    size_t n = c->series->rows->n;
    c->onset = 0;
    if (in->ask.at != FM_TIME_NONE && c->series->rows->at[0] != FM_TIME_NONE)
        c->onset = fm_series_at(c->series, in->ask.at);
    if (quiet) {
        c->before = fm_values_summary(a, rates(a, quiet), quiet->rows->n);
    } else {
        if (c->onset < REFERENCE_MIN || c->onset + 1 > n)
            c->onset = best_split(c->values, n);
        c->before = fm_values_summary(a, c->values, c->onset);
    }
    return c->before.n >= REFERENCE_MIN && c->onset < n;
}

/* Spread that a difference is held against: floors keep constant references from making everything
 * infinite. */
static double spread_of(const struct fm_metric_summary *m)
{
    return m->mad + 0.05 * fabs(m->median) + 1e-9;
}

static bool is_mostly_outside(const struct metric_change *c)
{
    size_t n = 0, out = 0;
    double reach = 3 * spread_of(&c->before), sign = c->z < 0 ? -1 : 1;
    for (size_t i = c->onset; i < c->series->rows->n; i++) {
        if (isnan(c->values[i]))
            continue;
        n++;
        out += sign * (c->values[i] - c->before.median) > reach;
    }
    return n >= 1 && (double)out >= 0.6 * (double)n;
}

/* Medians of equal pieces of rows [from, n). */
static size_t segments(const struct metric_change *c, size_t from, double *out)
{
    size_t n = c->series->rows->n - from, parts = n < SEGMENTS ? n : SEGMENTS, k = 0;
    for (size_t i = 0; i < parts; i++) {
        size_t a = from + i * n / parts, b = from + (i + 1) * n / parts;
        double m = robust_of(c->values + a, b - a).median;
        if (!isnan(m))
            out[k++] = m;
    }
    return k;
}

/* Kendall's tau of the pieces with a dead band of 1 % of their range. */
static double steadiness(const double *m, size_t n)
{
    double lo = INFINITY, hi = -INFINITY;
    long up = 0, down = 0;
    for (size_t i = 0; i < n; i++) {
        lo = fmin(lo, m[i]);
        hi = fmax(hi, m[i]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            up += m[j] - m[i] > 0.01 * (hi - lo);
            down += m[i] - m[j] > 0.01 * (hi - lo);
        }
    return n >= 4 ? (double)(up - down) / ((double)n * (double)(n - 1) / 2) : 0;
}

/* A limit series of the same entity speaks of the same thing when it shares one of these words with
 * the role. */
static const char *const *topic_of(enum fm_metric_role role)
{
    static const char *const memory[] = {"memory", "mem", "heap", "maxmemory", NULL},
                             *const cpu[] = {"cpu", "cores", NULL};
    static const char *const connections[] = {"connections", "connection", "conns", "pool",
                                              "sessions",    "backends",   NULL};
    static const char *const threads[] = {"threads", "thread", "workers", NULL};
    static const char *const files[] = {"fds", "fd", "files", "descriptors", "nofile", NULL};
    static const char *const disk[] = {"disk", "storage", "filesystem", "volume", "inodes", NULL};
    static const char *const net[] = {"bandwidth", "network", "net", "speed", "link", NULL};
    static const char *const none[] = {NULL};
    if (role == FM_ROLE_MEMORY)
        return memory;
    if (role == FM_ROLE_CPU)
        return cpu;
    if (role == FM_ROLE_CONNECTIONS)
        return connections;
    if (role == FM_ROLE_THREADS)
        return threads;
    if (role == FM_ROLE_DESCRIPTORS)
        return files;
    if (role == FM_ROLE_DISK_USED)
        return disk;
    return role == FM_ROLE_NET_RECEIVE || role == FM_ROLE_NET_TRANSMIT ? net : none;
}

static const struct fm_metric_series *find_limit(const struct fm_metric_set *set,
                                                 const struct fm_metric_series *s)
{
    const char *const *topic = topic_of(s->role);
    struct fm_words w;
    if (!*topic)
        return NULL;
    fm_vec_each (&set->limits, it) {
        if ((*it)->entity != s->entity)
            continue;
        fm_words_split((*it)->name, &w);
        if (fm_words_has_any(&w, topic))
            return *it;
    }
    return NULL;
}

static void find_share(struct fm_incident *in, struct metric_change *c)
{
    const struct fm_metric_series *s = c->series;
    c->limit = c->share = c->share_before = NAN;
    c->limit_series = find_limit(in->metrics, s);
    if (c->limit_series)
        c->limit = robust_quantile(c->limit_series->values, c->limit_series->rows->n, 0.5);
    else if (fm_str_eqc(s->unit, "%"))
        c->limit = 100;
    if (!(c->limit > 0))
        return;
    c->share = c->after.p75 / c->limit;
    c->share_before = c->before.median / c->limit;
}

bool metric_change_find(struct fm_incident *in, const struct fm_metric_series *s,
                        struct metric_change *out)
{
    struct fm_arena *a = &in->ctx->arena;
    double m[SEGMENTS];
    *out = (struct metric_change){.series = s, .values = rates(a, s)};
    if (s->rows->n < 2 * REFERENCE_MIN || !find_reference(in, out))
        return false;
    out->after = fm_values_summary(a, out->values + out->onset, s->rows->n - out->onset);
    if (out->after.n == 0)
        return false;
    double step = out->after.median - out->before.median;
    out->z = step / spread_of(&out->before);
    out->ratio = fabs(out->before.median) > 1e-12 ? out->after.median / out->before.median
                 : step > 0                       ? INFINITY
                                                  : 1;
    out->peak = out->onset + (step < 0 ? out->after.i_min : out->after.i_max);
    out->is_lasting = is_mostly_outside(out);
    size_t k = segments(out, 0, m);
    out->rising = steadiness(m, k);
    out->growth = k >= 2 && m[0] > 0 ? m[k - 1] / m[0] : NAN;
    find_share(in, out);
    return true;
}

bool metric_change_is_shift(const struct metric_change *c)
{
    return c->is_lasting && fabs(c->z) >= 5 && (c->ratio >= 1.2 || c->ratio <= 0.8);
}

double metric_change_score(const struct metric_change *c)
{
    double size = fmin(fabs(log2(fmax(c->ratio, 1e-3))), 3) / 3;
    return 0.45 + 0.25 * (1 - exp(-(fabs(c->z) - 5) / 15)) + 0.25 * size;
}
