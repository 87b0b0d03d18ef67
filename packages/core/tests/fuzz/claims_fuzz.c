/* SPDX-License-Identifier: Apache-2.0 */
/* The check of answers: evidence, a NUL, the answer. In pieces it is judged as in whole; what is
 * shown is what is stored; a text of words that the evidence does not have never passes. */
#include "model_case.h"

struct shown {
    struct fm_buf text;
};

static void on_text(void *arg, fm_str text)
{
    fm_buf_adds(&((struct shown *)arg)->text, text);
}

static void check(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text, size_t piece,
                  struct fm_checked *out)
{
    struct shown s;
    fm_buf_init(&s.text, 64u << 20);
    struct fm_claim_stream *x = fm_claim_stream_new(ctx, k, (struct fm_claim_sink){on_text, &s});
    for (size_t i = 0; i < text.len; i += piece)
        fm_claim_stream_feed(x, fm_str_sub(text, i, piece));
    fm_claim_stream_end(x, out);
    if (!fm_str_eq(fm_buf_str(&s.text), out->text))
        abort();
    fm_claim_stream_free(x);
    fm_buf_release(&s.text);
}

/* The id of the evidence stands for "$e". */
static fm_str with_ids(struct fm_arena *a, fm_str text, fm_str id)
{
    struct fm_buf b;
    fm_buf_init(&b, 64u << 20);
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '$' && i + 1 < text.len && text.p[i + 1] == 'e') {
            fm_buf_adds(&b, id);
            i++;
        } else {
            fm_buf_addc(&b, text.p[i]);
        }
    }
    fm_str out = fm_str_dup(a, fm_buf_str(&b));
    fm_buf_release(&b);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model_case m;
    struct fm_checked whole, pieces;
    fm_str all = fm_str_n((const char *)data, size), rest = all;
    if (size > 20000)
        return 0;
    fm_str evidence = fm_str_cut(&rest, '\0');
    model_case_open(&m, evidence);
    struct fm_claim_sources k = {.c = m.c, .evidence = &m.reader, .message = FM_STR("What?")};
    fm_str text = with_ids(&m.ctx.arena, rest, m.c->evidence.items[0].id);
    check(&m.ctx, &k, text, text.len + 1, &whole);
    check(&m.ctx, &k, text, 1 + size % 7, &pieces);
    if (!fm_str_eq(whole.text, pieces.text) || whole.n_sentences != pieces.n_sentences)
        abort();
    if (whole.n_marked + whole.n_removed > whole.n_sentences)
        abort();
    fm_claims_check(&m.ctx, &k,
                    fm_str_fmt(&m.ctx.arena, "Zzyzx qwrtp was here [%.*s].",
                               FM_STR_ARG(m.c->evidence.items[0].id)),
                    &pieces);
    if (!fm_str_ihas(evidence, FM_STR("qwrt")) && pieces.n_marked != 1)
        abort();
    model_case_close(&m);
    return 0;
}
