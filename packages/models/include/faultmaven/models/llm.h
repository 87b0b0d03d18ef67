/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port to language models: a neutral request, answer and stream. Real implementations: the
 * router of packages/llm (all providers), and record/replay (tests, `--replay`). Providers' own
 * words never appear outside packages/llm.
 *
 * Strings are borrowed; those of an answer live in the context's arena. Text is UTF-8.
 */
#ifndef FAULTMAVEN_MODELS_LLM_H
#define FAULTMAVEN_MODELS_LLM_H

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/vec.h"

/* X(symbol, name) */
#define FM_LLM_ROLES(X)                                                                            \
    X(FM_LLM_SYSTEM, "system")                                                                     \
    X(FM_LLM_USER, "user")                                                                         \
    X(FM_LLM_ASSISTANT, "assistant")                                                               \
    X(FM_LLM_TOOL, "tool")

#define FM_LLM_FINISHES(X)                                                                         \
    X(FM_LLM_FINISH_UNKNOWN, "unknown")                                                            \
    X(FM_LLM_FINISH_STOP, "stop")                                                                  \
    X(FM_LLM_FINISH_LENGTH, "length") /* cut off: never shown as whole */                          \
    X(FM_LLM_FINISH_TOOL_CALLS, "tool_calls")                                                      \
    X(FM_LLM_FINISH_FILTERED, "content_filtered")                                                  \
    X(FM_LLM_FINISH_ERROR, "error")                                                                \
    X(FM_LLM_FINISH_PAUSED, "paused")

/* Why a call failed. X(symbol, name, counts as a failure of the provider) */
#define FM_LLM_CLASSES(X)                                                                          \
    X(FM_LLM_OK, "ok", false)                                                                      \
    X(FM_LLM_AUTH, "auth", true)                                                                   \
    X(FM_LLM_QUOTA, "quota", true)                                                                 \
    X(FM_LLM_RATE_LIMITED, "rate_limited", true)                                                   \
    X(FM_LLM_OVERLOADED, "overloaded", true)                                                       \
    X(FM_LLM_CONTEXT_OVERFLOW, "context_overflow", false)                                          \
    X(FM_LLM_BAD_REQUEST, "bad_request", false)                                                    \
    X(FM_LLM_CONTENT_FILTERED, "content_filtered", false)                                          \
    X(FM_LLM_TIMEOUT, "timeout", true)                                                             \
    X(FM_LLM_UPSTREAM, "upstream", true)                                                           \
    X(FM_LLM_NETWORK, "network", true)                                                             \
    X(FM_LLM_MALFORMED, "malformed", true)                                                         \
    X(FM_LLM_CANCELLED, "cancelled", false)                                                        \
    X(FM_LLM_REFUSED_BY_GATE, "egress_refused", false)                                             \
    X(FM_LLM_BUDGET, "budget", false)                                                              \
    X(FM_LLM_NO_TARGET, "no_target", false) /* all targets are cooling, or none is configured */

#define FM_LLM_ENUM2(sym, name) sym,
#define FM_LLM_ENUM3(sym, name, flag) sym,
enum fm_llm_role { FM_LLM_ROLES(FM_LLM_ENUM2) FM_LLM_ROLE_COUNT };
enum fm_llm_finish { FM_LLM_FINISHES(FM_LLM_ENUM2) FM_LLM_FINISH_COUNT };
enum fm_llm_class { FM_LLM_CLASSES(FM_LLM_ENUM3) FM_LLM_CLASS_COUNT };
#undef FM_LLM_ENUM2
#undef FM_LLM_ENUM3

const char *fm_llm_role_name(enum fm_llm_role r);
const char *fm_llm_finish_name(enum fm_llm_finish f);
const char *fm_llm_class_name(enum fm_llm_class c);
bool fm_llm_class_is_failure(enum fm_llm_class c);
/* The result code that a failed call returns. */
enum fm_code fm_llm_class_code(enum fm_llm_class c);

struct fm_llm_tool_call {
    fm_str id;
    fm_str name;
    fm_str arguments; /* JSON text of an object */
    fm_str signature; /* the provider's opaque mark that must come back with the call, or empty */
};

struct fm_llm_message {
    enum fm_llm_role role;
    fm_str text;
    const struct fm_llm_tool_call *calls; /* ASSISTANT */
    size_t n_calls;
    fm_str call_id; /* TOOL: which call this answers */
    fm_str tool_name;
    bool is_error; /* TOOL: the tool failed; text says how */
};

struct fm_llm_tool {
    fm_str name; /* [A-Za-z0-9_-]{1,64} */
    fm_str description;
    fm_str schema; /* JSON Schema of the arguments, an object */
};

enum fm_llm_choice {
    FM_LLM_CHOICE_AUTO,
    FM_LLM_CHOICE_NONE,
    FM_LLM_CHOICE_REQUIRED,
    FM_LLM_CHOICE_NAMED,
};

enum fm_llm_format {
    FM_LLM_FORMAT_TEXT,
    FM_LLM_FORMAT_JSON,   /* any JSON object */
    FM_LLM_FORMAT_SCHEMA, /* JSON that fits `schema` */
};

enum fm_llm_effort {
    FM_LLM_EFFORT_DEFAULT,
    FM_LLM_EFFORT_NONE,
    FM_LLM_EFFORT_LOW,
    FM_LLM_EFFORT_MEDIUM,
    FM_LLM_EFFORT_HIGH,
};

#define FM_LLM_STOPS_MAX 4

struct fm_llm_request {
    fm_str purpose; /* picks the route of the configuration: "chat", "reason", "summarize", …;
                       empty: "chat" */
    fm_str model; /* "provider/model" or a model of the configuration pins it; empty: by purpose */
    const struct fm_llm_message *messages;
    size_t n_messages;
    const struct fm_llm_tool *tools;
    size_t n_tools;
    enum fm_llm_choice choice;
    fm_str choice_name;
    bool is_one_call_only; /* no parallel tool calls */
    enum fm_llm_format format;
    fm_str schema_name;
    fm_str schema;      /* JSON Schema */
    int64_t max_tokens; /* of the answer; 0: the model's default */
    double temperature; /* negative: the model's default */
    double top_p;       /* negative: default */
    int64_t seed;       /* negative: none */
    fm_str stops[FM_LLM_STOPS_MAX];
    size_t n_stops;
    enum fm_llm_effort effort;
    fm_str tenant;         /* for budgets and the cache; empty: "default" */
    fm_str case_id;        /* for budgets; may be empty */
    fm_str prompt_version; /* of the template, for the record */
    bool may_cache;        /* an equal earlier answer is good enough */
    bool is_failover_off;  /* also in the middle of a stream */
};

/* The request with every "not set" value set to "default". */
struct fm_llm_request fm_llm_request_init(void);

enum fm_llm_delta_kind {
    FM_LLM_DELTA_TEXT,
    FM_LLM_DELTA_REASONING,
    FM_LLM_DELTA_CALL,      /* a tool call begins: index, id, name */
    FM_LLM_DELTA_ARGUMENTS, /* a piece of the arguments of call `index` */
    FM_LLM_DELTA_RESTART,   /* the stream broke and begins anew: forget what came before */
};

struct fm_llm_delta {
    enum fm_llm_delta_kind kind;
    fm_str text;
    size_t index;
    fm_str id, name;
};

/* Takes the answer as it comes; NULL fn: nobody listens. Called on the thread of the call. */
struct fm_llm_sink {
    void (*fn)(void *arg, const struct fm_llm_delta *d);
    void *arg;
};

/* Tokens; cached and written-to-cache ones are part of input, reasoning is part of output. */
struct fm_llm_usage {
    bool is_known; /* false: estimated */
    int64_t input;
    int64_t cached;
    int64_t cache_write;
    int64_t output;
    int64_t reasoning;
};

struct fm_llm_attempt {
    const char *provider; /* configured name */
    fm_str model;
    enum fm_llm_class result;
    int http_status;
    int64_t first_token_ms; /* -1: none came */
    int64_t total_ms;
    int64_t waited_ms; /* before it, for backoff or a limit */
    fm_str message;    /* of the failure, scrubbed, at most 300 bytes */
    bool is_hedge;
};

struct fm_llm_attempts FM_VEC_OF(struct fm_llm_attempt);

struct fm_llm_response {
    fm_str text;
    fm_str reasoning; /* what the provider shows of it */
    const struct fm_llm_tool_call *calls;
    size_t n_calls;
    enum fm_llm_finish finish;
    fm_str finish_raw; /* the provider's word */
    fm_str id;
    const char *provider;
    fm_str model; /* that answered */
    struct fm_llm_usage usage;
    double cost_usd;        /* 0 when the price is not configured */
    char prompt_sha256[65]; /* of the body that was sent */
    size_t n_redacted;      /* values replaced in it */
    bool is_cached;
    struct fm_llm_attempts attempts;
    enum fm_llm_class failure; /* set also when the call failed */
    int64_t retry_after_ms;    /* of a failure; 0: not known */
    int64_t total_ms;
};

struct fm_llm_vector {
    const float *values;
    size_t n;
};

struct fm_llm_embeddings {
    struct fm_llm_vector *items; /* in the order of the input */
    size_t n;
    fm_str model;
    int64_t input_tokens;
};

/* Spent on models. */
struct fm_llm_spent {
    int64_t tokens, ms;
    double usd;
};

/* Whose: a case for good, or a tenant on one day. */
struct fm_llm_account {
    bool is_tenant;
    fm_str name;
    fm_time day; /* start of the day (UTC) for a tenant; 0 for a case */
};

/* Where what was spent is kept beyond one process. Implementation: store/spend.c. Any thread. */
struct fm_llm_ledger {
    const struct fm_llm_ledger_ops *ops;
};
struct fm_llm_ledger_ops {
    /* Everything so far, also by other processes; zeroes for an account that is new. */
    enum fm_code (*read)(struct fm_llm_ledger *l, struct fm_ctx *ctx,
                         const struct fm_llm_account *a, struct fm_llm_spent *out);
    /* Adds; durable when it returns. */
    enum fm_code (*add)(struct fm_llm_ledger *l, struct fm_ctx *ctx, const struct fm_llm_account *a,
                        const struct fm_llm_spent *more);
};

struct fm_llm {
    const struct fm_llm_ops *ops;
};

struct fm_llm_ops {
    /* Blocks until the answer is whole, within the context's deadline and cancel flag. On failure
     * *out is set as far as known (failure, attempts, retry_after_ms) and what the sink got must
     * not be shown as an answer. Any thread, one call at a time per object. */
    enum fm_code (*chat)(struct fm_llm *l, struct fm_ctx *ctx, const struct fm_llm_request *r,
                         const struct fm_llm_sink *sink, struct fm_llm_response *out);
    enum fm_code (*embed)(struct fm_llm *l, struct fm_ctx *ctx, const fm_str *texts, size_t n,
                          struct fm_llm_embeddings *out);
    /* Largest prompt, in tokens, that a request of this purpose can have; 0 when no model is
     * configured. */
    int64_t (*context_tokens)(struct fm_llm *l, fm_str purpose);
    void (*free)(struct fm_llm *l);
};

#endif
