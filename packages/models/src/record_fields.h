/* SPDX-License-Identifier: Apache-2.0 */
/* Short forms for tables of fields: the JSON name of a field is the name of its member. */
#ifndef FM_MODELS_RECORD_FIELDS_H
#define FM_MODELS_RECORD_FIELDS_H

#include "faultmaven/models/record.h"

#define AT_(s, f) .name = #f, .offset = offsetof(struct s, f)
#define STR(s, f, n)                                                                               \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_STR, .max = (n)                                                \
    }
#define STR_REQ(s, f, n)                                                                           \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_STR, .max = (n), .is_required = true                           \
    }
#define REF(s, f, k)                                                                               \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_REF, .max = 40, .ref = (k)                                     \
    }
#define REF_REQ(s, f, k)                                                                           \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_REF, .max = 40, .ref = (k), .is_required = true                \
    }
#define TIME(s, f)                                                                                 \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_TIME                                                           \
    }
#define BOOL(s, f)                                                                                 \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_BOOL                                                           \
    }
#define INT(s, f, n)                                                                               \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_INT, .max = (n)                                                \
    }
#define UNIT(s, f)                                                                                 \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_UNIT                                                           \
    }
#define ENUM(s, f, e)                                                                              \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_ENUM, .names = &e##_names                                      \
    }
#define ENUM_REQ(s, f, e)                                                                          \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_ENUM, .names = &e##_names, .is_required = true                 \
    }
#define STRS(s, f, n, m)                                                                           \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_STRS, .max = (n), .item_max = (m)                              \
    }
#define REFS(s, f, n, k)                                                                           \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_REFS, .max = (n), .item_max = 40, .ref = (k)                   \
    }
#define ENUMS(s, f, n, e)                                                                          \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_ENUMS, .max = (n), .names = &e##_names                         \
    }
#define SUB(s, f, t)                                                                               \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_RECORD, .type = &t##_type                                      \
    }
#define SUBS(s, f, n, t)                                                                           \
    {                                                                                              \
        AT_(s, f), .kind = FM_FIELD_RECORDS, .max = (n), .type = &t##_type                         \
    }

/* const struct fm_record_type NAME_type from the table NAME_fields. */
#define RECORD(s, text)                                                                            \
    const struct fm_record_type s##_type = {text, sizeof(struct s), s##_fields,                    \
                                            sizeof s##_fields / sizeof s##_fields[0]}

enum { TURN_MAX = 1000000000, TEXT_MAX = 16384, LIST_MAX = 64, ALL_MAX = 10000000 };

#endif
