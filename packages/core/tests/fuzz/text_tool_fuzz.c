/* SPDX-License-Identifier: Apache-2.0 */
/* A whole turn with a model that writes anything: tool calls by text, proposals, prose, in pieces.
 * What is shown is what is stored, and the case is not ended, confirmed or given a cause. */
#include "model_case.h"

struct writer {
    struct fm_llm llm;
    fm_str text;
    size_t calls;
};

static enum fm_code chat(struct fm_llm *l, struct fm_ctx *ctx, const struct fm_llm_request *r,
                         const struct fm_llm_sink *sink, struct fm_llm_response *out)
{
    struct writer *w = (struct writer *)(void *)l;
    (void)ctx;
    (void)r;
    *out = (struct fm_llm_response){.finish = FM_LLM_FINISH_STOP};
    out->text = w->calls++ < 2 ? w->text : FM_STR("{\"message\":\"End.\",\"changes\":[]}");
    for (size_t i = 0; sink && i < out->text.len; i += 5) {
        struct fm_llm_delta d = {.kind = FM_LLM_DELTA_TEXT, .text = fm_str_sub(out->text, i, 5)};
        sink->fn(sink->arg, &d);
    }
    return FM_OK;
}

static int64_t context(struct fm_llm *l, fm_str purpose)
{
    (void)l;
    (void)purpose;
    return 16000;
}

static void on_answer(void *arg, enum fm_answer_kind kind, fm_str text)
{
    struct fm_buf *b = arg;
    if (kind == FM_ANSWER_RESTART)
        fm_buf_clear(b);
    else if (kind == FM_ANSWER_TEXT)
        fm_buf_adds(b, text);
}

static void turn(struct model_case *m, struct fm_llm_reasoner *r, struct fm_buf *shown)
{
    struct fm_turn_input in = {.actor = {FM_ACTOR_USER, FM_STR("alice")},
                               .message = FM_STR("What is known?"),
                               .evidence = &m->reader};
    struct fm_turn_work *w;
    struct fm_turn_result result;
    struct fm_proposal p;
    if (fm_turn_begin(&m->engine, &m->ctx, m->c, &in, &w) != FM_OK ||
        fm_reasoner_propose(&r->base, &m->ctx, fm_turn_reasoner_input(w), &p) != FM_OK ||
        fm_turn_finish(w, &p, (struct fm_actor){FM_ACTOR_MODEL, FM_STR("x")}, &result) != FM_OK)
        abort();
    if (!p.failed && !fm_str_eq(fm_str_trim(fm_buf_str(shown)), fm_str_trim(p.message)))
        abort();
    if (m->c->status != FM_CASE_CONSULTING || m->c->consulting.confirmed || m->c->root_causes.n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fm_llm_ops ops = {.chat = chat, .context_tokens = context};
    static struct fm_prompts *prompts; /* made once */
    struct model_case m;
    struct writer w = {.llm = {&ops}, .text = fm_str_n((const char *)data, size)};
    struct fm_llm_reasoner r;
    struct fm_buf shown;
    if (size > 20000)
        return 0;
    model_case_open(&m, FM_STR("09:40 ERROR pool exhausted: 50 of 50 connections\n"));
    if (!prompts && fm_prompts_new(&m.ctx, NULL, &prompts) != FM_OK)
        abort();
    fm_buf_init(&shown, 64u << 20);
    struct fm_llm_reasoner_options o = {.llm = &w.llm,
                                        .prompts = prompts,
                                        .rng = &m.rng.base,
                                        .has_evidence_tools = true,
                                        .has_text_tools = true,
                                        .listener = {on_answer, &shown}};
    fm_llm_reasoner_init(&r, &o);
    turn(&m, &r, &shown);
    fm_buf_release(&shown);
    model_case_close(&m);
    return 0;
}
