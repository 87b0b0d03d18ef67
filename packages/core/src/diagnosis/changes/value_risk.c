/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "risk.h"

static bool has_any(fm_str s, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_ihas(s, fm_str_c(*list)))
            return true;
    return false;
}

static fm_str bare(fm_str s)
{
    while (s.len && strchr("\"'` ,;", s.p[0]))
        s = fm_str_skip(s, 1);
    while (s.len && strchr("\"'` ,;", s.p[s.len - 1]))
        s.len--;
    return s;
}

struct unit {
    const char *name;
    double factor;
    char kind; /* t: time in seconds, b: bytes, c: cores */
};

static const struct unit units[] = {
    {"ns", 1e-9, 't'},
    {"us", 1e-6, 't'},
    {"ms", 1e-3, 't'},
    {"s", 1, 't'},
    {"sec", 1, 't'},
    {"seconds", 1, 't'},
    {"m", 60, 't'},
    {"min", 60, 't'},
    {"minutes", 60, 't'},
    {"h", 3600, 't'},
    {"d", 86400, 't'},
    {"Ki", 1024, 'b'},
    {"Mi", 1048576, 'b'},
    {"Gi", 1073741824.0, 'b'},
    {"k", 1e3, 'b'},
    {"K", 1e3, 'b'},
    {"M", 1e6, 'b'},
    {"G", 1e9, 'b'},
    {"KB", 1e3, 'b'},
    {"MB", 1e6, 'b'},
    {"GB", 1e9, 'b'},
    {"kb", 1e3, 'b'},
    {"mb", 1e6, 'b'},
    {"gb", 1e9, 'b'},
    {"MiB", 1048576, 'b'},
    {"GiB", 1073741824.0, 'b'},
    {"%", 1, 'p'},
    {"f", 1, ' '},
    {"L", 1, ' '},
    {"u", 1, ' '},
    {"Millisecond", 1e-3, 't'},
    {"Second", 1, 't'},
    {"Minute", 60, 't'},
    {"Hour", 3600, 't'},
    {"millis", 1e-3, 't'},
};

/* A number with an optional unit. */
static bool quantity(fm_str s, double *value, fm_str *unit)
{
    char digits[64];
    size_t n = 0, i = 0;
    for (; i < s.len && n < sizeof digits - 1 && strchr("0123456789._+-", s.p[i]); i++)
        if (s.p[i] != '_')
            digits[n++] = s.p[i];
    *unit = fm_str_trim(fm_str_skip(s, i));
    return n && fm_str_f64(fm_str_n(digits, n), value);
}

static double factor_of(fm_str unit)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (fm_str_eqc(unit, units[i].name))
            return units[i].factor;
    return 1;
}

static double ratio_of(double a, double b)
{
    a = fabs(a);
    b = fabs(b);
    if (!(a > 0) || !(b > 0))
        return a > 0 || b > 0 ? INFINITY : 1;
    return a > b ? a / b : b / a;
}

/* More of a capacity can hardly break what worked with less. */
static bool is_capacity(fm_str name)
{
    static const char *const words[] = {"max",         "limit",   "pool",     "size",
                                        "memory",      "cpu",     "replicas", "connections",
                                        "workers",     "threads", "capacity", "buffer",
                                        "concurrency", "heap",    "quota",    NULL};
    return has_any(name, words);
}

static struct fm_risk number_risk(fm_str name, fm_str before, fm_str after, double a, double b)
{
    double ratio = ratio_of(a, b);
    struct fm_risk r = {.before = before, .after = after};
    if (fm_str_ihas(name, FM_STR("port")) && !(ratio <= 1)) {
        r.value = 0.8;
        r.why = "another port is named";
    } else if (b > a && ratio < 4 && is_capacity(name)) {
        r.value = 0.3;
        r.why = "a capacity is raised";
    } else if (ratio >= 4) {
        r.value = 0.9;
        r.why = "a value changes by a large factor";
    } else {
        r.value = ratio >= 1.5 ? 0.7 : 0.45;
        r.why = "a value changes";
    }
    return r;
}

static bool is_version(fm_str name, fm_str s)
{
    unsigned dots = 0, digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        dots += s.p[i] == '.' || s.p[i] == '-';
        digits += s.p[i] >= '0' && s.p[i] <= '9';
    }
    return fm_str_ihas(name, FM_STR("version")) ||
           (dots >= 2 && digits >= 3 && digits * 2 >= s.len);
}

static bool is_sentence(fm_str s)
{
    unsigned blanks = 0;
    for (size_t i = 0; i < s.len; i++)
        blanks += s.p[i] == ' ';
    return blanks >= 2 && !fm_str_ihas(s, FM_STR("select ")) &&
           !fm_str_ihas(s, FM_STR("update ")) && !fm_str_ihas(s, FM_STR("where "));
}

struct fm_risk fm_value_risk(fm_str name, fm_str before, fm_str after)
{
    double a, b;
    fm_str unit_a, unit_b;
    before = bare(before);
    after = bare(after);
    if (is_version(name, before) && is_version(name, after))
        return (struct fm_risk){
            .value = 0.12, .why = "a version text changes", .before = before, .after = after};
    if (quantity(before, &a, &unit_a) && quantity(after, &b, &unit_b)) {
        bool is_unit_swap = !fm_str_eq(unit_a, unit_b) && ratio_of(a, b) < 1.01 &&
                            factor_of(unit_a) != factor_of(unit_b);
        if (is_unit_swap)
            return (struct fm_risk){.value = 0.95,
                                    .why = "the unit of a value changes",
                                    .before = before,
                                    .after = after};
        return number_risk(name, before, after, a * factor_of(unit_a), b * factor_of(unit_b));
    }
    if (is_sentence(before) && is_sentence(after))
        return (struct fm_risk){.value = 0.1, .why = "a message text changes"};
    return (struct fm_risk){
        .value = 0.7, .why = "a value changes", .before = before, .after = after};
}
