/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_LLM_ROUTER_INTERNAL_H
#define FAULTMAVEN_LLM_ROUTER_INTERNAL_H

#include <pthread.h>

#include "faultmaven/base/log.h"
#include "faultmaven/llm/router.h"
#include "faultmaven/net/sse.h"
#include "wire/wire.h"

#define CANDIDATES_MAX 32
#define ATTEMPTS_AT_ONCE 2

/* --- what all calls share --- */

struct bucket { /* of tokens per minute; filled at start */
    double level;
    fm_time at;
};

/* One key at one address; entries of the configuration that share both share this. */
struct upstream {
    uint64_t hash;
    struct fm_llm_health health; /* auth, quota, network: the same for all its models */
    struct bucket requests, tokens;
    int64_t running;
};

/* One model there. */
struct target {
    uint64_t hash;
    uint32_t upstream; /* index; arrays may move */
    struct fm_llm_health health;
    unsigned drop;      /* fields that it refused */
    double token_ratio; /* 0: nothing learned yet */
    uint64_t calls, failures;
    struct target_series *series; /* on the router's arena; NULL: not made yet */
};

struct budget {
    uint64_t hash;
    fm_time day; /* start of the day that the tenant's numbers belong to; 0: a case's */
    int64_t tokens, ms, reserved_tokens;
    double usd, reserved_usd;
};

struct cached;

/* Estimates of texts that came before: a conversation repeats its beginning. */
#define TOKEN_MEMO 1024
struct token_memo {
    uint64_t hash; /* of the text; 0: free */
    int64_t tokens;
};

struct fm_llm_router {
    pthread_mutex_t lock;
    const struct fm_clock *clock;
    struct fm_rng *rng;
    struct fm_metrics *metrics;
    const struct fm_log *log;
    struct fm_llm_ledger *ledger; /* NULL: none */
    struct fm_llm_setup *setup;   /* referenced */
    struct fm_arena arena;        /* of the tables */
    FM_VEC(struct upstream) upstreams;
    FM_VEC(struct target) targets;
    FM_VEC(struct budget) budgets;
    struct cached *newest, *oldest; /* LRU list, owned */
    size_t n_cached;
    struct token_memo tokens[TOKEN_MEMO];
};

static inline fm_time fm_llm_now(struct fm_llm_router *r)
{
    return fm_monotonic(r->clock) + FM_HOUR; /* so that 0 is far in the past */
}

/* state.c; the caller holds the lock where the name ends in _locked */
uint32_t fm_llm_target_of(struct fm_llm_router *r, const struct fm_llm_model *m);

struct candidate;
struct fm_llm_call;
struct asking {
    struct fm_llm_router *router;
    const struct fm_llm_policy *policy;
    int64_t tokens; /* of the request, estimated */
    bool is_last_resort;
};
struct admission {
    bool is_admitted;
    bool is_probe_target, is_probe_upstream;
    fm_time next; /* when it is not: earliest time to ask again */
};
/* Takes a place when admitted: health, concurrency, rates. */
struct admission fm_llm_admit(const struct asking *ask, const struct candidate *k);
/* Gives the place back. FM_LLM_CANCELLED: the caller gave up. */
void fm_llm_leave(struct fm_llm_router *r, uint32_t target, const struct fm_llm_policy *p,
                  const struct admission *a, const struct fm_llm_error *result);
void fm_llm_learn_tokens(struct fm_llm_router *r, uint32_t target, int64_t estimated, int64_t real);
int64_t fm_llm_expected_tokens(struct fm_llm_router *r, uint32_t target, int64_t estimated);
unsigned fm_llm_refused_fields(struct fm_llm_router *r, uint32_t target, unsigned add);
double fm_llm_random(struct fm_llm_router *r);

/* series.c: metrics */
struct attempt;
void fm_llm_count_attempt(struct fm_llm_router *r, const struct attempt *a);
void fm_llm_count_tokens(struct fm_llm_router *r, const struct candidate *k,
                         const struct fm_llm_usage *u);
void fm_llm_count_call(struct fm_llm_router *r, enum fm_llm_class result);

/* tokens.c: fm_llm_request_tokens with the router's memo */
int64_t fm_llm_estimate(struct fm_llm_router *r, const struct fm_llm_request *q);

/* budget.c */
struct reservation {
    int64_t tokens;
    double usd;
};
FM_MUST_CHECK enum fm_code fm_llm_budget_reserve(struct fm_llm_router *r, struct fm_ctx *ctx,
                                                 const struct fm_llm_budget_limits *l,
                                                 const struct fm_llm_request *q,
                                                 struct reservation want);
void fm_llm_budget_settle(struct fm_llm_router *r, const struct fm_llm_request *q,
                          struct reservation reserved, struct fm_llm_spent real);

/* cache.c */
#define CACHE_KEY_BYTES 32
void fm_llm_cache_key(fm_str tenant, const struct fm_llm_provider *p, const char *sha256,
                      uint8_t key[CACHE_KEY_BYTES]);
/* Copies into a; false when there is none. */
bool fm_llm_cache_get(struct fm_llm_router *r, const uint8_t *key, int64_t ttl_ms,
                      struct fm_arena *a, struct fm_llm_response *out);
void fm_llm_cache_put(struct fm_llm_router *r, const uint8_t *key, size_t max_entries,
                      const struct fm_llm_response *v);
void fm_llm_cache_clear(struct fm_llm_router *r);

/* restore.c: puts values back into text that comes in pieces */
struct restorer {
    const struct fm_pseudonyms *map; /* NULL: pass through */
    struct fm_ctx *ctx;
    struct fm_llm_sink sink;
    struct fm_buf held[2]; /* text, reasoning: an unfinished placeholder at the end */
};
void fm_llm_restorer_init(struct restorer *s, struct fm_ctx *ctx, const struct fm_pseudonyms *map,
                          struct fm_llm_sink sink);
void fm_llm_restorer_release(struct restorer *s);
void fm_llm_restorer_feed(struct restorer *s, const struct fm_llm_delta *d);
/* The rest of the text, and the arguments of calls, which are restored as JSON values. */
void fm_llm_restorer_finish(struct restorer *s, const struct fm_llm_response *restored);
/* All of an answer. */
void fm_llm_restore(struct fm_ctx *ctx, const struct fm_pseudonyms *map, struct fm_llm_response *r);

/* post.c: the only file of this program that sends text to a model or an embedder; a body exists
 * only by the egress gate, which tools/check-layers holds it to. */
struct fm_http_call *fm_llm_post(struct fm_http_client *c, struct fm_ctx *ctx,
                                 const struct fm_cleared *body, const struct fm_llm_provider *p,
                                 struct fm_http_request *r);
/* URL and headers of a request to p, in the arena. */
void fm_llm_address(struct fm_arena *a, const struct fm_llm_provider *p, fm_str path,
                    struct fm_http_request *r);

/* --- one call --- */

struct fm_llm_client {
    struct fm_llm_router *router;
    struct fm_loop *loop;
    struct fm_http_client *http; /* owned */
};

struct candidate {
    const struct fm_llm_model *model;
    uint32_t target;
    unsigned drop;
    int tries, repairs;
    bool is_out; /* not to be tried any more in this call */
};

struct attempt {
    struct fm_llm_call *call; /* NULL: free */
    struct candidate *cand;
    struct admission place;
    const struct fm_llm_wire_ops *wire;
    struct fm_http_call *http;
    struct fm_llm_decoder decoder;
    struct fm_sse sse;
    struct fm_lines lines;
    struct fm_buf body; /* of a whole answer, or of an error */
    enum { BODY_STREAM, BODY_WHOLE, BODY_ERROR, BODY_WRONG } mode;
    int status;
    struct fm_http_headers headers; /* copies, for an error */
    struct fm_timer patience;       /* first token, then gap */
    struct fm_arena cleared;        /* owned; the body that may leave, until it was sent */
    struct fm_llm_error error;
    fm_time started, first_token;
    int64_t waited_ms;
    bool is_hedge, is_judged;
    uint8_t cache_key[CACHE_KEY_BYTES];
    char sha256[FM_SHA256_HEX];
    size_t n_redacted;
};

struct fm_llm_call {
    struct fm_llm_client *client;
    struct fm_ctx *ctx;
    const struct fm_llm_request *request;
    struct fm_llm_call_options opt;
    struct fm_llm_setup *setup; /* referenced */
    const struct fm_llm_route *route;
    struct candidate candidates[CANDIDATES_MAX];
    size_t n_candidates;
    struct attempt attempts[ATTEMPTS_AT_ONCE];
    struct attempt *winner; /* whose tokens the caller sees */
    struct restorer restorer;
    struct fm_llm_response response;
    struct fm_llm_error error; /* of the last attempt */
    struct reservation reserved;
    bool is_reserved, is_part_shown;
    struct fm_llm_spent wasted; /* by attempts that failed after they had begun to answer */
    int made;                   /* attempts so far */
    int64_t tokens;             /* estimate of the prompt */
    int64_t waited_ms;          /* sum of waits */
    int64_t next_wait;          /* of the wait under way */
    fm_time started, deadline;
    struct fm_timer timer, hedge, limit; /* the next step; hedging; the deadline */
};

/* plan.c */
enum fm_code fm_llm_plan(struct fm_llm_call *c);
enum next_step { NEXT_ATTEMPT, NEXT_WAIT, NEXT_END };
/* The next candidate with its place taken, or how long to wait. */
enum next_step fm_llm_plan_next(struct fm_llm_call *c, bool is_hedge, struct candidate **cand,
                                struct admission *place, int64_t *wait_ms);
/* What the failure means for the rest of the call; false: it ends the call. */
bool fm_llm_plan_failed(struct fm_llm_call *c, struct candidate *cand,
                        const struct fm_llm_error *e);

/* attempt.c */
/* FM_OK, or the call must end (the gate refused, or the request cannot be written). From the cache:
 * *is_done. */
enum fm_code fm_llm_attempt_start(struct fm_llm_call *c, struct candidate *cand,
                                  struct admission place, bool is_hedge, bool *is_cached);
/* Ends it without a verdict. */
void fm_llm_attempt_drop(struct attempt *a);
void fm_llm_attempt_release(struct attempt *a);

enum fm_llm_class fm_llm_class_of_transport(enum fm_http_failure f);

/* call.c, called by attempts */
void fm_llm_call_first_token(struct fm_llm_call *c, struct attempt *a);
void fm_llm_call_attempt_over(struct fm_llm_call *c, struct attempt *a);

#endif
