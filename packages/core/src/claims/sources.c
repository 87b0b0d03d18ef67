/* SPDX-License-Identifier: Apache-2.0 */
/* What a sentence may rest on, as windows. */
#include "claims/internal.h"

#define READ_MAX (8u << 20)
#define ANCHORS 4
#define HITS_MAX 4096 /* lines looked at for one word */
#define LINE_MAX_BYTES 4096

/* ---- texts of items ---- */

static fm_str analysed_bytes(const struct fm_inquiry *q, fm_str id)
{
    for (size_t i = 0; q && i < q->incident.inputs.n; i++)
        if (fm_str_eq(q->ids[i], id))
            return q->incident.inputs.items[i]->bytes;
    return FM_STR_NULL;
}

static fm_str evidence_bytes(struct claim_check *x, const struct fm_evidence_item *e)
{
    fm_str bytes = analysed_bytes(x->k->inquiry, e->id);
    struct fm_evidence_reader *r = x->k->evidence;
    if (bytes.len)
        return bytes;
    if (!r || r->ops->read(r, x->ctx, e->id, (struct fm_range){0, READ_MAX}, &bytes) != FM_OK) {
        fm_ctx_clear_error(x->ctx);
        return e->extract;
    }
    return bytes;
}

fm_str claim_item_text(struct claim_check *x, fm_str id)
{
    const struct fm_evidence_item *e = fm_case_find(x->k->c, FM_REF_EVIDENCE, id);
    const struct fm_message *m = fm_case_find(x->k->c, FM_REF_MESSAGE, id);
    fm_vec_each (&x->items, it)
        if (fm_str_eq(it->id, id))
            return it->text;
    fm_str text = FM_STR_NULL;
    for (size_t i = 0; x->k->extra && i < x->k->extra->n; i++)
        if (fm_str_eq(x->k->extra->items[i].evidence_id, id))
            return x->k->extra->items[i].text;
    if (e && e->state != FM_EVIDENCE_WITHDRAWN)
        text = evidence_bytes(x, e);
    else if (m && m->role == FM_MESSAGE_USER)
        text = m->text;
    fm_vec_push(&x->ctx->arena, &x->items, ((struct claim_item){id, text}));
    return text;
}

/* ---- windows ---- */

struct walk {
    struct claim_check *x;
    const struct claim *s;
    claim_window_fn fn;
    void *arg;
    bool is_over;
};

static void give(struct walk *w, struct claim_window window)
{
    if (!w->is_over && window.text.len)
        w->is_over = !w->fn(w->arg, &window);
}

static fm_str line_at(fm_str text, size_t at, size_t *from)
{
    size_t b = at, e = at;
    while (b > 0 && text.p[b - 1] != '\n' && at - b < LINE_MAX_BYTES)
        b--;
    while (e < text.len && text.p[e] != '\n' && e - at < LINE_MAX_BYTES)
        e++;
    *from = b;
    return fm_str_sub(text, b, e - b);
}

/* Lines of a piece of evidence that hold the word. */
static void give_lines(struct walk *w, const struct claim_cite *cite, fm_str text, fm_str word)
{
    size_t from = 0, hits = 0;
    for (ptrdiff_t at = fm_str_ifind(text, word, 0); at >= 0 && !w->is_over && hits++ < HITS_MAX;) {
        fm_str line = line_at(text, (size_t)at, &from);
        bool is_cited = cite->length == 0 || ((int64_t)from < cite->offset + cite->length &&
                                              (int64_t)(from + line.len) > cite->offset);
        if (is_cited)
            give(w, (struct claim_window){CLAIM_WINDOW_EVIDENCE, line, cite->id, (int64_t)from,
                                          (int64_t)line.len});
        size_t next = from + line.len;
        at = next < text.len ? fm_str_ifind(text, word, next > (size_t)at ? next : (size_t)at + 1)
                             : -1;
    }
}

static size_t longest_below(const struct claim *s, size_t below)
{
    size_t best = 0;
    fm_vec_each (&s->tokens, t)
        if (!t->is_negation && t->text.len < below && t->text.len > best)
            best = t->text.len;
    return best;
}

/* What is looked for in lines: a word without what its other forms change. */
static fm_str anchor_of(const struct claim_token *t)
{
    size_t n = t->text.len, keep = t->is_number ? n : n > 6 ? n - 3 : n > 4 ? n - 1 : n;
    return fm_str_sub(t->text, 0, keep);
}

/* The longest words and numbers are the rarest: what carries the sentence holds each of them. */
static void give_evidence(struct walk *w, const struct claim_cite *cite, fm_str text)
{
    size_t length = SIZE_MAX;
    int used = 0;
    while (used < ANCHORS && (length = longest_below(w->s, length)) > 0)
        fm_vec_each (&w->s->tokens, t)
            if (!t->is_negation && t->text.len == length && used++ < ANCHORS)
                give_lines(w, cite, text, anchor_of(t));
}

static void give_sentences(struct walk *w, fm_str id, fm_str text)
{
    for (size_t i = 0; i < text.len;) {
        size_t end = claim_sentence_end(text, i, true);
        fm_str s = fm_str_trim(fm_str_sub(text, i, end - i));
        if (!fm_str_ends(s, FM_STR("?")))
            give(w, (struct claim_window){CLAIM_WINDOW_MESSAGE, s, id, 0, 0});
        i = end > i ? end : i + 1;
    }
}

static void give_facts(struct walk *w, const struct claim_cite *cite)
{
    const struct fm_inquiry *q = w->x->k->inquiry;
    for (size_t i = 0; q && i < q->facts.n; i++) {
        const struct fm_inquiry_fact *f = &q->facts.items[i];
        bool is_near = cite->length == 0 || (f->offset < cite->offset + cite->length &&
                                             f->offset + f->length > cite->offset);
        if (fm_str_eq(f->evidence_id, cite->id) && is_near)
            give(w, (struct claim_window){f->is_cause ? CLAIM_WINDOW_CAUSE : CLAIM_WINDOW_ITEM,
                                          f->text, cite->id, f->offset, f->length});
    }
}

/* Items that somebody proposed are spoken of as such, or not at all. */
static bool speaks_of(const struct claim *s, const char *const *names)
{
    for (; *names; names++)
        if (fm_str_ihas(s->text, fm_str_c(*names)))
            return true;
    return false;
}

static void give_hypothesis(struct walk *w, const struct fm_hypothesis *h)
{
    static const char *const names[] = {"hypothes", NULL};
    if (speaks_of(w->s, names))
        give(w,
             (struct claim_window){
                 CLAIM_WINDOW_ITEM,
                 fm_str_fmt(&w->x->ctx->arena, "hypothesis %.*s %s %s likelihood %.2f: %.*s",
                            FM_STR_ARG(h->id), fm_name_of(&fm_hypothesis_status_names, h->status),
                            fm_name_of(&fm_hypothesis_category_names, h->category), h->likelihood,
                            FM_STR_ARG(h->statement)),
                 h->id, 0, 0});
}

static void give_other_item(struct walk *w, fm_str id)
{
    static const char *const fixes[] = {"solution", "mitigation", "remediation", "propos", NULL};
    static const char *const asks[] = {"request", "ask", NULL};
    const struct fm_case *c = w->x->k->c;
    const struct fm_hypothesis *h = fm_case_find(c, FM_REF_HYPOTHESIS, id);
    const struct fm_solution *s = fm_case_find(c, FM_REF_SOLUTION, id);
    const struct fm_evidence_request *r = fm_case_find(c, FM_REF_REQUEST, id);
    struct fm_arena *a = &w->x->ctx->arena;
    if (h)
        give_hypothesis(w, h);
    if (s && speaks_of(w->s, fixes))
        give(w, (struct claim_window){CLAIM_WINDOW_ITEM,
                                      fm_str_fmt(a, "solution proposed %s %s: %.*s",
                                                 fm_name_of(&fm_solution_kind_names, s->kind),
                                                 fm_name_of(&fm_solution_state_names, s->state),
                                                 FM_STR_ARG(s->title)),
                                      id, 0, 0});
    if (r && speaks_of(w->s, asks))
        give(w, (struct claim_window){CLAIM_WINDOW_ITEM,
                                      fm_str_fmt(a, "request asked %s: %.*s",
                                                 fm_name_of(&fm_request_status_names, r->status),
                                                 FM_STR_ARG(r->description)),
                                      id, 0, 0});
}

static void give_item_facts(struct walk *w, const struct claim_cite *cite)
{
    const struct fm_case *c = w->x->k->c;
    const struct fm_evidence_item *e = fm_case_find(c, FM_REF_EVIDENCE, cite->id);
    if (e && e->state != FM_EVIDENCE_WITHDRAWN && !e->testimony) {
        give(w, (struct claim_window){CLAIM_WINDOW_ITEM, e->summary, cite->id, 0, 0});
        give(w, (struct claim_window){CLAIM_WINDOW_ITEM, e->command, cite->id, 0, 0});
    }
    fm_vec_each (&c->changes, k)
        if (fm_str_eq(k->id, cite->id))
            give(w, (struct claim_window){CLAIM_WINDOW_ITEM, k->description, cite->id, 0, 0});
}

/* ---- causes that the rules hold ---- */

static bool is_cited_by(const struct fm_cites *cites, fm_str id)
{
    fm_vec_each (cites, k)
        if (fm_str_eq(k->evidence_id, id))
            return true;
    return false;
}

static bool is_evidence_of(const struct fm_case *c, const struct fm_hypothesis *h, fm_str id)
{
    fm_vec_each (&c->links, l)
        if (fm_str_eq(l->hypothesis_id, h->id) && fm_str_eq(l->evidence_id, id))
            return true;
    return is_cited_by(&h->cites, id);
}

static void give_cause(struct walk *w, fm_str id, fm_str statement, fm_str mechanism)
{
    give(w, (struct claim_window){CLAIM_WINDOW_CAUSE,
                                  fm_str_fmt(&w->x->ctx->arena, "%.*s. %.*s", FM_STR_ARG(statement),
                                             FM_STR_ARG(mechanism)),
                                  id, 0, 0});
}

static void give_causes(struct walk *w, const struct claim_cite *cite)
{
    const struct fm_case *c = w->x->k->c;
    fm_vec_each (&c->root_causes, r) {
        bool is_in_force = r->status == FM_FACT_ASSERTED || r->status == FM_FACT_CONFIRMED;
        if (is_in_force && (fm_str_eq(r->id, cite->id) || is_cited_by(&r->cites, cite->id)))
            give_cause(w, cite->id, r->statement, r->mechanism);
    }
    fm_vec_each (&c->hypotheses, h) {
        bool is_held = h->status == FM_HYPOTHESIS_VALIDATED;
        if (is_held && (fm_str_eq(h->id, cite->id) || is_evidence_of(c, h, cite->id)))
            give_cause(w, cite->id, h->statement, h->mechanism);
    }
}

void claim_each_window(struct claim_check *x, const struct claim *s, claim_window_fn fn, void *arg)
{
    struct walk w = {x, s, fn, arg, false};
    fm_vec_each (&s->cites, cite) {
        fm_str text = claim_item_text(x, cite->id);
        bool is_message = fm_case_find(x->k->c, FM_REF_MESSAGE, cite->id) != NULL;
        give_causes(&w, cite);
        give_facts(&w, cite);
        give_item_facts(&w, cite);
        give_other_item(&w, cite->id);
        if (is_message)
            give_sentences(&w, cite->id, text);
        else if (text.len)
            give_evidence(&w, cite, text);
    }
}
