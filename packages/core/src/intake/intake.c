/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/intake.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 64
#define INPUTS_MAX 100000
#define STDIN_MAX ((size_t)4 << 30)

struct mapping {
    struct mapping *next;
    void *p;
    size_t len;
    bool is_heap;
};

struct fm_intake {
    struct mapping *mappings; /* owned */
};

/* One walk: where it started and what it has passed. */
struct walk {
    struct fm_intake *t;
    struct fm_incident *in;
    bool is_baseline;
    struct {
        dev_t dev;
        ino_t ino;
    } above[DEPTH_MAX]; /* folders on the way down, against loops of links */
};

struct fm_intake *fm_intake_new(void)
{
    struct fm_intake *t = calloc(1, sizeof *t);
    if (!t)
        FM_BUG("out of memory");
    return t;
}

void fm_intake_free(struct fm_intake *t)
{
    if (!t)
        return;
    for (struct mapping *m = t->mappings, *next; m; m = next) {
        next = m->next;
        if (m->is_heap)
            free(m->p);
        else
            munmap(m->p, m->len);
        free(m);
    }
    free(t);
}

static void keep(struct fm_intake *t, void *p, size_t len, bool is_heap)
{
    struct mapping *m = malloc(sizeof *m);
    if (!m)
        FM_BUG("out of memory");
    *m = (struct mapping){t->mappings, p, len, is_heap};
    t->mappings = m;
}

static struct fm_evidence *add_input(struct walk *w, fm_str path, fm_str bytes)
{
    struct fm_arena *a = &w->in->ctx->arena;
    struct fm_evidence *e = FM_NEW(a, struct fm_evidence);
    e->index = (uint32_t)w->in->inputs.n;
    e->path = fm_str_dup(a, path);
    e->bytes = bytes;
    e->is_baseline = w->is_baseline;
    e->first = e->last = FM_TIME_NONE;
    fm_sha256_hex(bytes, e->sha256);
    fm_classify(e);
    fm_vec_push(a, &w->in->inputs, e);
    return e;
}

/* Lists an input that cannot be read, with the reason. */
static void add_unusable(struct walk *w, fm_str path, const char *reason)
{
    struct fm_evidence *e = add_input(w, path, FM_STR_NULL);
    e->type = FM_EVIDENCE_UNKNOWN;
    fm_incident_problem(w->in, e, 0, "%s", reason);
}

static void add_file(struct walk *w, int fd, const struct stat *st, fm_str path)
{
    if (st->st_size == 0) {
        add_input(w, path, FM_STR_NULL);
        return;
    }
    size_t len = (size_t)st->st_size;
    void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED) {
        add_unusable(w, path, strerror(errno));
        return;
    }
    keep(w->t, p, len, false);
    add_input(w, path, fm_str_n(p, len));
}

static enum fm_code add_stdin(struct walk *w)
{
    struct fm_buf b;
    ssize_t n;
    char chunk[1 << 16];
    fm_buf_init(&b, STDIN_MAX);
    while ((n = read(STDIN_FILENO, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR))
        fm_buf_add(&b, chunk, n > 0 ? (size_t)n : 0);
    if (n < 0) {
        fm_buf_release(&b);
        return fm_fail(w->in->ctx, FM_EIO, "standard input: %s", strerror(errno));
    }
    keep(w->t, b.p, b.len, true);
    struct fm_evidence *e = add_input(w, FM_STR("-"), fm_buf_str(&b));
    if (b.overflow)
        fm_incident_problem(w->in, e, 0, "only the first %zu bytes were read", b.len);
    return FM_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_entry(struct walk *w, int parent_fd, const char *name, fm_str path, unsigned depth);

static void add_folder(struct walk *w, int fd, fm_str path, unsigned depth)
{
    struct fm_arena *a = &w->in->ctx->arena;
    FM_VEC(char *) names = {0};
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        add_unusable(w, path, strerror(errno));
        return;
    }
    for (struct dirent *d; (d = readdir(dir));)
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
            fm_vec_push(a, &names, fm_arena_dup(a, d->d_name, strlen(d->d_name)));
    if (names.n)
        qsort(names.items, names.n, sizeof *names.items, by_name);
    fm_vec_each (&names, name)
        add_entry(w, dirfd(dir), *name,
                  path.len ? fm_str_fmt(a, "%.*s/%s", FM_STR_ARG(path), *name) : fm_str_c(*name),
                  depth);
    closedir(dir);
}

static bool is_loop(const struct walk *w, const struct stat *st, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        if (w->above[i].dev == st->st_dev && w->above[i].ino == st->st_ino)
            return true;
    return false;
}

static void add_opened(struct walk *w, int fd, fm_str path, unsigned depth)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        add_unusable(w, path, strerror(errno));
    } else if (S_ISDIR(st.st_mode)) {
        if (depth >= DEPTH_MAX || is_loop(w, &st, depth)) {
            add_unusable(w, path,
                         "not followed: the folder contains itself or is nested too deeply");
        } else {
            w->above[depth].dev = st.st_dev;
            w->above[depth].ino = st.st_ino;
            add_folder(w, fd, path, depth + 1);
            return; /* closedir closed it */
        }
    } else if (S_ISREG(st.st_mode)) {
        add_file(w, fd, &st, path);
    } else {
        add_unusable(w, path, "not a regular file");
    }
    close(fd);
}

static void add_entry(struct walk *w, int parent_fd, const char *name, fm_str path, unsigned depth)
{
    if (w->in->inputs.n >= INPUTS_MAX) {
        if (w->in->inputs.n == INPUTS_MAX)
            fm_incident_limit(w->in, "only the first %d inputs were read; the rest starts at %.*s",
                              INPUTS_MAX, FM_STR_ARG(path));
        return;
    }
    int fd = openat(parent_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        add_unusable(w, path, strerror(errno));
    else
        add_opened(w, fd, path, depth);
}

enum fm_code fm_intake_add(struct fm_intake *t, struct fm_incident *in, const char *path,
                           bool is_baseline)
{
    struct walk w = {.t = t, .in = in, .is_baseline = is_baseline};
    if (strcmp(path, "-") == 0)
        return add_stdin(&w);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0)
        return fm_fail(in->ctx, FM_ENOTFOUND, "%s: %s", path, strerror(errno));
    bool is_folder = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
    const char *base = strrchr(path, '/');
    add_opened(&w, fd, is_folder ? FM_STR_NULL : fm_str_c(base && base[1] ? base + 1 : path), 0);
    return FM_OK;
}
