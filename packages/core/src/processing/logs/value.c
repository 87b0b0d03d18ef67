/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/value.h"

#include <string.h>

#include "processing/timestamp.h"
#include "processing/timestamp_forms.h"

const char *fm_logs_value_type_name(enum fm_logs_value_type t)
{
    static const char *const names[] = {
#define FM_LOGS_VALUE_NAME(sym, name) name,
        FM_LOGS_VALUE_TYPES(FM_LOGS_VALUE_NAME)
#undef FM_LOGS_VALUE_NAME
    };
    return (unsigned)t < FM_LOGS_VALUE_COUNT ? names[t] : "unknown";
}

/* Length of what joins two words at p: one of . - @, or up to three dashes (host labels may hold
 * them: RFC 5891). */
static size_t joint(const char *p, const char *end)
{
    size_t n = 1;
    if (p + 1 >= end || !(fm_ch(*p) & FM_CH_JOIN))
        return 0;
    while (*p == '-' && n < 3 && p + n + 1 < end && p[n] == '-')
        n++;
    return p + n < end && (fm_ch(p[n]) & FM_CH_WORD) ? n : 0;
}

const char *fm_logs_word_scan(const char *p, const char *end, struct fm_logs_word *w)
{
    const char *from = p;
    unsigned mask = 0, dots = 0, dashes = 0, ats = 0;
    for (;;) {
        unsigned c;
        while (p < end && ((c = fm_ch(*p)) & FM_CH_WORD)) {
            mask |= c;
            p++;
        }
        size_t n = joint(p, end);
        if (!n)
            break;
        dots += *p == '.';
        dashes += *p == '-';
        ats += *p == '@';
        p += n;
    }
    *w = (struct fm_logs_word){.p = from,
                               .len = (size_t)(p - from),
                               .mask = mask,
                               .dots = dots,
                               .dashes = dashes,
                               .ats = ats};
    return p;
}

static size_t digits(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && fm_ch_is_digit(*q))
        q++;
    return (size_t)(q - p);
}

static size_t hex_digits(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && fm_ch_is_hex(*q))
        q++;
    return (size_t)(q - p);
}

static bool at_border(const char *p, const char *end)
{
    return p >= end || !fm_ch_is_word(*p);
}

/* The year of 31.12.2025 or the day of 25.12.31, as addresses do not go on. */
static bool is_third_part(const char *p, const char *end)
{
    size_t n = digits(p, end);
    return (n == 2 || n == 4) && p + n < end && p[n] != '.';
}

/* Do the digits before a date mark look like a year, a month or a day? */
static bool may_be_marked_date(const char *q, const char *end, size_t n)
{
    bool has_two = fm_ch_is_digit(q[1]) && fm_ch_is_digit(q[2]);
    if (n == 4)
        return has_two;
    if (*q == '.')
        return n == 2 && has_two && (q[3] == '.' ? is_third_part(q + 4, end) : q[3] == ' ');
    return n <= 2;
}

/* Cheap look at the first bytes: can a date begin here? */
static bool may_be_date(const char *p, const char *end)
{
    size_t n = digits(p, end);
    const char *q = p + n;
    if (n == 0 || n > 8 || end - q < 4)
        return false;
    switch (*q) {
    case ' ':
        return n <= 2 ? (fm_ch(q[1]) & FM_CH_UPPER) != 0 : n == 6 || n == 8;
    case 'T':
    case '_':
        return n == 8;
    case '-':
        return n == 8 || may_be_marked_date(q, end, n);
    case '/':
    case '.':
        return may_be_marked_date(q, end, n);
    default:
        return false;
    }
}

bool fm_logs_may_be_time(const char *p, const char *end)
{
    return fm_ch_is_digit(*p) ? may_be_date(p, end)
                              : fm_timestamp_candidates(p, (size_t)(end - p)) != 0;
}

size_t fm_logs_match_time(const char *p, const char *end)
{
    struct fm_timestamp ts;
    if (!fm_timestamp_read(p, end, &ts) || !ts.has_date ||
        strchr(fm_timestamp_form_text(ts.form), 'E'))
        return 0;
    return at_border(p + ts.len, end) ? ts.len : 0;
}

/* ".123" or ",123" at p. */
static size_t fraction(const char *p, const char *end)
{
    return p + 1 < end && (*p == '.' || *p == ',') && fm_ch_is_digit(p[1]) ? 1 + digits(p + 1, end)
                                                                           : 0;
}

size_t fm_logs_match_clock(const char *p, const char *end)
{
    const char *q = p + digits(p, end);
    unsigned parts = 0;
    for (; q < end && *q == ':' && digits(q + 1, end) == 2 && parts < 3; parts++)
        q += 3;
    if (parts == 0 || parts > 2 || q - p > 12)
        return 0;
    q += fraction(q, end);
    bool goes_on = q + 1 < end && *q == ':' && fm_ch_is_word(q[1]);
    return at_border(q, end) && !goes_on ? (size_t)(q - p) : 0;
}

size_t fm_logs_match_uuid(const char *p, const char *end)
{
    static const uint8_t parts[] = {8, 4, 4, 4, 12};
    if (end - p < 36 || p[8] != '-')
        return 0;
    const char *q = p;
    for (size_t i = 0; i < sizeof parts; i++) {
        if (hex_digits(q, q + parts[i]) != parts[i])
            return 0;
        q += parts[i];
        if (i < 4 && *q++ != '-')
            return 0;
    }
    return at_border(q, end) ? 36 : 0;
}

size_t fm_logs_match_mac(const char *p, const char *end)
{
    const char *q = p;
    unsigned pairs = 0;
    while (end - q >= 2 && hex_digits(q, q + 2) == 2) {
        q += 2;
        pairs++;
        if (end - q < 3 || *q != ':')
            break;
        q++;
    }
    return pairs >= 6 && at_border(q, end) ? (size_t)(q - p) : 0;
}

size_t fm_logs_match_port(const char *p, const char *end)
{
    if (p >= end || *p != ':')
        return 0;
    size_t n = digits(p + 1, end);
    return n >= 1 && n <= 6 && p[1] != '0' && at_border(p + 1 + n, end) ? n + 1 : 0;
}

/* Four numbers of up to three digits with dots between them. */
static const char *dotted_quad(const char *p, const char *end)
{
    for (unsigned i = 0; i < 4; i++) {
        size_t n = digits(p, end);
        if (n == 0 || n > 3)
            return NULL;
        p += n;
        if (i < 3 && (p >= end || *p++ != '.'))
            return NULL;
    }
    return p;
}

size_t fm_logs_match_ipv4(const char *p, const char *end)
{
    const char *q = dotted_quad(p, end);
    if (!q || !at_border(q, end) || (q + 1 < end && *q == '.' && fm_ch_is_word(q[1])))
        return 0;
    size_t n = q + 1 < end && *q == '/' ? digits(q + 1, end) : 0;
    if (n && n <= 5)
        return (size_t)(q - p) + 1 + n;
    return (size_t)(q - p) + fm_logs_match_port(q, end);
}

struct groups {
    unsigned colons, groups;
    bool has_gap; /* "::" */
};

/* Hex groups and colons; returns their end. */
static const char *read_groups(const char *p, const char *end, struct groups *g)
{
    const char *limit = end - p > 64 ? p + 64 : end;
    while (p < limit) {
        size_t n = hex_digits(p, end);
        g->groups += n != 0;
        p += n;
        if (n > 4 || p >= end || *p != ':')
            break;
        g->has_gap |= p + 1 < end && p[1] == ':';
        g->colons++;
        p++;
    }
    return p;
}

static bool is_address(const struct groups *g)
{
    return g->colons >= 2 && g->colons <= 8 && g->groups >= 1 && (g->has_gap || g->colons == 7);
}

size_t fm_logs_match_ipv6(const char *p, const char *end)
{
    struct groups g = {0};
    const char *q = read_groups(p, end, &g);
    if (!is_address(&g) || q[-1] == ':')
        return 0;
    if (q < end && (*q == '/' || *q == '%'))
        for (q++; q < end && fm_ch_is_word(*q);)
            q++;
    return at_border(q, end) ? (size_t)(q - p) : 0;
}

size_t fm_logs_match_bus(const char *p, const char *end)
{
    const char *q = p;
    if (hex_digits(q, end) == 4 && end - q > 4 && q[4] == ':')
        q += 5;
    if (end - q < 7 || hex_digits(q, end) != 2 || q[2] != ':' || hex_digits(q + 3, end) != 2 ||
        q[5] != '.' || hex_digits(q + 6, end) != 1)
        return 0;
    return (size_t)(q + 7 - p);
}

/* Up to white space, a quote or a closing mark; what ends a sentence stays outside. */
size_t fm_logs_match_url(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && !fm_ch_is_space(*q) && *q != '"' && *q != '\'' && *q != '<' && *q != '>' &&
           *q != '`')
        q++;
    while (q > p && (fm_ch2(q[-1]) & FM_CH2_TRAILING))
        q--;
    return (size_t)(q - p);
}

static bool is_drive(const char *p, const char *end)
{
    if (end - p < 4 || !(fm_ch(*p) & FM_CH_ALPHA) || p[1] != ':')
        return false;
    return p[2] == '\\' || (p[2] == '/' && p[3] != '/');
}

static bool is_path_start(const char *p, const char *end)
{
    if (end - p < 2)
        return false;
    if (*p == '/')
        return p[1] != '/' && (fm_ch_is_word(p[1]) || strchr(".*~%<[{+-", p[1]));
    if (*p == '.')
        return p[1] == '/' || (end - p > 2 && p[1] == '.' && p[2] == '/');
    return is_drive(p, end);
}

static const char *skip_query(const char *p, const char *end)
{
    while (p < end && !fm_ch_is_space(*p) && *p != '"' && *p != '\'')
        p++;
    return p;
}

size_t fm_logs_match_path(const char *p, const char *end)
{
    if (!is_path_start(p, end))
        return p + 1 < end && *p == '/' && fm_ch_is_space(p[1]) ? 1 : 0;
    const char *q = fm_ch(*p) & FM_CH_ALPHA ? p + 2 : p;
    while (q < end && !(fm_ch2(*q) & FM_CH2_PATH_END) && *q != '?')
        q++;
    return (size_t)((q < end && *q == '?' ? skip_query(q, end) : q) - p);
}

size_t fm_logs_match_request(const char *p, const char *end)
{
    if (end - p < 9 || memcmp(p, " HTTP/", 6) != 0 || !fm_ch_is_digit(p[6]))
        return 0;
    const char *q = p + 7;
    if (q + 1 < end && *q == '.' && fm_ch_is_digit(q[1]))
        q += 2;
    return at_border(q, end) ? (size_t)(q - p) : 0;
}
