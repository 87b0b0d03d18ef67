/* SPDX-License-Identifier: Apache-2.0 */
#include "read.h"

#include "processing/cell.h"

const char *fm_console_kind_name(enum fm_console_kind k)
{
    static const char *const names[] = {
#define FM_CONSOLE_NAME(sym, name) name,
        FM_CONSOLE_KINDS(FM_CONSOLE_NAME)
#undef FM_CONSOLE_NAME
    };
    return k < FM_CONSOLE_KIND_COUNT ? names[k] : "";
}

struct fm_console_row *fm_console_add(struct fm_console_reader *r, enum fm_console_kind kind,
                                      const char *form, fm_str piece)
{
    struct fm_console_set *s = r->set;
    if (s->rows.n >= FM_CONSOLE_ROWS_MAX) {
        if (!s->is_full)
            fm_incident_limit(s->in, "more than %d rows of console output; the rest is left out",
                              FM_CONSOLE_ROWS_MAX);
        s->is_full = true;
        return NULL;
    }
    struct fm_console_row *row = FM_NEW(&s->in->ctx->arena, struct fm_console_row);
    row->kind = kind;
    row->form = form;
    row->evidence = r->evidence;
    row->host = r->host;
    row->command = r->command;
    row->sample = *r->sample;
    row->span = fm_quote(r->evidence, piece, FM_QUOTE_MAX);
    fm_vec_push(&s->in->ctx->arena, &s->rows, row);
    return row;
}

static bool is_no_value(fm_str s)
{
    return s.len == 0 || fm_str_eqc(s, "-") || fm_str_eqc(s, "NULL") || fm_str_eqc(s, "\\N") ||
           fm_str_eqc(s, "null");
}

void fm_console_set_text(struct fm_console_reader *r, struct fm_console_row *row,
                         enum fm_console_field f, fm_str text, fm_str piece)
{
    text = fm_str_trim(text);
    if (!row || f == FM_CONSOLE_F_NONE || is_no_value(text))
        return;
    fm_field field = {text, fm_quote(r->evidence, piece, FM_QUOTE_MAX)};
    if (fm_field_is_set(fm_console_get(row, f)) || !fm_field_is_set(field))
        return;
    fm_vec_push(&r->set->in->ctx->arena, &row->values, ((struct fm_console_value){f, field}));
}

void fm_console_set(struct fm_console_reader *r, struct fm_console_row *row,
                    enum fm_console_field f, fm_str piece)
{
    fm_console_set_text(r, row, f, piece, piece);
}

fm_field fm_console_get(const struct fm_console_row *r, enum fm_console_field f)
{
    fm_vec_each (&r->values, v)
        if (v->id == f)
            return v->field;
    return (fm_field){0};
}

/* Bytes of a size: "15.5g" of top, "120Mi" of free -h, "1.95GiB" of docker; 1 for no unit. */
static bool unit_of(fm_str unit, double *factor)
{
    static const char letters[] = "kmgtp";
    *factor = 1;
    if (unit.len == 0 || fm_str_eqc(unit, "%") || fm_str_eqc(unit, "B"))
        return true;
    const char *at = memchr(letters, unit.p[0] | 32, sizeof letters - 1);
    fm_str behind = fm_str_skip(unit, 1);
    if (!at || !(behind.len == 0 || fm_str_eqc(behind, "i") || fm_str_eqc(behind, "iB") ||
                 fm_str_eqc(behind, "B")))
        return false;
    for (ptrdiff_t i = 0; i <= at - letters; i++)
        *factor *= 1024;
    return true;
}

static bool is_number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == ',' || c == '-' || c == '+';
}

bool fm_console_number(const struct fm_console_row *r, enum fm_console_field f, double *out)
{
    fm_str s = fm_console_get(r, f).text;
    char digits[32];
    size_t n = 0;
    while (n < s.len && n < sizeof digits - 1 && is_number_char(s.p[n])) {
        digits[n] = s.p[n] == ',' ? '.' : s.p[n];
        n++;
    }
    double v, factor;
    if (n == 0 || !fm_str_f64(fm_str_n(digits, n), &v) || !unit_of(fm_str_skip(s, n), &factor))
        return false;
    *out = v * factor;
    return true;
}

/* "00:01:12.5" and "01:12" */
static bool clock_seconds(fm_str s, double *out)
{
    double total = 0, part;
    unsigned n = 0;
    for (; s.len; n++) {
        if (!fm_str_f64(fm_str_cut(&s, ':'), &part))
            return false;
        total = total * 60 + part;
    }
    *out = total;
    return n > 0 && n <= 3;
}

bool fm_console_seconds(fm_str s, double *out)
{
    double total = 0, part;
    fm_str word;
    s = fm_str_trim(s);
    if (is_no_value(s))
        return false;
    while (fm_str_word(&s, &word)) {
        fm_str look = s, unit;
        if (!clock_seconds(word, &part))
            return false;
        if (fm_str_word(&look, &unit) && fm_str_istarts(unit, FM_STR("day"))) {
            part *= 86400;
            s = look;
        }
        total += part;
    }
    *out = total;
    return true;
}

bool fm_console_is_title(fm_str line)
{
    return fm_console_is_column_title(line) || fm_console_is_free_title(line) ||
           fm_console_is_docker_title(line) || fm_console_is_csv_title(line);
}

const struct fm_console_row *fm_console_setting(const struct fm_console_set *s, const char *form,
                                                const char *name)
{
    const struct fm_console_row *last = NULL;
    fm_vec_each (&s->rows, r)
        if ((*r)->kind == FM_CONSOLE_SETTING && (!form || strcmp((*r)->form, form) == 0) &&
            fm_str_ieq(fm_console_get(*r, FM_CONSOLE_F_NAME).text, fm_str_c(name)))
            last = *r;
    return last;
}
