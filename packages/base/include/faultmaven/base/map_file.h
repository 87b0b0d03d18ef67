/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a file, mapped read-only. Small files, and files that give no size (as in /proc),
 * are read instead.
 *
 * The length is the file's size when it was opened; what is appended later is not seen. A file that
 * is truncated while it is mapped would kill the process with SIGBUS when a page behind its new end
 * is touched. Here it does not: the first fm_map_file_open installs a SIGBUS handler that puts zero
 * pages in place of the missing ones (all from the first missing page to the end of the mapping)
 * and marks the mapping as damaged. Readers then see NUL bytes, never a crash; whoever used the
 * bytes asks fm_map_file_is_damaged at the end and says so. The same holds for a disk that cannot
 * read a page. A SIGBUS at any other address goes to the handler that was there before.
 *
 * Bytes that another process overwrites in place are seen as they are: a mapping is no snapshot.
 */
#ifndef FAULTMAVEN_BASE_MAP_FILE_H
#define FAULTMAVEN_BASE_MAP_FILE_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"

struct fm_map_file;

#define FM_MAP_FILE_SMALL ((size_t)64 << 10)

/* Maps the regular file fd from its start; fd stays the caller's and may be closed. FM_ELIMIT when
 * it is larger than max_bytes, FM_EIO with the system's reason. Any thread. */
FM_MUST_CHECK enum fm_code fm_map_file_open(struct fm_ctx *ctx, int fd, uint64_t max_bytes,
                                            struct fm_map_file **out);

/* Any thread; nobody may hold the bytes any more. NULL is fine. */
void fm_map_file_free(struct fm_map_file *m);

/* Valid until fm_map_file_free. */
fm_str fm_map_file_bytes(const struct fm_map_file *m);

/* True when a part of the bytes could not be read and is NUL. Any thread. */
bool fm_map_file_is_damaged(const struct fm_map_file *m);

/* How the size of fd differs now from the mapped length; 0 when the same or unknown. */
int64_t fm_map_file_growth(const struct fm_map_file *m, int fd);

/* Appends what can be read from fd until its end; stops, with out->overflow set, at out's maximum.
 */
FM_MUST_CHECK enum fm_code fm_read_fd(struct fm_ctx *ctx, int fd, struct fm_buf *out);

#endif
