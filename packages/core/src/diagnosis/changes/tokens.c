/* SPDX-License-Identifier: Apache-2.0 */
#include "risk.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static const char *const unit_words[] = {"nanosecond",  "nanoseconds",
                                         "microsecond", "microseconds",
                                         "millisecond", "milliseconds",
                                         "millis",      "second",
                                         "seconds",     "minute",
                                         "minutes",     "hour",
                                         "hours",       "day",
                                         "days",        "ms",
                                         "sec",         "secs",
                                         "min",         "mins",
                                         "KB",          "MB",
                                         "GB",          "KiB",
                                         "MiB",         "GiB",
                                         "ofSeconds",   "ofMillis",
                                         "ofMinutes",   "ofHours",
                                         "from_secs",   "from_millis",
                                         "fromSeconds", "fromMilliseconds",
                                         "FromSeconds", "FromMilliseconds",
                                         "FromMinutes", "MILLISECONDS",
                                         "SECONDS",     "MINUTES",
                                         "HOURS",       "timedelta_seconds",
                                         NULL};
static const char *const value_words[] = {
    "true", "false",  "on",    "off",  "yes",   "no",   "enabled", "disabled", "null", "nil",
    "none", "always", "never", "info", "debug", "warn", "error",   "trace",    NULL};

static bool is_listed(fm_str s, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_ieq(s, fm_str_c(*list)))
            return true;
    return false;
}

static size_t string_length(fm_str s)
{
    char quote = s.p[0];
    for (size_t i = 1; i < s.len; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == quote)
            return i + 1;
    }
    return 0;
}

/* Digits, separators, decimals, exponent and a glued unit: "1_000", "0.5", "15m", "512Mi", "0x1f".
 */
static size_t number_length(fm_str s)
{
    size_t i = 0;
    while (i < s.len &&
           (is_name(s.p[i]) || (s.p[i] == '.' && i + 1 < s.len && is_digit(s.p[i + 1]))))
        i++;
    if (i < s.len && s.p[i] == '%')
        i++;
    return i;
}

static size_t name_length(fm_str s)
{
    size_t i = 0;
    while (i < s.len && is_name(s.p[i]))
        i++;
    return i;
}

static enum fm_token_kind name_kind(fm_str name)
{
    if (is_listed(name, unit_words))
        return FM_TOKEN_UNIT;
    return is_listed(name, value_words) ? FM_TOKEN_WORD_VALUE : FM_TOKEN_NAME;
}

static struct fm_token next_token(fm_str s)
{
    char c = s.p[0];
    size_t n = c == '"' || c == '\'' || c == '`' ? string_length(s) : 0;
    if (n)
        return (struct fm_token){FM_TOKEN_STRING, fm_str_sub(s, 0, n)};
    if (is_digit(c))
        return (struct fm_token){FM_TOKEN_NUMBER, fm_str_sub(s, 0, number_length(s))};
    if (is_name(c)) {
        fm_str name = fm_str_sub(s, 0, name_length(s));
        return (struct fm_token){name_kind(name), name};
    }
    return (struct fm_token){FM_TOKEN_MARK, fm_str_sub(s, 0, 1)};
}

void fm_tokens_of(struct fm_arena *a, fm_str line, struct fm_tokens *out)
{
    while (line.len) {
        if (line.p[0] == ' ' || line.p[0] == '\t') {
            line = fm_str_skip(line, 1);
            continue;
        }
        struct fm_token t = next_token(line);
        fm_vec_push(a, out, t);
        line = fm_str_skip(line, t.text.len);
    }
}
