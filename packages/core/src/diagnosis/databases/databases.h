/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Managed databases from what their consoles show: series of the instance (CloudWatch names and
 * others), the statements and waits of a load profile (Performance Insights and its like), and
 * events, which arrive as causes that signatures proposed.
 *
 * A series alone is a symptom. A cause needs a series at its limit or far from where it began, and
 * a witness: an event, or a statement that explains it.
 */
#ifndef FM_DIAGNOSIS_DATABASES_H
#define FM_DIAGNOSIS_DATABASES_H

#include "faultmaven/core/document.h"
#include "faultmaven/core/hypotheses.h"
#include "faultmaven/core/metrics.h"

/* A row of a load profile. */
struct fm_load_row {
    fm_str name; /* statement, user, host or wait */
    double load;
    const struct fm_node *node;
    fm_str wait; /* of a statement: what it waits for most */
    const struct fm_node *wait_node;
};

/* One load profile: who and what uses the database. Rows with length 0 are not given. */
struct fm_load_profile {
    const struct fm_evidence *evidence;
    fm_str instance;
    struct fm_load_row statement, wait, user, host; /* the largest of each */
};
struct fm_load_profiles FM_VEC_OF(struct fm_load_profile);

void fm_load_profiles_read(const struct fm_incident *in, struct fm_load_profiles *out);

/* The profile of the instance, of one of its replicas or primaries, or NULL. */
const struct fm_load_profile *fm_load_profile_of(const struct fm_load_profiles *all,
                                                 fm_str instance);

/* Adds the largest statement, its wait, user and host as support, and a sentence about them to the
 * mechanism. */
void fm_explain_load(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_load_profile *p);

/* How a series moved: first valid value, extreme, last; rows of them. */
struct fm_course {
    const struct fm_metric_series *series;
    double first, max, min, last;
    size_t i_first, i_max, i_min, i_last, n, falls, rises;
};
bool fm_course_of(const struct fm_metric_series *s, struct fm_course *out);

/* Cites the row of a course: "WriteIOPS: 18410". */
void fm_cite_row(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_metric_series *s,
                 size_t row);

#endif
