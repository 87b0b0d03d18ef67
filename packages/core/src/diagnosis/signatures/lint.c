/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a signature worth having: evidence that is more than a word, a text for people, an
 * action, a reference, and examples on both sides that behave.
 */
#include <stdarg.h>

#include "signature.h"

#define EXAMPLES_LEAST 2
#define WORDS_LEAST 2

struct linter {
    struct fm_signature_set *set;
    const struct fm_signature *signature;
    struct fm_signature_problems *out;
};

static void FM_PRINTF(2, 3) complain(struct linter *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fm_str text = fm_str_vfmt(&l->set->ctx->arena, fmt, ap);
    va_end(ap);
    fm_vec_push(&l->set->ctx->arena, l->out,
                ((struct fm_signature_problem){l->signature->id, text}));
}

/* One word in a message is no evidence: it needs a state of its own beside it, or a comparison. */
static void lint_reason(struct linter *l)
{
    const struct fm_signature *s = l->signature;
    fm_vec_each (&s->reason, r) {
        const struct fm_pattern *p = l->set->patterns.items[r->pattern];
        bool is_backed = s->state.n || r->where.op != FM_COMPARE_NONE || !r->any_observation;
        if (fm_pattern_words(p) < WORDS_LEAST && !is_backed)
            complain(l,
                     "reason \"%.*s\" is one word and nothing else is required: give a longer text "
                     "or a \"state\"",
                     FM_STR_ARG(p->source));
    }
}

static bool is_capture(const struct fm_signature_set *set, const struct fm_signature *s,
                       fm_str name)
{
    static const char *const given[] = {"entity", "count", "peer"};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (fm_str_eqc(name, given[i]))
            return true;
    fm_vec_each (&s->reason, r)
        fm_vec_each (&set->patterns.items[r->pattern]->pieces, piece)
            if (piece->kind == FM_PIECE_CAPTURE && fm_str_eq(piece->text, name))
                return true;
    return false;
}

static void lint_template(struct linter *l, const char *what, fm_str text)
{
    ptrdiff_t open;
    for (size_t at = 0; (open = fm_str_chr(text, '{', at)) >= 0; at = (size_t)open + 1) {
        ptrdiff_t close = fm_str_chr(text, '}', (size_t)open);
        fm_str name = close < 0 ? FM_STR_NULL
                                : fm_str_sub(text, (size_t)open + 1, (size_t)(close - open) - 1);
        name = fm_str_cut(&name, '|');
        name = fm_str_cut(&name, '?');
        if (!is_capture(l->set, l->signature, name))
            complain(l, "%s uses {%.*s}, which no reason captures", what, FM_STR_ARG(name));
    }
}

static void lint_texts(struct linter *l)
{
    const struct fm_signature *s = l->signature;
    if (!s->statement.len || !s->mechanism.len)
        complain(l, "needs \"statement\" and \"mechanism\"");
    if (!s->actions.n)
        complain(l, "needs at least one action");
    if (!s->references.n)
        complain(l, "needs at least one reference");
    if (s->category != fm_fault_category(s->fault))
        complain(l, "category \"%s\" is not the one of %s, which is \"%s\"",
                 fm_category_name(s->category), fm_fault_id(s->fault),
                 fm_category_name(fm_fault_category(s->fault)));
    lint_template(l, "statement", s->statement);
    lint_template(l, "mechanism", s->mechanism);
    lint_template(l, "location", s->location);
    lint_template(l, "settle.command", s->settle_command);
    fm_vec_each (&s->actions, a)
        lint_template(l, "action command", a->command);
}

/* A positive example fulfils the signature; a negative one does not, or shows that it is over. */
static void run_example(struct linter *l, const struct fm_example *e, unsigned number)
{
    struct fm_facts facts = {0};
    struct fm_findings findings = {0};
    bool is_found = false;
    fm_example_facts(l->set->ctx, e->text, &facts);
    fm_signatures_find(l->set, &facts, &findings);
    fm_vec_each (&findings, f)
        is_found = is_found || (f->signature == l->signature && !f->is_resolved);
    if (is_found != e->is_positive)
        complain(l, "%s example %u is %s", e->is_positive ? "positive" : "negative", number,
                 is_found ? "matched" : "not matched");
}

static void lint_examples(struct linter *l)
{
    unsigned n[2] = {0, 0};
    fm_vec_each (&l->signature->examples, e)
        run_example(l, e, ++n[e->is_positive]);
    if (n[0] < EXAMPLES_LEAST || n[1] < EXAMPLES_LEAST)
        complain(l, "needs %d positive and %d negative examples, has %u and %u", EXAMPLES_LEAST,
                 EXAMPLES_LEAST, n[1], n[0]);
}

enum fm_code fm_signatures_lint(struct fm_signature_set *set, struct fm_signature_problems *out)
{
    fm_vec_each (&set->items, it) {
        struct linter l = {.set = set, .signature = *it, .out = out};
        FM_TRY(fm_ctx_check(set->ctx));
        lint_reason(&l);
        lint_texts(&l);
        lint_examples(&l);
    }
    return FM_OK;
}
