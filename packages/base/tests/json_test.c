/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/base/json.h"

static struct fm_ctx ctx;

static void start(void)
{
    fm_ctx_release(&ctx);
    fm_ctx_init(&ctx, &fm_clock_system);
}

TEST(members_are_read_or_their_default)
{
    yyjson_val *v = NULL;
    start();
    assert_int_equal(
        fm_json_read(
            &ctx, FM_STR("{\"s\":\"x\",\"n\":-7,\"f\":1.5,\"b\":true,\"u\":18446744073709551615}"),
            &v),
        FM_OK);
    assert_str(fm_json_get_str(v, "s"), "x");
    assert_int_equal(fm_json_get_i64(v, "n", 0), -7);
    assert_int_equal(fm_json_get_i64(v, "f", 3), 3);
    assert_int_equal(fm_json_get_i64(v, "u", 3), 3);
    assert_true(fm_json_get_f64(v, "f", 0) == 1.5);
    assert_true(fm_json_get_f64(v, "n", 0) == -7);
    assert_true(fm_json_get_bool(v, "b", false));
    assert_true(fm_json_get_bool(v, "s", true));
    assert_int_equal(fm_json_get_str(v, "absent").len, 0);
    assert_int_equal(fm_json_get_i64(NULL, "n", 9), 9);
}

TEST(bad_text_is_told_with_its_place)
{
    yyjson_val *v = NULL;
    start();
    assert_int_equal(fm_json_read(&ctx, FM_STR("{\"a\":1,}"), &v), FM_EINVAL);
    assert_non_null(strstr(ctx.error, "at byte"));
    assert_null(v);
    start();
    assert_int_equal(fm_json_read(&ctx, FM_STR(""), &v), FM_EINVAL);
    start();
    assert_int_equal(fm_json_read(&ctx, FM_STR("{} {}"), &v), FM_EINVAL);
    start();
    assert_int_equal(fm_json_read(&ctx, FM_STR("\"\xff\""), &v), FM_EINVAL);
}

static fm_str nested(size_t depth)
{
    char *p = fm_arena_alloc(&ctx.arena, 2 * depth);
    memset(p, '[', depth);
    memset(p + depth, ']', depth);
    return fm_str_n(p, 2 * depth);
}

TEST(depth_is_limited)
{
    yyjson_val *v = NULL;
    start();
    assert_int_equal(fm_json_read(&ctx, nested(FM_JSON_DEPTH_MAX), &v), FM_OK);
    assert_int_equal(fm_json_read(&ctx, nested(FM_JSON_DEPTH_MAX + 1), &v), FM_ELIMIT);
    start();
    assert_int_equal(fm_json_read(&ctx, FM_STR("\"[[[[ \\\" [[[[\""), &v), FM_OK);
}

TEST(written_text_is_valid_whatever_went_in)
{
    struct fm_buf out;
    yyjson_val *back = NULL;
    start();
    yyjson_mut_doc *d = fm_json_new(&ctx.arena);
    yyjson_mut_val *o = yyjson_mut_obj(d);
    fm_json_add_str(d, o, "bad", FM_STR("a\xff\xC3\xA9\xE2\x82z\n\"\\"));
    fm_json_add_strz(d, o, "none", NULL);
    fm_json_add_time(d, o, "at", 1751371200 * FM_SEC);
    fm_json_add_time(d, o, "never", FM_TIME_NONE);
    fm_json_add_str(d, o, "empty", FM_STR_NULL);
    fm_buf_init(&out, 4096);
    assert_int_equal(fm_json_write(&ctx, d, o, false, &out), FM_OK);
    assert_int_equal(fm_json_read(&ctx, fm_buf_str(&out), &back), FM_OK);
    assert_str(fm_json_get_str(back, "bad"), "a\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD"
                                             "z\n\"\\");
    assert_true(yyjson_is_null(fm_json_get(back, "none")));
    assert_str(fm_json_get_str(back, "at"), "2025-07-01T12:00:00Z");
    assert_true(yyjson_is_null(fm_json_get(back, "never")));
    assert_true(yyjson_is_str(fm_json_get(back, "empty")));
    fm_buf_release(&out);
}

TEST(text_longer_than_the_buffer_allows_is_an_error)
{
    struct fm_buf out;
    start();
    yyjson_mut_doc *d = fm_json_new(&ctx.arena);
    yyjson_mut_val *o = yyjson_mut_obj(d);
    fm_json_add_str(d, o, "key", FM_STR("0123456789"));
    fm_buf_init(&out, 10);
    assert_int_equal(fm_json_write(&ctx, d, o, true, &out), FM_ELIMIT);
    fm_buf_release(&out);
    fm_ctx_release(&ctx);
}
