/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "record_impl.h"

static void put_escape(struct fm_buf *out, unsigned char c)
{
    static const char short_forms[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    for (size_t i = 0; i + 1 < sizeof short_forms; i += 2) {
        if ((unsigned char)short_forms[i] == c) {
            fm_buf_addc(out, '\\');
            fm_buf_addc(out, short_forms[i + 1]);
            return;
        }
    }
    fm_buf_addf(out, "\\u%04x", c);
}

/* Bytes that are not UTF-8 become U+FFFD one by one. */
static void put_invalid_utf8(struct fm_buf *out, fm_str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t len = 1;
        while (len < 4 && i + len < s.len && ((unsigned char)s.p[i + len] & 0xC0) == 0x80)
            len++;
        while (len > 1 && !fm_str_is_utf8(fm_str_n(s.p + i, len)))
            len--;
        if (!fm_str_is_utf8(fm_str_n(s.p + i, len)))
            fm_buf_addz(out, "\xEF\xBF\xBD");
        else if (len == 1 && ((unsigned char)s.p[i] < 0x20 || s.p[i] == '"' || s.p[i] == '\\'))
            put_escape(out, (unsigned char)s.p[i]);
        else
            fm_buf_add(out, s.p + i, len);
        i += len;
    }
}

static void put_utf8(struct fm_buf *out, fm_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        fm_buf_add(out, s.p + from, i - from);
        put_escape(out, c);
        from = i + 1;
    }
    fm_buf_add(out, s.p + from, s.len - from);
}

void fm_json_put_str(struct fm_buf *out, fm_str s)
{
    fm_buf_addc(out, '"');
    if (s.len && fm_str_is_utf8(s))
        put_utf8(out, s);
    else if (s.len)
        put_invalid_utf8(out, s);
    fm_buf_addc(out, '"');
}

static void put_time(struct fm_buf *out, fm_time t)
{
    char text[FM_TIME_TEXT_MAX];
    fm_buf_addc(out, '"');
    fm_buf_addz(out, fm_time_format(t, text));
    fm_buf_addc(out, '"');
}

static void put_unit(struct fm_buf *out, double x)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%.4f", fm_unit_round(x));
    while (n > 0 && text[n - 1] == '0')
        n--;
    if (n > 0 && text[n - 1] == '.')
        n--;
    fm_buf_add(out, text, n > 0 ? (size_t)n : 0);
}

static void put_list(const struct fm_field *f, const struct fm_list *list, struct fm_buf *out)
{
    size_t size = fm_field_item_size(f);
    fm_buf_addc(out, '[');
    for (size_t i = 0; i < list->n; i++) {
        const void *item = (const char *)list->items + i * size;
        if (i)
            fm_buf_addc(out, ',');
        if (f->kind == FM_FIELD_RECORDS)
            fm_record_write(f->type, item, out);
        else if (f->kind == FM_FIELD_ENUMS)
            fm_json_put_str(out, fm_str_c(fm_name_of(f->names, *(const unsigned *)item)));
        else
            fm_json_put_str(out, *(const fm_str *)item);
    }
    fm_buf_addc(out, ']');
}

static void put_value(const struct fm_field *f, const void *p, struct fm_buf *out)
{
    switch (f->kind) {
    case FM_FIELD_STR:
    case FM_FIELD_REF:
        fm_json_put_str(out, *(const fm_str *)p);
        return;
    case FM_FIELD_TIME:
        put_time(out, *(const fm_time *)p);
        return;
    case FM_FIELD_BOOL:
        fm_buf_addz(out, "true");
        return;
    case FM_FIELD_INT:
        fm_buf_addf(out, "%lld", (long long)*(const int64_t *)p);
        return;
    case FM_FIELD_UNIT:
        put_unit(out, *(const double *)p);
        return;
    case FM_FIELD_ENUM:
        fm_json_put_str(out, fm_str_c(fm_name_of(f->names, *(const unsigned *)p)));
        return;
    case FM_FIELD_RECORD:
        fm_record_write(f->type, p, out);
        return;
    case FM_FIELD_STRS:
    case FM_FIELD_REFS:
    case FM_FIELD_ENUMS:
    case FM_FIELD_RECORDS:
        put_list(f, p, out);
        return;
    }
}

void fm_record_write(const struct fm_record_type *t, const void *record, struct fm_buf *out)
{
    bool is_first = true;
    fm_buf_addc(out, '{');
    for (size_t i = 0; i < t->n_fields; i++) {
        const struct fm_field *f = &t->fields[i];
        const void *p = fm_field_at_const(record, f);
        if (!fm_field_is_given(f, p))
            continue;
        fm_buf_add(out, is_first ? "\"" : ",\"", is_first ? 1 : 2);
        fm_buf_addz(out, f->name);
        fm_buf_addz(out, "\":");
        put_value(f, p, out);
        is_first = false;
    }
    fm_buf_addc(out, '}');
}
