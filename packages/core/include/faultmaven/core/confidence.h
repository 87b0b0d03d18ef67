/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confidence: bands with words, caps of degraded modes, the secondary aggregate, and a calibration
 * log. All pure.
 */
#ifndef FAULTMAVEN_CORE_CONFIDENCE_H
#define FAULTMAVEN_CORE_CONFIDENCE_H

#include "faultmaven/models/case.h"

/* < 0.50 speculation, < 0.70 probable, < 0.90 confident, else verified; a boundary belongs to the
 * upper band. */
enum fm_confidence_level fm_confidence_band(double score);

/* "speculate", "probably", "confident", "verified": the honest word for a band. */
const char *fm_confidence_phrase(enum fm_confidence_level level);

/* What may be shown at most while an episode runs: 0.50 limited_data and external_dependency, 0.40
 * hypothesis_deadlock, 1 otherwise. */
double fm_confidence_cap(const struct fm_case *c);

/* score cut to the cap; *is_capped tells whether it was. */
double fm_confidence_shown(const struct fm_case *c, double score, bool *is_capped);

/* Weights 0.3 retrieval, 0.3 hypothesis, 0.2 validation, 0.1 pattern, 0.1 evidence count; each
 * feature 0..1. */
struct fm_confidence_features {
    double retrieval_score;
    double hypothesis_top;
    double validation_score;
    double pattern_boost;
    double evidence_count_norm;
};
double fm_confidence_aggregate(const struct fm_confidence_features *f);

/* "high" (>= 0.8), "gray" (>= 0.5), and "low" only when the last two earlier values are both below
 * 0.5, else "gray". */
const char *fm_confidence_aggregate_band(double score, const double *history, size_t n_history);

/* Stated confidence of a root cause against what came of it: one count per band. */
struct fm_calibration {
    int64_t stated[FM_LEVEL_COUNT];
    int64_t right[FM_LEVEL_COUNT];
    double sum[FM_LEVEL_COUNT];
    double squares; /* of stated minus what came: 1 when right, 0 when not */
    int64_t untold; /* ended cases that say nothing about it */
};
void fm_calibration_add(struct fm_calibration *k, double stated, bool was_right);

/* Adds a terminal case: right when its root cause stands and a remediation was verified, wrong when
 * the root cause was disputed or its fix failed; anything else says nothing and is not counted. */
void fm_calibration_add_case(struct fm_calibration *k, const struct fm_case *c);

/* Mean stated confidence minus rate of being right, of one band; 0 when nothing was counted. */
double fm_calibration_gap(const struct fm_calibration *k, enum fm_confidence_level level);

/* Brier score over all counted: mean squared difference; 0 is perfect, 0.25 is what saying 0.5
 * always would get. -1 when nothing was counted (Brier 1950). */
double fm_calibration_brier(const struct fm_calibration *k);

/* A band whose gap is beyond 0.15, with ten cases at least, states too much or too little. */
bool fm_calibration_is_off(const struct fm_calibration *k, enum fm_confidence_level level);

#endif
