/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reasoner with a language model. It reads the case, asks for evidence by tools, and returns a
 * proposal; rules decide.
 *
 *   prompt (prompts/) → model → tools? → reply → proposal → sentences checked
 *
 * A reply that is no JSON gets one second try; then its text is the answer and nothing changes.
 * State is never guessed from prose. Each sentence of the answer is checked against what it cites:
 * an invented id or quote is taken out, what cannot be checked is marked "(unverified)", a cause
 * that the case does not hold is marked too. When no model answers, the fallback does, and the
 * answer says so.
 */
#ifndef FAULTMAVEN_CORE_LLM_REASONER_H
#define FAULTMAVEN_CORE_LLM_REASONER_H

#include "faultmaven/base/rng.h"
#include "faultmaven/models/llm.h"
#include "faultmaven/models/reasoner.h"
#include "faultmaven/models/tool.h"
#include "faultmaven/prompts/prompts.h"

#define FM_LLM_TOOL_CALLS_MAX 8
#define FM_LLM_TOOL_BYTES_MAX (16 * 1024) /* of one result */

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
    fm_str diagnosis;        /* the analyst's, as text; may be empty */
    bool has_evidence_tools; /* also those over the evidence of the case */
    bool has_text_tools;     /* tools by the text protocol, for models without native calls */
    struct fm_llm_sink sink; /* hears the raw answer as it comes, before it is checked: for a
                                progress display only */
    fm_str purpose;          /* route; empty: "reason" */
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

/* What sentences are checked against. */
struct fm_claim_sources {
    const struct fm_case *c;
    struct fm_evidence_reader *evidence; /* may be NULL: then extracts only */
    fm_str message;                      /* of the user in this turn */
    fm_str seen;                         /* results of tools, the diagnosis */
};

struct fm_checked {
    fm_str text;
    size_t n_sentences, n_marked, n_removed;
    struct fm_cites cites; /* evidence that the text names and that exists */
};

/* Checks an answer sentence by sentence. Result on ctx's arena. */
void fm_claims_check(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                     struct fm_checked *out);

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
