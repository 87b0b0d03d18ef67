/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

bool fm_table_header(fm_str line, struct fm_table *t)
{
    t->n = 0;
    size_t i = 0;
    while (i < line.len && t->n < FM_TABLE_COLUMNS_MAX) {
        while (i < line.len && line.p[i] == ' ')
            i++;
        size_t start = i;
        while (i < line.len && !(line.p[i] == ' ' && (i + 1 == line.len || line.p[i + 1] == ' ')))
            i++;
        if (i == start)
            break;
        t->offsets[t->n] = start;
        t->names[t->n++] = fm_str_sub(line, start, i - start);
    }
    return t->n >= 2;
}

/* Every column starts behind a blank. */
static bool fits(const struct fm_table *t, fm_str line)
{
    for (size_t c = 1; c < t->n; c++)
        if (t->offsets[c] <= line.len && t->offsets[c] > 0 && line.p[t->offsets[c] - 1] != ' ')
            return false;
    return true;
}

static bool split_loose(const struct fm_table *t, fm_str line, fm_str cells[FM_TABLE_COLUMNS_MAX])
{
    size_t n = 0, i = 0;
    while (i < line.len) {
        while (i < line.len && line.p[i] == ' ')
            i++;
        size_t start = i;
        bool is_last = n + 1 == t->n;
        while (i < line.len &&
               (is_last || !(line.p[i] == ' ' && (i + 1 == line.len || line.p[i + 1] == ' '))))
            i++;
        if (i == start)
            break;
        if (n == t->n)
            return false;
        cells[n++] = fm_str_trim(fm_str_sub(line, start, i - start));
    }
    return true;
}

bool fm_table_row(const struct fm_table *t, fm_str line, fm_str cells[FM_TABLE_COLUMNS_MAX])
{
    for (size_t c = 0; c < FM_TABLE_COLUMNS_MAX; c++)
        cells[c] = FM_STR_NULL;
    if (!fits(t, line))
        return split_loose(t, line, cells);
    for (size_t c = 0; c < t->n; c++) {
        size_t end = c + 1 < t->n ? t->offsets[c + 1] : line.len;
        size_t start = t->offsets[c] < line.len ? t->offsets[c] : line.len;
        cells[c] = fm_str_trim(fm_str_sub(line, start, end > start ? end - start : 0));
    }
    return true;
}

int fm_table_column(const struct fm_table *t, const char *name)
{
    for (size_t c = 0; c < t->n; c++)
        if (fm_str_eqc(t->names[c], name))
            return (int)c;
    return -1;
}
