/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands out in a log: bursts, first appearances, silence, rare severe lines, error chains,
 * exit codes, numbers that grow, shift or reach a limit, failures that recur.
 *
 * Everything is compared with the rest of the same log, and with the same templates of baseline
 * logs where there are such. Detectors look at templates, never at a whole log again; the score
 * says how surely the thing is unusual, weighted by severity.
 */
#ifndef FAULTMAVEN_CORE_LOGS_OBSERVE_H
#define FAULTMAVEN_CORE_LOGS_OBSERVE_H

#include "faultmaven/core/logs.h"

#define FM_LOGS_BINS 64

/* One template while it is judged. */
struct fm_logs_case {
    struct fm_incident *in;
    const struct fm_log_source *source;
    const struct fm_logs_template *t;
    enum fm_logs_level severity;
    fm_entity_id entity;
    uint32_t bins[FM_LOGS_BINS]; /* its records over the time of the log */
    bool has_bins;               /* the log has a time span and the template is timed */
    double baseline_rate;        /* records a second in baseline logs; NAN when there are none */
};

/* Most informative split of bins into a before and an after, by the likelihood ratio of two Poisson
 * rates (natural logarithm). at is the first bin of the after. */
struct fm_logs_split {
    double gain, before, after; /* records per bin */
    unsigned at;
};
struct fm_logs_split fm_logs_split_counts(const uint32_t bins[FM_LOGS_BINS]);

/* Time at which a bin of the source's log begins. */
fm_time fm_logs_bin_time(const struct fm_logs *log, unsigned bin);

/* A new observation of the case's template with its entity, times, count, subject and up to three
 * spans. */
struct fm_observation *fm_logs_observation(const struct fm_logs_case *c,
                                           enum fm_observation_kind kind, double score);

/* Records a second by template text over the incident's baseline logs; NULL when there are none. */
struct fm_map *fm_logs_baseline(struct fm_incident *in);

/* Observations of one source; of baseline sources none. */
void fm_logs_observe(struct fm_incident *in, const struct fm_log_source *s,
                     const struct fm_map *baseline);

/* Sources that end long before the others, and templates that stop. */
void fm_logs_observe_silence(struct fm_incident *in);

/* Charts for what was observed of the case's template: observations from this index on. */
void fm_logs_chart(const struct fm_logs_case *c, size_t first_observation);
#define FM_LOGS_CHART_AT 0.6

/* Edges from fields that name what a component calls; all sources are read. */
void fm_logs_find_calls(struct fm_incident *in);

/* Numbers of the template's slots (observe_values.c). */
void fm_logs_observe_values(const struct fm_logs_case *c);

/* "Caused by" below the template's examples (observe_chain.c). */
void fm_logs_observe_chain(const struct fm_logs_case *c);

#endif
