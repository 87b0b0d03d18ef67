/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in slot source: learns from the text itself where the lines of one template hold a user
 * name, a host or an identifier. When the detectors found two different ones at a place between the
 * same words, whatever stands there in later lines is one too: "session opened for user db by
 * (uid=0)" after the same line with alice and bob.
 *
 * Words with digits, and words that were found themselves, count as equal; a template needs three
 * words that are neither. Memory is fixed (FM_SLOTS_MAX places); when it is full, nothing more is
 * learned. What is known grows only, and depends on the lines before and their order, on nothing
 * else. One thread.
 */
#ifndef FAULTMAVEN_SECURITY_SLOTS_H
#define FAULTMAVEN_SECURITY_SLOTS_H

#include "faultmaven/security/redact.h"

#define FM_SLOTS_MAX 12288

struct fm_slot_source *fm_slot_learner_new(void);
void fm_slot_learner_free(struct fm_slot_source *s);

/* Places that are known by now: with two values or more. */
size_t fm_slot_learner_count(const struct fm_slot_source *s);

#endif
