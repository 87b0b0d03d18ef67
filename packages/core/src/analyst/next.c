/* SPDX-License-Identifier: Apache-2.0 */
/* What to do and what to ask for, from the diagnosis. */
#include "analysis.h"

static bool has_solution(const struct fm_case *c, fm_str title)
{
    fm_vec_each (&c->solutions, s)
        if (fm_str_ieq(s->title, title))
            return true;
    return false;
}

static void add_action(struct analysis *x, const struct fm_action *action)
{
    fm_str title = analysis_cut(x->a, action->text, 200);
    if (!title.len || has_solution(x->c, title))
        return;
    struct fm_solution *b = fm_proposal_add(x->a, x->p, FM_CHANGE_ADD_SOLUTION, FM_STR_NULL);
    bool is_quick = action->kind == FM_ACTION_MITIGATION;
    b->kind = is_quick ? FM_SOLUTION_MITIGATION : FM_SOLUTION_REMEDIATION;
    b->title = title;
    *(is_quick ? &b->immediate_action : &b->longterm_fix) = analysis_cut(x->a, action->text, 2000);
    if (action->command.len && action->command.len <= 1000)
        fm_vec_push(x->a, &b->commands, action->command);
    if (action->risk.len)
        fm_vec_push(x->a, &b->risks, analysis_cut(x->a, action->risk, 500));
    b->hypothesis_id = x->hypotheses[0];
}

static void add_prevention(struct analysis *x, const struct fm_action *action, struct fm_strs *list)
{
    fm_str text = analysis_cut(x->a, action->text, 1000);
    fm_vec_each (&x->c->documentation.preventive_measures, m)
        if (fm_str_eq(*m, text))
            return;
    if (text.len && list->n < 10)
        fm_vec_push(x->a, list, text);
}

void analysis_solutions(struct analysis *x)
{
    struct fm_strs prevention = {0};
    bool is_worth_it =
        x->d->verdict == FM_VERDICT_ROOT_CAUSE_FOUND || x->d->verdict == FM_VERDICT_PROBABLE_CAUSE;
    if (!x->d->causes.n || !is_worth_it)
        return;
    fm_vec_each (&x->d->causes.items[0]->actions, action) {
        if (action->kind == FM_ACTION_PREVENTION)
            add_prevention(x, action, &prevention);
        else
            add_action(x, action);
    }
    if (!prevention.n)
        return;
    struct fm_documentation *b = fm_proposal_add(x->a, x->p, FM_CHANGE_DOCUMENT, FM_STR_NULL);
    b->preventive_measures = prevention;
}

static bool is_asked(const struct fm_case *c, fm_str description)
{
    fm_vec_each (&c->requests, r)
        if (fm_str_ieq(r->description, description))
            return true;
    return false;
}

static struct fm_evidence_request *add_request(struct analysis *x, fm_str description,
                                               fm_str command)
{
    fm_str text = analysis_cut(x->a, description, 500);
    if (!text.len || is_asked(x->c, text))
        return NULL;
    struct fm_evidence_request *b =
        fm_proposal_add(x->a, x->p, FM_CHANGE_REQUEST_EVIDENCE, FM_STR_NULL);
    b->description = text;
    b->label = analysis_cut(x->a, description, 100);
    if (command.len && command.len <= 500)
        fm_vec_push(x->a, &b->commands, command);
    return b;
}

/* Kinds of evidence that the diagnosis misses by these names, and what brings them. */
static const struct {
    const char *what;
    uint32_t types;
} kinds[] = {
    {"application logs", 1u << FM_EVIDENCE_LOG | 1u << FM_EVIDENCE_STACK_TRACE},
    {"metrics", 1u << FM_EVIDENCE_METRICS},
    {"platform state",
     1u << FM_EVIDENCE_OBJECTS | 1u << FM_EVIDENCE_EVENTS | 1u << FM_EVIDENCE_COMMAND_OUTPUT},
    {"recent changes", 1u << FM_EVIDENCE_CHANGES},
};

static void answer_request(struct analysis *x, const struct fm_evidence_request *r, uint32_t types)
{
    struct fm_strs ids = {0};
    for (size_t i = 0; i < x->d->inputs.n && ids.n < 20; i++)
        if (types >> x->d->inputs.items[i]->type & 1 && x->ids[i].len)
            fm_vec_push(x->a, &ids, x->ids[i]);
    if (!ids.n)
        return;
    struct fm_answer *b = fm_proposal_add(x->a, x->p, FM_CHANGE_ANSWER_REQUEST, FM_STR_NULL);
    b->request_id = r->id;
    b->completeness = 1.0;
    b->evidence_ids = ids;
}

/* What was asked for and is there now is answered. */
static void answer_requests(struct analysis *x)
{
    fm_vec_each (&x->c->requests, r) {
        bool is_open = r->status == FM_REQUEST_PENDING || r->status == FM_REQUEST_PARTIAL;
        for (size_t i = 0; is_open && i < sizeof kinds / sizeof *kinds; i++)
            if (fm_str_eqc(r->label, kinds[i].what))
                answer_request(x, r, kinds[i].types);
    }
}

static void request_missing(struct analysis *x, const struct fm_missing *m)
{
    fm_str text = fm_str_fmt(x->a, "%.*s: %.*s", FM_STR_ARG(m->what), FM_STR_ARG(m->how));
    struct fm_evidence_request *b = add_request(x, text, FM_STR_NULL);
    if (!b)
        return;
    b->label = analysis_cut(x->a, m->what, 100);
    b->rationale = analysis_cut(x->a, m->why, 1000);
    b->priority = FM_REQUEST_PRIORITY_IMPORTANT;
}

void analysis_requests(struct analysis *x)
{
    answer_requests(x);
    int limit = fm_case_engagement(x->c).questions_per_turn + 1;
    for (size_t i = 0; i < x->d->causes.n && i < 2 && limit > 0; i++) {
        const struct fm_cause *cause = x->d->causes.items[i];
        struct fm_evidence_request *b = add_request(x, cause->settle_ask, cause->settle_command);
        if (!b)
            continue;
        limit--;
        b->hypothesis_id = x->hypotheses[i];
        b->priority = i == 0 ? FM_REQUEST_PRIORITY_CRITICAL : FM_REQUEST_PRIORITY_IMPORTANT;
    }
    for (size_t i = 0; i < x->d->missing.n && limit > 0; i++, limit--)
        request_missing(x, &x->d->missing.items[i]);
}
