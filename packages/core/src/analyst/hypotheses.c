/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis.h"

#define CAUSES_MAX 5
#define RULED_OUT_MAX 3

static const struct fm_hypothesis *known(const struct analysis *x, const struct fm_cause *cause)
{
    const char *fault = fm_fault_id(cause->fault);
    fm_vec_each (&x->c->hypotheses, h) {
        bool is_same_place =
            fm_str_eqc(h->fault, fault) && fm_str_eq(h->entity, cause->entity.name);
        if (is_same_place || fm_str_ieq(h->statement, analysis_cut(x->a, cause->statement, 500)))
            return h;
    }
    return NULL;
}

static enum fm_hypothesis_category category_of(enum fm_fault fault)
{
    /* both enums come from the same list of the case model; the case's one starts with "none" */
    return (enum fm_hypothesis_category)(fm_fault_category(fault) + 1);
}

/* The diagnosis' likelihood sets where a hypothesis starts; links then move it by the rules of the
 * case. */
static double start_of(const struct fm_cause *cause)
{
    double x = cause->likelihood * 0.7;
    return fm_unit_round(x < 0.1 ? 0.1 : x);
}

static fm_str add_cause(struct analysis *x, const struct fm_cause *cause, size_t rank)
{
    const struct fm_hypothesis *old = known(x, cause);
    if (old)
        return old->id;
    fm_str handle = fm_str_fmt(x->a, "h%zu", rank + 1);
    struct fm_hypothesis *b = fm_proposal_add(x->a, x->p, FM_CHANGE_ADD_HYPOTHESIS, handle);
    b->statement = analysis_cut(x->a, cause->statement, 500);
    b->category = category_of(cause->fault);
    b->mode = FM_GENERATION_SYSTEMATIC;
    b->initial_likelihood = start_of(cause);
    b->mechanism = analysis_cut(x->a, cause->mechanism, 2000);
    b->rationale = analysis_cut(x->a, cause->mechanism, 1000);
    b->fault = fm_str_c(fm_fault_id(cause->fault));
    b->entity = analysis_cut(x->a, cause->entity.name, 200);
    b->on_timeline = cause->change != NULL;
    analysis_add_claims(x, &cause->supports, &b->cites, 4);
    return handle;
}

static int claims_in(const struct fm_claims *claims, uint32_t evidence)
{
    int n = 0;
    fm_vec_each (claims, c)
        n += c->span.length && c->span.evidence == evidence;
    return n;
}

static void add_link(struct analysis *x, fm_str hypothesis, const struct fm_claims *claims,
                     uint32_t evidence, struct fm_link link)
{
    const struct fm_link *old = fm_case_link(x->c, hypothesis, x->ids[evidence]);
    if (old && old->stance == link.stance)
        return;
    struct fm_link *b = fm_proposal_add(x->a, x->p, FM_CHANGE_LINK, FM_STR_NULL);
    b->hypothesis_id = hypothesis;
    b->evidence_id = x->ids[evidence];
    b->stance = link.stance;
    b->completeness = link.completeness;
    fm_vec_each (claims, c) {
        if (c->span.evidence != evidence || !c->span.length)
            continue;
        if (!b->reasoning.len)
            b->reasoning = analysis_cut(x->a, c->text, 1000);
        analysis_add_cite(x, c->span, &b->cites, 4);
    }
}

static void add_links(struct analysis *x, const struct fm_cause *cause, size_t rank,
                      fm_str hypothesis)
{
    double fullness = fm_unit_round(cause->strength < 0.3   ? 0.3
                                    : cause->strength > 1.0 ? 1.0
                                                            : cause->strength);
    bool is_found = rank == 0 && x->d->verdict == FM_VERDICT_ROOT_CAUSE_FOUND;
    for (uint32_t i = 0; i < x->d->inputs.n; i++) {
        int n = claims_in(&cause->supports, i);
        bool is_strong = is_found && (n >= 2 || cause->likelihood >= 0.7);
        if (n && x->ids[i].len)
            add_link(x, hypothesis, &cause->supports, i,
                     (struct fm_link){.stance = is_strong ? FM_STANCE_STRONGLY_SUPPORTS
                                                          : FM_STANCE_SUPPORTS,
                                      .completeness = fullness});
        else if (claims_in(&cause->contradicts, i) && x->ids[i].len)
            add_link(x, hypothesis, &cause->contradicts, i,
                     (struct fm_link){.stance = FM_STANCE_CONTRADICTS, .completeness = 0.8});
    }
}

static fm_str find_statement(const struct fm_case *c, fm_str statement)
{
    fm_vec_each (&c->hypotheses, h)
        if (fm_str_ieq(h->statement, statement))
            return h->id;
    return FM_STR_NULL;
}

/* The change that the first cause blames is not ruled out, whatever was said of it alone. */
static bool is_blamed(const struct analysis *x, fm_str statement)
{
    const struct fm_change_ref *change = x->d->causes.items[0]->change;
    fm_str id = change ? fm_str_sub(change->id, 0, 12) : FM_STR_NULL;
    return id.len && fm_str_has(statement, id);
}

/* What was looked at and does not hold is kept, with the evidence against it; only beside a cause
 * that does hold, for without one it may still come back. */
static void add_ruled_out(struct analysis *x)
{
    bool has_cause = x->d->causes.n && (x->d->verdict == FM_VERDICT_ROOT_CAUSE_FOUND ||
                                        x->d->verdict == FM_VERDICT_PROBABLE_CAUSE);
    for (size_t i = 0; has_cause && i < x->d->ruled_out.n && i < RULED_OUT_MAX; i++) {
        const struct fm_ruled_out *r = &x->d->ruled_out.items[i];
        fm_str statement = analysis_cut(x->a, r->statement, 500);
        struct fm_cite k;
        if (!statement.len || is_blamed(x, statement) || !analysis_cite(x, r->span, &k))
            continue;
        fm_str id = find_statement(x->c, statement);
        if (!id.len) {
            id = fm_str_fmt(x->a, "r%zu", i + 1);
            struct fm_hypothesis *b = fm_proposal_add(x->a, x->p, FM_CHANGE_ADD_HYPOTHESIS, id);
            b->statement = statement;
            b->category = FM_HYPOTHESIS_OTHER;
            b->mode = FM_GENERATION_OPPORTUNISTIC;
            b->rationale = analysis_cut(x->a, r->because, 1000);
        }
        struct fm_claims claims = {0};
        fm_vec_push(x->a, &claims, (struct fm_claim){r->because, r->span});
        add_link(x, id, &claims, r->span.evidence,
                 (struct fm_link){.stance = FM_STANCE_STRONGLY_CONTRADICTS, .completeness = 1.0});
    }
}

void analysis_hypotheses(struct analysis *x)
{
    for (size_t i = 0; i < x->d->causes.n && i < CAUSES_MAX; i++) {
        x->hypotheses[i] = add_cause(x, x->d->causes.items[i], i);
        add_links(x, x->d->causes.items[i], i, x->hypotheses[i]);
    }
    add_ruled_out(x);
}

static fm_str mechanism_of(struct analysis *x, const struct fm_cause *cause)
{
    if (cause->mechanism.len)
        return analysis_cut(x->a, cause->mechanism, 2000);
    struct fm_buf b;
    fm_buf_init(&b, 4000);
    fm_vec_each (&x->d->chain, s)
        fm_buf_addf(&b, "%s%.*s", b.len ? " -> " : "", FM_STR_ARG(s->text));
    fm_str s =
        analysis_cut(x->a, fm_str_dup(x->a, b.len ? fm_buf_str(&b) : cause->statement), 2000);
    fm_buf_release(&b);
    return s;
}

static bool is_analysts(const struct fm_root_cause *r)
{
    return fm_str_starts(r->by, FM_STR("analyst"));
}

/* New evidence no longer bears out what the analyst found before: it says so itself. */
static void dispute_old(struct analysis *x, const struct fm_root_cause *old)
{
    if (!fm_case_has(x->c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED))
        return;
    for (size_t i = 0; i < x->d->causes.n && i < 2; i++)
        if (fm_str_eq(old->hypothesis_id, x->hypotheses[i]))
            return;
    struct fm_milestone *b = fm_proposal_add(x->a, x->p, FM_CHANGE_SET_MILESTONE, FM_STR_NULL);
    b->name = FM_MILESTONE_ROOT_CAUSE_IDENTIFIED;
    b->status = FM_FACT_DISPUTED;
    b->reason = FM_STR("with the new evidence the analysis no longer ranks this cause first");
}

void analysis_root_cause(struct analysis *x)
{
    const struct fm_root_cause *old = fm_case_root_cause(x->c);
    bool is_found = x->d->verdict == FM_VERDICT_ROOT_CAUSE_FOUND && x->d->causes.n;
    const struct fm_cause *cause = is_found ? x->d->causes.items[0] : NULL;
    double needed = fm_strategy_limits(fm_case_strategy(x->c))->cause_threshold;
    if (!cause || cause->likelihood < needed) {
        if (old && is_analysts(old))
            dispute_old(x, old);
        return;
    }
    bool is_known = old && old->status == FM_FACT_ASSERTED &&
                    (!is_analysts(old) || fm_str_eq(old->hypothesis_id, x->hypotheses[0]));
    struct fm_cites cites = {0};
    analysis_add_claims(x, &cause->supports, &cites, 12);
    if (is_known || !cites.n)
        return;
    struct fm_root_cause *b = fm_proposal_add(x->a, x->p, FM_CHANGE_ROOT_CAUSE, FM_STR("cause"));
    b->statement = analysis_cut(x->a, cause->statement, 1000);
    b->mechanism = mechanism_of(x, cause);
    b->role = FM_CAUSE_TRIGGER;
    b->confidence = fm_unit_round(cause->likelihood);
    b->method = FM_CAUSE_METHOD_DIRECT_ANALYSIS;
    b->hypothesis_id = x->hypotheses[0];
    b->cites = cites;
}
