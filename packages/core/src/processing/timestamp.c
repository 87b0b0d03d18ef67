/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/timestamp.h"

#include "processing/timestamp_forms.h"

struct reader {
    const char *p, *to;
    int year, month, day, hour, minute, second;
    int64_t ns;    /* fraction */
    int64_t epoch; /* seconds, when the form is a number */
    int32_t zone_s;
    unsigned digits;
    const char *seconds_end;
    const char *zone; /* where it begins, with the blank before it; NULL without one */
    bool has_zone, is_epoch, is_pm, is_am;
};

static bool is_digit(char c)
{
    return (unsigned)(c - '0') <= 9;
}

static bool is_letter(char c)
{
    return (unsigned)((c | 32) - 'a') < 26;
}

/* Between min and max digits. */
static bool read_digits(struct reader *r, int min, int max, int *out)
{
    int n = 0, v = 0;
    while (n < max && r->p < r->to && is_digit(*r->p)) {
        v = v * 10 + (*r->p++ - '0');
        n++;
    }
    *out = v;
    return n >= min;
}

static bool read_range(struct reader *r, int digits, int low, int high, int *out)
{
    return read_digits(r, digits, digits, out) && *out >= low && *out <= high;
}

/* One or two digits, behind blanks that pad it. */
static bool read_padded(struct reader *r, int low, int high, int *out)
{
    while (r->p < r->to && *r->p == ' ')
        r->p++;
    return read_digits(r, 1, 2, out) && *out >= low && *out <= high;
}

static bool read_month_name(struct reader *r)
{
    int m = fm_timestamp_month(r->p, (size_t)(r->to - r->p));
    if (!m)
        return false;
    while (r->p < r->to && is_letter(*r->p))
        r->p++;
    r->month = m;
    return true;
}

static bool read_weekday(struct reader *r)
{
    if (!fm_timestamp_weekday(r->p, (size_t)(r->to - r->p)))
        return false;
    while (r->p < r->to && is_letter(*r->p))
        r->p++;
    if (r->p < r->to && *r->p == ',')
        r->p++;
    return true;
}

/* Optional. A colon counts only before exactly three digits: 22:15:29:606. */
static bool read_fraction(struct reader *r)
{
    const char *p = r->p;
    r->seconds_end = p;
    if (p + 1 >= r->to || (*p != '.' && *p != ',' && *p != ':') || !is_digit(p[1]))
        return true;
    int64_t ns = 0, scale = FM_SEC / 10;
    unsigned n = 0;
    for (p++; p < r->to && is_digit(*p) && n < 18; p++, n++, scale /= 10)
        ns += (*p - '0') * scale;
    if (*r->p == ':' && n != 3)
        return true;
    r->p = p;
    r->ns = ns;
    r->digits = n;
    return true;
}

static bool read_offset(struct reader *r, const char *p)
{
    struct reader t = {.p = p + 1, .to = r->to};
    int h, m = 0;
    if (!read_digits(&t, 2, 2, &h) || h > 14)
        return false;
    if (t.p < t.to && *t.p == ':')
        t.p++;
    const char *minutes = t.p;
    if (!read_digits(&t, 2, 2, &m))
        t.p = minutes[-1] == ':' ? minutes - 1 : minutes;
    if (m > 59 || (t.p < t.to && is_digit(*t.p)))
        return false;
    r->zone_s = (h * 3600 + m * 60) * (*p == '-' ? -1 : 1);
    r->has_zone = true;
    r->p = t.p;
    return true;
}

static void read_zone_name(struct reader *r, const char *p)
{
    size_t n = 0;
    while (p + n < r->to && is_letter(p[n]))
        n++;
    if (n && fm_timestamp_zone(p, n, &r->zone_s)) {
        r->has_zone = true;
        r->p = p + n;
    }
}

/* Optional: Z, +hh:mm, +hhmm, +hh, or a known abbreviation, behind at most one blank; +hh not
 * behind a blank. */
static bool read_zone(struct reader *r)
{
    bool has_blank = r->p < r->to && *r->p == ' ';
    const char *from = r->p, *p = r->p + has_blank;
    if (p >= r->to)
        return true;
    if (*p != '+' && *p != '-')
        read_zone_name(r, p);
    else if (!has_blank || (r->to - p >= 6 && is_digit(p[3] == ':' ? p[4] : p[3])) ||
             r->to - p == 5)
        (void)read_offset(r, p);
    r->zone = r->has_zone ? from : NULL;
    return true;
}

/* Optional AM or PM. */
static bool read_half(struct reader *r)
{
    const char *p = r->p;
    if (p < r->to && *p == ' ')
        p++;
    if (r->to - p < 2 || (p[1] | 32) != 'm' || ((p[0] | 32) != 'a' && (p[0] | 32) != 'p'))
        return true;
    r->is_pm = (p[0] | 32) == 'p';
    r->is_am = !r->is_pm;
    r->p = p + 2;
    return r->hour >= 1 && r->hour <= 12;
}

/* 10, 13, 16 or 19 digits of a time between 2001 and 2065, with an optional fraction behind ten. */
/* Nanoseconds of the unit in which a time of n digits counts; 0 when no unit does. */
static int64_t epoch_unit(int n)
{
    return n == 10 ? FM_SEC : n == 13 ? FM_MS : n == 16 ? FM_US : n == 19 ? 1 : 0;
}

static bool read_epoch(struct reader *r)
{
    const char *p = r->p;
    uint64_t digits = 0;
    int n = 0;
    for (; p < r->to && is_digit(*p) && n < 19; p++, n++)
        digits = digits * 10 + (uint64_t)(*p - '0');
    int64_t unit = epoch_unit(n);
    if (!unit || digits > INT64_MAX || (p < r->to && is_digit(*p)))
        return false;
    int64_t v = (int64_t)digits;
    r->epoch = v / (FM_SEC / unit);
    r->ns = v % (FM_SEC / unit) * unit;
    r->digits = (unsigned)(n - 10);
    r->is_epoch = r->has_zone = true;
    r->p = p;
    if (r->epoch < 1000000000 || r->epoch > 3000000000)
        return false;
    return n == 10 ? read_fraction(r) : true;
}

static bool read_two_digit_year(struct reader *r)
{
    if (!read_digits(r, 2, 2, &r->year))
        return false;
    r->year += r->year < 70 ? 2000 : 1900;
    return true;
}

static bool read_blanks(struct reader *r)
{
    const char *from = r->p;
    while (r->p < r->to && *r->p == ' ')
        r->p++;
    return r->p > from;
}

static bool read_one_of(struct reader *r, const char *set)
{
    return r->p < r->to && *r->p && strchr(set, *r->p) && r->p++;
}

static bool read_date_directive(struct reader *r, char d)
{
    switch (d) {
    case 'Y':
        return read_range(r, 4, 1900, 2261, &r->year);
    case 'y':
        return read_two_digit_year(r);
    case 'M':
        return read_range(r, 2, 1, 12, &r->month);
    case 'O':
        return read_digits(r, 1, 2, &r->month) && r->month >= 1 && r->month <= 12;
    case 'b':
        return read_month_name(r);
    case 'D':
        return read_range(r, 2, 1, 31, &r->day);
    case 'd':
        return read_padded(r, 1, 31, &r->day);
    default:
        return d == 'a' && read_weekday(r);
    }
}

static bool read_clock_directive(struct reader *r, char d)
{
    switch (d) {
    case 'H':
        return read_range(r, 2, 0, 23, &r->hour);
    case 'h':
        return read_padded(r, 0, 23, &r->hour);
    case 'm':
        return read_range(r, 2, 0, 59, &r->minute);
    case 's':
        r->seconds_end = r->p + 2;
        return read_range(r, 2, 0, 60, &r->second);
    case 'i':
        return read_padded(r, 0, 59, &r->minute);
    case 'j':
        return read_padded(r, 0, 60, &r->second);
    case 'f':
        return read_fraction(r);
    case 'z':
        return read_zone(r);
    case 'p':
        return read_half(r);
    default:
        return d == 'E' && read_epoch(r);
    }
}

static bool read_directive(struct reader *r, char d)
{
    switch (d) {
    case 'T':
        return read_one_of(r, "T t_-:");
    case '~':
        return read_one_of(r, "-/.");
    case ' ':
        return read_blanks(r);
    case ':':
    case '-':
    case '/':
    case '.':
    case ',':
        return r->p < r->to && *r->p == d && r->p++;
    default:
        return read_date_directive(r, d) || read_clock_directive(r, d);
    }
}

static fm_time reader_time(const struct reader *r)
{
    if (r->is_epoch)
        return r->epoch * FM_SEC + r->ns;
    int hour = r->is_pm && r->hour < 12 ? r->hour + 12 : r->is_am && r->hour == 12 ? 0 : r->hour;
    int64_t days = fm_days_from_civil(r->year, (unsigned)r->month, (unsigned)r->day);
    int64_t s = days * 86400 + hour * 3600 + r->minute * 60 + r->second - r->zone_s;
    return s * FM_SEC + r->ns;
}

/* A stamp does not end inside a word or a longer number. */
static bool at_border(const struct reader *r)
{
    if (r->p >= r->to)
        return true;
    return !is_digit(*r->p) && (!is_letter(*r->p) || *r->p == 'T');
}

bool fm_timestamp_read_form(const char *p, const char *to, unsigned form, struct fm_timestamp *out)
{
    if (to - p > FM_TIMESTAMP_MAX)
        to = p + FM_TIMESTAMP_MAX;
    struct reader r = {.p = p, .to = to, .year = 2000, .month = 1, .day = 1, .seconds_end = p};
    for (const char *d = fm_timestamp_table[form].text; *d; d++)
        if (!read_directive(&r, *d))
            return false;
    if (!at_border(&r))
        return false;
    *out = (struct fm_timestamp){.t = reader_time(&r),
                                 .len = (uint32_t)(r.p - p),
                                 .zone_s = r.zone_s,
                                 .form = (uint8_t)form,
                                 .digits = (uint8_t)r.digits,
                                 .zone_len = r.zone ? (uint8_t)(r.p - r.zone) : 0,
                                 .has_zone = r.has_zone,
                                 .has_year = fm_timestamp_table[form].has_year,
                                 .has_date = fm_timestamp_table[form].has_date};
    return true;
}

bool fm_timestamp_read(const char *p, const char *to, struct fm_timestamp *out)
{
    if (to - p < 5)
        return false;
    for (uint32_t forms = fm_timestamp_candidates(p, (size_t)(to - p)); forms; forms &= forms - 1)
        if (fm_timestamp_read_form(p, to, (unsigned)__builtin_ctz(forms), out))
            return true;
    return false;
}

#define DAYS_TO_2000 10957
#define MARCH_2000 60 /* day of the leap year 2000 */

/* The same day and clock of a year that begins `from` days after 1970; t lies in 2000. The 29th of
 * February of other years is the 1st of March. */
static fm_time with_year(fm_time t, int64_t from, bool is_leap)
{
    int64_t day = t / FM_DAY - DAYS_TO_2000;
    int64_t to = from + day - (day >= MARCH_2000 && !is_leap);
    return t + (to - DAYS_TO_2000 - day) * FM_DAY;
}

static int64_t year_of(fm_time t)
{
    int64_t y;
    unsigned m, d;
    fm_civil_from_days(t / FM_DAY - (t % FM_DAY < 0), &y, &m, &d);
    return y;
}

void fm_timestamp_base_year(struct fm_timestamp_base *base)
{
    fm_time t = base->first != FM_TIME_NONE ? base->first : base->reference;
    base->year = t == FM_TIME_NONE ? 0 : (int32_t)year_of(t);
    for (int i = 0; i < 4; i++)
        base->new_year[i] = (int32_t)fm_days_from_civil(base->year + i - 1, 1, 1);
}

/* In the year `offset` (-1 to 1) after base->year. */
static fm_time in_year(fm_time t, const struct fm_timestamp_base *base, int offset)
{
    const int32_t *from = &base->new_year[1 + offset];
    return with_year(t, from[0], from[1] - from[0] == 366);
}

static fm_time resolve_year(fm_time t, const struct fm_timestamp_base *base)
{
    fm_time anchor = base->first != FM_TIME_NONE ? base->first : base->reference;
    if (anchor == FM_TIME_NONE)
        return t;
    struct fm_timestamp_base own = *base;
    if (!base->year) {
        fm_timestamp_base_year(&own);
        base = &own;
    }
    fm_time same = in_year(t, base, 0);
    if (base->first != FM_TIME_NONE)
        return same < base->first - 2 * FM_DAY ? in_year(t, base, 1) : same;
    return same > base->reference + FM_DAY ? in_year(t, base, -1) : same;
}

static fm_time resolve_date(fm_time t, const struct fm_timestamp_base *base)
{
    fm_time clock = t - fm_days_from_civil(2000, 1, 1) * FM_DAY;
    fm_time anchor = base->first != FM_TIME_NONE ? base->first : base->reference;
    if (anchor == FM_TIME_NONE)
        return t;
    fm_time same = (anchor / FM_DAY) * FM_DAY + clock;
    if (base->first != FM_TIME_NONE)
        return same < base->first - FM_HOUR ? same + FM_DAY : same;
    return same > anchor ? same - FM_DAY : same;
}

fm_time fm_timestamp_resolve(const struct fm_timestamp *ts, const struct fm_timestamp_base *base)
{
    fm_time t = ts->t;
    if (!ts->has_zone)
        t -= base->zone_s * FM_SEC;
    if (!ts->has_date)
        return resolve_date(t, base);
    return ts->has_year ? t : resolve_year(t, base);
}

/* The remembered zone at r->p, with nothing behind it that could belong to it. */
static bool take_zone(const struct fm_timestamp_cache *c, struct reader *r)
{
    const char *behind = r->p + c->zone_len;
    if (r->to < behind || memcmp(r->p, c->zone, c->zone_len) != 0)
        return false;
    r->p = behind;
    return behind == r->to || (!is_digit(*behind) && !is_letter(*behind) && *behind != ':');
}

static bool has_other_zone(struct reader *r)
{
    (void)read_zone(r);
    return r->has_zone;
}

/* The part behind the seconds, when it is a fraction and the zone that stood there before. */
static bool read_tail(const struct fm_timestamp_cache *c, const char *p, const char *to,
                      struct fm_timestamp *out)
{
    struct reader r = {.p = p + c->len, .to = to};
    (void)read_fraction(&r);
    if (c->zone_len && !take_zone(c, &r))
        return false;
    size_t len = (size_t)(r.p - p);
    if ((!c->zone_len && has_other_zone(&r)) || !at_border(&r))
        return false;
    *out = c->ts;
    out->t += r.ns;
    out->digits = (uint8_t)r.digits;
    out->len = (uint32_t)len;
    return true;
}

static bool is_cached(const struct fm_timestamp_cache *c, const char *p, const char *to)
{
    if (!c->len || (size_t)(to - p) < c->len || memcmp(p, c->text, c->len) != 0)
        return false;
    struct reader r = {.p = p + c->len, .to = to};
    return !c->is_whole || at_border(&r);
}

/* An offset of hours alone behind a blank counts only at the end of a text. */
static bool is_plain_zone(const char *p, const struct fm_timestamp *ts)
{
    const char *zone = p + ts->len - ts->zone_len;
    bool is_loose = ts->zone_len > 1 && zone[0] == ' ' && (zone[1] == '+' || zone[1] == '-');
    return !is_loose || ts->zone_len >= sizeof " +0000" - 1;
}

/* Forms that end with the seconds, their fraction and zone are kept up to the seconds, and the
 * zone; others whole, when they have none. */
static void remember(struct fm_timestamp_cache *c, const char *p, const struct fm_timestamp *ts)
{
    size_t fraction = ts->digits ? ts->digits + 1u : 0;
    c->is_whole = !fm_timestamp_table[ts->form].ends_with_clock;
    c->ts = *ts;
    c->has_form = true;
    c->len = 0;
    c->zone_len = ts->zone_len;
    size_t len = ts->len - ts->zone_len - fraction;
    if (c->is_whole ? ts->has_zone || fraction
                    : ts->zone_len > sizeof c->zone || !is_plain_zone(p, ts))
        return;
    if (len > sizeof c->text)
        return;
    memcpy(c->zone, p + ts->len - ts->zone_len, ts->zone_len);
    c->len = (uint32_t)len;
    memcpy(c->text, p, c->len);
    fm_time part = ts->t % FM_SEC;
    c->ts.t -= part < 0 ? part + FM_SEC : part;
}

/* The same up to two digits of seconds, which most stamps end with: the cache moves on to them. */
static bool step_seconds(struct fm_timestamp_cache *c, const char *p, const char *to)
{
    size_t n = c->len;
    if (c->is_whole || n < 3 || (size_t)(to - p) < n || memcmp(p, c->text, n - 2) != 0)
        return false;
    struct reader was = {.p = c->text + n - 2, .to = c->text + n},
                  now = {.p = p + n - 2, .to = p + n};
    if (!read_range(&was, 2, 0, 60, &was.second) || !read_range(&now, 2, 0, 60, &now.second))
        return false;
    c->ts.t += (now.second - was.second) * FM_SEC;
    memcpy(c->text + n - 2, p + n - 2, 2);
    return true;
}

bool fm_timestamp_read_cached(struct fm_timestamp_cache *c, const char *p, const char *to,
                              unsigned form, struct fm_timestamp *out)
{
    if (c->has_form && c->ts.form == form && (is_cached(c, p, to) || step_seconds(c, p, to))) {
        if (!c->is_whole && read_tail(c, p, to, out))
            return true;
        if (c->is_whole) {
            *out = c->ts;
            return true;
        }
    }
    if (!fm_timestamp_read_form(p, to, form, out))
        return false;
    remember(c, p, out);
    return true;
}
