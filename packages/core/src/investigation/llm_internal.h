/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_CORE_LLM_INTERNAL_H
#define FAULTMAVEN_CORE_LLM_INTERNAL_H

#include "faultmaven/core/investigation.h"
#include "faultmaven/core/llm_reasoner.h"

#define LLM_SMALL_CONTEXT 4096
#define LLM_TOOLS_MAX 24

/* Takes "message" out of a JSON object while it comes in pieces. */
struct llm_extract {
    enum { LLM_EXTRACT_BEFORE, LLM_EXTRACT_INSIDE, LLM_EXTRACT_DONE } state;
    struct fm_buf raw;  /* all of the reply */
    size_t at;          /* of raw: how far it was read */
    struct fm_buf text; /* decoded so far */
};
void llm_extract_init(struct llm_extract *x);
void llm_extract_release(struct llm_extract *x);
/* What of the message is new, borrowed until the next call. */
fm_str llm_extract_feed(struct llm_extract *x, fm_str part);

struct llm_ask {
    struct fm_llm_reasoner *r;
    const struct fm_reasoner_input *in;
    struct fm_ctx *ctx;
    int64_t context; /* tokens that the largest model takes */
    bool is_small;
    struct fm_prompt prompt;
    FM_VEC(struct fm_llm_message) messages;
    struct fm_provenance provenance;
    struct fm_evidence_tools own;
    struct fm_tool *tools[LLM_TOOLS_MAX];
    size_t n_tools;
    size_t tool_calls, tool_bytes;
    size_t tool_room;    /* bytes that results may take in the model's context */
    fm_time tools_until; /* no call begins after it; monotonic */
    enum fm_llm_finish finish;
    struct fm_claim_sources sources;
    struct fm_claim_stream *stream; /* of the reply under way; owned */
    struct llm_extract extract;
    size_t fed;    /* bytes of the message that the stream was given */
    bool is_shown; /* some of it was shown */
};

struct llm_items {
    struct fm_prompt_item *items;
    size_t n;
};

/* Tokens by bytes: with head-room, since models differ. */
int64_t llm_tokens(fm_str text);

/* The prompt of this turn, within the model's context. */
FM_MUST_CHECK enum fm_code llm_prompt_build(struct llm_ask *a);

/* The diagnosis of the case as items of the prompt; none without one. */
struct llm_items llm_diagnosis_items(struct llm_ask *a);
struct llm_items llm_observation_items(struct llm_ask *a);

/* Tools of this turn: those of the case, and what the caller gave. */
void llm_tools_gather(struct llm_ask *a);
/* One call of a tool; its result, or its error, as text between fences on ctx's arena. */
fm_str llm_tool_run(struct llm_ask *a, fm_str name, fm_str arguments);
/* The text protocol: true when the reply is a call, which was then run and answered in a->messages.
 */
bool llm_tool_text(struct llm_ask *a, fm_str reply);

/* The answer as it comes: begin before each call of the model, the sink during it. */
void llm_answer_begin(struct llm_ask *a);
struct fm_llm_sink llm_answer_sink(struct llm_ask *a);
/* The whole message, checked; what was not shown yet is shown. */
void llm_answer_end(struct llm_ask *a, fm_str message, struct fm_checked *out);
/* Text of the program behind the answer. */
void llm_answer_say(struct llm_ask *a, fm_str text);
/* Another answer takes the place of what was shown. */
void llm_answer_replace(struct llm_ask *a, fm_str text);
void llm_answer_release(struct llm_ask *a);

/* Gives each change that claims what its citations do not carry a defect, so that the engine
 * refuses it. */
void llm_check_changes(struct llm_ask *a, struct fm_proposal *p);

/* What the analyst says where the model says otherwise; empty when they agree. */
fm_str llm_other_opinion(struct llm_ask *a, const struct fm_proposal *p, bool has_open_cause);

#endif
