/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reasoner with a language model. It reads the case and the analyst's diagnosis, looks into the
 * evidence by tools, and returns a proposal; rules decide.
 *
 *   prompt (prompts/) → model → tools? → reply → changes checked → proposal
 *                                  └─ message: sentences checked and shown as they come
 *
 * A reply that is no JSON gets one second try; then its text is the answer and nothing changes.
 * State is never guessed from prose. Each sentence of the answer is checked against what it cites
 * (core/claims.h). Each change is checked too before the rules see it: what it states must be
 * carried by its citations, so that a real quote does not carry an invented statement. Where the
 * model says another cause than the diagnosis does, both are shown with the evidence that decides.
 * When no model answers, the fallback does, and the answer says so.
 */
#ifndef FAULTMAVEN_CORE_LLM_REASONER_H
#define FAULTMAVEN_CORE_LLM_REASONER_H

#include "faultmaven/base/rng.h"
#include "faultmaven/core/claims.h"
#include "faultmaven/models/llm.h"
#include "faultmaven/models/reasoner.h"
#include "faultmaven/models/tool.h"
#include "faultmaven/prompts/prompts.h"

#define FM_LLM_TOOL_CALLS_MAX 8
#define FM_LLM_TOOL_BYTES_MAX (16 * 1024) /* of one result */
#define FM_LLM_TOOL_TOTAL_MAX (64 * 1024) /* of all results of a turn */
#define FM_LLM_TOOL_SECONDS_MAX 60        /* of all calls of a turn */

/* What a listener hears while a proposal is made. */
enum fm_answer_kind {
    FM_ANSWER_TEXT,    /* checked text to show; appended to what came before */
    FM_ANSWER_TOOL,    /* a tool runs: its name and arguments */
    FM_ANSWER_RESTART, /* forget the text so far: another answer comes */
};
struct fm_answer_listener {
    void (*fn)(void *arg, enum fm_answer_kind kind, fm_str text); /* NULL: nobody listens */
    void *arg;
};

/* What happened while a proposal was made; for the record of the turn and for display. */
struct fm_llm_trace_entry {
    const char *what; /* "model", "tool", "repair", "fallback" */
    fm_str name;      /* model, or tool with its arguments */
    fm_str result;    /* class, or what the tool gave, cut */
    int64_t ms, tokens_in, tokens_out;
    double cost_usd;
};
struct fm_llm_trace FM_VEC_OF(struct fm_llm_trace_entry);

struct fm_llm_reasoner_options {
    struct fm_llm *llm;               /* required */
    const struct fm_prompts *prompts; /* required */
    struct fm_rng *rng;               /* for fences; required */
    struct fm_reasoner *fallback;     /* when no model answers; may be NULL */
    struct fm_tool *const *tools;
    size_t n_tools;
    struct fm_inquiry *inquiry; /* diagnosis and tables of the case's evidence; NULL: none */
    bool has_evidence_tools;    /* also read_evidence and search_evidence */
    bool has_text_tools;        /* tools by the text protocol, for models without native calls */
    struct fm_answer_listener listener;
    fm_str purpose; /* route; empty: "reason" */
    fm_str tenant;
};

struct fm_llm_reasoner {
    struct fm_reasoner base;
    struct fm_llm_reasoner_options opt;
    struct fm_llm_trace trace; /* of the last proposal, on its context's arena */
};

void fm_llm_reasoner_init(struct fm_llm_reasoner *r, const struct fm_llm_reasoner_options *o);

/* --- parts, public for tests and other views --- */

enum fm_reply_form {
    FM_REPLY_JSON,     /* the whole text */
    FM_REPLY_EMBEDDED, /* in a fence, or between prose */
    FM_REPLY_SALVAGED, /* cut off: what is whole was kept */
    FM_REPLY_PROSE,    /* no JSON: text only */
};

struct fm_reply {
    enum fm_reply_form form;
    fm_str message;
    yyjson_val *root; /* object with "changes", or NULL */
};

/* Reads any text; never fails. JSON that nests the answer in a string is unwrapped, at most 5
 * times. */
void fm_reply_read(struct fm_ctx *ctx, fm_str text, struct fm_reply *out);

/* Tools over the evidence of a case: read_evidence, search_evidence. Valid as long as the case. */
struct fm_evidence_tools {
    struct {
        struct fm_tool base;
        const struct fm_case *c;
        struct fm_evidence_reader *reader;
    } read, search;
    struct fm_tool *list[2];
};
void fm_evidence_tools_init(struct fm_evidence_tools *t, const struct fm_case *c,
                            struct fm_evidence_reader *reader);

#endif
