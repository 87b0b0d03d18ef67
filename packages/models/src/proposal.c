/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/proposal.h"

#define CHANGE_NAME_(sym, name, body, member) name,
static const char *const change_names[] = {NULL, FM_CHANGES(CHANGE_NAME_)};
const struct fm_names fm_change_type_names = {"change", change_names, FM_CHANGE_COUNT};

#define CHANGE_BODY_(sym, name, body, member) {&fm_##body##_type, member},
static const struct {
    const struct fm_record_type *type;
    const char *member;
} change_bodies[] = {{NULL, NULL}, FM_CHANGES(CHANGE_BODY_)};

const struct fm_record_type *fm_change_body(enum fm_change_type type)
{
    return type > FM_CHANGE_NONE && type < FM_CHANGE_COUNT ? change_bodies[type].type : NULL;
}

const char *fm_change_member(enum fm_change_type type)
{
    return type > FM_CHANGE_NONE && type < FM_CHANGE_COUNT ? change_bodies[type].member : "";
}

void *fm_proposal_add(struct fm_arena *a, struct fm_proposal *p, enum fm_change_type type,
                      fm_str handle)
{
    void *body = fm_record_new(a, fm_change_body(type));
    fm_vec_push(a, &p->changes, (struct fm_change){.type = type, .handle = handle, .body = body});
    return body;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_handle(fm_str s)
{
    if (s.len == 0 || s.len > 32 || !is_letter(s.p[0]))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_letter(s.p[i]) && !memchr("0123456789_.-", s.p[i], 13))
            return false;
    return true;
}

static enum fm_code read_parts(struct fm_ctx *ctx, yyjson_val *v, struct fm_change *c)
{
    fm_str type = fm_json_get_str(v, "type");
    c->type = fm_name_parse(&fm_change_type_names, type);
    if (!c->type)
        return fm_fail(ctx, FM_EINVAL, "type \"%.*s\" is no known change",
                       FM_STR_ARG(fm_str_sub(type, 0, 64)));
    c->handle = fm_json_get_str(v, "handle");
    if (c->handle.len && !is_handle(c->handle))
        return fm_fail(
            ctx, FM_EINVAL,
            "handle \"%.*s\": must be a letter and at most 31 letters, digits, '_', '.', '-'",
            FM_STR_ARG(fm_str_sub(c->handle, 0, 64)));
    yyjson_val *body = fm_json_get(v, fm_change_member(c->type));
    if (!body)
        return fm_fail(ctx, FM_EINVAL, "%s: its payload \"%s\" is missing", change_names[c->type],
                       fm_change_member(c->type));
    c->body = fm_arena_alloc(&ctx->arena, fm_change_body(c->type)->size);
    return fm_record_read(ctx, fm_change_body(c->type), body, c->body);
}

static void read_change(struct fm_ctx *ctx, yyjson_val *v, struct fm_change *c)
{
    if (read_parts(ctx, v, c) == FM_OK)
        return;
    c->defect = fm_str_dup(&ctx->arena, fm_str_c(ctx->error));
    c->body = NULL;
    fm_ctx_clear_error(ctx);
}

static enum fm_code read_cites(struct fm_ctx *ctx, yyjson_val *v, struct fm_cites *out)
{
    size_t i, max;
    yyjson_val *item;
    if (v && (!yyjson_is_arr(v) || yyjson_arr_size(v) > 64))
        return fm_fail(ctx, FM_EINVAL, "proposal.cites: must be a list of at most 64 citations");
    yyjson_arr_foreach(v, i, max, item)
        FM_TRY(fm_record_read(ctx, &fm_cite_type, item, fm_vec_add(&ctx->arena, out)));
    return FM_OK;
}

static enum fm_code read_header(struct fm_ctx *ctx, yyjson_val *v, struct fm_proposal *p)
{
    p->message = fm_json_get_str(v, "message");
    p->failed = fm_json_get_bool(v, "failed", false);
    p->error = fm_json_get_str(v, "error");
    if (p->message.len > 16384 || p->error.len > 1000)
        return fm_fail(ctx, FM_ELIMIT, "proposal: message of %zu bytes; at most 16384 are allowed",
                       p->message.len);
    FM_TRY(read_cites(ctx, fm_json_get(v, "cites"), &p->cites));
    yyjson_val *prov = fm_json_get(v, "provenance");
    fm_record_init(&fm_provenance_type, &p->provenance);
    return prov ? fm_record_read(ctx, &fm_provenance_type, prov, &p->provenance) : FM_OK;
}

enum fm_code fm_proposal_read(struct fm_ctx *ctx, yyjson_val *v, struct fm_proposal *out)
{
    struct fm_proposal p = {0};
    if (!yyjson_is_obj(v))
        return fm_fail(ctx, FM_EINVAL, "proposal: must be an object");
    FM_TRY(read_header(ctx, v, &p));
    yyjson_val *changes = fm_json_get(v, "changes");
    if (changes && !yyjson_is_arr(changes))
        return fm_fail(ctx, FM_EINVAL, "proposal.changes: must be a list");
    if (yyjson_arr_size(changes) > FM_PROPOSAL_CHANGES_MAX)
        return fm_fail(ctx, FM_ELIMIT, "proposal.changes: has %zu changes, at most %d are allowed",
                       yyjson_arr_size(changes), FM_PROPOSAL_CHANGES_MAX);
    size_t i, max;
    yyjson_val *item;
    yyjson_arr_foreach(changes, i, max, item)
        read_change(ctx, item, fm_vec_add(&ctx->arena, &p.changes));
    *out = p;
    return FM_OK;
}

static void write_change(const struct fm_change *c, struct fm_buf *out)
{
    fm_buf_addz(out, "{\"type\":");
    fm_json_put_str(out, fm_str_c(fm_name_of(&fm_change_type_names, c->type)));
    if (c->handle.len) {
        fm_buf_addz(out, ",\"handle\":");
        fm_json_put_str(out, c->handle);
    }
    if (c->body) {
        fm_buf_addf(out, ",\"%s\":", fm_change_member(c->type));
        fm_record_write(fm_change_body(c->type), c->body, out);
    }
    fm_buf_addc(out, '}');
}

void fm_proposal_write(const struct fm_proposal *p, struct fm_buf *out)
{
    fm_buf_addz(out, "{\"message\":");
    fm_json_put_str(out, p->message);
    if (p->failed) {
        fm_buf_addz(out, ",\"failed\":true,\"error\":");
        fm_json_put_str(out, p->error);
    }
    fm_buf_addz(out, ",\"cites\":[");
    for (size_t i = 0; i < p->cites.n; i++) {
        fm_buf_addz(out, i ? "," : "");
        fm_record_write(&fm_cite_type, &p->cites.items[i], out);
    }
    fm_buf_addz(out, "],\"provenance\":");
    fm_record_write(&fm_provenance_type, &p->provenance, out);
    fm_buf_addz(out, ",\"changes\":[");
    for (size_t i = 0; i < p->changes.n; i++) {
        fm_buf_addz(out, i ? "," : "");
        write_change(&p->changes.items[i], out);
    }
    fm_buf_addz(out, "]}");
}
