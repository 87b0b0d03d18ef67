/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/incident.h"

/* Kubernetes' apimachinery draws generated suffixes from this alphabet (util/rand): no vowels, no
 * 0, 1, 3. */
static bool is_generated(fm_str s, size_t min, size_t max)
{
    static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789";
    if (s.len < min || s.len > max)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!memchr(alphabet, s.p[i], sizeof alphabet - 1))
            return false;
    return true;
}

/* A pod-template hash is FNV-32 written in that alphabet; short ones need a digit to differ from a
 * word. */
static bool is_template_hash(fm_str s)
{
    if (!is_generated(s, 6, 10))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] >= '2' && s.p[i] <= '9')
            return true;
    return false;
}

static bool is_number(fm_str s)
{
    uint64_t v;
    return s.len <= 4 && fm_str_u64(s, &v);
}

/* Takes "-tail" off *name. */
static bool split_tail(fm_str name, fm_str *head, fm_str *tail)
{
    ptrdiff_t dash = fm_str_rchr(name, '-');
    if (dash <= 0)
        return false;
    *head = fm_str_sub(name, 0, (size_t)dash);
    *tail = fm_str_skip(name, (size_t)dash + 1);
    return tail->len > 0;
}

static fm_str strip_address(fm_str name)
{
    name = fm_str_cut(&name, ':');
    ptrdiff_t svc = fm_str_find(name, FM_STR(".svc"), 0);
    return svc > 0 ? fm_str_cut(&name, '.') : name;
}

fm_str fm_workload_name(fm_str name, bool is_pod)
{
    fm_str head, tail, inner;
    name = strip_address(name);
    if (!split_tail(name, &head, &tail))
        return name;
    if (is_generated(tail, 5, 5) && split_tail(head, &inner, &tail) && is_template_hash(tail))
        return inner;
    split_tail(name, &head, &tail);
    if (is_template_hash(tail))
        return head;
    if (is_pod && (is_number(tail) || is_generated(tail, 5, 5)))
        return head;
    return name;
}
