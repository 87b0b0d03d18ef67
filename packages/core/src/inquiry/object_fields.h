/* SPDX-License-Identifier: Apache-2.0 */
/* An object as a flat list of paths with values and bytes. */
#ifndef FM_CORE_INQUIRY_OBJECT_FIELDS_H
#define FM_CORE_INQUIRY_OBJECT_FIELDS_H

#include "faultmaven/core/objects.h"

struct object_field {
    fm_str path, text;
    fm_span span;
};
struct object_fields FM_VEC_OF(struct object_field);

void object_fields_list(struct fm_arena *a, const struct fm_object *o, struct object_fields *out);

/* The parts of the wanted path ("spec.containers[0].resources.limits.memory") stand in path, in
 * order, as whole parts; parts that only the API's nesting has are skipped. */
bool object_path_matches(fm_str wanted, fm_str path);

#endif
