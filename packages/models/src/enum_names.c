/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/names.h"

const char *fm_name_of(const struct fm_names *e, unsigned value)
{
    return value > 0 && value < e->n ? e->names[value] : "";
}

unsigned fm_name_parse(const struct fm_names *e, fm_str name)
{
    for (unsigned i = 1; i < e->n; i++)
        if (fm_str_ieq(name, fm_str_c(e->names[i])))
            return i;
    return 0;
}
