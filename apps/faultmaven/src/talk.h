/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `ask`, `case ask` and `chat` share: a case, a model behind the gate, the analyst to fall
 * back on, and the analysed evidence that both look into. talk_say is the one way in which a
 * question becomes a turn.
 */
#ifndef FM_APP_TALK_H
#define FM_APP_TALK_H

#include "case_map.h"
#include "cmd_case.h"
#include "faultmaven/core/analyst.h"
#include "faultmaven/core/inquiry.h"
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

#define TALK_ASK_OPTS                                                                              \
    FM_OPT_STR(0, "key", struct talk_options, key, "KEY",                                          \
               "idempotency key: a repeat returns the first answer"),                              \
        TALK_OPTS(struct talk_options)

#define TALK_EXIT_STOPPED 130 /* by Ctrl-C, as a shell counts it */

struct talk {
    struct case_app *app;
    const struct talk_options *opt;
    struct llm_world world;
    struct case_map map;
    struct fm_egress *gate;
    struct fm_llm *router, *llm; /* llm: what is asked; router or a decorator of it */
    struct fm_prompts *prompts;
    struct fm_analyst analyst;
    struct fm_llm_reasoner reasoner;
    struct fm_inquiry inquiry;
    struct fm_ctx inquiry_ctx; /* outlives a turn: the evidence seldom changes */
    struct fm_pool *pool;
    bool has_world, has_inquiry;
};

FM_MUST_CHECK enum fm_code talk_open(struct talk *t, struct case_app *app,
                                     const struct talk_options *o);
void talk_close(struct talk *t);

/* One turn: the model answers if there is one, else the analyst; the answer is printed as it is
 * checked. Ctrl-C stops it with FM_ECANCELLED, and then nothing is stored. What the turn did is
 * sent to the configured exporters. */
FM_MUST_CHECK enum fm_code talk_say(struct talk *t, fm_str case_id, fm_str message);

/* `ask` and `case ask`. */
int talk_ask_run(struct fm_cli *cli, char **argv);

#endif
