/* SPDX-License-Identifier: Apache-2.0 */
/* INFO of Redis and Valkey: "# Section", then "key:value" lines. Each pair is a setting. */
#include "read.h"

static bool is_section(fm_str line)
{
    static const char *const names[] = {"Server",  "Clients",    "Memory",      "Persistence",
                                        "Stats",   "CPU",        "Replication", "Keyspace",
                                        "Cluster", "Errorstats", "Commandstats"};
    if (!fm_str_starts(line, FM_STR("# ")))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_eqc(fm_str_trim(fm_str_skip(line, 2)), names[i]))
            return true;
    return false;
}

static bool is_key(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
              s.p[i] == '_'))
            return false;
    return s.len > 0;
}

static bool read_pair(struct fm_console_reader *r, fm_str line)
{
    fm_str value = line;
    fm_str name = fm_str_cut(&value, ':');
    if (name.len == line.len || !is_key(name))
        return false;
    struct fm_console_row *row = fm_console_add(r, FM_CONSOLE_SETTING, "redis", line);
    fm_console_set(r, row, FM_CONSOLE_F_NAME, name);
    fm_console_set(r, row, FM_CONSOLE_F_VALUE, value);
    return true;
}

bool fm_console_read_redis(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    fm_str look = *rest, first;
    fm_str value;
    if (!is_section(line) || !fm_str_line(&look, &first))
        return false;
    value = first;
    if (!is_key(fm_str_cut(&value, ':')))
        return false;
    for (look = *rest; fm_str_line(&look, &line) && read_pair(r, line); *rest = look)
        ;
    return true;
}
