/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/cell.h"

#include <math.h>

#include "faultmaven/base/time.h"

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Plain decimals that fit: digits below 2^53 and a power of ten that a double holds exactly. */
static bool fast_number(fm_str s, double *out)
{
    size_t i = s.len && s.p[0] == '-';
    uint64_t v = 0;
    int digits = 0, fraction = 0;
    bool seen_dot = false, seen_digit = false;
    for (; i < s.len; i++) {
        unsigned d = (unsigned char)s.p[i] - '0';
        if (d < 10) {
            v = v * 10 + d;
            digits += v != 0;
            fraction += seen_dot;
            seen_digit = true;
        } else if (s.p[i] == '.' && !seen_dot) {
            seen_dot = true;
        } else {
            return false;
        }
        if (digits > 18)
            return false;
    }
    if (!seen_digit || v >= 1ull << 53 || fraction > 22)
        return false;
    double x = (double)v / powers[fraction];
    *out = s.p[0] == '-' ? -x : x;
    return true;
}

static bool is_missing_word(fm_str s)
{
    static const char *const words[] = {"",   "-",   "nan", "null", "none",
                                        "na", "n/a", "nil", "<nil>"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (fm_str_ieq(s, fm_str_c(words[i])))
            return true;
    return false;
}

bool fm_cell_number(fm_str s, double *out)
{
    double v;
    if (fast_number(s, out))
        return true;
    s = fm_str_trim(s);
    if (is_missing_word(s)) {
        *out = NAN;
        return true;
    }
    if (!fm_str_f64(s, &v))
        return false;
    *out = isfinite(v) ? v : NAN;
    return true;
}

bool fm_cell_is_number(fm_str s)
{
    double v;
    return !is_missing_word(fm_str_trim(s)) && fm_cell_number(s, &v);
}

#define SECONDS_MIN 631152000.0  /* 1990-01-01 */
#define SECONDS_MAX 4102444800.0 /* 2100-01-01 */

static bool from_integer(int64_t v, fm_time *out)
{
    int64_t unit = FM_SEC;
    for (; unit >= 1; unit /= 1000) {
        double seconds = (double)v * (double)unit / 1e9;
        if (seconds >= SECONDS_MIN && seconds <= SECONDS_MAX) {
            *out = v * unit;
            return true;
        }
    }
    return false;
}

static bool unix_time(fm_str s, fm_time *out)
{
    int64_t whole;
    double v;
    if (fm_str_i64(s, &whole))
        return from_integer(whole, out);
    if (!fm_cell_number(s, &v) || !(v >= SECONDS_MIN))
        return false;
    if (v > SECONDS_MAX)
        return v < 9e18 && from_integer((int64_t)v, out);
    *out = (int64_t)llround(v * 1e6) * FM_US;
    return true;
}

static bool is_plausible(fm_time t)
{
    return (double)t >= SECONDS_MIN * 1e9 && (double)t <= SECONDS_MAX * 1e9;
}

/* Has text behind the clock that names a zone. */
static bool has_zone(fm_str s)
{
    fm_str tail = fm_str_skip(s, 11);
    return fm_str_ends(s, FM_STR("Z")) || fm_str_ends(s, FM_STR("z")) ||
           fm_str_chr(tail, '+', 0) >= 0 || fm_str_chr(tail, '-', 0) >= 0;
}

/* Into RFC 3339: slashes in the date, a blank before the zone, Go's "UTC m=+…" tail. */
static fm_str normalise(fm_str s, char buf[64])
{
    ptrdiff_t tail = fm_str_find(s, FM_STR(" UTC"), 0);
    bool is_utc = tail > 0;
    if (is_utc)
        s.len = (size_t)tail;
    if (s.len > 40)
        return FM_STR_NULL;
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c == ' ' && i > 10)
            continue;
        buf[n++] = (char)(c == '/' && i < 10 ? '-' : c);
    }
    fm_str out = fm_str_n(buf, n);
    if (is_utc && !has_zone(out))
        buf[out.len++] = 'Z';
    return out;
}

bool fm_cell_time(fm_str s, int32_t zone_offset_s, fm_time *out)
{
    char buf[64];
    fm_time t;
    s = fm_str_trim(s);
    if (s.len < 9 || s.p[0] < '0' || s.p[0] > '9')
        return false;
    if (unix_time(s, out))
        return true;
    s = normalise(s, buf);
    if (!fm_time_parse(s, &t) || !is_plausible(t))
        return false;
    *out = has_zone(s) ? t : t - (int64_t)zone_offset_s * FM_SEC;
    return true;
}
