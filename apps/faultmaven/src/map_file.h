/* SPDX-License-Identifier: Apache-2.0 */
/* A whole file as bytes: mapped when it is a regular file, else read into an unlinked temporary one
 * and mapped. */
#ifndef FM_APP_MAP_FILE_H
#define FM_APP_MAP_FILE_H

#include "faultmaven/base/ctx.h"

struct fm_mapped {
    fm_str text;
    void *base; /* owned; NULL when the file is empty */
};

/* "-" is standard input. */
FM_MUST_CHECK enum fm_code fm_map_file(struct fm_ctx *ctx, const char *path, struct fm_mapped *out);
void fm_unmap_file(struct fm_mapped *m);

#endif
