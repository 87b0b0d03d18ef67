/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/embed.h"

#include "signature.h"

extern const struct fm_embedded fm_signature_files[];

enum fm_code fm_signatures_add_builtin(struct fm_signature_set *set)
{
    const struct fm_embedded *file = &fm_signature_files[0];
    return fm_signatures_add(set, FM_STR("built-in signatures"), fm_str_n(file->data, file->len));
}
