/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows printed one value a line: psql \x ("-[ RECORD 1 ]----+----", "pid | 42") and mysql \G
 * ("*** 1. row ***", "Id: 5").
 */
#include "read.h"

static bool is_psql_head(fm_str line)
{
    return fm_str_starts(line, FM_STR("-[ RECORD "));
}

static bool is_mysql_head(fm_str line)
{
    return fm_str_starts(line, FM_STR("*****")) && fm_str_has(line, FM_STR(". row *****"));
}

/* "name | value" or "  Name: value". */
static bool cut_pair(fm_str line, char separator, struct fm_console_cell *out)
{
    fm_str value = line;
    if (fm_str_chr(line, separator, 0) <= 0)
        return false;
    out->name = fm_str_trim(fm_str_cut(&value, separator));
    out->value = fm_str_trim(value);
    return out->name.len > 0 && out->name.len <= 64 && fm_str_chr(out->name, ' ', 0) < 0;
}

/* A statement over several lines: its further lines are no pairs, or have a name of blanks. */
static bool is_end(fm_str line)
{
    return is_psql_head(line) || is_mysql_head(line) || fm_str_trim(line).len == 0 ||
           line.p[0] == '(';
}

bool fm_console_read_record(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    struct fm_console_cell cells[FM_CONSOLE_CELLS_MAX];
    bool is_psql = is_psql_head(line);
    const char *from = rest->p, *to = from;
    size_t n = 0;
    if (!is_psql && !is_mysql_head(line))
        return false;
    if (fm_str_has(line, FM_STR("RECORD 1 ]")) || fm_str_has(line, FM_STR(" 1. row ")))
        ++*r->sample;
    for (fm_str look = *rest; fm_str_line(&look, &line) && !is_end(line); *rest = look) {
        if (n < FM_CONSOLE_CELLS_MAX)
            n += cut_pair(line, is_psql ? '|' : ':', &cells[n]);
        to = line.p + line.len;
    }
    if (n)
        fm_console_add_cells(r, cells, n, fm_str_n(from, (size_t)(to - from)));
    return true;
}
