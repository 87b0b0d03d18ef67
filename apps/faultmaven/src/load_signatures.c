/* SPDX-License-Identifier: Apache-2.0 */
#include "load_signatures.h"

static bool is_signature_file(fm_str path)
{
    return fm_str_ends(path, FM_STR(".yaml")) || fm_str_ends(path, FM_STR(".yml"));
}

enum fm_code fm_load_signatures(struct fm_ctx *ctx, struct fm_intake *intake, const char *path,
                                struct fm_signature_set *set)
{
    struct fm_incident in;
    size_t n = 0;
    fm_incident_init(&in, ctx, NULL);
    FM_TRY(fm_intake_add(intake, &in, path, false));
    fm_vec_each (&in.inputs, e) {
        if (!is_signature_file((*e)->path))
            continue;
        FM_TRY(fm_signatures_add(set, (*e)->path, (*e)->bytes));
        n++;
    }
    return n ? FM_OK : fm_fail(ctx, FM_ENOTFOUND, "%s: no .yaml file with signatures", path);
}
