/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "processing/timestamp.h"

TEST(forms_are_read)
{
    static const struct {
        const char *text, *want; /* want NULL: no stamp */
    } cases[] = {
        {"2025-07-01T12:00:00Z", "2025-07-01T12:00:00Z"},
        {"2025-07-01 12:00:00,123 INFO", "2025-07-01T12:00:00.123Z"},
        {"2025-07-01T12:00:00.123456789+02:00", "2025-07-01T10:00:00.123456789Z"},
        {"2025-07-01 12:00:00 +0530", "2025-07-01T06:30:00Z"},
        {"2025-07-01 12:00:00.5 CEST [1]", "2025-07-01T10:00:00.500Z"},
        {"2025-07-01 12:00:00 PDT", "2025-07-01T19:00:00Z"},
        {"2025-07-01_12:00:00-07", "2025-07-01T19:00:00Z"},
        {"2025/07/01 12:00:00", "2025-07-01T12:00:00Z"},
        {"2025.07.01-12:00:00", "2025-07-01T12:00:00Z"},
        {"2005-06-03-15.42.50.675872", "2005-06-03T15:42:50.675872Z"},
        {"20250701T120000Z", "2025-07-01T12:00:00Z"},
        {"20171223-22:15:29:606|", "2017-12-23T22:15:29.606Z"},
        {"20171224-0:5:1:60|", "2017-12-24T00:05:01Z"},
        {"17/06/09 20:10:40", "2017-06-09T20:10:40Z"},
        {"081109 203615 148", "2008-11-09T20:36:15Z"},
        {"160205  8:03:11", "2016-02-05T08:03:11Z"},
        {"20/Jul/2009:22:59:26 +0000]", "2009-07-20T22:59:26Z"},
        {"22/Jan/2019:03:56:14 +0330", "2019-01-22T00:26:14Z"},
        {"29 Aug 2023 13:47:38.984 *", "2023-08-29T13:47:38.984Z"},
        {"31.12.2025 12:00:00", "2025-12-31T12:00:00Z"},
        {"7/1/2025 1:02:03 PM", "2025-07-01T13:02:03Z"},
        {"7/1/2025 12:02:03 AM", "2025-07-01T00:02:03Z"},
        {"Sun Dec 04 04:47:44 2005]", "2005-12-04T04:47:44Z"},
        {"Thu Jun 09 06:07:05.123456 2011", "2011-06-09T06:07:05.123456Z"},
        {"Fri Jun 17 07:07:00 EDT 2005", "2005-06-17T11:07:00Z"},
        {"Tue, 01 Jul 2025 12:00:00 GMT", "2025-07-01T12:00:00Z"},
        {"Jul 01 2025 12:00:00", "2025-07-01T12:00:00Z"},
        {"1751371200", "2025-07-01T12:00:00Z"},
        {"1751371200.25", "2025-07-01T12:00:00.250Z"},
        {"1751371200123", "2025-07-01T12:00:00.123Z"},
        {"1751371200123456789", "2025-07-01T12:00:00.123456789Z"},
        {"2025-13-01 12:00:00", NULL},
        {"12345678901", NULL},
        {"hello world", NULL},
        {"10.0.0.1 - -", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fm_timestamp ts;
        char text[FM_TIME_TEXT_MAX];
        bool is_read = fm_timestamp_read(cases[i].text, cases[i].text + strlen(cases[i].text), &ts);
        if (!cases[i].want && !is_read)
            continue;
        if (!is_read)
            print_error("%s was not read\n", cases[i].text);
        if (!cases[i].want)
            print_error("%s was read\n", cases[i].text);
        assert_true(is_read && cases[i].want);
        assert_str(fm_str_c(fm_time_format(ts.t, text)), cases[i].want);
    }
}

static fm_time at(const char *text)
{
    fm_time t = FM_TIME_NONE;
    assert_true(fm_time_parse(fm_str_c(text), &t));
    return t;
}

static void check_resolved(const char *stamp, const struct fm_timestamp_base *base,
                           const char *want)
{
    struct fm_timestamp ts;
    char text[FM_TIME_TEXT_MAX];
    assert_true(fm_timestamp_read(stamp, stamp + strlen(stamp), &ts));
    assert_str(fm_str_c(fm_time_format(fm_timestamp_resolve(&ts, base), text)), want);
}

TEST(what_a_stamp_lacks_is_taken_from_the_base)
{
    struct fm_timestamp_base base = {
        .zone_s = 7200, .first = FM_TIME_NONE, .reference = at("2025-01-02T00:00:00Z")};
    check_resolved("2025-07-01 12:00:00", &base, "2025-07-01T10:00:00Z");
    check_resolved("2025-07-01 12:00:00Z", &base, "2025-07-01T12:00:00Z");
    check_resolved("Dec 31 23:59:59", &base, "2024-12-31T21:59:59Z");
    base.zone_s = 0;
    check_resolved("Jan  1 00:00:01", &base, "2025-01-01T00:00:01Z");
    base.first = at("2024-12-31T23:00:00Z");
    check_resolved("Dec 31 23:30:00", &base, "2024-12-31T23:30:00Z");
    check_resolved("Jan  1 00:00:01", &base, "2025-01-01T00:00:01Z");
    check_resolved("23:30:00", &base, "2024-12-31T23:30:00Z");
    check_resolved("00:30:00", &base, "2025-01-01T00:30:00Z");
}

TEST(the_cache_reads_what_reading_reads)
{
    static const char *const lines[] = {"2025-07-01 12:00:00.100 a", "2025-07-01 12:00:00.250 b",
                                        "2025-07-01 12:00:01 c", "2025-07-01 12:00:01+02:00 d",
                                        "2025-07-01 12:00:01.5 e"};
    struct fm_timestamp_cache cache = {.len = 0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *end = lines[i] + strlen(lines[i]);
        struct fm_timestamp plain, cached;
        assert_true(fm_timestamp_read(lines[i], end, &plain));
        assert_true(fm_timestamp_read_cached(&cache, lines[i], end, plain.form, &cached));
        assert_true(plain.t == cached.t && plain.len == cached.len &&
                    plain.digits == cached.digits);
    }
}
