/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the program's answer: the pieces that expectations speak of. */
#ifndef FM_CORE_EVALUATION_ANSWER_H
#define FM_CORE_EVALUATION_ANSWER_H

#include "faultmaven/core/evaluation.h"

/* A citation found anywhere in the answer. */
struct citation {
    fm_str path, quote;
    yyjson_val *in_cause; /* the cause that holds it, or NULL */
    int64_t offset, length, line;
    uint64_t true_line; /* set by the check */
    bool is_true, is_baseline;
};
struct citations FM_VEC_OF(struct citation);

struct answer {
    yyjson_val *root; /* NULL: no usable answer */
    FM_VEC(yyjson_val *) causes;
    struct citations citations;
};

/* Collects causes and citations of root. */
void answer_read(struct fm_arena *a, yyjson_val *root, struct answer *out);

/* Sets is_true of each citation: the bytes are exactly the quote, the line is the offset's. */
void answer_check(struct answer *w, struct fm_eval_files *files);

/* Statement, mechanism, location and cited quotes of a cause, one a line. */
fm_str answer_cause_text(struct fm_arena *a, const struct answer *w, yyjson_val *cause);

/* Every string of the answer, one a line. */
fm_str answer_all_text(struct fm_arena *a, const struct answer *w);

/* Lower case, without a leading "service/", "pod/" …, in the arena. */
fm_str answer_name(struct fm_arena *a, fm_str name);

fm_str answer_cause_name(struct fm_arena *a, yyjson_val *cause);

#endif
