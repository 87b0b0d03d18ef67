/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The router: takes a neutral request to a model that answers.
 *
 * One fm_llm_router holds what all calls share (health, limits, budgets, cache, metrics; any
 * thread, one lock). One fm_llm_client drives calls on one loop. A call moves through a small state
 * machine: pick a target, wait, attempt, judge, repeat; its rules:
 *
 *   - Every body passes the egress gate again for each attempt, by the receiver that it really goes
 * to.
 *   - Before the first token a failed attempt may be repeated or moved to the next target, within
 * max_attempts, the deadline and the sum of waits. After it the call ends with an error (or starts
 * anew, by policy): a half answer is never continued by another model.
 *   - The caller's own deadline and cancel never count against a provider.
 *   - Budgets are checked before the call.
 */
#ifndef FAULTMAVEN_LLM_ROUTER_H
#define FAULTMAVEN_LLM_ROUTER_H

#include "faultmaven/base/metrics.h"
#include "faultmaven/base/rng.h"
#include "faultmaven/llm/setup.h"
#include "faultmaven/net/client.h"
#include "faultmaven/security/egress.h"

struct fm_log;
struct fm_llm_router;

struct fm_llm_router_options {
    const struct fm_clock *clock; /* NULL: the system's */
    struct fm_rng *rng;           /* NULL: the system's; used under the router's lock */
    struct fm_metrics *metrics;   /* NULL: none */
    const struct fm_log *log;     /* NULL: none */
};

struct fm_llm_router *fm_llm_router_new(struct fm_llm_setup *setup,
                                        const struct fm_llm_router_options *o);
void fm_llm_router_free(struct fm_llm_router *r); /* after its clients */

/* Another configuration for calls that start from now on; health of targets that stay is kept. Any
 * thread. */
void fm_llm_router_reload(struct fm_llm_router *r, struct fm_llm_setup *setup);
/* The current one, referenced. Any thread. */
struct fm_llm_setup *fm_llm_router_setup(struct fm_llm_router *r);

struct fm_llm_target_state {
    const char *provider;
    fm_str model;
    enum fm_llm_gate_state state;
    int64_t cooling_ms; /* left; 0: none */
    int failures_in_row;
    int64_t running;
    uint64_t calls, failures;
    double token_ratio; /* real input tokens per estimated one */
};
struct fm_llm_target_states FM_VEC_OF(struct fm_llm_target_state);
void fm_llm_router_states(struct fm_llm_router *r, struct fm_arena *a,
                          struct fm_llm_target_states *out);

/* Keeps budgets in a ledger from now on; before that, and without one, they last as long as the
 * router. Borrowed; must outlive the router. When the ledger cannot be read, a call whose budget is
 * limited is not made. */
void fm_llm_router_ledger(struct fm_llm_router *r, struct fm_llm_ledger *ledger);
/* Spent so far, by this router. */
struct fm_llm_spent fm_llm_router_spent(struct fm_llm_router *r, fm_str tenant, fm_str case_id);

struct fm_llm_client;
struct fm_llm_client *fm_llm_client_new(struct fm_llm_router *r, struct fm_loop *l);
void fm_llm_client_free(struct fm_llm_client *c); /* no call may be running */

struct fm_llm_call_options {
    struct fm_egress *gate;          /* required: the only door */
    const struct fm_pseudonyms *map; /* puts values back into the answer; NULL: placeholders stay */
    bool is_stream;   /* ask the provider for a stream; the sink then gets pieces early */
    bool can_restart; /* the sink understands FM_LLM_DELTA_RESTART */
    struct fm_llm_sink sink;
    void (*done)(void *arg, enum fm_code code,
                 struct fm_llm_response *r); /* once, never inside start */
    void *arg;
};

struct fm_llm_call;

/* ctx, request and everything in it must live until done(); the answer is on ctx's arena. Messages,
 * tools and schema are not read any more once a delta came, unless can_restart. */
struct fm_llm_call *fm_llm_call_start(struct fm_llm_client *c, struct fm_ctx *ctx,
                                      const struct fm_llm_request *r,
                                      const struct fm_llm_call_options *o);
/* Ends the call soon: nothing more goes to the sink, and done() follows with FM_ECANCELLED in a
 * later turn of the loop. Allowed everywhere, also in the sink; once. */
void fm_llm_call_cancel(struct fm_llm_call *call);

/* --- embeddings --- */

struct fm_llm_embed_request {
    fm_str model; /* "provider/model" pins it; empty: the route "embed" */
    const fm_str *texts;
    size_t n;
    fm_str tenant, case_id; /* for budgets; may be empty */
};

struct fm_llm_embed_result {
    struct fm_llm_embeddings vectors; /* in the order of the texts */
    const char *provider;
    double cost_usd;
    size_t n_redacted;
    enum fm_llm_class failure; /* set also when the call failed */
    int64_t retry_after_ms;    /* of a failure; 0: not known */
};

struct fm_llm_embed_options {
    struct fm_egress *gate; /* required */
    void (*done)(void *arg, enum fm_code code,
                 struct fm_llm_embed_result *r); /* once, never inside start */
    void *arg;
};

/* Retries and budgets as for a call of a model; the next target is only one that has the same model
 * under the same name, since vectors of two models cannot be compared. ctx, texts and strings must
 * live until done() or cancel; the result is on ctx's arena. */
struct fm_llm_embed_call;
struct fm_llm_embed_call *fm_llm_embed_start(struct fm_llm_client *c, struct fm_ctx *ctx,
                                             const struct fm_llm_embed_request *r,
                                             const struct fm_llm_embed_options *o);
/* Drops the call; no callback follows. Not inside its done(). */
void fm_llm_embed_cancel(struct fm_llm_embed_call *call);

/* The port over the router: each call runs a loop of its own. gate and map are borrowed; one call
 * at a time. */
struct fm_llm *fm_llm_router_port(struct fm_llm_router *r, struct fm_egress *gate,
                                  const struct fm_pseudonyms *map);

/* Estimate of the tokens of a text for a family; see docs/internals/llm-router.md for its measured
 * error. */
int64_t fm_llm_tokens(fm_str text);
int64_t fm_llm_request_tokens(const struct fm_llm_request *r);

/* A list of models or a sign of life, for `llm models` and `llm test`. Sends no text. */
struct fm_llm_model_info {
    fm_str name;
    int64_t context_tokens, max_output;
};
struct fm_llm_model_infos FM_VEC_OF(struct fm_llm_model_info);
FM_MUST_CHECK enum fm_code fm_llm_list_models(struct fm_llm_client *c, struct fm_ctx *ctx,
                                              const struct fm_llm_provider *p,
                                              struct fm_llm_model_infos *out);

#endif
