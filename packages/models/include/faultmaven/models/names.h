/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of enum values. Every enum of the domain is written once, as a table X(symbol, "name"); the
 * C enum and the names come from it. Value 0 of each enum is "not given": it has no name and is
 * left out of JSON.
 *
 *     #define FM_ROLES(X) X(FM_ROLE_OWNER, "owner") X(FM_ROLE_VIEWER, "viewer")
 *     FM_ENUM(fm_role, FM_ROLE, FM_ROLES);            in a header: enum fm_role and fm_role_names
 *     FM_ENUM_NAMES(fm_role, FM_ROLES)                in one C file
 */
#ifndef FAULTMAVEN_MODELS_NAMES_H
#define FAULTMAVEN_MODELS_NAMES_H

#include "faultmaven/base/str.h"

struct fm_names {
    const char *what;         /* for messages: "hypothesis status" */
    const char *const *names; /* [0] is NULL */
    unsigned n;               /* values 1 .. n-1 are valid */
};

/* The name; "" for 0 and for values outside the enum. */
const char *fm_name_of(const struct fm_names *e, unsigned value);

/* The value of a name, ASCII case ignored; 0 when there is none. */
unsigned fm_name_parse(const struct fm_names *e, fm_str name);

#define FM_ENUM_ITEM_(sym, name) sym,
#define FM_ENUM_NAME_(sym, name) name,
#define FM_ENUM(type, PREFIX, TABLE)                                                               \
    enum type { PREFIX##_NONE, TABLE(FM_ENUM_ITEM_) PREFIX##_COUNT };                              \
    extern const struct fm_names type##_names
#define FM_ENUM_NAMES(type, text, TABLE)                                                           \
    static const char *const type##_list[] = {NULL, TABLE(FM_ENUM_NAME_)};                         \
    const struct fm_names type##_names = {text, type##_list,                                       \
                                          sizeof type##_list / sizeof type##_list[0]};

#endif
