/* SPDX-License-Identifier: Apache-2.0 */
/* cpu and memory: a step of what a service uses, weighed by how much that is. */
#include <math.h>

#include "diagnosis/services/model.h"

#define BUSY_PERCENT 70      /* below it a share alone is a rise, no shortage */
#define SETTLE (20 * FM_SEC) /* the first row behind the onset is half old */

/* One service's use of CPU: the series that carries it, and the one in per cent of the limit. */
struct use {
    const struct fm_metric_series *series, *percent;
    struct fm_metric_summary ref, after;
    double p80;
};

static double quantile80(struct svc_values v, struct fm_arena *a)
{
    struct fm_metric_summary m = fm_values_summary(a, v.v, v.n);
    return m.n ? m.p75 + 0.333 * (m.p90 - m.p75) : NAN;
}

static bool is_percent(const struct fm_metric_series *s)
{
    return fm_str_eqc(s->unit, "%");
}

static bool is_usage(const struct fm_metric_series *s, enum fm_metric_role role)
{
    return !s->is_baseline && s->role == role && s->kind == FM_METRIC_GAUGE &&
           s->peer == FM_ENTITY_NONE;
}

/* The absolute series decides, the percentage tells how much of the limit it is; a lone percentage
 * does both. */
static void collect(struct svc_model *m, struct use *uses, enum fm_metric_role role)
{
    fm_vec_each (&m->in->metrics->series, it) {
        const struct fm_metric_series *s = *it;
        uint32_t i = svc_of(m, s->entity);
        if (i == SVC_NONE || !is_usage(s, role))
            continue;
        if (is_percent(s) && !uses[i].percent)
            uses[i].percent = s;
        else if (!is_percent(s) && !uses[i].series)
            uses[i].series = s;
    }
    for (size_t i = 0; i < m->n; i++) {
        struct use *u = &uses[i];
        u->series = u->series ? u->series : u->percent;
        if (!u->series)
            continue;
        struct fm_arena_mark scratch = fm_arena_mark(m->arena);
        struct svc_values ref = svc_reference(m, u->series),
                          after = svc_affected(m, u->series, SETTLE, INT64_MAX);
        u->ref = fm_values_summary(m->arena, ref.v, ref.n);
        u->after = fm_values_summary(m->arena, after.v, after.n);
        u->p80 = quantile80(ref, m->arena);
        fm_arena_rewind(m->arena, scratch);
    }
}

/* A tenth of the usual use of a usual service: what lies below is idle. */
static double idle_level(struct svc_model *m, const struct use *uses)
{
    double *medians = fm_arena_alloc(m->arena, (m->n + 1) * sizeof *medians);
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        if (uses[i].series && uses[i].ref.n)
            medians[n++] = uses[i].ref.median;
    return n ? 0.1 * fm_values_summary(m->arena, medians, n).median : 0;
}

/* The same for shares of limits. */
static double percent_idle_level(struct svc_model *m, const struct use *uses)
{
    double *medians = fm_arena_alloc(m->arena, (m->n + 1) * sizeof *medians);
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++) {
        if (!uses[i].percent)
            continue;
        struct fm_arena_mark scratch = fm_arena_mark(m->arena);
        struct svc_values ref = svc_reference(m, uses[i].percent);
        if (ref.n)
            medians[n++] = fm_values_summary(m->arena, ref.v, ref.n).median;
        fm_arena_rewind(m->arena, scratch);
    }
    return n ? 0.1 * fm_values_summary(m->arena, medians, n).median : 0;
}

static double largest_use(const struct svc_model *m, const struct use *uses)
{
    double max = 0;
    for (size_t i = 0; i < m->n; i++)
        if (uses[i].after.n && uses[i].after.median > max)
            max = uses[i].after.median;
    return max;
}

static size_t peak_row(struct svc_model *m, const struct fm_metric_series *s)
{
    return fm_series_summary(m->arena, s, m->at + SETTLE, INT64_MAX).i_max;
}

/* A step of one series: by ratio and by spread, both against what is usual there. */
static double step_of(const struct fm_metric_summary *ref, double p80,
                      const struct fm_metric_summary *after, double floor)
{
    double x = log2((after->p25 + floor) / (p80 + floor));
    double z = (after->p25 - ref->median) / (ref->mad + 0.05 * ref->median + 0.5 * floor);
    return ref->n >= 3 && after->n ? svc_clip(x / 2) * svc_clip(z / 6) : 0;
}

struct levels {
    double floor, largest; /* of the absolute series */
    double percent_floor;
};

/* Both the absolute use and the share of the limit can show it: a process that is squeezed uses no
 * more, but all it may. */
static double step_strength(struct svc_model *m, const struct use *u, const struct levels *l)
{
    double raw = step_of(&u->ref, u->p80, &u->after, l->floor);
    double share = l->largest > 0 ? u->after.median / (0.4 * l->largest) : 0;
    if (u->percent) {
        struct svc_values ref = svc_reference(m, u->percent),
                          now = svc_affected(m, u->percent, SETTLE, INT64_MAX);
        struct fm_metric_summary r = fm_values_summary(m->arena, ref.v, ref.n),
                                 p = fm_values_summary(m->arena, now.v, now.n);
        raw = fmax(raw, step_of(&r, quantile80(ref, m->arena), &p, l->percent_floor));
        if (p.p25 > 90 && r.median < 75)
            raw = fmax(raw, 0.7 + 0.3 * svc_clip((p.p25 - 90) / 9));
        share = p.median / 40;
        if (u->series == u->percent && p.p75 < BUSY_PERCENT)
            raw *= 0.5;
    }
    return raw * svc_clip(0.2 + 0.8 * share);
}

static struct svc_finding finding(struct svc_model *m, const struct use *u, double strength)
{
    return (struct svc_finding){.strength = strength,
                                .series = u->series,
                                .quiet = fm_series_baseline(m->arena, m->in->metrics, u->series),
                                .row = peak_row(m, u->series),
                                .before = u->ref.median,
                                .after = u->after.median,
                                .span = FM_SPAN_NONE,
                                .peer = SVC_NONE,
                                .count = u->after.n};
}

/* How many times more requests each service gets, 1 when that is not known. */
static double *load_ratios(struct svc_model *m)
{
    double *out = fm_arena_alloc(m->arena, (m->n + 1) * sizeof *out);
    for (size_t i = 0; i < m->n; i++)
        out[i] = 1;
    fm_vec_each (&m->in->metrics->series, it) {
        uint32_t i = svc_of(m, (*it)->entity);
        if (i == SVC_NONE || (*it)->is_baseline || (*it)->role != FM_ROLE_REQUESTS ||
            (*it)->kind != FM_METRIC_GAUGE)
            continue;
        struct fm_arena_mark scratch = fm_arena_mark(m->arena);
        struct svc_values ref = svc_reference(m, *it),
                          now = svc_affected(m, *it, SETTLE, INT64_MAX);
        struct fm_metric_summary r = fm_values_summary(m->arena, ref.v, ref.n),
                                 p = fm_values_summary(m->arena, now.v, now.n);
        fm_arena_rewind(m->arena, scratch);
        if (r.n >= 3 && p.n >= 3 && r.median > 0 && p.median / r.median > out[i])
            out[i] = p.median / r.median;
    }
    return out;
}

/* More work needs more CPU: a step that the load accounts for is no fault of the service. */
static double explained_by_load(const struct use *u, double load)
{
    double ratio = u->ref.median > 0 ? u->after.median / u->ref.median : INFINITY;
    return load >= 1.5 && ratio <= 1.5 * load ? 0.5 : 1;
}

static bool is_usable(const struct use *u)
{
    return u->series && u->ref.n >= 3 && u->after.n >= 1;
}

static void judge_cpu(struct svc_model *m)
{
    struct use *uses = FM_NEW_ARRAY(m->arena, struct use, m->n + 1);
    collect(m, uses, FM_ROLE_CPU);
    struct levels l = {idle_level(m, uses), largest_use(m, uses), percent_idle_level(m, uses)};
    double *load = load_ratios(m);
    for (size_t i = 0; i < m->n; i++) {
        if (!is_usable(&uses[i]))
            continue;
        double strength = step_strength(m, &uses[i], &l) * explained_by_load(&uses[i], load[i]);
        struct svc_finding f = finding(m, &uses[i], strength);
        svc_find(&m->items[i], SVC_CPU, &f);
    }
}

/* Growth in points of the limit when that is known, else by ratio. */
static double growth(struct svc_model *m, const struct use *u)
{
    if (u->percent) {
        struct fm_arena_mark scratch = fm_arena_mark(m->arena);
        struct svc_values ref = svc_reference(m, u->percent),
                          now = svc_affected(m, u->percent, SETTLE, INT64_MAX);
        struct fm_metric_summary r = fm_values_summary(m->arena, ref.v, ref.n),
                                 p = fm_values_summary(m->arena, now.v, now.n);
        fm_arena_rewind(m->arena, scratch);
        return r.n && p.n ? svc_clip((p.max - r.p90 - 10) / 20) : 0;
    }
    return u->ref.p90 > 0 ? svc_clip((log2(u->after.max / u->ref.p90) - 0.3) / 0.5) : 0;
}

static void judge_memory(struct svc_model *m)
{
    struct use *uses = FM_NEW_ARRAY(m->arena, struct use, m->n + 1);
    collect(m, uses, FM_ROLE_MEMORY);
    for (size_t i = 0; i < m->n; i++) {
        if (!is_usable(&uses[i]))
            continue;
        double step = uses[i].ref.p95 > 0 && uses[i].after.min > 0
                          ? svc_clip(log2(uses[i].after.min / uses[i].ref.p95))
                          : 0;
        struct svc_finding f = finding(m, &uses[i], step);
        m->items[i].memory_growth = growth(m, &uses[i]);
        svc_find(&m->items[i], SVC_MEMORY, &f);
        if (f.strength <= 0 && m->items[i].memory_growth > 0) {
            m->items[i].found[SVC_MEMORY] = f;
            m->items[i].found[SVC_MEMORY].strength = 0;
        }
    }
}

void svc_resources(struct svc_model *m)
{
    if (!m->in->metrics)
        return;
    judge_cpu(m);
    judge_memory(m);
}
