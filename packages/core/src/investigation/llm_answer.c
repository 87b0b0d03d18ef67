/* SPDX-License-Identifier: Apache-2.0 */
/* The answer on its way to the person: sentences are checked and shown as they come. All that is
 * shown behind the last restart is, byte for byte, the message of the proposal. */
#include "llm_internal.h"

static void tell(struct llm_ask *a, enum fm_answer_kind kind, fm_str text)
{
    const struct fm_answer_listener *l = &a->r->opt.listener;
    if (l->fn)
        l->fn(l->arg, kind, text);
}

static void on_sentence(void *arg, fm_str text)
{
    struct llm_ask *a = arg;
    a->is_shown = true;
    tell(a, FM_ANSWER_TEXT, text);
}

static void drop(struct llm_ask *a)
{
    fm_claim_stream_free(a->stream);
    a->stream = NULL;
    a->fed = 0;
    llm_extract_release(&a->extract);
    llm_extract_init(&a->extract);
    if (a->is_shown)
        tell(a, FM_ANSWER_RESTART, FM_STR_NULL);
    a->is_shown = false;
}

void llm_answer_begin(struct llm_ask *a)
{
    drop(a);
    a->stream = fm_claim_stream_new(a->ctx, &a->sources, (struct fm_claim_sink){on_sentence, a});
}

static void on_delta(void *arg, const struct fm_llm_delta *d)
{
    struct llm_ask *a = arg;
    if (d->kind == FM_LLM_DELTA_RESTART) {
        llm_answer_begin(a);
    } else if (d->kind == FM_LLM_DELTA_TEXT) {
        fm_str piece = llm_extract_feed(&a->extract, d->text);
        fm_claim_stream_feed(a->stream, piece);
        a->fed += piece.len;
    }
}

struct fm_llm_sink llm_answer_sink(struct llm_ask *a)
{
    return (struct fm_llm_sink){a->r->opt.listener.fn ? on_delta : NULL, a};
}

void llm_answer_end(struct llm_ask *a, fm_str message, struct fm_checked *out)
{
    bool is_same = a->stream && a->fed <= message.len &&
                   fm_str_eq(fm_str_sub(message, 0, a->fed), fm_buf_str(&a->extract.text));
    if (!is_same)
        llm_answer_begin(a);
    fm_claim_stream_feed(a->stream, fm_str_skip(message, a->fed));
    fm_claim_stream_end(a->stream, out);
}

void llm_answer_say(struct llm_ask *a, fm_str text)
{
    tell(a, FM_ANSWER_TEXT, text);
    a->is_shown = true;
}

void llm_answer_replace(struct llm_ask *a, fm_str text)
{
    drop(a);
    llm_answer_say(a, text);
}

void llm_answer_release(struct llm_ask *a)
{
    fm_claim_stream_free(a->stream);
    llm_extract_release(&a->extract);
}
