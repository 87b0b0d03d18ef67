/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open-loop load over keep-alive connections: a request is due at its time whether or not earlier
 * ones were answered, and its latency counts from then. The urls are asked in turns of a slice, so
 * that what else the machine does falls on both. Plain sockets and one epoll: the client's own cost
 * per request is a write and a read.
 */
#include "bench.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONNECTIONS_MAX 512
#define SLICE_MS 250
#define WARM_SLICES 4
#define HEAD_MAX 4096

struct conn {
    int fd;
    struct conn *next_free;
    fm_time due;
    char head[HEAD_MAX];
    size_t seen, total; /* bytes of the answer; total 0: length not known yet */
};

struct samples {
    double *us;
    size_t n, failed;
    double best_p50, best_p99; /* of a slice: with the least of other work on the machine */
};

struct side {
    struct target target;
    struct prompt prompt;
    struct conn conns[CONNECTIONS_MAX];
    size_t n_conns;
    struct conn *free;
    struct samples samples;
};

struct load {
    const struct load_plan *plan;
    struct side *sides[2];
    int epoll;
    size_t waiting; /* answers */
    uint64_t made;
    struct fm_buf *requests; /* of a slice, made before it starts */
    size_t n_requests;
};

static struct conn *take_conn(struct load *l, struct side *s)
{
    struct conn *c = s->free;
    if (c) {
        s->free = c->next_free;
        return c;
    }
    if (s->n_conns == CONNECTIONS_MAX)
        return NULL;
    c = &s->conns[s->n_conns++];
    c->fd = bench_connect(&s->target);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &e);
    return c;
}

static void make_requests(struct load *l, const struct side *s)
{
    for (size_t i = 0; i < l->n_requests; i++) {
        fm_buf_clear(&l->requests[i]);
        bench_prompt(&l->requests[i], &s->prompt, l->made++);
    }
}

static void send_one(struct load *l, struct side *s, const struct fm_buf *out, fm_time due)
{
    struct conn *c = take_conn(l, s);
    if (!c) {
        s->samples.failed++;
        return;
    }
    c->due = due;
    c->seen = c->total = 0;
    if (write(c->fd, out->p, out->len) != (ssize_t)out->len) {
        perror("write");
        exit(1);
    }
    l->waiting++;
}

/* 0: the head is not whole yet. */
static size_t answer_length(const char *head, size_t n)
{
    const char *end = memmem(head, n, "\r\n\r\n", 4);
    const char *length = end ? memmem(head, (size_t)(end - head), "ontent-", 7) : NULL;
    while (length && strncasecmp(length, "ontent-length:", 14) != 0)
        length = memmem(length + 1, (size_t)(end - length - 1), "ontent-", 7);
    if (!end || !length)
        return 0;
    return (size_t)(end + 4 - head) + strtoul(length + 14, NULL, 10);
}

static void finish(struct load *l, struct side *s, struct conn *c)
{
    l->waiting--;
    c->next_free = s->free;
    s->free = c;
    s->samples.failed += strncmp(c->head + 9, "200", 3) != 0;
    s->samples.us[s->samples.n++] = (double)(fm_monotonic(&fm_clock_system) - c->due) / 1e3;
}

static void take_answer(struct load *l, struct conn *c)
{
    struct side *s =
        l->sides[1] && c >= l->sides[1]->conns && c < l->sides[1]->conns + CONNECTIONS_MAX
            ? l->sides[1]
            : l->sides[0];
    if (c->seen >= HEAD_MAX - 1) {
        fprintf(stderr, "an answer is longer than %d bytes\n", HEAD_MAX);
        exit(1);
    }
    ssize_t n = read(c->fd, c->head + c->seen, HEAD_MAX - 1 - c->seen);
    if (n <= 0) {
        fprintf(stderr, "%s: closed the connection\n", s->target.host);
        exit(1);
    }
    c->seen += (size_t)n;
    c->head[c->seen] = '\0';
    if (!c->total)
        c->total = answer_length(c->head, c->seen);
    if (c->total && c->seen >= c->total)
        finish(l, s, c);
}

static void take_answers(struct load *l, fm_time until)
{
    struct epoll_event events[64];
    fm_time left = until - fm_monotonic(&fm_clock_system);
    struct timespec wait = {0, left > 0 ? left : 0};
    int n = epoll_pwait2(l->epoll, events, 64, &wait, NULL);
    for (int i = 0; i < n; i++)
        take_answer(l, events[i].data.ptr);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void note_slice(struct samples *s, size_t first)
{
    size_t n = s->n - first;
    double *us = malloc((n + 1) * sizeof *us);
    if (n == 0 || !us)
        return;
    memcpy(us, s->us + first, n * sizeof *us);
    qsort(us, n, sizeof *us, compare);
    if (s->best_p50 == 0 || us[n / 2] < s->best_p50)
        s->best_p50 = us[n / 2];
    if (s->best_p99 == 0 || us[n * 99 / 100] < s->best_p99)
        s->best_p99 = us[n * 99 / 100];
    free(us);
}

static void run_slice(struct load *l, struct side *s)
{
    size_t n = l->n_requests, sent = 0;
    make_requests(l, s);
    fm_time start = fm_monotonic(&fm_clock_system);
    while (sent < n || l->waiting) {
        fm_time due = start + (fm_time)((double)sent * 1e9 / l->plan->rate);
        fm_time now = fm_monotonic(&fm_clock_system);
        if (now - start > 20 * FM_SEC) {
            s->samples.failed += l->waiting;
            return;
        }
        if (sent < n && due <= now) {
            send_one(l, s, &l->requests[sent++], due);
        }
        take_answers(l, sent < n ? due : now + 10 * FM_MS);
    }
}

static double at(const struct samples *s, double q)
{
    return s->n ? s->us[(size_t)(q * (double)(s->n - 1))] : 0;
}

static void print_side(struct side *s, const char *name)
{
    qsort(s->samples.us, s->samples.n, sizeof *s->samples.us, compare);
    printf("\"%s\":{\"requests\":%zu,\"failed\":%zu,\"connections\":%zu,\"p50_us\":%.0f,"
           "\"p90_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,\"best_slice_p50_us\":%.0f,\"best_"
           "slice_p99_us\":%.0f}",
           name, s->samples.n, s->samples.failed, s->n_conns, at(&s->samples, 0.5),
           at(&s->samples, 0.9), at(&s->samples, 0.99), at(&s->samples, 0.999), s->samples.best_p50,
           s->samples.best_p99);
}

static void print_added(const struct samples *a, const struct samples *b)
{
    printf(",\"added_p50_us\":%.0f,\"added_p99_us\":%.0f,\"added_best_slice_p50_us\":%.0f,"
           "\"added_best_slice_p99_us\":%.0f",
           at(b, 0.5) - at(a, 0.5), at(b, 0.99) - at(a, 0.99), b->best_p50 - a->best_p50,
           b->best_p99 - a->best_p99);
}

static struct side *new_side(const struct load_plan *p, const char *url, size_t n)
{
    struct side *s = calloc(1, sizeof *s);
    s->target = bench_target(url);
    s->prompt = (struct prompt){s->target.host, s->target.path, p->model, p->key, p->kind, false};
    s->samples.us = calloc(n, sizeof *s->samples.us);
    return s;
}

static size_t run_all(struct load *l)
{
    size_t slices = (size_t)(l->plan->seconds * 1000 / SLICE_MS), failed = 0;
    for (size_t i = 0; i < slices + WARM_SLICES; i++)
        for (size_t k = 0; k < 2 && l->sides[k]; k++) {
            if (i == WARM_SLICES)
                l->sides[k]->samples.n = 0;
            size_t first = l->sides[k]->samples.n;
            run_slice(l, l->sides[k]);
            note_slice(&l->sides[k]->samples, first);
        }
    for (size_t k = 0; k < 2; k++)
        failed += l->sides[k] ? l->sides[k]->samples.failed : 0;
    return failed;
}

int bench_load(const struct load_plan *p)
{
    struct load l = {.plan = p, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    size_t n = (size_t)(p->rate * (p->seconds + 2));
    l.n_requests = (size_t)(p->rate * SLICE_MS / 1000);
    l.requests = calloc(l.n_requests, sizeof *l.requests);
    for (size_t i = 0; i < l.n_requests; i++)
        fm_buf_init(&l.requests[i], 1 << 20);
    for (size_t k = 0; k < 2; k++)
        l.sides[k] = p->urls[k] ? new_side(p, p->urls[k], n) : NULL;
    size_t failed = run_all(&l);
    printf("{\"per_second\":%.0f,", p->rate);
    print_side(l.sides[0], "first");
    if (l.sides[1]) {
        printf(",");
        print_side(l.sides[1], "second");
        print_added(&l.sides[0]->samples, &l.sides[1]->samples);
    }
    printf("}\n");
    return failed != 0;
}
