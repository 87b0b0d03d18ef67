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
    {"Y~M~DTH:m:sfz", FULL, false, true},    /* ISO 8601, RFC 3339 and their looser relatives */
    {"Y~M~D h:m:sf pz", FULL, false, false}, /* 2024-04-23  9:24:31 AM */
    {"Y~M~DTH.m.sfz", FULL, false, true},    /* clock with dots */
    {"YMDTH:m:sfz", FULL, false, true},      /* 20171223-22:15:29:606 */
    {"YMDTHmsfz", FULL, false, true},        /* 20250701T120000Z */
    {"y~M~D H:m:sf", FULL, false, true},     /* 17/06/09 20:10:40 */
    {"yMD h:m:sf", FULL, false, true},       /* 160205  8:03:11 */
    {"yMD Hmsf", FULL, false, true},         /* 081109 203615 */
    {"D/b/YTH:m:sfz", FULL, false, true},    /* common log format */
    {"d b YTH:m:sfz", FULL, false, true},    /* 29 Aug 2023 13:47:38.984 */
    {"d-b-YTH:m:sfz", FULL, false, true},    /* 29-Aug-2023 13:47:38.984 */
    {"O/d/YTh:m:sfpz", FULL, false, false},  /* 7/1/2025 1:02:03 PM */
    {"D~M~YTH:m:sfz", FULL, false, true},    /* 31.12.2025 12:00:00 */
    {"d b H:m:sfz", NO_YEAR, false, true},   /* 14 Nov 07:01:22.119 */
    {"M~D H:m:sf", NO_YEAR, false, true},    /* 03-17 16:13:38.811 */
    {"E", true, true, false, false},         /* 1117838570, 1697048351.000001, 1525344856899 */
    {"Y~M~D", FULL, false, false},           /* a date alone */
    {"H:m:sfz", CLOCK, false, true},         /* a clock alone */
    {"a b d H:m:sf Y", FULL, true, false},   /* Sun Dec 04 04:47:44 2005 */
    {"a b d H:m:sfz Y", FULL, true, false},  /* Fri Jun 17 07:07:00 EDT 2005 */
    {"a d b Y H:m:sfz", FULL, true, false},  /* RFC 1123 */
    {"b d Y H:m:sfpz", FULL, true, false},   /* Jul 01 2025 12:00:00 */
    {"b d, Y h:m:sfpz", FULL, true, false},  /* Jul 1, 2025 1:02:03 PM */
    {"b-d H:m:sfz", NO_YEAR, true, true},    /* Mar-18 21:41:15.684 */
    {"a b d H:m:sfz", NO_YEAR, true, true},  /* Sun Dec 04 04:47:44 */
    {"b d H:m:sf Y", FULL, true, false},     /* Jul  1 09:00:55 2025 */
    {"b d H:m:sfz", NO_YEAR, true, true},    /* RFC 3164 */
    /* only read on request: fm_timestamp_forms() counts those above */
    {"MD H:m:sf", NO_YEAR, false, true}, /* klog */
    {"YMD H:m:sf", FULL, false, true},   /* glog 0.6 */
    {NULL, CLOCK, false, false},
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
           strchr(fm_timestamp_table[form].text, 's');
}

/* Index + 1 of the name that the text begins with, whole or its first three letters, with no letter
 * behind it. */
static int find_name(const char *p, size_t len, const char *const *names, int n)
{
    size_t letters = 0;
    while (letters < len && letters < 10 && (unsigned)((p[letters] | 32) - 'a') < 26)
        letters++;
    if (letters < 3 || letters > 9)
        return 0;
    for (int i = 0; i < n; i++)
        if (strncasecmp(p, names[i], 3) == 0 &&
            (letters == 3 ||
             (letters == strlen(names[i]) && strncasecmp(p, names[i], letters) == 0)))
            return i + 1;
    return 0;
}

int fm_timestamp_month(const char *p, size_t len)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    return find_name(p, len, names, 12);
}

bool fm_timestamp_weekday(const char *p, size_t len)
{
    static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};
    return find_name(p, len, names, 7) != 0;
}

bool fm_timestamp_zone(const char *p, size_t len, int32_t *seconds_east)
{
    /* Only abbreviations with one common meaning. */
    static const struct {
        const char *name;
        int16_t minutes;
    } zones[] = {{"Z", 0},      {"UTC", 0},    {"GMT", 0},    {"EST", -300}, {"EDT", -240},
                 {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
                 {"CET", 60},   {"CEST", 120}, {"EET", 120},  {"EEST", 180}, {"WET", 0},
                 {"WEST", 60},  {"MSK", 180},  {"JST", 540},  {"KST", 540},  {"AEST", 600},
                 {"AEDT", 660}, {"HKT", 480},  {"SGT", 480},  {"NZST", 720}};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strlen(zones[i].name) == len && memcmp(zones[i].name, p, len) == 0) {
            *seconds_east = zones[i].minutes * 60;
            return true;
        }
    return false;
}
