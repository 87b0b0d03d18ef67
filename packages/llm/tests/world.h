/* SPDX-License-Identifier: Apache-2.0 */
/* A router, a client and a scripted provider on one loop; configurations are JSON with ' for " and
 * $ for the port. */
#ifndef FAULTMAVEN_LLM_TEST_WORLD_H
#define FAULTMAVEN_LLM_TEST_WORLD_H

#include "test.h"

#include "faultmaven/base/log.h"
#include "provider.h"

struct world {
    struct fm_ctx ctx;
    struct fm_loop *loop;
    struct provider_server provider;
    struct fm_llm_router *router;
    struct fm_llm_client *client;
    struct fm_egress *gate;
    struct fm_redactor *redactor;
    struct fm_pseudonyms *map;
    struct fm_buf shown;
    enum fm_code code;
    struct fm_llm_response *response;
    bool is_done;
    int restarts;
};

static inline void open_gate(struct world *w)
{
    static const uint8_t key[FM_CASE_KEY_BYTES] = {1};
    struct fm_redactor_options o = {.policy = FM_POLICY_STANDARD};
    assert_int_equal(fm_redactor_new(&w->ctx, &o, &w->redactor), FM_OK);
    w->map = fm_pseudonyms_new(key);
    struct fm_egress_options e = {.external = w->redactor, .map = w->map};
    assert_int_equal(fm_egress_new(&w->ctx, &e, &w->gate), FM_OK);
}

static inline void build(struct world *w, const char *json)
{
    yyjson_val *v;
    fm_str problems;
    struct fm_llm_setup *setup = NULL;
    struct fm_llm_key_source keys = {0};
    memset(w, 0, sizeof *w);
    fm_ctx_init(&w->ctx, &fm_clock_system);
    w->loop = fm_loop_new();
    provider_start(&w->provider, w->loop);
    fm_str text = fm_str_c(json);
    struct fm_buf b; /* the port stands where the text has a '$' */
    fm_buf_init(&b, 1 << 16);
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] == '$')
            fm_buf_addf(&b, "%u", fm_http_server_port(w->provider.server));
        else
            fm_buf_addc(&b, text.p[i] == '\'' ? '"' : text.p[i]);
    if (fm_json_read(&w->ctx, fm_buf_str(&b), &v) != FM_OK ||
        fm_llm_setup_read(&w->ctx, v, &keys, &setup, &problems) != FM_OK)
        fail_msg("%s", w->ctx.error);
    fm_buf_release(&b);
    w->router = fm_llm_router_new(setup, NULL);
    fm_llm_setup_unref(setup);
    w->client = fm_llm_client_new(w->router, w->loop);
    open_gate(w);
    fm_buf_init(&w->shown, 1 << 20);
}

static inline void tear_down(struct world *w)
{
    fm_llm_client_free(w->client);
    fm_llm_router_free(w->router);
    provider_stop(&w->provider);
    fm_loop_free(w->loop);
    fm_egress_free(w->gate);
    fm_pseudonyms_free(w->map);
    fm_redactor_free(w->redactor);
    fm_buf_release(&w->shown);
    fm_ctx_release(&w->ctx);
}

static inline void on_delta(void *arg, const struct fm_llm_delta *d)
{
    struct world *w = arg;
    if (d->kind == FM_LLM_DELTA_TEXT)
        fm_buf_adds(&w->shown, d->text);
    w->restarts += d->kind == FM_LLM_DELTA_RESTART;
}

static inline void on_done(void *arg, enum fm_code code, struct fm_llm_response *r)
{
    struct world *w = arg;
    w->code = code;
    w->response = r;
    w->is_done = true;
}

static const struct fm_llm_message hello = {.role = FM_LLM_USER, .text = {"hello", 5}};

static inline struct fm_llm_request request(void)
{
    struct fm_llm_request r = fm_llm_request_init();
    r.messages = &hello;
    r.n_messages = 1;
    r.temperature = 0.5;
    return r;
}

static inline struct fm_llm_call *start(struct world *w, const struct fm_llm_request *r,
                                        bool is_stream)
{
    struct fm_llm_call_options o = {
        .gate = w->gate, .is_stream = is_stream, .sink = {on_delta, w}, .done = on_done, .arg = w};
    w->is_done = false;
    fm_ctx_clear_error(&w->ctx);
    fm_buf_clear(&w->shown);
    return fm_llm_call_start(w->client, &w->ctx, r, &o);
}

static inline void turn_until_done(struct world *w, int ms)
{
    for (int64_t end = fm_monotonic(&fm_clock_system) + ms * FM_MS;
         !w->is_done && fm_monotonic(&fm_clock_system) < end;)
        fm_loop_turn(w->loop, 10);
}

static inline enum fm_llm_class run(struct world *w, const struct fm_llm_request *r, bool is_stream)
{
    start(w, r, is_stream);
    turn_until_done(w, 5000);
    assert_true(w->is_done);
    return w->response->failure;
}

static inline enum fm_llm_class ask(struct world *w, bool is_stream)
{
    struct fm_llm_request r = request();
    return run(w, &r, is_stream);
}

static inline struct fm_llm_target_state state_of(struct world *w, size_t i)
{
    struct fm_llm_target_states s = {0};
    fm_llm_router_states(w->router, &w->ctx.arena, &s);
    assert_true(i < s.n);
    return s.items[i];
}

#endif
