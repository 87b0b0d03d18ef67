/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ollama's native /api/chat: unlike its /v1 look-alike it takes the context size per request and
 * can be told to refuse what does not fit (truncate, shift) instead of silently forgetting the
 * oldest messages.
 */
#include "wire.h"

static enum fm_code add_calls(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *o,
                              const struct fm_llm_message *m)
{
    if (m->n_calls == 0)
        return FM_OK;
    yyjson_mut_val *calls = yyjson_mut_obj_add_arr(d, o, "tool_calls");
    for (size_t i = 0; i < m->n_calls; i++) {
        yyjson_mut_val *args =
            fm_llm_copy_json(ctx, d, m->calls[i].arguments, "arguments of a tool call");
        if (!args)
            return ctx->code;
        yyjson_mut_val *f = yyjson_mut_obj_add_obj(d, yyjson_mut_arr_add_obj(d, calls), "function");
        fm_json_add_str(d, f, "name", m->calls[i].name);
        yyjson_mut_obj_add_val(d, f, "arguments", args);
    }
    return FM_OK;
}

static enum fm_code add_messages(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                                 const struct fm_llm_request *r)
{
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, root, "messages");
    for (size_t i = 0; i < r->n_messages; i++) {
        const struct fm_llm_message *m = &r->messages[i];
        yyjson_mut_val *o = yyjson_mut_arr_add_obj(d, list);
        yyjson_mut_obj_add_str(d, o, "role", fm_llm_role_name(m->role));
        fm_json_add_str(d, o, "content", m->text);
        if (m->role == FM_LLM_TOOL && m->tool_name.len)
            fm_json_add_str(d, o, "tool_name", m->tool_name);
        FM_TRY(add_calls(ctx, d, o, m));
    }
    return FM_OK;
}

static enum fm_code add_format(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                               const struct fm_llm_request *r, bool has_schema)
{
    if (r->format == FM_LLM_FORMAT_JSON || (r->format == FM_LLM_FORMAT_SCHEMA && !has_schema)) {
        yyjson_mut_obj_add_str(d, root, "format", "json");
    } else if (r->format == FM_LLM_FORMAT_SCHEMA) {
        yyjson_mut_val *schema = fm_llm_copy_json(ctx, d, r->schema, "schema of the answer");
        if (!schema)
            return ctx->code;
        yyjson_mut_obj_add_val(d, root, "format", schema);
    }
    return FM_OK;
}

static void add_options(yyjson_mut_doc *d, yyjson_mut_val *root,
                        const struct fm_llm_wire_request *q, unsigned drop)
{
    static const struct fm_llm_sampling_words sampling = {
        .top_p = "top_p", .seed = "seed", .stops = "stop"};
    const struct fm_llm_request *r = q->request;
    yyjson_mut_val *o = yyjson_mut_obj_add_obj(d, root, "options");
    if (q->model->context_tokens)
        yyjson_mut_obj_add_int(d, o, "num_ctx", q->model->context_tokens);
    if (r->max_tokens)
        yyjson_mut_obj_add_int(d, o, "num_predict", r->max_tokens);
    fm_llm_add_sampling(d, o, r, &sampling, drop);
}

static void add_thinking(yyjson_mut_doc *d, yyjson_mut_val *root, enum fm_llm_effort e)
{
    if (e == FM_LLM_EFFORT_NONE)
        yyjson_mut_obj_add_bool(d, root, "think", false);
    else if (e != FM_LLM_EFFORT_DEFAULT)
        yyjson_mut_obj_add_str(d, root, "think", fm_llm_effort_name(e));
}

static enum fm_code encode(struct fm_ctx *ctx, const struct fm_llm_wire_request *q,
                           yyjson_mut_doc **out)
{
    const struct fm_llm_model *m = q->model;
    const struct fm_llm_request *r = q->request;
    yyjson_mut_doc *d = fm_json_new(&ctx->arena);
    yyjson_mut_val *root = yyjson_mut_obj(d);
    unsigned drop = q->drop | m->provider->facts->drop | m->drop;
    yyjson_mut_obj_add_str(d, root, "model", m->name);
    FM_TRY(add_messages(ctx, d, root, r));
    if (r->n_tools && r->choice != FM_LLM_CHOICE_NONE)
        FM_TRY(fm_llm_add_functions(ctx, d, root, r));
    if (!(drop & FM_LLM_DROP_FORMAT))
        FM_TRY(add_format(ctx, d, root, r, m->has_schema));
    add_options(d, root, q, drop);
    if (!(drop & FM_LLM_DROP_EFFORT))
        add_thinking(d, root, r->effort);
    yyjson_mut_obj_add_bool(d, root, "truncate", false);
    yyjson_mut_obj_add_bool(d, root, "shift", false);
    yyjson_mut_obj_add_bool(d, root, "stream", q->is_stream);
    return fm_llm_finish_doc(d, root, out);
}

static fm_str path(struct fm_arena *a, const struct fm_llm_model *m, bool is_stream)
{
    (void)a;
    (void)m;
    (void)is_stream;
    return FM_STR("/api/chat");
}

static void read_calls(struct fm_llm_decoder *d, yyjson_val *calls)
{
    size_t i, n;
    yyjson_val *call;
    yyjson_arr_foreach(calls, i, n, call)
    {
        yyjson_val *f = fm_json_get(call, "function"), *args = fm_json_get(f, "arguments");
        size_t index = d->calls.n;
        if (fm_llm_decoder_call(d, index, fm_json_get_str(call, "id"),
                                fm_json_get_str(f, "name")) &&
            args)
            fm_llm_decoder_arguments(
                d, index, yyjson_is_str(args) ? fm_json_str(args) : fm_llm_json_text(d, args));
    }
}

/* "load" and "unload" come without an answer: the model was only loaded. */
static void read_end(struct fm_llm_decoder *d, yyjson_val *root)
{
    fm_str reason = fm_json_get_str(root, "done_reason");
    enum fm_llm_finish f = fm_str_eqc(reason, "length") ? FM_LLM_FINISH_LENGTH
                           : fm_str_eqc(reason, "stop") ? FM_LLM_FINISH_STOP
                                                        : FM_LLM_FINISH_UNKNOWN;
    fm_llm_decoder_finish(d, reason, f);
    d->is_terminal = true;
    d->usage = (struct fm_llm_usage){
        .is_known = fm_json_get(root, "eval_count") != NULL,
        .input =
            fm_json_get_i64(root, "prompt_eval_count", 0), /* missing when the prompt was cached */
        .output = fm_json_get_i64(root, "eval_count", 0),
    };
}

static void frame(struct fm_llm_decoder *d, fm_str type, fm_str data)
{
    (void)type;
    yyjson_val *root = fm_llm_decoder_json(d, data);
    if (!root)
        return;
    if (fm_json_get(root, "error")) {
        fm_llm_decoder_fail(d, data);
        return;
    }
    yyjson_val *m = fm_json_get(root, "message");
    fm_llm_decoder_set(d, &d->model, fm_json_get_str(root, "model"));
    fm_llm_decoder_reasoning(d, fm_json_get_str(m, "thinking"));
    fm_llm_decoder_text(d, fm_json_get_str(m, "content"));
    read_calls(d, fm_json_get(m, "tool_calls"));
    if (fm_json_get_bool(root, "done", false))
        read_end(d, root);
}

static void whole(struct fm_llm_decoder *d, fm_str body)
{
    frame(d, FM_STR_NULL, body);
}

const struct fm_llm_wire_ops fm_llm_wire_ollama = {
    .encode = encode,
    .path = path,
    .frame = frame,
    .whole = whole,
    .framing = FM_LLM_NDJSON,
};
