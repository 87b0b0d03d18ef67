/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/timestamp_forms.h"

#include <string.h>
#include <strings.h>

#include "processing/timestamp.h"

#define FULL true, true
#define NO_YEAR true, false
#define CLOCK false, false
#define ON_REQUEST 2

/* Longer forms stand before those that are their beginning. */
const struct fm_timestamp_form fm_timestamp_table[] = {
    {"Y~M~DTH:m:sfz", FULL, false, true, 4, 4,
     '~'}, /* ISO 8601, RFC 3339 and their looser relatives */
    {"Y~M~D h:m:sf pz", FULL, false, false, 4, 4, '~'}, /* 2024-04-23  9:24:31 AM */
    {"Y~M~DTH.m.sfz", FULL, false, true, 4, 4, '~'},    /* clock with dots */
    {"YMDTh:i:jfz", FULL, false, true, 8, 8, '\0'},     /* 20171223-22:15:29:606 */
    {"YMDTHmsfz", FULL, false, true, 8, 8, '\0'},       /* 20250701T120000Z */
    {"y~M~D H:m:sf", FULL, false, true, 2, 2, '~'},     /* 17/06/09 20:10:40 */
    {"yMD h:m:sf", FULL, false, true, 6, 6, ' '},       /* 160205  8:03:11 */
    {"yMD Hmsf", FULL, false, true, 6, 6, ' '},         /* 081109 203615 */
    {"D/b/YTH:m:sfz", FULL, false, true, 2, 2, '/'},    /* common log format */
    {"d b YTH:m:sfz", FULL, false, true, 1, 2, ' '},    /* 29 Aug 2023 13:47:38.984 */
    {"d-b-YTH:m:sfz", FULL, false, true, 1, 2, '-'},    /* 29-Aug-2023 13:47:38.984 */
    {"O/d/YTh:m:sfpz", FULL, false, false, 1, 2, '/'},  /* 7/1/2025 1:02:03 PM */
    {"D~M~YTH:m:sfz", FULL, false, true, 2, 2, '~'},    /* 31.12.2025 12:00:00 */
    {"d b H:m:sfz", NO_YEAR, false, true, 1, 2, ' '},   /* 14 Nov 07:01:22.119 */
    {"M~D H:m:sf", NO_YEAR, false, true, 2, 2, '~'},    /* 03-17 16:13:38.811 */
    {"E", true, true, false, false, 10, 19,
     '\0'},                                     /* 1117838570, 1697048351.000001, 1525344856899 */
    {"Y~M~D", FULL, false, false, 4, 4, '~'},   /* a date alone */
    {"H:m:sfz", CLOCK, false, true, 2, 2, ':'}, /* a clock alone */
    {"a b d H:m:sf Y", FULL, true, false, 0, 0, '\0'},  /* Sun Dec 04 04:47:44 2005 */
    {"a b d H:m:sfz Y", FULL, true, false, 0, 0, '\0'}, /* Fri Jun 17 07:07:00 EDT 2005 */
    {"a d b Y H:m:sfz", FULL, true, false, 0, 0, '\0'}, /* RFC 1123 */
    {"b d Y H:m:sfpz", FULL, true, false, 0, 0, '\0'},  /* Jul 01 2025 12:00:00 */
    {"b d, Y h:m:sfpz", FULL, true, false, 0, 0, '\0'}, /* Jul 1, 2025 1:02:03 PM */
    {"b-d H:m:sfz", NO_YEAR, true, true, 0, 0, '\0'},   /* Mar-18 21:41:15.684 */
    {"a b d H:m:sfz", NO_YEAR, true, true, 0, 0, '\0'}, /* Sun Dec 04 04:47:44 */
    {"b d H:m:sf Y", FULL, true, false, 0, 0, '\0'},    /* Jul  1 09:00:55 2025 */
    {"b d H:m:sfz", NO_YEAR, true, true, 0, 0, '\0'},   /* RFC 3164 */
    /* only read on request: fm_timestamp_forms() counts those above */
    {"MD H:m:sf", NO_YEAR, false, true, 0, 0, '\0'}, /* klog */
    {"YMD H:m:sf", FULL, false, true, 0, 0, '\0'},   /* glog 0.6 */
    {NULL, CLOCK, false, false, 0, 0, '\0'},
};

unsigned fm_timestamp_forms(void)
{
    return sizeof fm_timestamp_table / sizeof *fm_timestamp_table - ON_REQUEST - 1;
}

const char *fm_timestamp_form_text(unsigned form)
{
    return form < fm_timestamp_forms() ? fm_timestamp_table[form].text : "";
}

bool fm_timestamp_form_is_full(unsigned form)
{
    return form < fm_timestamp_forms() && fm_timestamp_table[form].has_date &&
           strpbrk(fm_timestamp_table[form].text, "sj");
}

#define PACK(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

struct name {
    uint32_t first; /* three letters, lower case */
    const char *rest;
};

static const struct name months[] = {
    {PACK('j', 'a', 'n'), "uary"}, {PACK('f', 'e', 'b'), "ruary"}, {PACK('m', 'a', 'r'), "ch"},
    {PACK('a', 'p', 'r'), "il"},   {PACK('m', 'a', 'y'), ""},      {PACK('j', 'u', 'n'), "e"},
    {PACK('j', 'u', 'l'), "y"},    {PACK('a', 'u', 'g'), "ust"},   {PACK('s', 'e', 'p'), "tember"},
    {PACK('o', 'c', 't'), "ober"}, {PACK('n', 'o', 'v'), "ember"}, {PACK('d', 'e', 'c'), "ember"}};

static const struct name weekdays[] = {
    {PACK('m', 'o', 'n'), "day"},   {PACK('t', 'u', 'e'), "sday"}, {PACK('w', 'e', 'd'), "nesday"},
    {PACK('t', 'h', 'u'), "rsday"}, {PACK('f', 'r', 'i'), "day"},  {PACK('s', 'a', 't'), "urday"},
    {PACK('s', 'u', 'n'), "day"}};

static bool is_letter(char c)
{
    return (unsigned)((c | 32) - 'a') < 26;
}

/* Is the text behind the three letters nothing, or the rest of the whole name? */
static bool ends_name(const char *p, size_t len, const char *rest)
{
    if (len == 0 || !is_letter(*p))
        return true;
    size_t n = strlen(rest);
    return n && len >= n && strncasecmp(p, rest, n) == 0 && (len == n || !is_letter(p[n]));
}

/* Index + 1 of the name that the text begins with, whole or its first three letters, with no letter
 * behind it. */
static int find_name(const char *p, size_t len, const struct name *names, int n)
{
    if (len < 3 || !is_letter(p[0]) || !is_letter(p[1]) || !is_letter(p[2]))
        return 0;
    uint32_t first = PACK(p[0] | 32, p[1] | 32, p[2] | 32);
    for (int i = 0; i < n; i++)
        if (names[i].first == first)
            return ends_name(p + 3, len - 3, names[i].rest) ? i + 1 : 0;
    return 0;
}

int fm_timestamp_month(const char *p, size_t len)
{
    return find_name(p, len, months, 12);
}

bool fm_timestamp_weekday(const char *p, size_t len)
{
    return find_name(p, len, weekdays, 7) != 0;
}

/* What a text begins with, as far as it decides which forms can match. */
static char shape_of_digits(const char *p, size_t len, size_t *digits)
{
    size_t n = 0;
    while (n < len && n < 20 && (unsigned)(p[n] - '0') <= 9)
        n++;
    *digits = n;
    return n < len ? p[n] : '\0';
}

static uint32_t forms_of_digits(const char *p, size_t len)
{
    size_t n;
    char c = shape_of_digits(p, len, &n);
    bool is_date_mark = c == '-' || c == '/' || c == '.';
    uint32_t forms = 0;
    for (unsigned i = 0; i < fm_timestamp_forms(); i++) {
        const struct fm_timestamp_form *f = &fm_timestamp_table[i];
        if (!f->begins_with_letter && n >= f->digits_min && n <= f->digits_max &&
            (f->mark == '~' ? is_date_mark : f->mark == '\0' || f->mark == c))
            forms |= 1u << i;
    }
    return forms;
}

static uint32_t forms_of_letters(char directive)
{
    uint32_t forms = 0;
    for (unsigned i = 0; i < fm_timestamp_forms(); i++)
        if (fm_timestamp_table[i].text[0] == directive)
            forms |= 1u << i;
    return forms;
}

uint32_t fm_timestamp_candidates(const char *p, size_t len)
{
    while (len && *p == ' ') {
        p++;
        len--;
    }
    if (len < 5)
        return 0;
    if ((unsigned)(*p - '0') <= 9)
        return forms_of_digits(p, len);
    if (fm_timestamp_month(p, len))
        return forms_of_letters('b');
    return fm_timestamp_weekday(p, len) ? forms_of_letters('a') : 0;
}

bool fm_timestamp_zone(const char *p, size_t len, int32_t *seconds_east)
{
    if (len == 0 || len > 4 || (unsigned)(p[0] - 'A') >= 26)
        return false;
    /* Only abbreviations with one common meaning. */
    static const struct {
        char name[4]; /* padded with NUL */
        int16_t minutes;
    } zones[] = {{"Z", 0},      {"UTC", 0},    {"GMT", 0},    {"EST", -300}, {"EDT", -240},
                 {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
                 {"CET", 60},   {"CEST", 120}, {"EET", 120},  {"EEST", 180}, {"WET", 0},
                 {"WEST", 60},  {"MSK", 180},  {"JST", 540},  {"KST", 540},  {"AEST", 600},
                 {"AEDT", 660}, {"HKT", 480},  {"SGT", 480},  {"NZST", 720}};
    char name[4] = {0};
    memcpy(name, p, len);
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (memcmp(zones[i].name, name, sizeof name) == 0) {
            *seconds_east = zones[i].minutes * 60;
            return true;
        }
    return false;
}
