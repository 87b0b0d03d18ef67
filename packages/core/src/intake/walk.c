/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "intake/intake_impl.h"

#define DEPTH_MAX 128
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

static const char *real_path_of(struct walk *w, fm_str path)
{
    if (!w->real_root)
        return w->root;
    return fm_str_fmt(&w->in->ctx->arena, "%s/%.*s", w->root, FM_STR_ARG(path)).p;
}

/* The path under which this file or folder was taken before, or NULL; it counts as taken now. */
static const char *seen_as(struct walk *w, const struct stat *st, fm_str path)
{
    struct {
        uint64_t dev, ino, incident, is_baseline;
    } id = {st->st_dev, st->st_ino, (uintptr_t)w->in, w->is_baseline};
    struct fm_map_entry *e = fm_map_put(&w->t->seen, fm_str_n((const char *)&id, sizeof id));
    const char *before = e->value;
    if (!before)
        e->value = fm_arena_dup(&w->t->arena, path.p, path.len);
    return before;
}

static void take_file(struct walk *w, int fd, const struct stat *st, fm_str path)
{
    struct fm_ctx *ctx = w->in->ctx;
    struct fm_map_file *m;
    if (fm_map_file_open(ctx, fd, w->t->limits.file_bytes, &m) != FM_OK) {
        intake_unusable(w, path, "%s", ctx->error);
        fm_ctx_clear_error(ctx);
        return;
    }
    fm_str bytes = fm_map_file_bytes(m);
    if (archive_is(bytes)) {
        archive_take(w, path, bytes, 0);
        fm_map_file_free(m);
        return;
    }
    struct pending *p = intake_take(w, path, bytes);
    p->map = m;
    p->before = *st;
    p->e->modified = (fm_time)st->st_mtim.tv_sec * FM_SEC;
    p->real_path = real_path_of(w, path);
    intake_keep_map(w, p);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names FM_VEC_OF(char *);

static bool read_names(struct walk *w, DIR *dir, struct names *names)
{
    struct fm_arena *a = &w->in->ctx->arena;
    errno = 0;
    for (struct dirent *d; (d = readdir(dir));)
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
            fm_vec_push(a, names, fm_arena_dup(a, d->d_name, strlen(d->d_name)));
    if (names->n)
        qsort(names->items, names->n, sizeof *names->items, by_name);
    return errno == 0;
}

/* A link into the walked folder: its target is met there. */
static bool leads_inside(struct walk *w, int folder, const char *name, fm_str path)
{
    struct stat st;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISLNK(st.st_mode))
        return false;
    char *target = realpath(real_path_of(w, path), NULL);
    bool is_inside =
        target && strncmp(target, w->real_root, strlen(w->real_root) - 1) == 0 &&
        (target[strlen(w->real_root) - 1] == '/' || target[strlen(w->real_root) - 1] == '\0');
    free(target);
    return is_inside;
}

static void walk_folder(struct walk *w, int fd, fm_str path, unsigned depth);

static void walk_entry(struct walk *w, int folder, const char *name, fm_str path, unsigned depth)
{
    struct stat st;
    const char *before;
    if (leads_inside(w, folder, name, path)) {
        intake_unusable(w, path, "a link into the same folder; not read twice");
        return;
    }
    int fd = openat(folder, name, OPEN_FLAGS);
    if (fd < 0 || fstat(fd, &st) != 0)
        intake_unusable(w, path, "cannot open: %s", strerror(errno));
    else if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
        intake_unusable(w, path, "not a regular file");
    else if ((before = seen_as(w, &st, path)) != NULL)
        intake_unusable(w, path, "the same as %s; not read twice", *before ? before : w->root);
    else if (S_ISREG(st.st_mode))
        take_file(w, fd, &st, path);
    else if (depth >= DEPTH_MAX)
        intake_unusable(w, path, "folders are nested deeper than %d", DEPTH_MAX);
    else {
        walk_folder(w, fd, path, depth + 1);
        return; /* closedir closed it */
    }
    if (fd >= 0)
        close(fd);
}

static void walk_folder(struct walk *w, int fd, fm_str path, unsigned depth)
{
    struct fm_arena *a = &w->in->ctx->arena;
    struct names names = {0};
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        intake_unusable(w, path, "cannot read the folder: %s", strerror(errno));
        return;
    }
    if (!read_names(w, dir, &names))
        intake_unusable(w, path, "the folder was read only in part: %s", strerror(errno));
    fm_vec_each (&names, name) {
        fm_str entry =
            path.len ? fm_str_fmt(a, "%.*s/%s", FM_STR_ARG(path), *name) : fm_str_c(*name);
        if (!intake_has_room(w, entry))
            break;
        walk_entry(w, dirfd(dir), *name, entry, depth);
    }
    closedir(dir);
}

void walk_opened(struct walk *w, int fd, fm_str path)
{
    struct stat st;
    const char *before;
    if (fstat(fd, &st) != 0)
        intake_unusable(w, path, "cannot open: %s", strerror(errno));
    else if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
        intake_unusable(w, path, "not a regular file");
    else if ((before = seen_as(w, &st, path)) != NULL)
        intake_unusable(w, path, "the same as %s; not read twice",
                        *before ? before : "an earlier argument");
    else if (S_ISREG(st.st_mode))
        take_file(w, fd, &st, path);
    else {
        walk_folder(w, fd, FM_STR_NULL, 0);
        return;
    }
    close(fd);
}
