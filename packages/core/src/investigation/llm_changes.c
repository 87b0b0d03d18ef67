/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a model may claim by a change. The engine's rules check that a change is allowed and that
 * its quotes are real; here it is checked that what it states is what its citations say. A person
 * may state what they know; a model may only pass on what stands somewhere.
 */
#include "llm_changes.h"

#define KNOWN_MAX (8u << 20)
#define WORDS_KNOWN 0.8

typedef fm_str (*check_fn)(struct llm_checking *x, void *body);

static const check_fn checks[FM_CHANGE_COUNT] = {
    [FM_CHANGE_PROPOSE_STATEMENT] = llm_check_statement,
    [FM_CHANGE_INTENT] = llm_check_intent,
    [FM_CHANGE_ADD_EVIDENCE] = llm_check_evidence,
    [FM_CHANGE_UPDATE_VERIFICATION] = llm_check_verification,
    [FM_CHANGE_RECORD_CHANGE] = llm_check_recent_change,
    [FM_CHANGE_ADD_HYPOTHESIS] = llm_check_hypothesis,
    [FM_CHANGE_UPDATE_HYPOTHESIS] = llm_check_hypothesis_move,
    [FM_CHANGE_LINK] = llm_check_link,
    [FM_CHANGE_REQUEST_EVIDENCE] = llm_check_request,
    [FM_CHANGE_ANSWER_REQUEST] = llm_check_answer,
    [FM_CHANGE_SET_MILESTONE] = llm_check_milestone,
    [FM_CHANGE_ROOT_CAUSE] = llm_check_root_cause,
    [FM_CHANGE_CONCLUSION] = llm_check_conclusion,
    [FM_CHANGE_ADD_SOLUTION] = llm_check_solution,
    [FM_CHANGE_UPDATE_SOLUTION] = llm_check_solution_move,
    [FM_CHANGE_WAIT] = llm_check_wait,
    [FM_CHANGE_LOOP_BACK] = llm_check_loop_back,
    [FM_CHANGE_SUGGEST_DEGRADED] = llm_check_degraded,
    [FM_CHANGE_DOCUMENT] = llm_check_documentation,
    [FM_CHANGE_ACTION_ITEM] = llm_check_action,
    [FM_CHANGE_SET_TITLE] = llm_check_title,
};

/* ---- words that are known ---- */

bool llm_is_known(struct llm_checking *x, fm_str text)
{
    fm_str rest = text, word;
    size_t n = 0, standing = 0;
    while (fm_str_word(&rest, &word)) {
        bool is_number = false;
        for (size_t i = 0; i < word.len; i++)
            is_number |= word.p[i] >= '0' && word.p[i] <= '9';
        bool is_known = fm_claim_words_stand(x->ctx, x->k, word, x->known);
        if (is_number && !is_known)
            return false;
        n++;
        standing += is_known;
    }
    return (double)standing >= WORDS_KNOWN * (double)n;
}

bool llm_all_known(struct llm_checking *x, const struct fm_strs *list)
{
    fm_vec_each (list, s)
        if (!fm_str_ihas(x->known, fm_str_trim(*s)))
            return false;
    return true;
}

bool llm_is_said(const struct llm_checking *x, fm_str text)
{
    return fm_str_trim(text).len > 0 && fm_str_ihas(x->a->in->message, fm_str_trim(text));
}

void llm_keep_carried(struct llm_checking *x, fm_str *text, const struct fm_cites *cites)
{
    if (text->len && !fm_claim_stands(x->ctx, x->k, *text, cites) &&
        !fm_claim_is_harmless(x->ctx, x->k, *text))
        *text = FM_STR_NULL;
}

void llm_keep_harmless(struct llm_checking *x, struct fm_strs *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (fm_claim_is_harmless(x->ctx, x->k, list->items[i]))
            list->items[n++] = list->items[i];
    list->n = n;
}

fm_str llm_first_quote(const struct fm_cites *cites)
{
    fm_vec_each (cites, c)
        if (c->quote.len)
            return c->quote;
    return FM_STR_NULL;
}

bool llm_quote_speaks_of(struct llm_checking *x, const struct fm_cites *cites, fm_str text,
                         size_t words)
{
    fm_vec_each (cites, c) {
        fm_str line = fm_claim_quoted_line(x->ctx, x->k, c->evidence_id, c->quote);
        if (line.len && fm_claim_words_shared(x->ctx, x->k, text, line) >= words)
            return true;
    }
    return false;
}

static void add_line(struct fm_buf *b, fm_str s)
{
    fm_buf_adds(b, s);
    fm_buf_addc(b, '\n');
}

static void add_case(struct fm_buf *b, const struct fm_case *c)
{
    add_line(b, c->title);
    add_line(b, c->description);
    add_line(b, c->consulting.statement);
    fm_vec_each (&c->messages, m)
        if (m->role == FM_MESSAGE_USER)
            add_line(b, m->text);
    fm_vec_each (&c->files, f)
        add_line(b, f->filename);
    fm_vec_each (&c->evidence, e)
        add_line(b, e->summary);
    fm_vec_each (&c->verification.affected_services, s)
        add_line(b, *s);
    fm_vec_each (&c->changes, r)
        add_line(b, r->description);
}

static fm_str known_text(struct llm_ask *a)
{
    const struct fm_inquiry *q = a->r->opt.inquiry;
    struct fm_buf b;
    fm_buf_init(&b, KNOWN_MAX);
    add_line(&b, a->in->message);
    add_case(&b, a->in->c);
    for (size_t i = 0; q && i < q->facts.n; i++)
        add_line(&b, q->facts.items[i].text);
    for (size_t i = 0; q && i < q->incident.entities.n; i++)
        add_line(&b, q->incident.entities.items[i].name);
    fm_str s = fm_str_dup(&a->ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

/* ---- quotes ---- */

/* A reference that names nothing is the engine's to refuse. */
static fm_str check_quotes(struct llm_checking *x, const struct fm_cites *cites)
{
    fm_vec_each (cites, c) {
        fm_str id = c->evidence_id.len ? c->evidence_id : c->message_id;
        fm_str text = c->quote.len ? fm_claim_source(x->ctx, x->k, id) : FM_STR_NULL;
        if (text.len && !fm_str_has(text, c->quote))
            return LLM_REASON(x, "the quote \"%.*s\" does not stand in %.*s",
                              FM_STR_ARG(fm_str_sub(c->quote, 0, 80)), FM_STR_ARG(id));
        /* The place as given may be that of the line; the quote is what counts. */
        if (c->quote.len && c->length != (int64_t)c->quote.len)
            c->offset = c->length = 0;
    }
    return FM_STR_NULL;
}

static fm_str check_all_quotes(struct llm_checking *x, const struct fm_change *k)
{
    const struct fm_record_type *t = fm_change_body(k->type);
    for (size_t i = 0; t && i < t->n_fields; i++) {
        if (t->fields[i].kind != FM_FIELD_RECORDS || t->fields[i].type != &fm_cite_type)
            continue;
        fm_str why = check_quotes(x, (const struct fm_cites *)(const void *)((const char *)k->body +
                                                                             t->fields[i].offset));
        if (why.len)
            return why;
    }
    return FM_STR_NULL;
}

/* Evidence that the proposal itself adds, by its handle: what the user wrote. */
static void collect_own(struct llm_ask *a, const struct fm_proposal *p,
                        struct fm_inquiry_facts *out)
{
    for (size_t i = 0; i < p->changes.n; i++) {
        const struct fm_change *k = &p->changes.items[i];
        const struct fm_evidence_item *e =
            k->type == FM_CHANGE_ADD_EVIDENCE && !k->defect.len ? k->body : NULL;
        if (e && k->handle.len && fm_str_has(a->in->message, e->extract))
            fm_vec_push(&a->ctx->arena, out,
                        ((struct fm_inquiry_fact){.evidence_id = k->handle, .text = e->extract}));
    }
}

void llm_check_changes(struct llm_ask *a, struct fm_proposal *p)
{
    struct fm_claim_sources k = a->sources;
    struct fm_inquiry_facts own = {0};
    collect_own(a, p, &own);
    k.extra = &own;
    struct llm_checking x = {a, a->ctx, &k, p, known_text(a)};
    for (size_t i = 0; i < p->changes.n; i++) {
        struct fm_change *change = &p->changes.items[i];
        if (!change->body || change->defect.len)
            continue;
        change->defect = check_all_quotes(&x, change);
        if (!change->defect.len && checks[change->type])
            change->defect = checks[change->type](&x, change->body);
    }
}
