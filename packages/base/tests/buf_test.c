/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <limits.h>
#include <stdio.h>

#include "faultmaven/base/buf.h"

TEST(an_append_beyond_the_maximum_stores_nothing_and_stays_known)
{
    struct fm_buf b;
    fm_buf_init(&b, 4);
    fm_buf_addz(&b, "abc");
    fm_buf_addz(&b, "de");
    assert_true(b.overflow);
    assert_str(fm_buf_str(&b), "abc");
    fm_buf_addz(&b, "d");
    assert_str(fm_buf_str(&b), "abc");
    fm_buf_release(&b);
}

TEST(text_cannot_become_markup)
{
    struct fm_buf b;
    fm_buf_init(&b, 256);
    fm_buf_add_html(&b, FM_STR("<a b=\"c\" d='e'>\033[1m\x7F &\tx\n"));
    assert_str(fm_buf_str(&b), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;\xEF\xBF\xBD[1m\xEF\xBF\xBD "
                               "&amp;\tx\n");
    fm_buf_release(&b);
}

static void add_many(struct fm_buf *b)
{
    fm_buf_addf(b, "%s|%.*s|%c|%%|%d|%i|%u|%ld|%lld|%zu|%lu|%llu", "a", 2, "bcd", 'x', -1, INT_MIN,
                UINT_MAX, LONG_MIN, LLONG_MAX, SIZE_MAX, 0ul, ULLONG_MAX);
    fm_buf_addf(b, "|%08x|%.2f|%-4s|%.3s|%5d|%hhu", 255u, 1.5, "ab", "abcdef", 42,
                (unsigned char)44);
    fm_buf_addf(b, "|%.*s|%.*s|%s", 0, "no", -1, "all", "end");
}

TEST(formats_are_those_of_printf)
{
    struct fm_buf b;
    char want[512];
    fm_buf_init(&b, 4096);
    add_many(&b);
    int n =
        snprintf(want, sizeof want, "%s|%.*s|%c|%%|%d|%i|%u|%ld|%lld|%zu|%lu|%llu", "a", 2, "bcd",
                 'x', -1, INT_MIN, UINT_MAX, LONG_MIN, LLONG_MAX, SIZE_MAX, 0ul, ULLONG_MAX);
    snprintf(want + n, sizeof want - (size_t)n, "|000000ff|1.50|ab  |abc|   42|44||all|end");
    assert_str(fm_buf_str(&b), want);
    fm_buf_release(&b);
}

TEST(a_format_beyond_the_maximum_stores_nothing)
{
    static const size_t maxima[] = {5, 6, 300, 301};
    for (size_t i = 0; i < sizeof maxima / sizeof *maxima; i++) {
        struct fm_buf b;
        fm_buf_init(&b, maxima[i]);
        fm_buf_addz(&b, "abc");
        if (i < 2)
            fm_buf_addf(&b, "%s%d", "x", 42);
        else
            fm_buf_addf(&b, "%298d", 42);
        assert_int_equal(b.overflow, i % 2 == 0);
        assert_int_equal(b.len, i % 2 ? maxima[i] : 3);
        assert_int_equal(b.p[b.len], '\0');
        fm_buf_release(&b);
    }
}

TEST(neutral_text_holds_nothing_that_a_terminal_obeys)
{
    struct fm_buf b;
    fm_buf_init(&b, 256);
    fm_buf_addz(&b, "\033[1m");
    fm_buf_addz(&b, "a\033]0;x\007b\x7F\tc\n\xC2\x9B|\xC2\xA9\xC3\x9F");
    fm_buf_neutralize(&b, 4);
    assert_str(fm_buf_str(&b), "\033[1ma ]0;x b \tc\n  |\xC2\xA9\xC3\x9F");
    fm_buf_release(&b);
}
