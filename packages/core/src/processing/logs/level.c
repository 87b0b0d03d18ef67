/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/level.h"

#include "processing/logs/chars.h"

const char *fm_log_level_name(enum fm_log_level l)
{
    static const char *const names[] = {
#define FM_LOG_LEVEL_NAME(sym, name) name,
        FM_LOG_LEVELS(FM_LOG_LEVEL_NAME)
#undef FM_LOG_LEVEL_NAME
    };
    return (unsigned)l < FM_LOG_LEVEL_COUNT ? names[l] : "";
}

struct level_word {
    const char *name;
    enum fm_log_level level;
};

/* Lower case, in order of the first letter. */
static const struct level_word words[] = {
    {"alert", FM_LOG_ALERT},    {"crit", FM_LOG_CRITICAL},    {"critical", FM_LOG_CRITICAL},
    {"config", FM_LOG_DEBUG},   {"debug", FM_LOG_DEBUG},      {"dbg", FM_LOG_DEBUG},
    {"debug1", FM_LOG_DEBUG},   {"debug2", FM_LOG_DEBUG},     {"debug3", FM_LOG_DEBUG},
    {"debug4", FM_LOG_DEBUG},   {"debug5", FM_LOG_DEBUG},     {"error", FM_LOG_ERROR},
    {"err", FM_LOG_ERROR},      {"emerg", FM_LOG_ALERT},      {"emergency", FM_LOG_ALERT},
    {"fatal", FM_LOG_CRITICAL}, {"failure", FM_LOG_CRITICAL}, {"fine", FM_LOG_TRACE},
    {"finer", FM_LOG_TRACE},    {"finest", FM_LOG_TRACE},     {"ftl", FM_LOG_CRITICAL},
    {"info", FM_LOG_INFO},      {"information", FM_LOG_INFO}, {"informational", FM_LOG_INFO},
    {"inf", FM_LOG_INFO},       {"log", FM_LOG_INFO},         {"notice", FM_LOG_NOTICE},
    {"note", FM_LOG_NOTICE},    {"panic", FM_LOG_ALERT},      {"severe", FM_LOG_ERROR},
    {"system", FM_LOG_NOTICE},  {"trace", FM_LOG_TRACE},      {"trc", FM_LOG_TRACE},
    {"verbose", FM_LOG_TRACE},  {"warn", FM_LOG_WARNING},     {"warning", FM_LOG_WARNING},
    {"wrn", FM_LOG_WARNING}};

static bool is_regular_case(fm_str s)
{
    unsigned upper = 0, lower = 0;
    for (size_t i = 0; i < s.len; i++) {
        upper += (fm_ch(s.p[i]) & FM_CH_UPPER) != 0;
        lower += (fm_ch(s.p[i]) & FM_CH_LOWER) != 0;
    }
    return upper == 0 || lower == 0 || (upper == 1 && (fm_ch(s.p[0]) & FM_CH_UPPER));
}

enum fm_log_level fm_log_level_word(fm_str s)
{
    if (s.len < 3 || s.len > 13 || !strchr("acdefilnpstvw", s.p[0] | 32))
        return FM_LOG_NONE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].name[0] == (s.p[0] | 32) && fm_str_ieq(s, fm_str_c(words[i].name)))
            return is_regular_case(s) ? words[i].level : FM_LOG_NONE;
    return FM_LOG_NONE;
}

enum fm_log_level fm_log_level_letter(char c)
{
    static const char letters[] = "VTDINWEFCA";
    static const uint8_t levels[] = {FM_LOG_TRACE,    FM_LOG_TRACE,   FM_LOG_DEBUG, FM_LOG_INFO,
                                     FM_LOG_NOTICE,   FM_LOG_WARNING, FM_LOG_ERROR, FM_LOG_CRITICAL,
                                     FM_LOG_CRITICAL, FM_LOG_ALERT};
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? levels[at - letters] : FM_LOG_NONE;
}

enum fm_log_level fm_log_level_syslog(unsigned severity)
{
    static const uint8_t levels[] = {FM_LOG_ALERT,   FM_LOG_ALERT,  FM_LOG_CRITICAL, FM_LOG_ERROR,
                                     FM_LOG_WARNING, FM_LOG_NOTICE, FM_LOG_INFO,     FM_LOG_DEBUG};
    return severity < 8 ? levels[severity] : FM_LOG_NONE;
}

enum fm_log_level fm_log_level_tens(int64_t n)
{
    static const uint8_t levels[] = {FM_LOG_NONE,    FM_LOG_TRACE, FM_LOG_DEBUG,   FM_LOG_INFO,
                                     FM_LOG_WARNING, FM_LOG_ERROR, FM_LOG_CRITICAL};
    return n % 10 == 0 && n >= 10 && n <= 60 ? levels[n / 10] : FM_LOG_NONE;
}
