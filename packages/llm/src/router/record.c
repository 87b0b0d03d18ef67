/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/llm/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "faultmaven/base/hash.h"
#include "faultmaven/base/json.h"

#define LINE_MAX_BYTES (64u << 20)
#define REPLAY_CONTEXT 32768

struct recorder {
    struct fm_llm base;
    struct fm_llm *inner; /* NULL: replay */
    FILE *file;           /* owned */
    size_t n;
    const char *path; /* owned */
};

static void hash_messages(const struct fm_llm_request *r, char hex[FM_SHA256_HEX])
{
    struct fm_buf b;
    fm_buf_init(&b, LINE_MAX_BYTES);
    for (size_t i = 0; i < r->n_messages; i++)
        fm_buf_addf(&b, "%s\n%.*s\n", fm_llm_role_name(r->messages[i].role),
                    FM_STR_ARG(r->messages[i].text));
    fm_sha256_hex(fm_buf_str(&b), hex);
    fm_buf_release(&b);
}

static void add_calls(yyjson_mut_doc *d, yyjson_mut_val *o, const struct fm_llm_response *r)
{
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, o, "calls");
    for (size_t i = 0; i < r->n_calls; i++) {
        yyjson_mut_val *c = yyjson_mut_arr_add_obj(d, list);
        fm_json_add_str(d, c, "id", r->calls[i].id);
        fm_json_add_str(d, c, "name", r->calls[i].name);
        fm_json_add_str(d, c, "arguments", r->calls[i].arguments);
    }
}

static enum fm_code write_line(struct recorder *x, struct fm_ctx *ctx,
                               const struct fm_llm_request *q, const struct fm_llm_response *r)
{
    char hex[FM_SHA256_HEX];
    struct fm_buf b;
    yyjson_mut_doc *d = fm_json_new(&ctx->arena);
    yyjson_mut_val *o = yyjson_mut_obj(d);
    hash_messages(q, hex);
    fm_json_add_str(d, o, "purpose", q->purpose);
    fm_json_add_strz(d, o, "messages_sha256", hex);
    fm_json_add_strz(d, o, "failure", fm_llm_class_name(r->failure));
    fm_json_add_str(d, o, "model", r->model);
    fm_json_add_str(d, o, "text", r->text);
    add_calls(d, o, r);
    yyjson_mut_obj_add_int(d, o, "finish", r->finish);
    yyjson_mut_obj_add_int(d, o, "input_tokens", r->usage.input);
    yyjson_mut_obj_add_int(d, o, "output_tokens", r->usage.output);
    fm_buf_init(&b, LINE_MAX_BYTES);
    enum fm_code code = fm_json_write(ctx, d, o, false, &b);
    fm_buf_addc(&b, '\n');
    if (code == FM_OK && (fwrite(b.p, 1, b.len, x->file) != b.len || fflush(x->file) != 0))
        code = fm_fail(ctx, FM_EIO, "%s: cannot be written: %s", x->path, strerror(errno));
    fm_buf_release(&b);
    return code;
}

static enum fm_code record_chat(struct fm_llm *l, struct fm_ctx *ctx,
                                const struct fm_llm_request *r, const struct fm_llm_sink *sink,
                                struct fm_llm_response *out)
{
    struct recorder *x = (struct recorder *)l;
    enum fm_code code = x->inner->ops->chat(x->inner, ctx, r, sink, out);
    if (code != FM_OK)
        return code;
    return write_line(x, ctx, r, out);
}

static enum fm_code read_line(struct recorder *x, struct fm_ctx *ctx, yyjson_val **v)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n = getline(&line, &cap, x->file);
    if (n <= 0) {
        free(line);
        return fm_fail(ctx, FM_EUNAVAILABLE, "%s: holds only %zu answers", x->path, x->n);
    }
    x->n++;
    fm_str text = fm_str_dup(&ctx->arena, fm_str_n(line, (size_t)n));
    free(line);
    return fm_json_read(ctx, text, v);
}

static void read_calls(struct fm_ctx *ctx, yyjson_val *list, struct fm_llm_response *out)
{
    size_t i, n;
    yyjson_val *c;
    struct fm_llm_tool_call *calls =
        FM_NEW_ARRAY(&ctx->arena, struct fm_llm_tool_call, yyjson_arr_size(list));
    yyjson_arr_foreach(list, i, n, c) calls[i] =
        (struct fm_llm_tool_call){.id = fm_json_get_str(c, "id"),
                                  .name = fm_json_get_str(c, "name"),
                                  .arguments = fm_json_get_str(c, "arguments")};
    out->calls = calls;
    out->n_calls = yyjson_arr_size(list);
}

static enum fm_code replay_chat(struct fm_llm *l, struct fm_ctx *ctx,
                                const struct fm_llm_request *r, const struct fm_llm_sink *sink,
                                struct fm_llm_response *out)
{
    struct recorder *x = (struct recorder *)l;
    yyjson_val *v;
    (void)r;
    memset(out, 0, sizeof *out);
    out->failure = FM_LLM_NO_TARGET;
    FM_TRY(read_line(x, ctx, &v));
    out->failure = FM_LLM_OK;
    out->text = fm_json_get_str(v, "text");
    out->model = fm_json_get_str(v, "model");
    int64_t finish = fm_json_get_i64(v, "finish", FM_LLM_FINISH_STOP);
    out->finish = finish > 0 && finish < FM_LLM_FINISH_COUNT ? (enum fm_llm_finish)finish
                                                             : FM_LLM_FINISH_STOP;
    out->usage = (struct fm_llm_usage){.is_known = true,
                                       .input = fm_json_get_i64(v, "input_tokens", 0),
                                       .output = fm_json_get_i64(v, "output_tokens", 0)};
    read_calls(ctx, fm_json_get(v, "calls"), out);
    if (sink && sink->fn && out->text.len)
        sink->fn(sink->arg, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_TEXT, .text = out->text});
    return FM_OK;
}

static enum fm_code any_embed(struct fm_llm *l, struct fm_ctx *ctx, const fm_str *texts, size_t n,
                              struct fm_llm_embeddings *out)
{
    struct recorder *x = (struct recorder *)l;
    if (x->inner)
        return x->inner->ops->embed(x->inner, ctx, texts, n, out);
    return fm_fail(ctx, FM_EUNSUPPORTED, "%s: embeddings are not recorded", x->path);
}

static int64_t any_context(struct fm_llm *l, fm_str purpose)
{
    struct recorder *x = (struct recorder *)l;
    return x->inner ? x->inner->ops->context_tokens(x->inner, purpose) : REPLAY_CONTEXT;
}

static void any_free(struct fm_llm *l)
{
    struct recorder *x = (struct recorder *)l;
    fclose(x->file);
    free((char *)(uintptr_t)x->path);
    free(x);
}

static const struct fm_llm_ops record_ops = {record_chat, any_embed, any_context, any_free};
static const struct fm_llm_ops replay_ops = {replay_chat, any_embed, any_context, any_free};

static enum fm_code make(struct fm_ctx *ctx, struct fm_llm *inner, const char *path,
                         struct fm_llm **out)
{
    int fd =
        open(path, inner ? O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, inner ? "a" : "r");
    if (!f)
        return fm_fail(ctx, inner ? FM_EIO : FM_ENOTFOUND, "%s: %s", path, strerror(errno));
    struct recorder *x = calloc(1, sizeof *x);
    if (!x || !(x->path = strdup(path)))
        FM_BUG("out of memory");
    x->base.ops = inner ? &record_ops : &replay_ops;
    x->inner = inner;
    x->file = f;
    *out = &x->base;
    return FM_OK;
}

enum fm_code fm_llm_record_new(struct fm_ctx *ctx, struct fm_llm *inner, const char *path,
                               struct fm_llm **out)
{
    return make(ctx, inner, path, out);
}

enum fm_code fm_llm_replay_new(struct fm_ctx *ctx, const char *path, struct fm_llm **out)
{
    return make(ctx, NULL, path, out);
}
