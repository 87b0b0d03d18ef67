/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Health of one upstream: circuit breaker and cooldown in one pure state machine. Time is an
 * argument; no locks.
 *
 *   CLOSED     all calls pass; failures are counted
 *   OPEN       nothing passes before `until`
 *   HALF_OPEN  `until` has passed: one probe at a time; its success closes, its failure opens for
 * twice as long
 *
 * `until` is only ever extended: until = max(until, now + d). A wait that the provider named itself
 * (Retry-After), and auth and quota failures, are hard: nothing passes before it. Without such a
 * word a single failure never shuts a target out; `rows` failures in a row, or more than half of at
 * least `min_calls` in the window, do. A soft stop may be probed early when no other target is
 * left. A call that its caller gave up changes nothing.
 */
#ifndef FAULTMAVEN_LLM_HEALTH_H
#define FAULTMAVEN_LLM_HEALTH_H

#include "faultmaven/models/llm.h"

enum fm_llm_gate_state {
    FM_LLM_CLOSED,
    FM_LLM_OPEN,
    FM_LLM_HALF_OPEN,
};

const char *fm_llm_gate_state_name(enum fm_llm_gate_state s);

struct fm_llm_health_policy {
    int rows;                /* 5 */
    int min_calls;           /* 6 */
    int64_t window_ms;       /* 60 s */
    int64_t open_ms;         /* 30 s; doubles with every failed probe, up to open_max_ms */
    int64_t open_max_ms;     /* 5 min */
    int64_t overloaded_ms;   /* 5 s: rest after the second overload in a row */
    int64_t rate_limited_ms; /* 1 s, doubling in a row, when the provider names no time */
    int64_t auth_ms;         /* 10 min: auth and quota */
    int64_t wait_max_ms;     /* 1 h: longest wait taken from a provider's word */
    int64_t early_probe_ms;  /* 1 s: least time between a failure and an early probe */
};

extern const struct fm_llm_health_policy fm_llm_health_policy_default;

struct fm_llm_health {
    enum fm_llm_gate_state state;
    fm_time until;
    bool is_hard;
    bool is_probing;
    int in_row;   /* failures since the last success */
    int reopened; /* failed probes in a row */
    fm_time window_start;
    int window_calls, window_failures;
    fm_time last_failure;
};

enum fm_llm_admission {
    FM_LLM_ADMITTED,
    FM_LLM_ADMITTED_AS_PROBE,
    FM_LLM_DENIED,
};

/* Does not change h, so that several conditions can be asked for before one is taken
 * (fm_llm_health_begin). */
enum fm_llm_admission fm_llm_health_ask(const struct fm_llm_health *h,
                                        const struct fm_llm_health_policy *p, fm_time now,
                                        bool is_last_resort);
/* Earliest time at which ask could admit; `now` or earlier when it does already. */
fm_time fm_llm_health_next(const struct fm_llm_health *h, const struct fm_llm_health_policy *p,
                           fm_time now, bool is_last_resort);

void fm_llm_health_begin(struct fm_llm_health *h, fm_time now, enum fm_llm_admission a);
void fm_llm_health_success(struct fm_llm_health *h, const struct fm_llm_health_policy *p,
                           fm_time now, bool was_probe);
/* wait_ms: what the provider said, 0 if nothing. Classes that are no failure of the provider only
 * end the probe. */
void fm_llm_health_failure(struct fm_llm_health *h, const struct fm_llm_health_policy *p,
                           fm_time now, enum fm_llm_class c, int64_t wait_ms);
/* The caller gave up. */
void fm_llm_health_abandon(struct fm_llm_health *h, bool was_probe);

#endif
