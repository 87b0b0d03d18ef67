/* SPDX-License-Identifier: Apache-2.0 */
/* Risk of new versions of libraries, by the number that moves (semantic versioning 2.0.0). */
#include "code_pairs.h"

struct version {
    unsigned long part[3];
    bool is_set;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Up to three dotted parts at i; *end is behind them. */
static unsigned parts_at(fm_str line, size_t i, struct version *v, size_t *end)
{
    unsigned n = 0;
    while (n < 3 && i < line.len && is_digit(line.p[i])) {
        for (v->part[n] = 0; i < line.len && is_digit(line.p[i]); i++)
            v->part[n] = v->part[n] * 10 + (unsigned long)(line.p[i] - '0');
        n++;
        if (i + 1 < line.len && line.p[i] == '.')
            i++;
    }
    *end = i;
    return n;
}

/* The first dotted number of a line. */
static struct version version_of(fm_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        struct version v = {0};
        size_t end;
        if (parts_at(line, i, &v, &end) >= 2) {
            v.is_set = true;
            return v;
        }
        i = end > i ? end : i;
    }
    return (struct version){0};
}

/* What stands before the version: the library. */
static fm_str library_of(fm_str line)
{
    size_t i = 0;
    while (i < line.len &&
           !(line.p[i] >= '0' && line.p[i] <= '9' && i && strchr(" v=\"':~^<>@", line.p[i - 1])))
        i++;
    fm_str s = fm_str_trim(fm_str_sub(line, 0, i));
    while (s.len && strchr(" v=\"':~^<>@,", s.p[s.len - 1]))
        s.len--;
    return s;
}

static struct fm_risk step_risk(struct version a, struct version b, fm_str line)
{
    struct fm_risk r = {.value = 0.12, .why = "a library gets a patch version", .line = line};
    if (!a.is_set || !b.is_set)
        return r;
    if (a.part[0] != b.part[0])
        r.value = 0.5, r.why = "a library gets another major version";
    else if (a.part[1] != b.part[1])
        r.value = a.part[0] == 0 ? 0.35 : 0.25, r.why = "a library gets another minor version";
    return r;
}

struct fm_risk fm_dependency_risk(struct fm_arena *a, const struct fm_edit *e)
{
    struct fm_risk worst = {.value = 0.12, .why = "the list of libraries changes"};
    (void)a;
    fm_vec_each (&e->removed, x)
        fm_vec_each (&e->added, y)
            if (fm_str_eq(library_of(*x), library_of(*y)))
                worst = fm_risk_max(worst, step_risk(version_of(*x), version_of(*y), *y));
    if (e->removed.n == 0 && e->added.n)
        worst = fm_risk_max(
            worst,
            (struct fm_risk){.value = 0.2, .why = "a library is added", .line = e->added.items[0]});
    if (e->added.n == 0 && e->removed.n)
        worst = fm_risk_max(worst, (struct fm_risk){.value = 0.4,
                                                    .why = "a library is removed",
                                                    .line = e->removed.items[0]});
    return worst;
}
