/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of changes, judged by the same words as sentences of an answer. */
#include "claims/internal.h"

fm_str fm_claim_source(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str id)
{
    struct claim_check x = {.ctx = ctx, .k = k};
    return claim_item_text(&x, id);
}

bool fm_claim_words_stand(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                          fm_str source)
{
    struct claim_check x = {.ctx = ctx, .k = k};
    struct claim s;
    claim_parse(&x, text, &s);
    return claim_all_stand(&s, source);
}

bool fm_claim_is_within(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                        fm_str source)
{
    struct claim_check x = {.ctx = ctx, .k = k};
    struct claim s;
    claim_parse(&x, text, &s);
    return !s.has_unknown_id && claim_is_carried_by(&s, source);
}

bool fm_claim_is_harmless(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text)
{
    struct claim_check x = {.ctx = ctx, .k = k};
    struct claim s;
    claim_parse(&x, text, &s);
    return !s.has_unknown_id && !s.is_cause && !claim_tells_deed(text) && !claim_states(text) &&
           claim_numbers_are_known(&x, &s);
}

size_t fm_claim_words_shared(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                             fm_str source)
{
    struct claim_check x = {.ctx = ctx, .k = k};
    struct claim s;
    size_t n = 0;
    claim_parse(&x, text, &s);
    fm_vec_each (&s.tokens, t)
        n += !t->is_number && !t->is_negation && claim_token_stands(source, t, 0) > 0;
    return n;
}

fm_str fm_claim_quoted_line(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str id,
                            fm_str quote)
{
    fm_str text = fm_claim_source(ctx, k, id);
    ptrdiff_t at = quote.len ? fm_str_find(text, quote, 0) : -1;
    if (at < 0)
        return FM_STR_NULL;
    bool is_message = fm_case_find(k->c, FM_REF_MESSAGE, id) != NULL;
    size_t from = (size_t)at, to = (size_t)at + quote.len;
    if (is_message) {
        size_t end = 0;
        for (from = 0; (end = claim_sentence_end(text, from, true)) <= (size_t)at && end > from;)
            from = end;
        while (end < to && end < text.len)
            end = claim_sentence_end(text, end, true);
        return fm_str_trim(fm_str_sub(text, from, end - from));
    }
    while (from > 0 && text.p[from - 1] != '\n')
        from--;
    while (to < text.len && text.p[to] != '\n')
        to++;
    return fm_str_sub(text, from, to - from);
}

bool fm_claim_stands(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                     const struct fm_cites *cites)
{
    struct claim_check x = {.ctx = ctx, .k = k};
    for (size_t i = 0; i < text.len;) {
        size_t end = claim_sentence_end(text, i, true);
        struct claim s;
        struct claim_judgement j = {0};
        claim_parse(&x, fm_str_sub(text, i, end - i), &s);
        fm_vec_each (cites, c)
            fm_vec_push(&ctx->arena, &s.cites,
                        ((struct claim_cite){c->evidence_id.len ? c->evidence_id : c->message_id,
                                             c->offset > 0 ? c->offset : 0,
                                             c->length > 0 ? c->length : 0}));
        if (s.has_unknown_id || (s.tokens.n && !claim_is_carried(&x, &s, &j)))
            return false;
        i = end > i ? end : i + 1;
    }
    return true;
}
