/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_CORE_LLM_INTERNAL_H
#define FAULTMAVEN_CORE_LLM_INTERNAL_H

#include "faultmaven/core/investigation.h"
#include "faultmaven/core/llm_reasoner.h"

#define LLM_SMALL_CONTEXT 4096
#define LLM_TOOLS_MAX 16

struct llm_ask {
    struct fm_llm_reasoner *r;
    const struct fm_reasoner_input *in;
    struct fm_ctx *ctx;
    int64_t context; /* tokens that the largest model takes */
    bool is_small;
    struct fm_prompt prompt;
    FM_VEC(struct fm_llm_message) messages;
    struct fm_buf seen; /* results of tools, for the check of claims; owned */
    struct fm_provenance provenance;
    struct fm_evidence_tools own;
    struct fm_tool *tools[LLM_TOOLS_MAX];
    size_t n_tools;
    size_t tool_calls;
    enum fm_llm_finish finish;
};

/* Tokens by bytes: with head-room, since models differ. */
int64_t llm_tokens(fm_str text);

/* The prompt of this turn, within the model's context. */
FM_MUST_CHECK enum fm_code llm_prompt_build(struct llm_ask *a);

/* One call of a tool; its result, or its error, as text between fences on ctx's arena. */
fm_str llm_tool_run(struct llm_ask *a, fm_str name, fm_str arguments);
/* The text protocol: true when the reply is a call, which was then run and answered in a->messages.
 */
bool llm_tool_text(struct llm_ask *a, fm_str reply);

/* All that may be quoted of an evidence item: summary, extract, command, and the first MiB of its
 * content. */
fm_str llm_evidence_text(struct fm_ctx *ctx, struct fm_evidence_reader *r,
                         const struct fm_evidence_item *e);

/* Gives each change that quotes what does not stand in its source a defect, so that the engine
 * refuses it. */
void llm_check_quotes(struct llm_ask *a, struct fm_proposal *p);

#endif
