/* SPDX-License-Identifier: Apache-2.0 */
/* Gemini generateContent, v1beta. */
#include "wire.h"

/* The documented stand-in for calls that this provider did not sign itself. */
#define FOREIGN_SIGNATURE "skip_thought_signature_validator"

static void add_text_part(yyjson_mut_doc *d, yyjson_mut_val *parts, fm_str text)
{
    if (text.len)
        fm_json_add_str(d, yyjson_mut_arr_add_obj(d, parts), "text", text);
}

/* In a batch of parallel calls only the first is signed. */
static enum fm_code add_calls(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *parts,
                              const struct fm_llm_message *m)
{
    for (size_t i = 0; i < m->n_calls; i++) {
        const struct fm_llm_tool_call *c = &m->calls[i];
        yyjson_mut_val *args = fm_llm_copy_json(ctx, d, c->arguments, "arguments of a tool call");
        if (!args)
            return ctx->code;
        yyjson_mut_val *part = yyjson_mut_arr_add_obj(d, parts);
        yyjson_mut_val *f = yyjson_mut_obj_add_obj(d, part, "functionCall");
        if (c->id.len)
            fm_json_add_str(d, f, "id", c->id);
        fm_json_add_str(d, f, "name", c->name);
        yyjson_mut_obj_add_val(d, f, "args", args);
        if (c->signature.len || i == 0)
            fm_json_add_str(d, part, "thoughtSignature",
                            c->signature.len ? c->signature : FM_STR(FOREIGN_SIGNATURE));
    }
    return FM_OK;
}

static fm_str name_of_call(const struct fm_llm_request *r, const struct fm_llm_message *result)
{
    if (result->tool_name.len)
        return result->tool_name;
    for (size_t i = 0; i < r->n_messages; i++)
        for (size_t k = 0; k < r->messages[i].n_calls; k++)
            if (fm_str_eq(r->messages[i].calls[k].id, result->call_id))
                return r->messages[i].calls[k].name;
    return FM_STR("tool");
}

/* The response must be an object: text is wrapped. */
static void add_result(yyjson_mut_doc *d, yyjson_mut_val *parts, const struct fm_llm_request *r,
                       const struct fm_llm_message *m)
{
    yyjson_mut_val *f =
        yyjson_mut_obj_add_obj(d, yyjson_mut_arr_add_obj(d, parts), "functionResponse");
    if (m->call_id.len)
        fm_json_add_str(d, f, "id", m->call_id);
    fm_json_add_str(d, f, "name", name_of_call(r, m));
    fm_json_add_str(d, yyjson_mut_obj_add_obj(d, f, "response"), m->is_error ? "error" : "result",
                    m->text);
}

static bool is_model_side(const struct fm_llm_message *m)
{
    return m->role == FM_LLM_ASSISTANT;
}

/* Neighbours of one side form one content. Returns where it ends, 0 on failure. */
static size_t add_content(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *list,
                          const struct fm_llm_request *r, size_t from)
{
    bool is_model = is_model_side(&r->messages[from]);
    yyjson_mut_val *content = yyjson_mut_arr_add_obj(d, list);
    yyjson_mut_obj_add_str(d, content, "role", is_model ? "model" : "user");
    yyjson_mut_val *parts = yyjson_mut_obj_add_arr(d, content, "parts");
    size_t end = from;
    for (; end < r->n_messages; end++) {
        const struct fm_llm_message *m = &r->messages[end];
        if (m->role == FM_LLM_SYSTEM)
            continue;
        if (is_model_side(m) != is_model)
            break;
        if (m->role == FM_LLM_TOOL)
            add_result(d, parts, r, m);
        else
            add_text_part(d, parts, m->text);
        if (add_calls(ctx, d, parts, m) != FM_OK)
            return 0;
    }
    return end;
}

static enum fm_code add_contents(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                                 const struct fm_llm_request *r)
{
    fm_str system = fm_llm_system_text(&ctx->arena, r);
    if (system.len)
        add_text_part(d,
                      yyjson_mut_obj_add_arr(
                          d, yyjson_mut_obj_add_obj(d, root, "systemInstruction"), "parts"),
                      system);
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, root, "contents");
    for (size_t i = 0; i < r->n_messages;) {
        if (r->messages[i].role == FM_LLM_SYSTEM) {
            i++;
            continue;
        }
        i = add_content(ctx, d, list, r, i);
        if (i == 0)
            return ctx->code;
    }
    return FM_OK;
}

static enum fm_code add_tools(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                              const struct fm_llm_request *r)
{
    static const char *const modes[] = {"AUTO", "NONE", "ANY", "ANY"};
    if (r->n_tools == 0)
        return FM_OK;
    yyjson_mut_val *tool = yyjson_mut_arr_add_obj(d, yyjson_mut_obj_add_arr(d, root, "tools"));
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, tool, "functionDeclarations");
    for (size_t i = 0; i < r->n_tools; i++) {
        yyjson_mut_val *schema = fm_llm_copy_json(ctx, d, r->tools[i].schema, "schema of a tool");
        if (!schema)
            return ctx->code;
        yyjson_mut_val *f = yyjson_mut_arr_add_obj(d, list);
        fm_json_add_str(d, f, "name", r->tools[i].name);
        fm_json_add_str(d, f, "description", r->tools[i].description);
        yyjson_mut_obj_add_val(d, f, "parametersJsonSchema", schema);
    }
    yyjson_mut_val *config = yyjson_mut_obj_add_obj(
        d, yyjson_mut_obj_add_obj(d, root, "toolConfig"), "functionCallingConfig");
    yyjson_mut_obj_add_str(d, config, "mode", modes[r->choice]);
    if (r->choice == FM_LLM_CHOICE_NAMED)
        yyjson_mut_arr_append(yyjson_mut_obj_add_arr(d, config, "allowedFunctionNames"),
                              fm_json_mut_str(d, r->choice_name));
    return FM_OK;
}

static void add_thinking(yyjson_mut_doc *d, yyjson_mut_val *config, const struct fm_llm_request *r,
                         const char *model)
{
    static const char *const levels[] = {"", "MINIMAL", "LOW", "MEDIUM", "HIGH"};
    static const int budgets[] = {-1, 0, 1024, 8192, 24576};
    if (r->effort == FM_LLM_EFFORT_DEFAULT)
        return;
    yyjson_mut_val *t = yyjson_mut_obj_add_obj(d, config, "thinkingConfig");
    if (strstr(model, "gemini-2"))
        yyjson_mut_obj_add_int(d, t, "thinkingBudget", budgets[r->effort]);
    else
        yyjson_mut_obj_add_str(d, t, "thinkingLevel", levels[r->effort]);
}

static enum fm_code add_format(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *config,
                               const struct fm_llm_request *r, bool has_schema)
{
    if (r->format == FM_LLM_FORMAT_TEXT)
        return FM_OK;
    yyjson_mut_obj_add_str(d, config, "responseMimeType", "application/json");
    if (r->format != FM_LLM_FORMAT_SCHEMA || !has_schema)
        return FM_OK;
    yyjson_mut_val *schema = fm_llm_copy_json(ctx, d, r->schema, "schema of the answer");
    if (!schema)
        return ctx->code;
    yyjson_mut_obj_add_val(d, config, "responseJsonSchema", schema);
    return FM_OK;
}

static const struct fm_llm_sampling_words sampling = {
    .top_p = "topP", .seed = "seed", .stops = "stopSequences", .temperature_max = 2};

static enum fm_code encode(struct fm_ctx *ctx, const struct fm_llm_wire_request *q,
                           yyjson_mut_doc **out)
{
    const struct fm_llm_model *m = q->model;
    const struct fm_llm_request *r = q->request;
    yyjson_mut_doc *d = fm_json_new(&ctx->arena);
    yyjson_mut_val *root = yyjson_mut_obj(d);
    unsigned drop = q->drop | m->provider->facts->drop | m->drop;
    FM_TRY(add_contents(ctx, d, root, r));
    FM_TRY(add_tools(ctx, d, root, r));
    yyjson_mut_val *config = yyjson_mut_obj_add_obj(d, root, "generationConfig");
    if (!(drop & FM_LLM_DROP_FORMAT))
        FM_TRY(add_format(ctx, d, config, r, m->has_schema));
    if (r->max_tokens)
        yyjson_mut_obj_add_int(d, config, "maxOutputTokens", r->max_tokens);
    fm_llm_add_sampling(d, config, r, &sampling, drop);
    if (!(drop & FM_LLM_DROP_EFFORT))
        add_thinking(d, config, r, m->name);
    return fm_llm_finish_doc(d, root, out);
}

static fm_str path(struct fm_arena *a, const struct fm_llm_model *m, bool is_stream)
{
    return fm_str_fmt(a, "/models/%s:%s", m->name,
                      is_stream ? "streamGenerateContent?alt=sse" : "generateContent");
}

static const struct {
    const char *raw;
    enum fm_llm_finish finish;
} finishes[] = {
    {"STOP", FM_LLM_FINISH_STOP},
    {"MAX_TOKENS", FM_LLM_FINISH_LENGTH},
    {"SAFETY", FM_LLM_FINISH_FILTERED},
    {"RECITATION", FM_LLM_FINISH_FILTERED},
    {"BLOCKLIST", FM_LLM_FINISH_FILTERED},
    {"PROHIBITED_CONTENT", FM_LLM_FINISH_FILTERED},
    {"SPII", FM_LLM_FINISH_FILTERED},
    {"MALFORMED_FUNCTION_CALL", FM_LLM_FINISH_ERROR},
    {"UNEXPECTED_TOOL_CALL", FM_LLM_FINISH_ERROR},
    {"TOO_MANY_TOOL_CALLS", FM_LLM_FINISH_ERROR},
    {"OTHER", FM_LLM_FINISH_ERROR},
    {"LANGUAGE", FM_LLM_FINISH_ERROR},
};

static void read_finish(struct fm_llm_decoder *d, fm_str raw)
{
    enum fm_llm_finish f =
        fm_str_starts(raw, FM_STR("IMAGE_")) ? FM_LLM_FINISH_FILTERED : FM_LLM_FINISH_UNKNOWN;
    if (raw.len == 0)
        return;
    for (size_t i = 0; i < sizeof finishes / sizeof finishes[0]; i++)
        if (fm_str_eqc(raw, finishes[i].raw))
            f = finishes[i].finish;
    fm_llm_decoder_finish(d, raw, f);
    d->is_terminal = true;
}

static void read_call(struct fm_llm_decoder *d, yyjson_val *part, yyjson_val *f)
{
    size_t index = d->calls.n;
    yyjson_val *args = fm_json_get(f, "args");
    struct fm_llm_call_part *c =
        fm_llm_decoder_call(d, index, fm_json_get_str(f, "id"), fm_json_get_str(f, "name"));
    if (!c)
        return;
    fm_llm_decoder_set(d, &c->signature, fm_json_get_str(part, "thoughtSignature"));
    if (args)
        fm_llm_decoder_arguments(d, index, fm_llm_json_text(d, args));
}

static void read_part(struct fm_llm_decoder *d, yyjson_val *part)
{
    yyjson_val *call = fm_json_get(part, "functionCall");
    if (call)
        read_call(d, part, call);
    else if (fm_json_get_bool(part, "thought", false))
        fm_llm_decoder_reasoning(d, fm_json_get_str(part, "text"));
    else
        fm_llm_decoder_text(d, fm_json_get_str(part, "text"));
}

static void read_usage(struct fm_llm_decoder *d, yyjson_val *u)
{
    if (!yyjson_is_obj(u))
        return;
    int64_t thoughts = fm_json_get_i64(u, "thoughtsTokenCount", 0);
    d->usage = (struct fm_llm_usage){
        .is_known = true,
        .input = fm_json_get_i64(u, "promptTokenCount", 0) +
                 fm_json_get_i64(u, "toolUsePromptTokenCount", 0),
        .cached = fm_json_get_i64(u, "cachedContentTokenCount", 0),
        .output = fm_json_get_i64(u, "candidatesTokenCount", 0) + thoughts,
        .reasoning = thoughts,
    };
}

/* A refused prompt is status 200 with a block reason and no candidates. */
static void read_block(struct fm_llm_decoder *d, fm_str reason)
{
    if (reason.len == 0)
        return;
    fm_llm_decoder_finish(d, reason, FM_LLM_FINISH_FILTERED);
    d->is_terminal = true;
    d->has_refusal = true;
}

static void read_answer(struct fm_llm_decoder *d, yyjson_val *root)
{
    size_t i, n;
    yyjson_val *part, *candidate = yyjson_arr_get_first(fm_json_get(root, "candidates"));
    fm_llm_decoder_set(d, &d->id, fm_json_get_str(root, "responseId"));
    fm_llm_decoder_set(d, &d->model, fm_json_get_str(root, "modelVersion"));
    yyjson_arr_foreach(fm_json_get(fm_json_get(candidate, "content"), "parts"), i, n, part)
        read_part(d, part);
    read_usage(d, fm_json_get(root, "usageMetadata"));
    read_finish(d, fm_json_get_str(candidate, "finishReason"));
    read_block(d, fm_json_get_str(fm_json_get(root, "promptFeedback"), "blockReason"));
}

static void frame(struct fm_llm_decoder *d, fm_str type, fm_str data)
{
    (void)type;
    yyjson_val *root = fm_llm_decoder_json(d, data);
    if (root && fm_json_get(root, "error"))
        fm_llm_decoder_fail(d, data);
    else if (root)
        read_answer(d, root);
}

static void whole(struct fm_llm_decoder *d, fm_str body)
{
    frame(d, FM_STR_NULL, body);
}

const struct fm_llm_wire_ops fm_llm_wire_gemini = {
    .encode = encode,
    .path = path,
    .frame = frame,
    .whole = whole,
    .framing = FM_LLM_SSE,
    .ends_by_eof = true,
};
