/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/shape.h"

#include <ctype.h>

#include "processing/timestamp.h"

#define STAMP_TOKENS_MAX 8 /* a level, a host, a thread, ... may stand before the time */
#define STAMP_OFFSET_MAX 120
#define FIELDS_MAX 16384

/* The time at p, with date and clock; a clock alone counts at the beginning of a line. */
static bool is_stamp(const char *p, const char *end, bool is_first)
{
    struct fm_timestamp ts;
    if (!fm_timestamp_read(p, end, &ts))
        return false;
    if (fm_timestamp_form_is_full(ts.form))
        return true;
    return is_first && !ts.has_date && ts.len >= 8;
}

/* "E0601 08:00:00.123456": the letter of the level stands against the date. */
static bool is_klog(fm_str line)
{
    struct fm_timestamp ts;
    const char *end = line.p + line.len;
    if (line.len < 12 || !strchr("IWEFD", line.p[0]))
        return false;
    return fm_timestamp_read_form(line.p + 1, end, fm_timestamp_forms(), &ts) ||
           fm_timestamp_read_form(line.p + 1, end, fm_timestamp_forms() + 1, &ts);
}

static bool is_stamped(fm_str line)
{
    const char *p = line.p, *end = p + line.len;
    if (is_klog(line))
        return true;
    for (unsigned i = 0; i < STAMP_TOKENS_MAX && p < end && p - line.p < STAMP_OFFSET_MAX; i++) {
        while (p < end && strchr(" \t[(<\"'|=", *p))
            p++;
        if (p < end && is_stamp(p, end, i == 0))
            return true;
        while (p < end && !strchr(" \t[(<|=", *p))
            p++;
    }
    return false;
}

bool shape_is_log(const fm_str *lines, size_t n)
{
    size_t stamped = 0, heads = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_indented = lines[i].p[0] == ' ' || lines[i].p[0] == '\t';
        bool has_stamp = is_stamped(lines[i]);
        stamped += has_stamp;
        heads += has_stamp || !is_indented;
    }
    return stamped > 0 && stamped * 10 >= heads * 3;
}

static size_t count_fields(fm_str line, char separator)
{
    size_t n = 1;
    bool is_quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.p[i] == '"')
            is_quoted = !is_quoted;
        n += line.p[i] == separator && !is_quoted;
    }
    return n;
}

static char separator_of(fm_str header)
{
    char best = 0;
    size_t most = 1;
    for (const char *c = ",;\t"; *c; c++) {
        size_t n = count_fields(header, *c);
        if (n > most) {
            most = n;
            best = *c;
        }
    }
    return best;
}

static bool is_title(fm_str cell)
{
    double number;
    cell = fm_str_trim(cell);
    if (cell.len >= 2 && cell.p[0] == '"')
        cell = fm_str_trim(fm_str_sub(cell, 1, cell.len - 2));
    return cell.len <= 256 && !fm_str_f64(cell, &number) &&
           !(cell.len && is_stamp(cell.p, cell.p + cell.len, true));
}

bool shape_is_header(fm_str line)
{
    char separator = separator_of(line);
    size_t empty = 0, n = 0;
    if (!separator || fm_str_has(line, FM_STR(": ")) || fm_str_has(line, FM_STR("$ ")))
        return false;
    for (fm_str rest = line; rest.len && n < FIELDS_MAX; n++) {
        fm_str cell = fm_str_cut(&rest, separator);
        empty += fm_str_trim(cell).len == 0;
        if (!is_title(cell))
            return false;
    }
    return n >= 2 && empty <= 1;
}

/* Tables without numbers have titles of one word: "source,target". Prose has commas too. */
static bool is_one_word(fm_str header)
{
    for (size_t i = 0; i < header.len; i++)
        if (header.p[i] == ' ')
            return false;
    return true;
}

static bool has_number(fm_str row, char separator)
{
    while (row.len) {
        double number;
        fm_str cell = fm_str_trim(fm_str_cut(&row, separator));
        if (fm_str_f64(cell, &number) || (cell.len && is_stamp(cell.p, cell.p + cell.len, true)))
            return true;
    }
    return false;
}

bool shape_is_table(const fm_str *lines, size_t n)
{
    if (n < 2 || !shape_is_header(lines[0]))
        return false;
    char separator = separator_of(lines[0]);
    size_t wanted = count_fields(lines[0], separator), same = 0, numbers = 0, rows = n - 1;
    if (rows > 1 && count_fields(lines[n - 1], separator) < wanted)
        rows--; /* the sample ends within a row */
    for (size_t i = 1; i <= rows; i++) {
        same += count_fields(lines[i], separator) == wanted;
        numbers += has_number(lines[i], separator);
    }
    return same * 10 >= rows * 8 && (numbers * 2 >= rows || is_one_word(lines[0]));
}

static bool is_sample(fm_str line)
{
    size_t i = 0;
    double value;
    while (i < line.len && (strchr("_:", line.p[i]) || isalnum((unsigned char)line.p[i])))
        i++;
    ptrdiff_t close = fm_str_rchr(line, '}');
    if (i == 0 || i == line.len || line.p[i] != '{' || close < 0)
        return false;
    fm_str rest = fm_str_skip(line, (size_t)close + 1), word;
    return fm_str_word(&rest, &word) && fm_str_f64(word, &value);
}

bool shape_is_exposition(const fm_str *lines, size_t n)
{
    size_t samples = 0;
    for (size_t i = 0; i < n; i++)
        samples += is_sample(lines[i]);
    return n >= 2 && samples * 10 >= n * 8;
}
