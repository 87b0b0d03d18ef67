/* SPDX-License-Identifier: Apache-2.0 */
/* Field access shared by the parts of the record codec. */
#ifndef FM_MODELS_RECORD_IMPL_H
#define FM_MODELS_RECORD_IMPL_H

#include "faultmaven/models/record.h"

/* The shape of every vector (base/vec.h). */
struct fm_list {
    void *items;
    size_t n;
    size_t cap;
};

static inline void *fm_field_at(void *record, const struct fm_field *f)
{
    return (char *)record + f->offset;
}

static inline const void *fm_field_at_const(const void *record, const struct fm_field *f)
{
    return (const char *)record + f->offset;
}

bool fm_field_is_given(const struct fm_field *f, const void *p);
size_t fm_field_size(const struct fm_field *f);
size_t fm_field_item_size(const struct fm_field *f);

#endif
