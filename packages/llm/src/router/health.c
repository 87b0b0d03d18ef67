/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/llm/health.h"

const struct fm_llm_health_policy fm_llm_health_policy_default = {
    .rows = 5,
    .min_calls = 6,
    .window_ms = 60 * 1000,
    .open_ms = 30 * 1000,
    .open_max_ms = 5 * 60 * 1000,
    .overloaded_ms = 5 * 1000,
    .rate_limited_ms = 1000,
    .auth_ms = 10 * 60 * 1000,
    .wait_max_ms = 60 * 60 * 1000,
    .early_probe_ms = 1000,
};

const char *fm_llm_gate_state_name(enum fm_llm_gate_state s)
{
    static const char *const names[] = {"closed", "open", "half_open"};
    return names[s];
}

fm_time fm_llm_health_next(const struct fm_llm_health *h, const struct fm_llm_health_policy *p,
                           fm_time now, bool is_last_resort)
{
    if (h->state == FM_LLM_CLOSED)
        return now;
    fm_time early = h->last_failure + p->early_probe_ms * FM_MS;
    fm_time next = is_last_resort && !h->is_hard && early < h->until ? early : h->until;
    if (h->is_probing && next <= now)
        next = now + p->early_probe_ms * FM_MS; /* the probe that is under way decides */
    return next;
}

enum fm_llm_admission fm_llm_health_ask(const struct fm_llm_health *h,
                                        const struct fm_llm_health_policy *p, fm_time now,
                                        bool is_last_resort)
{
    if (h->state == FM_LLM_CLOSED)
        return FM_LLM_ADMITTED;
    if (h->is_probing || fm_llm_health_next(h, p, now, is_last_resort) > now)
        return FM_LLM_DENIED;
    return FM_LLM_ADMITTED_AS_PROBE;
}

void fm_llm_health_begin(struct fm_llm_health *h, fm_time now, enum fm_llm_admission a)
{
    (void)now;
    if (a != FM_LLM_ADMITTED_AS_PROBE)
        return;
    h->state = FM_LLM_HALF_OPEN;
    h->is_probing = true;
}

static void count(struct fm_llm_health *h, const struct fm_llm_health_policy *p, fm_time now,
                  bool is_failure)
{
    if (now - h->window_start > p->window_ms * FM_MS) {
        h->window_start = now;
        h->window_calls = h->window_failures = 0;
    }
    h->window_calls++;
    h->window_failures += is_failure;
}

/* A success of a call that began before the stop proves nothing about the time since. */
void fm_llm_health_success(struct fm_llm_health *h, const struct fm_llm_health_policy *p,
                           fm_time now, bool was_probe)
{
    count(h, p, now, false);
    h->in_row = 0;
    if (was_probe)
        h->is_probing = false;
    if (h->state == FM_LLM_CLOSED || (!was_probe && now < h->until))
        return;
    h->state = FM_LLM_CLOSED;
    h->reopened = 0;
    h->is_hard = false;
    h->window_calls = h->window_failures = 0;
}

static void stop(struct fm_llm_health *h, fm_time now, int64_t ms, bool is_hard)
{
    fm_time until = now + ms * FM_MS;
    if (h->state != FM_LLM_CLOSED && h->until > now)
        is_hard |= h->is_hard;
    h->state = FM_LLM_OPEN;
    h->is_hard = is_hard;
    if (until > h->until)
        h->until = until;
}

static int64_t doubled(int64_t ms, int times, int64_t max)
{
    for (; times > 0 && ms < max; times--)
        ms *= 2;
    return ms < max ? ms : max;
}

static bool is_breaking(const struct fm_llm_health *h, const struct fm_llm_health_policy *p)
{
    return h->in_row >= p->rows ||
           (h->window_calls >= p->min_calls && 2 * h->window_failures > h->window_calls);
}

static void cool(struct fm_llm_health *h, const struct fm_llm_health_policy *p, fm_time now,
                 enum fm_llm_class c, int64_t wait_ms)
{
    if (wait_ms > 0)
        stop(h, now, wait_ms < p->wait_max_ms ? wait_ms : p->wait_max_ms, true);
    else if (c == FM_LLM_AUTH || c == FM_LLM_QUOTA)
        stop(h, now, p->auth_ms, true);
    else if (c == FM_LLM_RATE_LIMITED)
        stop(h, now, doubled(p->rate_limited_ms, h->in_row - 1, p->open_ms), false);
    else if (c == FM_LLM_OVERLOADED && h->in_row >= 2)
        stop(h, now, p->overloaded_ms, false);
}

void fm_llm_health_failure(struct fm_llm_health *h, const struct fm_llm_health_policy *p,
                           fm_time now, enum fm_llm_class c, int64_t wait_ms)
{
    bool was_probing = h->is_probing;
    if (!fm_llm_class_is_failure(c)) {
        h->is_probing = false;
        return;
    }
    h->is_probing = false;
    h->last_failure = now;
    h->in_row++;
    count(h, p, now, true);
    cool(h, p, now, c, wait_ms);
    if (was_probing) {
        h->reopened++;
        stop(h, now, doubled(p->open_ms, h->reopened, p->open_max_ms), false);
    } else if (is_breaking(h, p)) {
        stop(h, now, p->open_ms, false);
    }
}

void fm_llm_health_abandon(struct fm_llm_health *h, bool was_probe)
{
    if (was_probe)
        h->is_probing = false;
}
