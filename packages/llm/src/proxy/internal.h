/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_LLM_PROXY_INTERNAL_H
#define FAULTMAVEN_LLM_PROXY_INTERNAL_H

#include "faultmaven/base/json.h"
#include "faultmaven/base/log.h"
#include "faultmaven/llm/proxy.h"
#include "faultmaven/net/server.h"

struct shape;

/* One request under way. */
struct served {
    struct fm_llm_proxy *proxy;
    struct served *next, *prev;
    struct fm_http_exchange *x;
    struct fm_ctx ctx;     /* owned */
    struct fm_arena asked; /* owned; the request, until the answer begins */
    const struct shape *shape;
    struct fm_llm_request request;
    struct fm_pseudonyms *map; /* owned */
    struct fm_egress *gate;    /* owned */
    struct fm_llm_call *call;  /* NULL: embeddings */
    struct fm_llm_embed_call *embed;
    bool wants_base64; /* of embeddings */
    struct fm_buf out;
    bool is_stream, wants_usage;
    bool is_begun;    /* the head of a stream was sent */
    bool is_given_up; /* the client has gone, or does not read */
    fm_time started;
    char id[40];
    /* Anthropic: blocks are opened and closed in order */
    int open_block; /* index of the open block, -1: none */
    int n_blocks;
    enum fm_llm_delta_kind open_kind;
};

/* How one family of SDKs talks. */
struct shape {
    const char *name;
    /* The body as a request; strings point into the parsed tree on s->ctx. */
    enum fm_code (*read)(struct served *s, yyjson_val *body);
    /* Appends to s->out. */
    void (*begin)(struct served *s);
    void (*delta)(struct served *s, const struct fm_llm_delta *d);
    void (*end)(struct served *s, const struct fm_llm_response *r);
    void (*whole)(struct served *s, const struct fm_llm_response *r);
    void (*error)(struct served *s, enum fm_llm_class c, fm_str message, bool is_event);
};

extern const struct shape fm_proxy_openai, fm_proxy_anthropic;

struct fm_llm_proxy {
    struct fm_loop *loop;
    struct fm_llm_router *router;
    struct fm_llm_client *client;  /* owned */
    struct fm_http_server *server; /* owned */
    struct fm_llm_proxy_options opt;
    struct served *first;
    size_t n;
    uint64_t seed, count; /* make ids */
    uint8_t key[FM_CASE_KEY_BYTES];
    struct fm_egress_memo *memo; /* owned */
    struct fm_counter *requests;
    struct fm_gauge *running;
    struct fm_histogram *seconds;
};

/* proxy.c */
struct served *fm_served_new(struct fm_llm_proxy *p, struct fm_http_exchange *x,
                             const struct shape *shape);
void fm_served_free(struct served *s);
FM_MUST_CHECK enum fm_code fm_served_open_gate(struct served *s);
void fm_served_count(struct served *s, int status);
/* Answers with s->ctx's error and frees s. */
void fm_served_fail(struct served *s, enum fm_llm_class c, int status, int64_t retry_after_ms);

/* embeddings.c */
void fm_proxy_embed(struct fm_llm_proxy *p, struct fm_http_exchange *x);
void fm_proxy_embed_cancel(struct served *s); /* ends the exchange and frees s */

/* json.c */
void fm_proxy_string(struct fm_buf *out, fm_str s); /* with quotes */
/* One string or a list of them, into the request; FM_EINVAL when there are too many. */
FM_MUST_CHECK enum fm_code fm_proxy_stops(struct served *s, yyjson_val *v, const char *what);
/* The JSON text of v, on the arena. */
fm_str fm_proxy_json(struct fm_ctx *ctx, yyjson_val *v);
/* Text of a content member: a string, or parts of type text joined. Other parts are refused. */
FM_MUST_CHECK enum fm_code fm_proxy_content(struct fm_ctx *ctx, yyjson_val *v, fm_str *out);
enum fm_llm_effort fm_proxy_effort(fm_str name);
/* Splits "model" into request.model or request.purpose. */
FM_MUST_CHECK enum fm_code fm_proxy_model(struct served *s, fm_str name);
FM_MUST_CHECK enum fm_code fm_proxy_tool_name(struct fm_ctx *ctx, fm_str name);

/* How a family says a tool: the member that holds its description, NULL when none does, and the
 * name of the schema in it. */
struct tool_words {
    const char *wrapper, *schema;
};
/* The list of tools into the request; strings point into the parsed tree. */
FM_MUST_CHECK enum fm_code fm_proxy_tools(struct served *s, yyjson_val *list,
                                          const struct tool_words *w);
/* The name by which the client asked, for answers that begin before the model is known. */
fm_str fm_proxy_asked_model(const struct served *s);

int fm_proxy_status(enum fm_llm_class c);

#endif
