/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that talk to models have in common: configuration, redaction, router. */
#ifndef FM_APP_LLM_COMMON_H
#define FM_APP_LLM_COMMON_H

#include "cli.h"
#include "config/config.h"
#include "detector_http.h"
#include "faultmaven/llm/router.h"

struct llm_world {
    struct fm_config config;
    struct fm_llm_router *router;   /* owned */
    struct fm_redactor *external;   /* owned */
    struct fm_redactor *local;      /* owned */
    struct detector_http *detector; /* owned; NULL: the built-in rules alone */
    struct fm_metrics *metrics;     /* owned */
    struct fm_log *log;             /* on the command's arena */
};

/* Reads the configuration; providers without a key are named on stderr. */
FM_MUST_CHECK enum fm_code llm_world_open(struct fm_cli *cli, const char *config,
                                          struct llm_world *w);
void llm_world_close(struct llm_world *w);
/* The configuration again, for calls from now on. On failure the old one stays. */
FM_MUST_CHECK enum fm_code llm_world_reload(struct fm_ctx *ctx, const char *config,
                                            struct llm_world *w);

extern const struct fm_command fm_cmd_llm_proxy;

#endif
