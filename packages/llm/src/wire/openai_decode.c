/* SPDX-License-Identifier: Apache-2.0 */
#include "openai.h"

static const struct {
    const char *raw;
    enum fm_llm_finish finish;
} finishes[] = {
    {"stop", FM_LLM_FINISH_STOP},
    {"eos_token", FM_LLM_FINISH_STOP},
    {"length", FM_LLM_FINISH_LENGTH},
    {"tool_calls", FM_LLM_FINISH_TOOL_CALLS},
    {"function_call", FM_LLM_FINISH_TOOL_CALLS},
    {"content_filter", FM_LLM_FINISH_FILTERED},
    {"error", FM_LLM_FINISH_ERROR},
};

static void read_finish(struct fm_llm_decoder *d, fm_str raw)
{
    enum fm_llm_finish f = FM_LLM_FINISH_UNKNOWN;
    if (raw.len == 0)
        return;
    for (size_t i = 0; i < sizeof finishes / sizeof finishes[0]; i++)
        if (fm_str_eqc(raw, finishes[i].raw))
            f = finishes[i].finish;
    fm_llm_decoder_finish(d, raw, f);
    d->is_terminal = true;
}

/* Usage may come more than once (continuous statistics, x_groq): the last one holds. */
static void read_usage(struct fm_llm_decoder *d, yyjson_val *u)
{
    if (!yyjson_is_obj(u))
        return;
    yyjson_val *in = fm_json_get(u, "prompt_tokens_details"),
               *out = fm_json_get(u, "completion_tokens_details");
    d->usage = (struct fm_llm_usage){
        .is_known = true,
        .input = fm_json_get_i64(u, "prompt_tokens", 0),
        .cached = fm_json_get_i64(in, "cached_tokens", 0),
        .cache_write = fm_json_get_i64(in, "cache_write_tokens", 0),
        .output = fm_json_get_i64(u, "completion_tokens", 0),
        .reasoning = fm_json_get_i64(out, "reasoning_tokens", 0),
    };
}

/* content is text, or a list of parts. */
static void read_content(struct fm_llm_decoder *d, yyjson_val *content)
{
    size_t i, n;
    yyjson_val *part;
    fm_llm_decoder_text(d, fm_json_str(content));
    yyjson_arr_foreach(content, i, n, part) fm_llm_decoder_text(d, fm_json_get_str(part, "text"));
}

static void read_arguments(struct fm_llm_decoder *d, size_t index, yyjson_val *args)
{
    if (yyjson_is_obj(args)) /* some servers send an object instead of its text */
        fm_llm_decoder_arguments(d, index, fm_llm_json_text(d, args));
    else
        fm_llm_decoder_arguments(d, index, fm_json_str(args));
}

/* A server that leaves the index out sends each call whole, or begins it with a new id. */
static size_t call_index(struct fm_llm_decoder *d, yyjson_val *call, size_t position,
                         bool is_stream)
{
    int64_t told = fm_json_get_i64(call, "index", -1);
    fm_str id = fm_json_get_str(call, "id");
    if (told >= 0 && is_stream)
        return (size_t)told;
    if (!is_stream)
        return position;
    if (id.len == 0 && d->calls.n)
        return d->calls.n - 1;
    for (size_t i = 0; i < d->calls.n; i++)
        if (fm_str_eq(d->calls.items[i].id, id))
            return i;
    return d->calls.n;
}

static void read_calls(struct fm_llm_decoder *d, yyjson_val *calls, bool is_stream)
{
    size_t i, n;
    yyjson_val *call;
    yyjson_arr_foreach(calls, i, n, call)
    {
        yyjson_val *f = fm_json_get(call, "function");
        size_t index = call_index(d, call, i, is_stream);
        if (fm_llm_decoder_call(d, index, fm_json_get_str(call, "id"), fm_json_get_str(f, "name")))
            read_arguments(d, index, fm_json_get(f, "arguments"));
    }
}

static void read_message(struct fm_llm_decoder *d, yyjson_val *m, bool is_stream)
{
    fm_str refusal = fm_json_get_str(m, "refusal");
    fm_str reasoning = fm_json_get_str(m, "reasoning_content");
    fm_llm_decoder_reasoning(d, reasoning.len ? reasoning : fm_json_get_str(m, "reasoning"));
    read_content(d, fm_json_get(m, "content"));
    if (refusal.len) {
        d->has_refusal = true;
        fm_llm_decoder_text(d, refusal);
    }
    read_calls(d, fm_json_get(m, "tool_calls"), is_stream);
}

static bool has_error(yyjson_val *root)
{
    yyjson_val *e = fm_json_get(root, "error");
    return (e && !yyjson_is_null(e)) || fm_str_eqc(fm_json_get_str(root, "object"), "error");
}

static void read_answer(struct fm_llm_decoder *d, yyjson_val *root, bool is_stream)
{
    yyjson_val *choice = yyjson_arr_get_first(fm_json_get(root, "choices"));
    fm_llm_decoder_set(d, &d->id, fm_json_get_str(root, "id"));
    fm_llm_decoder_set(d, &d->model, fm_json_get_str(root, "model"));
    read_usage(d, fm_json_get(fm_json_get(root, "x_groq"), "usage"));
    read_usage(d, fm_json_get(root, "usage"));
    if (choice && fm_json_get_i64(choice, "index", 0) == 0) {
        read_message(d, fm_json_get(choice, is_stream ? "delta" : "message"), is_stream);
        read_finish(d, fm_json_get_str(choice, "finish_reason"));
    }
}

/* An error frame is a failure although [DONE] may follow it. */
static void frame(struct fm_llm_decoder *d, fm_str type, fm_str data)
{
    (void)type;
    if (fm_str_starts(data, FM_STR("[DONE]"))) {
        d->is_terminal = true;
        return;
    }
    yyjson_val *root = fm_llm_decoder_json(d, data);
    if (root && (has_error(root) || fm_json_get_str(fm_json_get(root, "x_groq"), "error").len))
        fm_llm_decoder_fail(d, data);
    else if (root)
        read_answer(d, root, true);
}

static void whole(struct fm_llm_decoder *d, fm_str body)
{
    yyjson_val *root = fm_llm_decoder_json(d, body);
    d->is_terminal = true;
    if (root && has_error(root))
        fm_llm_decoder_fail(d, body);
    else if (root)
        read_answer(d, root, false);
}

const struct fm_llm_wire_ops fm_llm_wire_openai = {
    .encode = fm_llm_openai_encode,
    .path = fm_llm_openai_path,
    .frame = frame,
    .whole = whole,
    .framing = FM_LLM_SSE,
};
