/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/map.h"
#include "faultmaven/base/vec.h"

enum kind { KIND_COUNTER, KIND_GAUGE, KIND_HISTOGRAM };
static const char *const kind_names[] = {"counter", "gauge", "histogram"};

/* One time series. Counters and gauges use `value`; a double is kept as its bits. */
struct series {
    fm_str labels; /* `route="/a",code="200"`, values escaped; "" for none */
    _Atomic uint64_t value;
    struct fm_bounds bounds;
    _Atomic uint64_t *buckets; /* bounds.n + 1 counts, not cumulative */
};

struct fm_counter {
    struct series s;
};
struct fm_gauge {
    struct series s;
};
struct fm_histogram {
    struct series s; /* value: the sum of observations */
};

struct family {
    const char *name;
    const char *help;
    enum kind kind;
    struct fm_map series; /* labels -> struct series */
    struct fm_bounds bounds;
};

struct fm_metrics {
    pthread_mutex_t lock;
    struct fm_arena arena;
    struct fm_map families; /* name -> struct family */
    size_t n_series;
};

static const double seconds[] = {.001, .0025, .005, .01, .025, .05, .1, .25,
                                 .5,   1,     2.5,  5,   10,   30,  60};
const struct fm_bounds fm_bounds_seconds = {seconds, sizeof seconds / sizeof *seconds};

struct fm_metrics *fm_metrics_new(void)
{
    struct fm_metrics *m = calloc(1, sizeof *m);
    if (!m)
        FM_BUG("out of memory");
    pthread_mutex_init(&m->lock, NULL);
    fm_arena_init(&m->arena);
    fm_map_init(&m->families, &m->arena);
    return m;
}

void fm_metrics_free(struct fm_metrics *m)
{
    if (!m)
        return;
    fm_arena_release(&m->arena);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static bool is_name(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:";
    if (!*name || !strchr(first, *name))
        return false;
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789")] ==
           '\0';
}

static void add_label_value(struct fm_buf *out, const char *v)
{
    for (; *v; v++) {
        if (*v == '\\' || *v == '"')
            fm_buf_addf(out, "\\%c", *v);
        else if (*v == '\n')
            fm_buf_addz(out, "\\n");
        else
            fm_buf_addc(out, *v);
    }
}

static void add_labels(struct fm_buf *out, const char *const *labels)
{
    for (size_t i = 0; labels && labels[i]; i += 2) {
        if (!is_name(labels[i]) || !labels[i + 1])
            FM_BUG("metrics: bad label %s", labels[i]);
        fm_buf_addf(out, "%s%s=\"", i ? "," : "", labels[i]);
        add_label_value(out, labels[i + 1]);
        fm_buf_addc(out, '"');
    }
}

static struct family *take_family(struct fm_metrics *m, const char *name, const char *help,
                                  enum kind kind)
{
    struct fm_map_entry *e = fm_map_put(&m->families, fm_str_c(name));
    if (!e->value) {
        if (!is_name(name))
            FM_BUG("metrics: bad name %s", name);
        struct family *f = FM_NEW(&m->arena, struct family);
        f->name = e->key.p;
        f->help = fm_arena_dup(&m->arena, help, strlen(help));
        f->kind = kind;
        fm_map_init(&f->series, &m->arena);
        e->value = f;
    }
    struct family *f = e->value;
    if (f->kind != kind)
        FM_BUG("metrics: %s is a %s", name, kind_names[f->kind]);
    return f;
}

static struct series *new_series(struct fm_metrics *m, fm_str labels, struct fm_bounds bounds)
{
    struct fm_histogram *h =
        FM_NEW(&m->arena, struct fm_histogram); /* all three kinds are one series */
    h->s.labels = labels;
    h->s.bounds = bounds;
    h->s.buckets = fm_arena_calloc(&m->arena, bounds.n + 1, sizeof *h->s.buckets);
    m->n_series++;
    return &h->s;
}

static struct series *take_series(struct fm_metrics *m, struct family *f, const char *const *labels)
{
    struct fm_buf text;
    fm_buf_init(&text, 64u << 10);
    add_labels(&text, labels);
    fm_str key = text.overflow ? FM_STR("overflow=\"true\"") : fm_buf_str(&text);
    struct series *s = fm_map_get(&f->series, key);
    if (!s) {
        if (m->n_series >= FM_METRICS_SERIES_MAX)
            key = FM_STR("overflow=\"true\"");
        struct fm_map_entry *e = fm_map_put(&f->series, key);
        if (!e->value)
            e->value = new_series(m, e->key, f->bounds);
        s = e->value;
    }
    fm_buf_release(&text);
    return s;
}

struct fm_counter *fm_metrics_counter(struct fm_metrics *m, const char *name, const char *help,
                                      const char *const *labels)
{
    pthread_mutex_lock(&m->lock);
    struct series *s = take_series(m, take_family(m, name, help, KIND_COUNTER), labels);
    pthread_mutex_unlock(&m->lock);
    return (struct fm_counter *)s;
}

struct fm_gauge *fm_metrics_gauge(struct fm_metrics *m, const char *name, const char *help,
                                  const char *const *labels)
{
    pthread_mutex_lock(&m->lock);
    struct series *s = take_series(m, take_family(m, name, help, KIND_GAUGE), labels);
    pthread_mutex_unlock(&m->lock);
    return (struct fm_gauge *)s;
}

static struct fm_bounds copy_bounds(struct fm_arena *a, struct fm_bounds b)
{
    if (b.n > FM_METRICS_BOUNDS_MAX)
        FM_BUG("metrics: %zu bounds", b.n);
    for (size_t i = 1; i < b.n; i++)
        if (!(b.items[i] > b.items[i - 1]))
            FM_BUG("metrics: bounds do not ascend");
    return (struct fm_bounds){
        (const double *)(void *)fm_arena_dup(a, b.items, b.n * sizeof *b.items), b.n};
}

struct fm_histogram *fm_metrics_histogram(struct fm_metrics *m, const char *name, const char *help,
                                          const char *const *labels, struct fm_bounds bounds)
{
    pthread_mutex_lock(&m->lock);
    struct family *f = take_family(m, name, help, KIND_HISTOGRAM);
    if (!f->bounds.items)
        f->bounds = copy_bounds(&m->arena, bounds);
    struct series *s = take_series(m, f, labels);
    pthread_mutex_unlock(&m->lock);
    return (struct fm_histogram *)s;
}

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static double real_of(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void add_real_atomic(_Atomic uint64_t *at, double v)
{
    uint64_t old = atomic_load_explicit(at, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(at, &old, bits_of(real_of(old) + v),
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

void fm_counter_add(struct fm_counter *c, uint64_t n)
{
    atomic_fetch_add_explicit(&c->s.value, n, memory_order_relaxed);
}

void fm_gauge_set(struct fm_gauge *g, double v)
{
    atomic_store_explicit(&g->s.value, bits_of(v), memory_order_relaxed);
}

void fm_gauge_add(struct fm_gauge *g, double v)
{
    add_real_atomic(&g->s.value, v);
}

void fm_histogram_observe(struct fm_histogram *h, double v)
{
    size_t i = 0;
    while (i < h->s.bounds.n && !(v <= h->s.bounds.items[i]))
        i++;
    atomic_fetch_add_explicit(&h->s.buckets[i], 1, memory_order_relaxed);
    add_real_atomic(&h->s.value, v);
}

uint64_t fm_counter_value(const struct fm_counter *c)
{
    return atomic_load_explicit(&c->s.value, memory_order_relaxed);
}

double fm_gauge_value(const struct fm_gauge *g)
{
    return real_of(atomic_load_explicit(&g->s.value, memory_order_relaxed));
}

static void add_number(struct fm_buf *out, double v)
{
    if (isnan(v))
        fm_buf_addz(out, "NaN");
    else if (isinf(v))
        fm_buf_addz(out, v > 0 ? "+Inf" : "-Inf");
    else
        fm_buf_addf(out, "%.15g", v);
}

/* name{labels} and a blank; suffix is "" or "_sum" and the like. */
static void add_sample(struct fm_buf *out, const struct family *f, const char *suffix,
                       const struct series *s)
{
    fm_buf_addf(out, "%s%s", f->name, suffix);
    if (s->labels.len)
        fm_buf_addf(out, "{%.*s}", FM_STR_ARG(s->labels));
    fm_buf_addc(out, ' ');
}

static void add_histogram(struct fm_buf *out, const struct family *f, const struct series *s)
{
    uint64_t n = 0;
    for (size_t i = 0; i <= s->bounds.n; i++) {
        n += atomic_load_explicit(&s->buckets[i], memory_order_relaxed);
        fm_buf_addf(out, "%s_bucket{%.*s%sle=\"", f->name, FM_STR_ARG(s->labels),
                    s->labels.len ? "," : "");
        add_number(out, i < s->bounds.n ? s->bounds.items[i] : INFINITY);
        fm_buf_addf(out, "\"} %llu\n", (unsigned long long)n);
    }
    add_sample(out, f, "_sum", s);
    add_number(out, real_of(atomic_load_explicit(&s->value, memory_order_relaxed)));
    fm_buf_addc(out, '\n');
    add_sample(out, f, "_count", s);
    fm_buf_addf(out, "%llu\n", (unsigned long long)n);
}

static void add_series(struct fm_buf *out, const struct family *f, const struct series *s)
{
    uint64_t value = atomic_load_explicit(&s->value, memory_order_relaxed);
    if (f->kind == KIND_HISTOGRAM) {
        add_histogram(out, f, s);
        return;
    }
    add_sample(out, f, "", s);
    if (f->kind == KIND_COUNTER)
        fm_buf_addf(out, "%llu", (unsigned long long)value);
    else
        add_number(out, real_of(value));
    fm_buf_addc(out, '\n');
}

static int by_key(const void *a, const void *b)
{
    return fm_str_cmp(((const struct fm_map_entry *)a)->key, ((const struct fm_map_entry *)b)->key);
}

/* A sorted copy of a map's entries. */
static struct fm_map_entry *sorted(const struct fm_map *m, struct fm_arena *a)
{
    struct fm_map_entry *copy = FM_NEW_ARRAY(a, struct fm_map_entry, m->n);
    if (m->n) {
        memcpy(copy, m->entries, m->n * sizeof *copy);
        qsort(copy, m->n, sizeof *copy, by_key);
    }
    return copy;
}

/* A help text is one line. */
static void add_help(struct fm_buf *out, const char *help)
{
    for (; *help; help++) {
        if (*help == '\\')
            fm_buf_addz(out, "\\\\");
        else if (*help == '\n')
            fm_buf_addz(out, "\\n");
        else
            fm_buf_addc(out, *help);
    }
}

void fm_metrics_write(struct fm_metrics *m, struct fm_buf *out)
{
    struct fm_arena scratch;
    fm_arena_init(&scratch);
    pthread_mutex_lock(&m->lock);
    struct fm_map_entry *families = sorted(&m->families, &scratch);
    for (size_t i = 0; i < m->families.n; i++) {
        const struct family *f = families[i].value;
        fm_buf_addf(out, "# HELP %s ", f->name);
        add_help(out, f->help);
        fm_buf_addf(out, "\n# TYPE %s %s\n", f->name, kind_names[f->kind]);
        struct fm_map_entry *series = sorted(&f->series, &scratch);
        for (size_t k = 0; k < f->series.n; k++)
            add_series(out, f, series[k].value);
    }
    pthread_mutex_unlock(&m->lock);
    fm_arena_release(&scratch);
}
