/* SPDX-License-Identifier: Apache-2.0 */
#include "sealed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum fm_code write_all(struct fm_ctx *ctx, const char *path, int fd, fm_str text)
{
    while (text.len) {
        ssize_t n = write(fd, text.p, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
        text = fm_str_skip(text, (size_t)n);
    }
    return fsync(fd) == 0 ? FM_OK : fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
}

/* The new name is on disk too. */
static enum fm_code sync_folder_of(struct fm_ctx *ctx, const char *path)
{
    const char *slash = strrchr(path, '/');
    fm_str folder = !slash          ? FM_STR(".")
                    : slash == path ? FM_STR("/")
                                    : fm_str_n(path, (size_t)(slash - path));
    int fd = open(fm_str_fmt(&ctx->arena, "%.*s", FM_STR_ARG(folder)).p,
                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fm_fail(ctx, FM_EIO, "%.*s: %s", FM_STR_ARG(folder), strerror(errno));
    int rc = fsync(fd);
    close(fd);
    return rc == 0 ? FM_OK : fm_fail(ctx, FM_EIO, "%.*s: %s", FM_STR_ARG(folder), strerror(errno));
}

enum fm_code sealed_file_write(struct fm_ctx *ctx, const char *path, fm_str sealed)
{
    fm_str tmp = fm_str_fmt(&ctx->arena, "%s.new", path);
    int fd = open(tmp.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fm_fail(ctx, FM_EIO, "%s: %s", tmp.p, strerror(errno));
    enum fm_code code = write_all(ctx, tmp.p, fd, sealed);
    close(fd);
    if (code == FM_OK && rename(tmp.p, path) != 0)
        code = fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
    if (code != FM_OK) {
        unlink(tmp.p);
        return code;
    }
    return sync_folder_of(ctx, path);
}
