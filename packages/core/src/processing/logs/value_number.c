/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and their units. */
#include "processing/logs/value.h"

#include <string.h>

static size_t digits(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && fm_ch_is_digit(*q))
        q++;
    return (size_t)(q - p);
}

static bool at_border(const char *p, const char *end)
{
    return p >= end || !fm_ch_is_word(*p);
}

/* Units that programs glue to a number, by length; each stands between blanks. */
static const char *const glued[] = {
    "",
    " B K k M G T b m s h d C F W V L x ",
    " KB kB MB GB TB PB Ki Mi Gi Ti kb mb gb ms us ns Hz ",
    " KiB MiB GiB TiB MHz GHz kHz Mhz sec min pct \xC2\xB5s ",
    " secs mins kbps Mbps Gbps ",
};

static bool is_glued_unit(const char *p, size_t n)
{
    if (n == 0 || n > 4)
        return false;
    for (const char *u = glued[n] + 1; *u; u += n + 1)
        if (memcmp(u, p, n) == 0)
            return true;
    return false;
}

/* Digits with an optional fraction. */
static const char *decimal(const char *p, const char *end)
{
    p += digits(p, end);
    if (p + 1 < end && *p == '.' && fm_ch_is_digit(p[1]))
        p += 1 + digits(p + 1, end);
    return p;
}

/* 1h2m3s, 1m30.5s: several numbers with units, as Go and systemd write durations. */
static size_t compound_duration(const char *p, const char *end)
{
    const char *q = p;
    unsigned parts = 0;
    for (; q < end && fm_ch_is_digit(*q); parts++) {
        q = decimal(q, end);
        size_t n = 0;
        while (q + n < end && (fm_ch(q[n]) & (FM_CH_LOWER | FM_CH_WORDX)))
            n++;
        if (n > 3 || !is_glued_unit(q, n))
            return 0;
        q += n;
    }
    return parts >= 2 && at_border(q, end) ? (size_t)(q - p) : 0;
}

/* "e-05" behind a number. */
static size_t exponent(const char *p, const char *end)
{
    if (end - p < 3 || (*p | 32) != 'e' || (p[1] != '-' && p[1] != '+') || !fm_ch_is_digit(p[2]))
        return 0;
    return 2 + digits(p + 2, end);
}

static size_t unit_length(const char *p, const char *end)
{
    size_t n = 0;
    while (p + n < end && fm_ch_is_word(p[n]) && !fm_ch_is_digit(p[n]))
        n++;
    return n;
}

size_t fm_logs_match_number(const char *p, const char *end)
{
    const char *first = p + (p < end && (*p == '-' || *p == '+'));
    if (first >= end || !fm_ch_is_digit(*first))
        return 0;
    const char *q = decimal(first, end);
    q += exponent(q, end);
    size_t unit = unit_length(q, end);
    if (unit && !is_glued_unit(q, unit))
        return 0;
    if (at_border(q + unit, end))
        return (size_t)(q + unit - p);
    size_t n = compound_duration(first, end);
    return n ? (size_t)(first - p) + n : 0;
}

/* byte bytes Bytes B kB..TB KiB..TiB, the whole word at p. */
static size_t match_size_unit(const char *p, const char *end)
{
    static const char *const units[] = {
        "", " B ", " KB kB MB GB TB ", " KiB MiB GiB TiB ", " byte Byte ", " bytes Bytes "};
    size_t n = unit_length(p, end);
    if (n == 0 || n > 5 || !at_border(p + n, end))
        return 0;
    for (const char *u = units[n] + 1; *u; u += n + 1)
        if (memcmp(u, p, n) == 0)
            return n;
    return 0;
}

/* " (4.4 KB)" at p. */
static size_t match_second_size(const char *p, const char *end)
{
    if (end - p < 6 || p[0] != ' ' || p[1] != '(' || !fm_ch_is_digit(p[2]))
        return 0;
    const char *q = decimal(p + 2, end);
    if (q >= end || *q != ' ')
        return 0;
    size_t n = match_size_unit(q + 1, end);
    return n && q + 1 + n < end && q[1 + n] == ')' ? (size_t)(q + n + 2 - p) : 0;
}

size_t fm_logs_match_unit(const char *p, const char *end)
{
    if (end - p < 2 || *p != ' ' || !strchr("bBkKMGT", p[1]))
        return 0;
    size_t n = match_size_unit(p + 1, end);
    return n ? n + 1 + match_second_size(p + 1 + n, end) : 0;
}
