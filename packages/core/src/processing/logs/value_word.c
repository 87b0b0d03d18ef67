/* SPDX-License-Identifier: Apache-2.0 */
/* Judgements over a whole dotted or dashed word. */
#include "processing/logs/value.h"

#include <string.h>

#include "faultmaven/base/str.h"
#include "processing/timestamp_forms.h"

#define L(text)                                                                                    \
    {                                                                                              \
        "" text, sizeof(text) - 1                                                                  \
    }

static bool one_of(fm_str s, const fm_str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s.len == list[i].len && s.p[0] == list[i].p[0] && memcmp(s.p, list[i].p, s.len) == 0)
            return true;
    return false;
}

/* Generic and infrastructure domains of the DNS, and names that private networks use (RFC 6762, RFC
 * 8375). */
static bool is_common_tld(fm_str s)
{
    static const fm_str tlds[] = {
        L("com"),         L("net"),  L("org"),  L("edu"),  L("gov"),   L("mil"), L("int"),
        L("info"),        L("biz"),  L("io"),   L("dev"),  L("local"), L("lan"), L("internal"),
        L("localdomain"), L("corp"), L("home"), L("arpa"), L("cloud"), L("app"), L("svc"),
        L("cluster"),     L("de"),   L("uk"),   L("fr"),   L("nl"),    L("eu"),  L("cn"),
        L("jp"),          L("in"),   L("br"),   L("ru"),   L("it"),    L("es"),  L("ca"),
        L("au"),          L("ch"),   L("se"),   L("no"),   L("pl"),    L("us"),  L("kr"),
        L("tw"),          L("hk")};
    return one_of(s, tlds, sizeof tlds / sizeof *tlds);
}

static bool is_reverse_domain_start(fm_str s)
{
    static const fm_str tops[] = {L("com"), L("org"), L("net"),    L("io"),
                                  L("edu"), L("gov"), L("android")};
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
    static const fm_str words[] = {L("true"), L("false"), L("null"),  L("nil"),
                                   L("None"), L("True"),  L("False"), L("NULL"),
                                   L("TRUE"), L("FALSE"), L("Null"),  L("NaN")};
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
