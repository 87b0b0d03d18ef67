/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/base/time.h"

TEST(rfc3339_is_read)
{
    static const struct {
        const char *text;
        const char *want; /* NULL: rejected */
    } cases[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
        {"2025-07-01T12:00:00.5Z", "2025-07-01T12:00:00.500Z"},
        {"2025-07-01t12:00:00,123456z", "2025-07-01T12:00:00.123456Z"},
        {"2025-07-01 12:00:00+02:00", "2025-07-01T10:00:00Z"},
        {"2025-07-01T12:00:00-0530", "2025-07-01T17:30:00Z"},
        {"2025-07-01T12:00:00", "2025-07-01T12:00:00Z"},
        {"2025-07-01T12:00:00.1234567891234Z", "2025-07-01T12:00:00.123456789Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
        {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
        {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
        {"2025-06-30T23:59:60Z", "2025-07-01T00:00:00Z"}, /* leap second */
        {"2025-02-29T00:00:00Z", NULL},
        {"1900-02-29T00:00:00Z", NULL},
        {"2025-04-31T00:00:00Z", NULL},
        {"2025-13-01T00:00:00Z", NULL},
        {"2025-00-01T00:00:00Z", NULL},
        {"2025-07-01T24:00:00Z", NULL},
        {"2025-07-01T12:60:00Z", NULL},
        {"2025-07-01T12:00:00.Z", NULL},
        {"2025-07-01T12:00:00+2:00", NULL},
        {"2025-07-01T12:00:00+24:00", NULL},
        {"2025-07-01T12:00:00Zjunk", NULL},
        {"2025-07-01T12:00", NULL},
        {"25-07-01T12:00:00Z", NULL},
        {"9999-07-01T12:00:00Z", NULL},
        {"1234-07-01T12:00:00Z", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buf[FM_TIME_TEXT_MAX];
        fm_time t = 42;
        bool is_ok = fm_time_parse(fm_str_c(cases[i].text), &t);
        assert_int_equal(is_ok, cases[i].want != NULL);
        if (is_ok)
            assert_string_equal(fm_time_format(t, buf), cases[i].want);
        else
            assert_int_equal(t, 42);
    }
}

TEST(calendar_round_trips_over_four_centuries)
{
    for (int64_t day = -150000; day < 150000; day += 17) {
        int64_t y;
        unsigned m, d;
        fm_civil_from_days(day, &y, &m, &d);
        assert_true(m >= 1 && m <= 12 && d >= 1 && d <= 31);
        assert_int_equal(fm_days_from_civil(y, m, d), day);
    }
}

TEST(no_time_has_no_text)
{
    char buf[FM_TIME_TEXT_MAX] = "x";
    assert_string_equal(fm_time_format(FM_TIME_NONE, buf), "");
    assert_string_equal(fm_time_format(FM_TIME_NONE + 1, buf), "1677-09-21T00:12:43.145224193Z");
    assert_string_equal(fm_time_format(INT64_MAX, buf), "2262-04-11T23:47:16.854775807Z");
}

TEST(durations_are_read)
{
    static const struct {
        const char *text;
        int64_t want; /* -1: rejected */
    } cases[] = {
        {"90s", 90 * FM_SEC},
        {"1h30m", 90 * FM_MINUTE},
        {"250ms", 250 * FM_MS},
        {"1.5s", 1500 * FM_MS},
        {"2d", 2 * FM_DAY},
        {"1w", 7 * FM_DAY},
        {"3\xC2\xB5s", 3 * FM_US},
        {"0s", 0},
        {"", -1},
        {"5", -1},
        {"s", -1},
        {"5 s", -1},
        {"-5s", -1},
        {"5parsec", -1},
        {"1.2.3s", -1},
        {"99999999999w", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ns = 0;
        assert_int_equal(fm_duration_parse(fm_str_c(cases[i].text), &ns), cases[i].want >= 0);
        if (cases[i].want >= 0)
            assert_int_equal(ns, cases[i].want);
    }
}

TEST(durations_are_told_to_people)
{
    static const struct {
        int64_t ns;
        const char *want;
    } cases[] = {
        {0, "0 ms"},
        {1500 * FM_US, "2 ms"},
        {250 * FM_MS, "250 ms"},
        {1500 * FM_MS, "1.5 s"},
        {12 * FM_SEC, "12 s"},
        {59960 * FM_MS, "1 min"},
        {185 * FM_SEC, "3 min 5 s"},
        {130 * FM_MINUTE, "2 h 10 min"},
        {120 * FM_MINUTE, "2 h"},
        {76 * FM_HOUR, "3 d 4 h"},
        {72 * FM_HOUR, "3 d"},
        {-90 * FM_SEC, "-1 min 30 s"},
        {999700 * FM_US, "1 s"},
    };
    struct fm_arena a;
    fm_arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_str(fm_duration_str(&a, cases[i].ns), cases[i].want);
    fm_arena_release(&a);
}

TEST(a_manual_clock_stands_still)
{
    struct fm_clock_manual c;
    fm_clock_manual_init(&c, 5 * FM_SEC);
    assert_int_equal(fm_now(&c.base), 5 * FM_SEC);
    c.at += FM_SEC;
    assert_int_equal(fm_now(&c.base), 6 * FM_SEC);
    assert_int_equal(fm_monotonic(&c.base), 6 * FM_SEC);
    assert_true(fm_now(&fm_clock_system) > 1700000000 * FM_SEC);
}
