/* SPDX-License-Identifier: Apache-2.0 */
#include "map_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum fm_code map_fd(struct fm_ctx *ctx, int fd, const char *path, struct fm_mapped *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
    *out = (struct fm_mapped){0};
    if (st.st_size == 0)
        return FM_OK;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return fm_fail(ctx, FM_EIO, "%s: cannot be mapped: %s", path, strerror(errno));
    (void)madvise(p, (size_t)st.st_size, MADV_SEQUENTIAL);
    *out = (struct fm_mapped){fm_str_n(p, (size_t)st.st_size), p};
    return FM_OK;
}

static bool copy_all(int from, FILE *to)
{
    char buf[65536];
    ssize_t n;
    while ((n = read(from, buf, sizeof buf)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || fwrite(buf, 1, (size_t)n, to) != (size_t)n)
            return false;
    }
    return fflush(to) == 0;
}

static enum fm_code map_stream(struct fm_ctx *ctx, int fd, const char *path, struct fm_mapped *out)
{
    FILE *tmp = tmpfile();
    if (!tmp)
        return fm_fail(ctx, FM_EIO, "%s: no temporary file: %s", path, strerror(errno));
    enum fm_code code = copy_all(fd, tmp) ? map_fd(ctx, fileno(tmp), path, out)
                                          : fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
    fclose(tmp);
    return code;
}

enum fm_code fm_map_file(struct fm_ctx *ctx, const char *path, struct fm_mapped *out)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
    struct stat st;
    enum fm_code code;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        code = fm_fail(ctx, FM_EINVAL, "%s: is a folder; name a file", path);
    else if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        code = map_fd(ctx, fd, path, out);
    else
        code = map_stream(ctx, fd, path, out);
    if (!is_stdin)
        close(fd);
    return code;
}

void fm_unmap_file(struct fm_mapped *m)
{
    if (m->base)
        munmap(m->base, m->text.len);
    *m = (struct fm_mapped){0};
}
