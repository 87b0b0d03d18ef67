/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded pool of worker threads running straight-line blocking code.
 */
#ifndef FAULTMAVEN_BASE_POOL_H
#define FAULTMAVEN_BASE_POOL_H

#include "faultmaven/base/ctx.h"

struct fm_pool;

/* n_threads 0 means the number of processors that this process may use. queue_max limits waiting
 * jobs. */
struct fm_pool *fm_pool_new(unsigned n_threads, size_t queue_max);
void fm_pool_free(struct fm_pool *p); /* finishes queued jobs first */
unsigned fm_pool_threads(const struct fm_pool *p);

/* Hands a job to a worker. FM_EUNAVAILABLE when the queue is full, and then nothing is queued. Any
 * thread. */
FM_MUST_CHECK enum fm_code fm_pool_submit(struct fm_pool *p, struct fm_ctx *ctx,
                                          void (*run)(void *arg), void *arg);

/* Runs fn(arg, i) for i in 0..n-1 on the caller and the workers, on no more threads at a time than
 * the pool has; begun in order of i. Returns when all are done. p may be NULL: then in order on the
 * caller. fn must not call fm_pool_each on the same pool. */
void fm_pool_each(struct fm_pool *p, size_t n, void (*fn)(void *arg, size_t i), void *arg);

#endif
