/* SPDX-License-Identifier: Apache-2.0 */
/* Answers and errors of providers, all wires: byte 0 picks the wire, byte 1 the mode, byte 2 the
 * status. */
#include <stdlib.h>

#include "faultmaven/net/sse.h"
#include "wire/wire.h"

struct run {
    const struct fm_llm_wire_ops *wire;
    struct fm_llm_decoder d;
};

static void on_event(void *arg, const struct fm_sse_event *e)
{
    struct run *r = arg;
    if (e->data.len)
        r->wire->frame(&r->d, e->type, e->data);
}

static void on_line(void *arg, fm_str line)
{
    struct run *r = arg;
    r->wire->frame(&r->d, FM_STR_NULL, line);
}

static void decode(struct run *r, fm_str text, int mode)
{
    struct fm_sse s;
    struct fm_lines l;
    fm_sse_init(&s, 1 << 20, on_event, r);
    fm_lines_init(&l, 1 << 20, on_line, r);
    if (mode == 0)
        r->wire->whole(&r->d, text);
    else if (mode == 1)
        fm_sse_feed(&s, text);
    else
        fm_lines_feed(&l, text);
    fm_sse_finish(&s);
    fm_lines_finish(&l);
    fm_sse_release(&s);
    fm_lines_release(&l);
}

/* Whatever came: an answer that is called whole has content or a reason, and its calls have JSON
 * objects. */
static void check(struct run *r, struct fm_arena *a)
{
    struct fm_llm_response out = {0};
    struct fm_ctx ctx;
    yyjson_val *v;
    if (fm_llm_decoder_judge(&r->d) != FM_LLM_OK)
        return;
    fm_llm_decoder_take(&r->d, &out);
    fm_ctx_init(&ctx, &fm_clock_system);
    for (size_t i = 0; i < out.n_calls; i++)
        if (fm_json_read(&ctx, out.calls[i].arguments, &v) != FM_OK || !yyjson_is_obj(v))
            abort();
    fm_ctx_release(&ctx);
    (void)a;
}

static void read_lists(struct fm_ctx *ctx, fm_str text, size_t n)
{
    struct fm_llm_embeddings e = {0};
    struct fm_llm_listed_models m = {0};
    if (fm_llm_embed_decode(ctx, text, n, &e) == FM_OK && e.n != n)
        abort();
    fm_ctx_clear_error(ctx);
    if (fm_llm_models_decode(ctx, text, &m) == FM_OK)
        fm_vec_each (&m, one)
            if (one->context_tokens < 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_arena a;
    struct run r;
    struct fm_llm_error e;
    struct fm_ctx ctx;
    if (size < 3)
        return 0;
    fm_str text = fm_str_n((const char *)data + 3, size - 3);
    fm_arena_init(&a);
    r.wire = fm_llm_wire((enum fm_llm_family)(data[0] % 4));
    fm_llm_decoder_init(&r.d, &a, NULL, 1 << 20);
    decode(&r, text, data[1] % 3);
    check(&r, &a);
    fm_llm_decoder_release(&r.d);
    fm_arena_release(&a);
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_llm_error_classify(
        &ctx, &(struct fm_llm_bad_answer){.status = 200 + data[2] * 2, .body = text}, &e);
    if (e.result == FM_LLM_OK || e.retry_after_ms < 0)
        abort();
    fm_ctx_clear_error(&ctx);
    read_lists(&ctx, text, data[1] % 4);
    fm_ctx_release(&ctx);
    return 0;
}
