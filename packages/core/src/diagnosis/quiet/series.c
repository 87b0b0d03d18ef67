/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Series that stay in their normal range. A series is cut into eight blocks of equal length; the
 * medians of the blocks must agree within the noise between neighbouring points, must not go one
 * way (Kendall's S over the blocks); no three points in a row may lie far outside, and no single
 * one very far.
 */
#include <math.h>

#include "diagnosis/quiet/quiet.h"
#include "faultmaven/core/metrics.h"

#define BLOCKS 8
#define POINTS_MIN 40 /* of a series: five in a block */
#define SERIES_MIN 3
#define ALL_POINTS_MIN 200
#define ROLES_MIN 2
#define ONE_WAY 18       /* |S| of 28 pairs: chance in 3 % of steady series */
#define DRIFT_SHARE 0.01 /* of the median: what a trend must amount to */
#define DRIFT_ERRORS 4.0 /* standard errors, likewise */
#define SHIFT_SHARE 0.10 /* of the median: what a shift must amount to */
#define SHIFT_ERRORS 6.0 /* eight steady blocks are seldom further apart */
#define FAR 5.0          /* robust deviations */
#define FAR_ALONE 3.0    /* times that, for a point alone */
#define FULL 90.0        /* per cent of a resource */
#define ERRORS_PERCENT 1.0

struct course {
    double *v; /* finite values in order of time */
    size_t n;
    struct fm_metric_summary all;
    double block[BLOCKS]; /* medians */
    double error;         /* standard error of a block's median */
};

static double noise_of(struct fm_arena *a, const double *v, size_t n)
{
    double *steps = fm_arena_alloc(a, n * sizeof *steps);
    for (size_t i = 0; i + 1 < n; i++)
        steps[i] = fabs(v[i + 1] - v[i]);
    return 1.4826 / sqrt(2) * fm_values_summary(a, steps, n - 1).median;
}

static bool read_course(struct fm_arena *a, const struct fm_metric_series *s, struct course *c)
{
    double *v = fm_arena_alloc(a, (s->rows->n + 1) * sizeof *v);
    *c = (struct course){.v = v};
    fm_series_rate(s, v);
    for (size_t i = 0; i < s->rows->n; i++)
        if (isfinite(v[i]))
            v[c->n++] = v[i];
    if (c->n < POINTS_MIN)
        return false;
    c->all = fm_values_summary(a, v, c->n);
    for (size_t k = 0; k < BLOCKS; k++) {
        size_t begin = c->n * k / BLOCKS, end = c->n * (k + 1) / BLOCKS;
        c->block[k] = fm_values_summary(a, v + begin, end - begin).median;
    }
    c->error = 1.25 * noise_of(a, v, c->n) / sqrt((double)c->n / BLOCKS);
    return true;
}

static bool goes_one_way(const struct course *c)
{
    int s = 0;
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t k = i + 1; k < BLOCKS; k++)
            s += (c->block[k] > c->block[i]) - (c->block[k] < c->block[i]);
    double drift = fabs(c->block[BLOCKS - 1] - c->block[0]);
    return abs(s) >= ONE_WAY && drift > DRIFT_ERRORS * c->error &&
           drift > DRIFT_SHARE * fabs(c->all.median);
}

static bool changes_level(const struct course *c)
{
    double low = c->block[0], high = low;
    for (size_t k = 1; k < BLOCKS; k++) {
        low = fmin(low, c->block[k]);
        high = fmax(high, c->block[k]);
    }
    return high - low > SHIFT_ERRORS * c->error && high - low > SHIFT_SHARE * fabs(c->all.median);
}

static bool leaves_range(const struct course *c)
{
    double range = FAR * fmax(c->all.mad, 0.02 * fabs(c->all.median));
    size_t outside = 0;
    for (size_t i = 0; i < c->n; i++) {
        double away = fabs(c->v[i] - c->all.median);
        outside = away > range ? outside + 1 : 0;
        if (outside >= 3 || away > FAR_ALONE * range)
            return true;
    }
    return false;
}

/* Levels that are bad however steady they are. */
static const struct level {
    enum fm_metric_role role;
    bool is_share; /* of series in per cent; else of any unit */
    bool is_most;  /* at is the most that is good; else the least */
    double at;
} levels[] = {
    {FM_ROLE_CPU, true, true, FULL},
    {FM_ROLE_MEMORY, true, true, FULL},
    {FM_ROLE_DISK_USED, true, true, FULL},
    {FM_ROLE_DISK_BUSY, true, true, FULL},
    {FM_ROLE_MEMORY_FREE, true, false, 100 - FULL},
    {FM_ROLE_DISK_FREE, true, false, 100 - FULL},
    {FM_ROLE_SUCCESS, true, false, 100 - ERRORS_PERCENT},
    {FM_ROLE_UP, false, false, 1},
    {FM_ROLE_CPU_THROTTLED, false, true, 0},
    {FM_ROLE_CONNECTIONS_WAITING, false, true, 0},
    {FM_ROLE_NET_DROPS, false, true, 0},
};

static bool is_bad_level(const struct fm_metric_series *s, const struct course *c)
{
    bool is_share = fm_str_eqc(s->unit, "%");
    if (s->role == FM_ROLE_ERRORS)
        return c->all.p90 > (is_share ? ERRORS_PERCENT : 0);
    if (s->role == FM_ROLE_RESTARTS)
        return c->all.max > c->all.min;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const struct level *l = &levels[i];
        if (l->role == s->role && (is_share || !l->is_share))
            return l->is_most ? c->all.p95 > l->at : c->all.p10 < l->at;
    }
    return false;
}

/* The quiet period tells what is normal, where there is one. */
static bool differs_from_baseline(struct fm_hypotheses *h, const struct fm_metric_series *s,
                                  const struct course *c)
{
    struct fm_arena *a = &h->in->ctx->arena;
    const struct fm_metric_series *b = fm_series_baseline(a, h->in->metrics, s);
    struct course was;
    if (!b || !read_course(a, b, &was))
        return false;
    double away = fabs(c->all.median - was.all.median);
    return away > 3 * was.all.mad && away > SHIFT_SHARE * fabs(was.all.median);
}

static bool is_quiet(struct fm_hypotheses *h, const struct fm_metric_series *s,
                     const struct course *c)
{
    return !is_bad_level(s, c) && !goes_one_way(c) && !changes_level(c) && !leaves_range(c) &&
           !differs_from_baseline(h, s, c);
}

struct tally {
    size_t series, points;
    uint64_t roles; /* bit of each role seen */
    const struct fm_metric_series *witness;
};

_Static_assert(FM_ROLE_COUNT <= 64, "a role is a bit");

static fm_str role_names(struct fm_arena *a, uint64_t roles)
{
    fm_str list = FM_STR_NULL;
    for (unsigned r = FM_ROLE_OTHER + 1; r < FM_ROLE_COUNT; r++)
        if (roles >> r & 1)
            list = fm_str_fmt(a, "%.*s%s%s", FM_STR_ARG(list), list.len ? ", " : "",
                              fm_metric_role_name((enum fm_metric_role)r));
    return list;
}

static bool count_series(struct fm_hypotheses *h, struct tally *t)
{
    fm_vec_each (&h->in->metrics->series, it) {
        const struct fm_metric_series *s = *it;
        struct course c;
        if (s->is_baseline || s->role == FM_ROLE_LIMIT || !read_course(&h->in->ctx->arena, s, &c))
            continue;
        if (!is_quiet(h, s, &c))
            return false;
        t->series++;
        t->points += c.n;
        t->roles |= 1ull << s->role;
        if (!t->witness || t->witness->role == FM_ROLE_OTHER)
            t->witness = s;
    }
    return true;
}

enum quietness quiet_series(struct fm_hypotheses *h, struct quiet_claim *out)
{
    struct tally t = {0};
    struct fm_arena *a = &h->in->ctx->arena;
    if (!h->in->metrics || h->in->metrics->series.n == 0)
        return QUIET_ABSENT;
    if (!count_series(h, &t))
        return QUIET_NOT;
    uint64_t known = t.roles & ~(1ull << FM_ROLE_OTHER);
    if (t.series < SERIES_MIN || t.points < ALL_POINTS_MIN ||
        __builtin_popcountll(known) < ROLES_MIN)
        return QUIET_TOO_FEW;
    fm_str names = role_names(a, known);
    out->span = fm_series_span(t.witness, t.witness->rows->n - 1);
    out->text = fm_str_fmt(a,
                           "every series (%.*s) stays in its normal range from beginning to end, "
                           "without a shift, a trend or a limit that is reached",
                           FM_STR_ARG(names));
    return QUIET_YES;
}
