/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/record.h"

#include "record_impl.h"

double fm_unit_round(double x)
{
    return (double)(int64_t)(x * 10000.0 + (x < 0 ? -0.5 : 0.5)) / 10000.0;
}

static void init_field(const struct fm_field *f, void *p)
{
    if (f->kind == FM_FIELD_TIME)
        *(fm_time *)p = FM_TIME_NONE;
    else if (f->kind == FM_FIELD_UNIT)
        *(double *)p = FM_UNIT_NONE;
    else if (f->kind == FM_FIELD_RECORD)
        fm_record_init(f->type, p);
}

void fm_record_init(const struct fm_record_type *t, void *record)
{
    memset(record, 0, t->size);
    for (size_t i = 0; i < t->n_fields; i++)
        init_field(&t->fields[i], fm_field_at(record, &t->fields[i]));
}

void *fm_record_new(struct fm_arena *a, const struct fm_record_type *t)
{
    void *p = fm_arena_alloc(a, t->size);
    fm_record_init(t, p);
    return p;
}

static bool is_record_given(const struct fm_record_type *t, const void *record)
{
    for (size_t i = 0; i < t->n_fields; i++)
        if (fm_field_is_given(&t->fields[i], fm_field_at_const(record, &t->fields[i])))
            return true;
    return false;
}

bool fm_field_is_given(const struct fm_field *f, const void *p)
{
    switch (f->kind) {
    case FM_FIELD_STR:
    case FM_FIELD_REF:
        return ((const fm_str *)p)->len > 0;
    case FM_FIELD_TIME:
        return *(const fm_time *)p != FM_TIME_NONE;
    case FM_FIELD_BOOL:
        return *(const bool *)p;
    case FM_FIELD_INT:
        return *(const int64_t *)p != 0;
    case FM_FIELD_UNIT:
        return *(const double *)p >= 0.0;
    case FM_FIELD_ENUM:
        return *(const unsigned *)p != 0;
    case FM_FIELD_RECORD:
        return is_record_given(f->type, p);
    case FM_FIELD_STRS:
    case FM_FIELD_REFS:
    case FM_FIELD_ENUMS:
    case FM_FIELD_RECORDS:
        break;
    }
    return ((const struct fm_list *)p)->n > 0;
}

size_t fm_field_size(const struct fm_field *f)
{
    switch (f->kind) {
    case FM_FIELD_STR:
    case FM_FIELD_REF:
        return sizeof(fm_str);
    case FM_FIELD_TIME:
        return sizeof(fm_time);
    case FM_FIELD_BOOL:
        return sizeof(bool);
    case FM_FIELD_INT:
        return sizeof(int64_t);
    case FM_FIELD_UNIT:
        return sizeof(double);
    case FM_FIELD_ENUM:
        return sizeof(unsigned);
    case FM_FIELD_RECORD:
        return f->type->size;
    case FM_FIELD_STRS:
    case FM_FIELD_REFS:
    case FM_FIELD_ENUMS:
    case FM_FIELD_RECORDS:
        break;
    }
    return sizeof(struct fm_list);
}

size_t fm_field_item_size(const struct fm_field *f)
{
    if (f->kind == FM_FIELD_RECORDS)
        return f->type->size;
    return f->kind == FM_FIELD_ENUMS ? sizeof(unsigned) : sizeof(fm_str);
}

static bool is_list(const struct fm_field *f)
{
    return f->kind == FM_FIELD_STRS || f->kind == FM_FIELD_REFS || f->kind == FM_FIELD_ENUMS ||
           f->kind == FM_FIELD_RECORDS;
}

static void copy_list(struct fm_arena *a, const struct fm_field *f, struct fm_list *list)
{
    size_t size = fm_field_item_size(f);
    const char *from = list->items;
    char *to = list->n ? fm_arena_alloc(a, list->n * size) : NULL;
    for (size_t i = 0; i < list->n; i++) {
        if (f->kind == FM_FIELD_RECORDS)
            fm_record_copy(a, f->type, from + i * size, to + i * size);
        else if (f->kind == FM_FIELD_ENUMS)
            memcpy(to + i * size, from + i * size, size);
        else
            *(fm_str *)(void *)(to + i * size) =
                fm_str_dup(a, *(const fm_str *)(const void *)(from + i * size));
    }
    list->items = to;
    list->cap = list->n;
}

void fm_record_copy(struct fm_arena *a, const struct fm_record_type *t, const void *from, void *to)
{
    memcpy(to, from, t->size);
    for (size_t i = 0; i < t->n_fields; i++) {
        const struct fm_field *f = &t->fields[i];
        void *p = fm_field_at(to, f);
        if (is_list(f))
            copy_list(a, f, p);
        else if (f->kind == FM_FIELD_RECORD)
            fm_record_copy(a, f->type, fm_field_at_const(from, f), p);
        else if ((f->kind == FM_FIELD_STR || f->kind == FM_FIELD_REF) && ((fm_str *)p)->len)
            *(fm_str *)p = fm_str_dup(a, *(fm_str *)p);
    }
}

void fm_record_merge(const struct fm_record_type *t, const void *from, void *to)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        const struct fm_field *f = &t->fields[i];
        const void *p = fm_field_at_const(from, f);
        if (fm_field_is_given(f, p))
            memcpy(fm_field_at(to, f), p, fm_field_size(f));
    }
}

static enum fm_code each_item(const struct fm_field *f, struct fm_list *list, fm_ref_fn fn,
                              void *arg)
{
    size_t size = fm_field_item_size(f);
    for (size_t i = 0; i < list->n; i++) {
        void *item = (char *)list->items + i * size;
        if (f->kind == FM_FIELD_RECORDS)
            FM_TRY(fm_record_each_ref(f->type, item, fn, arg));
        else if (f->kind == FM_FIELD_REFS)
            FM_TRY(fn(arg, f->ref, item));
    }
    return FM_OK;
}

enum fm_code fm_record_each_ref(const struct fm_record_type *t, void *record, fm_ref_fn fn,
                                void *arg)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        const struct fm_field *f = &t->fields[i];
        void *p = fm_field_at(record, f);
        if (f->kind == FM_FIELD_REF && ((fm_str *)p)->len)
            FM_TRY(fn(arg, f->ref, p));
        else if (f->kind == FM_FIELD_RECORD)
            FM_TRY(fm_record_each_ref(f->type, p, fn, arg));
        else if (is_list(f))
            FM_TRY(each_item(f, p, fn, arg));
    }
    return FM_OK;
}
