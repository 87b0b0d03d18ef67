/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct eval_mapping {
    struct eval_mapping *next;
    char path[PATH_MAX];
    void *p;
    size_t len;
};

/* Maps dir/path, which must not leave dir. */
static struct eval_mapping *map_file(const char *dir, fm_str path)
{
    struct stat st;
    struct eval_mapping *m = calloc(1, sizeof *m);
    if (!m)
        FM_BUG("out of memory");
    snprintf(m->path, sizeof m->path, "%s/%.*s", dir, FM_STR_ARG(path));
    int fd = fm_str_has(path, FM_STR("..")) ? -1 : open(m->path, O_RDONLY | O_CLOEXEC);
    m->p = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        m->len = (size_t)st.st_size;
        m->p = mmap(NULL, m->len, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (fd >= 0)
        close(fd);
    return m;
}

static struct eval_mapping *lookup(struct eval_folder *f, const char *dir, fm_str path)
{
    char full[PATH_MAX];
    snprintf(full, sizeof full, "%s/%.*s", dir, FM_STR_ARG(path));
    for (struct eval_mapping *m = f->mappings; m; m = m->next)
        if (strcmp(m->path, full) == 0)
            return m;
    struct eval_mapping *m = map_file(dir, path);
    m->next = f->mappings;
    f->mappings = m;
    return m;
}

static bool find(struct fm_eval_files *base, fm_str path, size_t i, fm_str *bytes,
                 bool *is_baseline)
{
    struct eval_folder *f = (struct eval_folder *)base;
    size_t seen = 0;
    for (size_t d = 0; d < f->n_dirs; d++) {
        struct eval_mapping *m = lookup(f, f->dirs[d], path);
        if (m->p == MAP_FAILED || seen++ != i)
            continue;
        *bytes = fm_str_n(m->p, m->len);
        *is_baseline = d > 0;
        return true;
    }
    return false;
}

void eval_folder_init(struct eval_folder *f, const char *const *dirs)
{
    *f = (struct eval_folder){.base = {find}};
    while (f->n_dirs < 2 && dirs[f->n_dirs]) {
        f->dirs[f->n_dirs] = dirs[f->n_dirs];
        f->n_dirs++;
    }
}

void eval_folder_release(struct eval_folder *f)
{
    for (struct eval_mapping *m = f->mappings, *next; m; m = next) {
        next = m->next;
        if (m->p != MAP_FAILED)
            munmap(m->p, m->len);
        free(m);
    }
    f->mappings = NULL;
}

enum fm_code eval_read_file(struct fm_ctx *ctx, const char *path, size_t max, fm_str *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        return fm_fail(ctx, FM_ENOTFOUND, "%s: %s", path, strerror(error));
    }
    if ((uint64_t)st.st_size > max) {
        close(fd);
        return fm_fail(ctx, FM_ELIMIT, "%s: larger than %zu bytes", path, max);
    }
    *out = eval_read_fd(&ctx->arena, fd);
    close(fd);
    return FM_OK;
}

fm_str eval_read_fd(struct fm_arena *a, int fd)
{
    struct stat st;
    size_t n = 0;
    size_t size = fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size : 0;
    char *p = fm_arena_alloc(a, size + 1);
    ssize_t got;
    while (n < size && (got = pread(fd, p + n, size - n, (off_t)n)) > 0)
        n += (size_t)got;
    p[n] = '\0';
    return fm_str_n(p, n);
}
