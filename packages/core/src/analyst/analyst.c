/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis.h"

static const fm_str *map_inputs(struct fm_arena *a, const struct fm_case *c,
                                const struct fm_diagnosis *d)
{
    fm_str *ids = FM_NEW_ARRAY(a, fm_str, d->inputs.n + 1);
    for (size_t i = 0; i < d->inputs.n; i++)
        fm_vec_each (&c->evidence, e)
            if (e->state != FM_EVIDENCE_WITHDRAWN &&
                fm_str_eqc(e->sha256, d->inputs.items[i]->sha256))
                ids[i] = e->id;
    return ids;
}

static bool has_trouble(const struct fm_diagnosis *d)
{
    return d->verdict != FM_VERDICT_HEALTHY && (d->causes.n || d->timeline.n || d->affected.n);
}

static fm_str first_sentence(fm_str s)
{
    ptrdiff_t at = fm_str_find(s, FM_STR(". "), 0);
    return at < 0 ? s : fm_str_sub(s, 0, (size_t)at + 1);
}

#define SYMPTOMS_MAX 3

static bool is_symptom(const struct fm_diagnosis *d, const struct fm_timeline_entry *t)
{
    return t->text.len && (d->onset == FM_TIME_NONE || t->at >= d->onset);
}

/* What happened from the onset on, in order of time: a problem is stated by its symptoms. */
static void add_symptoms(const struct fm_diagnosis *d, struct fm_buf *b)
{
    size_t n = 0;
    fm_vec_each (&d->timeline, t) {
        if (n >= SYMPTOMS_MAX || !is_symptom(d, t))
            continue;
        fm_buf_addz(b, n++ ? "; " : b->len ? ": " : "");
        if (t->entity.name.len && !fm_str_has(fm_buf_str(b), t->entity.name))
            fm_buf_addf(b, "%.*s: ", FM_STR_ARG(t->entity.name));
        fm_buf_adds(b, fm_str_sub(t->text, 0, 200));
    }
    if (!n)
        fm_buf_addf(b, "%s%.*s", b->len ? ": " : "", FM_STR_ARG(first_sentence(d->summary)));
}

/* The problem in words: who suffers, since when, how it shows. */
static fm_str statement_of(struct analysis *x)
{
    struct fm_buf b;
    const struct fm_diagnosis *d = x->d;
    fm_buf_init(&b, 4000);
    for (size_t i = 0; i < d->affected.n && i < 3; i++)
        fm_buf_addf(&b, "%s%.*s", i ? ", " : "", FM_STR_ARG(d->affected.items[i].name));
    if (b.len)
        fm_buf_addz(&b, d->affected.n > 3   ? " and others are affected"
                        : d->affected.n > 1 ? " are affected"
                                            : " is affected");
    if (d->onset != FM_TIME_NONE)
        fm_buf_addf(&b, "%s %.*s", b.len ? " since" : "Since",
                    FM_STR_ARG(fm_time_str(x->a, d->onset)));
    add_symptoms(d, &b);
    fm_str s = analysis_cut(x->a, fm_str_dup(x->a, fm_buf_str(&b)), 600);
    fm_buf_release(&b);
    return s;
}

/* Without a symptom or a cause there is nothing to state yet. */
static bool can_state(const struct fm_diagnosis *d)
{
    return has_trouble(d) && (d->causes.n || d->timeline.n);
}

static void propose_statement(struct analysis *x)
{
    const struct fm_consulting *k = &x->c->consulting;
    if (k->statement.len || k->confirmed || !can_state(x->d))
        return;
    struct fm_statement *b = fm_proposal_add(x->a, x->p, FM_CHANGE_PROPOSE_STATEMENT, FM_STR_NULL);
    b->text = statement_of(x);
    fm_vec_each (&x->d->timeline, t)
        if (is_symptom(x->d, t))
            analysis_add_cite(x, t->span, &b->cites, SYMPTOMS_MAX);
    if (!b->cites.n && x->d->causes.n)
        analysis_add_claims(x, &x->d->causes.items[0]->supports, &b->cites, SYMPTOMS_MAX);
}

/* What would help, where the diagnosis found no cause. */
static void add_missing(const struct fm_diagnosis *d, struct fm_buf *b)
{
    for (size_t i = 0; !d->causes.n && i < d->missing.n && i < 4; i++)
        fm_buf_addf(b, "\n- %.*s: %.*s", FM_STR_ARG(d->missing.items[i].what),
                    FM_STR_ARG(fm_str_sub(d->missing.items[i].how, 0, 300)));
}

static fm_str message_of(struct analysis *x)
{
    const struct fm_diagnosis *d = x->d;
    struct fm_buf b;
    fm_buf_init(&b, 16000);
    fm_buf_addf(&b, "%.*s", FM_STR_ARG(fm_str_sub(d->summary, 0, 4000)));
    add_missing(d, &b);
    if (d->causes.n > 1)
        fm_buf_addz(&b, "\nAlso possible:");
    for (size_t i = 1; i < d->causes.n && i < 4; i++)
        fm_buf_addf(&b, "\n- %.*s", FM_STR_ARG(fm_str_sub(d->causes.items[i]->statement, 0, 300)));
    if (x->c->status == FM_CASE_CONSULTING && can_state(d) && !x->c->consulting.confirmed)
        fm_buf_addz(
            &b, "\nIs the proposed problem statement right? Confirm it to investigate formally.");
    fm_str s = fm_str_dup(x->a, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

static void analyse(struct analysis *x)
{
    if (x->c->status == FM_CASE_CONSULTING)
        propose_statement(x);
    if (x->c->status == FM_CASE_INVESTIGATING) {
        analysis_verification(x);
        analysis_hypotheses(x);
        analysis_root_cause(x);
        analysis_solutions(x);
        analysis_requests(x);
    }
    x->p->message = message_of(x);
    if (x->d->causes.n)
        analysis_add_claims(x, &x->d->causes.items[0]->supports, &x->p->cites, 8);
}

static enum fm_code answer(struct fm_ctx *ctx, const struct fm_reasoner_input *in,
                           struct fm_proposal *out)
{
    struct fm_case_reply reply = {0};
    struct fm_case_question q = fm_question_read(&ctx->arena, in->c, in->message);
    FM_TRY(fm_question_answer(ctx, in->c, &q, in->evidence, &reply));
    out->message = reply.text;
    out->cites = reply.cites;
    return FM_OK;
}

static enum fm_code propose(struct fm_reasoner *base, struct fm_ctx *ctx,
                            const struct fm_reasoner_input *in, struct fm_proposal *out)
{
    const struct fm_analyst *self = (const struct fm_analyst *)base;
    struct fm_proposal p = {0};
    fm_record_init(&fm_provenance_type, &p.provenance);
    p.provenance.reasoner = FM_STR("analyst");
    p.provenance.version = FM_STR(FM_VERSION);
    if (self->diagnosis && !fm_case_is_terminal(in->c)) {
        struct analysis x = {.ctx = ctx,
                             .a = &ctx->arena,
                             .c = in->c,
                             .d = self->diagnosis,
                             .ids = map_inputs(&ctx->arena, in->c, self->diagnosis),
                             .p = &p};
        analyse(&x);
    } else if (in->message.len) {
        FM_TRY(answer(ctx, in, &p));
    }
    *out = p;
    return FM_OK;
}

static void do_nothing(struct fm_reasoner *base)
{
    (void)base;
}

void fm_analyst_init(struct fm_analyst *a, const struct fm_diagnosis *diagnosis)
{
    static const struct fm_reasoner_ops ops = {.propose = propose, .free = do_nothing};
    *a = (struct fm_analyst){{&ops}, diagnosis};
}
