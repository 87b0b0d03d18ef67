/* SPDX-License-Identifier: Apache-2.0 */
#include "openai.h"

static yyjson_mut_val *calls_of(yyjson_mut_doc *d, const struct fm_llm_message *m)
{
    yyjson_mut_val *calls = yyjson_mut_arr(d);
    for (size_t i = 0; i < m->n_calls; i++) {
        const struct fm_llm_tool_call *c = &m->calls[i];
        yyjson_mut_val *call = yyjson_mut_arr_add_obj(d, calls);
        fm_json_add_str(d, call, "id", c->id);
        yyjson_mut_obj_add_str(d, call, "type", "function");
        yyjson_mut_val *f = yyjson_mut_obj_add_obj(d, call, "function");
        fm_json_add_str(d, f, "name", c->name);
        fm_json_add_str(d, f, "arguments", c->arguments.len ? c->arguments : FM_STR("{}"));
    }
    return calls;
}

static void add_messages(yyjson_mut_doc *d, yyjson_mut_val *root, const struct fm_llm_request *r)
{
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, root, "messages");
    for (size_t i = 0; i < r->n_messages; i++) {
        const struct fm_llm_message *m = &r->messages[i];
        yyjson_mut_val *o = yyjson_mut_arr_add_obj(d, list);
        yyjson_mut_obj_add_str(d, o, "role", fm_llm_role_name(m->role));
        if (m->role == FM_LLM_TOOL)
            fm_json_add_str(d, o, "tool_call_id", m->call_id);
        if (m->n_calls && m->text.len == 0)
            yyjson_mut_obj_add_null(d, o, "content");
        else
            fm_json_add_str(d, o, "content", m->text);
        if (m->n_calls)
            yyjson_mut_obj_add_val(d, o, "tool_calls", calls_of(d, m));
    }
}

static void add_choice(yyjson_mut_doc *d, yyjson_mut_val *root, const struct fm_llm_request *r)
{
    if (r->choice == FM_LLM_CHOICE_NONE)
        yyjson_mut_obj_add_str(d, root, "tool_choice", "none");
    else if (r->choice == FM_LLM_CHOICE_REQUIRED)
        yyjson_mut_obj_add_str(d, root, "tool_choice", "required");
    if (r->choice != FM_LLM_CHOICE_NAMED)
        return;
    yyjson_mut_val *choice = yyjson_mut_obj_add_obj(d, root, "tool_choice");
    yyjson_mut_obj_add_str(d, choice, "type", "function");
    yyjson_mut_val *f = yyjson_mut_obj_add_obj(d, choice, "function");
    fm_json_add_str(d, f, "name", r->choice_name);
}

static enum fm_code add_tools(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                              const struct fm_llm_request *r, unsigned drop)
{
    if (r->n_tools == 0)
        return FM_OK;
    FM_TRY(fm_llm_add_functions(ctx, d, root, r));
    if (!(drop & FM_LLM_DROP_CHOICE))
        add_choice(d, root, r);
    if (r->is_one_call_only && !(drop & FM_LLM_DROP_PARALLEL))
        yyjson_mut_obj_add_bool(d, root, "parallel_tool_calls", false);
    return FM_OK;
}

static enum fm_code add_format(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                               const struct fm_llm_request *r, const struct fm_llm_model *m)
{
    if (r->format == FM_LLM_FORMAT_TEXT)
        return FM_OK;
    yyjson_mut_val *f = yyjson_mut_obj_add_obj(d, root, "response_format");
    if (r->format == FM_LLM_FORMAT_JSON || !m->has_schema) {
        yyjson_mut_obj_add_str(d, f, "type", "json_object");
        return FM_OK;
    }
    yyjson_mut_val *schema = fm_llm_copy_json(ctx, d, r->schema, "schema of the answer");
    if (!schema)
        return ctx->code;
    yyjson_mut_obj_add_str(d, f, "type", "json_schema");
    yyjson_mut_val *s = yyjson_mut_obj_add_obj(d, f, "json_schema");
    fm_json_add_str(d, s, "name", r->schema_name.len ? r->schema_name : FM_STR("answer"));
    /* Strict mode wants closed objects all over; a schema that is open at its root is not meant so.
     */
    yyjson_mut_obj_add_bool(
        d, s, "strict", yyjson_mut_is_false(yyjson_mut_obj_get(schema, "additionalProperties")));
    yyjson_mut_obj_add_val(d, s, "schema", schema);
    if (m->provider->facts->schema_mode == FM_LLM_SCHEMA_BOTH)
        yyjson_mut_obj_add_val(d, f, "schema", yyjson_mut_val_mut_copy(d, schema));
    return FM_OK;
}

/* Models that take only the default sampling, unless told not to reason. */
static bool has_fixed_sampling(const struct fm_llm_model *m, const struct fm_llm_request *r)
{
    static const char *const prefixes[] = {"gpt-5", "o1", "o3", "o4"};
    fm_str name = fm_str_c(m->name);
    if (strcmp(m->provider->facts->kind, "openai") != 0 || r->effort == FM_LLM_EFFORT_NONE)
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (fm_str_starts(name, fm_str_c(prefixes[i])))
            return true;
    return false;
}

static const struct fm_llm_sampling_words sampling = {
    .top_p = "top_p", .seed = "seed", .stops = "stop", .temperature_max = 2};

static void add_effort(yyjson_mut_doc *d, yyjson_mut_val *root, const struct fm_llm_request *r,
                       const struct fm_llm_facts *f)
{
    if (r->effort == FM_LLM_EFFORT_DEFAULT)
        return;
    if (f->has_effort_object)
        yyjson_mut_obj_add_str(d, yyjson_mut_obj_add_obj(d, root, "reasoning"), "effort",
                               fm_llm_effort_name(r->effort));
    else
        yyjson_mut_obj_add_str(d, root, "reasoning_effort", fm_llm_effort_name(r->effort));
}

static void add_max_tokens(yyjson_mut_doc *d, yyjson_mut_val *root, const struct fm_llm_facts *f,
                           int64_t n, unsigned drop)
{
    const char *field = f->max_tokens_field;
    if (drop & FM_LLM_SWAP_MAX_TOKENS)
        field = strcmp(field, "max_tokens") == 0 ? "max_completion_tokens" : "max_tokens";
    if (n)
        yyjson_mut_obj_add_int(d, root, field, n);
}

static void add_stream(yyjson_mut_doc *d, yyjson_mut_val *root, const struct fm_llm_facts *f,
                       unsigned drop)
{
    yyjson_mut_obj_add_bool(d, root, "stream", true);
    if (drop & FM_LLM_DROP_STREAM_OPTIONS)
        return;
    yyjson_mut_val *o = yyjson_mut_obj_add_obj(d, root, "stream_options");
    yyjson_mut_obj_add_bool(d, o, "include_usage", true);
    if (strcmp(f->kind, "openai") ==
        0) /* padding against traffic analysis, which our links do not need */
        yyjson_mut_obj_add_bool(d, o, "include_obfuscation", false);
}

enum fm_code fm_llm_openai_encode(struct fm_ctx *ctx, const struct fm_llm_wire_request *q,
                                  yyjson_mut_doc **out)
{
    const struct fm_llm_model *m = q->model;
    const struct fm_llm_request *r = q->request;
    const struct fm_llm_facts *f = m->provider->facts;
    yyjson_mut_doc *d = fm_json_new(&ctx->arena);
    yyjson_mut_val *root = yyjson_mut_obj(d);
    unsigned drop = q->drop | f->drop | m->drop;
    if (has_fixed_sampling(m, r))
        drop |= FM_LLM_DROP_TEMPERATURE | FM_LLM_DROP_TOP_P;
    yyjson_mut_obj_add_str(d, root, "model", m->name);
    add_messages(d, root, r);
    FM_TRY(add_tools(ctx, d, root, r, drop));
    if (!(drop & FM_LLM_DROP_FORMAT))
        FM_TRY(add_format(ctx, d, root, r, m));
    fm_llm_add_sampling(d, root, r, &sampling, drop);
    if (!(drop & FM_LLM_DROP_EFFORT))
        add_effort(d, root, r, f);
    add_max_tokens(d, root, f, r->max_tokens, drop);
    if (q->is_stream)
        add_stream(d, root, f, drop);
    fm_llm_add_extra(ctx, d, root, f->extra_json);
    return fm_llm_finish_doc(d, root, out);
}

fm_str fm_llm_openai_path(struct fm_arena *a, const struct fm_llm_model *m, bool is_stream)
{
    (void)a;
    (void)m;
    (void)is_stream;
    return FM_STR("/chat/completions");
}
