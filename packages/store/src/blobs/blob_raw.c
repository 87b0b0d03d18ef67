/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uncompressed copies of large content, so that a program maps it and touches only the pages it
 * looks at. A copy is checked against its name when it is made, and made anew when it is missing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob_files.h"

bool blob_raw_path(const struct fm_blobs *b, fm_str sha256, char out[BLOB_PATH_MAX])
{
    char checked[BLOB_PATH_MAX];
    if (!blob_path(b, sha256, checked))
        return false;
    snprintf(out, BLOB_PATH_MAX, "%s/raw/%.64s", b->dir, sha256.p);
    return true;
}

struct copy {
    struct fm_blobs *b;
    fm_str sha256;
    fm_str bytes; /* when they are at hand; else read from the blob */
    bool has_bytes;
    int fd;
};

static enum fm_code on_copy(void *arg, fm_str part)
{
    return blob_write(((struct copy *)arg)->fd, part) ? FM_OK : FM_EIO;
}

static enum fm_code fill(struct copy *c, struct fm_ctx *ctx)
{
    if (!c->has_bytes)
        return fm_blobs_stream(c->b, ctx, c->sha256, on_copy, c);
    return blob_write(c->fd, c->bytes) ? FM_OK : FM_EIO;
}

/* The name appears when all of the content is on disk. */
static enum fm_code make_copy(struct copy *c, struct fm_ctx *ctx, const char *path)
{
    char folder[BLOB_PATH_MAX], temporary[BLOB_PATH_MAX];
    snprintf(folder, sizeof folder, "%s/raw", c->b->dir);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fm_fail(ctx, FM_EIO, "%s: %s", folder, strerror(errno));
    FM_TRY(blob_temporary(c->b, ctx, temporary, &c->fd));
    enum fm_code code = fill(c, ctx);
    bool is_safe = code == FM_OK && fsync(c->fd) == 0;
    close(c->fd);
    if (is_safe && rename(temporary, path) == 0)
        return FM_OK;
    unlink(temporary);
    return code != FM_OK && ctx->code != FM_OK
               ? code
               : fm_fail(ctx, FM_EIO, "%s: cannot write: %s", path, strerror(errno));
}

void fm_blobs_copy(struct fm_blobs *b, struct fm_ctx *ctx, fm_str bytes, fm_str sha256)
{
    struct copy c = {.b = b, .sha256 = sha256, .bytes = bytes, .has_bytes = true};
    char path[BLOB_PATH_MAX];
    struct stat st;
    if (bytes.len < FM_BLOB_RAW_MIN || !blob_raw_path(b, sha256, path) || stat(path, &st) == 0)
        return;
    if (make_copy(&c, ctx, path) != FM_OK)
        fm_ctx_clear_error(ctx);
}

/* A use makes the copy young, so that a sweep spares it. */
static int open_copy(const char *path, int64_t size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && st.st_size == size) {
        (void)futimens(fd, NULL);
        return fd;
    }
    close(fd);
    return -1;
}

enum fm_code fm_blobs_map(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256, int64_t size,
                          struct fm_map_file **out)
{
    struct copy c = {.b = b, .sha256 = sha256};
    char path[BLOB_PATH_MAX];
    if (!blob_raw_path(b, sha256, path))
        return fm_fail(ctx, FM_EINVAL, "\"%.*s\" is no SHA-256",
                       FM_STR_ARG(fm_str_sub(sha256, 0, 70)));
    int fd = open_copy(path, size);
    if (fd < 0) {
        FM_TRY(make_copy(&c, ctx, path));
        fd = open_copy(path, size);
    }
    if (fd < 0)
        return fm_fail(ctx, FM_EIO, "content %.*s has not %lld bytes", FM_STR_ARG(sha256),
                       (long long)size);
    enum fm_code code = fm_map_file_open(ctx, fd, (uint64_t)size, out);
    close(fd);
    return code;
}

bool fm_blobs_copy_is_intact(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256)
{
    char path[BLOB_PATH_MAX], hex[FM_SHA256_HEX];
    struct fm_map_file *m;
    int fd = blob_raw_path(b, sha256, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return true;
    enum fm_code code = fm_map_file_open(ctx, fd, INT64_MAX, &m);
    close(fd);
    if (code != FM_OK) {
        fm_ctx_clear_error(ctx);
        return false;
    }
    fm_sha256_hex(fm_map_file_bytes(m), hex);
    fm_map_file_free(m);
    return fm_str_eqc(sha256, hex);
}

bool blob_raw_read(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256, struct fm_range range,
                   fm_str *out)
{
    char path[BLOB_PATH_MAX];
    int fd = blob_raw_path(b, sha256, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    char *p = fm_arena_alloc(&ctx->arena, (size_t)range.length + 1);
    ssize_t n = pread(fd, p, (size_t)range.length, range.offset);
    close(fd);
    if (n < 0)
        return false;
    p[n] = '\0';
    *out = fm_str_n(p, (size_t)n);
    return true;
}
