/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content-addressed files: evidence and reports, named by the SHA-256 of their content, kept
 * zstd-compressed under DIR/ab/cdef….zst. A blob is written to a temporary name, synced, renamed,
 * and its folder synced, so that a name that exists always has its whole content. Blobs are never
 * changed. Which cases use a blob stands in the database.
 *
 * Thread-safe; several processes may share the folder.
 */
#ifndef FAULTMAVEN_STORE_BLOBS_H
#define FAULTMAVEN_STORE_BLOBS_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"
#include "faultmaven/base/hash.h"
#include "faultmaven/base/map_file.h"

struct fm_blobs;

FM_MUST_CHECK enum fm_code fm_blobs_open(struct fm_ctx *ctx, const char *dir,
                                         struct fm_blobs **out);
void fm_blobs_free(struct fm_blobs *b);

struct fm_blob_info {
    char sha256[FM_SHA256_HEX];
    int64_t size;
};

/* Stores bytes. Known content is not written again. */
FM_MUST_CHECK enum fm_code fm_blobs_put(struct fm_blobs *b, struct fm_ctx *ctx, fm_str bytes,
                                        struct fm_blob_info *out);

/* Stores what a source gives, of any size: it fills at most `max` bytes a call, 0 at the end. */
typedef enum fm_code (*fm_blob_source)(void *arg, struct fm_ctx *ctx, char *out, size_t max,
                                       size_t *n);
FM_MUST_CHECK enum fm_code fm_blobs_put_from(struct fm_blobs *b, struct fm_ctx *ctx,
                                             fm_blob_source source, void *arg,
                                             struct fm_blob_info *out);

/* The bytes of a range, in the context's arena; shorter at the end. FM_ENOTFOUND
 * for unknown content, FM_EIO when the stored file is damaged. */
FM_MUST_CHECK enum fm_code fm_blobs_read(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256,
                                         struct fm_range range, fm_str *out);

/* Streams the whole content; the hash is checked at the end. fn returns FM_OK to go on. */
typedef enum fm_code (*fm_blob_fn)(void *arg, fm_str part);
FM_MUST_CHECK enum fm_code fm_blobs_stream(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256,
                                           fm_blob_fn fn, void *arg);

/*
 * Content of `size` bytes, mapped: pages are read when they are touched. Large content is kept
 * uncompressed beside the blob for this; fm_blobs_copy makes that copy while the bytes are at hand
 * (below FM_BLOB_RAW_MIN it does nothing, and what cannot be written now is made by the first map).
 */
#define FM_BLOB_RAW_MIN ((size_t)256 << 10)
void fm_blobs_copy(struct fm_blobs *b, struct fm_ctx *ctx, fm_str bytes, fm_str sha256);
FM_MUST_CHECK enum fm_code fm_blobs_map(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256,
                                        int64_t size, struct fm_map_file **out);

/* False when there is an uncompressed copy and it is not the content of that name. */
bool fm_blobs_copy_is_intact(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256);

/* Deletes (or counts) copies and kept results whose content is gone, or that were not used since
 * `before`: all of them can be made again. */
void fm_blobs_trim(struct fm_blobs *b, fm_time before, bool is_dry_run, int64_t *deleted,
                   int64_t *bytes);

bool fm_blobs_have(struct fm_blobs *b, fm_str sha256);

/* Calls fn for each stored blob older than `before`, and with an empty hash for what a crash left
 * half written; fn returns whether to delete it. */
typedef bool (*fm_blob_judge)(void *arg, fm_str sha256, int64_t stored_bytes);
FM_MUST_CHECK enum fm_code fm_blobs_sweep(struct fm_blobs *b, struct fm_ctx *ctx, fm_time before,
                                          fm_blob_judge fn, void *arg);

#endif
