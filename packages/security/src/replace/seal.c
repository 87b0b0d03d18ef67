/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map at rest. Inside the box: "FMP1", then entries of: length of the type name (1 byte), type
 * name, number (4 bytes), length of the value (4), value, length of the fake (4), fake; little
 * endian. The key is derived from the case key.
 */
#include "faultmaven/security/crypto.h"
#include "replace/pseudonyms.h"

static const char magic[4] = {'F', 'M', 'P', '1'};

static void box_key(const uint8_t key[FM_CASE_KEY_BYTES], uint8_t out[FM_KEY_BYTES])
{
    fm_key_derive(key, FM_STR("faultmaven pseudonym map"), out);
}

static void put_u32(struct fm_buf *b, uint32_t v)
{
    uint8_t le[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    fm_buf_add(b, le, sizeof le);
}

enum fm_code fm_pseudonyms_seal(const struct fm_pseudonyms *m, struct fm_ctx *ctx, fm_str case_id,
                                fm_str *out)
{
    struct fm_buf b;
    uint8_t key[FM_KEY_BYTES];
    fm_buf_init(&b, FM_BOX_MAX);
    fm_buf_add(&b, magic, sizeof magic);
    for (size_t i = 0; i < m->v->entries.n; i++) {
        const struct fm_pseudonym *e = m->v->entries.items[i];
        fm_str name = fm_str_c(fm_sensitive_name(e->type));
        fm_buf_addc(&b, (char)name.len);
        fm_buf_adds(&b, name);
        put_u32(&b, e->number);
        put_u32(&b, (uint32_t)e->value.len);
        fm_buf_adds(&b, e->value);
        put_u32(&b, (uint32_t)e->fake.len);
        fm_buf_adds(&b, e->fake);
    }
    box_key(m->key, key);
    enum fm_code code =
        b.overflow
            ? fm_fail(ctx, FM_ELIMIT, "the map of the case is larger than %u bytes", FM_BOX_MAX)
            : fm_box_seal(ctx, key, case_id, fm_buf_str(&b), out);
    fm_wipe(b.p, b.len);
    fm_wipe(key, sizeof key);
    fm_buf_release(&b);
    return code;
}

static bool take(fm_str *rest, size_t n, fm_str *out)
{
    if (rest->len < n)
        return false;
    *out = fm_str_n(rest->p, n);
    *rest = fm_str_skip(*rest, n);
    return true;
}

static bool take_u32(fm_str *rest, uint32_t *out)
{
    fm_str s;
    if (!take(rest, 4, &s))
        return false;
    const uint8_t *p = (const uint8_t *)s.p;
    *out = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    return true;
}

static bool take_entry(fm_str *rest, struct fm_pseudonym *e)
{
    fm_str n, name;
    uint32_t len;
    if (!take(rest, 1, &n) || !take(rest, (unsigned char)n.p[0], &name) ||
        !take_u32(rest, &e->number))
        return false;
    e->type = fm_sensitive_parse(name);
    if (e->type == FM_SENSITIVE_COUNT || !take_u32(rest, &len) || !take(rest, len, &e->value))
        return false;
    return take_u32(rest, &len) && take(rest, len, &e->fake) && (e->number || e->fake.len);
}

enum fm_code fm_pseudonyms_open(struct fm_ctx *ctx, const uint8_t key[FM_CASE_KEY_BYTES],
                                fm_str case_id, fm_str sealed, struct fm_pseudonyms **out)
{
    uint8_t box[FM_KEY_BYTES];
    fm_str plain, head;
    box_key(key, box);
    enum fm_code code = fm_box_open(ctx, box, case_id, sealed, &plain);
    fm_wipe(box, sizeof box);
    if (code != FM_OK)
        return code;
    struct fm_pseudonyms *m = fm_pseudonyms_new(key);
    fm_str rest = plain;
    bool ok = take(&rest, sizeof magic, &head) && memcmp(head.p, magic, sizeof magic) == 0;
    while (ok && rest.len) {
        struct fm_pseudonym e = {0};
        ok = take_entry(&rest, &e) && fm_pseudonyms_insert(m, &e);
    }
    fm_wipe((void *)(uintptr_t)plain.p, plain.len);
    if (!ok) {
        fm_pseudonyms_free(m);
        return fm_fail(ctx, FM_EINVAL,
                       "the map of the case has a form that this version does not read");
    }
    *out = m;
    return FM_OK;
}
