/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/core/view.h"

/* Evidence that tries to become markup or a terminal command. */
static const char hostile[] = "<script>alert(1)</script> \033[31mred ```` end\n";

struct fixture {
    struct fm_arena a;
    struct fm_evidence e;
    struct fm_cause cause;
    struct fm_diagnosis d;
    struct fm_buf out;
};

static void setup(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    fm_arena_init(&f->a);
    fm_buf_init(&f->out, 1 << 20);
    f->e = (struct fm_evidence){.path = FM_STR("a<b>.log"),
                                .bytes = fm_str_c(hostile),
                                .first = FM_TIME_NONE,
                                .last = FM_TIME_NONE};
    f->cause = (struct fm_cause){.id = FM_STR("h1"),
                                 .statement = FM_STR("mill <b>broke</b> \033]0;x\007"),
                                 .entity = {FM_ENTITY_SERVICE, FM_STR("mill")},
                                 .likelihood = 0.93,
                                 .onset = FM_TIME_NONE};
    fm_vec_push(&f->a, &f->cause.supports,
                ((struct fm_claim){FM_STR("it says so"), fm_evidence_line_span(&f->e, 0)}));
    f->d = (struct fm_diagnosis){.verdict = FM_VERDICT_ROOT_CAUSE_FOUND,
                                 .summary = f->cause.statement,
                                 .onset = FM_TIME_NONE,
                                 .recovered = FM_TIME_NONE,
                                 .detected = FM_TIME_NONE,
                                 .window_begin = FM_TIME_NONE};
    fm_vec_push(&f->a, &f->d.causes, &f->cause);
    fm_vec_push(&f->a, &f->d.inputs, &f->e);
}

static void teardown(struct fixture *f)
{
    fm_buf_release(&f->out);
    fm_arena_release(&f->a);
}

TEST(text_names_verdict_and_cause_first)
{
    struct fixture f;
    setup(&f);
    fm_view_text(&f.a, &f.d, (struct fm_view_style){0}, &f.out);
    assert_true(fm_str_starts(fm_buf_str(&f.out), FM_STR("ROOT CAUSE FOUND  service mill")));
    assert_true(fm_str_has(fm_buf_str(&f.out), FM_STR("a<b>.log:1 it says so")));
    assert_true(fm_str_has(fm_buf_str(&f.out), FM_STR("93 % likely")));
    teardown(&f);
}

TEST(contradictions_are_shown_with_both_places)
{
    static void (*const views[])(struct fm_arena *, const struct fm_diagnosis *,
                                 struct fm_buf *) = {fm_view_markdown, fm_view_html};
    struct fixture f;
    setup(&f);
    fm_span line = fm_evidence_line_span(&f.e, 0);
    fm_vec_push(&f.a, &f.d.conflicts,
                ((struct fm_contradiction){FM_STR("Service mill"), FM_STR("clusterIP"),
                                           FM_STR("10.0.0.2"), FM_STR("10.0.0.3"),
                                           FM_STR("its resource version is higher"), line, line}));
    fm_view_text(&f.a, &f.d, (struct fm_view_style){0}, &f.out);
    assert_true(fm_str_has(fm_buf_str(&f.out), FM_STR("a<b>.log:1 says 10.0.0.2")));
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        fm_buf_clear(&f.out);
        views[i](&f.a, &f.d, &f.out);
        assert_true(fm_str_has(fm_buf_str(&f.out), FM_STR("says 10.0.0.3; the first was used")));
    }
    teardown(&f);
}

TEST(text_passes_no_control_bytes_of_evidence)
{
    struct fixture f;
    setup(&f);
    fm_view_text(&f.a, &f.d, (struct fm_view_style){0}, &f.out);
    assert_int_equal(fm_str_chr(fm_buf_str(&f.out), '\033', 0), -1);
    teardown(&f);
}

TEST(html_escapes_everything_that_comes_from_evidence)
{
    struct fixture f;
    setup(&f);
    fm_view_html(&f.a, &f.d, &f.out);
    fm_str html = fm_buf_str(&f.out);
    assert_false(fm_str_has(html, FM_STR("<script")));
    assert_false(fm_str_has(html, FM_STR("<b>broke")));
    assert_true(fm_str_has(html, FM_STR("&lt;script&gt;alert(1)")));
    assert_false(fm_str_has(html, FM_STR("http")) && fm_str_has(html, FM_STR("src=")));
    teardown(&f);
}

TEST(markdown_passes_no_control_bytes_of_evidence)
{
    struct fixture f;
    setup(&f);
    fm_view_markdown(&f.a, &f.d, &f.out);
    assert_int_equal(fm_str_chr(fm_buf_str(&f.out), '\033', 0), -1);
    assert_int_equal(fm_str_chr(fm_buf_str(&f.out), '\007', 0), -1);
    teardown(&f);
}

TEST(markdown_fences_are_longer_than_what_they_hold)
{
    struct fixture f;
    setup(&f);
    fm_view_markdown(&f.a, &f.d, &f.out);
    assert_true(fm_str_has(fm_buf_str(&f.out), FM_STR("`````\n")));
    assert_true(fm_str_has(fm_buf_str(&f.out), FM_STR("mill \\<b\\>broke")));
    teardown(&f);
}

TEST(html_draws_a_chart_with_the_onset)
{
    struct fixture f;
    struct fm_chart chart = {.title = FM_STR("errors"), .unit = FM_STR("1/s")};
    setup(&f);
    for (int i = 0; i < 10; i++)
        fm_vec_push(&f.a, &chart.points, ((struct fm_point){i * FM_MINUTE, i < 5 ? 0 : 40}));
    fm_vec_push(&f.a, &f.d.charts, &chart);
    f.d.onset = 5 * FM_MINUTE;
    chart.usual = 1500e-3;
    chart.has_usual = true;
    fm_view_html(&f.a, &f.d, &f.out);
    assert_true(fm_str_has(fm_buf_str(&f.out), FM_STR(", usual 1.5</figcaption>")));
    assert_true(fm_str_has(fm_buf_str(&f.out), FM_STR("class=\"plot\"")));
    assert_true(fm_str_has(fm_buf_str(&f.out), FM_STR("class=\"onset\"")));
    assert_true(
        fm_str_has(fm_buf_str(&f.out), FM_STR(">50</text>"))); /* the axis ends at a round number */
    teardown(&f);
}
