/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of changes, one a form. */
#ifndef FM_CHANGES_READ_H
#define FM_CHANGES_READ_H

#include "faultmaven/core/changes.h"
#include "faultmaven/core/document.h"

struct fm_changes_reader {
    struct fm_incident *in;
    struct fm_arena *a;
    const struct fm_evidence *e;
    struct fm_change_set *out;
};

/* A new change, already in the set. `piece` is its record in the evidence. */
struct fm_change *fm_changes_add(struct fm_changes_reader *r, enum fm_change_kind kind,
                                 fm_str piece);

void fm_changes_read_json(struct fm_changes_reader *r);
void fm_changes_read_git(struct fm_changes_reader *r);
/* REVISION tables of helm and kubectl. False when the text is none. */
bool fm_changes_read_table(struct fm_changes_reader *r);

/* RFC 3339, or seconds or milliseconds since 1970, or `git log`'s date; FM_TIME_NONE when it is
 * none of them. */
fm_time fm_changes_time(fm_str s);

#endif
