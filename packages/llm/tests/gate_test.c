/* SPDX-License-Identifier: Apache-2.0 */
/* The router and the egress gate: what leaves, what comes back, and when nothing leaves. */
#include "world.h"

#define A "{'name':'a','kind':'openai','url':'http://127.0.0.1:$/a','key':'ka','models':['ma']}"
#define B "{'name':'b','kind':'anthropic','url':'http://127.0.0.1:$/b','key':'kb','models':['mb']}"
#define TWO "{'providers':[" A "," B "]}"
#define ONE "{'providers':[" A "]}"

static const struct fm_llm_message with_mail = {
    .role = FM_LLM_USER, .text = {"write to bob.miller@corp.example now", 36}};

static enum fm_llm_class ask_with_mail(struct world *w, bool is_stream)
{
    struct fm_llm_request r = request();
    struct fm_llm_call_options o = {.gate = w->gate,
                                    .map = w->map,
                                    .is_stream = is_stream,
                                    .sink = {on_delta, w},
                                    .done = on_done,
                                    .arg = w};
    r.messages = &with_mail;
    w->is_done = false;
    fm_buf_clear(&w->shown);
    fm_llm_call_start(w->client, &w->ctx, &r, &o);
    turn_until_done(w, 2000);
    assert_true(w->is_done);
    return w->response->failure;
}

TEST(values_leave_as_placeholders_and_come_back)
{
    for (int is_stream = 0; is_stream < 2; is_stream++) {
        struct world w;
        build(&w, ONE);
        w.provider.scripts[0] = "mail";
        assert_int_equal(ask_with_mail(&w, is_stream), FM_LLM_OK);
        assert_null(strstr(w.provider.last_body, "bob.miller"));
        assert_non_null(strstr(w.provider.last_body, "<EMAIL_1>"));
        assert_string_equal(w.shown.p, "to bob.miller@corp.example, now");
        assert_str(w.response->text, "to bob.miller@corp.example, now");
        assert_true(w.response->n_redacted >= 1);
        tear_down(&w);
    }
}

/* The next target is judged by what it is, not by what the first one was. */
TEST(failover_from_a_local_to_an_external_target_redacts_again)
{
    struct world w;
    struct fm_redactor *off;
    static const uint8_t key[FM_CASE_KEY_BYTES] = {1};
    build(&w, "{'providers':[{'name':'near','kind':'local','url':'http://127.0.0.1:$/"
              "a','models':['m']}," B "]}");
    assert_int_equal(
        fm_redactor_new(&w.ctx, &(struct fm_redactor_options){.policy = FM_POLICY_OFF_FOR_LOCAL},
                        &off),
        FM_OK);
    fm_egress_free(w.gate);
    fm_pseudonyms_free(w.map);
    w.map = fm_pseudonyms_new(key);
    struct fm_egress_options e = {.external = w.redactor, .local = off, .map = w.map};
    assert_int_equal(fm_egress_new(&w.ctx, &e, &w.gate), FM_OK);
    assert_int_equal(ask_with_mail(&w, false), FM_LLM_OK);
    assert_non_null(strstr(w.provider.last_body, "bob.miller@corp.example"));
    w.provider.scripts[0] = "e401";
    assert_int_equal(ask_with_mail(&w, false), FM_LLM_OK);
    assert_string_equal(w.response->provider, "b");
    assert_null(strstr(w.provider.last_body, "bob.miller"));
    tear_down(&w);
    fm_redactor_free(off);
}

static enum fm_code failing_find(struct fm_detector *d, struct fm_ctx *ctx, fm_str text,
                                 struct fm_findings *out)
{
    (void)d;
    (void)text;
    (void)out;
    return fm_fail(ctx, FM_EUNAVAILABLE, "the detector is down");
}

static void no_free(struct fm_detector *d)
{
    (void)d;
}

TEST(nothing_is_sent_when_the_gate_fails)
{
    struct world w;
    static const struct fm_detector_ops ops = {.find = failing_find, .free = no_free};
    struct fm_detector down = {&ops};
    build(&w, TWO);
    fm_egress_free(w.gate);
    struct fm_egress_options e = {.external = w.redactor, .map = w.map, .detector = &down};
    assert_int_equal(fm_egress_new(&w.ctx, &e, &w.gate), FM_OK);
    assert_int_equal(ask(&w, true), FM_LLM_REFUSED_BY_GATE);
    assert_int_equal(w.provider.hits[0] + w.provider.hits[1], 0);
    tear_down(&w);
}
