/* SPDX-License-Identifier: Apache-2.0 */
#include "record_impl.h"

/* Where an error is: "solution.steps". */
struct where {
    struct fm_ctx *ctx;
    const struct fm_record_type *type;
    const struct fm_field *field;
};

static enum fm_code fail_type(struct where w, const char *wanted)
{
    return fm_fail(w.ctx, FM_EINVAL, "%s.%s: must be %s", w.type->name, w.field->name, wanted);
}

static enum fm_code check_text(struct where w, fm_str s, int64_t max)
{
    if ((int64_t)s.len > max)
        return fm_fail(w.ctx, FM_EINVAL, "%s.%s: has %zu bytes, at most %lld are allowed",
                       w.type->name, w.field->name, s.len, (long long)max);
    if (memchr(s.p ? s.p : "", '\0', s.len))
        return fm_fail(w.ctx, FM_EINVAL, "%s.%s: holds a NUL character", w.type->name,
                       w.field->name);
    return FM_OK;
}

static enum fm_code check_count(struct where w, size_t n)
{
    if ((int64_t)n <= w.field->max)
        return FM_OK;
    return fm_fail(w.ctx, FM_EINVAL, "%s.%s: has %zu items, at most %lld are allowed", w.type->name,
                   w.field->name, n, (long long)w.field->max);
}

static enum fm_code read_str(struct where w, yyjson_val *v, int64_t max, fm_str *out)
{
    if (!yyjson_is_str(v))
        return fail_type(w, "a string");
    fm_str s = fm_json_str(v);
    FM_TRY(check_text(w, s, max));
    *out = s;
    return FM_OK;
}

static enum fm_code read_enum(struct where w, yyjson_val *v, unsigned *out)
{
    if (!yyjson_is_str(v))
        return fail_type(w, "a name");
    fm_str s = fm_json_str(v);
    *out = fm_name_parse(w.field->names, s);
    if (*out || s.len == 0)
        return FM_OK;
    return fm_fail(w.ctx, FM_EINVAL,
                   "%s.%s: \"%.*s\" is no %s; the first of the known ones is \"%s\"", w.type->name,
                   w.field->name, FM_STR_ARG(fm_str_sub(s, 0, 64)), w.field->names->what,
                   fm_name_of(w.field->names, 1));
}

static enum fm_code read_time(struct where w, yyjson_val *v, fm_time *out)
{
    if (!yyjson_is_str(v) || !fm_time_parse(fm_json_str(v), out))
        return fail_type(w, "a time like 2025-07-01T12:00:00Z");
    return FM_OK;
}

static enum fm_code read_unit(struct where w, yyjson_val *v, double *out)
{
    double x = yyjson_is_num(v) ? yyjson_get_num(v) : -1.0;
    if (!(x >= 0.0 && x <= 1.0))
        return fail_type(w, "a number from 0 to 1");
    *out = fm_unit_round(x);
    return FM_OK;
}

static enum fm_code read_int(struct where w, yyjson_val *v, int64_t *out)
{
    if (!yyjson_is_int(v) || yyjson_get_sint(v) < 0 || yyjson_get_sint(v) > w.field->max)
        return fm_fail(w.ctx, FM_EINVAL, "%s.%s: must be a whole number from 0 to %lld",
                       w.type->name, w.field->name, (long long)w.field->max);
    *out = yyjson_get_sint(v);
    return FM_OK;
}

static enum fm_code read_item(struct where w, yyjson_val *v, void *item)
{
    if (w.field->kind == FM_FIELD_RECORDS)
        return fm_record_read(w.ctx, w.field->type, v, item);
    if (w.field->kind == FM_FIELD_ENUMS)
        return read_enum(w, v, item);
    return read_str(w, v, (int64_t)w.field->item_max, item);
}

static enum fm_code read_list(struct where w, yyjson_val *v, struct fm_list *out)
{
    if (!yyjson_is_arr(v))
        return fail_type(w, "a list");
    FM_TRY(check_count(w, yyjson_arr_size(v)));
    size_t size = fm_field_item_size(w.field);
    out->n = out->cap = yyjson_arr_size(v);
    out->items = out->n ? fm_arena_calloc(&w.ctx->arena, out->n, size) : NULL;
    size_t i, max;
    yyjson_val *item;
    yyjson_arr_foreach(v, i, max, item) FM_TRY(read_item(w, item, (char *)out->items + i * size));
    return FM_OK;
}

static enum fm_code read_bool(struct where w, yyjson_val *v, bool *out)
{
    if (!yyjson_is_bool(v))
        return fail_type(w, "true or false");
    *out = yyjson_get_bool(v);
    return FM_OK;
}

static enum fm_code read_value(struct where w, yyjson_val *v, void *p)
{
    switch (w.field->kind) {
    case FM_FIELD_STR:
    case FM_FIELD_REF:
        return read_str(w, v, w.field->max, p);
    case FM_FIELD_TIME:
        return read_time(w, v, p);
    case FM_FIELD_BOOL:
        return read_bool(w, v, p);
    case FM_FIELD_INT:
        return read_int(w, v, p);
    case FM_FIELD_UNIT:
        return read_unit(w, v, p);
    case FM_FIELD_ENUM:
        return read_enum(w, v, p);
    case FM_FIELD_RECORD:
        return fm_record_read(w.ctx, w.field->type, v, p);
    case FM_FIELD_STRS:
    case FM_FIELD_REFS:
    case FM_FIELD_ENUMS:
    case FM_FIELD_RECORDS:
        break;
    }
    return read_list(w, v, p);
}

/* Members usually come in the order of the table, so the search starts behind the last hit. */
static const struct fm_field *find_field(const struct fm_record_type *t, fm_str name, size_t *next)
{
    for (size_t k = 0; k < t->n_fields; k++) {
        size_t i = (*next + k) % t->n_fields;
        if (fm_str_eqc(name, t->fields[i].name)) {
            *next = i + 1;
            return &t->fields[i];
        }
    }
    return NULL;
}

static enum fm_code check_required(struct where w, const void *record)
{
    for (size_t i = 0; i < w.type->n_fields; i++) {
        const struct fm_field *f = &w.type->fields[i];
        if (f->is_required && !fm_field_is_given(f, fm_field_at_const(record, f)))
            return fm_fail(w.ctx, FM_EINVAL, "%s.%s: is missing", w.type->name, f->name);
    }
    return FM_OK;
}

enum fm_code fm_record_read(struct fm_ctx *ctx, const struct fm_record_type *t, yyjson_val *v,
                            void *record)
{
    if (!yyjson_is_obj(v))
        return fm_fail(ctx, FM_EINVAL, "%s: must be an object", t->name);
    fm_record_init(t, record);
    size_t i, max, next = 0;
    yyjson_val *key, *val;
    yyjson_obj_foreach(v, i, max, key, val)
    {
        const struct fm_field *f = find_field(t, fm_json_str(key), &next);
        if (!f)
            return fm_fail(ctx, FM_EINVAL, "%s: has no member \"%.*s\"", t->name,
                           FM_STR_ARG(fm_str_sub(fm_json_str(key), 0, 64)));
        if (!yyjson_is_null(val))
            FM_TRY(read_value((struct where){ctx, t, f}, val, fm_field_at(record, f)));
    }
    return check_required((struct where){ctx, t, NULL}, record);
}

static enum fm_code check_list(struct where w, const struct fm_list *list)
{
    FM_TRY(check_count(w, list->n));
    size_t size = fm_field_item_size(w.field);
    for (size_t i = 0; i < list->n; i++) {
        const void *item = (const char *)list->items + i * size;
        if (w.field->kind == FM_FIELD_RECORDS)
            FM_TRY(fm_record_check(w.ctx, w.field->type, item));
        else if (w.field->kind != FM_FIELD_ENUMS)
            FM_TRY(check_text(w, *(const fm_str *)item, (int64_t)w.field->item_max));
    }
    return FM_OK;
}

static enum fm_code check_value(struct where w, const void *p)
{
    switch (w.field->kind) {
    case FM_FIELD_STR:
    case FM_FIELD_REF:
        return check_text(w, *(const fm_str *)p, w.field->max);
    case FM_FIELD_INT:
        return *(const int64_t *)p < 0 || *(const int64_t *)p > w.field->max
                   ? fail_type(w, "in range")
                   : FM_OK;
    case FM_FIELD_UNIT:
        return *(const double *)p > 1.0 ? fail_type(w, "a number from 0 to 1") : FM_OK;
    case FM_FIELD_ENUM:
        return *(const unsigned *)p >= w.field->names->n ? fail_type(w, w.field->names->what)
                                                         : FM_OK;
    case FM_FIELD_RECORD:
        return fm_record_check(w.ctx, w.field->type, p);
    case FM_FIELD_TIME:
    case FM_FIELD_BOOL:
        return FM_OK;
    case FM_FIELD_STRS:
    case FM_FIELD_REFS:
    case FM_FIELD_ENUMS:
    case FM_FIELD_RECORDS:
        break;
    }
    return check_list(w, p);
}

enum fm_code fm_record_check(struct fm_ctx *ctx, const struct fm_record_type *t, const void *record)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        const struct fm_field *f = &t->fields[i];
        FM_TRY(check_value((struct where){ctx, t, f}, fm_field_at_const(record, f)));
    }
    return check_required((struct where){ctx, t, NULL}, record);
}
