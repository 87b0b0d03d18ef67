/* SPDX-License-Identifier: Apache-2.0 */
/* Embeddings through the router: wires, failures, the same model elsewhere, budgets, the gate. */
#include "world.h"

struct answer {
    bool is_done;
    enum fm_code code;
    struct fm_llm_embed_result *r;
};

static void on_vectors(void *arg, enum fm_code code, struct fm_llm_embed_result *r)
{
    *(struct answer *)arg = (struct answer){true, code, r};
}

static const fm_str texts[] = {{"first", 5}, {"mail bob@corp.example", 21}, {"third", 5}};

static struct answer embed(struct world *w, const char *model, const char *case_id)
{
    struct answer a = {0};
    struct fm_llm_embed_request r = {
        .model = fm_str_c(model), .texts = texts, .n = 3, .case_id = fm_str_c(case_id)};
    struct fm_llm_embed_options o = {.gate = w->gate, .done = on_vectors, .arg = &a};
    fm_ctx_clear_error(&w->ctx);
    fm_llm_embed_start(w->client, &w->ctx, &r, &o);
    assert_false(a.is_done);
    for (int i = 0; i < 300 && !a.is_done; i++)
        fm_loop_turn(w->loop, 10);
    assert_true(a.is_done);
    return a;
}

#define P(name, kind)                                                                              \
    "{'name':'" name "','kind':'" kind "','url':'http://127.0.0.1:$/" name                         \
    "','key':'k','models':[{'name':'e','input_price':2}]}"
#define RETRY "'retry':{'attempts':4,'backoff':'1ms','wait_max':'50ms'}"
#define TWO                                                                                        \
    "{'providers':[" P("a", "openai") "," P(                                                       \
        "b", "openai") ",{'name':'c','kind':'openai',"                                             \
                       "'url':'http://127.0.0.1:$/c','key':'k',"                                   \
                       "'models':['other']}],"                                                     \
                       "'routes':{'embed':['a/e','c/other','b/e']}," RETRY

TEST(every_wire_that_offers_them)
{
    static const char *const kinds[] = {"openai",     "gemini",   "ollama", "fireworks",
                                        "openrouter", "llamacpp", "vllm",   "local"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct world w;
        char json[512];
        snprintf(json, sizeof json,
                 "{'providers':[{'name':'a','kind':'%s','url':'http://127.0.0.1:$/a','key':'k',"
                 "'models':['e']}],'routes':{'embed':['a/e']}}",
                 kinds[i]);
        build(&w, json);
        struct answer a = embed(&w, "", "");
        if (a.code != FM_OK)
            print_error("%s: %s\n", kinds[i], w.ctx.error);
        assert_int_equal(a.code, FM_OK);
        assert_int_equal(a.r->vectors.n, 3);
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(a.r->vectors.items[k].n, 2);
            assert_true(a.r->vectors.items[k].values[0] == (float)k);
        }
        assert_true(a.r->vectors.input_tokens > 0);
        assert_null(strstr(w.provider.last_body, "bob@corp"));
        assert_non_null(strstr(w.provider.last_body, "<EMAIL_1>"));
        assert_int_equal(a.r->n_redacted, 1);
        tear_down(&w);
    }
}

static const struct {
    const char *script;
    enum fm_llm_class failure; /* of the call; OK: by the second try or target */
    int hits_a, hits_b;
} faults[] = {
    {"ok", FM_LLM_OK, 1, 0},
    {"e503 ok", FM_LLM_OK, 1, 1},
    {"reset ok", FM_LLM_OK, 1, 1},
    {"short ok", FM_LLM_OK, 1, 1},
    {"e429s ok", FM_LLM_OK, 1, 1},
    {"e401 ok", FM_LLM_OK, 1, 1},
    {"html200 ok", FM_LLM_OK, 1, 1},
    {"badjson ok", FM_LLM_OK, 1, 1},
    {"nothing ok", FM_LLM_OK, 1, 1},
    {"overflow", FM_LLM_CONTEXT_OVERFLOW, 1, 0},
    {"e400", FM_LLM_BAD_REQUEST, 1, 0},
};

TEST(failures_go_to_the_same_model_elsewhere_and_never_to_another)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct world w;
        build(&w, TWO "}");
        w.provider.scripts[0] = faults[i].script;
        struct answer a = embed(&w, "", "");
        assert_int_equal(a.r->failure, faults[i].failure);
        assert_int_equal(w.provider.hits[0], faults[i].hits_a);
        assert_int_equal(w.provider.hits[1], faults[i].hits_b);
        assert_int_equal(w.provider.hits[2], 0);
        tear_down(&w);
    }
}

TEST(all_down_is_said_with_the_last_reason)
{
    struct world w;
    build(&w, TWO "}");
    w.provider.scripts[0] = w.provider.scripts[1] = "e503";
    struct answer a = embed(&w, "", "");
    assert_int_not_equal(a.code, FM_OK);
    assert_int_equal(w.provider.hits[0] + w.provider.hits[1], 4);
    assert_int_equal(w.provider.hits[2], 0);
    tear_down(&w);
}

TEST(a_budget_stops_embeddings_before_they_are_sent)
{
    struct world w;
    build(&w, TWO ",'budget':{'case_tokens':15}}");
    assert_int_equal(embed(&w, "", "case_1").code, FM_OK);
    assert_int_equal(fm_llm_router_spent(w.router, FM_STR_NULL, FM_STR("case_1")).tokens, 7);
    struct answer a = embed(&w, "", "case_1");
    assert_int_equal(a.r->failure, FM_LLM_BUDGET);
    assert_int_equal(w.provider.hits[0], 1);
    assert_int_equal(embed(&w, "", "case_2").code, FM_OK);
    tear_down(&w);
}

TEST(models_that_are_not_there)
{
    struct world w;
    build(&w, "{'providers':[" P("a", "openai") "," P("b", "anthropic") "]," RETRY "}");
    assert_int_equal(embed(&w, "", "").r->failure, FM_LLM_NO_TARGET);
    assert_int_equal(embed(&w, "nobody", "").r->failure, FM_LLM_NO_TARGET);
    assert_int_equal(embed(&w, "b/e", "").code, FM_EUNSUPPORTED);
    assert_int_equal(embed(&w, "a/e", "").code, FM_OK);
    tear_down(&w);
}

TEST(a_cancelled_call_leaves_no_trace)
{
    struct world w;
    struct answer a = {0};
    build(&w, TWO "}");
    w.provider.scripts[0] = "silent";
    struct fm_llm_embed_request r = {.texts = texts, .n = 3};
    struct fm_llm_embed_options o = {.gate = w.gate, .done = on_vectors, .arg = &a};
    struct fm_llm_embed_call *call = fm_llm_embed_start(w.client, &w.ctx, &r, &o);
    for (int i = 0; i < 100 && !w.provider.hits[0]; i++)
        fm_loop_turn(w.loop, 5);
    fm_llm_embed_cancel(call);
    fm_loop_turn(w.loop, 20);
    assert_false(a.is_done);
    struct fm_llm_target_states states = {0};
    fm_llm_router_states(w.router, &w.ctx.arena, &states);
    assert_int_equal(states.items[0].running, 0);
    assert_int_equal(states.items[0].failures, 0);
    tear_down(&w);
}
