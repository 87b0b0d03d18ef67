/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_CORE_INQUIRY_INTERNAL_H
#define FM_CORE_INQUIRY_INTERNAL_H

#include "faultmaven/core/inquiry.h"

/* What the case asks of a diagnosis; strings are borrowed from it. */
void fm_inquiry_question(const struct fm_case *c, struct fm_question *ask);

/* The facts of a diagnosis. */
void fm_inquiry_note_diagnosis(struct fm_inquiry *q);

/* Keeps a sentence of the program about the bytes of a span; nothing when the case has no such
 * evidence. */
void fm_inquiry_note(struct fm_inquiry *q, fm_span span, fm_str text);

#endif
