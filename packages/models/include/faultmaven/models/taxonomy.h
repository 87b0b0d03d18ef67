/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be wrong: categories of the case model and the fault taxonomy (faults.def).
 */
#ifndef FAULTMAVEN_MODELS_TAXONOMY_H
#define FAULTMAVEN_MODELS_TAXONOMY_H

#include "faultmaven/base/str.h"

/* X(symbol, name): hypothesis categories of the case model. */
#define FM_CATEGORIES(X)                                                                           \
    X(CODE, "code")                                                                                \
    X(CONFIG, "config")                                                                            \
    X(ENVIRONMENT, "environment")                                                                  \
    X(NETWORK, "network")                                                                          \
    X(DATA, "data")                                                                                \
    X(HARDWARE, "hardware")                                                                        \
    X(EXTERNAL, "external")                                                                        \
    X(HUMAN, "human")                                                                              \
    X(OTHER, "other")

enum fm_category {
#define FM_CATEGORY_ENUM(sym, name) FM_CATEGORY_##sym,
    FM_CATEGORIES(FM_CATEGORY_ENUM)
#undef FM_CATEGORY_ENUM
        FM_CATEGORY_COUNT
};

enum fm_fault {
#define FM_FAULT(sym, domain, name, category) sym,
#include "faultmaven/models/faults.def"
#undef FM_FAULT
    FM_FAULT_COUNT
};

const char *fm_category_name(enum fm_category c);

/* "domain.name", for example "runtime.oom_killed". */
const char *fm_fault_id(enum fm_fault f);
const char *fm_fault_domain(enum fm_fault f);
enum fm_category fm_fault_category(enum fm_fault f);

/* False, and *out untouched, when id is none of the taxonomy. */
bool fm_fault_parse(fm_str id, enum fm_fault *out);

#endif
