/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/map_file.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The handler walks a list that only grows: nodes are recycled, never freed, so that it needs no
 * lock. A node is published by storing start last, and withdrawn by storing 0 first.
 */
struct fm_map_file {
    _Atomic uintptr_t start; /* of the mapping; 0 when there is none */
    atomic_size_t len;
    atomic_bool is_damaged;
    struct fm_map_file *next_listed; /* set once */
    struct fm_map_file *next_free;   /* under lock */
    struct fm_buf content;           /* owned; of a file that was read */
};

static struct fm_map_file *_Atomic listed;
static struct fm_map_file *unused;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction handler_before;

static struct fm_map_file *find_mapping(uintptr_t address)
{
    struct fm_map_file *m = atomic_load(&listed);
    for (; m; m = m->next_listed) {
        uintptr_t start = atomic_load(&m->start);
        if (start && address >= start && address - start < atomic_load(&m->len))
            return m;
    }
    return NULL;
}

/* mmap is a plain system call in every libc that we build on, so it may be called here. */
static bool replace_missing_pages(struct fm_map_file *m, uintptr_t address)
{
    uintptr_t page = address & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
    size_t len = atomic_load(&m->start) + atomic_load(&m->len) - page;
    void *p = mmap((void *)page, len, PROT_READ,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    atomic_store(&m->is_damaged, true);
    return p != MAP_FAILED;
}

static void on_sigbus(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    struct fm_map_file *m = find_mapping((uintptr_t)info->si_addr);
    bool is_repaired = m && replace_missing_pages(m, (uintptr_t)info->si_addr);
    errno = saved;
    if (is_repaired)
        return;
    if (handler_before.sa_flags & SA_SIGINFO) {
        handler_before.sa_sigaction(number, info, context);
        return;
    }
    /* The access is repeated on return and ends the process as it would have without us. */
    sigaction(SIGBUS, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
}

/* Asked at every mapping: another library may have put its own handler in place. */
static void ensure_handler(void)
{
    struct sigaction now, ours = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigemptyset(&ours.sa_mask);
    pthread_mutex_lock(&lock);
    if (sigaction(SIGBUS, NULL, &now) != 0)
        FM_BUG("sigaction: %s", strerror(errno));
    if (!(now.sa_flags & SA_SIGINFO) || now.sa_sigaction != on_sigbus) {
        handler_before = now;
        sigaction(SIGBUS, &ours, NULL);
    }
    pthread_mutex_unlock(&lock);
}

static struct fm_map_file *take_node(void)
{
    pthread_mutex_lock(&lock);
    struct fm_map_file *m = unused;
    if (m) {
        unused = m->next_free;
    } else {
        m = calloc(1, sizeof *m);
        if (!m)
            FM_BUG("out of memory");
        m->next_listed = atomic_load(&listed);
        atomic_store(&listed, m);
    }
    pthread_mutex_unlock(&lock);
    atomic_store(&m->is_damaged, false);
    atomic_store(&m->len, 0);
    return m;
}

static void give_back(struct fm_map_file *m)
{
    pthread_mutex_lock(&lock);
    m->next_free = unused;
    unused = m;
    pthread_mutex_unlock(&lock);
}

enum fm_code fm_read_fd(struct fm_ctx *ctx, int fd, struct fm_buf *out)
{
    char chunk[1 << 16];
    while (!out->overflow) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return FM_OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fm_fail(ctx, FM_EIO, "cannot read: %s", strerror(errno));
        size_t room = out->max - out->len;
        fm_buf_add(out, chunk, (size_t)n < room ? (size_t)n : room);
        out->overflow = (size_t)n > room;
    }
    return FM_OK;
}

static enum fm_code read_small(struct fm_ctx *ctx, int fd, uint64_t max_bytes,
                               struct fm_map_file *m)
{
    fm_buf_init(&m->content, max_bytes < SIZE_MAX ? (size_t)max_bytes : SIZE_MAX);
    FM_TRY(fm_read_fd(ctx, fd, &m->content));
    if (m->content.overflow)
        return fm_fail(ctx, FM_ELIMIT, "larger than %zu bytes", m->content.max);
    atomic_store(&m->len, m->content.len);
    return FM_OK;
}

static enum fm_code map_large(struct fm_ctx *ctx, int fd, size_t len, struct fm_map_file *m)
{
    ensure_handler();
    void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return fm_fail(ctx, FM_EIO, "cannot map: %s", strerror(errno));
    atomic_store(&m->len, len);
    atomic_store(&m->start, (uintptr_t)p);
    return FM_OK;
}

enum fm_code fm_map_file_open(struct fm_ctx *ctx, int fd, uint64_t max_bytes,
                              struct fm_map_file **out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fm_fail(ctx, FM_EIO, "cannot read: %s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return fm_fail(ctx, FM_EINVAL, "not a regular file");
    if ((uint64_t)st.st_size > max_bytes)
        return fm_fail(ctx, FM_ELIMIT, "%lld bytes are more than the limit of %llu",
                       (long long)st.st_size, (unsigned long long)max_bytes);
    struct fm_map_file *m = take_node();
    enum fm_code code = (uint64_t)st.st_size > FM_MAP_FILE_SMALL
                            ? map_large(ctx, fd, (size_t)st.st_size, m)
                            : read_small(ctx, fd, max_bytes, m);
    if (code != FM_OK) {
        fm_map_file_free(m);
        return code;
    }
    *out = m;
    return FM_OK;
}

void fm_map_file_free(struct fm_map_file *m)
{
    if (!m)
        return;
    uintptr_t start = atomic_exchange(&m->start, 0);
    if (start)
        munmap((void *)start, atomic_load(&m->len));
    fm_buf_release(&m->content);
    give_back(m);
}

fm_str fm_map_file_bytes(const struct fm_map_file *m)
{
    uintptr_t start = atomic_load(&m->start);
    return start ? fm_str_n((const char *)start, atomic_load(&m->len)) : fm_buf_str(&m->content);
}

bool fm_map_file_is_damaged(const struct fm_map_file *m)
{
    return atomic_load(&m->is_damaged);
}

int64_t fm_map_file_growth(const struct fm_map_file *m, int fd)
{
    struct stat st;
    /* Files of /proc have no size. */
    if (fstat(fd, &st) != 0 || st.st_size == 0)
        return 0;
    return (int64_t)st.st_size - (int64_t)atomic_load(&m->len);
}
