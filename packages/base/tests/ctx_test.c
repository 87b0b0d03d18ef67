/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdatomic.h>

#include "faultmaven/base/hash.h"
#include "faultmaven/base/pool.h"

TEST(every_code_has_a_name_and_a_status)
{
    for (int c = 0; c < FM_CODE_COUNT; c++) {
        assert_string_not_equal(fm_code_name((enum fm_code)c), "unknown");
        assert_in_range(fm_code_http((enum fm_code)c), 200, 599);
    }
    assert_string_equal(fm_code_name(FM_ENOTFOUND), "not_found");
    assert_int_equal(fm_code_http(FM_ELIMIT), 413);
    assert_string_equal(fm_code_name((enum fm_code)99), "unknown");
    assert_int_equal(fm_code_http((enum fm_code)99), 500);
}

TEST(the_first_failure_wins_until_it_is_cleared)
{
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(fm_fail(&ctx, FM_EINVAL, "line %d is bad", 7), FM_EINVAL);
    assert_int_equal(fm_fail(&ctx, FM_EINVAL, "file is bad"), FM_EINVAL);
    assert_string_equal(ctx.error, "line 7 is bad");
    fm_ctx_clear_error(&ctx);
    assert_int_equal(ctx.code, FM_OK);
    assert_int_equal(fm_fail(&ctx, FM_EIO, "disk"), FM_EIO);
    assert_string_equal(ctx.error, "disk");
    fm_ctx_release(&ctx);
}

TEST(a_long_error_is_cut_not_overrun)
{
    struct fm_ctx ctx;
    char text[3000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(fm_fail(&ctx, FM_EINVAL, "%s", text), FM_EINVAL);
    assert_int_equal(strlen(ctx.error), FM_ERROR_MAX - 1);
    fm_ctx_release(&ctx);
}

TEST(an_error_cannot_command_a_terminal)
{
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(fm_fail(&ctx, FM_EINVAL, "%s: bad", "a\x1b[2J\xC2\x9B\x7f\r\nb\xC3\xA9"),
                     FM_EINVAL);
    assert_string_equal(ctx.error, "a [2J    \nb\xC3\xA9: bad");
    fm_ctx_release(&ctx);
}

TEST(cancel_and_deadline_stop_the_work)
{
    struct fm_clock_manual clock;
    struct fm_ctx ctx;
    fm_clock_manual_init(&clock, 100);
    fm_ctx_init(&ctx, &clock.base);
    assert_int_equal(fm_ctx_check(&ctx), FM_OK);
    ctx.deadline = 150;
    assert_int_equal(fm_ctx_check(&ctx), FM_OK);
    clock.at = 151;
    assert_int_equal(fm_ctx_check(&ctx), FM_ETIMEOUT);
    fm_ctx_cancel(&ctx);
    assert_int_equal(fm_ctx_check(&ctx), FM_ECANCELLED);
    fm_ctx_release(&ctx);
}

struct visits {
    atomic_int count[1000];
    atomic_int total;
};

static void visit(void *arg, size_t i)
{
    struct visits *v = arg;
    atomic_fetch_add(&v->count[i], 1);
    atomic_fetch_add(&v->total, 1);
}

TEST(each_runs_every_item_once_for_any_number_of_threads)
{
    static const unsigned threads[] = {0, 1, 2, 8};
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        struct visits v = {0};
        struct fm_pool *p = threads[t] ? fm_pool_new(threads[t], 16) : NULL;
        fm_pool_each(p, 1000, visit, &v);
        fm_pool_each(p, 0, visit, &v);
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(v.count[i], 1);
        if (p)
            assert_int_equal(fm_pool_threads(p), threads[t]);
        fm_pool_free(p);
    }
}

static void count_up(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

TEST(queued_jobs_are_finished_before_the_pool_goes)
{
    struct fm_ctx ctx;
    atomic_int n = 0;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_pool *p = fm_pool_new(2, 1000);
    for (int i = 0; i < 500; i++)
        assert_int_equal(fm_pool_submit(p, &ctx, count_up, &n), FM_OK);
    fm_pool_free(p);
    assert_int_equal(n, 500);
    fm_ctx_release(&ctx);
}

static void wait_for(void *arg)
{
    while (!atomic_load((atomic_bool *)arg))
        ;
}

TEST(a_full_queue_is_an_error_not_a_wait)
{
    struct fm_ctx ctx;
    atomic_bool may_go = false;
    int accepted = 0;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_pool *p = fm_pool_new(1, 2);
    while (accepted < 10 && fm_pool_submit(p, &ctx, wait_for, &may_go) == FM_OK)
        accepted++;
    assert_in_range(accepted, 2, 3);
    assert_int_equal(ctx.code, FM_EUNAVAILABLE);
    atomic_store(&may_go, true);
    fm_pool_free(p);
    fm_ctx_release(&ctx);
}

TEST(sha256_of_known_texts)
{
    char hex[FM_SHA256_HEX];
    fm_sha256_hex(FM_STR_NULL, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    fm_sha256_hex(FM_STR("abc"), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(fm_hash64(FM_STR("a")) != fm_hash64(FM_STR("b")));
    assert_true(fm_hash64(FM_STR_NULL) == fm_hash64(FM_STR("")));
}
