/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#define TOOLS_MAX 128

void fm_proxy_string(struct fm_buf *out, fm_str s)
{
    size_t plain = 0;
    fm_buf_addc(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        fm_buf_add(out, s.p + plain, i - plain);
        plain = i + 1;
        if (c == '"' || c == '\\')
            fm_buf_addf(out, "\\%c", c);
        else if (c == '\n')
            fm_buf_add(out, "\\n", 2);
        else
            fm_buf_addf(out, "\\u%04x", c);
    }
    if (s.len > plain)
        fm_buf_add(out, s.p + plain, s.len - plain);
    fm_buf_addc(out, '"');
}

enum fm_code fm_proxy_stops(struct served *s, yyjson_val *v, const char *what)
{
    size_t i, count;
    yyjson_val *item;
    struct fm_llm_request *r = &s->request;
    if (yyjson_is_str(v)) {
        r->stops[r->n_stops++] = fm_json_str(v);
        return FM_OK;
    }
    if (yyjson_arr_size(v) > FM_LLM_STOPS_MAX)
        return fm_fail(&s->ctx, FM_EINVAL, "%s: at most %d are supported", what, FM_LLM_STOPS_MAX);
    yyjson_arr_foreach(v, i, count, item)
    {
        if (!yyjson_is_str(item))
            return fm_fail(&s->ctx, FM_EINVAL, "%s: must be strings", what);
        r->stops[r->n_stops++] = fm_json_str(item);
    }
    return FM_OK;
}

fm_str fm_proxy_json(struct fm_ctx *ctx, yyjson_val *v)
{
    struct fm_buf b;
    fm_str out = FM_STR("{}");
    if (!v || yyjson_is_null(v))
        return out;
    fm_buf_init(&b, FM_EGRESS_BODY_MAX);
    yyjson_mut_doc *d = fm_json_new(&ctx->arena);
    if (fm_json_write(ctx, d, yyjson_val_mut_copy(d, v), false, &b) == FM_OK)
        out = fm_str_dup(&ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return out;
}

enum fm_code fm_proxy_content(struct fm_ctx *ctx, yyjson_val *v, fm_str *out)
{
    size_t i, n;
    yyjson_val *part;
    struct fm_buf b;
    enum fm_code code = FM_OK;
    if (!v || yyjson_is_null(v) || yyjson_is_str(v)) {
        *out = fm_json_str(v);
        return FM_OK;
    }
    fm_buf_init(&b, FM_EGRESS_BODY_MAX);
    yyjson_arr_foreach(v, i, n, part)
    {
        fm_str type = fm_json_get_str(part, "type");
        if (type.len && !fm_str_eqc(type, "text"))
            code = fm_fail(ctx, FM_EINVAL,
                           "content of type \"%.*s\" is not supported: only text can be redacted",
                           FM_STR_ARG(type));
        fm_buf_adds(&b, fm_json_get_str(part, "text"));
    }
    if (code == FM_OK)
        *out = fm_str_dup(&ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return code;
}

enum fm_llm_effort fm_proxy_effort(fm_str name)
{
    static const struct {
        const char *name;
        enum fm_llm_effort effort;
    } efforts[] = {{"none", FM_LLM_EFFORT_NONE}, {"minimal", FM_LLM_EFFORT_LOW},
                   {"low", FM_LLM_EFFORT_LOW},   {"medium", FM_LLM_EFFORT_MEDIUM},
                   {"high", FM_LLM_EFFORT_HIGH}, {"xhigh", FM_LLM_EFFORT_HIGH},
                   {"max", FM_LLM_EFFORT_HIGH}};
    for (size_t i = 0; i < sizeof efforts / sizeof efforts[0]; i++)
        if (fm_str_eqc(name, efforts[i].name))
            return efforts[i].effort;
    return FM_LLM_EFFORT_DEFAULT;
}

static bool is_route(const struct fm_llm_setup *s, fm_str name)
{
    for (size_t i = 0; i < s->n_routes; i++)
        if (fm_str_eqc(name, s->routes[i].purpose))
            return true;
    return false;
}

enum fm_code fm_proxy_model(struct served *s, fm_str name)
{
    struct fm_llm_setup *setup = fm_llm_router_setup(s->proxy->router);
    bool is_known = true;
    if (is_route(setup, name))
        s->request.purpose = name;
    else if (fm_llm_setup_model(setup, name))
        s->request.model = name;
    else
        is_known = name.len == 0;
    fm_llm_setup_unref(setup);
    return is_known ? FM_OK
                    : fm_fail(&s->ctx, FM_ENOTFOUND, "model \"%.*s\" is not configured here",
                              FM_STR_ARG(name));
}

enum fm_code fm_proxy_tool_name(struct fm_ctx *ctx, fm_str name)
{
    bool is_good = name.len > 0 && name.len <= 64;
    for (size_t i = 0; i < name.len && is_good; i++) {
        char c = name.p[i];
        is_good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
    }
    return is_good ? FM_OK
                   : fm_fail(ctx, FM_EINVAL,
                             "tools: \"%.*s\" is no name of a tool (1 to 64 of A-Z a-z 0-9 _ -)",
                             FM_STR_ARG(name));
}

int fm_proxy_status(enum fm_llm_class c)
{
    static const int statuses[FM_LLM_CLASS_COUNT] = {
        [FM_LLM_OK] = 200,          [FM_LLM_AUTH] = 502,
        [FM_LLM_QUOTA] = 429,       [FM_LLM_RATE_LIMITED] = 429,
        [FM_LLM_OVERLOADED] = 503,  [FM_LLM_CONTEXT_OVERFLOW] = 400,
        [FM_LLM_BAD_REQUEST] = 400, [FM_LLM_CONTENT_FILTERED] = 400,
        [FM_LLM_TIMEOUT] = 504,     [FM_LLM_UPSTREAM] = 502,
        [FM_LLM_NETWORK] = 502,     [FM_LLM_MALFORMED] = 502,
        [FM_LLM_CANCELLED] = 499,   [FM_LLM_REFUSED_BY_GATE] = 403,
        [FM_LLM_BUDGET] = 429,      [FM_LLM_NO_TARGET] = 503,
    };
    return statuses[c];
}

enum fm_code fm_proxy_tools(struct served *s, yyjson_val *list, const struct tool_words *w)
{
    size_t i, n, count = yyjson_arr_size(list);
    yyjson_val *o;
    if (count > TOOLS_MAX)
        return fm_fail(&s->ctx, FM_EINVAL, "tools: at most %d", TOOLS_MAX);
    struct fm_llm_tool *t = FM_NEW_ARRAY(&s->ctx.arena, struct fm_llm_tool, count);
    yyjson_arr_foreach(list, i, n, o)
    {
        yyjson_val *f = w->wrapper ? fm_json_get(o, w->wrapper) : o;
        t[i].name = fm_json_get_str(f, "name");
        t[i].description = fm_json_get_str(f, "description");
        t[i].schema = fm_proxy_json(&s->ctx, fm_json_get(f, w->schema));
        FM_TRY(fm_proxy_tool_name(&s->ctx, t[i].name));
    }
    s->request.tools = t;
    s->request.n_tools = count;
    return FM_OK;
}

fm_str fm_proxy_asked_model(const struct served *s)
{
    if (s->request.model.len)
        return s->request.model;
    return s->request.purpose.len ? s->request.purpose : FM_STR("chat");
}
