/* SPDX-License-Identifier: Apache-2.0 */
/* One conversation with tools, results and a schema, written for every kind of provider; UPDATE=1
 * rewrites the golden files. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "wire/wire.h"

/* FM_STR is no constant expression. */
#define S(literal)                                                                                 \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static const struct fm_llm_tool_call calls[] = {
    {S("call_1"), S("log_query"), S("{\"template\":\"t1\"}"), S("c2ln")},
    {S("call_2"), S("metric_window"), S(""), S("")},
};
static const struct fm_llm_message messages[] = {
    {.role = FM_LLM_SYSTEM, .text = S("You help.")},
    {.role = FM_LLM_USER, .text = S("Why \"slow\"?\n")},
    {.role = FM_LLM_ASSISTANT, .text = S("Looking."), .calls = calls, .n_calls = 2},
    {.role = FM_LLM_TOOL,
     .text = S("3 lines"),
     .call_id = S("call_1"),
     .tool_name = S("log_query")},
    {.role = FM_LLM_TOOL, .text = S("no such metric"), .call_id = S("call_2"), .is_error = true},
    {.role = FM_LLM_USER, .text = S("And?")},
    {.role = FM_LLM_SYSTEM, .text = S("Answer in JSON.")},
};
static const struct fm_llm_tool tools[] = {
    {S("log_query"), S("Counts lines."),
     S("{\"type\":\"object\",\"properties\":{\"template\":{\"type\":\"string\"}}}")},
    {S("metric_window"), S(""), S("{}")},
};

static struct fm_llm_request full_request(void)
{
    struct fm_llm_request r = fm_llm_request_init();
    r.messages = messages;
    r.n_messages = sizeof messages / sizeof messages[0];
    r.tools = tools;
    r.n_tools = 2;
    r.choice = FM_LLM_CHOICE_NAMED;
    r.choice_name = FM_STR("log_query");
    r.is_one_call_only = true;
    r.format = FM_LLM_FORMAT_SCHEMA;
    r.schema_name = FM_STR("turn");
    r.schema = FM_STR("{\"type\":\"object\",\"properties\":{\"answer\":{\"type\":\"string\"}}}");
    r.max_tokens = 900;
    r.temperature = 1.5;
    r.top_p = 0.9;
    r.seed = 7;
    r.stops[0] = FM_STR("END");
    r.n_stops = 1;
    r.effort = FM_LLM_EFFORT_LOW;
    return r;
}

static fm_str encode(struct fm_ctx *ctx, const char *kind, const char *model, unsigned drop,
                     bool is_stream)
{
    struct fm_llm_provider p = {
        .id = "p", .facts = fm_llm_facts_find(fm_str_c(kind)), .base_url = "http://x"};
    struct fm_llm_model m = {.provider = &p,
                             .name = model,
                             .context_tokens = 8192,
                             .has_tools = true,
                             .has_schema = true};
    struct fm_llm_request r = full_request();
    struct fm_buf b;
    yyjson_mut_doc *d;
    fm_buf_init(&b, 1 << 20);
    assert_int_equal(fm_llm_wire(p.facts->family)
                         ->encode(ctx, &(struct fm_llm_wire_request){&m, &r, drop, is_stream}, &d),
                     FM_OK);
    assert_int_equal(fm_json_write(ctx, d, yyjson_mut_doc_get_root(d), true, &b), FM_OK);
    fm_str out = fm_str_dup(&ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return out;
}

static fm_str read_file(struct fm_ctx *ctx, const char *path)
{
    char *text = fm_arena_alloc(&ctx->arena, 65536);
    FILE *f = fopen(path, "r");
    if (!f)
        return FM_STR("(no file)");
    size_t n = fread(text, 1, 65536, f);
    fclose(f);
    return fm_str_n(text, n);
}

static void compare(struct fm_ctx *ctx, const char *name, fm_str got)
{
    const char *path = fm_str_fmt(&ctx->arena, "packages/llm/tests/requests/%s.json", name).p;
    if (getenv("UPDATE")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fprintf(f, "%.*s\n", FM_STR_ARG(got));
        fclose(f);
    }
    fm_str want = fm_str_trim(read_file(ctx, path));
    if (!fm_str_eq(fm_str_trim(got), want))
        print_error("%s: got\n%.*s\n", path, FM_STR_ARG(got));
    assert_true(fm_str_eq(fm_str_trim(got), want));
}

static const struct {
    const char *name, *kind, *model;
    unsigned drop;
} requests[] = {
    {"openai", "openai", "gpt-4.1", 0},
    {"openai_reasoning", "openai", "gpt-5.4", 0},
    {"openai_swapped", "openai", "old", FM_LLM_SWAP_MAX_TOKENS | FM_LLM_DROP_FORMAT},
    {"anthropic", "anthropic", "claude-opus-5", 0},
    {"gemini", "gemini", "gemini-3.8-flash", 0},
    {"gemini_2", "gemini", "gemini-2.5-pro", 0},
    {"groq", "groq", "openai/gpt-oss-20b", 0},
    {"fireworks", "fireworks", "accounts/fireworks/models/m", 0},
    {"openrouter", "openrouter", "vendor/m", 0},
    {"huggingface", "huggingface", "org/m:groq", 0},
    {"llamacpp", "llamacpp", "m", 0},
    {"vllm", "vllm", "m", 0},
    {"ollama", "ollama", "m", 0},
};

TEST(requests_of_all_kinds)
{
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct fm_ctx ctx;
        fm_ctx_init(&ctx, &fm_clock_system);
        compare(&ctx, requests[i].name,
                encode(&ctx, requests[i].kind, requests[i].model, requests[i].drop, true));
        fm_ctx_release(&ctx);
    }
}

TEST(what_a_model_refuses_is_left_out_on_every_wire)
{
    static const char *const kinds[] = {"openai", "anthropic", "gemini", "ollama"};
    static const char *const fields[] = {"\"temperature\"", "\"top_p\"", "\"topP\"", "\"stop"};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct fm_ctx ctx;
        fm_ctx_init(&ctx, &fm_clock_system);
        fm_str all = encode(&ctx, kinds[k], "m", 0, true);
        fm_str left = encode(&ctx, kinds[k], "m",
                             FM_LLM_DROP_TEMPERATURE | FM_LLM_DROP_TOP_P | FM_LLM_DROP_STOP, true);
        assert_true(fm_str_has(all, FM_STR("\"temperature\"")));
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
            assert_false(fm_str_has(left, fm_str_c(fields[i])));
        fm_ctx_release(&ctx);
    }
}

TEST(every_kind_has_an_address_and_a_wire)
{
    size_t n = 0;
    for (const struct fm_llm_facts *f = fm_llm_facts_table; f->kind; f++, n++) {
        assert_non_null(fm_llm_wire(f->family));
        assert_true(f->base_url && f->models_path && f->health_path && f->max_tokens_field &&
                    f->tracing_name);
        assert_true(f->is_local || f->key_env);
        assert_true(f->first_token_ms >= 1000);
        assert_ptr_equal(fm_llm_facts_find(fm_str_c(f->kind)), f);
    }
    assert_true(n >= 8);
    assert_null(fm_llm_facts_find(FM_STR("nobody")));
}

TEST(a_bad_schema_is_the_callers_fault)
{
    struct fm_llm_provider p = {.id = "p", .base_url = "http://x"};
    struct fm_llm_model m = {.provider = &p, .name = "m", .has_schema = true};
    for (const struct fm_llm_facts *f = fm_llm_facts_table; f->kind; f++) {
        struct fm_llm_request r = full_request();
        struct fm_ctx ctx;
        yyjson_mut_doc *d;
        r.schema = FM_STR("[1]");
        p.facts = f;
        fm_ctx_init(&ctx, &fm_clock_system);
        assert_int_equal(fm_llm_wire(f->family)->encode(
                             &ctx, &(struct fm_llm_wire_request){&m, &r, 0, false}, &d),
                         FM_EINVAL);
        assert_non_null(strstr(ctx.error, "schema"));
        fm_ctx_release(&ctx);
    }
}

TEST(embeddings_are_sorted_and_checked)
{
    struct fm_ctx ctx;
    struct fm_llm_embeddings e;
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(
        fm_llm_embed_decode(&ctx,
                            FM_STR("{\"data\":[{\"index\":1,\"embedding\":[3,4]},{\"index\":0,"
                                   "\"embedding\":[1,2]}],\"usage\":{\"prompt_tokens\":5}}"),
                            2, &e),
        FM_OK);
    assert_true(e.items[0].values[0] == 1.0f && e.items[1].values[1] == 4.0f &&
                e.input_tokens == 5);
    assert_int_equal(
        fm_llm_embed_decode(&ctx, FM_STR("{\"embeddings\":[{\"values\":[1]},{\"values\":[2]}]}"), 2,
                            &e),
        FM_OK);
    assert_int_equal(fm_llm_embed_decode(
                         &ctx, FM_STR("{\"embeddings\":[[1],[2]],\"prompt_eval_count\":3}"), 2, &e),
                     FM_OK);
    assert_int_equal(e.input_tokens, 3);
    static const char *const bad[] = {
        "{\"data\":[{\"index\":0,\"embedding\":[1,2]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1,2]},{\"index\":0,\"embedding\":[1,2]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1,2]},{\"index\":1,\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1,\"x\"]},{\"index\":1,\"embedding\":[1,2]}]}",
        "{\"data\":[{\"index\":7,\"embedding\":[1,2]},{\"index\":1,\"embedding\":[1,2]}]}",
        "<html>",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_not_equal(fm_llm_embed_decode(&ctx, fm_str_c(bad[i]), 2, &e), FM_OK);
        fm_ctx_clear_error(&ctx);
    }
    fm_ctx_release(&ctx);
}

TEST(lists_of_models)
{
    struct fm_ctx ctx;
    struct fm_llm_listed_models l;
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(
        fm_llm_models_decode(&ctx,
                             FM_STR("{\"data\":[{\"id\":\"a\",\"context_window\":131072},{\"id\":"
                                    "\"b\",\"meta\":{\"n_ctx_train\":4096}},{\"x\":1}]}"),
                             &l),
        FM_OK);
    assert_int_equal(l.n, 2);
    assert_int_equal(l.items[0].context_tokens, 131072);
    assert_int_equal(l.items[1].context_tokens, 4096);
    assert_int_equal(
        fm_llm_models_decode(&ctx,
                             FM_STR("{\"models\":[{\"name\":\"models/"
                                    "g\",\"inputTokenLimit\":9,\"outputTokenLimit\":3}]}"),
                             &l),
        FM_OK);
    assert_str(l.items[0].name, "g");
    assert_int_equal(l.items[0].max_output, 3);
    assert_int_equal(fm_llm_models_decode(&ctx, FM_STR("{\"error\":1}"), &l), FM_EUPSTREAM);
    fm_ctx_release(&ctx);
}
