/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/confidence.h"

enum fm_confidence_level fm_confidence_band(double score)
{
    if (score < 0.50)
        return FM_LEVEL_SPECULATION;
    if (score < 0.70)
        return FM_LEVEL_PROBABLE;
    return score < 0.90 ? FM_LEVEL_CONFIDENT : FM_LEVEL_VERIFIED;
}

const char *fm_confidence_phrase(enum fm_confidence_level level)
{
    static const char *const phrases[FM_LEVEL_COUNT] = {"", "speculate", "probably", "confident",
                                                        "verified"};
    return level < FM_LEVEL_COUNT ? phrases[level] : "";
}

double fm_confidence_cap(const struct fm_case *c)
{
    const struct fm_episode *e = fm_case_episode(c);
    if (!e)
        return 1.0;
    if (e->type == FM_DEGRADED_LIMITED_DATA || e->type == FM_DEGRADED_EXTERNAL_DEPENDENCY)
        return 0.50;
    return e->type == FM_DEGRADED_HYPOTHESIS_DEADLOCK ? 0.40 : 1.0;
}

double fm_confidence_shown(const struct fm_case *c, double score, bool *is_capped)
{
    double cap = fm_confidence_cap(c);
    *is_capped = score > cap;
    return score > cap ? cap : score;
}

static double clamp(double x)
{
    return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
}

double fm_confidence_aggregate(const struct fm_confidence_features *f)
{
    return fm_unit_round(clamp(0.3 * f->retrieval_score + 0.3 * f->hypothesis_top +
                               0.2 * f->validation_score + 0.1 * f->pattern_boost +
                               0.1 * f->evidence_count_norm));
}

const char *fm_confidence_aggregate_band(double score, const double *history, size_t n_history)
{
    if (score >= 0.8)
        return "high";
    if (score >= 0.5 || n_history < 2)
        return "gray";
    return history[n_history - 1] < 0.5 && history[n_history - 2] < 0.5 ? "low" : "gray";
}

void fm_calibration_add(struct fm_calibration *k, double stated, bool was_right)
{
    enum fm_confidence_level level = fm_confidence_band(stated);
    k->stated[level]++;
    k->right[level] += was_right;
    k->sum[level] += stated;
    double miss = stated - (was_right ? 1.0 : 0.0);
    k->squares += miss * miss;
}

void fm_calibration_add_case(struct fm_calibration *k, const struct fm_case *c)
{
    const struct fm_root_cause *r = fm_case_root_cause(c);
    if (!fm_case_is_terminal(c))
        return;
    if (!r) {
        k->untold++;
        return;
    }
    bool is_verified = false, is_failed = r->status == FM_FACT_DISPUTED;
    fm_vec_each (&c->solutions, s) {
        if (s->kind != FM_SOLUTION_REMEDIATION)
            continue;
        is_verified |= s->state == FM_SOLUTION_VERIFIED;
        is_failed |= s->state == FM_SOLUTION_FAILED;
    }
    if (is_verified || is_failed)
        fm_calibration_add(k, r->confidence, is_verified && r->status != FM_FACT_DISPUTED);
    else
        k->untold++;
}

double fm_calibration_gap(const struct fm_calibration *k, enum fm_confidence_level level)
{
    if (!k->stated[level])
        return 0.0;
    double n = (double)k->stated[level];
    return k->sum[level] / n - (double)k->right[level] / n;
}

double fm_calibration_brier(const struct fm_calibration *k)
{
    int64_t n = 0;
    for (size_t i = 0; i < FM_LEVEL_COUNT; i++)
        n += k->stated[i];
    return n ? k->squares / (double)n : -1.0;
}

bool fm_calibration_is_off(const struct fm_calibration *k, enum fm_confidence_level level)
{
    double gap = fm_calibration_gap(k, level);
    return k->stated[level] >= 10 && (gap > 0.15 || gap < -0.15);
}
