/* SPDX-License-Identifier: Apache-2.0 */
/* Judgements over a whole dotted or dashed word. */
#include "processing/logs/value.h"

#include <string.h>

#include "faultmaven/base/str.h"
#include "processing/timestamp_forms.h"

static bool one_of(fm_str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fm_str_eqc(s, list[i]))
            return true;
    return false;
}

/* Generic and infrastructure domains of the DNS, and names that private networks use (RFC 6762, RFC
 * 8375). */
static bool is_common_tld(fm_str s)
{
    static const char *const tlds[] = {
        "com",   "net", "org",   "edu",     "gov",      "mil",         "int",  "info", "biz",
        "io",    "dev", "local", "lan",     "internal", "localdomain", "corp", "home", "arpa",
        "cloud", "app", "svc",   "cluster", "de",       "uk",          "fr",   "nl",   "eu",
        "cn",    "jp",  "in",    "br",      "ru",       "it",          "es",   "ca",   "au",
        "ch",    "se",  "no",    "pl",      "us",       "kr",          "tw",   "hk"};
    return one_of(s, tlds, sizeof tlds / sizeof *tlds);
}

static bool is_reverse_domain_start(fm_str s)
{
    static const char *const tops[] = {"com", "org", "net", "io", "edu", "gov", "android"};
    return one_of(s, tops, sizeof tops / sizeof *tops);
}

static fm_str last_label(fm_str s)
{
    ptrdiff_t dot = fm_str_rchr(s, '.');
    return fm_str_skip(s, (size_t)(dot + 1));
}

static bool is_exception_name(fm_str s)
{
    fm_str last = last_label(s);
    return fm_str_ends(last, FM_STR("Exception")) || fm_str_ends(last, FM_STR("Error"));
}

bool fm_logs_word_is_name(const struct fm_logs_word *w)
{
    fm_str s = fm_str_n(w->p, w->len);
    if (w->ats && w->dots)
        return true;
    if (w->dots < 2)
        return false;
    if (is_exception_name(s))
        return false;
    if (w->mask & FM_CH_DIGIT)
        return true;
    fm_str last = last_label(s);
    if (!(w->mask & FM_CH_UPPER) && is_common_tld(last))
        return true;
    if (w->dots >= 3 && last.len == 2)
        return true;
    return is_reverse_domain_start(fm_str_sub(s, 0, (size_t)fm_str_chr(s, '.', 0)));
}

bool fm_logs_word_is_hex(const struct fm_logs_word *w)
{
    const char *p = w->p, *end = p + w->len;
    if (w->dots || w->dashes || w->ats)
        return false;
    bool has_prefix = w->len > 2 && p[0] == '0' && (p[1] | 32) == 'x';
    p += has_prefix ? 2 : 0;
    bool has_digit = false;
    for (const char *q = p; q < end; q++) {
        if (!fm_ch_is_hex(*q))
            return false;
        has_digit |= fm_ch_is_digit(*q);
    }
    return has_prefix || (w->len >= 6 && has_digit) || w->len == 8;
}

bool fm_logs_word_is_bool(const struct fm_logs_word *w)
{
    static const char *const words[] = {"true",  "false", "null", "nil",   "None", "True",
                                        "False", "NULL",  "TRUE", "FALSE", "Null", "NaN"};
    return w->len >= 3 && w->len <= 5 &&
           one_of(fm_str_n(w->p, w->len), words, sizeof words / sizeof *words);
}

bool fm_logs_word_is_month(const char *p, size_t len)
{
    return fm_timestamp_month(p, len) != 0;
}

bool fm_logs_word_is_weekday(const char *p, size_t len)
{
    return fm_timestamp_weekday(p, len);
}
