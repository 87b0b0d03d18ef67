/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "faultmaven/net/sse.h"

static void note_event(void *arg, const struct fm_sse_event *e)
{
    struct fm_buf *b = arg;
    fm_buf_addf(b, "[%.*s|%.*s|%.*s]", FM_STR_ARG(e->type), FM_STR_ARG(e->id), FM_STR_ARG(e->data));
}

/* Feeds in pieces of `step` bytes. */
static fm_str run(struct fm_buf *out, const char *text, size_t step)
{
    struct fm_sse s;
    fm_sse_init(&s, 4096, note_event, out);
    fm_buf_clear(out);
    fm_str rest = fm_str_c(text);
    while (rest.len) {
        assert_true(fm_sse_feed(&s, fm_str_sub(rest, 0, step)));
        rest = fm_str_skip(rest, step);
    }
    assert_true(fm_sse_finish(&s));
    fm_sse_release(&s);
    return fm_buf_str(out);
}

static const struct {
    const char *in, *out;
} cases[] = {
    {"data: a\n\n", "[||a]"},
    {"data:a\r\n\r\ndata: b\r\n\r\n", "[||a][||b]"},
    {"data: a\r\rdata: b\r\r", "[||a][||b]"},
    {"data: a\ndata: b\n\n", "[||a\nb]"},
    {"data\n\n", "[||]"},
    {"data:  two blanks\n\n", "[|| two blanks]"},
    {": ping\n\ndata: x\n\n", "[||x]"},
    {"event: t\ndata: x\n\ndata: y\n\n", "[t||x][||y]"},
    {"event: only\n\ndata: y\n\n", "[||y]"},
    {"id: 7\ndata: x\n\ndata: y\n\n", "[|7|x][|7|y]"},
    {"retry: 10\ndata: x\n\n", "[||x]"},
    {"\xEF\xBB\xBF"
     "data: x\n\n",
     "[||x]"},
    {"data: caf\xC3\xA9 \xF0\x9F\x98\x80\n\n", "[||caf\xC3\xA9 \xF0\x9F\x98\x80]"},
    {"unknown: z\ndata: x\n\n", "[||x]"},
    {"data: no empty line at the end\n", "[||no empty line at the end]"},
    {"data: cut", "[||cut]"},
    {"\n\n\n", ""},
    {"", ""},
};

static void test_every_split_gives_the_same_events(void **state)
{
    struct fm_buf out;
    (void)state;
    fm_buf_init(&out, 65536);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t step = 1; step < 9; step++) {
            run(&out, cases[i].in, step);
            assert_string_equal(out.p ? out.p : "", cases[i].out);
        }
    fm_buf_release(&out);
}

static void test_comments_and_stray_lines_are_counted(void **state)
{
    struct fm_buf out;
    struct fm_sse s;
    (void)state;
    fm_buf_init(&out, 4096);
    fm_sse_init(&s, 4096, note_event, &out);
    assert_true(fm_sse_feed(
        &s, FM_STR(": OPENROUTER PROCESSING\n\n: again\n{\"error\":{\"code\":500}}\n")));
    assert_int_equal(s.comments, 2);
    assert_int_equal(s.stray, 1);
    assert_true(fm_str_eqc(fm_buf_str(&s.stray_line), "{\"error\":{\"code\":500}}"));
    assert_int_equal(out.len, 0);
    fm_sse_release(&s);
    fm_buf_release(&out);
}

static void test_an_event_longer_than_the_limit_ends_the_stream(void **state)
{
    struct fm_buf out;
    struct fm_sse s;
    (void)state;
    fm_buf_init(&out, 4096);
    fm_sse_init(&s, 16, note_event, &out);
    assert_true(fm_sse_feed(&s, FM_STR("data: short\n\n")));
    assert_false(fm_sse_feed(&s, FM_STR("data: 0123456789abcdef\n\n")));
    assert_false(fm_sse_feed(&s, FM_STR("data: x\n\n")));
    assert_string_equal(out.p, "[||short]");
    fm_sse_release(&s);
    fm_sse_init(&s, 16, note_event, &out);
    assert_false(fm_sse_feed(&s, FM_STR("data: 01234567\ndata: 89abcdef\n\n")) &&
                 fm_sse_finish(&s));
    fm_sse_release(&s);
    fm_buf_release(&out);
}

static void test_written_events_are_read_back(void **state)
{
    struct fm_buf wire, out;
    (void)state;
    fm_buf_init(&wire, 4096);
    fm_buf_init(&out, 4096);
    fm_sse_write(&wire, FM_STR("delta"), FM_STR("a\nb\n"));
    fm_sse_write(&wire, FM_STR_NULL, FM_STR("x"));
    run(&out, wire.p, 3);
    assert_string_equal(out.p, "[delta||a\nb\n][||x]");
    fm_buf_release(&wire);
    fm_buf_release(&out);
}

static void note_line(void *arg, fm_str line)
{
    fm_buf_addf(arg, "<%.*s>", FM_STR_ARG(line));
}

static void test_lines(void **state)
{
    struct fm_buf out;
    (void)state;
    fm_buf_init(&out, 4096);
    for (size_t step = 1; step < 7; step++) {
        struct fm_lines l;
        fm_lines_init(&l, 64, note_line, &out);
        fm_buf_clear(&out);
        for (fm_str rest = FM_STR("{\"a\":1}\r\n\n {\"b\":\"\xC3\xA9\"}\n  \n{\"c\":3}"); rest.len;
             rest = fm_str_skip(rest, step))
            assert_true(fm_lines_feed(&l, fm_str_sub(rest, 0, step)));
        assert_true(fm_lines_finish(&l));
        assert_string_equal(out.p, "<{\"a\":1}>< {\"b\":\"\xC3\xA9\"}><{\"c\":3}>");
        fm_lines_release(&l);
    }
    struct fm_lines l;
    fm_lines_init(&l, 4, note_line, &out);
    assert_false(fm_lines_feed(&l, FM_STR("12345\n")));
    fm_lines_release(&l);
    fm_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_split_gives_the_same_events),
        cmocka_unit_test(test_comments_and_stray_lines_are_counted),
        cmocka_unit_test(test_an_event_longer_than_the_limit_ends_the_stream),
        cmocka_unit_test(test_written_events_are_read_back),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
