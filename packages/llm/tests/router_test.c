/* SPDX-License-Identifier: Apache-2.0 */
/* What a table of products cannot say; the numbers in brackets are published bugs of other routers.
 */
#include "world.h"

#define A                                                                                          \
    "{'name':'a','kind':'openai','url':'http://127.0.0.1:$/"                                       \
    "a','key':'secret-ka','first_token_timeout':'400ms','models':['ma']}"
#define B                                                                                          \
    "{'name':'b','kind':'anthropic','url':'http://127.0.0.1:$/"                                    \
    "b','key':'secret-kb','models':['mb']}"
#define FAST                                                                                       \
    "'retry':{'attempts':3,'backoff':'2ms','wait_max':'1s','deadline':'3s','cooldown_rate_"        \
    "limited':'20ms'}"
#define TWO "{'providers':[" A "," B "]," FAST "}"
#define ONE "{'providers':[" A "]," FAST "}"

static void set_deadline(struct world *w, int64_t ms)
{
    w->ctx.deadline = fm_now(&fm_clock_system) + ms * FM_MS;
}

/* LiteLLM #41223: one client's short timeout took the target away from everybody. */
TEST(a_callers_short_deadline_does_not_cool_a_target)
{
    struct world w;
    build(&w, ONE);
    w.provider.scripts[0] = "silent silent silent silent silent silent silent ok";
    for (int i = 0; i < 7; i++) {
        set_deadline(&w, 15);
        assert_int_equal(ask(&w, true), FM_LLM_TIMEOUT);
    }
    assert_int_equal(state_of(&w, 0).state, FM_LLM_CLOSED);
    assert_int_equal(state_of(&w, 0).failures_in_row, 0);
    w.ctx.deadline = FM_TIME_NONE;
    assert_int_equal(ask(&w, true), FM_LLM_OK);
    tear_down(&w);
}

/* … while the target's own limit does count. */
TEST(the_targets_own_timeout_counts)
{
    struct world w;
    build(&w, "{'providers':[{'kind':'openai','url':'http://127.0.0.1:$/"
              "a','key':'k','first_token_timeout':'30ms','models':['m']}],"
              "'retry':{'attempts':1}}");
    w.provider.scripts[0] = "silent";
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask(&w, true), FM_LLM_TIMEOUT);
    assert_int_equal(state_of(&w, 0).state, FM_LLM_OPEN);
    tear_down(&w);
}

/* LiteLLM #34399: entries behind one key are throttled together. */
TEST(entries_that_share_key_address_and_model_rest_together)
{
    struct world w;
    build(
        &w,
        "{'providers':[{'name':'x','kind':'openai','url':'http://127.0.0.1:$/"
        "a','key':'k','models':['m']},"
        "{'name':'y','kind':'openai','url':'http://127.0.0.1:$/a','key':'k','models':['m']}]," FAST
        "}");
    w.provider.scripts[0] = "e429long";
    assert_int_equal(ask(&w, true), FM_LLM_RATE_LIMITED);
    assert_int_equal(w.provider.hits[0], 1);
    assert_true(w.response->retry_after_ms > 3500000);
    tear_down(&w);
}

/* LiteLLM #7669: retries without a wait were used up in milliseconds. */
TEST(a_second_try_at_the_same_target_waits)
{
    struct world w;
    build(&w, ONE);
    w.provider.scripts[0] = "e500 ok";
    assert_int_equal(ask(&w, false), FM_LLM_OK);
    assert_int_equal(w.response->attempts.n, 2);
    assert_true(w.response->attempts.items[1].waited_ms >= 1);
    tear_down(&w);
}

/* LiteLLM #27610: a dead host was picked for ever. */
TEST(a_dead_host_is_left_out_after_a_while)
{
    struct world w;
    build(&w, "{'providers':[{'name':'dead','kind':'openai','url':'http://127.0.0.1:1/"
              "','key':'k','models':['m']}," B "]," FAST "}");
    for (int i = 0; i < 8; i++)
        assert_int_equal(ask(&w, true), FM_LLM_OK);
    assert_int_equal(w.response->attempts.n, 1);
    assert_string_equal(w.response->attempts.items[0].provider, "b");
    assert_int_equal(state_of(&w, 0).state, FM_LLM_OPEN);
    tear_down(&w);
}

/* LiteLLM #40958 */
TEST(when_all_rest_the_answer_says_until_when)
{
    struct world w;
    build(&w, ONE);
    w.provider.scripts[0] = "e429long";
    ask(&w, true);
    uint64_t failures = state_of(&w, 0).failures;
    assert_int_equal(ask(&w, true), FM_LLM_NO_TARGET);
    assert_int_equal(w.code, FM_EUNAVAILABLE);
    assert_true(w.response->retry_after_ms > 3500000 && w.response->retry_after_ms <= 3600000);
    assert_int_equal(w.response->attempts.n, 0);
    assert_int_equal(state_of(&w, 0).failures, failures);
    assert_int_equal(w.provider.hits[0], 1);
    tear_down(&w);
}

TEST(a_short_rest_is_waited_for)
{
    struct world w;
    build(&w, ONE);
    w.provider.scripts[0] = "e429ms ok";
    assert_int_equal(ask(&w, true), FM_LLM_OK);
    assert_true(w.response->total_ms >= 39);
    tear_down(&w);
}

/* LiteLLM #19077 */
TEST(without_failover_only_the_first_target_is_asked)
{
    struct world w;
    build(&w, TWO);
    w.provider.scripts[0] = "e401";
    struct fm_llm_request r = request();
    r.is_failover_off = true;
    assert_int_equal(run(&w, &r, true), FM_LLM_AUTH);
    assert_int_equal(w.provider.hits[1], 0);
    tear_down(&w);
}

static struct fm_llm_call *start_restartable(struct world *w, const struct fm_llm_request *r)
{
    struct fm_llm_call_options o = {.gate = w->gate,
                                    .is_stream = true,
                                    .can_restart = true,
                                    .sink = {on_delta, w},
                                    .done = on_done,
                                    .arg = w};
    return fm_llm_call_start(w->client, &w->ctx, r, &o);
}

TEST(a_broken_stream_is_started_anew_only_by_policy)
{
    struct world w;
    struct fm_llm_request r = request();
    build(&w, "{'providers':[" A "," B "],'retry':{'restart_streams':true}}");
    w.provider.scripts[0] = "cut";
    start_restartable(&w, &r);
    turn_until_done(&w, 2000);
    assert_int_equal(w.response->failure, FM_LLM_OK);
    assert_int_equal(w.restarts, 1);
    assert_string_equal(w.shown.p, "A saysB says hi");
    assert_str(w.response->text, "B says hi");
    tear_down(&w);
}

TEST(a_refused_field_is_left_out_and_remembered)
{
    struct world w;
    build(&w, ONE);
    w.provider.scripts[0] = "notemp ok";
    assert_int_equal(ask(&w, false), FM_LLM_OK);
    assert_int_equal(w.provider.hits[0], 2);
    assert_null(strstr(w.provider.last_body, "temperature"));
    assert_int_equal(ask(&w, false), FM_LLM_OK);
    assert_int_equal(w.provider.hits[0], 3);
    assert_int_equal(state_of(&w, 0).failures, 0);
    tear_down(&w);
}

TEST(a_field_that_stays_refused_ends_the_call)
{
    struct world w;
    build(&w, ONE);
    w.provider.scripts[0] = "notemp";
    assert_int_equal(ask(&w, false), FM_LLM_BAD_REQUEST);
    assert_int_equal(w.provider.hits[0], 2);
    tear_down(&w);
}

TEST(hedging_takes_the_faster_answer)
{
    struct world w;
    build(&w, "{'providers':[" A "," B
              "],'routes':{'chat':{'models':['a/ma','b/mb'],'hedge_after':'30ms'}}}");
    w.provider.scripts[0] = "silent";
    assert_int_equal(ask(&w, true), FM_LLM_OK);
    assert_string_equal(w.shown.p, "B says hi");
    assert_true(w.response->total_ms < 350);
    assert_int_equal(w.response->attempts.n, 2);
    assert_int_equal(w.response->attempts.items[0].result, FM_LLM_CANCELLED);
    assert_true(w.response->attempts.items[1].is_hedge);
    assert_int_equal(state_of(&w, 0).failures, 0);
    tear_down(&w);
}

TEST(hedging_does_not_start_when_the_first_token_is_there)
{
    struct world w;
    build(&w, "{'providers':[" A "," B
              "],'routes':{'chat':{'models':['a/ma','b/mb'],'hedge_after':'30ms'}}}");
    assert_int_equal(ask(&w, true), FM_LLM_OK);
    assert_int_equal(w.provider.hits[1], 0);
    tear_down(&w);
}

/* LiteLLM #40252: an empty answer came from the cache. */
TEST(only_whole_answers_are_cached_and_only_for_their_tenant)
{
    struct world w;
    struct fm_llm_request r = request();
    build(&w, "{'providers':[" A "],'cache':{'entries':4,'ttl':'1h'}}");
    w.provider.scripts[0] = "length ok";
    r.may_cache = true;
    run(&w, &r, false);
    run(&w, &r, false);
    assert_int_equal(w.provider.hits[0], 2);
    assert_false(w.response->is_cached);
    run(&w, &r, false);
    assert_int_equal(w.provider.hits[0], 2);
    assert_true(w.response->is_cached);
    assert_str(w.response->text, "A says hi");
    assert_string_equal(w.shown.p, "A says hi");
    r.tenant = FM_STR("other");
    run(&w, &r, false);
    assert_int_equal(w.provider.hits[0], 3);
    r.may_cache = false;
    run(&w, &r, false);
    assert_int_equal(w.provider.hits[0], 4);
    tear_down(&w);
}

TEST(a_budget_stops_the_call_before_it_is_made)
{
    struct world w;
    struct fm_llm_request r = request();
    build(&w, "{'providers':[{'kind':'openai','url':'http://127.0.0.1:$/"
              "a','key':'k','models':[{'name':'m','input_price':1,'output_price':2}]}],"
              "'budget':{'case_tokens':100,'tenant_usd_per_day':0.000105}}");
    r.case_id = FM_STR("c1");
    r.max_tokens = 10;
    for (int i = 0; i < 4; i++)
        assert_int_equal(run(&w, &r, false), FM_LLM_OK);
    struct fm_llm_spent s = fm_llm_router_spent(w.router, FM_STR_NULL, FM_STR("c1"));
    assert_int_equal(s.tokens, 4 * 18);
    assert_true(s.usd > 4 * 24.9e-6 && s.usd < 4 * 25.1e-6);
    assert_int_equal(run(&w, &r, false),
                     FM_LLM_BUDGET); /* would cost more than the tenant has left */
    assert_int_equal(w.code, FM_ERATE);
    r.tenant = FM_STR("rich");
    r.max_tokens = 90;
    assert_int_equal(run(&w, &r, false), FM_LLM_BUDGET); /* the case's tokens */
    assert_int_equal(w.provider.hits[0], 4);
    tear_down(&w);
}

TEST(tokens_of_a_broken_answer_are_spent_too)
{
    struct world w;
    build(&w, "{'providers':[" A "],'retry':{'attempts':1}}");
    w.provider.scripts[0] = "cut";
    ask(&w, true);
    assert_true(fm_llm_router_spent(w.router, FM_STR_NULL, FM_STR_NULL).tokens > 0);
    tear_down(&w);
}

TEST(a_rate_of_our_own_moves_calls_to_the_next_target)
{
    struct world w;
    build(&w, "{'providers':[{'name':'a','kind':'openai','url':'http://127.0.0.1:$/"
              "a','key':'k','requests_per_minute':2,'models':['m']}," B "]}");
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(&w, false), FM_LLM_OK);
    assert_int_equal(w.provider.hits[0], 2);
    assert_int_equal(w.provider.hits[1], 1);
    tear_down(&w);
}

TEST(a_concurrency_limit_makes_the_second_call_wait)
{
    struct world w, other;
    struct fm_llm_request r = request();
    build(&w, "{'providers':[{'name':'a','kind':'openai','url':'http://127.0.0.1:$/"
              "a','key':'k','max_concurrent':1,'first_token_timeout':'80ms','models':['m']}],'"
              "retry':{'attempts':1}}");
    w.provider.scripts[0] = "silent ok";
    memset(&other, 0, sizeof other);
    fm_ctx_init(&other.ctx, &fm_clock_system);
    fm_buf_init(&other.shown, 4096);
    struct fm_llm_call_options o = {.gate = w.gate,
                                    .is_stream = true,
                                    .sink = {on_delta, &other},
                                    .done = on_done,
                                    .arg = &other};
    start(&w, &r, true);
    fm_llm_call_start(w.client, &other.ctx, &r, &o);
    for (int i = 0; i < 4; i++)
        fm_loop_turn(w.loop, 5);
    assert_int_equal(w.provider.hits[0], 1);
    turn_until_done(&w, 1000);
    assert_int_equal(w.response->failure, FM_LLM_TIMEOUT);
    for (int i = 0; i < 100 && !other.is_done; i++)
        fm_loop_turn(w.loop, 10);
    assert_true(other.is_done);
    assert_int_equal(other.response->failure, FM_LLM_OK);
    fm_buf_release(&other.shown);
    fm_ctx_release(&other.ctx);
    tear_down(&w);
}

TEST(a_cancelled_call_ends_soon_and_blames_nobody)
{
    struct world w;
    struct fm_llm_request r = request();
    build(&w, ONE);
    w.provider.scripts[0] = "hang";
    struct fm_llm_call *call = start(&w, &r, true);
    for (int i = 0; i < 200 && w.shown.len == 0; i++)
        fm_loop_turn(w.loop, 5);
    assert_string_equal(w.shown.p, "A says");
    fm_llm_call_cancel(call);
    for (int i = 0; i < 10; i++)
        fm_loop_turn(w.loop, 5);
    assert_true(w.is_done);
    assert_int_equal(w.code, FM_ECANCELLED);
    assert_int_equal(w.provider.gone, 1);
    assert_int_equal(state_of(&w, 0).failures, 0);
    assert_int_equal(state_of(&w, 0).running, 0);
    tear_down(&w);
}

TEST(the_callers_deadline_ends_the_call_in_time)
{
    struct world w;
    build(&w, ONE);
    w.provider.scripts[0] = "e429ms silent";
    set_deadline(&w, 120);
    assert_int_equal(ask(&w, true), FM_LLM_TIMEOUT);
    assert_int_equal(w.code, FM_ETIMEOUT);
    assert_true(w.response->total_ms >= 100 && w.response->total_ms < 400);
    tear_down(&w);
}

TEST(a_prompt_that_does_not_fit_is_not_sent)
{
    struct world w;
    char text[8192];
    struct fm_llm_message m = {.role = FM_LLM_USER, .text = {text, sizeof text}};
    struct fm_llm_request r = request();
    build(&w, "{'providers':[{'name':'a','kind':'openai','url':'http://127.0.0.1:$/"
              "a','key':'k','models':[{'name':'m','context':1000}]},"
              "{'name':'b','kind':'openai','url':'http://127.0.0.1:$/"
              "b','key':'k','models':[{'name':'n','context':100000}]}]}");
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 5 ? 'x' : ' ';
    r.messages = &m;
    assert_int_equal(run(&w, &r, false), FM_LLM_OK);
    assert_int_equal(w.provider.hits[0], 0);
    assert_int_equal(w.provider.hits[1], 1);
    r.model = FM_STR("a/m");
    assert_int_equal(run(&w, &r, false), FM_LLM_CONTEXT_OVERFLOW);
    assert_int_equal(w.provider.hits[0], 0);
    tear_down(&w);
}

TEST(tools_go_only_to_models_that_can_call_them)
{
    struct world w;
    struct fm_llm_tool tool = {{"f", 1}, {"", 0}, {"{}", 2}};
    struct fm_llm_request r = request();
    build(&w, "{'providers':[{'name':'a','kind':'openai','url':'http://127.0.0.1:$/"
              "a','key':'k','models':[{'name':'m','tools':false}]}," B "]}");
    r.tools = &tool;
    r.n_tools = 1;
    assert_int_equal(run(&w, &r, false), FM_LLM_OK);
    assert_int_equal(w.provider.hits[0], 0);
    r.model = FM_STR("m");
    assert_int_equal(run(&w, &r, false), FM_LLM_BAD_REQUEST);
    tear_down(&w);
}

TEST(purposes_weights_and_pins)
{
    struct world w;
    struct fm_llm_request r = request();
    build(&w, "{'providers':[" A "," B "],'routes':{'chat':['b/mb'],'mix':{'models':[{'model':'a/"
              "ma','tier':0,'weight':3},{'model':'b/mb','tier':0,'weight':1}]}}}");
    run(&w, &r, false);
    assert_string_equal(w.response->provider, "b");
    r.purpose = FM_STR("unheard of");
    run(&w, &r, false);
    assert_string_equal(w.response->provider, "b");
    r.model = FM_STR("a/ma");
    run(&w, &r, false);
    assert_string_equal(w.response->provider, "a");
    r.model = FM_STR("a/none");
    assert_int_equal(run(&w, &r, false), FM_LLM_NO_TARGET);
    assert_int_equal(w.code, FM_ENOTFOUND);
    r.model = FM_STR_NULL;
    r.purpose = FM_STR("mix");
    w.provider.hits[0] = w.provider.hits[1] = 0;
    for (int i = 0; i < 200; i++)
        run(&w, &r, false);
    assert_in_range(w.provider.hits[0], 125, 175);
    assert_int_equal(w.provider.hits[0] + w.provider.hits[1], 200);
    tear_down(&w);
}

TEST(nothing_configured_is_said_plainly)
{
    struct world w;
    build(&w, "{'providers':[]}");
    assert_int_equal(ask(&w, false), FM_LLM_NO_TARGET);
    assert_non_null(strstr(w.ctx.error, "no language model is configured"));
    tear_down(&w);
}

TEST(the_answer_tells_what_it_cost)
{
    struct world w;
    build(&w, "{'providers':[{'name':'a','kind':'anthropic','url':'http://127.0.0.1:$/"
              "a','key':'k','models':[{'name':'m','input_price':3,'output_price':15}]}]}");
    assert_int_equal(ask(&w, true), FM_LLM_OK);
    assert_true(w.response->usage.is_known);
    assert_int_equal(w.response->usage.input, 11);
    assert_int_equal(w.response->usage.output, 7);
    assert_true(w.response->cost_usd > 137.9e-6 && w.response->cost_usd < 138.1e-6);
    assert_int_equal(strlen(w.response->prompt_sha256), 64);
    assert_true(w.response->attempts.items[0].first_token_ms >= 0);
    tear_down(&w);
}

TEST(a_reload_keeps_what_is_known_about_targets)
{
    struct world w;
    yyjson_val *v;
    struct fm_llm_setup *setup;
    fm_str problems;
    build(&w, TWO);
    w.provider.scripts[0] = "e429long";
    assert_int_equal(ask(&w, false), FM_LLM_OK);
    fm_str json =
        fm_str_fmt(&w.ctx.arena,
                   "{\"providers\":[{\"name\":\"renamed\",\"kind\":\"openai\",\"url\":\"http://"
                   "127.0.0.1:%u/a\",\"key\":\"secret-ka\",\"models\":[\"ma\"]}]}",
                   fm_http_server_port(w.provider.server));
    assert_int_equal(fm_json_read(&w.ctx, json, &v), FM_OK);
    assert_int_equal(
        fm_llm_setup_read(&w.ctx, v, &(struct fm_llm_key_source){0}, &setup, &problems), FM_OK);
    fm_llm_router_reload(w.router, setup);
    fm_llm_setup_unref(setup);
    assert_int_equal(ask(&w, false), FM_LLM_NO_TARGET); /* still told to wait an hour */
    assert_string_equal(state_of(&w, 0).provider, "renamed");
    tear_down(&w);
}

static enum fm_code no_key(void *arg, struct fm_ctx *ctx, const char *kind, fm_str what,
                           fm_str *out)
{
    (void)arg;
    if (strcmp(kind, "env") == 0 && fm_str_eqc(what, "GROQ_API_KEY")) {
        *out = FM_STR(" gsk \n");
        return FM_OK;
    }
    return fm_fail(ctx, FM_ENOTFOUND, "%s %.*s is not set", kind, FM_STR_ARG(what));
}

static const struct {
    const char *json, *error;
} bad_setups[] = {
    {"{'provider':[]}", "llm.provider: unknown setting; did you mean \"providers\"?"},
    {"{'providers':[{'kind':'opnai'}]}", "llm.providers[0].kind: \"opnai\" is no kind of provider"},
    {"{'providers':[{'kind':'openai','key':'k','url':'http://example.com'}]}", "must be https"},
    {"{'providers':[{'kind':'openai','key':'k','gap_timeout':'soon'}]}",
     "llm.providers[0].gap_timeout: must be a duration"},
    {"{'providers':[{'kind':'local'},{'kind':'local'}]}", "\"local\" is used twice"},
    {"{'providers':[{'kind':'local','models':[{'nam':'x'}]}]}", "models[0].nam: unknown setting"},
    {"{'providers':[{'kind':'local','models':['x']}],'routes':{'chat':['y']}}",
     "model \"y\" is not listed"},
    {"{'retry':{'attempts':0}}", "attempts must be 1 to 10"},
    {"{'providers':[{'kind':'local','headers':{'X':'a\\nb'}}]}", "is no header"},
    {"{'budget':{'case_usd':-1}}", "llm.budget.case_usd"},
};

TEST(mistakes_in_the_configuration_are_named)
{
    for (size_t i = 0; i < sizeof bad_setups / sizeof bad_setups[0]; i++) {
        struct fm_ctx ctx;
        struct fm_llm_setup *setup;
        fm_str problems;
        yyjson_val *v;
        fm_ctx_init(&ctx, &fm_clock_system);
        char *json = fm_arena_dup(&ctx.arena, bad_setups[i].json, strlen(bad_setups[i].json));
        for (char *p = json; *p; p++)
            *p = *p == '\'' ? '"' : *p;
        assert_int_equal(fm_json_read(&ctx, fm_str_c(json), &v), FM_OK);
        assert_int_equal(fm_llm_setup_read(&ctx, v, &(struct fm_llm_key_source){no_key, NULL},
                                           &setup, &problems),
                         FM_EINVAL);
        if (!strstr(ctx.error, bad_setups[i].error))
            print_error("%s\n -> %s\n", json, ctx.error);
        assert_non_null(strstr(ctx.error, bad_setups[i].error));
        fm_ctx_release(&ctx);
    }
}

TEST(providers_without_a_key_are_left_out)
{
    struct fm_ctx ctx;
    struct fm_llm_setup *s;
    fm_str problems;
    yyjson_val *v;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_str json = FM_STR("{\"providers\":[{\"kind\":\"openai\",\"models\":[\"x\"]},{\"kind\":"
                         "\"groq\",\"models\":[\"y\"]},{\"kind\":\"ollama\",\"models\":[\"z\"]}],"
                         "\"routes\":{\"chat\":[\"openai/x\",\"groq/y\"]}}");
    assert_int_equal(fm_json_read(&ctx, json, &v), FM_OK);
    assert_int_equal(
        fm_llm_setup_read(&ctx, v, &(struct fm_llm_key_source){no_key, NULL}, &s, &problems),
        FM_OK);
    assert_int_equal(s->n_providers, 2);
    assert_str(s->providers[0].key, "gsk");
    assert_non_null(strstr(problems.p, "provider \"openai\" is left out"));
    assert_int_equal(fm_llm_setup_route(s, FM_STR("chat"))->n, 1);
    fm_llm_setup_unref(s);
    fm_ctx_release(&ctx);
}

TEST(keys_travel_only_in_their_header)
{
    struct world w;
    int fds[2];
    char text[8192] = "";
    build(&w, ONE);
    assert_int_equal(pipe(fds), 0);
    struct fm_log log = {.clock = &fm_clock_system, .level = FM_LOG_DEBUG, .fd = fds[1]};
    struct fm_llm_setup *setup = fm_llm_router_setup(w.router);
    struct fm_llm_router *r =
        fm_llm_router_new(setup, &(struct fm_llm_router_options){.log = &log});
    fm_llm_setup_unref(setup);
    fm_llm_client_free(w.client);
    fm_llm_router_free(w.router);
    w.router = r;
    w.client = fm_llm_client_new(r, w.loop);
    w.provider.scripts[0] = "e401";
    ask(&w, false);
    assert_string_equal(w.provider.last_auth, "Bearer secret-ka");
    assert_null(strstr(w.provider.last_body, "secret-ka"));
    close(fds[1]);
    assert_true(read(fds[0], text, sizeof text - 1) > 0);
    close(fds[0]);
    assert_non_null(strstr(text, "result=auth"));
    assert_null(strstr(text, "secret-ka"));
    assert_null(strstr(w.ctx.error, "secret-ka"));
    tear_down(&w);
}

/* Estimate against counts of current tokenisers that are known for these texts
 * (docs/internals/llm-router.md). */
TEST(tokens_are_estimated)
{
    assert_int_equal(fm_llm_tokens(FM_STR("")), 0);
    assert_in_range(fm_llm_tokens(FM_STR("Hello world")), 2, 3);
    assert_in_range(fm_llm_tokens(FM_STR("The quick brown fox jumps over the lazy dog.")), 9, 12);
    assert_in_range(fm_llm_tokens(FM_STR("2024-05-01T12:00:00Z")), 10, 17);
}
