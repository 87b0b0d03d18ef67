/* SPDX-License-Identifier: Apache-2.0 */
/* What a message means when its level does not say: POSIX error texts and the words that libraries
 * and runtimes use for failures. */
#include "faultmaven/core/logs.h"

struct implied {
    const char *text;
    enum fm_logs_level level;
};

/* Lower case; found anywhere in the text. */
static const struct implied implied[] = {
    {"out of memory", FM_LOGS_ERROR},
    {"oom-kill", FM_LOGS_ERROR},
    {"oomkill", FM_LOGS_ERROR},
    {"panic", FM_LOGS_ERROR},
    {"segfault", FM_LOGS_ERROR},
    {"segmentation fault", FM_LOGS_ERROR},
    {"fatal", FM_LOGS_ERROR},
    {"core dumped", FM_LOGS_ERROR},
    {"i/o error", FM_LOGS_ERROR},
    {"no space left", FM_LOGS_ERROR},
    {"read-only file system", FM_LOGS_ERROR},
    {"too many open files", FM_LOGS_ERROR},
    {"connection refused", FM_LOGS_ERROR},
    {"unhandled exception", FM_LOGS_ERROR},
    {"uncaught", FM_LOGS_ERROR},
    {"deadlock", FM_LOGS_ERROR},
    {"exception", FM_LOGS_WARNING},
    {"error", FM_LOGS_WARNING},
    {"failed", FM_LOGS_WARNING},
    {"failure", FM_LOGS_WARNING},
    {"refused", FM_LOGS_WARNING},
    {"unreachable", FM_LOGS_WARNING},
    {"timed out", FM_LOGS_WARNING},
    {"timeout", FM_LOGS_WARNING},
    {"denied", FM_LOGS_WARNING},
    {"forbidden", FM_LOGS_WARNING},
    {"unauthorized", FM_LOGS_WARNING},
    {"cannot ", FM_LOGS_WARNING},
    {"can't ", FM_LOGS_WARNING},
    {"could not", FM_LOGS_WARNING},
    {"couldn't", FM_LOGS_WARNING},
    {"unable to", FM_LOGS_WARNING},
    {"no such ", FM_LOGS_WARNING},
    {"not found", FM_LOGS_WARNING},
    {"crash", FM_LOGS_WARNING},
    {"abort", FM_LOGS_WARNING},
    {"corrupt", FM_LOGS_WARNING},
    {"unavailable", FM_LOGS_WARNING},
    {"exhausted", FM_LOGS_WARNING},
    {"too many", FM_LOGS_WARNING},
    {"rejected", FM_LOGS_WARNING},
    {"expired", FM_LOGS_WARNING},
    {"reset by peer", FM_LOGS_WARNING},
    {"broken pipe", FM_LOGS_WARNING},
    {"throttl", FM_LOGS_WARNING},
    {"rate limit", FM_LOGS_WARNING},
    {"killed", FM_LOGS_WARNING},
    {"unhealthy", FM_LOGS_WARNING},
    {"backing off", FM_LOGS_WARNING},
};

/* "0 errors", "no error", "without error", "error=<none>": the word is there to say that nothing is
 * wrong. */
static bool is_denied(fm_str text, size_t at)
{
    static const char *const before[] = {"0 ", "no ", "without ", "any ", "non-", "on ", "if "};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t n = strlen(before[i]);
        if (at >= n && fm_str_ieq(fm_str_sub(text, at - n, n), fm_str_c(before[i])) &&
            (at == n || text.p[at - n - 1] == ' ' || text.p[at - n - 1] == ','))
            return true;
    }
    return false;
}

static enum fm_logs_level implied_level(fm_str text)
{
    for (size_t i = 0; i < sizeof implied / sizeof *implied; i++) {
        ptrdiff_t at = fm_str_ifind(text, fm_str_c(implied[i].text), 0);
        if (at >= 0 && !is_denied(text, (size_t)at))
            return implied[i].level;
    }
    return FM_LOGS_NONE;
}

enum fm_logs_level fm_logs_severity(const struct fm_logs_template *t)
{
    unsigned top = FM_LOGS_LEVEL_COUNT - 1;
    while (top > 0 && t->levels[top] == 0)
        top--;
    if (top >= FM_LOGS_WARNING || top == FM_LOGS_DEBUG || top == FM_LOGS_TRACE)
        return (enum fm_logs_level)top;
    enum fm_logs_level said = implied_level(t->text);
    return said > top ? said : (enum fm_logs_level)top;
}
