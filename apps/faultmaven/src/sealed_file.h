/* SPDX-License-Identifier: Apache-2.0 */
/* Files that hold sealed bytes: mode 0600, replaced atomically. */
#ifndef FM_APP_SEALED_FILE_H
#define FM_APP_SEALED_FILE_H

#include "faultmaven/security/crypto.h"

#define SEALED_FILE_MAX (FM_BOX_MAX + FM_BOX_OVERHEAD)

/* Durable when it returns; on failure the old content stays. One writer at a time. */
FM_MUST_CHECK enum fm_code sealed_file_write(struct fm_ctx *ctx, const char *path, fm_str sealed);

#endif
