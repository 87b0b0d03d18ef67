/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/net/loop.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "faultmaven/base/ctx.h"

struct job {
    void (*fn)(void *arg);
    void *arg;
    struct job *next;
};

struct fm_loop {
    struct event_base *base; /* owned */
    struct event *wake;      /* owned; readable when a job was posted */
    struct event *turn;      /* owned; ends the wait of fm_loop_turn */
    int wake_fd;
    pthread_mutex_t lock; /* guards first, last */
    struct job *first, *last;
    atomic_bool is_stopping;
};

static struct job *take_jobs(struct fm_loop *l)
{
    pthread_mutex_lock(&l->lock);
    struct job *j = l->first;
    l->first = l->last = NULL;
    pthread_mutex_unlock(&l->lock);
    return j;
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    struct fm_loop *l = arg;
    uint64_t count;
    (void)what;
    if (read(fd, &count, sizeof count) < 0)
        return;
    for (struct job *j = take_jobs(l), *next; j; j = next) {
        next = j->next;
        j->fn(j->arg);
        free(j);
    }
    if (atomic_load(&l->is_stopping))
        event_base_loopbreak(l->base);
}

static void wake(struct fm_loop *l)
{
    uint64_t one = 1;
    if (write(l->wake_fd, &one, sizeof one) < 0)
        return; /* the counter is full: the loop is awake anyway */
}

static void on_turn_end(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

struct fm_loop *fm_loop_new(void)
{
    struct fm_loop *l = calloc(1, sizeof *l);
    struct event_config *cfg = event_config_new();
    if (!l || !cfg)
        FM_BUG("out of memory");
    /* No precise timers: with epoll each change of the next one would cost a call of the kernel. */
    event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
    l->base = event_base_new_with_config(cfg);
    event_config_free(cfg);
    l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!l->base || l->wake_fd < 0)
        FM_BUG("cannot make an event loop: out of descriptors?");
    pthread_mutex_init(&l->lock, NULL);
    l->wake = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, on_wake, l);
    l->turn = evtimer_new(l->base, on_turn_end, l);
    if (!l->wake || !l->turn || event_add(l->wake, NULL) != 0)
        FM_BUG("out of memory");
    return l;
}

void fm_loop_free(struct fm_loop *l)
{
    if (!l)
        return;
    for (struct job *j = take_jobs(l), *next; j; j = next) {
        next = j->next;
        free(j);
    }
    event_free(l->wake);
    event_free(l->turn);
    close(l->wake_fd);
    event_base_free(l->base);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

void fm_loop_run(struct fm_loop *l)
{
    while (!atomic_load(&l->is_stopping))
        if (event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
            break;
    atomic_store(&l->is_stopping, false);
}

void fm_loop_turn(struct fm_loop *l, int wait_ms)
{
    struct timeval tv = {wait_ms / 1000, wait_ms % 1000 * 1000};
    if (evtimer_add(l->turn, &tv) != 0)
        FM_BUG("out of memory");
    event_base_loop(l->base, EVLOOP_ONCE);
    evtimer_del(l->turn);
}

void fm_loop_stop(struct fm_loop *l)
{
    atomic_store(&l->is_stopping, true);
    wake(l);
}

void fm_loop_post(struct fm_loop *l, void (*fn)(void *arg), void *arg)
{
    struct job *j = malloc(sizeof *j);
    if (!j)
        FM_BUG("out of memory");
    *j = (struct job){fn, arg, NULL};
    pthread_mutex_lock(&l->lock);
    if (l->last)
        l->last->next = j;
    else
        l->first = j;
    l->last = j;
    pthread_mutex_unlock(&l->lock);
    wake(l);
}

struct event_base *fm_loop_base(struct fm_loop *l)
{
    return l->base;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct fm_timer *t = arg;
    (void)fd;
    (void)what;
    t->fn(t->arg);
}

void fm_timer_init(struct fm_timer *t, struct fm_loop *l, void (*fn)(void *arg), void *arg)
{
    *t = (struct fm_timer){NULL, l, fn, arg};
}

void fm_timer_release(struct fm_timer *t)
{
    if (t->event)
        event_free(t->event);
    t->event = NULL;
}

static struct event *event_of(struct fm_timer *t)
{
    if (!t->event)
        t->event = evtimer_new(t->loop->base, on_timer, t);
    if (!t->event)
        FM_BUG("out of memory");
    return t->event;
}

void fm_timer_set(struct fm_timer *t, int64_t ms)
{
    int64_t wait = ms > 0 ? ms : 0;
    struct timeval tv = {wait / 1000, wait % 1000 * 1000};
    if (evtimer_add(event_of(t), &tv) != 0)
        FM_BUG("out of memory");
}

void fm_timer_soon(struct fm_timer *t)
{
    evtimer_del(event_of(t));
    event_active(t->event, EV_TIMEOUT, 0);
}

void fm_timer_stop(struct fm_timer *t)
{
    if (t->event)
        evtimer_del(t->event);
}
