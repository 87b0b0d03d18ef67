/* SPDX-License-Identifier: Apache-2.0 */
/* Chat completions (OpenAI API reference) and what its look-alikes do differently. */
#ifndef FAULTMAVEN_LLM_OPENAI_H
#define FAULTMAVEN_LLM_OPENAI_H

#include "wire.h"

enum fm_code fm_llm_openai_encode(struct fm_ctx *ctx, const struct fm_llm_wire_request *q,
                                  yyjson_mut_doc **out);
fm_str fm_llm_openai_path(struct fm_arena *a, const struct fm_llm_model *m, bool is_stream);

#endif
