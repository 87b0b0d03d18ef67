/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/csv.h"

static size_t count_outside_quotes(fm_str line, char c)
{
    size_t n = 0;
    bool in_quotes = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.p[i] == '"')
            in_quotes = !in_quotes;
        else if (line.p[i] == c && !in_quotes)
            n++;
    }
    return n;
}

/* The separator that splits the first lines most, and the same number of times. */
static char find_separator(fm_str text)
{
    static const char candidates[] = {',', '\t', ';', '|'};
    char best = ',';
    size_t best_n = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        fm_str rest = fm_str_sub(text, 0, FM_CSV_ROW_MAX), line;
        size_t least = SIZE_MAX;
        for (unsigned k = 0; k < 3 && fm_str_line(&rest, &line); k++) {
            size_t n = count_outside_quotes(line, candidates[i]);
            if (line.len && n < least)
                least = n;
        }
        if (least != SIZE_MAX && least > best_n) {
            best_n = least;
            best = candidates[i];
        }
    }
    return best;
}

void fm_csv_init(struct fm_csv *c, struct fm_arena *a, fm_str text)
{
    if (fm_str_starts(text, FM_STR("\xEF\xBB\xBF")))
        text = fm_str_skip(text, 3);
    *c = (struct fm_csv){.rest = text, .separator = find_separator(text)};
    c->fields = fm_arena_alloc(a, FM_CSV_FIELDS_MAX * sizeof *c->fields);
}

static fm_str without_quotes(fm_str f)
{
    if (f.len >= 2 && f.p[0] == '"' && f.p[f.len - 1] == '"')
        return fm_str_sub(f, 1, f.len - 2);
    return f;
}

/* End of the quoted field that starts at `from`: behind its closing quote, or NULL when it does not
 * close in time. */
static const char *quoted_end(const char *from, const char *end)
{
    if ((size_t)(end - from) > FM_CSV_ROW_MAX)
        end = from + FM_CSV_ROW_MAX;
    for (const char *p = from + 1; p < end; p++) {
        p = memchr(p, '"', (size_t)(end - p));
        if (!p)
            return NULL;
        if (p + 1 < end && p[1] == '"')
            p++;
        else
            return p + 1;
    }
    return NULL;
}

/* End of the field at p: at its separator, its line end, or the end of text. */
static const char *field_end(const char *p, const char *end, char separator)
{
    if (p < end && *p == '"') {
        const char *q = quoted_end(p, end);
        p = q ? q : p;
    }
    while (p < end && *p != separator && *p != '\n')
        p++;
    return p;
}

static void add_field(struct fm_csv *c, const char *p, const char *q)
{
    if (c->n == FM_CSV_FIELDS_MAX)
        return;
    fm_str f = fm_str_n(p, (size_t)(q - p));
    if (f.len && f.p[f.len - 1] == '\r')
        f.len--;
    c->fields[c->n++] = without_quotes(f);
}

static void count_lines(struct fm_csv *c, const char *from, const char *to)
{
    while ((from = memchr(from, '\n', (size_t)(to - from)))) {
        c->line++;
        from++;
    }
}

static void read_row(struct fm_csv *c)
{
    const char *p = c->rest.p, *end = p + c->rest.len, *start = p;
    c->n = 0;
    for (;;) {
        const char *q = field_end(p, end, c->separator);
        add_field(c, p, q);
        p = q;
        if (p == end || *p == '\n')
            break;
        p++;
    }
    c->row = fm_str_n(start, (size_t)(p - start));
    if (c->row.len && c->row.p[c->row.len - 1] == '\r')
        c->row.len--;
    const char *next = p < end ? p + 1 : p;
    c->rest = fm_str_n(next, (size_t)(end - next));
}

bool fm_csv_next(struct fm_csv *c)
{
    while (c->rest.len) {
        const char *start = c->rest.p;
        uint64_t first = c->line + 1;
        read_row(c);
        count_lines(c, start, c->rest.p);
        if (c->row.len == 0 || c->row.p[0] == '#')
            continue;
        c->line = c->line > first ? c->line : first;
        return true;
    }
    return false;
}

fm_str fm_csv_field(fm_str row, char separator, size_t i)
{
    const char *p = row.p, *end = p + row.len;
    for (;; i--) {
        const char *q = field_end(p, end, separator);
        if (i == 0)
            return without_quotes(fm_str_trim(fm_str_n(p, (size_t)(q - p))));
        if (q == end || *q == '\n')
            return FM_STR_NULL;
        p = q + 1;
    }
}

fm_str fm_csv_unquote(struct fm_arena *a, fm_str f)
{
    if (!fm_str_has(f, FM_STR("\"\"")))
        return f;
    char *out = fm_arena_alloc(a, f.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < f.len; i++) {
        out[n++] = f.p[i];
        if (f.p[i] == '"' && i + 1 < f.len && f.p[i + 1] == '"')
            i++;
    }
    return fm_str_n(out, n);
}
