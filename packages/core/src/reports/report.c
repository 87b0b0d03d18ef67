/* SPDX-License-Identifier: Apache-2.0 */
#include "doc.h"

/* ---- the gate ---- */

static bool has_scope(const struct fm_case *c)
{
    const struct fm_verification *v = &c->verification;
    return fm_case_has(c, FM_MILESTONE_SCOPE_ASSESSED) || v->affected_services.n ||
           v->affected_users.len || v->user_impact.len;
}

static bool has_timeline(const struct fm_case *c)
{
    return fm_case_has(c, FM_MILESTONE_TIMELINE_ESTABLISHED) ||
           c->verification.started_at != FM_TIME_NONE;
}

static void miss(struct fm_buf *b, bool is_there, const char *what)
{
    if (!is_there)
        fm_buf_addf(b, "%s%s", b->len ? ", " : "", what);
}

static void find_missing(const struct fm_case *c, enum fm_report_type type, struct fm_buf *b)
{
    if (type == FM_REPORT_INCIDENT || type == FM_REPORT_POST_MORTEM)
        miss(b, c->description.len > 0, "an investigation with a confirmed problem statement");
    if (type == FM_REPORT_POST_MORTEM) {
        miss(b, has_scope(c), "scope (who and what was affected)");
        miss(b, has_timeline(c), "timeline (when it started)");
        miss(b, c->hypotheses.n > 0, "hypotheses");
        miss(b, c->evidence.n > 0, "evidence");
    }
    if (type == FM_REPORT_RUNBOOK)
        miss(b, c->solutions.n > 0, "a solution");
}

static enum fm_code check_gate(struct fm_ctx *ctx, const struct fm_case *c,
                               enum fm_report_type type)
{
    struct fm_buf b;
    fm_buf_init(&b, 1000);
    find_missing(c, type, &b);
    enum fm_code code = FM_OK;
    if (b.len)
        code = fm_fail(ctx, FM_EREJECTED, "%s: the case does not have: %s",
                       fm_name_of(&fm_report_type_names, type), b.p);
    fm_buf_release(&b);
    return code;
}

/* ---- the reports ---- */

static void incident_report(struct doc *d)
{
    doc_header(d);
    doc_heading(d, 2, "Summary");
    const struct fm_conclusion *k = fm_case_conclusion(d->c);
    if (k)
        doc_text(d, "%.*s", FM_STR_ARG(k->statement));
    else
        doc_unknown(d, "no conclusion was reached");
    doc_heading(d, 2, "Problem");
    doc_problem(d);
    doc_heading(d, 2, "Impact");
    doc_impact(d);
    doc_metrics(d);
    doc_heading(d, 2, "Timeline");
    doc_timeline(d);
    doc_heading(d, 2, "Root cause");
    doc_root_cause(d);
    doc_heading(d, 2, "Resolution");
    doc_solutions(d);
    doc_strs(d, "Prevention", &d->c->documentation.preventive_measures);
    doc_strs(d, "Lessons", &d->c->documentation.lessons_learned);
    doc_heading(d, 2, "Evidence");
    doc_evidence(d);
}

static void post_mortem(struct doc *d)
{
    const struct fm_documentation *k = &d->c->documentation;
    doc_header(d);
    doc_text(d, "This document looks for causes in systems and processes, not in people.");
    doc_heading(d, 2, "What happened");
    doc_problem(d);
    doc_heading(d, 2, "Impact and times");
    doc_impact(d);
    doc_metrics(d);
    doc_heading(d, 2, "Timeline");
    doc_timeline(d);
    doc_heading(d, 2, "Root cause");
    doc_root_cause(d);
    doc_heading(d, 2, "What else was considered");
    doc_hypotheses(d);
    doc_heading(d, 2, "What was done");
    doc_solutions(d);
    doc_strs(d, "What went well", &k->went_well);
    doc_strs(d, "What could be better", &k->could_improve);
    doc_strs(d, "Lessons", &k->lessons_learned);
    doc_heading(d, 2, "Action items");
    doc_actions(d);
    doc_heading(d, 2, "Evidence");
    doc_evidence(d);
}

static void diagnosis_steps(struct doc *d)
{
    size_t n = 0;
    fm_vec_each (&d->c->requests, r) {
        if (!r->commands.n)
            continue;
        doc_item(d, "%.*s", FM_STR_ARG(r->description));
        fm_vec_each (&r->commands, x)
            doc_code(d, *x);
        n++;
    }
    if (!n)
        doc_text(d, "No command for it was recorded.");
}

static void runbook(struct doc *d)
{
    const struct fm_root_cause *r = fm_case_root_cause(d->c);
    doc_text(d, "Made from case %.*s on %.*s.", FM_STR_ARG(d->c->id),
             FM_STR_ARG(doc_time(d, d->now)));
    doc_heading(d, 2, "Problem");
    doc_problem(d);
    doc_heading(d, 2, "How to recognise it");
    if (r)
        doc_cites(d, &r->cites, 6);
    diagnosis_steps(d);
    doc_heading(d, 2, "Cause");
    doc_root_cause(d);
    doc_heading(d, 2, "What to do");
    doc_solutions(d);
    doc_strs(d, "Watch", &d->c->documentation.monitoring);
    if (d->c->documentation.runbook_entry.len) {
        doc_heading(d, 2, "Notes");
        doc_text(d, "%.*s", FM_STR_ARG(d->c->documentation.runbook_entry));
    }
}

static void timeline_report(struct doc *d)
{
    doc_header(d);
    doc_timeline(d);
    doc_metrics(d);
}

static void evidence_report(struct doc *d)
{
    doc_header(d);
    doc_heading(d, 2, "Evidence");
    doc_evidence(d);
    doc_heading(d, 2, "What it bears out");
    doc_hypotheses(d);
    fm_vec_each (&d->c->links, l) {
        doc_item(d, "%.*s %s %.*s: %.*s", FM_STR_ARG(l->evidence_id),
                 fm_name_of(&fm_stance_names, l->stance), FM_STR_ARG(l->hypothesis_id),
                 FM_STR_ARG(doc_or(l->reasoning, "no reason given")));
        doc_cites(d, &l->cites, 2);
    }
}

static void chat_summary(struct doc *d)
{
    doc_header(d);
    doc_heading(d, 2, "Turns");
    if (!d->c->turns.n)
        doc_text(d, "No turn yet.");
    fm_vec_each (&d->c->turns, t) {
        doc_item(d, "%lld, %.*s, %s: %.*s", (long long)t->number, FM_STR_ARG(t->by),
                 fm_name_of(&fm_turn_outcome_names, t->outcome), FM_STR_ARG(t->user_summary));
        if (t->agent_summary.len)
            doc_item(d, "answer: %.*s", FM_STR_ARG(t->agent_summary));
    }
}

static fm_str title_of(struct doc *d, enum fm_report_type type)
{
    static const char *const names[FM_REPORT_COUNT] = {
        [FM_REPORT_INCIDENT] = "Incident report",
        [FM_REPORT_POST_MORTEM] = "Post-mortem",
        [FM_REPORT_RUNBOOK] = "Runbook",
        [FM_REPORT_TIMELINE] = "Timeline",
        [FM_REPORT_EVIDENCE_BUNDLE] = "Evidence",
        [FM_REPORT_CHAT_SUMMARY] = "Summary of the conversation",
    };
    return fm_str_fmt(d->a, "%s: %.*s", names[type], FM_STR_ARG(d->c->title));
}

enum fm_code fm_report_build(struct fm_ctx *ctx, const struct fm_case *c, enum fm_report_type type,
                             fm_time now, struct fm_report_doc **out)
{
    static void (*const builders[FM_REPORT_COUNT])(struct doc *) = {
        [FM_REPORT_INCIDENT] = incident_report,
        [FM_REPORT_POST_MORTEM] = post_mortem,
        [FM_REPORT_RUNBOOK] = runbook,
        [FM_REPORT_TIMELINE] = timeline_report,
        [FM_REPORT_EVIDENCE_BUNDLE] = evidence_report,
        [FM_REPORT_CHAT_SUMMARY] = chat_summary,
    };
    struct doc d = {ctx, &ctx->arena, c, now, FM_NEW(&ctx->arena, struct fm_report_doc)};
    if (type <= FM_REPORT_NONE || type >= FM_REPORT_COUNT)
        return fm_fail(ctx, FM_EINVAL, "report type %d is unknown", (int)type);
    FM_TRY(check_gate(ctx, c, type));
    d.out->title = title_of(&d, type);
    builders[type](&d);
    *out = d.out;
    return FM_OK;
}

enum fm_runbook_action fm_runbook_recommend(double best_similarity)
{
    if (best_similarity >= 0.85)
        return FM_RUNBOOK_REUSE;
    return best_similarity >= 0.70 ? FM_RUNBOOK_REVIEW_OR_GENERATE : FM_RUNBOOK_GENERATE;
}

const char *fm_runbook_action_name(enum fm_runbook_action a)
{
    static const char *const names[] = {"generate", "review_or_generate", "reuse"};
    return (unsigned)a < 3 ? names[a] : "";
}
