/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published bugs of other routers and gateways, and for each the proof that it is not here. A row
 * whose proof stands in another file names it, and the last test checks that it is still there.
 */
#include "world.h"

#include <stdio.h>

#define A                                                                                          \
    "{'name':'a','kind':'openai','url':'http://127.0.0.1:$/a','key':'ka',"                         \
    "'first_token_timeout':'400ms','models':[{'name':'ma','context':8000}]}"
#define B                                                                                          \
    "{'name':'b','kind':'anthropic','url':'http://127.0.0.1:$/b','key':'kb',"                      \
    "'first_token_timeout':'150ms','models':[{'name':'mb','context':8000}]}"
#define FAST "'retry':{'attempts':3,'backoff':'2ms','wait_max':'1s','deadline':'3s'}"
#define ONE "{'providers':[" A "]," FAST "}"
#define TWO "{'providers':[" A "," B "]," FAST "}"
#define ENDINGS "tidebreak #1124, llmgateway #1901, oh-my-pi #9433, TensorRT-LLM #18289"

static const struct {
    const char
        *bug; /* project and number, or the kind of product where only the lesson is public */
    const char *was;   /* what went wrong there */
    const char *file;  /* of the proof, in packages/llm/tests */
    const char *proof; /* a test, a word of the fault table, or NULL when the file itself is it */
} bugs[] = {
    {"LiteLLM #40130", "a 60 s cooldown kept behind a 1 s expiry: the target came back early",
     "health_test.c", "TEST(a_later_shorter_wait_does_not_shorten)"},
    {"LiteLLM #40130", "later failures kept the first deadline", "health_test.c",
     "TEST(a_later_longer_wait_extends)"},
    {"LiteLLM #41223", "one client's short timeout benched a target for everybody", "router_test.c",
     "TEST(a_callers_short_deadline_does_not_cool_a_target)"},
    {"LiteLLM #41323", "… and its repair must still count the target's own timeout",
     "router_test.c", "TEST(the_targets_own_timeout_counts)"},
    {"LiteLLM #41223, #32574", "the rule held for the first target, not for fallbacks",
     "published_test.c", "TEST(blame_is_the_same_on_fallbacks)"},
    {"LiteLLM #34399", "entries behind one key were asked again at once after a 429",
     "router_test.c", "TEST(entries_that_share_key_address_and_model_rest_together)"},
    {"LiteLLM #7669, #3274", "retries without a wait were used up in milliseconds", "router_test.c",
     "TEST(a_second_try_at_the_same_target_waits)"},
    {"LiteLLM #7669, #3274", "a layer below retried on its own, so attempts multiplied",
     "published_test.c", "TEST(one_owner_of_retries)"},
    {"LiteLLM #27610", "a host that refuses connections was picked for ever", "router_test.c",
     "TEST(a_dead_host_is_left_out_after_a_while)"},
    {"LiteLLM #27610", "… and so was one without an address", "published_test.c",
     "TEST(a_host_without_address_is_left_out_after_a_while)"},
    {"LiteLLM #40958, #3646", "all resting was no answer of its own", "router_test.c",
     "TEST(when_all_rest_the_answer_says_until_when)"},
    {"LiteLLM #40958, #3646", "a wait that fits was not waited for", "router_test.c",
     "TEST(a_short_rest_is_waited_for)"},
    {"LiteLLM cooldown", "one failure without other traffic took a target away", "health_test.c",
     "TEST(one_failure_never_shuts_out)"},
    {"LiteLLM cooldown", "the last target was never probed", "health_test.c",
     "TEST(the_last_target_is_probed_early_when_the_stop_is_soft)"},
    {"kolya-br-proxy #15, OrcaRouter-Lite #115", "a role-only frame committed the stream",
     "published_test.c", "TEST(a_stream_cut_before_its_first_token_goes_to_the_next)"},
    {"livekit agents #6171, control-layer #1808", "pings held off the first-token deadline",
     "published_test.c", "TEST(what_is_no_token_does_not_hold_off_the_first_token_deadline)"},
    {"aisix #563", "no limit between tokens", "faults_test.c", "{\"hang\", FM_LLM_TIMEOUT"},
    {"LiteLLM #6957, #26067, mastra #10512", "an error as first frame skipped the fallbacks",
     "faults_test.c", "{\"errorframe\", FM_LLM_OVERLOADED"},
    {"LiteLLM #6957, #26067, mastra #10512", "… and lost its class",
     "streams/openai_error_first_overloaded.txt", NULL},
    {"LiteLLM #32835, agenc-core #2479", "a broken stream ended as if whole", "proxy_test.c",
     "TEST(a_stream_that_breaks_ends_with_an_error_event)"},
    {"LiteLLM #32835, agenc-core #2479", "a replay after the first token showed text twice",
     "published_test.c", "TEST(after_the_first_token_nothing_is_replayed)"},
    {"LiteLLM #19077, #29808", "\"no fallback\" was not obeyed", "router_test.c",
     "TEST(without_failover_only_the_first_target_is_asked)"},
    {"LiteLLM #19077, #29808", "… nor in the middle of a stream", "published_test.c",
     "TEST(without_failover_a_broken_stream_stays_at_its_target)"},
    {"LiteLLM #40404", "one bad line killed a healthy stream", "streams/openai_one_bad_frame.txt",
     NULL},
    {"LiteLLM #40404", "… while many went unnoticed", "streams/openai_two_bad_frames.txt", NULL},
    {"LiteLLM #14655, #38199", "an empty answer counted as success", "faults_test.c",
     "{\"empty\", FM_LLM_UPSTREAM"},
    {"LiteLLM #14655", "… on Gemini, with STOP and no parts", "streams/gemini_empty_stop.txt",
     NULL},
    {"LiteLLM #10144, llm-gateway #2709", "an answer of reasoning alone counted as empty",
     "streams/openai_reasoning_only.txt", NULL},
    {"LiteLLM #10144, llm-gateway #2709", "… and so did one whose tokens all went into reasoning",
     "streams/openai_length_in_reasoning.txt", NULL},
    {"LiteLLM #40252, #40294", "an empty answer came from the cache", "published_test.c",
     "TEST(an_empty_answer_is_never_cached)"},
    {"LiteLLM #40252, #40294", "a cut answer came from the cache", "router_test.c",
     "TEST(only_whole_answers_are_cached_and_only_for_their_tenant)"},
    {"opencode-copilot-chat #170", "a socket left open after [DONE] held the call",
     "published_test.c", "TEST(an_answer_is_whole_when_it_says_so)"},
    {ENDINGS, "a finish reason without [DONE] counted as cut", "streams/openai_no_done.txt", NULL},
    {ENDINGS, "[DONE] without a finish reason counted as cut", "streams/openai_done_only.txt",
     NULL},
    {ENDINGS, "an end of file with neither counted as whole", "streams/openai_cut.txt", NULL},
    {ENDINGS, "… on Anthropic's wire", "streams/anthropic_cut.txt", NULL},
    {ENDINGS, "… on Gemini's wire", "streams/gemini_cut.txt", NULL},
    {"tidebreak #1124", "half of a tool call's arguments ran as {}",
     "streams/openai_tools_cut_arguments.txt", NULL},
    {"tidebreak #1124", "… or was cut by the length and ran",
     "streams/openai_tools_cut_by_length.txt", NULL},
    {"vLLM, SGLang", "an error frame and then [DONE] counted as success",
     "streams/openai_error_then_done.txt", NULL},
    {"ik_llama.cpp #2420", "an overflow under 500 made routers fail over in vain",
     "published_test.c", "TEST(an_overflow_under_500_blames_nobody)"},
    {"llama.cpp #15780, #19774", "an overflow in a body under 200 was an answer",
     "streams/llamacpp_200_overflow.txt", NULL},
    {"Portkey retries", "waits of one call summed up without end", "published_test.c",
     "TEST(the_sum_of_waits_is_bounded)"},
    {"LiteLLM exception mapping", "\"429\" in a prompt that a 400 repeats was a rate limit",
     "wire_test.c", "bad: the user wrote 429 rate limit"},
    {"LiteLLM exception mapping", "a too long field was a context overflow", "wire_test.c",
     "string_above_max_length"},
    {"LiteLLM #25507", "a wait told in the text was not found", "wire_test.c", "Please retry in "},
    {"aider #3265", "… nor in Groq's words", "wire_test.c", "Please try again in "},
    {"vercel/ai #4235", "a blocked prompt without candidates was an empty answer",
     "streams/gemini_blocked_prompt.txt", NULL},
    {"any", "a target chosen later was sent what the first one's rules let out", "gate_test.c",
     "TEST(failover_from_a_local_to_an_external_target_redacts_again)"},
};

TEST(blame_is_the_same_on_fallbacks)
{
    struct world w;
    build(&w, "{'providers':[" A "," B "],'retry':{'attempts':2,'backoff':'2ms'}}");
    w.provider.scripts[0] = "e404";
    w.provider.scripts[1] = "silent";
    for (int i = 0; i < 7; i++) {
        w.ctx.deadline = fm_now(&fm_clock_system) + 80 * FM_MS;
        assert_int_equal(ask(&w, true), FM_LLM_TIMEOUT);
    }
    assert_int_equal(w.provider.hits[1], 7);
    assert_int_equal(state_of(&w, 1).failures_in_row, 0);
    w.ctx.deadline = FM_TIME_NONE;
    for (int i = 0; i < 5; i++)
        assert_int_not_equal(ask(&w, true), FM_LLM_OK);
    assert_int_equal(state_of(&w, 1).state, FM_LLM_OPEN);
    tear_down(&w);
}

/* An idle connection that the server gave up is replaced below the router, once, and is no attempt:
 * that alone may add a request. */
static const struct {
    const char *script;
    int stale;
} repeated[] = {{"ok e500", 0}, {"ok reset", 1}, {"ok e429ms", 0}, {"ok html200", 0}};

TEST(one_owner_of_retries)
{
    for (size_t i = 0; i < sizeof repeated / sizeof repeated[0]; i++)
        for (int is_stream = 0; is_stream < 2; is_stream++) {
            struct world w;
            build(&w, ONE);
            w.provider.scripts[0] = repeated[i].script;
            assert_int_equal(ask(&w, is_stream), FM_LLM_OK); /* leaves a connection open */
            assert_int_not_equal(ask(&w, is_stream), FM_LLM_OK);
            int attempts = (int)w.response->attempts.n;
            assert_in_range(attempts, 2, 3);
            assert_int_equal(w.provider.hits[0], 1 + attempts + repeated[i].stale);
            tear_down(&w);
        }
}

/* A label of more than 63 letters is refused by the resolver itself: no packet leaves. */
#define LABEL_35 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NO_HOST "https://" LABEL_35 LABEL_35 ".invalid/"

TEST(a_host_without_address_is_left_out_after_a_while)
{
    struct world w;
    build(&w, "{'providers':[{'name':'lost','kind':'openai','url':'" NO_HOST
              "','key':'k','models':['m']}," B "]," FAST "}");
    assert_int_equal(ask(&w, true), FM_LLM_OK);
    assert_int_equal(w.response->attempts.items[0].result, FM_LLM_NETWORK);
    for (int i = 0; i < 8; i++)
        assert_int_equal(ask(&w, true), FM_LLM_OK);
    assert_int_equal(w.response->attempts.n, 1);
    assert_string_equal(w.response->attempts.items[0].provider, "b");
    assert_int_equal(state_of(&w, 0).state, FM_LLM_OPEN);
    tear_down(&w);
}

TEST(a_stream_cut_before_its_first_token_goes_to_the_next)
{
    struct world w;
    build(&w, TWO);
    w.provider.scripts[0] = "headcut";
    assert_int_equal(ask(&w, true), FM_LLM_OK);
    assert_string_equal(w.shown.p, "B says hi");
    assert_int_equal(w.response->attempts.n, 2);
    assert_int_equal(w.response->attempts.items[0].result, FM_LLM_MALFORMED);
    tear_down(&w);
}

TEST(what_is_no_token_does_not_hold_off_the_first_token_deadline)
{
    static const char *const scripts[] = {"pings", "notokens"};
    for (size_t i = 0; i < 2; i++) {
        struct world w;
        build(&w, TWO);
        w.provider.scripts[0] = scripts[i];
        assert_int_equal(ask(&w, true), FM_LLM_OK);
        assert_string_equal(w.shown.p, "B says hi");
        assert_int_equal(w.response->attempts.items[0].result, FM_LLM_TIMEOUT);
        assert_true(w.response->total_ms >= 390 && w.response->total_ms < 700);
        tear_down(&w);
    }
}

TEST(after_the_first_token_nothing_is_replayed)
{
    static const char *const scripts[] = {"cut", "closed", "errorlate", "badframes"};
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct world w;
        build(&w, TWO);
        w.provider.scripts[0] = scripts[i];
        assert_int_not_equal(ask(&w, true), FM_LLM_OK);
        assert_non_null(strstr(w.shown.p, "A says"));
        assert_null(strstr(strstr(w.shown.p, "A says") + 1, "A says"));
        assert_int_equal(w.provider.hits[0], 1);
        assert_int_equal(w.provider.hits[1], 0);
        tear_down(&w);
    }
}

TEST(without_failover_a_broken_stream_stays_at_its_target)
{
    struct world w;
    struct fm_llm_request r = request();
    build(&w, "{'providers':[" A "," B "],'retry':{'attempts':3,'backoff':'1ms',"
              "'restart_streams':true}}");
    w.provider.scripts[0] = "cut";
    r.is_failover_off = true;
    struct fm_llm_call_options o = {.gate = w.gate,
                                    .is_stream = true,
                                    .can_restart = true,
                                    .sink = {on_delta, &w},
                                    .done = on_done,
                                    .arg = &w};
    fm_llm_call_start(w.client, &w.ctx, &r, &o);
    turn_until_done(&w, 3000);
    assert_true(w.is_done);
    assert_int_equal(w.response->failure, FM_LLM_MALFORMED);
    assert_int_equal(w.provider.hits[1], 0);
    tear_down(&w);
}

TEST(an_empty_answer_is_never_cached)
{
    for (int is_stream = 0; is_stream < 2; is_stream++) {
        struct world w;
        struct fm_llm_request r = request();
        build(&w, "{'providers':[" A "],'cache':{'entries':4,'ttl':'1h'},'retry':{'attempts':1}}");
        w.provider.scripts[0] = "empty ok";
        r.may_cache = true;
        assert_int_equal(run(&w, &r, is_stream), FM_LLM_UPSTREAM);
        assert_int_equal(run(&w, &r, is_stream), FM_LLM_OK);
        assert_false(w.response->is_cached);
        assert_int_equal(run(&w, &r, is_stream), FM_LLM_OK);
        assert_true(w.response->is_cached);
        assert_str(w.response->text, "A says hi");
        assert_int_equal(w.provider.hits[0], 2);
        tear_down(&w);
    }
}

TEST(an_answer_is_whole_when_it_says_so)
{
    struct world w;
    build(&w, ONE);
    w.provider.scripts[0] = "stayopen";
    assert_int_equal(ask(&w, true), FM_LLM_OK);
    assert_string_equal(w.shown.p, "A says hi");
    assert_int_equal(w.response->attempts.n, 1);
    assert_true(w.response->total_ms < 300);
    tear_down(&w);
}

TEST(an_overflow_under_500_blames_nobody)
{
    struct world w;
    build(&w, TWO); /* both windows are the same, so the other one is not asked */
    w.provider.scripts[0] = "overflow500";
    for (int i = 0; i < 7; i++)
        assert_int_equal(ask(&w, i % 2), FM_LLM_CONTEXT_OVERFLOW);
    assert_int_equal(w.provider.hits[0], 7);
    assert_int_equal(w.provider.hits[1], 0);
    assert_int_equal(state_of(&w, 0).state, FM_LLM_CLOSED);
    assert_int_equal(state_of(&w, 0).failures_in_row, 0);
    tear_down(&w);
}

TEST(the_sum_of_waits_is_bounded)
{
    struct world w;
    build(&w, "{'providers':[" A "],'retry':{'attempts':10,'backoff':'1ms','wait_max':'100ms',"
              "'deadline':'5s'}}");
    w.provider.scripts[0] = "e429ms";
    assert_int_equal(ask(&w, true), FM_LLM_RATE_LIMITED);
    assert_in_range(w.response->attempts.n, 2, 3);
    assert_true(w.response->total_ms < 400);
    tear_down(&w);
}

static bool is_there(const char *file, const char *proof)
{
    static char text[1 << 16];
    char path[256];
    snprintf(path, sizeof path, "packages/llm/tests/%s", file);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    return n < sizeof text && (!proof || fm_str_has(fm_str_n(text, n), fm_str_c(proof)));
}

TEST(every_bug_has_its_proof)
{
    for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; i++) {
        bool is_proved = is_there(bugs[i].file, bugs[i].proof);
        if (!is_proved)
            print_error("%s (%s): no %s in %s\n", bugs[i].bug, bugs[i].was,
                        bugs[i].proof ? bugs[i].proof : "text", bugs[i].file);
        assert_true(is_proved);
    }
}
