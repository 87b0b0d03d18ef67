/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/taxonomy.h"

static const char *const categories[FM_CATEGORY_COUNT] = {
#define FM_CATEGORY_ROW(sym, name) [FM_CATEGORY_##sym] = name,
    FM_CATEGORIES(FM_CATEGORY_ROW)
#undef FM_CATEGORY_ROW
};

static const struct {
    const char *id, *domain;
    enum fm_category category;
} faults[FM_FAULT_COUNT] = {
#define FM_FAULT(sym, domain, name, category)                                                      \
    [sym] = {domain "." name, domain, FM_CATEGORY_##category},
#include "faultmaven/models/faults.def"
#undef FM_FAULT
};

const char *fm_category_name(enum fm_category c)
{
    return (unsigned)c < FM_CATEGORY_COUNT ? categories[c] : "other";
}

const char *fm_fault_id(enum fm_fault f)
{
    return (unsigned)f < FM_FAULT_COUNT ? faults[f].id : "other.unknown";
}

const char *fm_fault_domain(enum fm_fault f)
{
    return (unsigned)f < FM_FAULT_COUNT ? faults[f].domain : "other";
}

enum fm_category fm_fault_category(enum fm_fault f)
{
    return (unsigned)f < FM_FAULT_COUNT ? faults[f].category : FM_CATEGORY_OTHER;
}

bool fm_fault_parse(fm_str id, enum fm_fault *out)
{
    for (unsigned i = 0; i < FM_FAULT_COUNT; i++) {
        if (fm_str_eqc(id, faults[i].id)) {
            *out = (enum fm_fault)i;
            return true;
        }
    }
    return false;
}
