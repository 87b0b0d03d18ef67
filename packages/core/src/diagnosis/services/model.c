/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/services/model.h"

#include <math.h>

static size_t put_values(double *out, const struct fm_metric_series *s, fm_time begin, fm_time end)
{
    size_t n = 0;
    for (size_t i = fm_series_at(s, begin); i < s->rows->n && s->rows->at[i] < end; i++)
        if (!isnan(s->values[i]))
            out[n++] = s->values[i];
    return n;
}

struct svc_values svc_reference(struct svc_model *m, const struct fm_metric_series *s)
{
    const struct fm_metric_series *quiet = fm_series_baseline(m->arena, m->in->metrics, s);
    struct svc_values out = {0};
    out.v =
        fm_arena_alloc(m->arena, (s->rows->n + (quiet ? quiet->rows->n : 0) + 1) * sizeof *out.v);
    if (quiet)
        out.n = put_values(out.v, quiet, INT64_MIN + 1, INT64_MAX);
    out.n += put_values(out.v + out.n, s, INT64_MIN + 1, m->at);
    return out;
}

struct svc_values svc_affected(struct svc_model *m, const struct fm_metric_series *s, int64_t from,
                               int64_t to)
{
    struct svc_values out = {0};
    out.v = fm_arena_alloc(m->arena, (s->rows->n + 1) * sizeof *out.v);
    out.n = put_values(out.v, s, m->at + from, to == INT64_MAX ? INT64_MAX : m->at + to);
    return out;
}

void svc_find(struct svc *s, enum svc_signal signal, const struct svc_finding *f)
{
    if (f->strength > s->found[signal].strength)
        s->found[signal] = *f;
}
