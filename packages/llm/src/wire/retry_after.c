/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <time.h>

#include "faultmaven/base/time.h"
#include "wire.h"

#define DAY_MS (24 * 3600 * 1000LL)

static int64_t clamp_ms(double ms)
{
    if (isnan(ms) || ms <= 0)
        return 0;
    return ms > (double)DAY_MS ? DAY_MS : (int64_t)ceil(ms);
}

/* Length of the number at the start of s. */
static size_t number_len(fm_str s)
{
    size_t n = 0;
    while (n < s.len && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.'))
        n++;
    return n;
}

static double unit_ms(fm_str *rest)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ms", 1},   {"us", 0.001}, {"ns", 1e-6},  {"h", 3600e3},
                 {"m", 60e3}, {"s", 1e3},    {"d", 86400e3}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (fm_str_starts(*rest, fm_str_c(units[i].unit))) {
            *rest = fm_str_skip(*rest, strlen(units[i].unit));
            return units[i].ms;
        }
    return 0;
}

/* Takes "1h2m3.5s" off the front of s. */
static bool take_duration(fm_str s, double *ms)
{
    double sum = 0, number;
    bool has_unit = false;
    for (size_t n; (n = number_len(s)) > 0;) {
        if (!fm_str_f64(fm_str_sub(s, 0, n), &number))
            break;
        fm_str rest = fm_str_skip(s, n);
        double unit = unit_ms(&rest);
        if (unit == 0)
            break;
        sum += number * unit;
        has_unit = true;
        s = rest;
    }
    *ms = sum;
    return has_unit;
}

bool fm_llm_wait_parse(fm_str s, int64_t *ms)
{
    double value;
    s = fm_str_trim(s);
    if (s.len == 0 || s.len > 40 || number_len(s) == 0)
        return false;
    if (number_len(s) == s.len) {
        if (!fm_str_f64(s, &value))
            return false;
        *ms = clamp_ms(value * 1000);
        return true;
    }
    if (!take_duration(s, &value))
        return false;
    *ms = clamp_ms(value);
    return true;
}

/* RFC 9110 5.6.7, the preferred form. */
static bool http_date(fm_str s, fm_time *out)
{
    char text[64];
    struct tm tm = {0};
    if (s.len < 20 || s.len >= sizeof text)
        return false;
    memcpy(text, s.p, s.len);
    text[s.len] = '\0';
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S", &tm);
    if (!end)
        return false;
    *out = (fm_time)timegm(&tm) * FM_SEC;
    return true;
}

static int64_t until(fm_time t, fm_time now)
{
    return now && t > now ? clamp_ms((double)(t - now) / 1e6) : 0;
}

static int64_t from_retry_after(const struct fm_http_headers *h, fm_time now)
{
    int64_t ms = 0;
    fm_time t;
    double plain;
    fm_str v = fm_http_header(h, "retry-after-ms");
    if (v.len && fm_str_f64(v, &plain) && clamp_ms(plain))
        return clamp_ms(plain);
    v = fm_http_header(h, "retry-after");
    if (v.len == 0)
        return 0;
    if (fm_llm_wait_parse(v, &ms))
        return ms;
    return http_date(v, &t) ? until(t, now) : 0;
}

/* Gemini: details[] holds an object with retryDelay "46s". */
static int64_t from_details(yyjson_val *error)
{
    size_t i, n;
    yyjson_val *detail;
    int64_t ms = 0;
    yyjson_arr_foreach(fm_json_get(error, "details"), i, n, detail)
    {
        fm_str delay = fm_json_get_str(detail, "retryDelay");
        if (delay.len && fm_llm_wait_parse(delay, &ms) && ms)
            return ms;
    }
    return 0;
}

static int64_t from_message(fm_str message)
{
    static const char *const phrases[] = {"try again in ", "retry in ", "retry after "};
    double ms;
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        ptrdiff_t at = fm_str_ifind(message, fm_str_c(phrases[i]), 0);
        if (at >= 0 && take_duration(fm_str_skip(message, (size_t)at + strlen(phrases[i])), &ms))
            return clamp_ms(ms);
    }
    return 0;
}

/* "…-reset": a duration, seconds, or a time. Of several the exhausted one counts: its "remaining"
 * is 0. */
static int64_t from_reset(const struct fm_http_headers *h, fm_time now)
{
    static const char *const pairs[][2] = {
        {"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
        {"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
        {"anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
        {"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"},
        {"anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
        {"anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
    };
    int64_t longest = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        int64_t ms = 0;
        fm_time t;
        fm_str reset = fm_http_header(h, pairs[i][1]);
        if (!fm_str_eqc(fm_http_header(h, pairs[i][0]), "0") || reset.len == 0)
            continue;
        if (fm_time_parse(reset, &t))
            ms = until(t, now);
        else if (!fm_llm_wait_parse(reset, &ms))
            ms = 0;
        longest = ms > longest ? ms : longest;
    }
    return longest;
}

int64_t fm_llm_retry_after(const struct fm_http_headers *h, yyjson_val *error, fm_str message,
                           fm_time now)
{
    int64_t ms = from_retry_after(h, now);
    if (!ms)
        ms = from_details(error);
    if (!ms)
        ms = from_message(message);
    return ms ? ms : from_reset(h, now);
}
