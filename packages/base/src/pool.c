/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

struct job {
    void (*run)(void *arg);
    void *arg;
};

struct fm_pool {
    pthread_mutex_t lock;
    pthread_cond_t work; /* a job was queued, or the pool stops */
    struct job *queue;   /* ring of queue_max */
    size_t queue_max, first, n;
    bool is_stopping;
    unsigned n_threads;
    pthread_t *threads; /* owned */
};

static unsigned processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    return 1;
}

static void *worker(void *arg)
{
    struct fm_pool *p = arg;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->n == 0 && !p->is_stopping)
            pthread_cond_wait(&p->work, &p->lock);
        if (p->n == 0)
            break;
        struct job j = p->queue[p->first];
        p->first = (p->first + 1) % p->queue_max;
        p->n--;
        pthread_mutex_unlock(&p->lock);
        j.run(j.arg);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct fm_pool *fm_pool_new(unsigned n_threads, size_t queue_max)
{
    struct fm_pool *p = calloc(1, sizeof *p);
    unsigned want = n_threads ? n_threads : processors();
    if (p) {
        p->queue_max = queue_max ? queue_max : 1;
        p->queue = calloc(p->queue_max, sizeof *p->queue);
        p->threads = calloc(want, sizeof *p->threads);
    }
    if (!p || !p->queue || !p->threads)
        FM_BUG("out of memory");
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    while (p->n_threads < want && pthread_create(&p->threads[p->n_threads], NULL, worker, p) == 0)
        p->n_threads++;
    if (p->n_threads == 0)
        FM_BUG("cannot start a thread");
    return p;
}

void fm_pool_free(struct fm_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->is_stopping = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->n_threads; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p->threads);
    free(p->queue);
    free(p);
}

unsigned fm_pool_threads(const struct fm_pool *p)
{
    return p ? p->n_threads : 1;
}

static bool try_submit(struct fm_pool *p, struct job j)
{
    pthread_mutex_lock(&p->lock);
    bool has_room = p->n < p->queue_max;
    if (has_room) {
        p->queue[(p->first + p->n++) % p->queue_max] = j;
        pthread_cond_signal(&p->work);
    }
    pthread_mutex_unlock(&p->lock);
    return has_room;
}

enum fm_code fm_pool_submit(struct fm_pool *p, struct fm_ctx *ctx, void (*run)(void *arg),
                            void *arg)
{
    if (try_submit(p, (struct job){run, arg}))
        return FM_OK;
    return fm_fail(ctx, FM_EUNAVAILABLE, "busy: %zu jobs are waiting; retry in a moment",
                   p->queue_max);
}

struct each {
    void (*fn)(void *arg, size_t i);
    void *arg;
    size_t n;
    atomic_size_t next;
    pthread_mutex_t lock;
    pthread_cond_t done;
    unsigned helpers; /* still running */
};

static void run_items(struct each *e)
{
    size_t i;
    while ((i = atomic_fetch_add_explicit(&e->next, 1, memory_order_relaxed)) < e->n)
        e->fn(e->arg, i);
}

static void help(void *arg)
{
    struct each *e = arg;
    run_items(e);
    pthread_mutex_lock(&e->lock);
    if (--e->helpers == 0)
        pthread_cond_signal(&e->done);
    pthread_mutex_unlock(&e->lock);
}

void fm_pool_each(struct fm_pool *p, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
    struct each e = {.fn = fn, .arg = arg, .n = n};
    atomic_init(&e.next, 0);
    pthread_mutex_init(&e.lock, NULL);
    pthread_cond_init(&e.done, NULL);
    /* The caller works too: with it as many threads as the pool has, and no more than items. A
     * helper that finds the queue full is simply not there. */
    for (unsigned i = 1; p && i < p->n_threads && i < n; i++) {
        pthread_mutex_lock(&e.lock);
        e.helpers++;
        pthread_mutex_unlock(&e.lock);
        if (!try_submit(p, (struct job){help, &e})) {
            pthread_mutex_lock(&e.lock);
            e.helpers--;
            pthread_mutex_unlock(&e.lock);
            break;
        }
    }
    run_items(&e);
    pthread_mutex_lock(&e.lock);
    while (e.helpers)
        pthread_cond_wait(&e.done, &e.lock);
    pthread_mutex_unlock(&e.lock);
    pthread_cond_destroy(&e.done);
    pthread_mutex_destroy(&e.lock);
}
