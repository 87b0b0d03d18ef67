/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <stdio.h>

#define CALLS_MAX 128

void fm_llm_decoder_init(struct fm_llm_decoder *d, struct fm_arena *a,
                         const struct fm_llm_sink *sink, size_t max_bytes)
{
    memset(d, 0, sizeof *d);
    fm_ctx_init(&d->scratch, &fm_clock_system);
    d->arena = a;
    d->sink = sink ? *sink : (struct fm_llm_sink){0};
    fm_buf_init(&d->text, max_bytes);
    fm_buf_init(&d->reasoning, max_bytes);
    d->error.should_retry = -1;
}

void fm_llm_decoder_release(struct fm_llm_decoder *d)
{
    fm_vec_each (&d->calls, c)
        fm_buf_release(&c->arguments);
    fm_buf_release(&d->text);
    fm_buf_release(&d->reasoning);
    fm_ctx_release(&d->scratch);
}

static void tell(struct fm_llm_decoder *d, const struct fm_llm_delta *delta)
{
    d->has_content = true;
    if (d->sink.fn)
        d->sink.fn(d->sink.arg, delta);
}

void fm_llm_decoder_text(struct fm_llm_decoder *d, fm_str s)
{
    if (s.len == 0)
        return;
    fm_buf_adds(&d->text, s);
    tell(d, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_TEXT, .text = s});
}

void fm_llm_decoder_reasoning(struct fm_llm_decoder *d, fm_str s)
{
    if (s.len == 0)
        return;
    fm_buf_adds(&d->reasoning, s);
    tell(d, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_REASONING, .text = s});
}

void fm_llm_decoder_set(struct fm_llm_decoder *d, fm_str *field, fm_str value)
{
    if (value.len && !field->len)
        *field = fm_str_dup(d->arena, value);
}

struct fm_llm_call_part *fm_llm_decoder_call(struct fm_llm_decoder *d, size_t index, fm_str id,
                                             fm_str name)
{
    if (index >= CALLS_MAX || index > d->calls.n) {
        d->bad_frames++;
        return NULL;
    }
    bool is_new = index == d->calls.n;
    if (is_new)
        fm_buf_init(&fm_vec_add(d->arena, &d->calls)->arguments, d->text.max);
    struct fm_llm_call_part *c = &d->calls.items[index];
    fm_llm_decoder_set(d, &c->id, id);
    fm_llm_decoder_set(d, &c->name, name);
    if (is_new &&
        c->id.len == 0) /* Gemini and Ollama may send none; the answer to a call needs one */
        c->id = fm_str_fmt(d->arena, "call_%zu", index + 1);
    if (is_new)
        tell(d, &(struct fm_llm_delta){
                    .kind = FM_LLM_DELTA_CALL, .index = index, .id = c->id, .name = c->name});
    return c;
}

void fm_llm_decoder_arguments(struct fm_llm_decoder *d, size_t index, fm_str piece)
{
    if (index >= d->calls.n || piece.len == 0)
        return;
    fm_buf_adds(&d->calls.items[index].arguments, piece);
    tell(d, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_ARGUMENTS, .index = index, .text = piece});
}

void fm_llm_decoder_finish(struct fm_llm_decoder *d, fm_str raw, enum fm_llm_finish f)
{
    if (raw.len == 0)
        return;
    d->finish = f;
    d->finish_raw = fm_str_dup(d->arena, fm_str_sub(raw, 0, 64));
}

void fm_llm_decoder_fail(struct fm_llm_decoder *d, fm_str body)
{
    struct fm_ctx scratch;
    if (d->has_error)
        return;
    d->has_error = true;
    fm_ctx_init(&scratch, &fm_clock_system);
    fm_llm_error_classify(&scratch, &(struct fm_llm_bad_answer){.status = 200, .body = body},
                          &d->error);
    fm_ctx_release(&scratch);
}

yyjson_val *fm_llm_decoder_json(struct fm_llm_decoder *d, fm_str text)
{
    yyjson_val *v = NULL;
    fm_arena_clear(&d->scratch.arena);
    fm_ctx_clear_error(&d->scratch);
    if (fm_json_read(&d->scratch, text, &v) != FM_OK || !yyjson_is_obj(v)) {
        d->bad_frames++;
        return NULL;
    }
    return v;
}

fm_str fm_llm_json_text(struct fm_llm_decoder *d, yyjson_val *v)
{
    struct fm_buf b;
    fm_buf_init(&b, d->text.max);
    yyjson_mut_doc *doc = fm_json_new(&d->scratch.arena);
    enum fm_code code = fm_json_write(&d->scratch, doc, yyjson_val_mut_copy(doc, v), false, &b);
    fm_str out = code == FM_OK ? fm_str_dup(&d->scratch.arena, fm_buf_str(&b)) : FM_STR("{}");
    fm_buf_release(&b);
    return out;
}

static enum fm_llm_class verdict(struct fm_llm_decoder *d, enum fm_llm_class c, const char *why)
{
    d->error.result = c;
    snprintf(d->error.message, sizeof d->error.message, "%s", why);
    return c;
}

/* A call whose arguments are not a whole JSON object must never run; an empty text means no
 * arguments. */
static bool is_call_whole(struct fm_llm_decoder *d, struct fm_llm_call_part *c)
{
    yyjson_val *v = NULL;
    if (c->name.len == 0 || c->arguments.overflow)
        return false;
    if (fm_str_trim(fm_buf_str(&c->arguments)).len == 0) {
        fm_buf_clear(&c->arguments);
        fm_buf_addz(&c->arguments, "{}");
        return true;
    }
    fm_arena_clear(&d->scratch.arena);
    fm_ctx_clear_error(&d->scratch);
    return fm_json_read(&d->scratch, fm_buf_str(&c->arguments), &v) == FM_OK && yyjson_is_obj(v);
}

static size_t count_whole_calls(struct fm_llm_decoder *d)
{
    size_t n = 0;
    while (n < d->calls.n && is_call_whole(d, &d->calls.items[n]))
        n++;
    return n;
}

static void drop_calls_from(struct fm_llm_decoder *d, size_t n)
{
    for (size_t i = n; i < d->calls.n; i++)
        fm_buf_release(&d->calls.items[i].arguments);
    d->calls.n = n;
}

static bool is_empty(const struct fm_llm_decoder *d)
{
    bool ends_normally = d->finish == FM_LLM_FINISH_STOP || d->finish == FM_LLM_FINISH_UNKNOWN ||
                         d->finish == FM_LLM_FINISH_TOOL_CALLS;
    return ends_normally && !d->text.len && !d->reasoning.len && !d->calls.n && !d->has_refusal;
}

/* Is it an answer at all? NULL when it is. */
static const char *defect(const struct fm_llm_decoder *d)
{
    if (d->text.overflow || d->reasoning.overflow)
        return "the answer is longer than the limit";
    if (!d->is_terminal)
        return "the answer was cut off: its end is missing";
    if (d->bad_frames > 1 || (d->bad_frames && !d->has_content))
        return "the answer is not in the provider's format";
    return NULL;
}

static void settle_finish(struct fm_llm_decoder *d)
{
    bool is_plain = d->finish == FM_LLM_FINISH_STOP || d->finish == FM_LLM_FINISH_UNKNOWN;
    if (is_plain && d->calls.n)
        d->finish = FM_LLM_FINISH_TOOL_CALLS;
    else if (is_plain)
        d->finish = d->has_refusal ? FM_LLM_FINISH_FILTERED : FM_LLM_FINISH_STOP;
}

enum fm_llm_class fm_llm_decoder_judge(struct fm_llm_decoder *d)
{
    if (d->has_error)
        return d->error.result;
    const char *what = defect(d);
    if (what)
        return verdict(d, FM_LLM_MALFORMED, what);
    if (d->finish == FM_LLM_FINISH_ERROR)
        return verdict(d, FM_LLM_UPSTREAM, "the provider ended the answer with an error");
    size_t whole = count_whole_calls(d);
    if (whole < d->calls.n && d->finish != FM_LLM_FINISH_LENGTH)
        return verdict(d, FM_LLM_MALFORMED, "the arguments of a tool call are not a JSON object");
    drop_calls_from(d, whole);
    if (is_empty(d))
        return verdict(d, FM_LLM_UPSTREAM, "the answer is empty");
    settle_finish(d);
    return FM_LLM_OK;
}

void fm_llm_decoder_take(struct fm_llm_decoder *d, struct fm_llm_response *out)
{
    struct fm_llm_tool_call *calls = FM_NEW_ARRAY(d->arena, struct fm_llm_tool_call, d->calls.n);
    for (size_t i = 0; i < d->calls.n; i++) {
        struct fm_llm_call_part *c = &d->calls.items[i];
        calls[i] = (struct fm_llm_tool_call){
            c->id, c->name, fm_str_dup(d->arena, fm_buf_str(&c->arguments)), c->signature};
    }
    out->text = fm_str_dup(d->arena, fm_buf_str(&d->text));
    out->reasoning = fm_str_dup(d->arena, fm_buf_str(&d->reasoning));
    out->calls = calls;
    out->n_calls = d->calls.n;
    out->finish = d->finish;
    out->finish_raw = d->finish_raw;
    out->id = d->id;
    out->model = d->model;
    out->usage = d->usage;
}
