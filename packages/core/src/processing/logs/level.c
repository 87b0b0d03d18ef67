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

/* Words that are common in other places count only as their systems write them: java.util.logging
 * and PostgreSQL in capitals, MySQL capitalised. */
enum writing { ANY_CASE, IN_CAPITALS, CAPITALISED };

struct level_word {
    const char *name; /* lower case; # is any digit */
    uint8_t len;
    uint8_t level;
    uint8_t writing;
};

/* By first letter. */
static const struct level_word words[] = {
    {"alert", 5, FM_LOGS_ALERT, ANY_CASE},
    {"crit", 4, FM_LOGS_CRITICAL, ANY_CASE},
    {"critical", 8, FM_LOGS_CRITICAL, ANY_CASE},
    {"config", 6, FM_LOGS_DEBUG, IN_CAPITALS},
    {"debug", 5, FM_LOGS_DEBUG, ANY_CASE},
    {"dbg", 3, FM_LOGS_DEBUG, ANY_CASE},
    {"debug#", 6, FM_LOGS_DEBUG, ANY_CASE},
    {"error", 5, FM_LOGS_ERROR, ANY_CASE},
    {"err", 3, FM_LOGS_ERROR, ANY_CASE},
    {"emerg", 5, FM_LOGS_ALERT, ANY_CASE},
    {"emergency", 9, FM_LOGS_ALERT, ANY_CASE},
    {"fatal", 5, FM_LOGS_CRITICAL, ANY_CASE},
    {"failure", 7, FM_LOGS_CRITICAL, IN_CAPITALS},
    {"fine", 4, FM_LOGS_TRACE, IN_CAPITALS},
    {"finer", 5, FM_LOGS_TRACE, IN_CAPITALS},
    {"finest", 6, FM_LOGS_TRACE, IN_CAPITALS},
    {"ftl", 3, FM_LOGS_CRITICAL, ANY_CASE},
    {"info", 4, FM_LOGS_INFO, ANY_CASE},
    {"information", 11, FM_LOGS_INFO, ANY_CASE},
    {"informational", 13, FM_LOGS_INFO, ANY_CASE},
    {"inf", 3, FM_LOGS_INFO, ANY_CASE},
    {"log", 3, FM_LOGS_INFO, IN_CAPITALS},
    {"notice", 6, FM_LOGS_NOTICE, ANY_CASE},
    {"note", 4, FM_LOGS_NOTICE, CAPITALISED},
    {"panic", 5, FM_LOGS_ALERT, ANY_CASE},
    {"severe", 6, FM_LOGS_ERROR, ANY_CASE},
    {"system", 6, FM_LOGS_NOTICE, CAPITALISED},
    {"trace", 5, FM_LOGS_TRACE, ANY_CASE},
    {"trc", 3, FM_LOGS_TRACE, ANY_CASE},
    {"verbose", 7, FM_LOGS_TRACE, ANY_CASE},
    {"warn", 4, FM_LOGS_WARNING, ANY_CASE},
    {"warning", 7, FM_LOGS_WARNING, ANY_CASE},
    {"wrn", 3, FM_LOGS_WARNING, ANY_CASE},
};

/* Lengths of the level words that begin with each letter, as bits: most words are told apart here.
 */
static const uint16_t lengths[26] = {32, 0, 336, 104, 552, 248, 0,  0, 10264, 0,   0, 8, 0,
                                     80, 0, 32,  0,   0,   64,  40, 0, 128,   152, 0, 0, 0};

/* The first of the words of each letter. */
static const uint8_t begins[26] = {0,  0, 1,  4, 7, 11, 0,  0, 17, 0,  0, 21, 0,
                                   22, 0, 24, 0, 0, 25, 27, 0, 29, 30, 0, 0,  0};

/* All upper, all lower, or capitalised. */
static bool is_regular_case(fm_str s)
{
    unsigned upper = 0, lower = 0;
    for (size_t i = 0; i < s.len; i++) {
        upper += (fm_ch(s.p[i]) & FM_CH_UPPER) != 0;
        lower += (fm_ch(s.p[i]) & FM_CH_LOWER) != 0;
    }
    return upper == 0 || lower == 0 || (upper == 1 && (fm_ch(s.p[0]) & FM_CH_UPPER));
}

static bool is_written(fm_str s, enum writing w)
{
    bool has_lower = s.len > 1 && (fm_ch(s.p[1]) & FM_CH_LOWER);
    if (w == IN_CAPITALS)
        return !has_lower;
    return w == ANY_CASE || (fm_ch(s.p[0]) & FM_CH_UPPER) != 0;
}

static bool is_word(fm_str s, const struct level_word *w)
{
    for (size_t i = 0; i < s.len; i++)
        if (w->name[i] == '#' ? !fm_ch_is_digit(s.p[i]) : (s.p[i] | 32) != w->name[i])
            return false;
    return true;
}

enum fm_logs_level fm_logs_level_word(fm_str s)
{
    if (s.len < 3 || s.len > 13)
        return FM_LOGS_NONE;
    unsigned first = (unsigned)((s.p[0] | 32) - 'a');
    if (first >= 26 || !(lengths[first] >> s.len & 1))
        return FM_LOGS_NONE;
    for (size_t i = begins[first]; i < sizeof words / sizeof *words; i++)
        if (words[i].len == s.len && is_word(s, &words[i]))
            return is_regular_case(s) && is_written(s, words[i].writing)
                       ? (enum fm_logs_level)words[i].level
                       : FM_LOGS_NONE;
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

enum fm_logs_level fm_logs_level_http(fm_str status)
{
    bool is_server_error = status.len == 3 && status.p[0] == '5' && fm_ch_is_digit(status.p[1]) &&
                           fm_ch_is_digit(status.p[2]);
    return is_server_error ? FM_LOGS_ERROR : FM_LOGS_NONE;
}

enum fm_logs_level fm_logs_level_tens(int64_t n)
{
    static const uint8_t levels[] = {FM_LOGS_NONE,    FM_LOGS_TRACE, FM_LOGS_DEBUG,   FM_LOGS_INFO,
                                     FM_LOGS_WARNING, FM_LOGS_ERROR, FM_LOGS_CRITICAL};
    return n % 10 == 0 && n >= 10 && n <= 60 ? levels[n / 10] : FM_LOGS_NONE;
}
