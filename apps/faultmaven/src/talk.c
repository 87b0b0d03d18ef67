/* SPDX-License-Identifier: Apache-2.0 */
#include "talk.h"

#include "faultmaven/llm/record.h"

static enum fm_code open_gate(struct talk *t)
{
    uint8_t key[FM_CASE_KEY_BYTES];
    fm_rng_fill(&fm_rng_system, key, sizeof key);
    t->map = fm_pseudonyms_new(key);
    struct fm_egress_options o = {
        .external = t->world.external, .local = t->world.local, .map = t->map};
    FM_TRY(fm_egress_new(t->app->ctx, &o, &t->gate));
    t->router = fm_llm_router_port(t->world.router, t->gate, t->map);
    return FM_OK;
}

static enum fm_code open_model(struct talk *t)
{
    struct fm_ctx *ctx = t->app->ctx;
    if (t->opt->replay)
        return fm_llm_replay_new(ctx, t->opt->replay, &t->llm);
    t->has_world = true;
    FM_TRY(llm_world_open(t->app->cli, t->opt->config, &t->world));
    FM_TRY(open_gate(t));
    t->llm = t->router;
    return t->opt->record ? fm_llm_record_new(ctx, t->router, t->opt->record, &t->llm) : FM_OK;
}

enum fm_code talk_open(struct talk *t, struct case_app *app, const struct talk_options *o)
{
    memset(t, 0, sizeof *t);
    t->app = app;
    t->opt = o;
    fm_analyst_init(&t->analyst, NULL);
    FM_TRY(fm_prompts_new(app->ctx, o->prompts, &t->prompts));
    FM_TRY(open_model(t));
    struct fm_llm_reasoner_options ro = {
        .llm = t->llm,
        .prompts = t->prompts,
        .rng = &fm_rng_system,
        .fallback = &t->analyst.base,
        .has_evidence_tools = true,
        .has_text_tools = o->has_text_tools,
    };
    fm_llm_reasoner_init(&t->reasoner, &ro);
    return FM_OK;
}

void talk_close(struct talk *t)
{
    if (t->llm && t->llm != t->router)
        t->llm->ops->free(t->llm);
    if (t->router)
        t->router->ops->free(t->router);
    fm_egress_free(t->gate);
    fm_pseudonyms_free(t->map);
    fm_prompts_free(t->prompts);
    if (t->has_world)
        llm_world_close(&t->world);
}

struct fm_case_turn talk_turn(struct talk *t, fm_str case_id, fm_str message)
{
    bool has_model = t->llm->ops->context_tokens(t->llm, FM_STR("reason")) > 0;
    return (struct fm_case_turn){
        .case_id = case_id,
        .input = {.actor = t->app->actor, .message = message},
        .key = fm_str_c(t->opt->key),
        .reasoner = has_model ? &t->reasoner.base : &t->analyst.base,
        .by = {has_model ? FM_ACTOR_MODEL : FM_ACTOR_ANALYST,
               has_model ? FM_STR("llm") : FM_STR_NULL},
    };
}
