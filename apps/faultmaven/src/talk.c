/* SPDX-License-Identifier: Apache-2.0 */
#include "talk.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "faultmaven/llm/record.h"
#include "faultmaven/llm/tracing.h"

static enum fm_code keep_map(void *arg, struct fm_ctx *ctx)
{
    struct talk *t = arg;
    return case_map_keep(&t->map, ctx);
}

static enum fm_code open_gate(struct talk *t)
{
    FM_TRY(case_map_init(&t->map, t->app->ctx, fm_store_folder(t->app->store)));
    struct fm_egress_options o = {
        .external = t->world.external,
        .local = t->world.local,
        .map = t->map.pseudonyms,
        .detector = detector_http_detector(t->world.detector),
        .keep = keep_map,
        .arg = t,
    };
    FM_TRY(fm_egress_new(t->app->ctx, &o, &t->gate));
    fm_llm_router_ledger(t->world.router, fm_store_ledger(t->app->store));
    t->router = fm_llm_router_port(t->world.router, t->gate, t->map.pseudonyms);
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

static void forget(struct talk *t)
{
    if (t->has_inquiry)
        fm_ctx_release(&t->inquiry_ctx);
    t->has_inquiry = false;
}

void talk_close(struct talk *t)
{
    if (t->llm && t->llm != t->router)
        t->llm->ops->free(t->llm);
    if (t->router)
        t->router->ops->free(t->router);
    fm_egress_free(t->gate);
    case_map_release(&t->map);
    fm_prompts_free(t->prompts);
    if (t->has_world)
        llm_world_close(&t->world);
    forget(t);
    fm_pool_free(t->pool);
}

static enum fm_code analyse(struct talk *t, const struct fm_case *c)
{
    struct fm_case_evidence reader;
    fm_case_evidence_init(&reader, fm_store_blobs(t->app->store), c);
    enum fm_code code = fm_inquiry_open(&t->inquiry, &t->inquiry_ctx, c, &reader.base, t->pool);
    if (code == FM_OK)
        return code;
    code = fm_fail(t->app->ctx, code, "%s", t->inquiry_ctx.error);
    forget(t);
    return code;
}

/* The evidence is analysed again only when it changed. */
static enum fm_code look_into(struct talk *t, fm_str case_id)
{
    struct fm_case *c;
    FM_TRY(fm_store_load(t->app->store, t->app->ctx, case_id, &c, NULL));
    FM_TRY(fm_case_may_read(t->app->ctx, c, t->app->actor));
    if (t->has_inquiry && fm_inquiry_is_current(&t->inquiry, c)) {
        atomic_store(&t->inquiry_ctx.cancelled, false);
        return FM_OK;
    }
    forget(t);
    fm_ctx_init(&t->inquiry_ctx, t->app->ctx->clock);
    t->has_inquiry = true;
    if (!t->pool)
        t->pool = fm_pool_new(0, 256);
    return analyse(t, c);
}

static struct fm_case_turn turn_of(struct talk *t, fm_str case_id, fm_str message, bool has_model)
{
    return (struct fm_case_turn){
        .case_id = case_id,
        .input = {.actor = t->app->actor, .message = message},
        .key = fm_str_c(t->opt->key),
        .reasoner = has_model ? &t->reasoner.base : &t->analyst.base,
        .by = {has_model ? FM_ACTOR_MODEL : FM_ACTOR_ANALYST,
               has_model ? FM_STR("llm") : FM_STR_NULL},
    };
}

/* The entries follow one another, so their times follow from their durations. */
static struct fm_trace spans_of(struct talk *t, fm_str case_id, fm_time began)
{
    struct fm_arena *a = &t->app->ctx->arena;
    const struct fm_llm_trace *entries = &t->reasoner.trace;
    struct fm_trace_span *spans = FM_NEW_ARRAY(a, struct fm_trace_span, entries->n + 1);
    fm_time at = began;
    for (size_t i = 0; i < entries->n; i++) {
        const struct fm_llm_trace_entry *e = &entries->items[i];
        bool is_tool = strcmp(e->what, "tool") == 0;
        fm_str name = e->name;
        spans[i + 1] = (struct fm_trace_span){
            .kind = is_tool ? FM_SPAN_TOOL : FM_SPAN_MODEL,
            .name = is_tool ? fm_str_cut(&name, ' ') : e->name, /* arguments are text of the case */
            .begin = at,
            .end = at + e->ms * FM_MS,
            .result = is_tool || fm_str_eqc(e->result, "ok") ? FM_LLM_OK : FM_LLM_UPSTREAM,
            .input_tokens = e->tokens_in,
            .output_tokens = e->tokens_out,
            .cost_usd = e->cost_usd,
        };
        at = spans[i + 1].end;
    }
    spans[0] = (struct fm_trace_span){.kind = FM_SPAN_AGENT,
                                      .name = FM_STR("turn"),
                                      .begin = began,
                                      .end = fm_now(t->app->ctx->clock)};
    return (struct fm_trace){case_id, spans, entries->n + 1};
}

static const char *text_of(struct fm_ctx *ctx, yyjson_val *o, const char *key)
{
    fm_str s = fm_json_get_str(o, key);
    return s.len ? fm_str_dup(&ctx->arena, s).p : NULL;
}

/* Sends what the turn did to the configured exporters; nothing without one. A failure is reported
 * on stderr. */
static void export_trace(struct talk *t, fm_str case_id, fm_time began)
{
    struct fm_ctx ctx;
    if (!t->has_world)
        return;
    fm_ctx_init(&ctx, &fm_clock_system);
    yyjson_val *section = fm_config_section(&ctx, &t->world.config, "tracing"),
               *opik = fm_json_get(section, "opik");
    struct fm_trace_exporter e = {
        .otlp_url = text_of(&ctx, section, "otlp"),
        .opik_url = text_of(&ctx, opik, "url"),
        .opik_key = text_of(&ctx, opik, "key"),
        .opik_workspace = text_of(&ctx, opik, "workspace"),
        .opik_project = text_of(&ctx, opik, "project"),
    };
    struct fm_trace trace = spans_of(t, case_id, began);
    if (fm_trace_export(&e, &ctx, &trace, &fm_rng_system) != FM_OK)
        fprintf(stderr, "tracing: %s\n", ctx.error);
    fm_ctx_release(&ctx);
}

/* ---- Ctrl-C ---- */

/* It reaches the turn under way, and the analysis of its evidence, through their flags. */
static struct fm_ctx *running[2];

static void on_interrupt(int sig)
{
    (void)sig;
    for (int i = 0; i < 2; i++)
        if (running[i])
            fm_ctx_cancel(
                running[i]); /* an atomic store. NOLINT(bugprone-signal-handler,cert-sig30-c) */
}

static void begin_interruptible(struct talk *t, struct sigaction *old)
{
    struct sigaction sa = {.sa_handler = on_interrupt};
    sigemptyset(&sa.sa_mask);
    running[0] = t->app->ctx;
    running[1] = &t->inquiry_ctx;
    sigaction(SIGINT, &sa, old);
}

static void end_interruptible(const struct sigaction *old)
{
    sigaction(SIGINT, old, NULL);
    running[0] = running[1] = NULL;
}

/* ---- the answer as it comes ---- */

struct screen {
    bool is_shown;     /* text of the answer that stands now */
    bool has_progress; /* standard error is a terminal */
};

static void print_clean(FILE *f, fm_str text)
{
    struct fm_buf b;
    fm_buf_init(&b, 8u << 20);
    fm_buf_adds(&b, text);
    fm_buf_neutralize(&b, 0);
    fwrite(b.p, 1, b.len, f);
    fm_buf_release(&b);
    fflush(f);
}

static void on_answer(void *arg, enum fm_answer_kind kind, fm_str text)
{
    struct screen *x = arg;
    if (kind == FM_ANSWER_TEXT) {
        print_clean(stdout, text);
        x->is_shown = true;
    } else if (kind == FM_ANSWER_RESTART) {
        print_clean(stdout, FM_STR("\n(that answer broke off; it counts for nothing)\n"));
        x->is_shown = false;
    } else if (x->has_progress) {
        fprintf(stderr, "  looking: ");
        print_clean(stderr, fm_str_sub(text, 0, 100));
        fputc('\n', stderr);
    }
}

static struct fm_answer_listener listener(const struct talk *t, struct screen *x)
{
    *x = (struct screen){.has_progress = isatty(STDERR_FILENO)};
    return (struct fm_answer_listener){t->app->common.is_json ? NULL : on_answer, x};
}

static enum fm_code work(struct talk *t, const struct fm_case_turn *turn, bool has_model,
                         struct fm_case_answer *answer)
{
    if (!has_model)
        return fm_case_work(&t->app->service, t->app->ctx, turn, answer);
    FM_TRY(look_into(t, turn->case_id));
    t->reasoner.opt.inquiry = &t->inquiry;
    if (!t->has_world) /* a replay: nothing leaves */
        return fm_case_work(&t->app->service, t->app->ctx, turn, answer);
    FM_TRY(case_map_begin(&t->map, t->app->ctx, turn->case_id));
    enum fm_code code = fm_case_work(&t->app->service, t->app->ctx, turn, answer);
    case_map_end(&t->map);
    return code;
}

enum fm_code talk_say(struct talk *t, fm_str case_id, fm_str message)
{
    struct sigaction old;
    struct screen screen;
    bool has_model = t->llm->ops->context_tokens(t->llm, FM_STR("reason")) > 0;
    struct fm_case_turn turn = turn_of(t, case_id, message, has_model);
    struct fm_case_answer answer = {0};
    fm_time began = fm_now(t->app->ctx->clock);
    t->reasoner.opt.listener = listener(t, &screen);
    begin_interruptible(t, &old);
    enum fm_code code = work(t, &turn, has_model, &answer);
    end_interruptible(&old);
    if (screen.is_shown)
        print_clean(stdout, FM_STR("\n"));
    if (code == FM_OK)
        code = case_print_answer(t->app, &turn, &answer, !screen.is_shown);
    if (has_model)
        export_trace(t, case_id, began);
    if (code == FM_ECANCELLED) {
        fm_ctx_clear_error(t->app->ctx);
        return fm_fail(t->app->ctx, code, "stopped; nothing was stored");
    }
    return code;
}
