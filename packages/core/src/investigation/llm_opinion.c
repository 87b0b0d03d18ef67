/* SPDX-License-Identifier: Apache-2.0 */
/* Two opinions are both shown, with what carries the analyst's and what would decide. */
#include "llm_internal.h"

#define SHARED_WORDS 0.6
#define TEXT_MAX 4000

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || (c & 0x80);
}

/* Share of the longer words of text that stand in other. */
static double words_shared(fm_str text, fm_str other)
{
    size_t n = 0, found = 0;
    for (size_t i = 0; i < text.len;) {
        size_t len = 0;
        while (i + len < text.len && is_word_byte(text.p[i + len]))
            len++;
        if (len >= 4) {
            n++;
            found += fm_str_ihas(other, fm_str_sub(text, i, len > 6 ? len - 2 : len));
        }
        i += len ? len : 1;
    }
    return n ? (double)found / (double)n : 0;
}

static bool is_same_cause(fm_str statement, fm_str own, fm_str mechanism)
{
    return words_shared(statement, own) >= SHARED_WORDS ||
           words_shared(statement, mechanism) >= SHARED_WORDS;
}

/* The cause that the model proposes; empty when it proposes none. */
static fm_str proposed_cause(const struct fm_proposal *p)
{
    for (size_t i = 0; i < p->changes.n; i++) {
        const struct fm_change *k = &p->changes.items[i];
        if (k->body && k->type == FM_CHANGE_ROOT_CAUSE)
            return ((const struct fm_root_cause *)k->body)->statement;
        if (k->body && k->type == FM_CHANGE_CONCLUSION)
            return ((const struct fm_conclusion *)k->body)->statement;
    }
    return FM_STR_NULL;
}

static fm_str first_line(fm_str s)
{
    fm_str rest = fm_str_trim(s), line = FM_STR_NULL;
    return fm_str_line(&rest, &line) ? line : FM_STR_NULL;
}

static void put_claim(struct llm_ask *a, struct fm_buf *b, const char *word,
                      const struct fm_claims *list)
{
    if (!list->n)
        return;
    fm_str place = fm_inquiry_place(a->r->opt.inquiry, &a->ctx->arena, list->items[0].span);
    fm_buf_addf(b, "\n  %s: %.*s %.*s", word, FM_STR_ARG(first_line(list->items[0].text)),
                FM_STR_ARG(place));
}

static fm_str analysts(struct llm_ask *a, const struct fm_cause *k)
{
    struct fm_buf b;
    fm_buf_init(&b, TEXT_MAX);
    fm_buf_addf(&b, "\nThe analyst's diagnosis is another one (likelihood %.2f, %s): %.*s",
                k->likelihood, fm_confidence_name(k->confidence),
                FM_STR_ARG(first_line(k->statement)));
    put_claim(a, &b, "for it", &k->supports);
    put_claim(a, &b, "against it", &k->contradicts);
    if (k->settle_ask.len)
        fm_buf_addf(&b, "\n  what decides: %.*s%s%.*s", FM_STR_ARG(first_line(k->settle_ask)),
                    k->settle_command.len ? "  $ " : "", FM_STR_ARG(first_line(k->settle_command)));
    fm_str s = fm_str_dup(&a->ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

static fm_str leading_hypothesis(struct llm_ask *a, fm_str said)
{
    const struct fm_hypothesis *best = fm_hypothesis_best(a->in->c);
    if (!best || is_same_cause(said, best->statement, best->mechanism))
        return FM_STR_NULL;
    return fm_str_fmt(
        &a->ctx->arena,
        "\nThe leading hypothesis of this case is another one: %.*s (%.*s, likelihood "
        "%.2f).",
        FM_STR_ARG(best->statement), FM_STR_ARG(best->id), best->likelihood);
}

fm_str llm_other_opinion(struct llm_ask *a, const struct fm_proposal *p, bool has_open_cause)
{
    const struct fm_inquiry *q = a->r->opt.inquiry;
    const struct fm_cause *top =
        q && q->diagnosis && q->diagnosis->causes.n ? q->diagnosis->causes.items[0] : NULL;
    fm_str said = proposed_cause(p);
    if (!said.len && !has_open_cause)
        return FM_STR_NULL;
    if (!top)
        return said.len ? leading_hypothesis(a, said) : FM_STR_NULL;
    if (said.len && is_same_cause(said, top->statement, top->mechanism))
        return FM_STR_NULL;
    return analysts(a, top);
}
