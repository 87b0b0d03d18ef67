/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/time.h"

#include <stdio.h>

/* Algorithms: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
int64_t fm_days_from_civil(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    unsigned yoe = (unsigned)(year - era * 400);
    unsigned doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + (int64_t)doe - 719468;
}

void fm_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned doe = (unsigned)(days - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = (int64_t)yoe + era * 400 + (*month <= 2);
}

const char *fm_time_format(fm_time t, char buf[FM_TIME_TEXT_MAX])
{
    buf[0] = '\0';
    if (t == FM_TIME_NONE)
        return buf;
    int64_t days = t / FM_DAY, ns = t % FM_DAY;
    if (ns < 0) {
        days--;
        ns += FM_DAY;
    }
    int64_t year;
    unsigned month, day;
    fm_civil_from_days(days, &year, &month, &day);
    int sec = (int)(ns / FM_SEC), frac = (int)(ns % FM_SEC), digits = 0;
    if (frac)
        digits = frac % 1000 ? 9 : frac % 1000000 ? 6 : 3;
    int n = snprintf(buf, FM_TIME_TEXT_MAX, "%04d-%02u-%02uT%02d:%02d:%02d", (int)year, month, day,
                     sec / 3600, sec / 60 % 60, sec % 60);
    if (digits) {
        char f[16];
        snprintf(f, sizeof f, "%09d", frac);
        n += snprintf(buf + n, FM_TIME_TEXT_MAX - (size_t)n, ".%.*s", digits, f);
    }
    snprintf(buf + n, FM_TIME_TEXT_MAX - (size_t)n, "Z");
    return buf;
}

fm_str fm_time_str(struct fm_arena *a, fm_time t)
{
    char buf[FM_TIME_TEXT_MAX];
    return fm_str_dup(a, fm_str_c(fm_time_format(t, buf)));
}

/* Exactly n digits at s[at]. */
static bool digits_at(fm_str s, size_t at, size_t n, unsigned *out)
{
    uint64_t v;
    if (at + n > s.len || !fm_str_u64(fm_str_sub(s, at, n), &v))
        return false;
    *out = (unsigned)v;
    return true;
}

/* "+hh:mm", "+hhmm" */
static bool parse_offset(fm_str z, int64_t *offset_ns)
{
    unsigned h, m;
    size_t minutes_at = z.len == 6 && z.p[3] == ':' ? 4 : 3;
    if (z.len != minutes_at + 2 || !digits_at(z, 1, 2, &h) || !digits_at(z, minutes_at, 2, &m))
        return false;
    if (h > 23 || m > 59)
        return false;
    *offset_ns = (h * FM_HOUR + m * FM_MINUTE) * (z.p[0] == '-' ? -1 : 1);
    return true;
}

static bool parse_zone(fm_str z, int64_t *offset_ns)
{
    *offset_ns = 0;
    if (z.len == 0 || fm_str_eqc(z, "Z") || fm_str_eqc(z, "z"))
        return true;
    return (z.p[0] == '+' || z.p[0] == '-') && parse_offset(z, offset_ns);
}

/* ".123" and more digits, at s[*at]; moves *at behind them. */
static int64_t parse_fraction(fm_str s, size_t *at)
{
    int64_t ns = 0, scale = FM_SEC / 10;
    if (*at + 1 >= s.len || (s.p[*at] != '.' && s.p[*at] != ',') ||
        (unsigned)(s.p[*at + 1] - '0') > 9)
        return 0;
    for (++*at; *at < s.len && (unsigned)(s.p[*at] - '0') <= 9; ++*at, scale /= 10)
        ns += (s.p[*at] - '0') * scale;
    return ns;
}

/* Each 'd' of the form stands for a digit, 'T' for T, t or a blank, any other character for itself.
 */
static bool has_form(fm_str s, const char *form)
{
    for (size_t i = 0; form[i]; i++) {
        bool is_match = s.p[i] == form[i];
        if (form[i] == 'd')
            is_match = (unsigned)(s.p[i] - '0') <= 9;
        else if (form[i] == 'T')
            is_match = s.p[i] == 'T' || s.p[i] == 't' || s.p[i] == ' ';
        if (!is_match)
            return false;
    }
    return true;
}

static unsigned digits(fm_str s, size_t at, size_t n)
{
    unsigned v = 0;
    digits_at(s, at, n, &v);
    return v;
}

/* Days since 1970 of "YYYY-MM-DD" at the start of s; false when there is no such day. */
static bool parse_date(fm_str s, int64_t *days)
{
    static const unsigned month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned y = digits(s, 0, 4), m = digits(s, 5, 2), d = digits(s, 8, 2);
    if (y < 1678 || y > 2261 || m < 1 || m > 12 || d < 1 || d > month_days[m - 1])
        return false;
    if (m == 2 && d == 29 && (y % 4 != 0 || (y % 100 == 0 && y % 400 != 0)))
        return false;
    *days = fm_days_from_civil(y, m, d);
    return true;
}

bool fm_time_parse(fm_str s, fm_time *out)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    size_t at = sizeof form - 1;
    int64_t days, zone;
    if (s.len < at || !has_form(s, form) || !parse_date(s, &days))
        return false;
    unsigned h = digits(s, 11, 2), m = digits(s, 14, 2), sec = digits(s, 17, 2);
    if (h > 23 || m > 59 || sec > 60)
        return false;
    int64_t ns = parse_fraction(s, &at);
    if (!parse_zone(fm_str_skip(s, at), &zone))
        return false;
    *out = (days * 86400 + h * 3600 + m * 60 + sec) * FM_SEC + ns - zone;
    return true;
}

static int64_t unit_ns(fm_str u)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"ns", 1},      {"us", FM_US}, {"\xC2\xB5s", FM_US},
                 {"ms", FM_MS},  {"s", FM_SEC}, {"m", FM_MINUTE},
                 {"h", FM_HOUR}, {"d", FM_DAY}, {"w", 7 * FM_DAY}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (fm_str_eqc(u, units[i].name))
            return units[i].ns;
    return 0;
}

static bool is_number_byte(char c)
{
    return (unsigned)(c - '0') <= 9 || c == '.';
}

/* Length of the run at s[from] whose bytes are number bytes, or are not. */
static size_t run_length(fm_str s, size_t from, bool is_number)
{
    size_t n = from;
    while (n < s.len && is_number_byte(s.p[n]) == is_number)
        n++;
    return n - from;
}

bool fm_duration_parse(fm_str s, int64_t *out_ns)
{
    double total = 0;
    if (s.len == 0 || s.len > 64)
        return false;
    while (s.len) {
        double v;
        size_t n = run_length(s, 0, true), u = run_length(s, n, false);
        int64_t unit = unit_ns(fm_str_sub(s, n, u));
        if (!unit || !fm_str_f64(fm_str_sub(s, 0, n), &v))
            return false;
        total += v * (double)unit;
        s = fm_str_skip(s, n + u);
    }
    if (!(total < 9e18))
        return false;
    *out_ns = (int64_t)total;
    return true;
}

/* "3 min 5 s", or "3 min" when the rest is zero. */
static fm_str two_units(struct fm_arena *a, const char *sign, const int64_t n[2],
                        const char *const unit[2])
{
    if (n[1] == 0)
        return fm_str_fmt(a, "%s%lld %s", sign, (long long)n[0], unit[0]);
    return fm_str_fmt(a, "%s%lld %s %lld %s", sign, (long long)n[0], unit[0], (long long)n[1],
                      unit[1]);
}

/* The limits are those at which the printed number would round up to the next unit. */
fm_str fm_duration_str(struct fm_arena *a, int64_t ns)
{
    const char *sign = ns < 0 ? "-" : "";
    double v = ns < 0 ? -(double)ns : (double)ns;
    int64_t s = (int64_t)(v / FM_SEC + 0.5);
    if (v < FM_MS)
        return fm_str_fmt(a, "%s%.3g ms", sign, v / FM_MS);
    if (v < 999.5 * FM_MS)
        return fm_str_fmt(a, "%s%.0f ms", sign, v / FM_MS);
    if (v < 59.95 * FM_SEC)
        return fm_str_fmt(a, "%s%.3g s", sign, v / FM_SEC);
    if (s < 3600)
        return two_units(a, sign, (int64_t[]){s / 60, s % 60}, (const char *const[]){"min", "s"});
    if (s < 86400)
        return two_units(a, sign, (int64_t[]){s / 3600, s / 60 % 60},
                         (const char *const[]){"h", "min"});
    return two_units(a, sign, (int64_t[]){s / 86400, s / 3600 % 24},
                     (const char *const[]){"d", "h"});
}
