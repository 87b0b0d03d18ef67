/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic messages as a server. */
#include "internal.h"

#define MESSAGES_MAX 4096
#define BLOCKS_MAX 16384

struct messages FM_VEC_OF(struct fm_llm_message);

static enum fm_code add_result(struct served *s, yyjson_val *b, struct messages *out)
{
    struct fm_llm_message *m = fm_vec_add(&s->ctx.arena, out);
    m->role = FM_LLM_TOOL;
    m->call_id = fm_json_get_str(b, "tool_use_id");
    m->is_error = fm_json_get_bool(b, "is_error", false);
    return fm_proxy_content(&s->ctx, fm_json_get(b, "content"), &m->text);
}

static enum fm_code add_call(struct served *s, yyjson_val *b, struct fm_llm_message *m)
{
    struct fm_llm_tool_call *calls =
        FM_NEW_ARRAY(&s->ctx.arena, struct fm_llm_tool_call, m->n_calls + 1);
    if (m->n_calls)
        memcpy(calls, m->calls, m->n_calls * sizeof *calls);
    calls[m->n_calls].id = fm_json_get_str(b, "id");
    calls[m->n_calls].name = fm_json_get_str(b, "name");
    calls[m->n_calls].arguments = fm_proxy_json(&s->ctx, fm_json_get(b, "input"));
    m->calls = calls;
    return fm_proxy_tool_name(&s->ctx, calls[m->n_calls++].name);
}

static bool is_thinking(fm_str type)
{
    return fm_str_eqc(type, "thinking") || fm_str_eqc(type, "redacted_thinking");
}

static enum fm_code add_block(struct served *s, yyjson_val *b, struct fm_llm_message *m,
                              struct messages *results)
{
    fm_str type = fm_json_get_str(b, "type");
    if (is_thinking(type))
        return FM_OK; /* belongs to the provider that made it */
    if (fm_str_eqc(type, "tool_result"))
        return add_result(s, b, results);
    if (fm_str_eqc(type, "tool_use"))
        return add_call(s, b, m);
    if (!fm_str_eqc(type, "text"))
        return fm_fail(&s->ctx, FM_EINVAL,
                       "content of type \"%.*s\" is not supported: only text can be redacted",
                       FM_STR_ARG(type));
    fm_str text = fm_json_get_str(b, "text");
    m->text = m->text.len
                  ? fm_str_fmt(&s->ctx.arena, "%.*s\n%.*s", FM_STR_ARG(m->text), FM_STR_ARG(text))
                  : text;
    return FM_OK;
}

/* One turn gives the results of tools first, then a message of its role if it has content. */
static enum fm_code add_turn(struct served *s, yyjson_val *turn, struct messages *out)
{
    size_t i, n;
    yyjson_val *b, *content = fm_json_get(turn, "content");
    fm_str role = fm_json_get_str(turn, "role");
    struct fm_llm_message m = {.role =
                                   fm_str_eqc(role, "assistant") ? FM_LLM_ASSISTANT : FM_LLM_USER};
    if (fm_str_eqc(role, "system"))
        m.role = FM_LLM_SYSTEM;
    else if (!fm_str_eqc(role, "user") && m.role != FM_LLM_ASSISTANT)
        return fm_fail(&s->ctx, FM_EINVAL, "messages: role \"%.*s\" is not known",
                       FM_STR_ARG(role));
    if (yyjson_is_str(content))
        m.text = fm_json_str(content);
    yyjson_arr_foreach(content, i, n, b) FM_TRY(add_block(s, b, &m, out));
    if (m.text.len || m.n_calls)
        fm_vec_push(&s->ctx.arena, out, m);
    return FM_OK;
}

static enum fm_code read_messages(struct served *s, yyjson_val *o)
{
    size_t i, n;
    yyjson_val *turn, *list = fm_json_get(o, "messages");
    struct messages out = {0};
    fm_str system = FM_STR_NULL;
    FM_TRY(fm_proxy_content(&s->ctx, fm_json_get(o, "system"), &system));
    if (system.len)
        fm_vec_push(&s->ctx.arena, &out,
                    (struct fm_llm_message){.role = FM_LLM_SYSTEM, .text = system});
    if (yyjson_arr_size(list) == 0 || yyjson_arr_size(list) > MESSAGES_MAX)
        return fm_fail(&s->ctx, FM_EINVAL, "messages: must be a list of 1 to %d messages",
                       MESSAGES_MAX);
    yyjson_arr_foreach(list, i, n, turn)
    {
        FM_TRY(add_turn(s, turn, &out));
        if (out.n > BLOCKS_MAX)
            return fm_fail(&s->ctx, FM_ELIMIT, "messages: more than %d", BLOCKS_MAX);
    }
    s->request.messages = out.items;
    s->request.n_messages = out.n;
    return FM_OK;
}

static void read_choice(struct served *s, yyjson_val *v)
{
    fm_str type = fm_json_get_str(v, "type");
    struct fm_llm_request *r = &s->request;
    r->is_one_call_only = fm_json_get_bool(v, "disable_parallel_tool_use", false);
    if (fm_str_eqc(type, "any"))
        r->choice = FM_LLM_CHOICE_REQUIRED;
    else if (fm_str_eqc(type, "none"))
        r->choice = FM_LLM_CHOICE_NONE;
    if (!fm_str_eqc(type, "tool"))
        return;
    r->choice = FM_LLM_CHOICE_NAMED;
    r->choice_name = fm_json_get_str(v, "name");
}

static enum fm_code read(struct served *s, yyjson_val *o)
{
    static const struct tool_words tools = {.schema = "input_schema"};
    struct fm_llm_request *r = &s->request;
    yyjson_val *output = fm_json_get(o, "output_config"),
               *schema = fm_json_get(fm_json_get(output, "format"), "schema");
    FM_TRY(fm_proxy_model(s, fm_json_get_str(o, "model")));
    FM_TRY(read_messages(s, o));
    FM_TRY(fm_proxy_tools(s, fm_json_get(o, "tools"), &tools));
    FM_TRY(fm_proxy_stops(s, fm_json_get(o, "stop_sequences"), "stop_sequences"));
    read_choice(s, fm_json_get(o, "tool_choice"));
    r->temperature = fm_json_get_f64(o, "temperature", -1);
    r->top_p = fm_json_get_f64(o, "top_p", -1);
    r->max_tokens = fm_json_get_i64(o, "max_tokens", 0);
    r->effort = fm_proxy_effort(fm_json_get_str(output, "effort"));
    s->is_stream = fm_json_get_bool(o, "stream", false);
    if (schema) {
        r->format = FM_LLM_FORMAT_SCHEMA;
        r->schema = fm_proxy_json(&s->ctx, schema);
    }
    return r->max_tokens > 0 ? FM_OK : fm_fail(&s->ctx, FM_EINVAL, "max_tokens: required");
}

/* --- writing --- */

static const char *reason_of(enum fm_llm_finish f)
{
    switch (f) {
    case FM_LLM_FINISH_LENGTH:
        return "max_tokens";
    case FM_LLM_FINISH_TOOL_CALLS:
        return "tool_use";
    case FM_LLM_FINISH_FILTERED:
        return "refusal";
    case FM_LLM_FINISH_PAUSED:
        return "pause_turn";
    case FM_LLM_FINISH_UNKNOWN:
    case FM_LLM_FINISH_STOP:
    case FM_LLM_FINISH_ERROR:
    case FM_LLM_FINISH_COUNT:
        break;
    }
    return "end_turn";
}

static void begin(struct served *s)
{
    struct fm_buf *b = &s->out;
    s->open_block = -1;
    fm_buf_addf(b,
                "event: message_start\ndata: "
                "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_%s\",\"type\":\"message\","
                "\"role\":\"assistant\",\"model\":",
                s->id);
    fm_proxy_string(b, fm_proxy_asked_model(s));
    fm_buf_addz(b, ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_"
                   "tokens\":0,\"output_tokens\":0}}}\n\n");
}

static void close_block(struct served *s)
{
    if (s->open_block < 0)
        return;
    fm_buf_addf(
        &s->out,
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":%d}\n\n",
        s->open_block);
    s->open_block = -1;
}

static void open_block(struct served *s, const struct fm_llm_delta *d)
{
    struct fm_buf *b = &s->out;
    close_block(s);
    s->open_block = s->n_blocks++;
    s->open_kind = d->kind;
    fm_buf_addf(b,
                "event: content_block_start\ndata: "
                "{\"type\":\"content_block_start\",\"index\":%d,\"content_block\":",
                s->open_block);
    if (d->kind == FM_LLM_DELTA_CALL) {
        fm_buf_addz(b, "{\"type\":\"tool_use\",\"id\":");
        fm_proxy_string(b, d->id);
        fm_buf_addz(b, ",\"name\":");
        fm_proxy_string(b, d->name);
        fm_buf_addz(b, ",\"input\":{}}");
    } else {
        fm_buf_addz(b, d->kind == FM_LLM_DELTA_TEXT
                           ? "{\"type\":\"text\",\"text\":\"\"}"
                           : "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
    }
    fm_buf_addz(b, "}\n\n");
}

static void delta(struct served *s, const struct fm_llm_delta *d)
{
    static const char *const heads[] = {
        [FM_LLM_DELTA_TEXT] = "{\"type\":\"text_delta\",\"text\":",
        [FM_LLM_DELTA_REASONING] = "{\"type\":\"thinking_delta\",\"thinking\":",
        [FM_LLM_DELTA_ARGUMENTS] = "{\"type\":\"input_json_delta\",\"partial_json\":",
    };
    if (d->kind == FM_LLM_DELTA_CALL) {
        open_block(s, d);
        return;
    }
    if (d->kind != FM_LLM_DELTA_ARGUMENTS && (s->open_block < 0 || s->open_kind != d->kind))
        open_block(s, d);
    fm_buf_addf(&s->out,
                "event: content_block_delta\ndata: "
                "{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":%s",
                s->open_block, heads[d->kind]);
    fm_proxy_string(&s->out, d->text);
    fm_buf_addz(&s->out, "}}\n\n");
}

static void add_usage(struct fm_buf *b, const struct fm_llm_usage *u)
{
    fm_buf_addf(b,
                "\"usage\":{\"input_tokens\":%lld,\"cache_read_input_tokens\":%lld,\"cache_"
                "creation_input_tokens\":%lld,\"output_tokens\":%lld}",
                (long long)(u->input - u->cached - u->cache_write), (long long)u->cached,
                (long long)u->cache_write, (long long)u->output);
}

static void end(struct served *s, const struct fm_llm_response *r)
{
    close_block(s);
    fm_buf_addf(
        &s->out,
        "event: message_delta\ndata: "
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":null},",
        reason_of(r->finish));
    add_usage(&s->out, &r->usage);
    fm_buf_addz(&s->out, "}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

static void add_call_block(struct fm_buf *b, const struct fm_llm_tool_call *c)
{
    fm_buf_addz(b, "{\"type\":\"tool_use\",\"id\":");
    fm_proxy_string(b, c->id);
    fm_buf_addz(b, ",\"name\":");
    fm_proxy_string(b, c->name);
    fm_buf_addf(b, ",\"input\":%.*s}", FM_STR_ARG(c->arguments));
}

static void whole(struct served *s, const struct fm_llm_response *r)
{
    struct fm_buf *b = &s->out;
    bool has_text = r->text.len || !r->n_calls;
    fm_buf_addf(b,
                "{\"id\":\"msg_%s\",\"type\":\"message\",\"role\":\"assistant\",\"model\":", s->id);
    fm_proxy_string(b, r->model);
    fm_buf_addz(b, ",\"content\":[");
    if (has_text) {
        fm_buf_addz(b, "{\"type\":\"text\",\"text\":");
        fm_proxy_string(b, r->text);
        fm_buf_addc(b, '}');
    }
    for (size_t i = 0; i < r->n_calls; i++) {
        if (i || has_text)
            fm_buf_addc(b, ',');
        add_call_block(b, &r->calls[i]);
    }
    fm_buf_addf(b, "],\"stop_reason\":\"%s\",\"stop_sequence\":null,", reason_of(r->finish));
    add_usage(b, &r->usage);
    fm_buf_addc(b, '}');
}

static const char *type_of(enum fm_llm_class c)
{
    int status = fm_proxy_status(c);
    if (c == FM_LLM_NO_TARGET || c == FM_LLM_OVERLOADED)
        return "overloaded_error";
    return status == 429   ? "rate_limit_error"
           : status == 403 ? "permission_error"
           : status == 504 ? "timeout_error"
           : status < 500  ? "invalid_request_error"
                           : "api_error";
}

static void error(struct served *s, enum fm_llm_class c, fm_str message, bool is_event)
{
    if (is_event)
        fm_buf_addz(&s->out, "event: error\ndata: ");
    fm_buf_addf(&s->out, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":", type_of(c));
    fm_proxy_string(&s->out, message);
    fm_buf_addf(&s->out, "}}%s", is_event ? "\n\n" : "");
}

const struct shape fm_proxy_anthropic = {
    .name = "anthropic",
    .read = read,
    .begin = begin,
    .delta = delta,
    .end = end,
    .whole = whole,
    .error = error,
};
