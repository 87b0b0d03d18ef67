/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/objects.h"

#include <math.h>

static const struct {
    const char *kind, *plural, *abbreviation;
    bool is_namespaced;
} kinds[] = {
#define KIND(sym, kind, plural, abbreviation, is_namespaced)                                       \
    [FM_OBJECT_##sym] = {kind, plural, abbreviation, is_namespaced},
    FM_OBJECT_KINDS(KIND)
#undef KIND
};

static const char *const field_names[] = {
#define FIELD(sym, name) [FM_OBJECT_F_##sym] = name,
    FM_OBJECT_FIELDS(FIELD)
#undef FIELD
};

const char *fm_object_kind_name(enum fm_object_kind k)
{
    return k < FM_OBJECT_KIND_COUNT ? kinds[k].kind : "";
}

const char *fm_object_kind_plural(enum fm_object_kind k)
{
    return k < FM_OBJECT_KIND_COUNT ? kinds[k].plural : "";
}

bool fm_object_kind_is_namespaced(enum fm_object_kind k)
{
    return k < FM_OBJECT_KIND_COUNT && kinds[k].is_namespaced;
}

const char *fm_object_field_name(enum fm_object_field f)
{
    return f < FM_OBJECT_F_COUNT ? field_names[f] : "";
}

const char *fm_probe_kind_name(enum fm_probe_kind k)
{
    static const char *const names[] = {"Liveness", "Readiness", "Startup"};
    return k < FM_PROBE_KIND_COUNT ? names[k] : "";
}

enum fm_object_kind fm_object_kind_parse(fm_str name)
{
    if (fm_str_ieq(name, FM_STR("MutatingWebhookConfiguration")) ||
        fm_str_ieq(name, FM_STR("mutatingwebhookconfigurations")))
        return FM_OBJECT_WEBHOOK;
    name = fm_str_cut(&name, '.');
    for (int k = 1; k < FM_OBJECT_KIND_COUNT; k++)
        if (fm_str_ieq(name, fm_str_c(kinds[k].kind)) ||
            fm_str_ieq(name, fm_str_c(kinds[k].plural)) ||
            (*kinds[k].abbreviation && fm_str_ieq(name, fm_str_c(kinds[k].abbreviation))))
            return (enum fm_object_kind)k;
    return FM_OBJECT_UNKNOWN;
}

/* Suffixes of apimachinery's resource.Quantity. */
static double quantity_scale(fm_str suffix)
{
    static const struct {
        const char *suffix;
        double scale;
    } scales[] = {{"", 1},
                  {"m", 1e-3},
                  {"k", 1e3},
                  {"M", 1e6},
                  {"G", 1e9},
                  {"T", 1e12},
                  {"P", 1e15},
                  {"n", 1e-9},
                  {"u", 1e-6},
                  {"Ki", 1024.},
                  {"Mi", 1048576.},
                  {"Gi", 1073741824.},
                  {"Ti", 1099511627776.},
                  {"Pi", 1125899906842624.}};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
        if (fm_str_eqc(suffix, scales[i].suffix))
            return scales[i].scale;
    return NAN;
}

bool fm_quantity_parse(fm_str s, double *out)
{
    size_t digits = 0;
    double number;
    while (digits < s.len &&
           ((s.p[digits] >= '0' && s.p[digits] <= '9') || s.p[digits] == '.' || s.p[digits] == '-'))
        digits++;
    double scale = quantity_scale(fm_str_skip(s, digits));
    if (digits == 0 || isnan(scale) || !fm_str_f64(fm_str_sub(s, 0, digits), &number))
        return false;
    *out = number * scale;
    return true;
}

static double age_unit(char c)
{
    switch (c) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    case 'y':
        return 365 * 86400.;
    default:
        return NAN;
    }
}

double fm_age_parse(fm_str s)
{
    double total = 0, number = 0;
    bool has_unit = false;
    s = fm_str_trim(s);
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') {
            number = number * 10 + (s.p[i] - '0');
            continue;
        }
        total += number * age_unit(s.p[i]);
        number = 0;
        has_unit = true;
    }
    return has_unit && number == 0 ? total : NAN;
}
