/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "faultmaven/core/evaluation.h"

static void count(struct fm_eval_share *s, int value)
{
    if (value == FM_EVAL_ABSENT)
        return;
    s->of++;
    s->n += value != 0;
}

static void count_rank(struct fm_eval_share at[6], int rank)
{
    for (int k = 1; k <= 5 && rank != FM_EVAL_ABSENT; k++) {
        at[k].of++;
        at[k].n += rank >= 1 && rank <= k;
    }
}

/* Expected calibration error: mean over bins, weighted by their size, of |said - right| (Naeini et
 * al., AAAI 2015). */
static void calibrate(struct fm_eval_summary *s, const struct fm_eval_results *rows)
{
    double squares = 0, error = 0;
    size_t n = 0;
    fm_vec_each (rows, r) {
        if (isnan(r->likelihood))
            continue;
        double p = r->likelihood < 0 ? 0 : r->likelihood > 1 ? 1 : r->likelihood;
        size_t bin = p >= 1 ? FM_EVAL_BINS - 1 : (size_t)(p * FM_EVAL_BINS);
        s->bins[bin].n++;
        s->bins[bin].said += p;
        s->bins[bin].right += r->is_right;
        squares += (p - r->is_right) * (p - r->is_right);
        n++;
    }
    for (size_t i = 0; i < FM_EVAL_BINS; i++)
        error += fabs(s->bins[i].said - s->bins[i].right);
    s->brier = n ? squares / (double)n : NAN;
    s->calibration_error = n ? error / (double)n : NAN;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void measure(struct fm_arena *a, struct fm_eval_summary *s,
                    const struct fm_eval_results *rows)
{
    double *ms = FM_NEW_ARRAY(a, double, rows->n + 1), jaccard = 0;
    size_t n = 0, n_jaccard = 0;
    fm_vec_each (rows, r) {
        ms[n++] = r->run.ms;
        if (r->run.peak_mb > s->max_peak_mb)
            s->max_peak_mb = r->run.peak_mb;
        if (!isnan(r->jaccard)) {
            jaccard += r->jaccard;
            n_jaccard++;
        }
    }
    s->jaccard = n_jaccard ? jaccard / (double)n_jaccard : NAN;
    qsort(ms, n, sizeof *ms, by_value);
    s->median_ms = n == 0 ? 0 : n % 2 ? ms[n / 2] : (ms[n / 2 - 1] + ms[n / 2]) / 2;
    s->max_ms = n ? ms[n - 1] : 0;
}

static void count_row(struct fm_eval_summary *s, const struct fm_eval_result *r)
{
    s->passed += r->why.n == 0;
    count_rank(s->at, r->entity_rank);
    count_rank(s->joint, r->joint_rank);
    count(&s->fault, r->fault_ok);
    count(&s->domain, r->domain_ok);
    count(&s->change, r->change_ok);
    count(&s->decoys, r->is_decoy);
    count(&s->location, r->location_ok);
    count(&s->cite, r->cite_ok);
    count(&s->first, r->first_ok);
    count(&s->verdict, r->verdict_ok);
    s->quiet += r->is_quiet;
    s->false_alarms += r->is_false_alarm;
    s->invented += r->is_invented;
    s->uncited += r->is_uncited;
    s->citations += r->citations;
    s->citations_false += r->citations_false;
    s->facts += r->facts;
    s->facts_found += r->facts_found;
}

void fm_eval_summarize(struct fm_arena *a, fm_str suite, fm_str primary,
                       const struct fm_eval_results *rows, struct fm_eval_summary *out)
{
    struct fm_eval_summary s = {
        .suite = suite, .primary = primary.len ? primary : FM_STR("pass"), .cases = rows->n};
    fm_vec_each (rows, r)
        count_row(&s, r);
    measure(a, &s, rows);
    calibrate(&s, rows);
    s.primary_score = fm_str_eqc(s.primary, "joint")    ? s.joint[1]
                      : fm_str_eqc(s.primary, "change") ? s.change
                      : fm_str_eqc(s.primary, "entity") ? s.at[1]
                                                        : (struct fm_eval_share){s.passed, s.cases};
    *out = s;
}
