/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A case with real evidence, its inquiry, and a model that says what a script says.
 *
 * In a script ' stands for ", $e0 for the id of the first evidence item and so on (case_kit.h), MSG
 * for the id of the message of the turn. "call NAME JSON" is a native tool call, "fail" an outage.
 */
#ifndef FM_TEST_MODEL_KIT_H
#define FM_TEST_MODEL_KIT_H

#include "case_kit.h"

#include <stdio.h>

#include "faultmaven/core/llm_reasoner.h"

#define MODEL_FILES_MAX 8
#define MODEL_SCRIPT_MAX 40

struct model_file {
    const char *name, *text;
};

struct model_kit {
    struct kit k;
    struct fm_llm llm;
    const char *const *replies; /* ended by NULL */
    size_t n_said;
    int64_t context;
    size_t piece; /* bytes of a delta when streaming; 0: the whole at once */
    char last_user[1 << 18], last_system[1 << 15];
    struct fm_llm_tool_call call;
    bool has_native_tools; /* of the last request */
    struct fm_evidence_reader reader;
    const struct model_file *files;
    struct fm_prompts *prompts;
    struct fm_rng_seeded rng;
    struct fm_ctx inquiry_ctx;
    struct fm_inquiry inquiry;
    struct fm_llm_reasoner_options opt;
    struct fm_llm_reasoner r;
    struct fm_proposal p;
};

static inline fm_str model_text(struct model_kit *m, const char *script)
{
    fm_str s = kit_text(&m->k, script);
    fm_str id =
        m->k.c->messages.n ? m->k.c->messages.items[m->k.c->messages.n - 1].id : FM_STR("-");
    struct fm_buf b;
    fm_buf_init(&b, 1 << 22);
    for (ptrdiff_t at; (at = fm_str_find(s, FM_STR("MSG"), 0)) >= 0;
         s = fm_str_skip(s, (size_t)at + 3)) {
        fm_buf_add(&b, s.p, (size_t)at);
        fm_buf_adds(&b, id);
    }
    fm_buf_adds(&b, s);
    fm_str out = fm_str_dup(&m->k.ctx.arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return out;
}

static inline struct model_kit *model_of(struct fm_llm *l)
{
    return (struct model_kit *)(void *)((char *)l - offsetof(struct model_kit, llm));
}

static inline void model_stream(struct model_kit *m, fm_str text, const struct fm_llm_sink *sink)
{
    size_t piece = m->piece ? m->piece : text.len;
    for (size_t i = 0; sink && sink->fn && i < text.len; i += piece) {
        struct fm_llm_delta d = {.kind = FM_LLM_DELTA_TEXT, .text = fm_str_sub(text, i, piece)};
        sink->fn(sink->arg, &d);
    }
}

static inline enum fm_code model_chat(struct fm_llm *l, struct fm_ctx *ctx,
                                      const struct fm_llm_request *r,
                                      const struct fm_llm_sink *sink, struct fm_llm_response *out)
{
    struct model_kit *m = model_of(l);
    const char *reply = m->replies[m->n_said] ? m->replies[m->n_said++]
                                              : "{'message':'End of script.','changes':[]}";
    m->has_native_tools = r->n_tools > 0;
    for (size_t i = 0; i < r->n_messages; i++) {
        bool is_system = r->messages[i].role == FM_LLM_SYSTEM;
        snprintf(is_system ? m->last_system : m->last_user,
                 is_system ? sizeof m->last_system : sizeof m->last_user, "%.*s",
                 FM_STR_ARG(r->messages[i].text));
    }
    if (strcmp(reply, "fail") == 0)
        return fm_fail(ctx, FM_EUNAVAILABLE, "all models are resting");
    *out = (struct fm_llm_response){.model = FM_STR("scripted"),
                                    .finish = FM_LLM_FINISH_STOP,
                                    .usage = {true, 100, 0, 0, 10, 0}};
    fm_str rest = model_text(m, reply);
    if (fm_str_starts(rest, FM_STR("call "))) {
        rest = fm_str_skip(rest, 5);
        m->call = (struct fm_llm_tool_call){.id = FM_STR("c1"), .name = fm_str_cut(&rest, ' ')};
        m->call.arguments = rest;
        out->calls = &m->call;
        out->n_calls = 1;
        return FM_OK;
    }
    out->text = rest;
    model_stream(m, rest, sink);
    return FM_OK;
}

static inline int64_t model_context(struct fm_llm *l, fm_str purpose)
{
    (void)purpose;
    return model_of(l)->context;
}

/* The evidence number is the SHA-256 that the kit gave it: "00", "01" … */
static inline enum fm_code model_read(struct fm_evidence_reader *r, struct fm_ctx *ctx, fm_str id,
                                      struct fm_range range, fm_str *out)
{
    struct model_kit *m =
        (struct model_kit *)(void *)((char *)r - offsetof(struct model_kit, reader));
    const struct fm_evidence_item *e = fm_case_find(m->k.c, FM_REF_EVIDENCE, id);
    uint64_t n = 0;
    if (!e || !fm_str_u64(e->sha256, &n))
        return fm_fail(ctx, FM_ENOTFOUND, "no such evidence");
    *out = fm_str_sub(fm_str_c(m->files[n].text), (size_t)range.offset, (size_t)range.length);
    return FM_OK;
}

static inline void model_add(struct model_kit *m, size_t i)
{
    struct fm_upload_item u;
    struct kit_turn t = {0};
    fm_upload_item_init(&u);
    u.filename = fm_str_c(m->files[i].name);
    u.sha256 = fm_str_fmt(&m->k.ctx.arena, "%02zu", i);
    u.size = (int64_t)strlen(m->files[i].text);
    u.summary = fm_str_fmt(&m->k.ctx.arena, "%s: %lld bytes", m->files[i].name, (long long)u.size);
    u.source = FM_EVIDENCE_SOURCE_LOG_FILE;
    fm_vec_push(&m->k.ctx.arena, &t.uploads, u);
    assert_int_equal(kit_run(&m->k, t), FM_OK);
}

/* An investigation with these files (ended by a NULL name) as evidence, analysed. */
static inline void model_open(struct model_kit *m, const struct model_file *files)
{
    static const struct fm_llm_ops llm_ops = {.chat = model_chat, .context_tokens = model_context};
    static const struct fm_evidence_reader_ops reader_ops = {.read = model_read};
    memset(m, 0, sizeof *m);
    kit_open(&m->k, "Checkout fails");
    m->files = files;
    m->llm.ops = &llm_ops;
    m->reader.ops = &reader_ops;
    m->context = 32000;
    for (size_t i = 0; files[i].name; i++)
        model_add(m, i);
    kit_do(&m->k, "{'changes':[{'type':'propose_statement','statement':{'text':'Checkouts fail "
                  "since 09:40'}},{'type':'intent','intent':{'kind':'confirm_statement'}},"
                  "{'type':'intent','intent':{'kind':'investigate'}}]}");
    fm_rng_seed(&m->rng, 5);
    assert_int_equal(fm_prompts_new(&m->k.ctx, NULL, &m->prompts), FM_OK);
    fm_ctx_init(&m->inquiry_ctx, &m->k.clock.base);
    if (fm_inquiry_open(&m->inquiry, &m->inquiry_ctx, m->k.c, &m->reader, NULL) != FM_OK)
        fail_msg("inquiry: %s", m->inquiry_ctx.error);
    m->opt = (struct fm_llm_reasoner_options){.llm = &m->llm,
                                              .prompts = m->prompts,
                                              .rng = &m->rng.base,
                                              .inquiry = &m->inquiry,
                                              .has_evidence_tools = true};
}

static inline void model_close(struct model_kit *m)
{
    fm_prompts_free(m->prompts);
    fm_ctx_release(&m->inquiry_ctx);
    kit_close(&m->k);
}

/* A turn with the model. */
static inline void model_say(struct model_kit *m, const char *message, const char *const *replies)
{
    struct fm_turn_work *w;
    m->replies = replies;
    m->n_said = 0;
    fm_llm_reasoner_init(&m->r, &m->opt);
    m->k.clock.at += FM_MINUTE;
    struct fm_turn_input in = {
        .actor = alice, .message = fm_str_c(message), .evidence = &m->reader};
    fm_ctx_clear_error(&m->k.ctx);
    assert_int_equal(fm_turn_begin(&m->k.engine, &m->k.ctx, m->k.c, &in, &w), FM_OK);
    assert_int_equal(fm_reasoner_propose(&m->r.base, &m->k.ctx, fm_turn_reasoner_input(w), &m->p),
                     FM_OK);
    assert_int_equal(fm_turn_finish(w, &m->p, model, &m->k.r), FM_OK);
    kit_log(&m->k, &m->k.r.events);
    kit_check_replay(&m->k);
}

static inline bool model_replied(const struct model_kit *m, const char *part)
{
    return fm_str_has(m->k.r.reply, fm_str_c(part));
}

#endif
