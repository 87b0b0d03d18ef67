/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/llm/health.h"

#define P (&fm_llm_health_policy_default)
#define T0 (1000 * FM_SEC)

static bool admits(const struct fm_llm_health *h, fm_time now)
{
    return fm_llm_health_ask(h, P, now, false) != FM_LLM_DENIED;
}

TEST(one_failure_never_shuts_out)
{
    static const enum fm_llm_class soft[] = {FM_LLM_TIMEOUT, FM_LLM_UPSTREAM, FM_LLM_NETWORK,
                                             FM_LLM_MALFORMED, FM_LLM_OVERLOADED};
    for (size_t i = 0; i < sizeof soft / sizeof soft[0]; i++) {
        struct fm_llm_health h = {0};
        fm_llm_health_failure(&h, P, T0, soft[i], 0);
        assert_true(admits(&h, T0));
    }
}

TEST(failures_of_the_request_are_not_held_against_the_target)
{
    static const enum fm_llm_class ours[] = {FM_LLM_CONTEXT_OVERFLOW, FM_LLM_BAD_REQUEST,
                                             FM_LLM_CONTENT_FILTERED, FM_LLM_CANCELLED};
    struct fm_llm_health h = {0};
    for (int n = 0; n < 100; n++)
        fm_llm_health_failure(&h, P, T0, ours[n % 4], 0);
    assert_int_equal(h.state, FM_LLM_CLOSED);
    assert_int_equal(h.in_row, 0);
}

TEST(auth_and_quota_stop_at_once_and_hard)
{
    struct fm_llm_health h = {0};
    fm_llm_health_failure(&h, P, T0, FM_LLM_AUTH, 0);
    assert_int_equal(fm_llm_health_ask(&h, P, T0 + 5 * FM_MINUTE, true), FM_LLM_DENIED);
    assert_int_equal(fm_llm_health_ask(&h, P, T0 + 10 * FM_MINUTE, false),
                     FM_LLM_ADMITTED_AS_PROBE);
}

TEST(a_told_wait_is_kept_exactly)
{
    struct fm_llm_health h = {0};
    fm_llm_health_failure(&h, P, T0, FM_LLM_RATE_LIMITED, 7000);
    assert_int_equal(fm_llm_health_ask(&h, P, T0 + 7 * FM_SEC - 1, true), FM_LLM_DENIED);
    assert_int_equal(fm_llm_health_ask(&h, P, T0 + 7 * FM_SEC, false), FM_LLM_ADMITTED_AS_PROBE);
}

/* A 60 s wait followed by a 1 s one must last 60 s. */
TEST(a_later_shorter_wait_does_not_shorten)
{
    struct fm_llm_health h = {0};
    fm_llm_health_failure(&h, P, T0, FM_LLM_RATE_LIMITED, 60000);
    fm_llm_health_failure(&h, P, T0 + FM_SEC, FM_LLM_RATE_LIMITED, 1000);
    assert_false(admits(&h, T0 + 59 * FM_SEC));
    fm_llm_health_failure(&h, P, T0 + 2 * FM_SEC, FM_LLM_UPSTREAM, 0);
    assert_int_equal(fm_llm_health_ask(&h, P, T0 + 59 * FM_SEC, true),
                     FM_LLM_DENIED); /* still hard */
    assert_true(admits(&h, T0 + 60 * FM_SEC));
}

/* … and later, longer ones must not keep the first deadline. */
TEST(a_later_longer_wait_extends)
{
    struct fm_llm_health h = {0};
    fm_llm_health_failure(&h, P, T0, FM_LLM_RATE_LIMITED, 1000);
    fm_llm_health_failure(&h, P, T0, FM_LLM_RATE_LIMITED, 60000);
    assert_false(admits(&h, T0 + 59 * FM_SEC));
}

TEST(failures_in_a_row_open_and_a_probe_closes)
{
    struct fm_llm_health h = {0};
    for (int i = 0; i < P->rows; i++) {
        assert_true(admits(&h, T0));
        fm_llm_health_failure(&h, P, T0, FM_LLM_NETWORK, 0);
    }
    assert_false(admits(&h, T0));
    fm_time later = T0 + P->open_ms * FM_MS;
    enum fm_llm_admission a = fm_llm_health_ask(&h, P, later, false);
    assert_int_equal(a, FM_LLM_ADMITTED_AS_PROBE);
    fm_llm_health_begin(&h, later, a);
    assert_false(admits(&h, later)); /* one probe at a time */
    fm_llm_health_success(&h, P, later, true);
    assert_int_equal(h.state, FM_LLM_CLOSED);
    assert_int_equal(fm_llm_health_ask(&h, P, later, false), FM_LLM_ADMITTED);
}

TEST(a_failed_probe_opens_for_longer)
{
    struct fm_llm_health h = {0};
    for (int i = 0; i < P->rows; i++)
        fm_llm_health_failure(&h, P, T0, FM_LLM_UPSTREAM, 0);
    fm_time now = h.until;
    fm_llm_health_begin(&h, now, fm_llm_health_ask(&h, P, now, false));
    fm_llm_health_failure(&h, P, now, FM_LLM_UPSTREAM, 0);
    assert_true(h.until >= now + 2 * P->open_ms * FM_MS);
    assert_false(admits(&h, now + P->open_ms * FM_MS));
}

TEST(most_failing_opens_although_some_succeed)
{
    struct fm_llm_health h = {0};
    for (int i = 0; i < 9; i++)
        if (i % 3 == 2)
            fm_llm_health_success(&h, P, T0, false);
        else
            fm_llm_health_failure(&h, P, T0, FM_LLM_UPSTREAM, 0);
    assert_int_equal(h.state, FM_LLM_OPEN);
}

TEST(the_last_target_is_probed_early_when_the_stop_is_soft)
{
    struct fm_llm_health h = {0};
    for (int i = 0; i < P->rows; i++)
        fm_llm_health_failure(&h, P, T0, FM_LLM_UPSTREAM, 0);
    assert_int_equal(fm_llm_health_ask(&h, P, T0 + FM_SEC / 2, true), FM_LLM_DENIED);
    assert_int_equal(fm_llm_health_ask(&h, P, T0 + 2 * FM_SEC, true), FM_LLM_ADMITTED_AS_PROBE);
    assert_int_equal(fm_llm_health_ask(&h, P, T0 + 2 * FM_SEC, false), FM_LLM_DENIED);
}

TEST(a_caller_that_gives_up_changes_nothing)
{
    struct fm_llm_health h = {0}, before;
    for (int i = 0; i < P->rows; i++)
        fm_llm_health_failure(&h, P, T0, FM_LLM_UPSTREAM, 0);
    fm_time now = h.until;
    before = h;
    fm_llm_health_begin(&h, now, fm_llm_health_ask(&h, P, now, false));
    fm_llm_health_abandon(&h, true);
    assert_false(h.is_probing);
    assert_int_equal(h.until, before.until);
    assert_int_equal(h.in_row, before.in_row);
    assert_true(admits(&h, now));
}

/* --- properties, over random histories --- */

static uint64_t seed;

static unsigned roll(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

struct history {
    struct fm_llm_health h;
    fm_time now, hard_until;
    int open_calls, open_probes;
};

static void one_start(struct history *s)
{
    bool is_last = roll(2);
    enum fm_llm_admission a = fm_llm_health_ask(&s->h, P, s->now, is_last);
    if (s->now < s->hard_until)
        assert_int_equal(a, FM_LLM_DENIED);
    if (a == FM_LLM_DENIED) {
        assert_true(s->h.is_probing || fm_llm_health_next(&s->h, P, s->now, is_last) > s->now);
        return;
    }
    fm_llm_health_begin(&s->h, s->now, a);
    if (a == FM_LLM_ADMITTED_AS_PROBE)
        s->open_probes++;
    else
        s->open_calls++;
    assert_in_range(s->open_probes, 0, 1);
}

static void one_failure(struct history *s)
{
    enum fm_llm_class c = (enum fm_llm_class)(1 + roll(FM_LLM_CLASS_COUNT - 1));
    int64_t wait = roll(3) ? 0 : 1 + roll(90000);
    fm_llm_health_failure(&s->h, P, s->now, c, wait);
    if (!fm_llm_class_is_failure(c) || (!wait && c != FM_LLM_AUTH && c != FM_LLM_QUOTA))
        return;
    fm_time until = s->now + (wait ? wait : P->auth_ms) * FM_MS;
    s->hard_until = until > s->hard_until ? until : s->hard_until;
}

static void one_result(struct history *s, bool is_probe)
{
    switch (roll(4)) {
    case 0:
        fm_llm_health_success(&s->h, P, s->now, is_probe);
        s->hard_until = s->h.state == FM_LLM_CLOSED ? 0 : s->hard_until;
        break;
    case 1:
        fm_llm_health_abandon(&s->h, is_probe);
        break;
    default:
        one_failure(s);
    }
}

static void one_end(struct history *s)
{
    bool is_probe = s->open_probes && roll(2);
    fm_time before = s->h.until;
    if (!is_probe && !s->open_calls)
        return;
    if (is_probe)
        s->open_probes--;
    else
        s->open_calls--;
    one_result(s, is_probe);
    assert_true(s->h.until >= before); /* only ever extended */
    if (!s->h.is_probing)
        s->open_probes = 0; /* a failure of an ordinary call ends the probe's privilege too */
}

TEST(random_histories_keep_the_promises)
{
    for (uint64_t run = 1; run <= 3000; run++) {
        struct history s = {.now = T0};
        seed = run;
        for (int i = 0; i < 200; i++) {
            if (roll(2))
                one_start(&s);
            else
                one_end(&s);
            s.now += (fm_time)roll(8) * (roll(20) ? FM_SEC : FM_MINUTE);
        }
        /* However bad the past: after the longest wait one probe is let in, and its success closes.
         */
        s.h.is_probing = false;
        fm_time late = s.now + P->wait_max_ms * FM_MS + P->open_max_ms * FM_MS;
        enum fm_llm_admission a = fm_llm_health_ask(&s.h, P, late, false);
        assert_int_not_equal(a, FM_LLM_DENIED);
        fm_llm_health_begin(&s.h, late, a);
        fm_llm_health_success(&s.h, P, late, a == FM_LLM_ADMITTED_AS_PROBE);
        assert_int_equal(s.h.state, FM_LLM_CLOSED);
    }
}
