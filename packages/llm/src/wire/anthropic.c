/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic Messages API, version 2023-06-01. */
#include "wire.h"

#define MAX_TOKENS_DEFAULT 4096 /* the field is required */

static void add_text_block(yyjson_mut_doc *d, yyjson_mut_val *blocks, fm_str text)
{
    if (text.len == 0) /* empty blocks are refused */
        return;
    yyjson_mut_val *b = yyjson_mut_arr_add_obj(d, blocks);
    yyjson_mut_obj_add_str(d, b, "type", "text");
    fm_json_add_str(d, b, "text", text);
}

static enum fm_code add_assistant(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *blocks,
                                  const struct fm_llm_message *m)
{
    add_text_block(d, blocks, m->text);
    for (size_t i = 0; i < m->n_calls; i++) {
        yyjson_mut_val *input =
            fm_llm_copy_json(ctx, d, m->calls[i].arguments, "arguments of a tool call");
        if (!input)
            return ctx->code;
        yyjson_mut_val *b = yyjson_mut_arr_add_obj(d, blocks);
        yyjson_mut_obj_add_str(d, b, "type", "tool_use");
        fm_json_add_str(d, b, "id", m->calls[i].id);
        fm_json_add_str(d, b, "name", m->calls[i].name);
        yyjson_mut_obj_add_val(d, b, "input", input);
    }
    return FM_OK;
}

static void add_result(yyjson_mut_doc *d, yyjson_mut_val *blocks, const struct fm_llm_message *m)
{
    yyjson_mut_val *b = yyjson_mut_arr_add_obj(d, blocks);
    yyjson_mut_obj_add_str(d, b, "type", "tool_result");
    fm_json_add_str(d, b, "tool_use_id", m->call_id);
    fm_json_add_str(d, b, "content", m->text);
    if (m->is_error)
        yyjson_mut_obj_add_bool(d, b, "is_error", true);
}

static bool is_user_side(const struct fm_llm_message *m)
{
    return m->role == FM_LLM_USER || m->role == FM_LLM_TOOL;
}

/* Neighbours of one side form one turn; in it, results of tools stand before text. Returns where
 * the turn ends. */
static size_t add_turn(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *list,
                       const struct fm_llm_request *r, size_t from)
{
    bool is_user = is_user_side(&r->messages[from]);
    yyjson_mut_val *turn = yyjson_mut_arr_add_obj(d, list);
    yyjson_mut_obj_add_str(d, turn, "role", is_user ? "user" : "assistant");
    yyjson_mut_val *blocks = yyjson_mut_obj_add_arr(d, turn, "content");
    size_t end = from;
    for (; end < r->n_messages &&
           (r->messages[end].role == FM_LLM_SYSTEM || is_user_side(&r->messages[end]) == is_user);
         end++) {
        const struct fm_llm_message *m = &r->messages[end];
        if (m->role == FM_LLM_TOOL)
            add_result(d, blocks, m);
        else if (m->role == FM_LLM_ASSISTANT && add_assistant(ctx, d, blocks, m) != FM_OK)
            return 0;
    }
    for (size_t i = from; i < end; i++)
        if (r->messages[i].role == FM_LLM_USER)
            add_text_block(d, blocks, r->messages[i].text);
    return end;
}

static enum fm_code add_messages(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                                 const struct fm_llm_request *r)
{
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, root, "messages");
    for (size_t i = 0; i < r->n_messages;) {
        if (r->messages[i].role == FM_LLM_SYSTEM) {
            i++;
            continue;
        }
        i = add_turn(ctx, d, list, r, i);
        if (i == 0)
            return ctx->code;
    }
    return FM_OK;
}

static void add_choice(yyjson_mut_doc *d, yyjson_mut_val *root, const struct fm_llm_request *r)
{
    static const char *const types[] = {"auto", "none", "any", "tool"};
    if (r->choice == FM_LLM_CHOICE_AUTO && !r->is_one_call_only)
        return;
    yyjson_mut_val *c = yyjson_mut_obj_add_obj(d, root, "tool_choice");
    yyjson_mut_obj_add_str(d, c, "type", types[r->choice]);
    if (r->choice == FM_LLM_CHOICE_NAMED)
        fm_json_add_str(d, c, "name", r->choice_name);
    if (r->is_one_call_only && r->choice != FM_LLM_CHOICE_NONE)
        yyjson_mut_obj_add_bool(d, c, "disable_parallel_tool_use", true);
}

static enum fm_code add_tools(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                              const struct fm_llm_request *r)
{
    if (r->n_tools == 0)
        return FM_OK;
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, root, "tools");
    for (size_t i = 0; i < r->n_tools; i++) {
        yyjson_mut_val *schema = fm_llm_copy_json(ctx, d, r->tools[i].schema, "schema of a tool");
        if (!schema)
            return ctx->code;
        if (!yyjson_mut_obj_get(schema, "type"))
            yyjson_mut_obj_add_str(d, schema, "type", "object");
        yyjson_mut_val *t = yyjson_mut_arr_add_obj(d, list);
        fm_json_add_str(d, t, "name", r->tools[i].name);
        if (r->tools[i].description.len)
            fm_json_add_str(d, t, "description", r->tools[i].description);
        yyjson_mut_obj_add_val(d, t, "input_schema", schema);
    }
    add_choice(d, root, r);
    return FM_OK;
}

/* There is no mode for "any JSON": the prompt asks for it. */
static enum fm_code add_output(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                               const struct fm_llm_request *r, bool has_schema)
{
    bool has_effort = r->effort > FM_LLM_EFFORT_NONE;
    bool wants_schema = r->format == FM_LLM_FORMAT_SCHEMA && has_schema;
    if (!has_effort && !wants_schema)
        return FM_OK;
    yyjson_mut_val *o = yyjson_mut_obj_add_obj(d, root, "output_config");
    if (has_effort)
        yyjson_mut_obj_add_str(d, o, "effort", fm_llm_effort_name(r->effort));
    if (!wants_schema)
        return FM_OK;
    yyjson_mut_val *schema = fm_llm_copy_json(ctx, d, r->schema, "schema of the answer");
    if (!schema)
        return ctx->code;
    yyjson_mut_val *f = yyjson_mut_obj_add_obj(d, o, "format");
    yyjson_mut_obj_add_str(d, f, "type", "json_schema");
    yyjson_mut_obj_add_val(d, f, "schema", schema);
    return FM_OK;
}

static const struct fm_llm_sampling_words sampling = {
    .top_p = "top_p", .stops = "stop_sequences", .temperature_max = 1};

static enum fm_code encode(struct fm_ctx *ctx, const struct fm_llm_wire_request *q,
                           yyjson_mut_doc **out)
{
    const struct fm_llm_model *m = q->model;
    const struct fm_llm_request *r = q->request;
    yyjson_mut_doc *d = fm_json_new(&ctx->arena);
    yyjson_mut_val *root = yyjson_mut_obj(d);
    int64_t dflt =
        m->max_output && m->max_output < MAX_TOKENS_DEFAULT ? m->max_output : MAX_TOKENS_DEFAULT;
    fm_str system = fm_llm_system_text(&ctx->arena, r);
    struct fm_llm_request own = *r;
    unsigned drop = q->drop | m->provider->facts->drop | m->drop;
    if (drop & FM_LLM_DROP_EFFORT)
        own.effort = FM_LLM_EFFORT_DEFAULT;
    yyjson_mut_obj_add_str(d, root, "model", m->name);
    yyjson_mut_obj_add_int(d, root, "max_tokens", r->max_tokens ? r->max_tokens : dflt);
    if (system.len)
        fm_json_add_str(d, root, "system", system);
    FM_TRY(add_messages(ctx, d, root, r));
    FM_TRY(add_tools(ctx, d, root, r));
    FM_TRY(add_output(ctx, d, root, &own, m->has_schema && !(drop & FM_LLM_DROP_FORMAT)));
    fm_llm_add_sampling(d, root, r, &sampling, drop);
    if (q->is_stream)
        yyjson_mut_obj_add_bool(d, root, "stream", true);
    return fm_llm_finish_doc(d, root, out);
}

static fm_str path(struct fm_arena *a, const struct fm_llm_model *m, bool is_stream)
{
    (void)a;
    (void)m;
    (void)is_stream;
    return FM_STR("/v1/messages");
}

static const struct {
    const char *raw;
    enum fm_llm_finish finish;
} finishes[] = {
    {"end_turn", FM_LLM_FINISH_STOP},       {"stop_sequence", FM_LLM_FINISH_STOP},
    {"max_tokens", FM_LLM_FINISH_LENGTH},   {"model_context_window_exceeded", FM_LLM_FINISH_LENGTH},
    {"tool_use", FM_LLM_FINISH_TOOL_CALLS}, {"refusal", FM_LLM_FINISH_FILTERED},
    {"pause_turn", FM_LLM_FINISH_PAUSED},
};

static void read_finish(struct fm_llm_decoder *d, fm_str raw)
{
    enum fm_llm_finish f = FM_LLM_FINISH_UNKNOWN;
    for (size_t i = 0; i < sizeof finishes / sizeof finishes[0]; i++)
        if (fm_str_eqc(raw, finishes[i].raw))
            f = finishes[i].finish;
    fm_llm_decoder_finish(d, raw, f);
}

/* Counts are cumulative: what is told overwrites. input_tokens excludes the cache. */
static void read_usage(struct fm_llm_decoder *d, yyjson_val *u)
{
    if (!yyjson_is_obj(u))
        return;
    int64_t old_plain = d->usage.input - d->usage.cached - d->usage.cache_write;
    int64_t plain = fm_json_get_i64(u, "input_tokens", old_plain);
    d->usage.cached = fm_json_get_i64(u, "cache_read_input_tokens", d->usage.cached);
    d->usage.cache_write = fm_json_get_i64(u, "cache_creation_input_tokens", d->usage.cache_write);
    d->usage.input = plain + d->usage.cached + d->usage.cache_write;
    d->usage.output = fm_json_get_i64(u, "output_tokens", d->usage.output);
    d->usage.reasoning = fm_json_get_i64(fm_json_get(u, "output_tokens_details"), "thinking_tokens",
                                         d->usage.reasoning);
    d->usage.is_known = true;
}

static void read_head(struct fm_llm_decoder *d, yyjson_val *m)
{
    fm_llm_decoder_set(d, &d->id, fm_json_get_str(m, "id"));
    fm_llm_decoder_set(d, &d->model, fm_json_get_str(m, "model"));
    read_usage(d, fm_json_get(m, "usage"));
}

/* A whole block, or the start of one, whose input is then an empty object. */
static void read_block(struct fm_llm_decoder *d, yyjson_val *b, bool is_start)
{
    fm_str type = fm_json_get_str(b, "type");
    d->open_block = 0;
    if (fm_str_eqc(type, "text"))
        fm_llm_decoder_text(d, fm_json_get_str(b, "text"));
    else if (fm_str_eqc(type, "thinking"))
        fm_llm_decoder_reasoning(d, fm_json_get_str(b, "thinking"));
    if (!fm_str_eqc(type, "tool_use"))
        return;
    size_t index = d->calls.n;
    if (!fm_llm_decoder_call(d, index, fm_json_get_str(b, "id"), fm_json_get_str(b, "name")))
        return;
    d->open_block = index + 1;
    yyjson_val *input = fm_json_get(b, "input");
    if (!is_start || yyjson_obj_size(input))
        fm_llm_decoder_arguments(d, index, fm_llm_json_text(d, input));
}

static void read_delta(struct fm_llm_decoder *d, yyjson_val *delta)
{
    fm_llm_decoder_text(d, fm_json_get_str(delta, "text"));
    fm_llm_decoder_reasoning(d, fm_json_get_str(delta, "thinking"));
    if (d->open_block)
        fm_llm_decoder_arguments(d, d->open_block - 1, fm_json_get_str(delta, "partial_json"));
}

static void frame(struct fm_llm_decoder *d, fm_str type, fm_str data)
{
    yyjson_val *root = fm_llm_decoder_json(d, data);
    if (!root)
        return;
    fm_str named = fm_json_get_str(root, "type");
    if (named.len)
        type = named;
    if (fm_str_eqc(type, "error") || fm_json_get(root, "error")) {
        fm_llm_decoder_fail(d, data);
    } else if (fm_str_eqc(type, "message_start")) {
        read_head(d, fm_json_get(root, "message"));
    } else if (fm_str_eqc(type, "content_block_start")) {
        read_block(d, fm_json_get(root, "content_block"), true);
    } else if (fm_str_eqc(type, "content_block_delta")) {
        read_delta(d, fm_json_get(root, "delta"));
    } else if (fm_str_eqc(type, "message_delta")) {
        read_usage(d, fm_json_get(root, "usage"));
        read_finish(d, fm_json_get_str(fm_json_get(root, "delta"), "stop_reason"));
    } else if (fm_str_eqc(type, "message_stop")) {
        d->is_terminal = true;
    }
}

static void whole(struct fm_llm_decoder *d, fm_str body)
{
    size_t i, n;
    yyjson_val *block, *root = fm_llm_decoder_json(d, body);
    d->is_terminal = true;
    if (!root)
        return;
    if (fm_json_get(root, "error")) {
        fm_llm_decoder_fail(d, body);
        return;
    }
    read_head(d, root);
    yyjson_arr_foreach(fm_json_get(root, "content"), i, n, block) read_block(d, block, false);
    read_finish(d, fm_json_get_str(root, "stop_reason"));
}

const struct fm_llm_wire_ops fm_llm_wire_anthropic = {
    .encode = encode,
    .path = path,
    .frame = frame,
    .whole = whole,
    .framing = FM_LLM_SSE,
};
