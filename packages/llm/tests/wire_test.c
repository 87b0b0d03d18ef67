/* SPDX-License-Identifier: Apache-2.0 */
/* Every stream in tests/streams, cut at several widths, must decode to what stands behind it. */
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "faultmaven/net/sse.h"
#include "wire/wire.h"

static const struct fm_llm_wire_ops *wire;

static void on_event(void *arg, const struct fm_sse_event *e)
{
    wire->frame(arg, e->type, e->data);
}

static void on_line(void *arg, fm_str line)
{
    wire->frame(arg, FM_STR_NULL, line);
}

static void feed(struct fm_llm_decoder *d, fm_str mode, fm_str body, size_t step)
{
    struct fm_sse s;
    struct fm_lines l;
    if (fm_str_eqc(mode, "whole")) {
        wire->whole(d, body);
        return;
    }
    fm_sse_init(&s, 1 << 20, on_event, d);
    fm_lines_init(&l, 1 << 20, on_line, d);
    for (fm_str rest = body; rest.len; rest = fm_str_skip(rest, step))
        if (fm_str_eqc(mode, "sse"))
            fm_sse_feed(&s, fm_str_sub(rest, 0, step));
        else
            fm_lines_feed(&l, fm_str_sub(rest, 0, step));
    fm_sse_finish(&s);
    fm_lines_finish(&l);
    if (s.stray && fm_str_starts(fm_buf_str(&s.stray_line), FM_STR("{")))
        fm_llm_decoder_fail(d, fm_buf_str(&s.stray_line));
    fm_sse_release(&s);
    fm_lines_release(&l);
}

static void describe(struct fm_llm_decoder *d, struct fm_buf *out)
{
    struct fm_llm_response r = {0};
    enum fm_llm_class c = fm_llm_decoder_judge(d);
    fm_llm_decoder_take(d, &r);
    fm_buf_addz(out, fm_llm_class_name(c));
    if (c == FM_LLM_OK)
        fm_buf_addf(out, " %s", fm_llm_finish_name(r.finish));
    if (d->error.retry_after_ms)
        fm_buf_addf(out, " %lld", (long long)d->error.retry_after_ms);
    if (r.text.len)
        fm_buf_addf(out, "\ntext: %.*s", FM_STR_ARG(r.text));
    if (r.reasoning.len)
        fm_buf_addf(out, "\nreasoning: %.*s", FM_STR_ARG(r.reasoning));
    for (size_t i = 0; i < r.n_calls; i++) {
        fm_buf_addf(out, "\ncall: %.*s %.*s %.*s", FM_STR_ARG(r.calls[i].id),
                    FM_STR_ARG(r.calls[i].name), FM_STR_ARG(r.calls[i].arguments));
        if (r.calls[i].signature.len)
            fm_buf_addf(out, " sig %.*s", FM_STR_ARG(r.calls[i].signature));
    }
    if (r.usage.is_known)
        fm_buf_addf(out, "\nusage: in %lld cached %lld out %lld reasoning %lld",
                    (long long)r.usage.input, (long long)r.usage.cached, (long long)r.usage.output,
                    (long long)r.usage.reasoning);
}

static void add_delta(void *arg, const struct fm_llm_delta *d)
{
    if (d->kind == FM_LLM_DELTA_TEXT)
        fm_buf_adds(arg, d->text);
}

static const struct fm_llm_wire_ops *wire_of(fm_str family)
{
    static const char *const names[] = {"openai", "anthropic", "gemini", "ollama"};
    for (int i = 0; i < 4; i++)
        if (fm_str_eqc(family, names[i]))
            return fm_llm_wire((enum fm_llm_family)i);
    fail_msg("family %.*s", FM_STR_ARG(family));
    return NULL;
}

static void check(const char *name, fm_str text)
{
    fm_str first, rest = text;
    fm_str_line(&rest, &first);
    wire = wire_of(fm_str_cut(&first, ' '));
    ptrdiff_t end = fm_str_find(rest, FM_STR("\n---\n"), 0);
    assert_true(fm_str_starts(rest, FM_STR("---\n")) && end > 0);
    fm_str body = fm_str_sub(rest, 4, (size_t)end - 4),
           want = fm_str_trim(fm_str_skip(rest, (size_t)end + 5));
    for (size_t step = 1; step < 200; step = step * 3 + 1) {
        struct fm_arena a;
        struct fm_llm_decoder d;
        struct fm_buf got, told;
        fm_arena_init(&a);
        fm_buf_init(&got, 1 << 16);
        fm_buf_init(&told, 1 << 16);
        fm_llm_decoder_init(&d, &a, &(struct fm_llm_sink){add_delta, &told}, 1 << 16);
        feed(&d, first, body, step);
        describe(&d, &got);
        if (!fm_str_eq(fm_buf_str(&got), want))
            print_error("%s, pieces of %zu:\ngot\n%s\nwant\n%.*s\n", name, step, got.p,
                        FM_STR_ARG(want));
        assert_true(fm_str_eq(fm_buf_str(&got), want));
        assert_true(fm_str_eq(fm_buf_str(&told), fm_buf_str(&d.text)));
        fm_llm_decoder_release(&d);
        fm_buf_release(&told);
        fm_buf_release(&got);
        fm_arena_release(&a);
    }
}

TEST(recorded_streams)
{
    const char *dir = "packages/llm/tests/streams";
    struct dirent **names;
    int n = scandir(dir, &names, NULL, alphasort), checked = 0;
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        char path[512], text[16384];
        snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
        FILE *f = names[i]->d_name[0] == '.' ? NULL : fopen(path, "r");
        if (f) {
            size_t len = fread(text, 1, sizeof text, f);
            fclose(f);
            check(names[i]->d_name, fm_str_n(text, len));
            checked++;
        }
        free(names[i]);
    }
    free(names);
    assert_true(checked >= 50);
}

TEST(an_answer_longer_than_the_limit_is_malformed)
{
    struct fm_arena a;
    struct fm_llm_decoder d;
    fm_arena_init(&a);
    fm_llm_decoder_init(&d, &a, NULL, 8);
    fm_llm_wire_ollama.frame(&d, FM_STR_NULL,
                             FM_STR("{\"message\":{\"content\":\"123456789\"},\"done\":true}"));
    assert_int_equal(fm_llm_decoder_judge(&d), FM_LLM_MALFORMED);
    fm_llm_decoder_release(&d);
    fm_arena_release(&a);
}

/* --- error classification --- */

static const struct {
    int status;
    const char *body;
    enum fm_llm_class want;
    int64_t wait;
} errors[] = {
    {400,
     "{\"error\":{\"message\":\"This model's maximum context length is 8192 "
     "tokens\",\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\"}}",
     FM_LLM_CONTEXT_OVERFLOW, 0},
    {400,
     "{\"error\":{\"message\":\"bad: the user wrote 429 rate limit "
     "exceeded\",\"type\":\"invalid_request_error\"}}",
     FM_LLM_BAD_REQUEST, 0},
    {401, "{\"error\":{\"message\":\"no\",\"code\":\"invalid_api_key\"}}", FM_LLM_AUTH, 0},
    {403, "{\"error\":{\"message\":\"country\"}}", FM_LLM_AUTH, 0},
    {403,
     "{\"error\":{\"code\":403,\"message\":\"flagged\",\"metadata\":{\"reasons\":[\"violence\"]}}}",
     FM_LLM_CONTENT_FILTERED, 0},
    {404, "{\"error\":{\"code\":\"model_not_found\",\"message\":\"x\"}}", FM_LLM_BAD_REQUEST, 0},
    {408, "", FM_LLM_TIMEOUT, 0},
    {409, "", FM_LLM_UPSTREAM, 0},
    {413, "<html>too large</html>", FM_LLM_BAD_REQUEST, 0},
    {429,
     "{\"error\":{\"message\":\"Rate limit "
     "reached\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}",
     FM_LLM_RATE_LIMITED, 0},
    {429,
     "{\"error\":{\"message\":\"You exceeded your current "
     "quota\",\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}",
     FM_LLM_QUOTA, 0},
    {429, "{\"error\":{\"message\":\"slow\",\"type\":\"rate_limit_error\",\"code\":\"slow_down\"}}",
     FM_LLM_OVERLOADED, 0},
    {429, "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"x\"}}",
     FM_LLM_RATE_LIMITED, 0},
    {429,
     "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"x\",\"details\":{"
     "\"error_code\":\"enforced_spend_limit_reached\"}}}",
     FM_LLM_QUOTA, 0},
    {529,
     "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
     FM_LLM_OVERLOADED, 0},
    {400,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is "
     "too long: 210000 tokens > 200000 maximum\"}}",
     FM_LLM_CONTEXT_OVERFLOW, 0},
    {400,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"input length "
     "and `max_tokens` exceed context limit: 1 + 2 > 2\"}}",
     FM_LLM_CONTEXT_OVERFLOW, 0},
    {400,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit "
     "balance is too low\"}}",
     FM_LLM_QUOTA, 0},
    {402, "{\"type\":\"error\",\"error\":{\"type\":\"billing_error\",\"message\":\"x\"}}",
     FM_LLM_QUOTA, 0},
    {504, "{\"type\":\"error\",\"error\":{\"type\":\"timeout_error\",\"message\":\"x\"}}",
     FM_LLM_TIMEOUT, 0},
    {400,
     "{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass a valid API "
     "key.\",\"status\":\"INVALID_ARGUMENT\"}}",
     FM_LLM_AUTH, 0},
    {400,
     "{\"error\":{\"code\":400,\"message\":\"User location is not "
     "supported\",\"status\":\"FAILED_PRECONDITION\"}}",
     FM_LLM_QUOTA, 0},
    {400,
     "{\"error\":{\"code\":400,\"message\":\"The input token count (1200000) exceeds the maximum "
     "number of tokens allowed (1048576).\",\"status\":\"INVALID_ARGUMENT\"}}",
     FM_LLM_CONTEXT_OVERFLOW, 0},
    {429,
     "[{\"error\":{\"code\":429,\"message\":\"x\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{"
     "\"@type\":\"q\",\"violations\":[{\"quotaId\":\"GenerateRequestsPerDayPerProject\"}]}]}}]",
     FM_LLM_QUOTA, 0},
    {429,
     "{\"error\":{\"code\":429,\"message\":\"x\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{"
     "\"violations\":[{\"quotaId\":\"PerMinute\"}]},{\"@type\":\"r\",\"retryDelay\":\"46s\"}]}}",
     FM_LLM_RATE_LIMITED, 46000},
    {429,
     "{\"error\":{\"code\":429,\"message\":\"Please retry in "
     "10h17m5.7s.\",\"status\":\"RESOURCE_EXHAUSTED\"}}",
     FM_LLM_RATE_LIMITED, 37025700},
    {503, "{\"error\":{\"code\":503,\"message\":\"x\",\"status\":\"UNAVAILABLE\"}}",
     FM_LLM_OVERLOADED, 0},
    {504, "{\"error\":{\"code\":504,\"message\":\"x\",\"status\":\"DEADLINE_EXCEEDED\"}}",
     FM_LLM_TIMEOUT, 0},
    {500, "{\"error\":{\"code\":500,\"message\":\"x\",\"status\":\"INTERNAL\"}}", FM_LLM_UPSTREAM,
     0},
    {499, "", FM_LLM_CANCELLED, 0},
    {429,
     "{\"error\":{\"message\":\"Rate limit reached ... Please try again in "
     "5.289s\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}",
     FM_LLM_RATE_LIMITED, 5289},
    {413,
     "{\"error\":{\"message\":\"Request too large for model: Limit 6000, Requested "
     "9000\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}",
     FM_LLM_CONTEXT_OVERFLOW, 0},
    {400,
     "{\"error\":{\"message\":\"Failed to call a "
     "function\",\"type\":\"invalid_request_error\",\"code\":\"tool_use_failed\",\"failed_"
     "generation\":\"x\"}}",
     FM_LLM_MALFORMED, 0},
    {498, "", FM_LLM_OVERLOADED, 0},
    {424, "", FM_LLM_BAD_REQUEST, 0},
    {412, "{\"error\":{\"message\":\"Account is suspended\"}}", FM_LLM_QUOTA, 0},
    {402,
     "{\"error\":{\"code\":402,\"message\":\"credits\",\"metadata\":{\"error_type\":\"payment_"
     "required\"}}}",
     FM_LLM_QUOTA, 0},
    {502,
     "{\"error\":{\"code\":502,\"message\":\"x\",\"metadata\":{\"error_type\":\"provider_"
     "unavailable\"}}}",
     FM_LLM_UPSTREAM, 0},
    {400,
     "{\"error\":{\"code\":400,\"message\":\"x\",\"metadata\":{\"error_type\":\"context_length_"
     "exceeded\"}}}",
     FM_LLM_CONTEXT_OVERFLOW, 0},
    {400,
     "{\"error\":{\"code\":\"string_above_max_length\",\"message\":\"Invalid 'metadata.k': string "
     "too long. Expected a string with maximum length 512\"}}",
     FM_LLM_BAD_REQUEST, 0},
    {400,
     "{\"error\":{\"code\":400,\"message\":\"string too "
     "long\",\"metadata\":{\"error_type\":\"string_too_long\"}}}",
     FM_LLM_BAD_REQUEST, 0},
    {200,
     "{\"error\":{\"code\":429,\"message\":\"x\",\"metadata\":{\"error_type\":\"rate_limit_"
     "exceeded\"}}}",
     FM_LLM_RATE_LIMITED, 0},
    {524, "<html>", FM_LLM_TIMEOUT, 0},
    {400,
     "{\"error\":\"The requested model x is not supported by any provider you have enabled.\"}",
     FM_LLM_BAD_REQUEST, 0},
    {402, "{\"error\":\"You have exceeded your monthly included credits\"}", FM_LLM_QUOTA, 0},
    {503, "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}",
     FM_LLM_OVERLOADED, 0},
    {400,
     "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context "
     "size\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":9,\"n_ctx\":8}}",
     FM_LLM_CONTEXT_OVERFLOW, 0},
    {500,
     "{\"error\":{\"code\":500,\"message\":\"Context size has been "
     "exceeded.\",\"type\":\"server_error\"}}",
     FM_LLM_CONTEXT_OVERFLOW, 0},
    {500, "{\"error\":{\"code\":501,\"message\":\"x\",\"type\":\"not_supported_error\"}}",
     FM_LLM_UPSTREAM, 0},
    {404, "{\"error\":\"model 'x' not found, try pulling it first\"}", FM_LLM_BAD_REQUEST, 0},
    {503, "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}",
     FM_LLM_OVERLOADED, 0},
    {400,
     "{\"object\":\"error\",\"message\":\"This model's maximum context length is 2048 "
     "tokens\",\"type\":\"BadRequestError\",\"code\":400}",
     FM_LLM_CONTEXT_OVERFLOW, 0},
    {422, "{\"detail\":[{\"msg\":\"field required\"}]}", FM_LLM_BAD_REQUEST, 0},
    {500, "", FM_LLM_UPSTREAM, 0},
    {502, "<html><title>502</title></html>", FM_LLM_UPSTREAM, 0},
    {503, "upstream connect error", FM_LLM_OVERLOADED, 0},
    {302, "", FM_LLM_MALFORMED, 0},
    {204, "", FM_LLM_MALFORMED, 0},
    {418, "teapot", FM_LLM_BAD_REQUEST, 0},
    {400, "", FM_LLM_BAD_REQUEST, 0},
    {500, "{\"error\":null}", FM_LLM_UPSTREAM, 0},
    {500, "{\"error\":{\"code\":{\"x\":1},\"message\":[1]}}", FM_LLM_UPSTREAM, 0},
    {500, "[]", FM_LLM_UPSTREAM, 0},
    {500, "\"text\"", FM_LLM_UPSTREAM, 0},
};

TEST(errors_of_all_providers)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct fm_ctx ctx;
        struct fm_llm_error e;
        fm_ctx_init(&ctx, &fm_clock_system);
        fm_llm_error_classify(&ctx,
                              &(struct fm_llm_bad_answer){.status = errors[i].status,
                                                          .body = fm_str_c(errors[i].body)},
                              &e);
        if (e.result != errors[i].want || e.retry_after_ms != errors[i].wait)
            print_error("%d %s\n -> %s, wait %lld\n", errors[i].status, errors[i].body,
                        fm_llm_class_name(e.result), (long long)e.retry_after_ms);
        assert_int_equal(e.result, errors[i].want);
        assert_int_equal(e.retry_after_ms, errors[i].wait);
        assert_true(e.message[0] != '\0');
        fm_ctx_release(&ctx);
    }
}

static const struct {
    const char *name, *value;
    int64_t ms;
} waits[] = {
    {"retry-after", "2", 2000},
    {"retry-after", "1.5", 1500},
    {"retry-after", "0", 0},
    {"retry-after", "-5", 0},
    {"retry-after", "nan", 0},
    {"retry-after", "soon", 0},
    {"retry-after", "999999999", 86400000},
    {"retry-after-ms", "250", 250},
    {"Retry-After", "Tue, 14 Nov 2023 22:13:50 GMT", 30000},
    {"Retry-After", "Tue, 14 Nov 2023 22:13:10 GMT", 0}, /* in the past */
};

TEST(retry_after_headers)
{
    fm_time now = 1700000000 * FM_SEC; /* 2023-11-14T22:13:20Z */
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        struct fm_http_header h = {fm_str_c(waits[i].name), fm_str_c(waits[i].value)};
        assert_int_equal(
            fm_llm_retry_after(&(struct fm_http_headers){&h, 1}, NULL, FM_STR_NULL, now),
            waits[i].ms);
    }
    struct fm_http_header reset[] = {{FM_STR("x-ratelimit-remaining-requests"), FM_STR("12")},
                                     {FM_STR("x-ratelimit-reset-requests"), FM_STR("1h")},
                                     {FM_STR("x-ratelimit-remaining-tokens"), FM_STR("0")},
                                     {FM_STR("x-ratelimit-reset-tokens"), FM_STR("6m0s")}};
    assert_int_equal(
        fm_llm_retry_after(&(struct fm_http_headers){reset, 4}, NULL, FM_STR_NULL, now), 360000);
    struct fm_http_header ant[] = {
        {FM_STR("anthropic-ratelimit-input-tokens-remaining"), FM_STR("0")},
        {FM_STR("anthropic-ratelimit-input-tokens-reset"), FM_STR("2023-11-14T22:13:25Z")}};
    assert_int_equal(fm_llm_retry_after(&(struct fm_http_headers){ant, 2}, NULL, FM_STR_NULL, now),
                     5000);
}

TEST(durations_of_a_wait)
{
    int64_t ms = 0;
    assert_true(fm_llm_wait_parse(FM_STR("1h2m3.5s"), &ms) && ms == 3723500);
    assert_true(fm_llm_wait_parse(FM_STR("12ms"), &ms) && ms == 12);
    assert_true(fm_llm_wait_parse(FM_STR("7.66s"), &ms) && ms == 7660);
    assert_true(fm_llm_wait_parse(FM_STR(" 30 "), &ms) && ms == 30000);
    assert_false(fm_llm_wait_parse(FM_STR(""), &ms));
    assert_false(fm_llm_wait_parse(FM_STR("x"), &ms));
    assert_false(fm_llm_wait_parse(FM_STR("1.2.3"), &ms));
}

static const struct {
    const char *message, *param;
    unsigned want;
} refusals[] = {
    {"Unsupported parameter: 'max_tokens' is not supported with this model. Use "
     "'max_completion_tokens' instead.",
     "max_tokens", FM_LLM_SWAP_MAX_TOKENS},
    {"Unsupported value: 'temperature' does not support 0.2 with this model.", "temperature",
     FM_LLM_DROP_TEMPERATURE},
    {"`temperature` is deprecated for this model.", "", FM_LLM_DROP_TEMPERATURE},
    {"stream_options: Extra inputs are not permitted", "", FM_LLM_DROP_STREAM_OPTIONS},
    {"Unrecognized request argument supplied: parallel_tool_calls", "", FM_LLM_DROP_PARALLEL},
    {"'messages' is missing", "", 0},
    {"temperature must be below 2", "", 0},
    {"Unsupported parameter: 'nonstop_mode'", "", 0},
};

TEST(a_refused_field_is_named)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct fm_ctx ctx;
        struct fm_llm_error e;
        fm_ctx_init(&ctx, &fm_clock_system);
        fm_str body = fm_str_fmt(
            &ctx.arena,
            "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\",\"param\":\"%s\"}}",
            refusals[i].message, refusals[i].param);
        fm_llm_error_classify(&ctx, &(struct fm_llm_bad_answer){.status = 400, .body = body}, &e);
        assert_int_equal(e.unsupported, refusals[i].want);
        fm_ctx_release(&ctx);
    }
}
