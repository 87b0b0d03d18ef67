/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>

#include "faultmaven/base/buf.h"
#include "faultmaven/base/str.h"

TEST(comparison)
{
    assert_true(fm_str_eq(FM_STR_NULL, FM_STR("")));
    assert_false(fm_str_eq(FM_STR("a"), FM_STR("b")));
    assert_true(fm_str_ieq(FM_STR("Error"), FM_STR("eRROR")));
    assert_false(fm_str_ieq(FM_STR("Error"), FM_STR("Errors")));
    assert_true(fm_str_cmp(FM_STR("a"), FM_STR("ab")) < 0);
    assert_true(fm_str_cmp(FM_STR("\xff"), FM_STR("a")) > 0);
    assert_int_equal(fm_str_cmp(FM_STR_NULL, FM_STR("")), 0);
    assert_true(fm_str_starts(FM_STR("abc"), FM_STR("")));
    assert_false(fm_str_starts(FM_STR("ab"), FM_STR("abc")));
    assert_true(fm_str_ends(FM_STR("a.log"), FM_STR(".log")));
    assert_false(fm_str_ends(FM_STR("log"), FM_STR(".log")));
}

TEST(finding)
{
    static const struct {
        const char *s, *needle;
        size_t from;
        long want, want_folded;
    } cases[] = {
        {"hello", "l", 0, 2, 2}, {"hello", "l", 3, 3, 3},       {"hello", "l", 4, -1, -1},
        {"hello", "", 5, 5, 5},  {"hello", "", 6, -1, -1},      {"hello", "hello!", 0, -1, -1},
        {"", "", 0, 0, 0},       {"Caused by", "BY", 0, -1, 7}, {"hello", "o", 99, -1, -1},
        {"aab", "ab", 0, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fm_str s = fm_str_c(cases[i].s), needle = fm_str_c(cases[i].needle);
        assert_int_equal(fm_str_find(s, needle, cases[i].from), cases[i].want);
        assert_int_equal(fm_str_ifind(s, needle, cases[i].from), cases[i].want_folded);
    }
    assert_int_equal(fm_str_chr(FM_STR("a:b:c"), ':', 2), 3);
    assert_int_equal(fm_str_chr(FM_STR_NULL, ':', 0), -1);
    assert_int_equal(fm_str_rchr(FM_STR("a:b:c"), ':'), 3);
    assert_int_equal(fm_str_rchr(FM_STR_NULL, ':'), -1);
}

TEST(pieces_never_reach_outside)
{
    assert_str(fm_str_sub(FM_STR("hello"), 1, 3), "ell");
    assert_str(fm_str_sub(FM_STR("hello"), 3, 99), "lo");
    assert_str(fm_str_sub(FM_STR("hello"), 99, 99), "");
    assert_str(fm_str_sub(FM_STR_NULL, 1, 1), "");
    assert_str(fm_str_skip(FM_STR("hello"), SIZE_MAX), "");
    assert_str(fm_str_trim(FM_STR(" \t a b \r\n")), "a b");
    assert_str(fm_str_trim(FM_STR(" \n ")), "");
}

TEST(cutting_leaves_the_rest)
{
    fm_str rest = FM_STR("a,,b");
    assert_str(fm_str_cut(&rest, ','), "a");
    assert_str(fm_str_cut(&rest, ','), "");
    assert_str(fm_str_cut(&rest, ','), "b");
    assert_int_equal(rest.len, 0);
    assert_str(fm_str_cut(&rest, ','), "");
}

TEST(lines_end_with_lf_or_crlf_or_the_text)
{
    fm_str rest = FM_STR("one\r\n\ntwo\rthree\nlast"), line;
    static const char *const want[] = {"one", "", "two\rthree", "last"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(fm_str_line(&rest, &line));
        assert_str(line, want[i]);
    }
    assert_false(fm_str_line(&rest, &line));
}

TEST(words_are_runs_of_non_blanks)
{
    fm_str rest = FM_STR("  a\tbc  "), word;
    assert_true(fm_str_word(&rest, &word));
    assert_str(word, "a");
    assert_true(fm_str_word(&rest, &word));
    assert_str(word, "bc");
    assert_false(fm_str_word(&rest, &word));
}

TEST(whole_numbers_fit_or_are_rejected)
{
    static const struct {
        const char *text;
        bool is_ok;
        int64_t want;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"+7", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"1 ", false, 0},
        {"0x10", false, 0},
        {"1.0", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t v = 42;
        assert_int_equal(fm_str_i64(fm_str_c(cases[i].text), &v), cases[i].is_ok);
        assert_int_equal(v, cases[i].is_ok ? cases[i].want : 42);
    }
    uint64_t u;
    assert_true(fm_str_u64(FM_STR("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(fm_str_u64(FM_STR("18446744073709551616"), &u));
    assert_false(fm_str_u64(FM_STR("-1"), &u));
}

TEST(real_numbers)
{
    static const struct {
        const char *text;
        bool is_ok;
        double want;
    } cases[] = {
        {"1.5", true, 1.5}, {"-2e3", true, -2000}, {".5", true, .5},     {"1.", true, 1},
        {"", false, 0},     {" 1", false, 0},      {"1 ", false, 0},     {"0x10", false, 0},
        {"1,5", false, 0},  {"e", false, 0},       {"nan(1)", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double v = 42;
        assert_int_equal(fm_str_f64(fm_str_c(cases[i].text), &v), cases[i].is_ok);
        assert_true(v == (cases[i].is_ok ? cases[i].want : 42));
    }
    double v;
    assert_true(fm_str_f64(FM_STR("NaN"), &v) && isnan(v));
    assert_true(fm_str_f64(FM_STR("+Inf"), &v) && isinf(v));
}

TEST(utf8_as_the_unicode_standard_defines_it)
{
    static const struct {
        const char *s;
        bool is_good;
    } cases[] = {
        {"", true},
        {"plain ascii, longer than one word", true},
        {"caf\xC3\xA9", true},
        {"\xE2\x82\xAC", true},
        {"\xF0\x9F\x98\x80", true},
        {"\xF4\x8F\xBF\xBF", true},
        {"\xF4\x90\x80\x80", false}, /* beyond U+10FFFF */
        {"\xC0\xAF", false},         /* overlong */
        {"\xE0\x80\xAF", false},     /* overlong */
        {"\xF0\x80\x80\xAF", false}, /* overlong */
        {"\xED\xA0\x80", false},     /* surrogate */
        {"\x80", false},             /* lone continuation */
        {"12345678\xE2\x82", false}, /* cut short */
        {"12345678\xFF", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(fm_str_is_utf8(fm_str_c(cases[i].s)), cases[i].is_good);
}

TEST(edit_distance)
{
    assert_int_equal(fm_str_distance(FM_STR("kitten"), FM_STR("sitting"), 5), 3);
    assert_int_equal(fm_str_distance(FM_STR("kitten"), FM_STR("sitting"), 2), 3);
    assert_int_equal(fm_str_distance(FM_STR(""), FM_STR("abc"), 5), 3);
    assert_int_equal(fm_str_distance(FM_STR("same"), FM_STR("same"), 5), 0);
    char longer[300];
    memset(longer, 'a', sizeof longer);
    assert_int_equal(fm_str_distance(fm_str_n(longer, 257), fm_str_n(longer, 257), 5), 6);
    assert_int_equal(fm_str_distance(fm_str_n(longer, 256), fm_str_n(longer, 256), 5), 0);
}

TEST(copies_end_with_nul)
{
    struct fm_arena a;
    fm_arena_init(&a);
    fm_str s = fm_str_dup(&a, fm_str_n("abc", 2));
    assert_string_equal(s.p, "ab");
    assert_string_equal(fm_str_lower(&a, FM_STR("ÄBC")).p, "Äbc");
    assert_string_equal(fm_str_fmt(&a, "%d-%s", 7, "x").p, "7-x");
    fm_arena_release(&a);
}

TEST(a_buffer_stops_at_its_maximum_and_says_so)
{
    struct fm_buf b;
    fm_buf_init(&b, 10);
    fm_buf_addz(&b, "12345");
    fm_buf_addf(&b, "%d", 678);
    assert_string_equal(b.p, "12345678");
    fm_buf_addz(&b, "abc");
    assert_true(b.overflow);
    assert_string_equal(b.p, "12345678");
    fm_buf_addc(&b, 'x');
    assert_int_equal(b.len, 8);
    fm_buf_clear(&b);
    assert_false(b.overflow);
    fm_buf_addz(&b, "1234567890");
    assert_int_equal(b.len, 10);
    assert_false(b.overflow);
    fm_buf_release(&b);
    assert_null(b.p);
}

TEST(an_empty_buffer_is_an_empty_string)
{
    struct fm_buf b;
    fm_buf_init(&b, 10);
    assert_int_equal(fm_buf_str(&b).len, 0);
    fm_buf_add(&b, NULL, 0);
    assert_string_equal(b.p, "");
    fm_buf_release(&b);
}
