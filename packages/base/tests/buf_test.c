/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

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
