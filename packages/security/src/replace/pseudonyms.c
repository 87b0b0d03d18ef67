/* SPDX-License-Identifier: Apache-2.0 */
#include "replace/pseudonyms.h"

#include <stdlib.h>

#include "faultmaven/security/crypto.h"
#include "replace/form.h"
#include "scan/placeholder.h"

static struct fm_pseudonym reserved;

static struct fm_values *new_values(void)
{
    struct fm_values *v = calloc(1, sizeof *v);
    FM_ASSERT(v != NULL);
    v->refs = 1;
    fm_arena_init(&v->arena);
    fm_map_init(&v->by_value, &v->arena);
    fm_map_init(&v->by_number, &v->arena);
    fm_map_init(&v->by_fake, &v->arena);
    return v;
}

void fm_values_unref(struct fm_values *v)
{
    if (!v || atomic_fetch_sub(&v->refs, 1) > 1)
        return;
    for (size_t i = 0; i < v->entries.n; i++)
        if (v->entries.items[i]->value.len)
            fm_wipe((void *)(uintptr_t)v->entries.items[i]->value.p,
                    v->entries.items[i]->value.len);
    fm_arena_release(&v->arena);
    free(v);
}

bool fm_values_is_empty(const struct fm_values *v)
{
    return v->by_value.n == 0 && v->by_number.n == 0;
}

struct fm_pseudonyms *fm_pseudonyms_new(const uint8_t key[FM_CASE_KEY_BYTES])
{
    struct fm_pseudonyms *m = calloc(1, sizeof *m);
    FM_ASSERT(m != NULL);
    m->v = new_values();
    memcpy(m->key, key, sizeof m->key);
    return m;
}

void fm_pseudonyms_free(struct fm_pseudonyms *m)
{
    if (!m)
        return;
    fm_values_unref(m->v);
    fm_wipe(m->key, sizeof m->key);
    free(m);
}

void fm_pseudonyms_become(struct fm_pseudonyms *m, struct fm_pseudonyms *from)
{
    fm_pseudonyms_adopt(m, from->v);
    memcpy(m->key, from->key, sizeof m->key);
    fm_pseudonyms_free(from);
}

struct fm_values *fm_values_ref(struct fm_values *v)
{
    atomic_fetch_add(&v->refs, 1);
    return v;
}

void fm_pseudonyms_adopt(struct fm_pseudonyms *m, struct fm_values *v)
{
    fm_values_ref(v);
    fm_values_unref(m->v);
    m->v = v;
}

size_t fm_pseudonyms_count(const struct fm_pseudonyms *m)
{
    return m->v->entries.n;
}

/* Keys of the maps live on the stack of the caller; the maps copy what they keep. */
#define KEY_MAX (FM_REDACT_LINE_MAX + 16)

static fm_str value_key(char *buf, enum fm_sensitive type, bool is_fake, fm_str value)
{
    size_t n = value.len < FM_REDACT_LINE_MAX ? value.len : FM_REDACT_LINE_MAX;
    buf[0] = (char)type;
    buf[1] = (char)is_fake;
    memcpy(buf + 2, value.p, n);
    return fm_str_n(buf, n + 2);
}

static fm_str number_key(char buf[5], enum fm_sensitive type, uint32_t number)
{
    buf[0] = (char)type;
    memcpy(buf + 1, &number, sizeof number);
    return fm_str_n(buf, 5);
}

static struct fm_pseudonym *put(struct fm_values *m, const struct fm_pseudonym *e)
{
    static _Thread_local char buf[KEY_MAX];
    char small[5];
    struct fm_pseudonym *p = FM_NEW(&m->arena, struct fm_pseudonym);
    *p = *e;
    p->value = fm_str_dup(&m->arena, e->value);
    p->fake = fm_str_dup(&m->arena, e->fake);
    fm_vec_push(&m->arena, &m->entries, p);
    fm_map_put(&m->by_value, value_key(buf, p->type, p->number == 0, p->value))->value = p;
    if (p->number)
        fm_map_put(&m->by_number, number_key(small, p->type, p->number))->value = p;
    else
        fm_map_put(&m->by_fake, p->fake)->value = p;
    if (p->fake.len > m->longest_fake)
        m->longest_fake = p->fake.len;
    return p;
}

static struct fm_values *copy_of(const struct fm_values *v)
{
    struct fm_values *out = new_values();
    for (size_t i = 0; i < v->entries.n; i++)
        put(out, v->entries.items[i]);
    for (size_t i = 0; i < v->by_number.n; i++)
        if (v->by_number.entries[i].value == &reserved)
            fm_map_put(&out->by_number, v->by_number.entries[i].key)->value = &reserved;
    memcpy(out->next, v->next, sizeof out->next);
    return out;
}

/* The values of m, for writing. */
static struct fm_values *own(struct fm_pseudonyms *m)
{
    if (atomic_load(&m->v->refs) > 1) {
        struct fm_values *copy = copy_of(m->v);
        fm_values_unref(m->v);
        m->v = copy;
    }
    return m->v;
}

static struct fm_pseudonym *add(struct fm_pseudonyms *m, const struct fm_pseudonym *e)
{
    return put(own(m), e);
}

bool fm_pseudonyms_insert(struct fm_pseudonyms *m, const struct fm_pseudonym *e)
{
    char small[5];
    bool is_taken =
        e->number ? fm_map_get(&m->v->by_number, number_key(small, e->type, e->number)) != NULL
                  : fm_map_get(&m->v->by_fake, e->fake) != NULL;
    if (is_taken)
        return false;
    add(m, e);
    if (e->number > m->v->next[e->type])
        m->v->next[e->type] = e->number;
    return true;
}

static const struct fm_pseudonym *find_value(const struct fm_pseudonyms *m, enum fm_sensitive type,
                                             bool is_fake, fm_str value)
{
    static _Thread_local char buf[KEY_MAX];
    return fm_map_get(&m->v->by_value, value_key(buf, type, is_fake, value));
}

static enum fm_code check_room(const struct fm_pseudonyms *m, struct fm_ctx *ctx)
{
    if (m->v->entries.n >= FM_PSEUDONYMS_MAX)
        return fm_fail(ctx, FM_ELIMIT,
                       "the map of the case is full: %d values; use the actions mask or hash for "
                       "frequent types",
                       FM_PSEUDONYMS_MAX);
    return FM_OK;
}

enum fm_code fm_pseudonyms_number(struct fm_pseudonyms *m, struct fm_ctx *ctx,
                                  enum fm_sensitive type, fm_str value,
                                  const struct fm_pseudonym **out)
{
    char small[5];
    *out = find_value(m, type, false, value);
    if (*out)
        return FM_OK;
    FM_TRY(check_room(m, ctx));
    own(m);
    do
        m->v->next[type]++;
    while (fm_map_get(&m->v->by_number, number_key(small, type, m->v->next[type])));
    *out = add(m, &(struct fm_pseudonym){.type = type, .number = m->v->next[type], .value = value});
    return FM_OK;
}

#define FAKE_TRIES 64

enum fm_code fm_pseudonyms_fake(struct fm_pseudonyms *m, struct fm_ctx *ctx, enum fm_sensitive type,
                                fm_str value, const struct fm_pseudonym **out)
{
    *out = find_value(m, type, true, value);
    if (*out)
        return FM_OK;
    FM_TRY(check_room(m, ctx));
    for (unsigned i = 0; i < FAKE_TRIES; i++) {
        fm_str fake = fm_form_fake(&ctx->arena, m->key,
                                   &(struct fm_form){.type = type, .value = value, .attempt = i});
        if (fm_str_eq(fake, value) || fm_map_get(&m->v->by_fake, fake) ||
            find_value(m, type, true, fake))
            continue;
        *out = add(m, &(struct fm_pseudonym){.type = type, .value = value, .fake = fake});
        return FM_OK;
    }
    /* A value of one or two digits has few forms of its own; a number always exists. */
    return fm_pseudonyms_number(m, ctx, type, value, out);
}

bool fm_pseudonyms_is_fake(const struct fm_pseudonyms *m, fm_str value)
{
    return fm_map_get(&m->v->by_fake, value) != NULL;
}

const struct fm_pseudonym *fm_pseudonyms_find(const struct fm_pseudonyms *m, enum fm_sensitive type,
                                              uint32_t number)
{
    char small[5];
    const struct fm_pseudonym *p = fm_map_get(&m->v->by_number, number_key(small, type, number));
    return p == &reserved ? NULL : p;
}

const struct fm_pseudonym *fm_pseudonyms_find_fake(const struct fm_pseudonyms *m, fm_str fake)
{
    return fm_map_get(&m->v->by_fake, fake);
}

static bool may_have_placeholder(fm_str text)
{
    return text.len && (memchr(text.p, '_', text.len) || memchr(text.p, '<', text.len));
}

bool fm_pseudonyms_has_number(fm_str text)
{
    struct fm_placeholder p;
    if (!may_have_placeholder(text))
        return false;
    for (size_t at = 0; fm_placeholder_next(text, at, &p); at = p.end)
        if (p.number)
            return true;
    return false;
}

void fm_pseudonyms_reserve(struct fm_pseudonyms *m, fm_str text)
{
    struct fm_placeholder p;
    char small[5];
    if (!may_have_placeholder(text))
        return;
    for (size_t at = 0; fm_placeholder_next(text, at, &p); at = p.end) {
        fm_str key = number_key(small, p.type, p.number);
        if (p.number && !fm_map_get(&m->v->by_number, key))
            fm_map_put(&own(m)->by_number, key)->value = &reserved;
    }
}
