/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/store/blobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob_files.h"

enum fm_code fm_blobs_open(struct fm_ctx *ctx, const char *dir, struct fm_blobs **out)
{
    struct stat st;
    if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return fm_fail(ctx, FM_EIO, "%s: is no folder", dir);
    if (strlen(dir) > BLOB_DIR_MAX)
        return fm_fail(ctx, FM_EINVAL, "%s: this path is too long", dir);
    struct fm_blobs *b = calloc(1, sizeof *b);
    if (!b)
        FM_BUG("out of memory");
    snprintf(b->dir, sizeof b->dir, "%s", dir);
    *out = b;
    return FM_OK;
}

void fm_blobs_free(struct fm_blobs *b)
{
    free(b);
}

static bool is_sha256(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.len == FM_SHA256_HEX - 1;
}

/* The name is checked before it becomes a path. */
bool blob_path(const struct fm_blobs *b, fm_str sha256, char out[BLOB_PATH_MAX])
{
    if (!is_sha256(sha256))
        return false;
    snprintf(out, BLOB_PATH_MAX, "%s/%.2s/%.62s.zst", b->dir, sha256.p, sha256.p + 2);
    return true;
}

/* Content that is there already becomes young again, so that a sweep spares it until its case is
 * stored. */
bool blob_touch(struct fm_blobs *b, fm_str sha256)
{
    char path[BLOB_PATH_MAX];
    return blob_path(b, sha256, path) && utimensat(AT_FDCWD, path, NULL, 0) == 0;
}

bool fm_blobs_have(struct fm_blobs *b, fm_str sha256)
{
    char path[BLOB_PATH_MAX];
    struct stat st;
    return blob_path(b, sha256, path) && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool blob_write(int fd, fm_str bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.p, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = fm_str_skip(bytes, (size_t)n);
    }
    return true;
}

static enum fm_code sync_folder(struct fm_ctx *ctx, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    int error = errno;
    if (fd >= 0)
        close(fd);
    return rc == 0 ? FM_OK : fm_fail(ctx, FM_EIO, "%s: cannot sync: %s", path, strerror(error));
}

static enum fm_code make_shard(struct fm_blobs *b, struct fm_ctx *ctx, const char *sha256,
                               char out[BLOB_PATH_MAX])
{
    snprintf(out, BLOB_PATH_MAX, "%s/%.2s", b->dir, sha256);
    if (mkdir(out, 0700) == 0)
        return sync_folder(ctx, b->dir);
    return errno == EEXIST
               ? FM_OK
               : fm_fail(ctx, FM_EIO, "%s: cannot make this folder: %s", out, strerror(errno));
}

/* Moves the finished temporary file to its name. */
enum fm_code blob_publish(struct fm_blobs *b, struct fm_ctx *ctx, const char *temporary,
                          const char *sha256)
{
    char path[BLOB_PATH_MAX], shard[BLOB_PATH_MAX];
    if (!blob_path(b, fm_str_c(sha256), path))
        FM_BUG("not a SHA-256: %s", sha256);
    FM_TRY(make_shard(b, ctx, sha256, shard));
    if (rename(temporary, path) != 0)
        return fm_fail(ctx, FM_EIO, "%s: cannot rename to %s: %s", temporary, path,
                       strerror(errno));
    return sync_folder(ctx, shard);
}

enum fm_code blob_temporary(struct fm_blobs *b, struct fm_ctx *ctx, char path[BLOB_PATH_MAX],
                            int *fd)
{
    snprintf(path, BLOB_PATH_MAX, "%s/tmp.XXXXXX", b->dir);
    *fd = mkostemp(path, O_CLOEXEC);
    return *fd >= 0 ? FM_OK
                    : fm_fail(ctx, FM_EIO, "%s: cannot make a file: %s", b->dir, strerror(errno));
}

static bool name_of(const char *shard, const char *file, char sha256[FM_SHA256_HEX])
{
    size_t n = strlen(file);
    if (strlen(shard) != 2 || n != 62 + 4 || strcmp(file + 62, ".zst") != 0)
        return false;
    snprintf(sha256, FM_SHA256_HEX, "%.2s%.62s", shard, file);
    return is_sha256(fm_str_c(sha256));
}

struct sweep {
    fm_time before;
    fm_blob_judge fn;
    void *arg;
};

static void sweep_file(const char *path, const char *sha256, const struct sweep *w)
{
    struct stat st;
    if (stat(path, &st) != 0 || (fm_time)st.st_mtim.tv_sec * FM_SEC >= w->before)
        return;
    if (w->fn(w->arg, fm_str_c(sha256), st.st_size))
        unlink(path);
}

static void sweep_shard(struct fm_blobs *b, const char *shard, const struct sweep *w)
{
    char dir[BLOB_PATH_MAX], path[BLOB_PATH_MAX + 256], sha256[FM_SHA256_HEX];
    snprintf(dir, sizeof dir, "%s/%s", b->dir, shard);
    DIR *d = opendir(dir);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));) {
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (name_of(shard, e->d_name, sha256))
            sweep_file(path, sha256, w);
    }
    closedir(d);
}

enum fm_code fm_blobs_sweep(struct fm_blobs *b, struct fm_ctx *ctx, fm_time before,
                            fm_blob_judge fn, void *arg)
{
    struct sweep w = {before, fn, arg};
    char path[BLOB_PATH_MAX + 256];
    DIR *d = opendir(b->dir);
    if (!d)
        return fm_fail(ctx, FM_EIO, "%s: %s", b->dir, strerror(errno));
    for (struct dirent *e; (e = readdir(d));) {
        snprintf(path, sizeof path, "%s/%s", b->dir, e->d_name);
        if (strncmp(e->d_name, "tmp.", 4) == 0)
            sweep_file(path, NULL, &w); /* left behind by a crash */
        else if (strlen(e->d_name) == 2 && e->d_name[0] != '.')
            sweep_shard(b, e->d_name, &w);
    }
    closedir(d);
    return FM_OK;
}
