/* SPDX-License-Identifier: Apache-2.0 */
#include "read.h"

static bool is_rule_of(fm_str line, char first)
{
    line = fm_str_trim(line);
    for (size_t i = 0; i < line.len; i++)
        if (line.p[i] != '-' && line.p[i] != '+')
            return false;
    return line.len >= 5 && line.p[0] == first;
}

static bool starts_record(fm_str line)
{
    return fm_str_starts(line, FM_STR("-[ RECORD 1 ]")) ||
           (fm_str_starts(line, FM_STR("****")) && fm_str_has(line, FM_STR(" 1. row ****")));
}

/* Titles of a psql table over their rule, a mysql box, INFO of Redis. */
static bool starts_view(fm_str line, fm_str next)
{
    return (is_rule_of(line, '+') && fm_str_starts(next, FM_STR("| "))) ||
           (is_rule_of(next, '-') && fm_str_starts(line, FM_STR(" "))) ||
           (fm_str_eqc(fm_str_trim(line), "# Server") &&
            (fm_str_starts(next, FM_STR("redis_version:")) ||
             fm_str_starts(next, FM_STR("valkey_version:")))) ||
           (fm_str_starts(line, FM_STR("# ")) && line.len < 20 &&
            (fm_str_starts(next, FM_STR("connected_clients:")) ||
             fm_str_starts(next, FM_STR("used_memory:")) ||
             fm_str_starts(next, FM_STR("role:"))));
}

static bool starts_report(fm_str line, fm_str next)
{
    return fm_str_starts(line, FM_STR("top - ")) ||
           (fm_str_starts(line, FM_STR("procs -")) && fm_console_is_column_title(next)) ||
           (fm_str_starts(line, FM_STR("Linux ")) && fm_str_has(line, FM_STR(" CPU)"))) ||
           (fm_str_has(line, FM_STR("load average: ")) && fm_str_has(line, FM_STR(" up "))) ||
           fm_str_starts(line, FM_STR("Active Internet connections")) ||
           fm_str_has(line, FM_STR("INNODB MONITOR OUTPUT"));
}

/* "mysql> show processlist;", "shop=# select …", "127.0.0.1:6379> info". */
static bool is_prompt(fm_str line)
{
    static const char *const marks[] = {"mysql> ", "MariaDB [", "=> ", "=# ", "> info", "> INFO"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        ptrdiff_t at = fm_str_find(line, fm_str_c(marks[i]), 0);
        if (at >= 0 && at < 40)
            return true;
    }
    return false;
}

bool fm_console_recognise(const fm_str *lines, size_t n)
{
    size_t i = 0;
    while (i < n && i < 16 && is_prompt(lines[i]))
        i++;
    /* A statement may take several lines, and the monitor of InnoDB has a heading. */
    for (size_t k = i; k < n && k < i + 12; k++) {
        fm_str next = k + 1 < n ? lines[k + 1] : FM_STR_NULL;
        bool is_start = fm_console_is_title(lines[k]) || starts_record(lines[k]) ||
                        starts_view(lines[k], next) || starts_report(lines[k], next);
        if (is_start)
            return true;
        if (i == 0 && !fm_str_starts(lines[k], FM_STR("===")) &&
            !fm_str_starts(lines[k], FM_STR("Type: InnoDB")))
            return false;
    }
    return false;
}
