/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/event.h"

#include <openssl/evp.h>
#include <stdio.h>

#define EVENT_NAME_(sym, name, body) name,
static const char *const event_names[] = {NULL, FM_EVENTS(EVENT_NAME_)};
const struct fm_names fm_event_type_names = {"event type", event_names, FM_EVENT_COUNT};

#define EVENT_BODY_(sym, name, body) &fm_##body##_type,
static const struct fm_record_type *const event_bodies[] = {NULL, FM_EVENTS(EVENT_BODY_)};

const struct fm_record_type *fm_event_body(enum fm_event_type type)
{
    return type > FM_EVENT_NONE && type < FM_EVENT_COUNT ? event_bodies[type] : NULL;
}

fm_str fm_actor_str(struct fm_arena *a, struct fm_actor actor)
{
    const char *kind = fm_name_of(&fm_actor_kind_names, actor.kind);
    return actor.id.len ? fm_str_fmt(a, "%s:%.*s", kind, FM_STR_ARG(actor.id)) : fm_str_c(kind);
}

enum fm_code fm_actor_parse(struct fm_ctx *ctx, fm_str text, struct fm_actor *out)
{
    fm_str rest = text;
    fm_str kind = fm_str_cut(&rest, ':');
    unsigned k = fm_name_parse(&fm_actor_kind_names, kind);
    if (!k || text.len > 300)
        return fm_fail(ctx, FM_EINVAL,
                       "actor \"%.*s\": must start with user:, analyst, model: or system",
                       FM_STR_ARG(fm_str_sub(text, 0, 64)));
    *out =
        (struct fm_actor){k, kind.len == text.len ? FM_STR_NULL : fm_str_skip(text, kind.len + 1)};
    return FM_OK;
}

enum fm_code fm_event_read_body(struct fm_ctx *ctx, enum fm_event_type type, yyjson_val *v,
                                void **out)
{
    const struct fm_record_type *t = fm_event_body(type);
    if (!t)
        return fm_fail(ctx, FM_EINVAL, "event type %d is unknown", (int)type);
    void *body = fm_arena_alloc(&ctx->arena, t->size);
    FM_TRY(fm_record_read(ctx, t, v, body));
    *out = body;
    return FM_OK;
}

void fm_event_write(struct fm_ctx *ctx, const struct fm_event *e, struct fm_buf *out)
{
    char at[FM_TIME_TEXT_MAX];
    fm_buf_addf(out, "{\"seq\":%lld,\"type\":\"%s\",\"at\":\"%s\",\"actor\":", (long long)e->seq,
                fm_name_of(&fm_event_type_names, e->type), fm_time_format(e->at, at));
    fm_json_put_str(out, fm_actor_str(&ctx->arena, e->actor));
    fm_buf_addz(out, ",\"payload\":");
    fm_record_write(fm_event_body(e->type), e->body, out);
    fm_buf_addc(out, '}');
}

enum fm_code fm_event_read(struct fm_ctx *ctx, yyjson_val *line, struct fm_event *out)
{
    struct fm_event e = {.seq = fm_json_get_i64(line, "seq", 0)};
    fm_str type = fm_json_get_str(line, "type");
    e.type = fm_name_parse(&fm_event_type_names, type);
    if (!e.type)
        return fm_fail(ctx, FM_EUNSUPPORTED,
                       "event %lld: type \"%.*s\" is unknown here; a newer version wrote it",
                       (long long)e.seq, FM_STR_ARG(fm_str_sub(type, 0, 64)));
    if (e.seq <= 0 || !fm_time_parse(fm_json_get_str(line, "at"), &e.at))
        return fm_fail(ctx, FM_EINVAL, "event %lld: needs a seq from 1 and a time",
                       (long long)e.seq);
    FM_TRY(fm_actor_parse(ctx, fm_json_get_str(line, "actor"), &e.actor));
    FM_TRY(fm_event_read_body(ctx, e.type, fm_json_get(line, "payload"), &e.body));
    *out = e;
    return FM_OK;
}

static void hash_part(EVP_MD_CTX *md, fm_str s)
{
    if (EVP_DigestUpdate(md, "\n", 1) != 1 || EVP_DigestUpdate(md, s.p ? s.p : "", s.len) != 1)
        FM_BUG("SHA-256 failed");
}

static void hash_number(EVP_MD_CTX *md, int64_t n)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%lld", (long long)n);
    hash_part(md, fm_str_n(text, (size_t)len));
}

void fm_event_hash(const uint8_t prev[FM_SHA256_BYTES], const struct fm_event_row *row,
                   uint8_t out[FM_SHA256_BYTES])
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (!md || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1 ||
        EVP_DigestUpdate(md, prev, FM_SHA256_BYTES) != 1)
        FM_BUG("SHA-256 is not available");
    hash_part(md, row->case_id);
    hash_number(md, row->seq);
    hash_part(md, row->type);
    hash_number(md, row->at);
    hash_part(md, row->actor);
    hash_part(md, row->payload);
    if (EVP_DigestFinal_ex(md, out, NULL) != 1)
        FM_BUG("SHA-256 failed");
    EVP_MD_CTX_free(md);
}
