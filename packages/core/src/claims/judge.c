/* SPDX-License-Identifier: Apache-2.0 */
#include "claims/internal.h"

#define VERBATIM_MIN 8   /* bytes: shorter ones stand by chance */
#define DENIED_WITHIN 24 /* bytes from a negation to what it denies */
#define NEAR 0.4         /* share of words at which a line is worth showing */

struct search {
    struct claim_check *x;
    const struct claim *s;
    struct claim_judgement *out;
    double best;
    bool is_carried;
};

/* What is denied stands right behind the negation. */
static bool is_denied_there(const struct claim_token *t, size_t negation_end, size_t end)
{
    return end <= negation_end + t->text.len + DENIED_WITHIN;
}

static bool stands_in_order(const struct claim *s, fm_str text)
{
    size_t at = 0, before = 0;
    const struct claim_token *last = NULL;
    fm_vec_each (&s->tokens, t) {
        at = claim_token_stands(text, t, at);
        if (!at || (last && last->is_negation && !is_denied_there(t, before, at)))
            return false;
        before = at;
        last = t;
    }
    return true;
}

static size_t tokens_standing(const struct claim *s, fm_str text)
{
    size_t n = 0;
    fm_vec_each (&s->tokens, t)
        n += claim_token_stands(text, t, 0) > 0;
    return n;
}

bool claim_all_stand(const struct claim *s, fm_str text)
{
    return tokens_standing(s, text) == s->tokens.n;
}

/* "EFFECT because REASON" for a window that has the reason first. */
static bool stands_turned(const struct claim *s, fm_str text)
{
    size_t split = s->is_cause ? claim_reason_at(s->text) : 0, at = 0;
    if (!split)
        return false;
    for (int is_effect = 0; is_effect < 2; is_effect++)
        fm_vec_each (&s->tokens, t) {
            bool is_in_effect = t->text.p < s->text.p + split;
            if (is_in_effect == (is_effect == 1) && !(at = claim_token_stands(text, t, at)))
                return false;
        }
    return true;
}

size_t claim_count_negations(fm_str text)
{
    fm_str rest = text, word;
    size_t n = 0;
    while (claim_next_word(&rest, &word))
        n += claim_word_is_negation(word);
    return n;
}

bool claim_is_carried_by(const struct claim *s, fm_str text)
{
    bool is_verbatim = s->plain.len >= VERBATIM_MIN && fm_str_has(text, s->plain);
    return (is_verbatim || stands_in_order(s, text) || stands_turned(s, text)) &&
           claim_count_negations(text) == s->n_negations;
}

static bool quotes_stand(const struct claim *s, fm_str text)
{
    fm_vec_each (&s->quotes, q)
        if (!fm_str_has(text, *q))
            return false;
    return true;
}

/* A cause is carried by a cause that is held; a deed never by somebody's words alone. */
static bool may_carry(const struct claim *s, const struct claim_window *w)
{
    if (s->is_cause)
        return w->kind == CLAIM_WINDOW_CAUSE;
    return w->kind != CLAIM_WINDOW_MESSAGE || !claim_tells_deed(s->text);
}

static bool on_window(void *arg, const struct claim_window *w)
{
    struct search *y = arg;
    const struct claim *s = y->s;
    bool is_whole = claim_is_carried_by(s, w->text) && quotes_stand(s, w->text);
    if (is_whole && may_carry(s, w)) {
        y->is_carried = true;
        y->out->carrier = *w;
        return false;
    }
    double share = (double)tokens_standing(s, w->text) / (double)s->tokens.n;
    if (w->kind == CLAIM_WINDOW_EVIDENCE && share >= NEAR && share > y->best) {
        y->best = share;
        y->out->nearest = *w;
    }
    return true;
}

bool claim_is_carried(struct claim_check *x, const struct claim *s, struct claim_judgement *out)
{
    struct search y = {.x = x, .s = s, .out = out};
    if (s->tokens.n == s->n_negations)
        return false;
    claim_each_window(x, s, on_window, &y);
    return y.is_carried;
}

/* ---- quotes ---- */

static bool stands_in_cited(struct claim_check *x, const struct claim *s, fm_str quote)
{
    fm_vec_each (&s->cites, c)
        if (fm_str_has(claim_item_text(x, c->id), quote))
            return true;
    return false;
}

static bool stands_anywhere(struct claim_check *x, fm_str quote)
{
    const struct fm_case *c = x->k->c;
    const struct fm_inquiry *q = x->k->inquiry;
    fm_vec_each (&c->evidence, e)
        if (fm_str_has(claim_item_text(x, e->id), quote) || fm_str_has(e->summary, quote))
            return true;
    fm_vec_each (&c->messages, m)
        if (m->role == FM_MESSAGE_USER && fm_str_has(m->text, quote))
            return true;
    for (size_t i = 0; q && i < q->facts.n; i++)
        if (fm_str_has(q->facts.items[i].text, quote))
            return true;
    return fm_str_has(x->k->message, quote);
}

/* A quote that stands nowhere is invented; one that stands elsewhere is cited wrongly. */
static enum fm_claim_verdict judge_quotes(struct claim_check *x, const struct claim *s)
{
    enum fm_claim_verdict v = FM_CLAIM_PASSES;
    fm_vec_each (&s->quotes, q) {
        if (s->cites.n && stands_in_cited(x, s, *q))
            continue;
        if (!stands_anywhere(x, *q))
            return FM_CLAIM_REMOVED;
        v = FM_CLAIM_MARKED;
    }
    return v;
}

/* ---- requests ---- */

/* A number in a request is one that the user or the program has named. */
static bool is_known(struct claim_check *x, const struct claim_token *n)
{
    const struct fm_inquiry *q = x->k->inquiry;
    if (claim_token_stands(x->k->message, n, 0))
        return true;
    fm_vec_each (&x->k->c->messages, m)
        if (m->role == FM_MESSAGE_USER && claim_token_stands(m->text, n, 0))
            return true;
    for (size_t i = 0; q && i < q->facts.n; i++)
        if (claim_token_stands(q->facts.items[i].text, n, 0))
            return true;
    return false;
}

bool claim_numbers_are_known(struct claim_check *x, const struct claim *s)
{
    fm_vec_each (&s->tokens, t)
        if (t->is_number && !is_known(x, t))
            return false;
    return true;
}

static bool is_free(struct claim_check *x, const struct claim *s)
{
    return !s->quotes.n && claim_is_request(s->text) && !claim_tells_deed(s->text) &&
           claim_numbers_are_known(x, s);
}

void claim_judge(struct claim_check *x, const struct claim *s, struct claim_judgement *out)
{
    *out = (struct claim_judgement){.verdict = FM_CLAIM_REMOVED};
    if (s->has_unknown_id)
        return;
    out->verdict = judge_quotes(x, s);
    if (out->verdict == FM_CLAIM_REMOVED || is_free(x, s))
        return;
    bool is_carried = claim_is_carried(x, s, out);
    if (!is_carried)
        out->verdict = FM_CLAIM_MARKED;
    out->is_open_cause = s->is_cause && !is_carried;
}
