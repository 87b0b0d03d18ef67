/* SPDX-License-Identifier: Apache-2.0 */
/* The telling lines of an input. */
#include "test.h"

#include "faultmaven/core/analyst.h"
#include "faultmaven/core/diagnose.h"

struct desk {
    struct fm_ctx ctx;
    struct fm_incident in;
};

static fm_str extract(struct desk *d, fm_str text, enum fm_evidence_type type)
{
    struct fm_diagnosis *ignored;
    fm_ctx_init(&d->ctx, &fm_clock_system);
    fm_incident_init(&d->in, &d->ctx, NULL);
    struct fm_evidence *e = FM_NEW(&d->ctx.arena, struct fm_evidence);
    *e = (struct fm_evidence){.path = FM_STR("shop.log"),
                              .bytes = text,
                              .type = type,
                              .first = FM_TIME_NONE,
                              .last = FM_TIME_NONE};
    fm_vec_push(&d->ctx.arena, &d->in.inputs, e);
    assert_int_equal(fm_diagnose(&d->in, &ignored), FM_OK);
    return fm_evidence_extract(&d->ctx.arena, &d->in, e);
}

TEST(a_small_text_is_its_own_extract)
{
    struct desk d;
    assert_str(extract(&d, FM_STR("pool: 4\nowner: shop\n"), FM_EVIDENCE_PROSE),
               "pool: 4\nowner: shop\n");
    fm_ctx_release(&d.ctx);
}

TEST(of_a_large_log_each_kind_of_line_is_kept_once_and_severe_ones_first)
{
    struct desk d;
    struct fm_buf b;
    fm_buf_init(&b, 4 << 20);
    for (unsigned i = 0; i < 20000; i++)
        fm_buf_addf(&b, "2026-03-04T10:%02u:%02uZ %s\n", i / 600 % 60, i / 10 % 60,
                    i == 15000   ? "ERROR replication slot quokka is lost"
                    : i % 3 == 0 ? "INFO cache refreshed in 5 ms"
                                 : "INFO request served in 7 ms");
    fm_str text = extract(&d, fm_buf_str(&b), FM_EVIDENCE_LOG);
    assert_true(text.len > 0 && text.len <= 16 << 10);
    ptrdiff_t severe = fm_str_find(text, FM_STR("quokka"), 0),
              plain = fm_str_find(text, FM_STR("cache refreshed"), 0);
    assert_true(severe >= 0 && plain > severe);
    assert_true(fm_str_has(text, FM_STR("request served")));
    assert_true(fm_str_find(text, FM_STR("quokka"), (size_t)severe + 1) < 0);
    assert_true(fm_str_is_utf8(text));
    fm_buf_release(&b);
    fm_ctx_release(&d.ctx);
}

TEST(what_is_no_text_has_none)
{
    static const char bytes[] = "\x7f"
                                "ELF\0\0\1\2";
    struct desk d;
    assert_int_equal(extract(&d, fm_str_n(bytes, sizeof bytes), FM_EVIDENCE_BINARY).len, 0);
    fm_ctx_release(&d.ctx);
    assert_int_equal(extract(&d, fm_str_n(bytes, sizeof bytes), FM_EVIDENCE_UNKNOWN).len, 0);
    fm_ctx_release(&d.ctx);
}

TEST(bytes_that_are_no_utf8_are_left_out)
{
    struct desk d;
    fm_str text =
        extract(&d, FM_STR("good line\nbad \xff\xfe line\nlast line\n"), FM_EVIDENCE_PROSE);
    assert_true(fm_str_is_utf8(text));
    assert_true(fm_str_has(text, FM_STR("good line")) && fm_str_has(text, FM_STR("last line")));
    fm_ctx_release(&d.ctx);
}
