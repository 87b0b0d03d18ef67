/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/base/arena.h"
#include "faultmaven/base/buf.h"
#include "faultmaven/models/evidence.h"

TEST(lines_are_counted_from_one)
{
    struct fm_arena a;
    struct fm_evidence e = {.bytes = FM_STR("first\nsecond\n\nfourth")};
    fm_arena_init(&a);
    assert_int_equal(fm_evidence_line(&a, &e, 0), 1);
    assert_int_equal(fm_evidence_line(&a, &e, 5), 1); /* a line end belongs to its line */
    assert_int_equal(fm_evidence_line(&a, &e, 6), 2);
    assert_int_equal(fm_evidence_line(&a, &e, 13), 3);
    assert_int_equal(fm_evidence_line(&a, &e, 19), 4);
    fm_arena_release(&a);
}

TEST(line_numbers_are_right_across_marks)
{
    struct fm_arena a;
    struct fm_buf b;
    fm_arena_init(&a);
    fm_buf_init(&b, 1 << 20);
    for (unsigned i = 1; i <= 3 * FM_LINE_STEP + 5; i++)
        fm_buf_addf(&b, "%u\n", i);
    struct fm_evidence e = {.bytes = fm_buf_str(&b)};
    for (size_t at = 0; at < b.len; at = (size_t)fm_str_chr(e.bytes, '\n', at) + 1) {
        uint64_t want;
        fm_str rest = fm_str_skip(e.bytes, at);
        assert_true(fm_str_u64(fm_str_cut(&rest, '\n'), &want));
        if (want % 97 == 0 || want % FM_LINE_STEP < 3)
            assert_int_equal(fm_evidence_line(&a, &e, at), want);
    }
    fm_buf_release(&b);
    fm_arena_release(&a);
}

TEST(a_line_span_has_no_line_end)
{
    struct fm_evidence e = {.bytes = FM_STR("one\r\ntwo\nthree"), .index = 4};
    fm_span s = fm_evidence_line_span(&e, 1);
    assert_int_equal(s.offset, 0);
    assert_int_equal(s.length, 3);
    assert_int_equal(s.evidence, 4);
    s = fm_evidence_line_span(&e, 7);
    assert_int_equal(s.offset, 5);
    assert_int_equal(s.length, 3);
    s = fm_evidence_line_span(&e, 14);
    assert_int_equal(s.length, 5);
}
