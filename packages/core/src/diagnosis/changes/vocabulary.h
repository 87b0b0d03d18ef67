/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of an incident: of messages that are new or bad, of metrics that moved, of alerts. A change
 * that speaks the same words, and words that few other changes use, is more likely to have to do
 * with it.
 */
#ifndef FM_DIAGNOSIS_CHANGES_VOCABULARY_H
#define FM_DIAGNOSIS_CHANGES_VOCABULARY_H

#include "faultmaven/core/changes.h"

/* Words of a text: camelCase and snake_case split, lower case, endings cut off; common words and
 * short ones left out. */
struct fm_words FM_VEC_OF(fm_str);
void fm_words_of(struct fm_arena *a, fm_str text, struct fm_words *out);

struct fm_vocabulary {
    struct fm_arena *a;
    struct fm_map incident; /* word → weight * 100 as a pointer */
    struct fm_map changes;  /* word → number of changes that use it */
    size_t n_changes;
    FM_VEC(fm_str) messages; /* bad messages, for direct matches */
    FM_VEC(fm_span) spans;   /* of messages[i] */
};

void fm_vocabulary_build(struct fm_vocabulary *v, const struct fm_incident *in);

/* Σ idf(word) · weight over the words that the change shares with the incident; changed lines count
 * 1, paths .7, the message .5. *shared lists up to four of the words. */
double fm_vocabulary_overlap(const struct fm_vocabulary *v, const struct fm_change *c,
                             fm_str *shared);

#endif
