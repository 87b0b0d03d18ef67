/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/csv_prefix.h"

#include "processing/metrics/naming.h"

static bool is_separator(char c)
{
    return c == '_' || c == '-' || c == '.' || c == ':' || c == '/' || c == '|' || c == ' ';
}

static fm_str tail_behind(fm_str name, size_t i)
{
    return fm_str_skip(name, i + 1);
}

static void count(struct fm_map *m, fm_str key)
{
    struct fm_map_entry *e = fm_map_put(m, key);
    e->value = (void *)((uintptr_t)e->value + 1);
}

static uintptr_t times(const struct fm_map *m, fm_str key)
{
    return (uintptr_t)fm_map_get(m, key);
}

/* Words that scope a metric without naming anybody in particular. */
static bool is_generic(fm_str prefix)
{
    static const char *const scopes[] = {
        "container", "node",  "pod",   "process", "host",   "jvm", "http", "rpc", "grpc",
        "system",    "kube",  "sys",   "machine", "server", "app", "db",   "go",  "mysql",
        "pg",        "redis", "kafka", "nginx",   "os",     "vm",  "aws",  NULL};
    for (size_t i = 0; scopes[i]; i++)
        if (fm_str_ieq(prefix, fm_str_c(scopes[i])))
            return true;
    return false;
}

static bool starts_with_metric_word(fm_str s)
{
    struct fm_words w;
    fm_words_split(s, &w);
    if (w.n == 0)
        return false;
    if (metric_word_is_known(w.items[0].text))
        return true;
    /* "p50latency" is two words in one */
    return w.items[0].text[0] == 'p' && w.n > 1 && metric_statistic(fm_str_sub(s, 0, 3)).len;
}

/* The earliest separator behind which a metric's name starts; other columns must share that name or
 * the entity. */
static bool split_metric(const struct fm_map *tails, const struct fm_map *heads, fm_str name,
                         struct column_split *out)
{
    if (starts_with_metric_word(name) || fm_str_ends(name, FM_STR("}")))
        return false;
    for (size_t i = 1; i + 1 < name.len; i++) {
        if (!is_separator(name.p[i]))
            continue;
        fm_str head = fm_str_sub(name, 0, i), tail = tail_behind(name, i);
        bool is_shared = times(tails, tail) > 1 || times(heads, head) > 1;
        if (!is_shared || is_generic(head) || !starts_with_metric_word(tail))
            continue;
        *out = (struct column_split){head, FM_STR_NULL, tail};
        return true;
    }
    return false;
}

/* "a_b" where a and b both begin or end other columns of the same kind. */
static bool split_edge(const struct fm_map *tails, const struct fm_map *heads, fm_str name,
                       struct column_split *out)
{
    for (size_t i = 1; i + 1 < name.len; i++) {
        if (!is_separator(name.p[i]))
            continue;
        fm_str head = fm_str_sub(name, 0, i), tail = tail_behind(name, i);
        if (name.p[i] == '-' && fm_str_chr(name, '_', 0) >= 0)
            continue;
        bool has_company = times(heads, head) + times(tails, head) > 1 ||
                           times(heads, tail) + times(tails, tail) > 1;
        if (!has_company)
            continue;
        *out = (struct column_split){head, tail, FM_STR_NULL};
        return true;
    }
    return false;
}

static void count_parts(struct fm_map *tails, struct fm_map *heads, fm_str name)
{
    for (size_t i = 1; i + 1 < name.len && i < 200; i++) {
        if (!is_separator(name.p[i]))
            continue;
        count(tails, tail_behind(name, i));
        count(heads, fm_str_sub(name, 0, i));
    }
}

/* An edge table consists of edges: every column splits, and no name holds a word of a metric. */
static bool split_edges(const struct fm_map *tails, const struct fm_map *heads, const fm_str *names,
                        size_t n, struct column_split *out)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += split_edge(tails, heads, names[i], &out[i]);
    if (n >= 3 && found == n)
        return true;
    for (size_t i = 0; i < n; i++)
        out[i] = (struct column_split){FM_STR_NULL, FM_STR_NULL, names[i]};
    return false;
}

void csv_prefix_split(struct fm_arena *a, const fm_str *names, size_t n, struct column_split *out)
{
    struct fm_map tails, heads;
    size_t found = 0, known = 0;
    fm_map_init(&tails, a);
    fm_map_init(&heads, a);
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct column_split){FM_STR_NULL, FM_STR_NULL, names[i]};
        count_parts(&tails, &heads, names[i]);
    }
    for (size_t i = 0; i < n; i++) {
        found += split_metric(&tails, &heads, names[i], &out[i]);
        known += metric_naming_read(names[i], FM_STR_NULL).role != FM_ROLE_OTHER;
    }
    if (found == 0 && known == 0)
        split_edges(&tails, &heads, names, n, out);
}
