/* SPDX-License-Identifier: Apache-2.0 */
#include "llm_internal.h"

#include "faultmaven/base/hash.h"

#define ROUNDS_MAX (FM_LLM_TOOL_CALLS_MAX + 2)

/* One JSON schema for all models; changes are read one by one, so it asks for no more than their
 * type. */
static const char reply_schema[] =
    "{\"type\":\"object\",\"properties\":{\"message\":{\"type\":\"string\"},\"changes\":{\"type\":"
    "\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},"
    "\"handle\":{\"type\":\"string\"}},\"required\":[\"type\"]}}},\"required\":[\"message\","
    "\"changes\"]}";
static const char small_schema[] =
    "{\"type\":\"object\",\"properties\":{\"message\":{\"type\":\"string\"},\"hypothesis\":{"
    "\"type\":\"string\"},\"evidence_id\":{\"type\":\"string\"},\"quote\":{\"type\":\"string\"},"
    "\"ask\":{\"type\":\"string\"}},\"required\":[\"message\",\"hypothesis\",\"evidence_id\","
    "\"quote\",\"ask\"]}";

static void note_model(struct llm_ask *a, const char *what, const struct fm_llm_response *r)
{
    struct fm_llm_trace_entry *e = fm_vec_add(&a->ctx->arena, &a->r->trace);
    e->what = what;
    e->name = r->model;
    e->result = fm_str_c(fm_llm_class_name(r->failure));
    e->ms = r->total_ms;
    e->tokens_in = r->usage.input;
    e->tokens_out = r->usage.output;
    e->cost_usd = r->cost_usd;
    a->provenance.tokens_in += r->usage.input;
    a->provenance.tokens_out += r->usage.output;
    a->provenance.elapsed_ms += r->total_ms;
    a->provenance.attempts += (int64_t)r->attempts.n;
    if (r->model.len)
        a->provenance.model = r->model;
}

static struct fm_llm_request request(struct llm_ask *a, struct fm_llm_tool *tools)
{
    struct fm_llm_reasoner_options *o = &a->r->opt;
    struct fm_llm_request q = fm_llm_request_init();
    q.purpose = o->purpose.len ? o->purpose : FM_STR("reason");
    q.tenant = o->tenant;
    q.case_id = a->in->c->id;
    q.prompt_version = fm_str_c(a->prompt.version);
    q.messages = a->messages.items;
    q.n_messages = a->messages.n;
    q.temperature = 0.2;
    q.max_tokens = a->is_small ? 400 : 1600;
    q.format = FM_LLM_FORMAT_SCHEMA;
    q.schema_name = FM_STR("turn");
    q.schema = fm_str_c(a->is_small ? small_schema : reply_schema);
    if (a->n_tools && !o->has_text_tools && !a->is_small) {
        for (size_t i = 0; i < a->n_tools; i++)
            tools[i] = (struct fm_llm_tool){fm_str_c(a->tools[i]->ops->name),
                                            fm_str_c(a->tools[i]->ops->description),
                                            fm_str_c(a->tools[i]->ops->schema)};
        q.tools = tools;
        q.n_tools = a->n_tools;
    }
    if (o->has_text_tools && a->n_tools && !a->is_small)
        q.format = FM_LLM_FORMAT_JSON; /* a tool call is another shape */
    return q;
}

static enum fm_code chat(struct llm_ask *a, const char *what, struct fm_llm_response *out)
{
    struct fm_llm *llm = a->r->opt.llm;
    struct fm_llm_tool *tools = FM_NEW_ARRAY(&a->ctx->arena, struct fm_llm_tool, a->n_tools);
    struct fm_llm_request q = request(a, tools);
    struct fm_llm_sink sink = llm_answer_sink(a);
    memset(out, 0, sizeof *out);
    llm_answer_begin(a);
    enum fm_code code = llm->ops->chat(llm, a->ctx, &q, sink.fn ? &sink : NULL, out);
    note_model(a, what, out);
    a->finish = out->finish;
    return code;
}

static void answer_calls(struct llm_ask *a, const struct fm_llm_response *r)
{
    fm_vec_push(
        &a->ctx->arena, &a->messages,
        (struct fm_llm_message){
            .role = FM_LLM_ASSISTANT, .text = r->text, .calls = r->calls, .n_calls = r->n_calls});
    for (size_t i = 0; i < r->n_calls; i++) {
        fm_str result = llm_tool_run(a, r->calls[i].name, r->calls[i].arguments);
        fm_vec_push(&a->ctx->arena, &a->messages,
                    (struct fm_llm_message){.role = FM_LLM_TOOL,
                                            .text = result,
                                            .call_id = r->calls[i].id,
                                            .tool_name = r->calls[i].name});
    }
}

/* Asks until the model answers instead of calling tools. */
static enum fm_code converse(struct llm_ask *a, fm_str *reply)
{
    struct fm_llm_response r;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        FM_TRY(chat(a, "model", &r));
        if (r.n_calls) {
            answer_calls(a, &r);
        } else if (!llm_tool_text(a, r.text)) {
            *reply = r.text;
            return FM_OK;
        }
    }
    return fm_fail(a->ctx, FM_EUPSTREAM, "the model called tools %d times and did not answer",
                   ROUNDS_MAX);
}

/* A reply that is no object gets one second try; if that is none either, the first text is the
 * answer. */
static void repair(struct llm_ask *a, fm_str text, struct fm_reply *reply)
{
    struct fm_llm_response r;
    struct fm_reply second;
    const char *pairs[] = {"problem", "it is not a JSON object with \"message\" and \"changes\"",
                           NULL};
    fm_str ask = fm_prompts_fill(a->r->opt.prompts, &a->ctx->arena, "repair", pairs);
    if (fm_str_starts(ask, FM_STR("@user\n")))
        ask = fm_str_skip(ask, 6);
    fm_vec_push(&a->ctx->arena, &a->messages,
                (struct fm_llm_message){.role = FM_LLM_ASSISTANT, .text = text});
    fm_vec_push(&a->ctx->arena, &a->messages,
                (struct fm_llm_message){.role = FM_LLM_USER, .text = ask});
    if (chat(a, "repair", &r) == FM_OK) {
        fm_reply_read(a->ctx, r.text, &second);
        if (second.form != FM_REPLY_PROSE)
            *reply = second;
    }
    fm_ctx_clear_error(a->ctx);
}

/* The simple shape of small models as a proposal. A quote that does not stand in the evidence is
 * refused by rules. */
static void add_small(struct llm_ask *a, yyjson_val *v, struct fm_proposal *out)
{
    struct fm_arena *arena = &a->ctx->arena;
    fm_str statement = fm_str_trim(fm_json_get_str(v, "hypothesis")),
           id = fm_json_get_str(v, "evidence_id"), quote = fm_json_get_str(v, "quote");
    bool is_open = a->in->c->status == FM_CASE_INVESTIGATING;
    if (!is_open || statement.len < 8 || !quote.len || !fm_case_find(a->in->c, FM_REF_EVIDENCE, id))
        return;
    struct fm_hypothesis *h = fm_proposal_add(arena, out, FM_CHANGE_ADD_HYPOTHESIS, FM_STR("H1"));
    h->statement = fm_str_sub(statement, 0, 500);
    h->category = FM_HYPOTHESIS_OTHER;
    h->initial_likelihood = 0.3;
    struct fm_cite *c = fm_vec_add(arena, &h->cites);
    c->evidence_id = id;
    c->quote = quote;
}

static void read_changes(struct llm_ask *a, yyjson_val *root, struct fm_proposal *out)
{
    struct fm_proposal p = {0};
    if (root && yyjson_is_arr(fm_json_get(root, "changes"))) {
        if (fm_proposal_read(a->ctx, root, &p) == FM_OK)
            out->changes = p.changes;
        fm_ctx_clear_error(a->ctx);
    } else if (root && a->is_small) {
        add_small(a, root, out);
    }
    llm_check_changes(a, out);
}

static void finish(struct llm_ask *a, fm_str raw, const struct fm_reply *reply,
                   struct fm_proposal *out)
{
    struct fm_arena *arena = &a->ctx->arena;
    struct fm_checked checked;
    char hash[FM_SHA256_HEX];
    llm_answer_end(a, reply->message, &checked);
    read_changes(a, reply->root, out);
    bool is_cut = a->finish == FM_LLM_FINISH_LENGTH || reply->form == FM_REPLY_SALVAGED;
    fm_str rest = fm_str_fmt(arena, "%s%.*s", is_cut ? "\n(the answer was cut off)" : "",
                             FM_STR_ARG(llm_other_opinion(a, out, checked.has_open_cause)));
    if (rest.len)
        llm_answer_say(a, rest);
    out->message = fm_str_fmt(arena, "%.*s%.*s", FM_STR_ARG(checked.text), FM_STR_ARG(rest));
    for (size_t i = 0; i < checked.cites.n; i++)
        fm_vec_push(arena, &out->cites, checked.cites.items[i]);
    fm_sha256_hex(raw, hash);
    a->provenance.reply_hash = fm_str_dup(arena, fm_str_n(hash, 64));
    out->provenance = a->provenance;
}

static void fall_back(struct llm_ask *a, struct fm_proposal *out)
{
    struct fm_arena *arena = &a->ctx->arena;
    fm_str why = fm_str_dup(arena, fm_str_c(a->ctx->error));
    struct fm_reasoner *f = a->r->opt.fallback;
    struct fm_llm_trace_entry *e = fm_vec_add(arena, &a->r->trace);
    e->what = "fallback";
    e->result = why;
    fm_ctx_clear_error(a->ctx);
    if (!f || fm_reasoner_propose(f, a->ctx, a->in, out) != FM_OK || out->failed) {
        out->failed = true;
        out->error = why.len ? why : FM_STR("no language model answered");
        fm_ctx_clear_error(a->ctx);
        return;
    }
    out->message =
        fm_str_fmt(arena, "%.*s\n(no language model answered: %.*s; this is the analyst's answer)",
                   FM_STR_ARG(out->message), FM_STR_ARG(why));
    out->provenance.tools = a->provenance.tools;
    llm_answer_replace(a, out->message);
}

static void begin(struct llm_ask *a)
{
    char hash[FM_SHA256_HEX];
    a->provenance.reasoner = FM_STR("llm");
    a->provenance.version = fm_str_dup(&a->ctx->arena, fm_str_c(a->prompt.version));
    fm_sha256_hex(fm_str_fmt(&a->ctx->arena, "%.*s\n%.*s", FM_STR_ARG(a->prompt.system),
                             FM_STR_ARG(a->prompt.user)),
                  hash);
    a->provenance.prompt_hash = fm_str_dup(&a->ctx->arena, fm_str_n(hash, 64));
    fm_vec_push(&a->ctx->arena, &a->messages,
                (struct fm_llm_message){.role = FM_LLM_SYSTEM, .text = a->prompt.system});
    fm_vec_push(&a->ctx->arena, &a->messages,
                (struct fm_llm_message){.role = FM_LLM_USER, .text = a->prompt.user});
}

static enum fm_code think(struct llm_ask *a, struct fm_proposal *out)
{
    struct fm_reply reply;
    fm_str text;
    FM_TRY(llm_prompt_build(a));
    begin(a);
    FM_TRY(converse(a, &text));
    fm_reply_read(a->ctx, text, &reply);
    if (reply.form == FM_REPLY_PROSE && fm_str_trim(text).len)
        repair(a, text, &reply);
    finish(a, text, &reply, out);
    return FM_OK;
}

static enum fm_code propose(struct fm_reasoner *base, struct fm_ctx *ctx,
                            const struct fm_reasoner_input *in, struct fm_proposal *out)
{
    struct llm_ask a = {.r = (struct fm_llm_reasoner *)base, .in = in, .ctx = ctx};
    struct fm_llm *llm = a.r->opt.llm;
    memset(out, 0, sizeof *out);
    memset(&a.r->trace, 0, sizeof a.r->trace);
    fm_record_init(&fm_provenance_type, &a.provenance);
    a.sources = (struct fm_claim_sources){
        .c = in->c, .evidence = in->evidence, .inquiry = a.r->opt.inquiry, .message = in->message};
    if (a.r->opt.inquiry)
        fm_inquiry_new_turn(a.r->opt.inquiry);
    a.tools_until = fm_monotonic(ctx->clock) + FM_LLM_TOOL_SECONDS_MAX * FM_SEC;
    llm_extract_init(&a.extract);
    a.context =
        llm->ops->context_tokens(llm, a.r->opt.purpose.len ? a.r->opt.purpose : FM_STR("reason"));
    a.is_small = a.context <= LLM_SMALL_CONTEXT;
    llm_tools_gather(&a);
    enum fm_code code = a.context > 0
                            ? think(&a, out)
                            : fm_fail(ctx, FM_EUNAVAILABLE, "no language model is configured");
    if (code != FM_OK && code != FM_ECANCELLED) {
        fall_back(&a, out);
        code = FM_OK;
    }
    llm_answer_release(&a);
    return code;
}

static void release(struct fm_reasoner *r)
{
    (void)r;
}

static const struct fm_reasoner_ops ops = {.propose = propose, .free = release};

void fm_llm_reasoner_init(struct fm_llm_reasoner *r, const struct fm_llm_reasoner_options *o)
{
    memset(r, 0, sizeof *r);
    r->base.ops = &ops;
    r->opt = *o;
}
