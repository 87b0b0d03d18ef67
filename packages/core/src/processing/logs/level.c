/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/level.h"

#include "processing/logs/chars.h"

const char *fm_logs_level_name(enum fm_logs_level l)
{
    static const char *const names[] = {
#define FM_LOGS_LEVEL_NAME(sym, name) name,
        FM_LOGS_LEVELS(FM_LOGS_LEVEL_NAME)
#undef FM_LOGS_LEVEL_NAME
    };
    return (unsigned)l < FM_LOGS_LEVEL_COUNT ? names[l] : "";
}

struct level_word {
    const char *name;
    enum fm_logs_level level;
};

/* Lower case, in order of the first letter. */
static const struct level_word words[] = {
    {"alert", FM_LOGS_ALERT},    {"crit", FM_LOGS_CRITICAL},    {"critical", FM_LOGS_CRITICAL},
    {"config", FM_LOGS_DEBUG},   {"debug", FM_LOGS_DEBUG},      {"dbg", FM_LOGS_DEBUG},
    {"debug1", FM_LOGS_DEBUG},   {"debug2", FM_LOGS_DEBUG},     {"debug3", FM_LOGS_DEBUG},
    {"debug4", FM_LOGS_DEBUG},   {"debug5", FM_LOGS_DEBUG},     {"error", FM_LOGS_ERROR},
    {"err", FM_LOGS_ERROR},      {"emerg", FM_LOGS_ALERT},      {"emergency", FM_LOGS_ALERT},
    {"fatal", FM_LOGS_CRITICAL}, {"failure", FM_LOGS_CRITICAL}, {"fine", FM_LOGS_TRACE},
    {"finer", FM_LOGS_TRACE},    {"finest", FM_LOGS_TRACE},     {"ftl", FM_LOGS_CRITICAL},
    {"info", FM_LOGS_INFO},      {"information", FM_LOGS_INFO}, {"informational", FM_LOGS_INFO},
    {"inf", FM_LOGS_INFO},       {"log", FM_LOGS_INFO},         {"notice", FM_LOGS_NOTICE},
    {"note", FM_LOGS_NOTICE},    {"panic", FM_LOGS_ALERT},      {"severe", FM_LOGS_ERROR},
    {"system", FM_LOGS_NOTICE},  {"trace", FM_LOGS_TRACE},      {"trc", FM_LOGS_TRACE},
    {"verbose", FM_LOGS_TRACE},  {"warn", FM_LOGS_WARNING},     {"warning", FM_LOGS_WARNING},
    {"wrn", FM_LOGS_WARNING}};

static bool is_regular_case(fm_str s)
{
    unsigned upper = 0, lower = 0;
    for (size_t i = 0; i < s.len; i++) {
        upper += (fm_ch(s.p[i]) & FM_CH_UPPER) != 0;
        lower += (fm_ch(s.p[i]) & FM_CH_LOWER) != 0;
    }
    return upper == 0 || lower == 0 || (upper == 1 && (fm_ch(s.p[0]) & FM_CH_UPPER));
}

enum fm_logs_level fm_logs_level_word(fm_str s)
{
    if (s.len < 3 || s.len > 13 || !strchr("acdefilnpstvw", s.p[0] | 32))
        return FM_LOGS_NONE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].name[0] == (s.p[0] | 32) && fm_str_ieq(s, fm_str_c(words[i].name)))
            return is_regular_case(s) ? words[i].level : FM_LOGS_NONE;
    return FM_LOGS_NONE;
}

enum fm_logs_level fm_logs_level_letter(char c)
{
    static const char letters[] = "VTDINWEFCA";
    static const uint8_t levels[] = {
        FM_LOGS_TRACE,   FM_LOGS_TRACE, FM_LOGS_DEBUG,    FM_LOGS_INFO,     FM_LOGS_NOTICE,
        FM_LOGS_WARNING, FM_LOGS_ERROR, FM_LOGS_CRITICAL, FM_LOGS_CRITICAL, FM_LOGS_ALERT};
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? levels[at - letters] : FM_LOGS_NONE;
}

enum fm_logs_level fm_logs_level_syslog(unsigned severity)
{
    static const uint8_t levels[] = {FM_LOGS_ALERT, FM_LOGS_ALERT,   FM_LOGS_CRITICAL,
                                     FM_LOGS_ERROR, FM_LOGS_WARNING, FM_LOGS_NOTICE,
                                     FM_LOGS_INFO,  FM_LOGS_DEBUG};
    return severity < 8 ? levels[severity] : FM_LOGS_NONE;
}

enum fm_logs_level fm_logs_level_tens(int64_t n)
{
    static const uint8_t levels[] = {FM_LOGS_NONE,    FM_LOGS_TRACE, FM_LOGS_DEBUG,   FM_LOGS_INFO,
                                     FM_LOGS_WARNING, FM_LOGS_ERROR, FM_LOGS_CRITICAL};
    return n % 10 == 0 && n >= 10 && n <= 60 ? levels[n / 10] : FM_LOGS_NONE;
}
