/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/security/type.h"

struct type_row {
    const char *name;
    enum fm_sensitive_family family;
};

static const struct type_row rows[FM_SENSITIVE_COUNT] = {
#define TYPE_ROW(sym, text, fam) [FM_SENSITIVE_##sym] = {.name = text, .family = FM_FAMILY_##fam},
    FM_SENSITIVE_TYPES(TYPE_ROW)
#undef TYPE_ROW
};

const char *fm_sensitive_name(enum fm_sensitive type)
{
    return type < FM_SENSITIVE_COUNT ? rows[type].name : "unknown";
}

enum fm_sensitive_family fm_sensitive_family(enum fm_sensitive type)
{
    return type < FM_SENSITIVE_COUNT ? rows[type].family : FM_FAMILY_COUNT;
}

enum fm_sensitive fm_sensitive_parse(fm_str name)
{
    /* Asked for each word in capitals that is scanned: most differ in the first letter. */
    char first = name.len ? (char)(name.p[0] | 0x20) : '\0';
    for (unsigned i = 0; i < FM_SENSITIVE_COUNT; i++)
        if ((rows[i].name[0] | 0x20) == first && fm_str_ieq(name, fm_str_c(rows[i].name)))
            return (enum fm_sensitive)i;
    return FM_SENSITIVE_COUNT;
}
