/* SPDX-License-Identifier: Apache-2.0 */
/* Chat completions as a server. */
#include "internal.h"

#include <time.h>

#define MESSAGES_MAX 4096

static enum fm_code read_calls(struct served *s, yyjson_val *list, struct fm_llm_message *m)
{
    size_t i, n;
    yyjson_val *call;
    struct fm_llm_tool_call *calls =
        FM_NEW_ARRAY(&s->ctx.arena, struct fm_llm_tool_call, yyjson_arr_size(list));
    yyjson_arr_foreach(list, i, n, call)
    {
        yyjson_val *f = fm_json_get(call, "function");
        calls[i].id = fm_json_get_str(call, "id");
        calls[i].name = fm_json_get_str(f, "name");
        calls[i].arguments = fm_json_get_str(f, "arguments");
        FM_TRY(fm_proxy_tool_name(&s->ctx, calls[i].name));
    }
    m->calls = calls;
    m->n_calls = yyjson_arr_size(list);
    return FM_OK;
}

static enum fm_code read_message(struct served *s, yyjson_val *o, struct fm_llm_message *m)
{
    static const struct {
        const char *name;
        enum fm_llm_role role;
    } roles[] = {{"system", FM_LLM_SYSTEM},
                 {"developer", FM_LLM_SYSTEM},
                 {"user", FM_LLM_USER},
                 {"assistant", FM_LLM_ASSISTANT},
                 {"tool", FM_LLM_TOOL}};
    fm_str name = fm_json_get_str(o, "role");
    size_t i = 0;
    while (i < sizeof roles / sizeof roles[0] && !fm_str_eqc(name, roles[i].name))
        i++;
    if (i == sizeof roles / sizeof roles[0])
        return fm_fail(&s->ctx, FM_EINVAL, "messages: role \"%.*s\" is not known",
                       FM_STR_ARG(name));
    m->role = roles[i].role;
    m->call_id = fm_json_get_str(o, "tool_call_id");
    FM_TRY(fm_proxy_content(&s->ctx, fm_json_get(o, "content"), &m->text));
    return read_calls(s, fm_json_get(o, "tool_calls"), m);
}

static enum fm_code read_messages(struct served *s, yyjson_val *list)
{
    size_t i, n, count = yyjson_arr_size(list);
    yyjson_val *o;
    if (count == 0 || count > MESSAGES_MAX)
        return fm_fail(&s->ctx, FM_EINVAL, "messages: must be a list of 1 to %d messages",
                       MESSAGES_MAX);
    struct fm_llm_message *m = FM_NEW_ARRAY(&s->ctx.arena, struct fm_llm_message, count);
    yyjson_arr_foreach(list, i, n, o) FM_TRY(read_message(s, o, &m[i]));
    s->request.messages = m;
    s->request.n_messages = count;
    return FM_OK;
}

static enum fm_code read_choice(struct served *s, yyjson_val *v)
{
    fm_str word = fm_json_str(v);
    struct fm_llm_request *r = &s->request;
    r->choice_name = fm_json_get_str(fm_json_get(v, "function"), "name");
    if (r->choice_name.len)
        r->choice = FM_LLM_CHOICE_NAMED;
    else if (fm_str_eqc(word, "required") || fm_str_eqc(word, "any"))
        r->choice = FM_LLM_CHOICE_REQUIRED;
    else if (fm_str_eqc(word, "none"))
        r->choice = FM_LLM_CHOICE_NONE;
    return FM_OK;
}

static void read_format(struct served *s, yyjson_val *v)
{
    fm_str type = fm_json_get_str(v, "type");
    yyjson_val *nested = fm_json_get(v, "json_schema"), *schema = fm_json_get(nested, "schema");
    if (!schema)
        schema = fm_json_get(v, "schema");
    if (schema) {
        s->request.format = FM_LLM_FORMAT_SCHEMA;
        s->request.schema = fm_proxy_json(&s->ctx, schema);
        s->request.schema_name = fm_json_get_str(nested, "name");
    } else if (fm_str_eqc(type, "json_object")) {
        s->request.format = FM_LLM_FORMAT_JSON;
    }
}

static enum fm_code read_numbers(struct served *s, yyjson_val *o)
{
    struct fm_llm_request *r = &s->request;
    r->temperature = fm_json_get_f64(o, "temperature", -1);
    r->top_p = fm_json_get_f64(o, "top_p", -1);
    r->seed = fm_json_get_i64(o, "seed", -1);
    r->max_tokens =
        fm_json_get_i64(o, "max_completion_tokens", fm_json_get_i64(o, "max_tokens", 0));
    if (r->max_tokens < 0 || r->max_tokens > 10000000)
        return fm_fail(&s->ctx, FM_EINVAL, "max_tokens: out of range");
    if (fm_json_get_i64(o, "n", 1) != 1)
        return fm_fail(&s->ctx, FM_EINVAL, "n: only 1 is supported");
    return FM_OK;
}

static enum fm_code read(struct served *s, yyjson_val *o)
{
    static const struct tool_words tools = {.wrapper = "function", .schema = "parameters"};
    struct fm_llm_request *r = &s->request;
    yyjson_val *usage = fm_json_get(fm_json_get(o, "stream_options"), "include_usage");
    FM_TRY(fm_proxy_model(s, fm_json_get_str(o, "model")));
    FM_TRY(read_messages(s, fm_json_get(o, "messages")));
    FM_TRY(fm_proxy_tools(s, fm_json_get(o, "tools"), &tools));
    FM_TRY(read_choice(s, fm_json_get(o, "tool_choice")));
    FM_TRY(read_numbers(s, o));
    FM_TRY(fm_proxy_stops(s, fm_json_get(o, "stop"), "stop"));
    read_format(s, fm_json_get(o, "response_format"));
    r->is_one_call_only = !fm_json_get_bool(o, "parallel_tool_calls", true);
    r->effort = fm_proxy_effort(fm_json_get_str(o, "reasoning_effort"));
    s->is_stream = fm_json_get_bool(o, "stream", false);
    s->wants_usage = yyjson_get_bool(usage);
    return FM_OK;
}

/* --- writing --- */

static const char *finish_of(enum fm_llm_finish f)
{
    switch (f) {
    case FM_LLM_FINISH_LENGTH:
        return "length";
    case FM_LLM_FINISH_TOOL_CALLS:
        return "tool_calls";
    case FM_LLM_FINISH_FILTERED:
        return "content_filter";
    case FM_LLM_FINISH_UNKNOWN:
    case FM_LLM_FINISH_STOP:
    case FM_LLM_FINISH_ERROR:
    case FM_LLM_FINISH_PAUSED:
    case FM_LLM_FINISH_COUNT:
        break;
    }
    return "stop";
}

static void add_common(struct served *s, const char *object, fm_str model)
{
    fm_buf_addf(&s->out,
                "{\"id\":\"chatcmpl-%s\",\"object\":\"%s\",\"created\":%lld,\"model\":", s->id,
                object, (long long)(fm_now(&fm_clock_system) / FM_SEC));
    fm_proxy_string(&s->out, model);
}

static void open_chunk(struct served *s)
{
    fm_buf_addz(&s->out, "data: ");
    add_common(s, "chat.completion.chunk", fm_proxy_asked_model(s));
    fm_buf_addz(&s->out, ",\"choices\":[{\"index\":0,\"delta\":");
}

static void close_chunk(struct served *s, const char *finish)
{
    if (finish)
        fm_buf_addf(&s->out, ",\"finish_reason\":\"%s\"}]}\n\n", finish);
    else
        fm_buf_addz(&s->out, ",\"finish_reason\":null}]}\n\n");
}

static void begin(struct served *s)
{
    open_chunk(s);
    fm_buf_addz(&s->out, "{\"role\":\"assistant\",\"content\":\"\"}");
    close_chunk(s, NULL);
}

static void delta(struct served *s, const struct fm_llm_delta *d)
{
    struct fm_buf *b = &s->out;
    open_chunk(s);
    if (d->kind == FM_LLM_DELTA_TEXT || d->kind == FM_LLM_DELTA_REASONING) {
        fm_buf_addz(b, d->kind == FM_LLM_DELTA_TEXT ? "{\"content\":" : "{\"reasoning_content\":");
        fm_proxy_string(b, d->text);
    } else if (d->kind == FM_LLM_DELTA_CALL) {
        fm_buf_addf(b, "{\"tool_calls\":[{\"index\":%zu,\"id\":", d->index);
        fm_proxy_string(b, d->id);
        fm_buf_addz(b, ",\"type\":\"function\",\"function\":{\"name\":");
        fm_proxy_string(b, d->name);
        fm_buf_addz(b, ",\"arguments\":\"\"}}]");
    } else {
        fm_buf_addf(b, "{\"tool_calls\":[{\"index\":%zu,\"function\":{\"arguments\":", d->index);
        fm_proxy_string(b, d->text);
        fm_buf_addz(b, "}}]");
    }
    fm_buf_addc(b, '}');
    close_chunk(s, NULL);
}

static void add_usage(struct fm_buf *b, const struct fm_llm_usage *u)
{
    fm_buf_addf(b,
                "\"usage\":{\"prompt_tokens\":%lld,\"completion_tokens\":%lld,\"total_tokens\":%"
                "lld,\"prompt_tokens_details\":{\"cached_tokens\":%lld},"
                "\"completion_tokens_details\":{\"reasoning_tokens\":%lld}}",
                (long long)u->input, (long long)u->output, (long long)(u->input + u->output),
                (long long)u->cached, (long long)u->reasoning);
}

static void end(struct served *s, const struct fm_llm_response *r)
{
    open_chunk(s);
    fm_buf_addz(&s->out, "{}");
    close_chunk(s, finish_of(r->finish));
    if (s->wants_usage) {
        fm_buf_addz(&s->out, "data: ");
        add_common(s, "chat.completion.chunk", fm_proxy_asked_model(s));
        fm_buf_addz(&s->out, ",\"choices\":[],");
        add_usage(&s->out, &r->usage);
        fm_buf_addz(&s->out, "}\n\n");
    }
    fm_buf_addz(&s->out, "data: [DONE]\n\n");
}

static void add_calls(struct fm_buf *b, const struct fm_llm_response *r)
{
    fm_buf_addz(b, ",\"tool_calls\":[");
    for (size_t i = 0; i < r->n_calls; i++) {
        fm_buf_addz(b, i ? ",{\"id\":" : "{\"id\":");
        fm_proxy_string(b, r->calls[i].id);
        fm_buf_addz(b, ",\"type\":\"function\",\"function\":{\"name\":");
        fm_proxy_string(b, r->calls[i].name);
        fm_buf_addz(b, ",\"arguments\":");
        fm_proxy_string(b, r->calls[i].arguments);
        fm_buf_addz(b, "}}");
    }
    fm_buf_addc(b, ']');
}

static void whole(struct served *s, const struct fm_llm_response *r)
{
    struct fm_buf *b = &s->out;
    add_common(s, "chat.completion", r->model);
    fm_buf_addz(b, ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    if (r->n_calls && r->text.len == 0)
        fm_buf_addz(b, "null");
    else
        fm_proxy_string(b, r->text);
    if (r->reasoning.len) {
        fm_buf_addz(b, ",\"reasoning_content\":");
        fm_proxy_string(b, r->reasoning);
    }
    fm_buf_addz(b, ",\"refusal\":null");
    if (r->n_calls)
        add_calls(b, r);
    fm_buf_addf(b, "},\"logprobs\":null,\"finish_reason\":\"%s\"}],", finish_of(r->finish));
    add_usage(b, &r->usage);
    fm_buf_addc(b, '}');
}

static const char *type_of(enum fm_llm_class c)
{
    int status = fm_proxy_status(c);
    if (c == FM_LLM_BUDGET || c == FM_LLM_QUOTA)
        return "insufficient_quota";
    return status == 429   ? "rate_limit_error"
           : status < 500  ? "invalid_request_error"
           : status == 503 ? "service_unavailable_error"
                           : "server_error";
}

static void error(struct served *s, enum fm_llm_class c, fm_str message, bool is_event)
{
    const char *code =
        c == FM_LLM_CONTEXT_OVERFLOW ? "context_length_exceeded" : fm_llm_class_name(c);
    if (is_event)
        fm_buf_addz(&s->out, "data: ");
    fm_buf_addz(&s->out, "{\"error\":{\"message\":");
    fm_proxy_string(&s->out, message);
    fm_buf_addf(&s->out, ",\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}%s", type_of(c), code,
                is_event ? "\n\n" : "");
}

const struct shape fm_proxy_openai = {
    .name = "openai",
    .read = read,
    .begin = begin,
    .delta = delta,
    .end = end,
    .whole = whole,
    .error = error,
};
