/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known faults as data. A signature (signatures/<area>/<id>.yaml, format in docs/signatures.md)
 * says what must be seen for a fault to be proposed: a reason (a message, an event, an observation,
 * a field of an object that says why), a state (that something does fail), and what must not be
 * seen. It fills statement and mechanism from what it captured, and it brings examples of its own,
 * which are run as tests.
 *
 * The built-in set is compiled into the program without its examples. Users add folders of their
 * own.
 */
#ifndef FAULTMAVEN_CORE_SIGNATURES_H
#define FAULTMAVEN_CORE_SIGNATURES_H

#include "faultmaven/core/hypotheses.h"

struct fm_signature_set;

/* An empty set in the context's arena; it must not outlive the context. */
struct fm_signature_set *fm_signatures_new(struct fm_ctx *ctx);

/* Adds the signatures of one YAML text. `name` is a file name for messages. FM_EINVAL names file,
 * line and what is wrong; FM_ECONFLICT when an id is there already. */
FM_MUST_CHECK enum fm_code fm_signatures_add(struct fm_signature_set *set, fm_str name,
                                             fm_str yaml);

/* Adds the signatures that are compiled into the program. */
FM_MUST_CHECK enum fm_code fm_signatures_add_builtin(struct fm_signature_set *set);

/* One row of a listing. */
struct fm_signature_info {
    fm_str id, title;
    enum fm_fault fault;
    double strength;
    unsigned n_positive, n_negative; /* examples that came with it */
};
struct fm_signature_infos FM_VEC_OF(struct fm_signature_info);
void fm_signatures_list(const struct fm_signature_set *set, struct fm_signature_infos *out);

/* What is wrong with a signature: weak evidence, missing parts, an example that does not behave. */
struct fm_signature_problem {
    fm_str id, text;
};
struct fm_signature_problems FM_VEC_OF(struct fm_signature_problem);

/* Checks every signature and runs its examples; an empty list is good. */
FM_MUST_CHECK enum fm_code fm_signatures_lint(struct fm_signature_set *set,
                                              struct fm_signature_problems *out);

/* Markdown: one table of the fault taxonomy with the signatures of each fault. */
void fm_signatures_coverage(const struct fm_signature_set *set, struct fm_buf *out);

#endif
