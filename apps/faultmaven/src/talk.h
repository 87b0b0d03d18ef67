/* SPDX-License-Identifier: Apache-2.0 */
/* What `ask` and `chat` share: a case, a model behind the gate, the analyst to fall back on. */
#ifndef FM_APP_TALK_H
#define FM_APP_TALK_H

#include "cmd_case.h"
#include "faultmaven/core/analyst.h"
#include "faultmaven/core/llm_reasoner.h"
#include "llm_common.h"

struct talk_options {
    struct case_common common; /* first */
    const char *config, *record, *replay, *prompts, *key;
    bool has_text_tools;
};

#define TALK_OPTS(strct)                                                                           \
    FM_OPT_STR('c', "config", strct, config, "FILE", "configuration file"),                        \
        FM_OPT_STR(0, "record", strct, record, "FILE", "append the model's answers to a file"),    \
        FM_OPT_STR(0, "replay", strct, replay, "FILE", "take the model's answers from a file"),    \
        FM_OPT_STR(0, "prompts", strct, prompts, "DIR", "templates that replace built-in ones"),   \
        FM_OPT_FLAG(0, "text-tools", strct, has_text_tools,                                        \
                    "tools by text, for models without tool calls"),                               \
        CASE_COMMON_OPTS(strct)

struct talk {
    struct case_app *app;
    const struct talk_options *opt;
    struct llm_world world;
    struct fm_pseudonyms *map;
    struct fm_egress *gate;
    struct fm_llm *router, *llm; /* llm: what is asked; router or a decorator of it */
    struct fm_prompts *prompts;
    struct fm_analyst analyst;
    struct fm_llm_reasoner reasoner;
    bool has_world;
};

FM_MUST_CHECK enum fm_code talk_open(struct talk *t, struct case_app *app,
                                     const struct talk_options *o);
void talk_close(struct talk *t);

/* The turn of a message: the model if there is one, else the analyst. */
struct fm_case_turn talk_turn(struct talk *t, fm_str case_id, fm_str message);

/* Sends what the last turn did to the configured exporters; nothing without one. A failure is
 * reported on stderr. */
void talk_trace(struct talk *t, fm_str case_id, fm_time began);

#endif
