/* SPDX-License-Identifier: Apache-2.0 */
/* Risk of an edit of configuration: keys with values, line by line, in whatever syntax. */
#include "code_pairs.h"

/* "key: value", "key = value", "key value;", "- name: value", "export KEY=value". */
static fm_str key_of(fm_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.p[i] == ':' || line.p[i] == '=')
            return fm_str_trim(fm_str_sub(line, 0, i));
    fm_str rest = line, key = FM_STR_NULL;
    fm_str_word(&rest, &key);
    return key;
}

static fm_str value_of(fm_str line)
{
    fm_str value = fm_str_skip(line, key_of(line).len);
    while (value.len && strchr(" :=\t", value.p[0]))
        value = fm_str_skip(value, 1);
    return value;
}

static bool is_image_line(fm_str key)
{
    return fm_str_ieq(key, FM_STR("FROM")) || fm_str_ends(key, FM_STR("image")) ||
           fm_str_ends(key, FM_STR("tag"));
}

static struct fm_risk changed_risk(fm_str before, fm_str after)
{
    struct fm_risk r = fm_value_risk(key_of(before), value_of(before), value_of(after));
    if (is_image_line(key_of(before)) && r.value > 0.3)
        r = (struct fm_risk){.value = 0.3, .why = "another image is used"};
    r.line = after;
    return r;
}

static size_t find_key(const struct fm_code_lines *lines, const bool *is_taken, fm_str key)
{
    size_t j = 0;
    while (j < lines->n && (is_taken[j] || !fm_str_eq(key_of(lines->items[j]), key)))
        j++;
    return j;
}

static size_t find_value(const struct fm_code_lines *lines, const bool *is_taken, fm_str value)
{
    size_t j = 0;
    while (value.len > 1 && j < lines->n &&
           (is_taken[j] || !fm_str_eq(value_of(lines->items[j]), value)))
        j++;
    return value.len > 1 ? j : lines->n;
}

struct fm_risk fm_config_risk(struct fm_arena *a, const struct fm_edit *e)
{
    struct fm_risk worst = {0};
    bool *is_taken = FM_NEW_ARRAY(a, bool, e->added.n + 1);
    fm_vec_each (&e->removed, before) {
        size_t j = find_key(&e->added, is_taken, key_of(*before));
        if (j < e->added.n) {
            is_taken[j] = true;
            worst = fm_risk_max(worst, changed_risk(*before, e->added.items[j]));
            continue;
        }
        j = find_value(&e->added, is_taken, value_of(*before));
        struct fm_risk r = {.value = 0.7, .why = "a setting is removed", .line = *before};
        if (j < e->added.n) {
            is_taken[j] = true;
            r = (struct fm_risk){.value = 0.7,
                                 .why = "a setting gets another name",
                                 .line = e->added.items[j],
                                 .before = key_of(*before),
                                 .after = key_of(e->added.items[j])};
        }
        worst = fm_risk_max(worst, r);
    }
    for (size_t j = 0; j < e->added.n; j++)
        if (!is_taken[j])
            worst = fm_risk_max(worst, (struct fm_risk){.value = 0.35,
                                                        .why = "a setting is added",
                                                        .line = e->added.items[j]});
    return worst;
}
