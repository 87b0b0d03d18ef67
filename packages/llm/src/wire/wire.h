/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wire turns a neutral request into a body and bytes of an answer into deltas. One per family;
 * differences inside a family come from the facts table. Pure: no I/O, no clock.
 */
#ifndef FAULTMAVEN_LLM_WIRE_H
#define FAULTMAVEN_LLM_WIRE_H

#include "faultmaven/base/json.h"
#include "faultmaven/llm/provider.h"
#include "faultmaven/net/http.h"

#define FM_LLM_ERROR_TEXT_MAX 300

/* A failure as the provider told it, in neutral terms. */
struct fm_llm_error {
    enum fm_llm_class result;
    int http_status;
    char code[64];                           /* the provider's word */
    char message[FM_LLM_ERROR_TEXT_MAX + 1]; /* not scrubbed yet */
    int64_t retry_after_ms;                  /* 0: not told */
    int should_retry;                        /* x-should-retry: -1 absent, 0, 1 */
    bool is_next_ok;      /* another target may do better, although the class says "your request" */
    unsigned unsupported; /* FM_LLM_DROP_*: the field that was refused */
};

struct fm_llm_call_part {
    fm_str id, name, signature; /* in the arena */
    struct fm_buf arguments;    /* owned */
};

/* Collects an answer, whole or streamed. */
struct fm_llm_decoder {
    struct fm_ctx scratch;  /* owned; JSON of one frame */
    struct fm_arena *arena; /* borrowed; for what stays */
    struct fm_llm_sink sink;
    struct fm_buf text, reasoning; /* owned */
    FM_VEC(struct fm_llm_call_part) calls;
    enum fm_llm_finish finish;
    fm_str finish_raw, id, model;
    struct fm_llm_usage usage;
    bool has_refusal;  /* the model declined; the text says so */
    bool is_terminal;  /* the proof of a whole answer was seen */
    bool has_content;  /* text, reasoning or a call came: a stream is committed */
    size_t bad_frames; /* frames that were not what they should be */
    size_t open_block; /* Anthropic: index of the tool call that the block belongs to, plus 1 */
    bool has_error;
    struct fm_llm_error error;
};

void fm_llm_decoder_init(struct fm_llm_decoder *d, struct fm_arena *a,
                         const struct fm_llm_sink *sink, size_t max_bytes);
void fm_llm_decoder_release(struct fm_llm_decoder *d);

/* For the wires. */
void fm_llm_decoder_text(struct fm_llm_decoder *d, fm_str s);
void fm_llm_decoder_reasoning(struct fm_llm_decoder *d, fm_str s);
/* Call number index, made when it is new; id and name are set when they come first. */
struct fm_llm_call_part *fm_llm_decoder_call(struct fm_llm_decoder *d, size_t index, fm_str id,
                                             fm_str name);
void fm_llm_decoder_arguments(struct fm_llm_decoder *d, size_t index, fm_str piece);
void fm_llm_decoder_finish(struct fm_llm_decoder *d, fm_str raw, enum fm_llm_finish f);
void fm_llm_decoder_set(struct fm_llm_decoder *d, fm_str *field, fm_str value);
void fm_llm_decoder_fail(struct fm_llm_decoder *d, fm_str body);
/* Parses one frame into scratch, which the next call clears; NULL counts a bad frame. */
yyjson_val *fm_llm_decoder_json(struct fm_llm_decoder *d, fm_str text);
/* Appends `text` to the arguments of the call as JSON text of v. */
fm_str fm_llm_json_text(struct fm_llm_decoder *d, yyjson_val *v);

/* The verdict when no more bytes come: FM_LLM_OK and d complete, or a class with d->error filled.
 */
enum fm_llm_class fm_llm_decoder_judge(struct fm_llm_decoder *d);

/* Copies what was collected into the arena. */
void fm_llm_decoder_take(struct fm_llm_decoder *d, struct fm_llm_response *out);

enum fm_llm_framing {
    FM_LLM_SSE,
    FM_LLM_NDJSON,
};

/* What is to be written for whom. */
struct fm_llm_wire_request {
    const struct fm_llm_model *model;
    const struct fm_llm_request *request;
    unsigned drop; /* FM_LLM_DROP_*, beyond what the facts say */
    bool is_stream;
};

struct fm_llm_wire_ops {
    /* The request body, on ctx's arena. A tree, because it passes the gate next. */
    enum fm_code (*encode)(struct fm_ctx *ctx, const struct fm_llm_wire_request *q,
                           yyjson_mut_doc **out);
    /* Path and query behind the base URL. */
    fm_str (*path)(struct fm_arena *a, const struct fm_llm_model *m, bool is_stream);
    /* One frame of a stream; data is not empty. */
    void (*frame)(struct fm_llm_decoder *d, fm_str type, fm_str data);
    /* A whole body with status 200. */
    void (*whole)(struct fm_llm_decoder *d, fm_str body);
    enum fm_llm_framing framing;
    bool ends_by_eof; /* the end of the body is the terminal, when a finish reason was seen */
};

const struct fm_llm_wire_ops *fm_llm_wire(enum fm_llm_family f);
extern const struct fm_llm_wire_ops fm_llm_wire_openai, fm_llm_wire_anthropic, fm_llm_wire_gemini,
    fm_llm_wire_ollama;

/* Embeddings and the list of models. */
FM_MUST_CHECK enum fm_code fm_llm_embed_encode(struct fm_ctx *ctx, const struct fm_llm_model *m,
                                               const fm_str *texts, size_t n, yyjson_mut_doc **out);
fm_str fm_llm_embed_path(struct fm_arena *a, const struct fm_llm_model *m);
FM_MUST_CHECK enum fm_code fm_llm_embed_decode(struct fm_ctx *ctx, fm_str body, size_t n,
                                               struct fm_llm_embeddings *out);

struct fm_llm_listed_model {
    fm_str name;
    int64_t context_tokens, max_output; /* 0: not told */
};
struct fm_llm_listed_models FM_VEC_OF(struct fm_llm_listed_model);
FM_MUST_CHECK enum fm_code fm_llm_models_decode(struct fm_ctx *ctx, fm_str body,
                                                struct fm_llm_listed_models *out);

/* An answer with a status other than 200, or (status 200) an error inside an answer. body may be
 * anything. */
struct fm_llm_bad_answer {
    int status;
    struct fm_http_headers headers;
    fm_str body;
    fm_time now; /* wall clock, for dates; 0: dates are not used */
};
void fm_llm_error_classify(struct fm_ctx *scratch, const struct fm_llm_bad_answer *a,
                           struct fm_llm_error *out);

/* Every known form of "retry after": headers first, then members and texts of the body. 0 when
 * none. At most a day. */
int64_t fm_llm_retry_after(const struct fm_http_headers *h, yyjson_val *error, fm_str message,
                           fm_time now);
/* "6m0s", "1h2m3.5s", "250ms", "7.66s" or seconds without a unit, to ms; false for anything else.
 */
bool fm_llm_wait_parse(fm_str s, int64_t *ms);

/* Request helpers shared by the encoders. */
enum fm_code fm_llm_finish_doc(yyjson_mut_doc *d, yyjson_mut_val *root, yyjson_mut_doc **out);
yyjson_mut_val *fm_llm_copy_json(struct fm_ctx *ctx, yyjson_mut_doc *d, fm_str json,
                                 const char *what);
void fm_llm_add_extra(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                      const char *extra);
const char *fm_llm_effort_name(enum fm_llm_effort e);
/* What a family calls its sampling members; NULL: it has none such. */
struct fm_llm_sampling_words {
    const char *top_p, *seed, *stops;
    double temperature_max; /* more is cut to it; 0: no limit */
};
/* Temperature, top-p, seed and stops into `o`, those that the request has and `drop` leaves. */
void fm_llm_add_sampling(yyjson_mut_doc *d, yyjson_mut_val *o, const struct fm_llm_request *r,
                         const struct fm_llm_sampling_words *w, unsigned drop);
/* "tools" as OpenAI shapes them and Ollama took them over; not to be called without tools. */
FM_MUST_CHECK enum fm_code fm_llm_add_functions(struct fm_ctx *ctx, yyjson_mut_doc *d,
                                                yyjson_mut_val *root,
                                                const struct fm_llm_request *r);
fm_str fm_llm_system_text(struct fm_arena *a,
                          const struct fm_llm_request *r); /* all system messages, joined */

#endif
