/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event loop on one thread (libevent). The HTTP server and the HTTP client of a process, or of
 * one blocking call, live on it. Everything here is called on the loop's thread, except
 * fm_loop_post and fm_loop_stop.
 */
#ifndef FAULTMAVEN_NET_LOOP_H
#define FAULTMAVEN_NET_LOOP_H

#include <stdint.h>

struct event;
struct event_base;
struct fm_loop;

struct fm_loop *fm_loop_new(void);
void fm_loop_free(struct fm_loop *l); /* after its clients, servers and timers; posted work that did
                                         not run is dropped */

/* Runs until fm_loop_stop. */
void fm_loop_run(struct fm_loop *l);
/* Waits for events at most once, at most `wait_ms`, handles what is ready and returns. */
void fm_loop_turn(struct fm_loop *l, int wait_ms);
/* Ends fm_loop_run after the current event. Any thread. */
void fm_loop_stop(struct fm_loop *l);

/* Runs fn(arg) on the loop's thread, in order of posting. Any thread. */
void fm_loop_post(struct fm_loop *l, void (*fn)(void *arg), void *arg);

/* For the implementations in this package. */
struct event_base *fm_loop_base(struct fm_loop *l);

/* A one-shot timer, embedded in its owner. */
struct fm_timer {
    struct event *event; /* owned; made at the first fm_timer_set */
    struct fm_loop *loop;
    void (*fn)(void *arg);
    void *arg;
};

void fm_timer_init(struct fm_timer *t, struct fm_loop *l, void (*fn)(void *arg), void *arg);
void fm_timer_release(struct fm_timer *t);
void fm_timer_set(struct fm_timer *t, int64_t ms); /* restarts it; 0 fires in the next turn */
/* In this turn, behind what is ready already, in order of asking. Not from its own fn: that would
 * keep the loop from its sockets. */
void fm_timer_soon(struct fm_timer *t);
void fm_timer_stop(struct fm_timer *t);

#endif
