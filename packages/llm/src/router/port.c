/* SPDX-License-Identifier: Apache-2.0 */
/* The blocking port: a loop and a client per object, one call at a time. */
#include "internal.h"

#include <stdlib.h>

#define TURN_MS 20 /* how soon a cancel flag that another thread set is seen */

struct port {
    struct fm_llm base;
    struct fm_llm_router *router;
    struct fm_egress *gate;
    const struct fm_pseudonyms *map;
    struct fm_loop *loop;
    struct fm_llm_client *client;
};

struct waiting {
    bool is_done;
    enum fm_code code;
    struct fm_llm_response *response;
};

static void on_done(void *arg, enum fm_code code, struct fm_llm_response *r)
{
    struct waiting *w = arg;
    *w = (struct waiting){true, code, r};
}

static enum fm_code port_chat(struct fm_llm *l, struct fm_ctx *ctx, const struct fm_llm_request *r,
                              const struct fm_llm_sink *sink, struct fm_llm_response *out)
{
    struct port *p = (struct port *)l;
    struct waiting w = {0};
    struct fm_llm_call_options o = {
        .gate = p->gate, .map = p->map, .done = on_done, .arg = &w, .can_restart = true};
    if (sink && sink->fn) {
        o.sink = *sink;
        o.is_stream = true;
    }
    struct fm_llm_call *call = fm_llm_call_start(p->client, ctx, r, &o);
    bool is_cancelled = false;
    while (!w.is_done) {
        fm_loop_turn(p->loop, TURN_MS);
        if (!w.is_done && !is_cancelled &&
            atomic_load_explicit(&ctx->cancelled, memory_order_relaxed)) {
            fm_llm_call_cancel(call);
            is_cancelled = true;
        }
    }
    *out = *w.response;
    return w.code;
}

struct embedding {
    bool is_done;
    enum fm_code code;
    struct fm_llm_embed_result *result;
};

static void on_embedded(void *arg, enum fm_code code, struct fm_llm_embed_result *r)
{
    *(struct embedding *)arg = (struct embedding){true, code, r};
}

static enum fm_code port_embed(struct fm_llm *l, struct fm_ctx *ctx, const fm_str *texts, size_t n,
                               struct fm_llm_embeddings *out)
{
    struct port *p = (struct port *)l;
    struct embedding e = {0};
    struct fm_llm_embed_request r = {.texts = texts, .n = n};
    struct fm_llm_embed_options o = {.gate = p->gate, .done = on_embedded, .arg = &e};
    struct fm_llm_embed_call *call = fm_llm_embed_start(p->client, ctx, &r, &o);
    while (!e.is_done) {
        fm_loop_turn(p->loop, TURN_MS);
        if (!e.is_done && atomic_load_explicit(&ctx->cancelled, memory_order_relaxed)) {
            fm_llm_embed_cancel(call);
            fm_ctx_clear_error(ctx);
            return fm_fail(ctx, FM_ECANCELLED, "cancelled");
        }
    }
    if (e.code == FM_OK)
        *out = e.result->vectors;
    return e.code;
}

static int64_t port_context(struct fm_llm *l, fm_str purpose)
{
    struct port *p = (struct port *)l;
    struct fm_llm_setup *s = fm_llm_router_setup(p->router);
    const struct fm_llm_route *route = fm_llm_setup_route(s, purpose);
    int64_t most = 0;
    for (size_t i = 0; route && i < route->n; i++) {
        int64_t window = route->choices[i].model->context_tokens;
        window = window ? window : 32768;
        most = window > most ? window : most;
    }
    fm_llm_setup_unref(s);
    return most;
}

static void port_free(struct fm_llm *l)
{
    struct port *p = (struct port *)l;
    fm_llm_client_free(p->client);
    fm_loop_free(p->loop);
    free(p);
}

static const struct fm_llm_ops port_ops = {
    .chat = port_chat,
    .embed = port_embed,
    .context_tokens = port_context,
    .free = port_free,
};

struct fm_llm *fm_llm_router_port(struct fm_llm_router *r, struct fm_egress *gate,
                                  const struct fm_pseudonyms *map)
{
    struct port *p = calloc(1, sizeof *p);
    if (!p)
        FM_BUG("out of memory");
    p->base.ops = &port_ops;
    p->router = r;
    p->gate = gate;
    p->map = map;
    p->loop = fm_loop_new();
    p->client = fm_llm_client_new(r, p->loop);
    return &p->base;
}
