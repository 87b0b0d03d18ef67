/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_STORE_BLOB_FILES_H
#define FM_STORE_BLOB_FILES_H

#include "faultmaven/store/blobs.h"

#define BLOB_DIR_MAX 3800
#define BLOB_PATH_MAX 4096

struct fm_blobs {
    char dir[BLOB_DIR_MAX + 1];
};

bool blob_path(const struct fm_blobs *b, fm_str sha256, char out[BLOB_PATH_MAX]);
/* The uncompressed copy's path; false for what is no hash. */
bool blob_raw_path(const struct fm_blobs *b, fm_str sha256, char out[BLOB_PATH_MAX]);

/* A range from the uncompressed copy; false when there is none. */
bool blob_raw_read(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256, struct fm_range range,
                   fm_str *out);

bool blob_write(int fd, fm_str bytes); /* all of them */
bool blob_touch(struct fm_blobs *b, fm_str sha256);
FM_MUST_CHECK enum fm_code blob_temporary(struct fm_blobs *b, struct fm_ctx *ctx,
                                          char path[BLOB_PATH_MAX], int *fd);
FM_MUST_CHECK enum fm_code blob_publish(struct fm_blobs *b, struct fm_ctx *ctx,
                                        const char *temporary, const char *sha256);

#endif
