/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes as candidates for what brought an incident about, and their score:
 *
 *     score = reach × ownership × time × risk × (1 + 0.12 · overlap)      (2 + …) with a direct
 * match and risk ≥ 0.5
 *
 * reach: own deploy 1, carried by a later deploy 0.6; time: exp(−lag / 60 min). See
 * docs/internals/changes.md.
 */
#ifndef FM_DIAGNOSIS_CHANGES_CANDIDATES_H
#define FM_DIAGNOSIS_CHANGES_CANDIDATES_H

#include "faultmaven/core/hypotheses.h"
#include "risk.h"
#include "vocabulary.h"

struct fm_candidate {
    const struct fm_change *change;
    const struct fm_change
        *deploy;         /* that brought the commit; NULL when it is none, or not known */
    fm_time at;          /* when it took effect */
    fm_entity_id entity; /* what it was deployed to */
    struct fm_risk risk;
    double reach, ownership, time, overlap, score;
    fm_str shared;       /* words shared with the incident */
    fm_str direct;       /* the piece that ties it to the error; "" when there is none */
    fm_span direct_span; /* of the error */
    fm_str out;          /* why it cannot be; "" when it can */
};
struct fm_candidates FM_VEC_OF(struct fm_candidate);

/* Where and when the incident began, as far as changes need to know. */
struct fm_beginning {
    fm_time at;
    fm_entity_id entity;  /* first failing; FM_ENTITY_NONE when unknown */
    fm_span span;         /* what shows it; length 0 when nothing does */
    bool *is_symptomatic; /* per entity id */
};

void fm_find_beginning(const struct fm_hypotheses *h, struct fm_beginning *out);

/* Candidates, best first; those with `out` last. */
void fm_candidates_find(const struct fm_hypotheses *h, const struct fm_beginning *b,
                        struct fm_candidates *out);

/* Ties a candidate to a message of the incident: a frame in a changed file, a name that vanished or
 * appeared, a literal. */
void fm_candidate_direct(const struct fm_vocabulary *v, struct fm_candidate *c);

/* Evidence for a cause that is no change: weight on the scale of scores, 0 when there is none. */
struct fm_no_change {
    double weight;
    fm_str why;
    struct fm_cause *cause; /* proposed already, or NULL */
};
void fm_find_no_change(struct fm_hypotheses *h, const struct fm_beginning *b,
                       struct fm_no_change *out);

#endif
