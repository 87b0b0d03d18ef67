/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/diagnose.h"

#include "diagnosis/reasoners.h"
#include "faultmaven/core/processor.h"

static void copy_facts(const struct fm_incident *in, struct fm_diagnosis *d)
{
    struct fm_arena *a = &in->ctx->arena;
    fm_vec_each (&in->inputs, e)
        fm_vec_push(a, &d->inputs, *e);
    fm_vec_each (&in->observations, o)
        fm_vec_push(a, &d->observations, *o);
    fm_vec_each (&in->entities, n)
        fm_vec_push(a, &d->nodes, *n);
    fm_vec_each (&in->edges, e)
        fm_vec_push(a, &d->edges, *e);
    fm_vec_each (&in->limits, l)
        fm_vec_push(a, &d->limits, *l);
}

static void find_window(const struct fm_incident *in, struct fm_diagnosis *d)
{
    fm_vec_each (&in->inputs, it) {
        const struct fm_evidence *e = *it;
        if (e->is_baseline || e->first == FM_TIME_NONE)
            continue;
        if (d->window_begin == FM_TIME_NONE || e->first < d->window_begin)
            d->window_begin = e->first;
        if (d->window_end == FM_TIME_NONE || e->last > d->window_end)
            d->window_end = e->last;
    }
}

enum fm_code fm_diagnose(struct fm_incident *in, struct fm_diagnosis **out)
{
    struct fm_arena *a = &in->ctx->arena;
    struct fm_hypotheses h = {.in = in, .recovered_at = FM_TIME_NONE};
    struct fm_diagnosis *d = FM_NEW(a, struct fm_diagnosis);
    d->onset = d->detected = d->recovered = d->window_begin = d->window_end = FM_TIME_NONE;
    FM_TRY(fm_process(in));
    in->onset = fm_find_onset(in);
    FM_TRY(fm_reason(&h));
    fm_fold_causes(&h);
    fm_blame_servers(&h);
    fm_explain(&h);
    fm_rank(&h);
    fm_find_victims(&h);
    copy_facts(in, d);
    find_window(in, d);
    fm_conclude(&h, d);
    fm_note_conflicts(in, d);
    fm_check_citations(in, d);
    *out = d;
    return FM_OK;
}
