/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/base/id.h"

TEST(seeded_numbers_are_those_of_the_published_generator)
{
    /* State 1, 2, 3, 4: first outputs of the reference code of xoshiro256**. */
    static const uint64_t want[] = {11520u, 0u, 1509978240u, 1215971899390074240u};
    struct fm_rng_seeded r;
    fm_rng_seed(&r, 0);
    r.s[0] = 1, r.s[1] = 2, r.s[2] = 3, r.s[3] = 4;
    for (size_t i = 0; i < 4; i++)
        assert_true(fm_rng_u64(&r.base) == want[i]);
}

TEST(the_same_seed_repeats_and_another_does_not)
{
    struct fm_rng_seeded a, b, c;
    fm_rng_seed(&a, 7);
    fm_rng_seed(&b, 7);
    fm_rng_seed(&c, 8);
    uint64_t first = fm_rng_u64(&a.base);
    assert_true(first == fm_rng_u64(&b.base));
    assert_true(first != fm_rng_u64(&c.base));
}

TEST(bounded_numbers_stay_in_range_and_reach_every_value)
{
    struct fm_rng_seeded r;
    size_t seen[7] = {0};
    fm_rng_seed(&r, 1);
    for (int i = 0; i < 7000; i++)
        seen[fm_rng_below(&r.base, 7)]++;
    for (size_t i = 0; i < 7; i++)
        assert_in_range(seen[i], 850, 1150);
    assert_int_equal(fm_rng_below(&r.base, 1), 0);
    for (int i = 0; i < 1000; i++) {
        double u = fm_rng_unit(&r.base);
        assert_true(u >= 0 && u < 1);
    }
}

TEST(the_system_gives_other_bytes_each_time)
{
    uint8_t a[64], b[64];
    fm_rng_fill(&fm_rng_system, a, sizeof a);
    fm_rng_fill(&fm_rng_system, b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void start(struct fm_id_source *s, struct fm_clock_manual *clock, struct fm_rng_seeded *rng)
{
    fm_clock_manual_init(clock, 1751371200123 * FM_MS);
    fm_rng_seed(rng, 5);
    fm_id_source_init(s, &clock->base, &rng->base);
}

TEST(ids_increase_within_a_millisecond_and_when_the_clock_goes_back)
{
    struct fm_clock_manual clock;
    struct fm_rng_seeded rng;
    struct fm_id_source s;
    char before_text[FM_ID_TEXT_MAX], text[FM_ID_TEXT_MAX];
    start(&s, &clock, &rng);
    fm_id before = fm_id_new(&s);
    for (int i = 0; i < 10000; i++) {
        clock.at += i % 100 == 0 ? -5 * FM_MS : 0;
        fm_id id = fm_id_new(&s);
        assert_true(fm_id_cmp(before, id) < 0);
        assert_true(
            strcmp(fm_id_format(before, "case", before_text), fm_id_format(id, "case", text)) < 0);
        before = id;
    }
}

TEST(an_id_has_the_form_of_uuid_version_7)
{
    struct fm_clock_manual clock;
    struct fm_rng_seeded rng;
    struct fm_id_source s;
    start(&s, &clock, &rng);
    fm_id id = fm_id_new(&s);
    assert_int_equal(id.bytes[6] >> 4, 7);
    assert_int_equal(id.bytes[8] >> 6, 2);
    assert_int_equal(fm_id_time(id), 1751371200123 * FM_MS);
    assert_false(fm_id_is_none(id));
    assert_true(fm_id_is_none((fm_id){{0}}));
}

TEST(text_round_trips_in_any_case)
{
    struct fm_clock_manual clock;
    struct fm_rng_seeded rng;
    struct fm_id_source s;
    struct fm_arena a;
    start(&s, &clock, &rng);
    fm_arena_init(&a);
    for (int i = 0; i < 1000; i++) {
        char text[FM_ID_TEXT_MAX];
        fm_id id = fm_id_new(&s), back;
        fm_id_format(id, "evidence", text);
        assert_int_equal(strlen(text), 8 + 1 + 26);
        assert_true(fm_id_parse(fm_str_c(text), "evidence", &back));
        assert_int_equal(fm_id_cmp(id, back), 0);
        char *upper = fm_arena_dup(&a, text, strlen(text));
        for (char *c = upper; *c; c++)
            *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
        assert_true(fm_id_parse(fm_str_c(upper), "evidence", &back));
        assert_int_equal(fm_id_cmp(id, back), 0);
    }
    fm_arena_release(&a);
}

TEST(other_text_is_no_id)
{
    static const char *const cases[] = {
        "",
        "case_",
        "case_0000000000000000000000000",   /* 25 digits */
        "case_000000000000000000000000000", /* 27 digits */
        "user_00000000000000000000000000",  /* other prefix */
        "case-00000000000000000000000000",
        "case_80000000000000000000000000", /* more than 128 bits */
        "case_0000000000000000000000000u", /* not a digit */
        "case_0000000000000000000000000 ",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fm_id id;
        assert_false(fm_id_parse(fm_str_c(cases[i]), "case", &id));
    }
    fm_id id, max;
    memset(max.bytes, 0xFF, sizeof max.bytes);
    assert_true(fm_id_parse(FM_STR("case_7zzzzzzzzzzzzzzzzzzzzzzzzz"), "case", &id));
    assert_int_equal(fm_id_cmp(id, max), 0);
}
