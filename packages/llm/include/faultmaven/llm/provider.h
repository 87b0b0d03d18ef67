/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Providers as data. What is known about a kind of provider stands in one row of the facts table
 * (src/wire/facts.c); a configured provider is a kind plus an address, a key and limits; a target
 * is a model at a configured provider.
 *
 * Sources of the facts: the vendors' API references and SDKs. Where a server is known to ignore a
 * field, the field is left out; a server that refuses one gets the request once more without it
 * (FM_LLM_DROP_*).
 */
#ifndef FAULTMAVEN_LLM_PROVIDER_H
#define FAULTMAVEN_LLM_PROVIDER_H

#include "faultmaven/models/llm.h"

enum fm_llm_family {
    FM_LLM_FAMILY_OPENAI, /* chat completions and its look-alikes */
    FM_LLM_FAMILY_ANTHROPIC,
    FM_LLM_FAMILY_GEMINI,
    FM_LLM_FAMILY_OLLAMA, /* the native API, whose context size can be set */
};

enum fm_llm_auth {
    FM_LLM_AUTH_BEARER,
    FM_LLM_AUTH_X_API_KEY,
    FM_LLM_AUTH_X_GOOG_API_KEY,
};

/* How the OpenAI family is asked for JSON of a schema. */
enum fm_llm_schema_mode {
    FM_LLM_SCHEMA_NESTED, /* response_format.json_schema.schema */
    FM_LLM_SCHEMA_BOTH, /* … and response_format.schema, for servers that read the one or the other
                         */
};

/* Request fields that can be left out. */
enum {
    FM_LLM_DROP_TEMPERATURE = 1 << 0,
    FM_LLM_DROP_TOP_P = 1 << 1,
    FM_LLM_DROP_SEED = 1 << 2,
    FM_LLM_DROP_STOP = 1 << 3,
    FM_LLM_DROP_PARALLEL = 1 << 4,
    FM_LLM_DROP_FORMAT = 1 << 5, /* the schema then stands in the prompt only */
    FM_LLM_DROP_EFFORT = 1 << 6,
    FM_LLM_DROP_STREAM_OPTIONS = 1 << 7,
    FM_LLM_DROP_CHOICE = 1 << 8,
    FM_LLM_SWAP_MAX_TOKENS =
        1 << 9, /* max_tokens instead of max_completion_tokens, or the reverse */
};

struct fm_llm_facts {
    const char *kind;         /* "openai" */
    const char *tracing_name; /* gen_ai.provider.name */
    enum fm_llm_family family;
    const char *base_url;
    enum fm_llm_auth auth;
    const char *key_env; /* where a key is looked for by default; NULL: none is needed */
    bool is_local;       /* by default; a configured provider may say otherwise */
    const char *max_tokens_field;
    enum fm_llm_schema_mode schema_mode;
    bool has_effort_object; /* "reasoning": {"effort": …} instead of "reasoning_effort" */
    unsigned drop;          /* FM_LLM_DROP_*, always */
    const char *extra_json; /* members added to each request body, or NULL */
    const char *models_path;
    const char *embeddings_path; /* NULL: offers none */
    const char *health_path;
    int64_t first_token_ms; /* default patience */
};

/* Ends with a NULL kind. */
extern const struct fm_llm_facts fm_llm_facts_table[];
/* NULL when unknown. */
const struct fm_llm_facts *fm_llm_facts_find(fm_str kind);

/* A configured provider. Strings are owned by the configuration. */
struct fm_llm_provider {
    const char *id; /* name in the configuration */
    const struct fm_llm_facts *facts;
    const char *base_url;        /* without a slash at the end */
    fm_str key;                  /* secret; empty: none */
    bool is_local;               /* receives what the policy for local models lets through */
    const char *ca_file, *proxy; /* or NULL */
    const char *organization,
        *project; /* OpenAI headers, or the organisation to bill (Hugging Face), or NULL */
    const struct fm_llm_header *headers; /* further ones */
    size_t n_headers;
    int64_t connect_ms, first_token_ms, gap_ms, total_ms; /* 0: default */
    int64_t max_concurrent;                               /* 0: no limit */
    int64_t requests_per_minute, tokens_per_minute;       /* 0: no limit */
    uint64_t max_answer_bytes;                            /* 0: 16 MiB */
};

struct fm_llm_header {
    const char *name, *value;
};

struct fm_llm_model {
    const struct fm_llm_provider *provider;
    const char *name;                         /* as the provider calls it */
    int64_t context_tokens;                   /* window; 0: not known */
    int64_t max_output;                       /* 0: not known */
    double input_usd, cached_usd, output_usd; /* per million tokens; 0: not known */
    bool has_tools;                           /* native tool calling */
    bool has_schema;                          /* native structured output */
    unsigned drop;                            /* FM_LLM_DROP_* */
};

#endif
