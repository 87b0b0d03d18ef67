/* SPDX-License-Identifier: Apache-2.0 */
#include "propose.h"

static fm_str without(fm_str name, const char *prefix)
{
    return fm_str_starts(name, fm_str_c(prefix)) ? fm_str_skip(name, strlen(prefix)) : name;
}

fm_str fm_name_from_path(fm_str path)
{
    ptrdiff_t slash = fm_str_rchr(path, '/');
    fm_str name = slash >= 0 ? fm_str_skip(path, (size_t)slash + 1) : path;
    ptrdiff_t dot = fm_str_rchr(name, '.');
    if (dot > 0)
        name = fm_str_sub(name, 0, (size_t)dot);
    name = without(without(name, "kubectl-"), "logs-");
    /* Options that are part of a recorded command's name: "cart-6b9f7d5c4-x2x8p--n-shop". */
    ptrdiff_t option = fm_str_find(name, FM_STR("--"), 0);
    if (option > 0)
        name = fm_str_sub(name, 0, (size_t)option);
    return fm_workload_name(name, false);
}
