/* SPDX-License-Identifier: Apache-2.0 */
/* Streams that are all open at once: each counts as open with its first content, as done with its
 * end mark. Prints a line when all are open, and one at the end. */
#include "bench.h"

#include <sys/epoll.h>
#include <unistd.h>

#define TAIL 16
#define BURST 50
#define PATIENCE (60 * FM_SEC)

struct stream {
    int fd;
    char tail[TAIL]; /* the last bytes, since a mark may be cut */
    size_t n_tail;
    bool is_open, is_done;
};

struct crowd {
    struct stream *items;
    size_t n, open, done, failed;
    int epoll;
};

static bool has_mark(struct stream *s, const char *bytes, size_t n)
{
    char window[TAIL + 16384];
    memcpy(window, s->tail, s->n_tail);
    memcpy(window + s->n_tail, bytes, n);
    size_t all = s->n_tail + n;
    s->n_tail = all < TAIL ? all : TAIL;
    memcpy(s->tail, window + all - s->n_tail, s->n_tail);
    return memmem(window, all, "[DONE]", 6) != NULL;
}

static void end_stream(struct crowd *c, struct stream *s, bool is_whole)
{
    epoll_ctl(c->epoll, EPOLL_CTL_DEL, s->fd, NULL);
    close(s->fd);
    s->is_done = true;
    c->done++;
    c->failed += !is_whole;
}

static void take_bytes(struct crowd *c, struct stream *s)
{
    char bytes[16384];
    ssize_t n = read(s->fd, bytes, sizeof bytes);
    if (n <= 0) {
        end_stream(c, s, false);
        return;
    }
    if (!s->is_open && memmem(bytes, (size_t)n, "token", 5)) {
        s->is_open = true;
        c->open++;
    }
    if (has_mark(s, bytes, (size_t)n))
        end_stream(c, s, true);
}

static void take_all(struct crowd *c, int ms)
{
    struct epoll_event events[256];
    int n = epoll_wait(c->epoll, events, 256, ms);
    for (int i = 0; i < n; i++)
        if (!((struct stream *)events[i].data.ptr)->is_done)
            take_bytes(c, events[i].data.ptr);
}

static void start(struct crowd *c, const struct target *t, const char *model)
{
    struct fm_buf out;
    struct prompt p = {t->host, t->path, model, NULL, PROMPT_FRESH, true};
    fm_buf_init(&out, 1 << 20);
    for (size_t i = 0; i < c->n; i++) {
        struct stream *s = &c->items[i];
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};
        s->fd = bench_connect(t);
        fm_buf_clear(&out);
        bench_prompt(&out, &p, i);
        if (write(s->fd, out.p, out.len) != (ssize_t)out.len)
            exit(1);
        epoll_ctl(c->epoll, EPOLL_CTL_ADD, s->fd, &e);
        if (i % BURST == 0)
            take_all(c, 5);
    }
    fm_buf_release(&out);
}

int bench_streams(const char *url, size_t n, const char *model)
{
    struct target t = bench_target(url);
    struct crowd c = {.n = n, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    c.items = calloc(n, sizeof *c.items);
    start(&c, &t, model);
    fm_time end = fm_monotonic(&fm_clock_system) + PATIENCE;
    while (c.open < n && c.done == 0 && fm_monotonic(&fm_clock_system) < end)
        take_all(&c, 100);
    printf("{\"streams\":%zu,\"open\":%zu,\"done\":%zu}\n", n, c.open, c.done);
    fflush(stdout);
    while (c.done < n && fm_monotonic(&fm_clock_system) < end)
        take_all(&c, 100);
    printf("{\"done\":%zu,\"failed\":%zu}\n", c.done, c.failed);
    free(c.items);
    return c.done < n || c.failed;
}
