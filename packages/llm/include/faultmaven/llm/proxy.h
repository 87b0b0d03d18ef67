/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The router behind HTTP, in the shapes that existing SDKs speak:
 *
 *   POST /v1/chat/completions   OpenAI chat completions, with streaming and tools
 *   POST /v1/messages           Anthropic messages, with streaming and tools
 *   GET  /v1/models             configured models, as "provider/model", and routes
 *   GET  /health, /metrics
 *
 * Texts are redacted on the way out and restored on the way back; the map lives as long as the
 * request. Images are refused: the gate cannot look into them. The member "model" names a
 * configured model or a route.
 *
 * Failures before the first token have a status; later ones end the stream with an error event and
 * without the marker of a whole answer. The router has retried already, so answers say
 * x-should-retry: false.
 */
#ifndef FAULTMAVEN_LLM_PROXY_H
#define FAULTMAVEN_LLM_PROXY_H

#include "faultmaven/llm/router.h"

struct fm_llm_proxy;

struct fm_llm_proxy_options {
    const char *listen; /* "HOST:PORT" */
    fm_str key;         /* what clients must send; required unless listening on loopback */
    const struct fm_redactor *external; /* required */
    const struct fm_redactor *local;    /* for local providers; NULL: as external */
    struct fm_detector *detector;       /* a further detector, or NULL; each request waits for it */
    struct fm_metrics *metrics;         /* NULL: no /metrics */
    const struct fm_log *log;           /* NULL: none */
    size_t max_streams;                 /* requests at once; 0: 4096; further ones get 503 */
};

FM_MUST_CHECK enum fm_code fm_llm_proxy_new(struct fm_ctx *ctx, struct fm_loop *l,
                                            struct fm_llm_router *r,
                                            const struct fm_llm_proxy_options *o,
                                            struct fm_llm_proxy **out);
/* Stops listening and cuts what is under way. */
void fm_llm_proxy_free(struct fm_llm_proxy *p);
uint16_t fm_llm_proxy_port(const struct fm_llm_proxy *p);

#endif
