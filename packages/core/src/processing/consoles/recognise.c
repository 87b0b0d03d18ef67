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

/* Titles of a psql table over their rule: "pid | state", or one column that is a setting. */
static bool starts_aligned(fm_str line, fm_str rule)
{
    const char *form;
    struct fm_console_cell cell = {fm_str_trim(line), FM_STR_NULL};
    if (!is_rule_of(rule, '-'))
        return false;
    return fm_str_has(line, FM_STR(" | "))
               ? fm_str_has(rule, FM_STR("-+-"))
               : fm_console_view_of(&cell, 1, &form) != FM_CONSOLE_KIND_COUNT;
}

/* A psql table, a mysql box, INFO of Redis. */
static bool starts_view(fm_str line, fm_str next)
{
    return (is_rule_of(line, '+') && fm_str_starts(next, FM_STR("| "))) ||
           starts_aligned(line, next) ||
           (fm_str_eqc(fm_str_trim(line), "# Server") &&
            (fm_str_starts(next, FM_STR("redis_version:")) ||
             fm_str_starts(next, FM_STR("valkey_version:")))) ||
           (fm_str_starts(line, FM_STR("# ")) && line.len < 20 &&
            (fm_str_starts(next, FM_STR("connected_clients:")) ||
             fm_str_starts(next, FM_STR("used_memory:")) || fm_str_starts(next, FM_STR("role:"))));
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

static bool is_start(fm_str line, fm_str next)
{
    return fm_console_is_title(line) || starts_record(line) || starts_view(line, next) ||
           starts_report(line, next);
}

/* Lines above the monitor of InnoDB. */
static bool is_heading(fm_str line)
{
    return fm_str_starts(line, FM_STR("===")) || fm_str_starts(line, FM_STR("Type: InnoDB"));
}

#define PROMPTS_MAX 16
#define STATEMENT_MAX 12 /* lines of a statement behind a prompt */

bool fm_console_recognise(const fm_str *lines, size_t n)
{
    size_t first = 0;
    while (first < n && first < PROMPTS_MAX && is_prompt(lines[first]))
        first++;
    for (size_t k = first; k < n && k < first + STATEMENT_MAX; k++) {
        if (is_start(lines[k], k + 1 < n ? lines[k + 1] : FM_STR_NULL))
            return true;
        if (first == 0 && !is_heading(lines[k]))
            return false;
    }
    return false;
}
