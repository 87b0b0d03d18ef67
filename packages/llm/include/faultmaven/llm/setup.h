/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which models there are and which are used for what: the "llm" section of the configuration, ready
 * for use. Immutable after it was made; counted, so that calls under way keep theirs when the
 * configuration is read again.
 */
#ifndef FAULTMAVEN_LLM_SETUP_H
#define FAULTMAVEN_LLM_SETUP_H

#include <yyjson.h>

#include "faultmaven/llm/health.h"
#include "faultmaven/llm/provider.h"

struct fm_llm_choice_of {
    const struct fm_llm_model *model;
    int tier;      /* lower ones first */
    double weight; /* share within the tier, > 0 */
};

struct fm_llm_route {
    const char *purpose;
    const struct fm_llm_choice_of *choices; /* by tier */
    size_t n;
    int64_t hedge_ms; /* start a second attempt when no token came by then; 0: never */
    bool may_cache;
};

/* Limits per case and per tenant and day; 0: none. */
struct fm_llm_budget_limits {
    int64_t case_tokens, tenant_tokens;
    double case_usd, tenant_usd;
    int64_t case_ms; /* time spent waiting for models */
};

struct fm_llm_policy {
    struct fm_llm_health_policy health;
    int max_attempts;       /* per call, all targets together; 3 */
    int64_t backoff_ms;     /* 500: full jitter over backoff_ms × 2^n */
    int64_t backoff_max_ms; /* 8 s */
    int64_t wait_max_ms;    /* 60 s: sum of waits of one call */
    int64_t deadline_ms;    /* 120 s: of a call whose caller names none */
    bool
        restarts_stream; /* a stream that breaks after its first token is started again elsewhere */
    size_t cache_entries;
    int64_t cache_ttl_ms;
    struct fm_llm_budget_limits budget;
};

struct fm_llm_setup {
    atomic_int refs;
    struct fm_arena arena; /* owned */
    const struct fm_llm_provider *providers;
    size_t n_providers;
    const struct fm_llm_model *models;
    size_t n_models;
    const struct fm_llm_route *routes;
    size_t n_routes;
    struct fm_llm_policy policy;
};

/* Reads secrets of a provider: the environment, files and commands stand behind this, so that a
 * library reads none. */
struct fm_llm_key_source {
    /* Kinds: "env" (name), "file" (path), "command" (argv as words). FM_ENOTFOUND when there is
     * none. Memory of ctx. */
    enum fm_code (*read)(void *arg, struct fm_ctx *ctx, const char *kind, fm_str what, fm_str *out);
    void *arg;
};

/*
 * From the configuration tree (docs/configuration.md). Each message names the member:
 * "llm.providers[1].kind: …". A provider whose key is missing is left out and listed in *problems
 * (one line each, on ctx's arena), so that a configuration with eight providers works with one key.
 */
FM_MUST_CHECK enum fm_code fm_llm_setup_read(struct fm_ctx *ctx, yyjson_val *llm,
                                             const struct fm_llm_key_source *keys,
                                             struct fm_llm_setup **out, fm_str *problems);
struct fm_llm_setup *fm_llm_setup_ref(struct fm_llm_setup *s);
void fm_llm_setup_unref(struct fm_llm_setup *s);

/* The route of a purpose; that of "chat" for an unknown one; NULL when there is none. */
const struct fm_llm_route *fm_llm_setup_route(const struct fm_llm_setup *s, fm_str purpose);
/* "provider/model", or a model name that is configured once; NULL when unknown. */
const struct fm_llm_model *fm_llm_setup_model(const struct fm_llm_setup *s, fm_str name);

#endif
