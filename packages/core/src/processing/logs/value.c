/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/value.h"

#include <string.h>

#include "processing/timestamp.h"

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
    *w = (struct fm_logs_word){.p = p};
    for (;;) {
        unsigned c;
        while (p < end && ((c = fm_ch(*p)) & FM_CH_WORD)) {
            w->mask |= c;
            p++;
        }
        size_t n = joint(p, end);
        if (!n)
            break;
        w->dots += *p == '.';
        w->dashes += *p == '-';
        w->ats += *p == '@';
        p += n;
    }
    w->len = (size_t)(p - w->p);
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

/* Cheap look at the first bytes: can a date begin here? */
static bool may_be_date(const char *p, const char *end)
{
    size_t n = digits(p, end);
    const char *q = p + n;
    if (n == 0 || n > 8 || end - q < 4)
        return false;
    if (n == 8 || n == 6)
        return *q == ' ' || *q == '-' || *q == 'T' || *q == '_';
    if (n > 2)
        return n == 4 && (*q == '-' || *q == '/' || *q == '.') && fm_ch_is_digit(q[1]) &&
               fm_ch_is_digit(q[2]);
    if (*q == ' ')
        return (fm_ch(q[1]) & FM_CH_UPPER) != 0;
    if (*q == '.')
        return n == 2 && fm_ch_is_digit(q[1]) && fm_ch_is_digit(q[2]) &&
               (q[3] == '.' || q[3] == ' ');
    return *q == '/' || *q == '-';
}

size_t fm_logs_match_time(const char *p, const char *end)
{
    struct fm_timestamp ts;
    if (fm_ch_is_digit(*p) && !may_be_date(p, end))
        return 0;
    if (!fm_timestamp_read(p, end, &ts) || !ts.has_date ||
        strchr(fm_timestamp_form_text(ts.form), 'E'))
        return 0;
    return at_border(p + ts.len, end) ? ts.len : 0;
}

size_t fm_logs_match_clock(const char *p, const char *end)
{
    const char *q = p + digits(p, end);
    unsigned parts = 0;
    while (q < end && *q == ':' && digits(q + 1, end) == 2 && parts < 3) {
        q += 3;
        parts++;
    }
    if (parts == 0 || parts > 2 || q - p > 12)
        return 0;
    if (q + 1 < end && (*q == '.' || *q == ',') && fm_ch_is_digit(q[1]))
        q += 1 + digits(q + 1, end);
    return at_border(q, end) && (q >= end || *q != ':' || q + 1 >= end || !fm_ch_is_word(q[1]))
               ? (size_t)(q - p)
               : 0;
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

size_t fm_logs_match_ipv4(const char *p, const char *end)
{
    const char *q = p;
    for (unsigned i = 0; i < 4; i++) {
        size_t n = digits(q, end);
        if (n == 0 || n > 3)
            return 0;
        q += n;
        if (i < 3 && (q >= end || *q++ != '.'))
            return 0;
    }
    if (!at_border(q, end) || (q + 1 < end && *q == '.' && fm_ch_is_word(q[1])))
        return 0;
    if (q + 1 < end && *q == '/' && digits(q + 1, end) && digits(q + 1, end) <= 5)
        return (size_t)(q - p) + 1 + digits(q + 1, end);
    return (size_t)(q - p) + fm_logs_match_port(q, end);
}

size_t fm_logs_match_ipv6(const char *p, const char *end)
{
    const char *q = p;
    unsigned colons = 0, groups = 0;
    bool has_gap = false;
    while (q < end && q - p < 64) {
        size_t n = hex_digits(q, end);
        groups += n != 0;
        q += n;
        if (n > 4 || q >= end || *q != ':')
            break;
        has_gap |= q + 1 < end && q[1] == ':';
        colons++;
        q++;
    }
    if (colons < 2 || groups < 1 || (!has_gap && colons < 7) || colons > 8 || q[-1] == ':')
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

static bool is_path_start(const char *p, const char *end)
{
    if (end - p < 2)
        return false;
    if (*p == '/')
        return p[1] != '/' && (fm_ch_is_word(p[1]) || strchr(".*~%<[{+-", p[1]));
    if (*p == '.')
        return p[1] == '/' || (end - p > 2 && p[1] == '.' && p[2] == '/');
    return (fm_ch(*p) & FM_CH_ALPHA) && end - p > 3 && p[1] == ':' &&
           (p[2] == '\\' || (p[2] == '/' && p[3] != '/'));
}

size_t fm_logs_match_path(const char *p, const char *end)
{
    const char *q = p;
    if (!is_path_start(p, end))
        return p + 1 < end && *p == '/' && (fm_ch_is_space(p[1])) ? 1 : 0;
    bool has_query = false;
    if (fm_ch(*p) & FM_CH_ALPHA)
        q += 2;
    for (; q < end && !fm_ch_is_space(*q); q++) {
        if (*q == '?')
            has_query = true;
        if (*q == '"' || *q == '\'' ||
            (!has_query && ((fm_ch(*q) & FM_CH_STOP) || *q == ':' || *q == '=')))
            break;
    }
    return (size_t)(q - p);
}

#define PACK1(a) ((uint32_t)(unsigned char)(a))
#define PACK2(a, b) (PACK1(a) << 8 | PACK1(b))
#define PACK3(a, b, c) (PACK2(a, b) << 8 | PACK1(c))
#define PACK4(a, b, c, d) (PACK3(a, b, c) << 8 | PACK1(d))

static uint32_t pack(const char *p, size_t n)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | PACK1(p[i]);
    return v;
}

/* Units that programs glue to a number. */
static bool is_glued_unit(const char *p, size_t n)
{
    if (n == 0 || n > 4)
        return false;
    switch (pack(p, n)) {
    case PACK1('B'):
    case PACK1('K'):
    case PACK1('k'):
    case PACK1('M'):
    case PACK1('G'):
    case PACK1('T'):
    case PACK1('b'):
    case PACK1('m'):
    case PACK1('s'):
    case PACK1('h'):
    case PACK1('d'):
    case PACK1('C'):
    case PACK1('F'):
    case PACK1('W'):
    case PACK1('V'):
    case PACK1('L'):
    case PACK1('x'):
    case PACK2('K', 'B'):
    case PACK2('k', 'B'):
    case PACK2('M', 'B'):
    case PACK2('G', 'B'):
    case PACK2('T', 'B'):
    case PACK2('P', 'B'):
    case PACK2('K', 'i'):
    case PACK2('M', 'i'):
    case PACK2('G', 'i'):
    case PACK2('T', 'i'):
    case PACK2('k', 'b'):
    case PACK2('m', 'b'):
    case PACK2('g', 'b'):
    case PACK2('m', 's'):
    case PACK2('u', 's'):
    case PACK2('n', 's'):
    case PACK2('H', 'z'):
    case PACK3('\xC2', '\xB5', 's'):
    case PACK3('K', 'i', 'B'):
    case PACK3('M', 'i', 'B'):
    case PACK3('G', 'i', 'B'):
    case PACK3('T', 'i', 'B'):
    case PACK3('M', 'H', 'z'):
    case PACK3('G', 'H', 'z'):
    case PACK3('k', 'H', 'z'):
    case PACK3('M', 'h', 'z'):
    case PACK3('s', 'e', 'c'):
    case PACK3('m', 'i', 'n'):
    case PACK3('p', 'c', 't'):
    case PACK4('s', 'e', 'c', 's'):
    case PACK4('m', 'i', 'n', 's'):
    case PACK4('k', 'b', 'p', 's'):
    case PACK4('M', 'b', 'p', 's'):
    case PACK4('G', 'b', 'p', 's'):
        return true;
    default:
        return false;
    }
}

/* 1h2m3s, 1m30.5s: several numbers with units, as Go and systemd write durations. */
static size_t compound_duration(const char *p, const char *end)
{
    const char *q = p;
    unsigned parts = 0;
    while (q < end && fm_ch_is_digit(*q)) {
        q += digits(q, end);
        if (q + 1 < end && *q == '.' && fm_ch_is_digit(q[1]))
            q += 1 + digits(q + 1, end);
        size_t n = 0;
        while (q + n < end && (fm_ch(q[n]) & (FM_CH_LOWER | FM_CH_WORDX)))
            n++;
        if (n == 0 || n > 3 || !is_glued_unit(q, n))
            return 0;
        q += n;
        parts++;
    }
    return parts >= 2 && at_border(q, end) ? (size_t)(q - p) : 0;
}

size_t fm_logs_match_number(const char *p, const char *end)
{
    const char *q = p;
    if (q < end && (*q == '-' || *q == '+'))
        q++;
    size_t n = digits(q, end);
    if (n == 0)
        return 0;
    const char *first = q;
    q += n;
    if (q + 1 < end && *q == '.' && fm_ch_is_digit(q[1]))
        q += 1 + digits(q + 1, end);
    if (end - q > 2 && (*q == 'e' || *q == 'E') && (q[1] == '-' || q[1] == '+') &&
        fm_ch_is_digit(q[2]))
        q += 2 + digits(q + 2, end);
    size_t unit = 0;
    while (q + unit < end && fm_ch_is_word(q[unit]) && !fm_ch_is_digit(q[unit]))
        unit++;
    if (unit && !is_glued_unit(q, unit))
        return 0;
    if (at_border(q + unit, end))
        return (size_t)(q + unit - p);
    n = compound_duration(first, end);
    return n ? (size_t)(first - p) + n : 0;
}

static size_t match_size_unit(const char *p, const char *end)
{
    size_t n = 0;
    while (p + n < end && n < 6 && (fm_ch(p[n]) & FM_CH_ALPHA))
        n++;
    if (!at_border(p + n, end) || n == 0 || n > 5)
        return 0;
    if (n == 1)
        return *p == 'B';
    if (n == 2)
        return p[1] == 'B' && strchr("KkMGT", *p) ? 2 : 0;
    if (n == 3)
        return p[1] == 'i' && p[2] == 'B' && strchr("KMGT", *p) ? 3 : 0;
    return (*p | 32) == 'b' && memcmp(p + 1, "ytes", n - 1) == 0 ? n : 0;
}

size_t fm_logs_match_unit(const char *p, const char *end)
{
    if (end - p < 2 || *p != ' ' || !strchr("bBkKMGT", p[1]))
        return 0;
    size_t n = match_size_unit(p + 1, end);
    if (!n)
        return 0;
    const char *q = p + 1 + n;
    if (end - q < 6 || q[0] != ' ' || q[1] != '(' || !fm_ch_is_digit(q[2]))
        return n + 1;
    const char *r = q + 2 + digits(q + 2, end);
    if (r + 1 < end && *r == '.')
        r += 1 + digits(r + 1, end);
    if (r >= end || *r != ' ' || !(n = match_size_unit(r + 1, end)) || r + 1 + n >= end ||
        r[1 + n] != ')')
        return (size_t)(q - p);
    return (size_t)(r + n + 2 - p);
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
