/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scripted provider for tests: an HTTP server on the test's own loop that speaks all four wire
 * formats and plays every fault. Request paths begin with "/<letter>", which names the provider;
 * its script is a list of words, one per request, of which the last repeats.
 */
#ifndef FAULTMAVEN_LLM_TEST_PROVIDER_H
#define FAULTMAVEN_LLM_TEST_PROVIDER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "faultmaven/base/json.h"
#include "faultmaven/llm/router.h"
#include "faultmaven/net/server.h"

#define HELD_MAX 64

struct provider_server {
    struct fm_ctx ctx;
    struct fm_loop *loop;
    struct fm_http_server *server;
    const char *scripts[26];
    int hits[26];
    char last_body[65536];
    char last_auth[256];
    struct {
        struct fm_http_exchange *x;
        char rest[2048]; /* still to be sent, a byte at a time */
        size_t at;
        bool is_gone;
    } held[HELD_MAX];
    size_t n_held;
    int gone;
    struct fm_timer drip;
};

/* --- answers --- */

static inline bool path_has(fm_str path, const char *what)
{
    return fm_str_has(path, fm_str_c(what));
}

enum wire_kind { KIND_OPENAI, KIND_ANTHROPIC, KIND_GEMINI, KIND_OLLAMA };

static inline enum wire_kind kind_of_path(fm_str path)
{
    if (path_has(path, "/v1/messages"))
        return KIND_ANTHROPIC;
    if (path_has(path, "enerateContent"))
        return KIND_GEMINI;
    return path_has(path, "/api/chat") ? KIND_OLLAMA : KIND_OPENAI;
}

static inline void add_frame(struct fm_buf *b, enum wire_kind k, const char *type, const char *json)
{
    if (k == KIND_OLLAMA)
        fm_buf_addf(b, "%s\n", json);
    else if (k == KIND_ANTHROPIC)
        fm_buf_addf(b, "event: %s\ndata: %s\n\n", type, json);
    else
        fm_buf_addf(b, "data: %s\n\n", json);
}

static inline void add_head(struct fm_buf *b, enum wire_kind k)
{
    if (k == KIND_OPENAI)
        add_frame(b, k, "",
                  "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":"
                  "\"assistant\",\"content\":\"\"}}]}");
    else if (k == KIND_ANTHROPIC)
        add_frame(b, k, "message_start",
                  "{\"type\":\"message_start\",\"message\":{\"id\":\"c1\",\"model\":\"m\","
                  "\"usage\":{\"input_tokens\":11,\"output_tokens\":1}}}");
}

static inline void add_text(struct fm_buf *b, enum wire_kind k, const char *text)
{
    static const char *const parts[][2] = {
        {"{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"", "\"},\"finish_reason\":null}]}"},
        {"{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
         "\"text\":\"",
         "\"}}"},
        {"{\"candidates\":[{\"index\":0,\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"",
         "\"}]}}]}"},
        {"{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"",
         "\"},\"done\":false}"},
    };
    char json[512];
    snprintf(json, sizeof json, "%s%s%s", parts[k][0], text, parts[k][1]);
    add_frame(b, k, "content_block_delta", json);
}

static inline void add_end(struct fm_buf *b, enum wire_kind k, const char *finish)
{
    char json[512];
    static const char *const parts[][2] = {
        {"{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"",
         "\"}],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7}}"},
        {"{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"",
         "\"},\"usage\":{\"output_tokens\":7}}"},
        {"{\"candidates\":[{\"index\":0,\"content\":{\"parts\":[]},\"finishReason\":\"",
         "\"}],\"usageMetadata\":{\"promptTokenCount\":11,\"candidatesTokenCount\":7}}"},
        {"{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"
         "\"done_reason\":\"",
         "\",\"prompt_eval_count\":11,\"eval_count\":7}"},
    };
    snprintf(json, sizeof json, "%s%s%s", parts[k][0], finish, parts[k][1]);
    add_frame(b, k, "message_delta", json);
    if (k == KIND_OPENAI)
        fm_buf_addz(b, "data: [DONE]\n\n");
    else if (k == KIND_ANTHROPIC)
        add_frame(b, k, "message_stop", "{\"type\":\"message_stop\"}");
}

static inline const char *finish_word(enum wire_kind k, const char *neutral)
{
    static const char *const words[][3] = {{"stop", "length", "content_filter"},
                                           {"end_turn", "max_tokens", "refusal"},
                                           {"STOP", "MAX_TOKENS", "SAFETY"},
                                           {"stop", "length", "stop"}};
    return words[k][strcmp(neutral, "length") == 0 ? 1 : strcmp(neutral, "filter") == 0 ? 2 : 0];
}

/* A whole answer with one text, or with a tool call whose arguments are `args` when it is not NULL.
 */
static inline void add_whole(struct fm_buf *b, enum wire_kind k, const char *text, const char *args,
                             const char *finish)
{
    const char *f = finish_word(k, finish);
    if (k == KIND_OPENAI && args)
        fm_buf_addf(
            b,
            "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"content\":"
            "null,\"tool_calls\":[{\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":"
            "\"f\",\"arguments\":\"%s\"}}]},\"finish_reason\":\"tool_calls\"}]}",
            args);
    else if (k == KIND_OPENAI)
        fm_buf_addf(b,
                    "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{"
                    "\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"%s\"}],"
                    "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7}}",
                    text, f);
    else if (k == KIND_ANTHROPIC)
        fm_buf_addf(b,
                    "{\"id\":\"c1\",\"type\":\"message\",\"model\":\"m\",\"content\":[{\"type\":"
                    "\"text\",\"text\":\"%s\"}],\"stop_reason\":\"%s\",\"usage\":{\"input_tokens\":"
                    "11,\"output_tokens\":7}}",
                    text, f);
    else if (k == KIND_GEMINI)
        fm_buf_addf(b,
                    "{\"candidates\":[{\"index\":0,\"content\":{\"parts\":[{\"text\":\"%s\"}]},"
                    "\"finishReason\":\"%s\"}],\"usageMetadata\":{\"promptTokenCount\":11,"
                    "\"candidatesTokenCount\":7}}",
                    text, f);
    else
        fm_buf_addf(
            b,
            "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"done\":"
            "true,\"done_reason\":\"%s\",\"prompt_eval_count\":11,\"eval_count\":7}",
            text, f);
}

static inline const char *stream_type(enum wire_kind k)
{
    return k == KIND_OLLAMA ? "application/x-ndjson" : "text/event-stream; charset=utf-8";
}

/* --- faults with a status --- */

static const struct {
    const char *word;
    int status;
    const char *header, *value;
    const char *type, *body;
} statuses[] = {
    {"e400", 400, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"bad field\",\"type\":\"invalid_request_error\"}}"},
    {"e401", 401, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"bad key\",\"code\":\"invalid_api_key\"}}"},
    {"e402", 402, NULL, NULL, "application/json", "{\"error\":{\"message\":\"no credit\"}}"},
    {"e403", 403, NULL, NULL, "application/json", "{\"error\":{\"message\":\"not allowed\"}}"},
    {"e404", 404, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"no such model\",\"code\":\"model_not_found\"}}"},
    {"e408", 408, NULL, NULL, "application/json", "{}"},
    {"e409", 409, NULL, NULL, "application/json", "{}"},
    {"e413", 413, NULL, NULL, "text/html", "<html>too large</html>"},
    {"e422", 422, NULL, NULL, "application/json", "{\"detail\":\"semantic\"}"},
    {"e429", 429, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}"},
    {"e429ms", 429, "retry-after-ms", "40", "application/json",
     "{\"error\":{\"message\":\"slow\"}}"},
    {"e429s", 429, "Retry-After", "0.04", "application/json", "{\"error\":{\"message\":\"slow\"}}"},
    {"e429text", 429, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"Please try again in 40ms\",\"code\":\"rate_limit_exceeded\"}}"},
    {"e429long", 429, "Retry-After", "3600", "application/json",
     "{\"error\":{\"message\":\"slow\"}}"},
    {"e429quota", 429, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"quota\",\"code\":\"insufficient_quota\"}}"},
    {"e429noretry", 429, "x-should-retry", "false", "application/json",
     "{\"error\":{\"message\":\"slow\"}}"},
    {"e498", 498, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"flex\",\"code\":\"capacity_exceeded\"}}"},
    {"e500", 500, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"oops\",\"type\":\"server_error\"}}"},
    {"e502html", 502, NULL, NULL, "text/html", "<html>bad gateway</html>"},
    {"e503", 503, NULL, NULL, "text/plain", "no healthy upstream"},
    {"e503s", 503, "Retry-After", "0.04", "text/plain", "busy"},
    {"e504", 504, NULL, NULL, "text/html", "<html>"},
    {"e524", 524, NULL, NULL, "text/html", "<html>"},
    {"e529", 529, NULL, NULL, "application/json",
     "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"},
    {"e302", 302, "Location", "/login", "text/html", ""},
    {"overflow", 400, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"maximum context length is 100 "
     "tokens\",\"code\":\"context_length_exceeded\"}}"},
    {"overflow500", 500, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"Context size has been exceeded.\",\"type\":\"server_error\"}}"},
    {"filtered400", 400, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"no\",\"code\":\"content_policy_violation\"}}"},
    {"notemp", 400, NULL, NULL, "application/json",
     "{\"error\":{\"message\":\"Unsupported value: "
     "'temperature'\",\"code\":\"unsupported_value\",\"param\":\"temperature\"}}"},
    {"html200", 200, NULL, NULL, "text/html", "<html>please log in</html>"},
    {"badjson", 200, NULL, NULL, "application/json", "{\"choices\":[{\"index\":0,\"mess"},
    {"notapi", 200, NULL, NULL, "application/json", "{\"hello\":\"world\"}"},
    {"nothing", 200, NULL, NULL, NULL, ""},
    {"error200", 200, NULL, NULL, "application/json",
     "{\"error\":{\"code\":429,\"message\":\"slow\",\"metadata\":{\"error_type\":\"rate_limit_"
     "exceeded\"}}}"},
};

static inline bool answer_status(struct fm_http_exchange *x, fm_str word)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (!fm_str_eqc(word, statuses[i].word))
            continue;
        if (statuses[i].header)
            fm_http_exchange_add_header(x, statuses[i].header, fm_str_c(statuses[i].value));
        fm_http_respond(x, statuses[i].status, statuses[i].type, fm_str_c(statuses[i].body));
        return true;
    }
    return false;
}

/* --- faults in time --- */

static inline void held_gone(void *arg)
{
    ((struct provider_server *)arg)->gone++;
}

/* A byte every 10 ms of each held answer; "delay" answers wait in the same way. */
static inline void on_drip(void *arg)
{
    struct provider_server *s = arg;
    for (size_t i = 0; i < s->n_held; i++) {
        if (s->held[i].x && s->held[i].at < strlen(s->held[i].rest))
            fm_http_stream_write(s->held[i].x, fm_str_n(s->held[i].rest + s->held[i].at++, 1));
    }
    fm_timer_set(&s->drip, 10);
}

static inline void hold(struct provider_server *s, struct fm_http_exchange *x, const char *rest)
{
    if (s->n_held == HELD_MAX) {
        fm_http_stream_end(x, false);
        return;
    }
    s->held[s->n_held].x = x;
    s->held[s->n_held].at = 0;
    snprintf(s->held[s->n_held++].rest, sizeof s->held[0].rest, "%s", rest);
    fm_http_exchange_on_gone(x, held_gone, s);
}

static inline void answer_stream(struct provider_server *s, struct fm_http_exchange *x,
                                 enum wire_kind k, fm_str word, const char *text)
{
    struct fm_buf b;
    fm_buf_init(&b, 64u << 20);
    bool is_held = fm_str_starts(word, FM_STR("hang")) || fm_str_eqc(word, "drip");
    bool is_whole = true;
    add_head(&b, k);
    if (fm_str_eqc(word, "hangpings"))
        for (int i = 0; i < 3; i++)
            fm_buf_addz(&b, k == KIND_OLLAMA ? "\n" : ": ping\n\n");
    else if (fm_str_eqc(word, "errorframe") || fm_str_eqc(word, "errorlate")) {
        if (fm_str_eqc(word, "errorlate"))
            add_text(&b, k, text);
        add_frame(&b, k, "error",
                  k == KIND_OLLAMA ? "{\"error\":\"runner died\"}"
                                   : "{\"type\":\"error\",\"error\":{\"message\":\"died\",\"type\":"
                                     "\"overloaded_error\"}}");
    } else if (fm_str_eqc(word, "empty"))
        add_end(&b, k, finish_word(k, "stop"));
    else if (!fm_str_eqc(word, "drip")) {
        fm_buf_addz(&b, k == KIND_OLLAMA ? "" : ": comment\n\n");
        add_text(&b, k, text);
        if (fm_str_eqc(word, "badframes"))
            for (int i = 0; i < 2; i++)
                add_frame(&b, k, "content_block_delta", "{bad");
        if (fm_str_eqc(word, "huge"))
            for (int i = 0; i < 4000; i++)
                add_text(&b, k,
                         "0123456789012345678901234567890123456789012345678901234567890123456789012"
                         "345678901234567890123456789");
        is_whole = !fm_str_eqc(word, "cut") && !fm_str_eqc(word, "closed");
        if (is_whole && !is_held) {
            add_text(&b, k, fm_str_eqc(word, "mail") ? "IL_1>, now" : " hi");
            add_end(&b, k,
                    finish_word(k, fm_str_eqc(word, "length")     ? "length"
                                   : fm_str_eqc(word, "filtered") ? "filter"
                                                                  : "stop"));
        }
    }
    fm_http_stream_begin(x, 200, stream_type(k));
    fm_http_stream_write(x, fm_buf_str(&b));
    if (is_held)
        hold(s, x,
             fm_str_eqc(word, "drip")
                 ? "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"so slow that nobody "
                   "waits for it\"}}]}\n\n"
                 : "");
    else
        fm_http_stream_end(x, !fm_str_eqc(word, "cut"));
    fm_buf_release(&b);
}

static inline void answer_whole(struct provider_server *s, struct fm_http_exchange *x,
                                enum wire_kind k, fm_str word, const char *text)
{
    struct fm_buf b;
    char said[64];
    fm_buf_init(&b, 64u << 20);
    snprintf(said, sizeof said, "%s%s", text, fm_str_eqc(word, "mail") ? "IL_1>, now" : " hi");
    if (fm_str_eqc(word, "huge")) {
        for (int i = 0; i < 40000; i++)
            fm_buf_addz(&b, "          ");
    } else if (fm_str_eqc(word, "errorframe") || fm_str_eqc(word, "errorlate")) {
        fm_buf_addz(&b, "{\"error\":{\"message\":\"died\",\"type\":\"overloaded_error\"}}");
    } else {
        add_whole(&b, k, fm_str_eqc(word, "empty") ? "" : said, NULL,
                  fm_str_eqc(word, "length")     ? "length"
                  : fm_str_eqc(word, "filtered") ? "filter"
                                                 : "stop");
    }
    bool is_held = fm_str_starts(word, FM_STR("hang")) || fm_str_eqc(word, "drip");
    bool is_cut =
        fm_str_eqc(word, "cut") || fm_str_eqc(word, "closed") || fm_str_eqc(word, "badframes");
    if (is_held || is_cut) {
        fm_http_stream_begin(x, 200, "application/json");
        fm_http_stream_write(x, fm_str_sub(fm_buf_str(&b), 0, b.len / 2));
        if (is_held)
            hold(s, x, "");
        else
            fm_http_stream_end(x, fm_str_eqc(word, "closed"));
    } else {
        fm_http_respond(x, 200, "application/json", fm_buf_str(&b));
    }
    fm_buf_release(&b);
}

/* A vector for each text: its place and its length. Script "short": one too few. */
static inline void answer_embeddings(struct provider_server *s, struct fm_http_exchange *x,
                                     fm_str word)
{
    size_t i, n;
    yyjson_val *root = NULL, *v;
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    if (fm_json_read(&s->ctx, fm_http_exchange_body(x), &root) != FM_OK)
        abort();
    bool is_gemini = fm_json_get(root, "requests") != NULL,
         is_ollama = fm_json_get(root, "truncate");
    yyjson_val *list = fm_json_get(root, is_gemini ? "requests" : "input");
    fm_buf_addz(&b, is_gemini || is_ollama ? "{\"embeddings\":[" : "{\"data\":[");
    yyjson_arr_foreach(list, i, n, v)
    {
        if (fm_str_eqc(word, "short") && i + 1 == n)
            continue;
        fm_buf_addz(&b, i ? "," : "");
        if (is_gemini)
            fm_buf_addf(&b, "{\"values\":[%zu,0.5]}", i);
        else if (is_ollama)
            fm_buf_addf(&b, "[%zu,0.5]", i);
        else
            fm_buf_addf(&b, "{\"index\":%zu,\"embedding\":[%zu,0.5]}", i, i);
    }
    fm_buf_addz(&b, is_gemini   ? "]}"
                    : is_ollama ? "],\"prompt_eval_count\":7}"
                                : "],\"model\":\"e\",\"usage\":{\"prompt_tokens\":7}}");
    fm_http_respond(x, 200, "application/json", fm_buf_str(&b));
    fm_buf_release(&b);
}

/* Streams of OpenAI's wire that are said here in full. */
enum raw_end { RAW_CUT, RAW_STAYS_OPEN };

#define RAW_HEAD                                                                                   \
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
#define RAW_NO_TOKEN "data: {\"choices\":[{\"delta\":{}}]}\n\n"

static const struct {
    const char *word, *at_once, *dripped;
    enum raw_end end;
} raws[] = {
    {"headcut", RAW_HEAD, "", RAW_CUT},
    {"pings", RAW_HEAD, ": ping\n\n: ping\n\n: ping\n\n: ping\n\n: ping\n\n: ping\n\n: ping\n\n",
     RAW_STAYS_OPEN},
    {"notokens", RAW_HEAD, RAW_NO_TOKEN RAW_NO_TOKEN RAW_NO_TOKEN, RAW_STAYS_OPEN},
    {"stayopen",
     "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"A says hi\"},\"finish_reason\":"
     "\"stop\"}]}\n\ndata: [DONE]\n\n",
     "", RAW_STAYS_OPEN},
};

static inline bool answer_raw(struct provider_server *s, struct fm_http_exchange *x, fm_str word)
{
    for (size_t i = 0; i < sizeof raws / sizeof raws[0]; i++) {
        if (!fm_str_eqc(word, raws[i].word))
            continue;
        fm_http_stream_begin(x, 200, "text/event-stream");
        fm_http_stream_write(x, fm_str_c(raws[i].at_once));
        if (raws[i].end == RAW_CUT)
            fm_http_stream_end(x, false);
        else
            hold(s, x, raws[i].dripped);
        return true;
    }
    return false;
}

static inline fm_str script_word(const char *script, int n)
{
    fm_str rest = fm_str_c(script), word = FM_STR("ok"), last = FM_STR("ok");
    for (int i = 0; i <= n && fm_str_word(&rest, &word); i++)
        last = word;
    return last;
}

static inline void provider_handle(void *arg, struct fm_http_exchange *x)
{
    struct provider_server *s = arg;
    fm_str path = fm_http_exchange_head(x)->path, body = fm_http_exchange_body(x);
    int who = path.len > 1 ? path.p[1] - 'a' : 0;
    enum wire_kind k = kind_of_path(path);
    char text[16];
    snprintf(s->last_body, sizeof s->last_body, "%.*s", FM_STR_ARG(body));
    snprintf(s->last_auth, sizeof s->last_auth, "%.*s",
             FM_STR_ARG(fm_http_exchange_header(x, "authorization")));
    fm_str word = script_word(s->scripts[who] ? s->scripts[who] : "ok", s->hits[who]++);
    bool is_mail =
        fm_str_eqc(word, "mail"); /* repeats a placeholder, in two pieces when streamed */
    if (is_mail)
        snprintf(text, sizeof text, "to <EMA");
    else
        snprintf(text, sizeof text, "%c says", 'A' + who);
    bool is_stream = fm_str_has(body, FM_STR("\"stream\":true")) || path_has(path, "stream");
    if (fm_str_eqc(word, "silent"))
        hold(s, x, "");
    else if (fm_str_eqc(word, "reset"))
        fm_http_stream_end(x, false);
    else if (fm_str_eqc(word, "ignorestream"))
        answer_whole(s, x, k, word, text);
    else if (!answer_raw(s, x, word) && !answer_status(x, word)) {
        if (path_has(path, "mbed"))
            answer_embeddings(s, x, word);
        else if (is_stream)
            answer_stream(s, x, k, word, text);
        else
            answer_whole(s, x, k, word, text);
    }
}

static inline void provider_start(struct provider_server *s, struct fm_loop *loop)
{
    struct fm_http_server_options o = {.handler = provider_handle, .arg = s};
    memset(s, 0, sizeof *s);
    fm_ctx_init(&s->ctx, &fm_clock_system);
    s->loop = loop;
    if (fm_http_server_new(loop, &s->ctx, "127.0.0.1:0", &o, &s->server) != FM_OK)
        abort();
    fm_timer_init(&s->drip, loop, on_drip, s);
    fm_timer_set(&s->drip, 10);
}

static inline void provider_stop(struct provider_server *s)
{
    for (size_t i = 0; i < s->n_held; i++)
        fm_http_stream_end(s->held[i].x, false);
    s->n_held = 0;
    fm_http_server_free(s->server);
    fm_timer_release(&s->drip);
    fm_ctx_release(&s->ctx);
}

#endif
