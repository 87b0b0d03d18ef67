/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of a diagnosis behind fm_diagnose; each is one file of this folder. */
#ifndef FM_CORE_DIAGNOSIS_REASONERS_H
#define FM_CORE_DIAGNOSIS_REASONERS_H

#include "faultmaven/core/hypotheses.h"

/* Strength from which on a cause is asserted; below it a cause is only listed. */
#define FM_ASSERT_AT 0.60

/* Runs every reasoner; h->causes holds what they propose. */
FM_MUST_CHECK enum fm_code fm_reason(struct fm_hypotheses *h);

/* Lets effects step back behind what explains them; adds their entities to what the cause affects.
 */
void fm_explain(struct fm_hypotheses *h);

/* Moves what clients report about a server to the server. */
void fm_blame_servers(struct fm_hypotheses *h);

/* Sorts h->causes, best first, and gives each its likelihood and confidence. */
void fm_rank(struct fm_hypotheses *h);

/* Adds to the best causes the callers that suffer from them. */
void fm_find_victims(struct fm_hypotheses *h);

/* Verdict, summary, affected, timeline, missing evidence. */
void fm_conclude(struct fm_hypotheses *h, struct fm_diagnosis *d);

/* The causal chain of the first cause; d->affected is filled. */
void fm_build_chain(struct fm_hypotheses *h, struct fm_diagnosis *d);

/* The best few charts: those that processors left in the incident, and of the metric series that
 * the causes cite, that belong to what is affected, or that changed most. Needs d->affected and
 * d->onset. */
void fm_choose_charts(struct fm_hypotheses *h, struct fm_diagnosis *d);

/* What inputs say differently about one object. */
void fm_note_conflicts(const struct fm_incident *in, struct fm_diagnosis *d);

/* Verifies every citation, quote and number of d; what fails is removed and counted. */
void fm_check_citations(struct fm_incident *in, struct fm_diagnosis *d);

/* First sign of trouble over all observations, or FM_TIME_NONE. */
fm_time fm_find_onset(const struct fm_incident *in);

/* Makes one cause of proposals at one place that explain each other. */
void fm_fold_causes(struct fm_hypotheses *h);

#endif
