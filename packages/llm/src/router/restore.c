/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values come back in place of their placeholders, also when a placeholder is cut by the pieces of
 * a stream: from the last character that can begin one, at most HELD_MAX bytes wait for the next
 * piece.
 */
#include "internal.h"

#define HELD_MAX 96

void fm_llm_restorer_init(struct restorer *s, struct fm_ctx *ctx, const struct fm_pseudonyms *map,
                          struct fm_llm_sink sink)
{
    s->map = map;
    s->ctx = ctx;
    s->sink = sink;
    fm_buf_init(&s->held[0], 1 << 24);
    fm_buf_init(&s->held[1], 1 << 24);
}

/* The map fills while the prompt passes the gate, which is before the first token. */
static bool has_values(const struct restorer *s)
{
    return s->map && fm_pseudonyms_count(s->map) > 0;
}

void fm_llm_restorer_release(struct restorer *s)
{
    fm_buf_release(&s->held[0]);
    fm_buf_release(&s->held[1]);
}

static fm_str restored(struct restorer *s, fm_str text)
{
    struct fm_restored r;
    if (text.len && fm_redact_restore(s->map, s->ctx, text, &r) == FM_OK)
        return r.text;
    fm_ctx_clear_error(s->ctx);
    return text;
}

static bool is_bare(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

/* In text without blanks: from an opening bracket that nothing closed, or a run of a bare
 * placeholder's letters. */
static size_t open_bracket(fm_str text)
{
    size_t n = 0;
    while (n < HELD_MAX && is_bare(text.p[text.len - n - 1]))
        n++;
    for (size_t k = n; k < HELD_MAX; k++) {
        char c = text.p[text.len - k - 1];
        if (c == '<' || c == '&' || c == '\\')
            return k + 1;
        if (c == '>')
            break;
    }
    return n < HELD_MAX ? n : 0;
}

/* Bytes at the end that may be the beginning of a placeholder, which holds no blank. */
static size_t open_end(fm_str text)
{
    size_t n = 0;
    while (n < text.len && n < HELD_MAX) {
        char c = text.p[text.len - n - 1];
        if (c == ' ' || c == '\n' || c == '\t')
            return n;
        n++;
    }
    return n == text.len ? n : open_bracket(text);
}

static void tell(struct restorer *s, enum fm_llm_delta_kind kind, fm_str text)
{
    if (text.len && s->sink.fn)
        s->sink.fn(s->sink.arg, &(struct fm_llm_delta){.kind = kind, .text = text});
}

static void feed_text(struct restorer *s, const struct fm_llm_delta *d)
{
    struct fm_buf *b = &s->held[d->kind == FM_LLM_DELTA_REASONING];
    fm_buf_adds(b, d->text);
    fm_str all = fm_buf_str(b);
    size_t held = open_end(all);
    tell(s, d->kind, restored(s, fm_str_sub(all, 0, all.len - held)));
    memmove(b->p, b->p + b->len - held, held);
    b->len = held;
    b->p[held] = '\0';
}

void fm_llm_restorer_feed(struct restorer *s, const struct fm_llm_delta *d)
{
    if (!s->sink.fn)
        return;
    if (!has_values(s))
        s->sink.fn(s->sink.arg, d);
    else if (d->kind == FM_LLM_DELTA_TEXT || d->kind == FM_LLM_DELTA_REASONING)
        feed_text(s, d);
    else if (d->kind != FM_LLM_DELTA_ARGUMENTS)
        s->sink.fn(s->sink.arg, d);
}

void fm_llm_restorer_finish(struct restorer *s, const struct fm_llm_response *r)
{
    if (!has_values(s) || !s->sink.fn)
        return;
    tell(s, FM_LLM_DELTA_REASONING, restored(s, fm_buf_str(&s->held[1])));
    tell(s, FM_LLM_DELTA_TEXT, restored(s, fm_buf_str(&s->held[0])));
    for (size_t i = 0; i < r->n_calls; i++)
        s->sink.fn(s->sink.arg, &(struct fm_llm_delta){.kind = FM_LLM_DELTA_ARGUMENTS,
                                                       .index = i,
                                                       .text = r->calls[i].arguments});
}

/* Strings of the tree, in place; names of members stay, since a schema gave them. */
static void restore_json(struct restorer *s, yyjson_mut_doc *d, yyjson_mut_val *v)
{
    size_t i, n;
    yyjson_mut_val *key, *item;
    if (yyjson_mut_is_str(v)) {
        fm_str text = restored(s, fm_str_n(yyjson_mut_get_str(v), yyjson_mut_get_len(v)));
        yyjson_mut_set_strn(v, text.p ? text.p : "", text.len);
    } else if (yyjson_mut_is_arr(v)) {
        yyjson_mut_arr_foreach(v, i, n, item) restore_json(s, d, item);
    } else if (yyjson_mut_is_obj(v)) {
        yyjson_mut_obj_foreach(v, i, n, key, item) restore_json(s, d, item);
    }
}

static fm_str restore_arguments(struct restorer *s, fm_str json)
{
    yyjson_val *v;
    struct fm_buf b;
    if (fm_json_read(s->ctx, json, &v) != FM_OK) {
        fm_ctx_clear_error(s->ctx);
        return json;
    }
    yyjson_mut_doc *d = fm_json_new(&s->ctx->arena);
    yyjson_mut_val *copy = yyjson_val_mut_copy(d, v);
    restore_json(s, d, copy);
    fm_buf_init(&b, 1 << 24);
    fm_str out = fm_json_write(s->ctx, d, copy, false, &b) == FM_OK
                     ? fm_str_dup(&s->ctx->arena, fm_buf_str(&b))
                     : json;
    fm_buf_release(&b);
    return out;
}

void fm_llm_restore(struct fm_ctx *ctx, const struct fm_pseudonyms *map, struct fm_llm_response *r)
{
    struct restorer s = {.map = map, .ctx = ctx};
    if (!map || fm_pseudonyms_count(map) == 0)
        return;
    struct fm_llm_tool_call *calls = FM_NEW_ARRAY(&ctx->arena, struct fm_llm_tool_call, r->n_calls);
    for (size_t i = 0; i < r->n_calls; i++) {
        calls[i] = r->calls[i];
        calls[i].arguments = restore_arguments(&s, r->calls[i].arguments);
    }
    r->calls = calls;
    r->text = restored(&s, r->text);
    r->reasoning = restored(&s, r->reasoning);
}
