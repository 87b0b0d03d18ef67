/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy between a client and the scripted provider, all on one loop. */
#include "world.h"

#include "faultmaven/llm/proxy.h"

#define CONFIG                                                                                     \
    "{'providers':[{'name':'a','kind':'openai','url':'http://127.0.0.1:$/"                         \
    "a','key':'ka','models':['ma']},"                                                              \
    "{'name':'b','kind':'anthropic','url':'http://127.0.0.1:$/b','key':'kb','models':['mb']}],"    \
    "'routes':{'chat':['a/ma'],'slow':['b/mb']},'retry':{'attempts':2,'backoff':'1ms'}}"

struct proxied {
    struct world w;
    struct fm_llm_proxy *proxy;
    struct fm_http_client *client;
};

static enum fm_code try_open(struct proxied *p, const char *listen, fm_str key)
{
    struct fm_llm_proxy_options o = {.listen = listen, .key = key, .external = p->w.redactor};
    return fm_llm_proxy_new(&p->w.ctx, p->w.loop, p->w.router, &o, &p->proxy);
}

static void open_proxy(struct proxied *p, fm_str key)
{
    build(&p->w, CONFIG);
    assert_int_equal(try_open(p, "127.0.0.1:0", key), FM_OK);
    p->client = fm_http_client_new(p->w.loop, NULL);
}

static void close_proxy(struct proxied *p)
{
    fm_http_client_free(p->client);
    fm_llm_proxy_free(p->proxy);
    tear_down(&p->w);
}

static struct fm_http_answer ask_with(struct proxied *p, const char *path, const char *body,
                                      const struct fm_http_header *h)
{
    struct fm_http_answer a;
    struct fm_http_request r = {.method = body ? "POST" : "GET",
                                .headers = h,
                                .n_headers = h ? 1 : 0,
                                .url = fm_str_fmt(&p->w.ctx.arena, "http://127.0.0.1:%u%s",
                                                  fm_llm_proxy_port(p->proxy), path)
                                           .p};
    char *json = fm_arena_dup(&p->w.ctx.arena, body ? body : "", body ? strlen(body) : 0);
    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    r.body = fm_str_c(json);
    assert_int_equal(fm_http_fetch(p->client, &p->w.ctx, &r, &a), FM_OK);
    return a;
}

static struct fm_http_answer ask_proxy(struct proxied *p, const char *path, const char *body)
{
    return ask_with(p, path, body, NULL);
}

static bool has(fm_str text, const char *what)
{
    bool is_there = fm_str_has(text, fm_str_c(what));
    if (!is_there)
        print_error("\"%s\" is not in:\n%.*s\n", what, FM_STR_ARG(text));
    return is_there;
}

TEST(chat_completions)
{
    struct proxied p;
    open_proxy(&p, FM_STR_NULL);
    struct fm_http_answer a = ask_proxy(
        &p, "/v1/chat/completions", "{'model':'a/ma','messages':[{'role':'user','content':'hi'}]}");
    assert_int_equal(a.status, 200);
    assert_true(has(a.body, "\"content\":\"A says hi\"") && has(a.body, "\"prompt_tokens\":11") &&
                has(a.body, "\"finish_reason\":\"stop\""));
    a = ask_proxy(&p, "/v1/chat/completions",
                  "{'model':'slow','stream':true,'stream_options':{'include_usage':true},'messages'"
                  ":[{'role':'user','content':[{'type':'text','text':'hi'}]}]}");
    assert_int_equal(a.status, 200);
    assert_true(
        fm_str_starts(fm_http_header(&a.headers, "content-type"), FM_STR("text/event-stream")));
    assert_true(has(a.body, "{\"content\":\"B says\"}") && has(a.body, "\"completion_tokens\":7") &&
                fm_str_ends(a.body, FM_STR("data: [DONE]\n\n")));
    close_proxy(&p);
}

TEST(messages)
{
    struct proxied p;
    open_proxy(&p, FM_STR_NULL);
    struct fm_http_answer a = ask_proxy(
        &p, "/v1/messages",
        "{'model':'ma','max_tokens':9,'system':'s','messages':[{'role':'user','content':'hi'}]}");
    assert_int_equal(a.status, 200);
    assert_true(has(a.body, "{\"type\":\"text\",\"text\":\"A says hi\"}") &&
                has(a.body, "\"stop_reason\":\"end_turn\""));
    a = ask_proxy(&p, "/v1/messages",
                  "{'model':'ma','max_tokens':9,'stream':true,'messages':[{'role':'user','content':"
                  "[{'type':'text','text':'hi'}]}]}");
    assert_true(has(a.body, "event: message_start") &&
                has(a.body, "{\"type\":\"text_delta\",\"text\":\"A says\"}") &&
                has(a.body, "event: message_stop"));
    close_proxy(&p);
}

TEST(tools_travel_in_both_directions)
{
    struct proxied p;
    open_proxy(&p, FM_STR_NULL);
    ask_proxy(
        &p, "/v1/chat/completions",
        "{'model':'b/"
        "mb','messages':[{'role':'user','content':'hi'},{'role':'assistant','content':null,'tool_"
        "calls':[{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}]},"
        "{'role':'tool','tool_call_id':'c1','content':'42'}],'tools':[{'type':'function','function'"
        ":{'name':'f','parameters':{'type':'object'}}}],'tool_choice':'required'}");
    fm_str sent = fm_str_c(p.w.provider.last_body);
    assert_true(has(sent, "\"type\":\"tool_result\",\"tool_use_id\":\"c1\",\"content\":\"42\"") &&
                has(sent, "\"tool_choice\":{\"type\":\"any\"}"));
    ask_proxy(
        &p, "/v1/messages",
        "{'model':'a/"
        "ma','max_tokens':9,'messages':[{'role':'user','content':'hi'},{'role':'assistant','"
        "content':[{'type':'tool_use','id':'c1','name':'f','input':{'a':1}}]},"
        "{'role':'user','content':[{'type':'tool_result','tool_use_id':'c1','content':'42'},{'type'"
        ":'text','text':'go on'}]}],'tools':[{'name':'f','input_schema':{'type':'object'}}]}");
    sent = fm_str_c(p.w.provider.last_body);
    assert_true(has(sent, "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"42\"}") &&
                has(sent, "\"arguments\":\"{\\\"a\\\":1}\""));
    close_proxy(&p);
}

static const struct {
    const char *path, *body;
    int status;
    const char *has;
} refused[] = {
    {"/v1/chat/completions", "{", 400, "JSON"},
    {"/v1/chat/completions", "[]", 400, "must be a JSON object"},
    {"/v1/chat/completions", "{'model':'nobody','messages':[{'role':'user','content':'x'}]}", 404,
     "is not configured"},
    {"/v1/chat/completions", "{'model':'ma','messages':[]}", 400, "messages: must be a list"},
    {"/v1/chat/completions", "{'model':'ma','messages':[{'role':'boss','content':'x'}]}", 400,
     "role"},
    {"/v1/chat/completions", "{'model':'ma','n':2,'messages':[{'role':'user','content':'x'}]}", 400,
     "n: only 1"},
    {"/v1/chat/completions",
     "{'model':'ma','messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'"
     "x'}}]}]}",
     400, "only text can be redacted"},
    {"/v1/chat/completions",
     "{'model':'ma','messages':[{'role':'user','content':'x'}],'tools':[{'type':'function','"
     "function':{'name':'a b'}}]}",
     400, "no name of a tool"},
    {"/v1/messages", "{'model':'ma','messages':[{'role':'user','content':'x'}]}", 400,
     "max_tokens: required"},
    {"/v1/other", "{}", 404, "no such path"},
};

TEST(embeddings)
{
    struct proxied p;
    open_proxy(&p, FM_STR_NULL);
    struct fm_http_answer a =
        ask_proxy(&p, "/v1/embeddings", "{'model':'a/ma','input':['x','mail bob@corp.example']}");
    assert_int_equal(a.status, 200);
    assert_true(has(a.body, "{\"object\":\"embedding\",\"index\":1,\"embedding\":[1,0.5]}"));
    assert_true(has(a.body, "\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}"));
    assert_true(has(fm_str_c(p.w.provider.last_body), "<EMAIL_1>"));
    a = ask_proxy(&p, "/v1/embeddings", "{'model':'a/ma','input':'x','encoding_format':'base64'}");
    assert_true(has(a.body, "\"embedding\":\"AAAAAAAAAD8=\"")); /* 0, 0.5 */
    static const struct {
        const char *body;
        int status;
    } bad[] = {{"{'model':'a/ma'}", 400},
               {"{'model':'a/ma','input':[1,2]}", 400},
               {"{'model':'a/ma','input':['']}", 400},
               {"{'model':'nobody','input':'x'}", 404},
               {"{'model':'a/ma','input':'x','encoding_format':'hex'}", 400},
               {"[]", 400}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(ask_proxy(&p, "/v1/embeddings", bad[i].body).status, bad[i].status);
    p.w.provider.scripts[0] = "e503";
    assert_int_equal(ask_proxy(&p, "/v1/embeddings", "{'model':'a/ma','input':'x'}").status, 503);
    close_proxy(&p);
}

TEST(bad_requests_are_answered_and_not_sent)
{
    struct proxied p;
    open_proxy(&p, FM_STR_NULL);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct fm_http_answer a = ask_proxy(&p, refused[i].path, refused[i].body);
        assert_int_equal(a.status, refused[i].status);
        assert_true(has(a.body, refused[i].has));
    }
    assert_int_equal(p.w.provider.hits[0], 0);
    close_proxy(&p);
}

static const struct {
    const char *script;
    int status;
    const char *has;
} failures[] = {
    {"e401", 502, "\"code\":\"auth\""},           {"e429long", 429, "rate_limit_error"},
    {"overflow", 400, "context_length_exceeded"}, {"html200", 502, "malformed"},
    {"e529", 503, "service_unavailable_error"},
};

TEST(failures_of_providers_have_a_status)
{
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
        for (int is_stream = 0; is_stream < 2; is_stream++) {
            struct proxied p;
            open_proxy(&p, FM_STR_NULL);
            p.w.provider.scripts[0] = failures[i].script;
            struct fm_http_answer a = ask_proxy(
                &p, "/v1/chat/completions",
                is_stream
                    ? "{'model':'ma','stream':true,'messages':[{'role':'user','content':'x'}]}"
                    : "{'model':'ma','messages':[{'role':'user','content':'x'}]}");
            assert_int_equal(a.status, failures[i].status);
            assert_true(has(a.body, failures[i].has));
            assert_true(fm_str_eqc(fm_http_header(&a.headers, "x-should-retry"), "false"));
            if (a.status == 429)
                assert_true(fm_str_eqc(fm_http_header(&a.headers, "retry-after"), "3600"));
            close_proxy(&p);
        }
}

/* After the first token there is no status any more, and the stream must not look whole. */
TEST(a_stream_that_breaks_ends_with_an_error_event)
{
    struct proxied p;
    open_proxy(&p, FM_STR_NULL);
    p.w.provider.scripts[0] = "cut";
    struct fm_http_answer a =
        ask_proxy(&p, "/v1/chat/completions",
                  "{'model':'ma','stream':true,'messages':[{'role':'user','content':'x'}]}");
    assert_true(has(a.body, "A says") && has(a.body, "data: {\"error\":{\"message\":"));
    assert_false(fm_str_has(a.body, FM_STR("[DONE]")));
    a = ask_proxy(
        &p, "/v1/messages",
        "{'model':'ma','stream':true,'max_tokens':5,'messages':[{'role':'user','content':'x'}]}");
    assert_true(has(a.body, "event: error"));
    assert_false(fm_str_has(a.body, FM_STR("message_stop")));
    close_proxy(&p);
}

TEST(a_client_that_leaves_stops_the_call)
{
    struct proxied p;
    open_proxy(&p, FM_STR_NULL);
    p.w.provider.scripts[0] = "hang";
    struct fm_http_request r = {.method = "POST",
                                .total_ms = 80,
                                .body = FM_STR("{\"model\":\"ma\",\"stream\":true,\"messages\":[{"
                                               "\"role\":\"user\",\"content\":\"x\"}]}"),
                                .url = fm_str_fmt(&p.w.ctx.arena,
                                                  "http://127.0.0.1:%u/v1/chat/completions",
                                                  fm_llm_proxy_port(p.proxy))
                                           .p};
    struct fm_http_answer a;
    assert_int_equal(fm_http_fetch(p.client, &p.w.ctx, &r, &a), FM_ETIMEOUT);
    for (int i = 0; i < 20; i++)
        fm_loop_turn(p.w.loop, 5);
    assert_int_equal(p.w.provider.gone, 1);
    close_proxy(&p);
}

TEST(models_health_and_unknown_paths)
{
    struct proxied p;
    open_proxy(&p, FM_STR_NULL);
    assert_true(has(ask_proxy(&p, "/v1/models", NULL).body, "\"id\":\"b/mb\""));
    assert_int_equal(ask_proxy(&p, "/health", NULL).status, 200);
    assert_int_equal(ask_proxy(&p, "/metrics", NULL).status, 404);
    close_proxy(&p);
}

TEST(who_may_use_it)
{
    struct proxied p;
    struct fm_http_header page = {FM_STR("Origin"), FM_STR("https://evil.example")};
    struct fm_http_header key = {FM_STR("Authorization"), FM_STR("Bearer right")},
                          wrong = {FM_STR("x-api-key"), FM_STR("wrong")};
    open_proxy(&p, FM_STR_NULL);
    assert_int_equal(ask_with(&p, "/v1/models", NULL, &page).status, 403);
    assert_int_equal(try_open(&p, "0.0.0.0:0", FM_STR_NULL), FM_EREJECTED);
    close_proxy(&p);
    open_proxy(&p, FM_STR("right"));
    assert_int_equal(ask_proxy(&p, "/v1/models", NULL).status, 401);
    assert_int_equal(ask_with(&p, "/v1/models", NULL, &wrong).status, 401);
    assert_int_equal(ask_with(&p, "/v1/models", NULL, &key).status, 200);
    close_proxy(&p);
}
