/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/json.h"

/* yyjson's allocator over an arena. A freed block is not reused; the arena goes as a whole. */
static void *arena_malloc(void *arena, size_t size)
{
    size_t *p = fm_arena_alloc(arena, size + 16);
    p[0] = size;
    return (char *)p + 16;
}

static void *arena_realloc(void *arena, void *old, size_t old_size, size_t size)
{
    void *p = fm_arena_grow(arena, (char *)old - 16, old_size + 16, size + 16);
    *(size_t *)p = size;
    return (char *)p + 16;
}

static void arena_free(void *arena, void *p)
{
    (void)arena;
    (void)p;
}

static yyjson_alc arena_alc(struct fm_arena *a)
{
    return (yyjson_alc){arena_malloc, arena_realloc, arena_free, a};
}

/* The index behind the string that begins at i, which is behind its quote. */
static size_t skip_string(fm_str s, size_t i)
{
    while (i < s.len) {
        const char *quote = memchr(s.p + i, '"', s.len - i);
        if (!quote)
            return s.len;
        size_t end = (size_t)(quote - s.p), back = end;
        while (back > i && s.p[back - 1] == '\\')
            back--;
        if ((end - back) % 2 == 0)
            return end + 1;
        i = end + 1;
    }
    return s.len;
}

/* yyjson reads without recursion, but readers of the tree recurse: limit the depth before anything
 * is allocated. */
static bool is_too_deep(fm_str s, size_t *at)
{
    size_t depth = 0;
    for (size_t i = 0; i < s.len;) {
        char c = s.p[i++];
        if (c == '"') {
            i = skip_string(s, i);
        } else if (c == '{' || c == '[') {
            *at = i - 1;
            if (++depth > FM_JSON_DEPTH_MAX)
                return true;
        } else if ((c == '}' || c == ']') && depth) {
            depth--;
        }
    }
    return false;
}

enum fm_code fm_json_read(struct fm_ctx *ctx, fm_str text, yyjson_val **out)
{
    size_t at = 0;
    if (is_too_deep(text, &at))
        return fm_fail(ctx, FM_ELIMIT, "JSON: nested deeper than %d at byte %zu", FM_JSON_DEPTH_MAX,
                       at);
    yyjson_alc alc = arena_alc(&ctx->arena);
    yyjson_read_err err;
    yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)text.p, text.len, 0, &alc, &err);
    if (!doc)
        return fm_fail(ctx, FM_EINVAL, "JSON: %s at byte %zu", err.msg, err.pos);
    *out = yyjson_doc_get_root(doc);
    return FM_OK;
}

yyjson_val *fm_json_get(yyjson_val *obj, const char *key)
{
    return yyjson_obj_get(obj, key);
}

fm_str fm_json_str(yyjson_val *v)
{
    return yyjson_is_str(v) ? fm_str_n(yyjson_get_str(v), yyjson_get_len(v)) : FM_STR_NULL;
}

fm_str fm_json_get_str(yyjson_val *obj, const char *key)
{
    return fm_json_str(yyjson_obj_get(obj, key));
}

int64_t fm_json_get_i64(yyjson_val *obj, const char *key, int64_t dflt)
{
    yyjson_val *v = yyjson_obj_get(obj, key);
    if (yyjson_is_uint(v))
        return yyjson_get_uint(v) <= INT64_MAX ? (int64_t)yyjson_get_uint(v) : dflt;
    return yyjson_is_sint(v) ? yyjson_get_sint(v) : dflt;
}

double fm_json_get_f64(yyjson_val *obj, const char *key, double dflt)
{
    yyjson_val *v = yyjson_obj_get(obj, key);
    return yyjson_is_num(v) ? yyjson_get_num(v) : dflt;
}

bool fm_json_get_bool(yyjson_val *obj, const char *key, bool dflt)
{
    yyjson_val *v = yyjson_obj_get(obj, key);
    return yyjson_is_bool(v) ? yyjson_get_bool(v) : dflt;
}

yyjson_mut_doc *fm_json_new(struct fm_arena *a)
{
    yyjson_alc *alc = FM_NEW(a, yyjson_alc);
    *alc = arena_alc(a);
    yyjson_mut_doc *d = yyjson_mut_doc_new(alc);
    if (!d)
        FM_BUG("out of memory");
    return d;
}

static yyjson_mut_val *key_of(yyjson_mut_doc *d, const char *key)
{
    return yyjson_mut_strcpy(d, key);
}

/* Length of the longest well-formed prefix is found bytewise: bad input is rare. */
static fm_str make_utf8(yyjson_mut_doc *d, fm_str s)
{
    struct fm_arena *a = d->alc.ctx;
    char *out = fm_arena_alloc(a, s.len * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len;) {
        size_t len = 1;
        while (len < 4 && i + len < s.len && ((unsigned char)s.p[i + len] & 0xC0) == 0x80)
            len++;
        while (len > 1 && !fm_str_is_utf8(fm_str_n(s.p + i, len)))
            len--;
        bool is_good = fm_str_is_utf8(fm_str_n(s.p + i, len));
        memcpy(out + n, is_good ? s.p + i : "\xEF\xBF\xBD", is_good ? len : 3);
        n += is_good ? len : 3;
        i += len;
    }
    return fm_str_n(out, n);
}

yyjson_mut_val *fm_json_mut_str(yyjson_mut_doc *d, fm_str s)
{
    if (!fm_str_is_utf8(s))
        s = make_utf8(d, s);
    return yyjson_mut_strncpy(d, s.p ? s.p : "", s.len);
}

void fm_json_add_str(yyjson_mut_doc *d, yyjson_mut_val *obj, const char *key, fm_str s)
{
    yyjson_mut_obj_add(obj, key_of(d, key), fm_json_mut_str(d, s));
}

void fm_json_add_strz(yyjson_mut_doc *d, yyjson_mut_val *obj, const char *key, const char *s)
{
    yyjson_mut_obj_add(obj, key_of(d, key),
                       s ? fm_json_mut_str(d, fm_str_c(s)) : yyjson_mut_null(d));
}

void fm_json_add_time(yyjson_mut_doc *d, yyjson_mut_val *obj, const char *key, fm_time t)
{
    char text[FM_TIME_TEXT_MAX];
    fm_json_add_strz(d, obj, key, t == FM_TIME_NONE ? NULL : fm_time_format(t, text));
}

enum fm_code fm_json_write(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                           bool is_pretty, struct fm_buf *out)
{
    size_t n;
    yyjson_write_err err;
    yyjson_alc alc = arena_alc(&ctx->arena);
    char *text = yyjson_mut_val_write_opts(root, is_pretty ? YYJSON_WRITE_PRETTY_TWO_SPACES : 0,
                                           &alc, &n, &err);
    (void)d;
    if (!text)
        return fm_fail(ctx, FM_EINTERNAL, "JSON: cannot write: %s", err.msg);
    fm_buf_add(out, text, n);
    return out->overflow ? fm_fail(ctx, FM_ELIMIT, "JSON: text is longer than %zu bytes", out->max)
                         : FM_OK;
}
