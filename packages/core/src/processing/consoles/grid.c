/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of database consoles: psql (titles, a rule of dashes, cells between bars), mysql (boxes),
 * CSV (psql --csv, COPY … CSV HEADER, GUI exports) and the tab-separated output of mysql --batch.
 */
#include "read.h"

#include "processing/csv.h"

#define GRID_ROWS_MAX 100000

struct grid {
    struct fm_console_cell cells[FM_CONSOLE_CELLS_MAX];
    size_t n;
};

static bool is_rule(fm_str line, const char *marks)
{
    line = fm_str_trim(line);
    for (size_t i = 0; i < line.len; i++)
        if (!strchr(marks, line.p[i]))
            return false;
    return line.len >= 3;
}

/* Cells between bars. A value may hold a bar itself; then the last column takes what is left, as
 * the statement is the last column of the usual views. */
static size_t cut_bars(fm_str line, size_t max, fm_str *out)
{
    size_t n = 0;
    while (n < max) {
        if (n + 1 == max) {
            out[n++] = fm_str_trim(line);
            break;
        }
        bool has_more = fm_str_chr(line, '|', 0) >= 0;
        out[n++] = fm_str_trim(fm_str_cut(&line, '|'));
        if (!has_more)
            break;
    }
    return n;
}

static fm_str without_frame(fm_str line)
{
    line = fm_str_trim(line);
    if (line.len && line.p[0] == '|')
        line = fm_str_skip(line, 1);
    if (line.len && line.p[line.len - 1] == '|')
        line.len--;
    return line;
}

static bool read_titles(struct grid *g, fm_str line)
{
    fm_str names[FM_CONSOLE_CELLS_MAX];
    const char *form;
    g->n = cut_bars(line, FM_CONSOLE_CELLS_MAX, names);
    for (size_t i = 0; i < g->n; i++)
        g->cells[i] = (struct fm_console_cell){names[i], FM_STR_NULL};
    return fm_console_view_of(g->cells, g->n, &form) != FM_CONSOLE_KIND_COUNT;
}

/* "+" at the end of a cell of psql: the value goes on in the next line, which begins no row. */
static bool is_wrapped(fm_str line)
{
    return fm_str_ends(fm_str_trim(line), FM_STR("+"));
}

static void read_bar_row(struct fm_console_reader *r, struct grid *g, fm_str inside, fm_str line)
{
    fm_str values[FM_CONSOLE_CELLS_MAX];
    size_t n = cut_bars(inside, g->n, values);
    if (n != g->n)
        return;
    for (size_t i = 0; i < n; i++) {
        g->cells[i].value = values[i];
        if (is_wrapped(values[i]))
            g->cells[i].value = fm_str_trim(fm_str_sub(values[i], 0, values[i].len - 1));
    }
    fm_console_add_cells(r, g->cells, g->n, line);
}

/* " pid | usename | …" over "-----+---------+": rows until "(3 rows)" or a blank line. */
static bool read_aligned(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    struct grid g;
    fm_str look = *rest, rule;
    if (!fm_str_line(&look, &rule) || !is_rule(rule, "-+") || !read_titles(&g, line))
        return false;
    bool was_wrapped = false;
    *rest = look;
    ++*r->sample;
    for (size_t n = 0; n < GRID_ROWS_MAX && fm_str_line(&look, &line); n++) {
        if (fm_str_trim(line).len == 0 || line.p[0] == '(')
            break;
        *rest = look;
        if (!was_wrapped)
            read_bar_row(r, &g, line, line);
        was_wrapped = is_wrapped(line);
    }
    return true;
}

/* "+----+-----+", "| Id | User |", "+----+-----+". */
static bool read_box_head(struct grid *g, fm_str line, fm_str *look)
{
    fm_str titles, rule;
    if (line.p[0] != '+' || !is_rule(line, "-+") || !fm_str_line(look, &titles))
        return false;
    return read_titles(g, without_frame(titles)) && fm_str_line(look, &rule) && is_rule(rule, "-+");
}

/* Rows up to "+----+-----+". */
static bool read_boxed(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    struct grid g;
    fm_str look = *rest;
    if (!read_box_head(&g, line, &look))
        return false;
    *rest = look;
    ++*r->sample;
    for (size_t n = 0; n < GRID_ROWS_MAX && fm_str_line(&look, &line); n++) {
        bool is_end = fm_str_trim(line).len == 0 || is_rule(line, "-+");
        if (!is_end && line.p[0] == '|')
            read_bar_row(r, &g, without_frame(line), line);
        *rest = look;
        if (is_end)
            break;
    }
    return true;
}

static bool is_separated_title(fm_str line, char separator)
{
    struct grid g;
    const char *form;
    g.n = 0;
    if (line.len > 2000 || fm_str_chr(line, separator, 0) < 0)
        return false;
    for (size_t i = 0; i < FM_CONSOLE_CELLS_MAX && line.len; i++) {
        fm_str name = fm_str_trim(fm_str_cut(&line, separator));
        if (name.len > 1 && name.p[0] == '"')
            name = fm_str_sub(name, 1, name.len - 2);
        g.cells[g.n++] = (struct fm_console_cell){name, FM_STR_NULL};
    }
    enum fm_console_kind kind = fm_console_view_of(g.cells, g.n, &form);
    return kind != FM_CONSOLE_KIND_COUNT && kind != FM_CONSOLE_SETTING;
}

bool fm_console_is_csv_title(fm_str line)
{
    return is_separated_title(line, ',') || is_separated_title(line, ';') ||
           is_separated_title(line, '\t');
}

/* The rest of the output is the table. */
static bool read_separated(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    struct grid g;
    struct fm_csv csv;
    if (!fm_console_is_csv_title(line))
        return false;
    const char *end = rest->p + rest->len;
    fm_csv_init(&csv, &r->set->in->ctx->arena, fm_str_n(line.p, (size_t)(end - line.p)));
    if (!fm_csv_next(&csv))
        return false;
    ++*r->sample;
    g.n = csv.n < FM_CONSOLE_CELLS_MAX ? csv.n : FM_CONSOLE_CELLS_MAX;
    for (size_t i = 0; i < g.n; i++)
        g.cells[i].name = fm_str_trim(csv.fields[i]);
    *rest = csv.rest;
    while (fm_csv_next(&csv) && csv.n >= g.n) {
        for (size_t i = 0; i < g.n; i++)
            g.cells[i].value = fm_str_trim(csv.fields[i]);
        fm_console_add_cells(r, g.cells, g.n, csv.row);
        *rest = csv.rest;
    }
    return true;
}

bool fm_console_read_grid(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    return line.len && (read_boxed(r, line, rest) || read_aligned(r, line, rest) ||
                        read_separated(r, line, rest));
}
