/* SPDX-License-Identifier: Apache-2.0 */
/* Sections that several reports share, each from the facts of the case. */
#include "doc.h"

#include "faultmaven/core/case_view.h"
#include "faultmaven/core/confidence.h"

static int64_t span(fm_time from, fm_time to)
{
    return from == FM_TIME_NONE || to == FM_TIME_NONE ? INT64_MIN : to - from;
}

static fm_time fixed_at(const struct fm_case *c)
{
    fm_vec_each (&c->solutions, s)
        if (s->kind == FM_SOLUTION_REMEDIATION && s->state == FM_SOLUTION_VERIFIED)
            return s->applied_at;
    return c->resolved_at;
}

struct fm_incident_metrics fm_incident_metrics(const struct fm_case *c)
{
    const struct fm_verification *v = &c->verification;
    return (struct fm_incident_metrics){.to_detect = span(v->started_at, v->noticed_at),
                                        .to_mitigate = span(v->started_at, v->mitigated_at),
                                        .to_resolve = span(v->started_at, fixed_at(c))};
}

void doc_header(struct doc *d)
{
    const struct fm_case *c = d->c;
    doc_text(d, "Case %.*s, status %s%s%s, written %.*s from version %lld of its log.",
             FM_STR_ARG(c->id), fm_name_of(&fm_case_status_names, c->status),
             c->closure ? ", closed as " : "", fm_name_of(&fm_closure_names, c->closure),
             FM_STR_ARG(doc_time(d, d->now)), (long long)c->version);
    if (c->basis == FM_BASIS_USER_ATTESTED)
        doc_text(d, "Resolved on the word of the user; no fix was verified with evidence.");
}

void doc_problem(struct doc *d)
{
    fm_str statement = d->c->description.len ? d->c->description : d->c->consulting.statement;
    if (!statement.len) {
        doc_unknown(d, "the problem was never stated");
        return;
    }
    doc_text(d, "%.*s%s", FM_STR_ARG(statement),
             d->c->description.len ? "" : " (proposed, not confirmed)");
    doc_cites(d, &d->c->milestones[FM_MILESTONE_SYMPTOM_VERIFIED].cites, 4);
}

static fm_str joined(struct doc *d, const struct fm_strs *list)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    fm_vec_each (list, s)
        fm_buf_addf(&b, "%s%.*s", b.len ? ", " : "", FM_STR_ARG(*s));
    fm_str s = fm_str_dup(d->a, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

static void fact(struct doc *d, const char *name, fm_str value)
{
    doc_row(d, 2, (fm_str[]){fm_str_c(name), doc_or(value, "unknown")});
}

void doc_impact(struct doc *d)
{
    const struct fm_verification *v = &d->c->verification;
    doc_row(d, 2, (fm_str[]){FM_STR("What"), FM_STR("Known")});
    fact(d, "Severity", fm_str_c(fm_name_of(&fm_incident_severity_names, v->severity)));
    fact(d, "Urgency", fm_str_c(fm_name_of(&fm_urgency_names, v->urgency)));
    fact(d, "Affected services", joined(d, &v->affected_services));
    fact(d, "Affected regions", joined(d, &v->affected_regions));
    fact(d, "Affected users", v->affected_users);
    fact(d, "Impact on users", v->user_impact);
    fact(d, "Course", fm_str_c(fm_name_of(&fm_temporal_names, v->temporal)));
}

void doc_metrics(struct doc *d)
{
    struct fm_incident_metrics m = fm_incident_metrics(d->c);
    const struct fm_verification *v = &d->c->verification;
    doc_row(d, 3, (fm_str[]){FM_STR("Metric"), FM_STR("Value"), FM_STR("From")});
    doc_row(d, 3,
            (fm_str[]){FM_STR("Time to detect (TTD)"), doc_duration(d, m.to_detect),
                       fm_str_fmt(d->a, "start %.*s, noticed %.*s",
                                  FM_STR_ARG(doc_time(d, v->started_at)),
                                  FM_STR_ARG(doc_time(d, v->noticed_at)))});
    doc_row(
        d, 3,
        (fm_str[]){FM_STR("Time to mitigate (TTM)"), doc_duration(d, m.to_mitigate),
                   fm_str_fmt(d->a, "mitigated %.*s", FM_STR_ARG(doc_time(d, v->mitigated_at)))});
    doc_row(d, 3,
            (fm_str[]){FM_STR("Time to resolve (TTR)"), doc_duration(d, m.to_resolve),
                       fm_str_fmt(d->a, "fixed %.*s", FM_STR_ARG(doc_time(d, fixed_at(d->c))))});
}

void doc_timeline(struct doc *d)
{
    struct fm_case_moments list = fm_case_timeline(d->a, d->c);
    doc_row(d, 4, (fm_str[]){FM_STR("Time (UTC)"), FM_STR("Kind"), FM_STR("What"), FM_STR("Item")});
    fm_vec_each (&list, m)
        doc_row(d, 4, (fm_str[]){doc_time(d, m->at), fm_str_c(m->kind), m->text, m->ref});
}

void doc_root_cause(struct doc *d)
{
    const struct fm_case *c = d->c;
    size_t n = 0;
    fm_vec_each (&c->root_causes, r) {
        bool is_capped;
        if (r->status == FM_FACT_REVOKED)
            continue;
        double shown = fm_confidence_shown(c, r->confidence, &is_capped);
        doc_text(d, "%s (%s, confidence %.2f, %s): %.*s", fm_name_of(&fm_cause_role_names, r->role),
                 fm_name_of(&fm_fact_status_names, r->status), shown,
                 fm_name_of(&fm_confidence_level_names, fm_confidence_band(shown)),
                 FM_STR_ARG(r->statement));
        doc_text(d, "How: %.*s", FM_STR_ARG(r->mechanism));
        doc_cites(d, &r->cites, 6);
        fm_vec_each (&r->contributing, k)
            doc_item(d, "Contributing: %.*s", FM_STR_ARG(*k));
        n++;
    }
    if (n)
        return;
    doc_unknown(d, "no root cause was established");
    const struct fm_hypothesis *h = fm_hypothesis_best(c);
    if (h)
        doc_text(d, "Best hypothesis, not validated: %.*s (likelihood %.2f, %.*s)",
                 FM_STR_ARG(h->statement), h->likelihood, FM_STR_ARG(h->id));
}

void doc_hypotheses(struct doc *d)
{
    struct fm_hypothesis_list ranked = fm_hypotheses_ranked(d->a, d->c);
    if (!ranked.n) {
        doc_unknown(d, "no hypothesis was recorded");
        return;
    }
    doc_row(d, 4,
            (fm_str[]){FM_STR("Hypothesis"), FM_STR("State"), FM_STR("Likelihood"),
                       FM_STR("Statement")});
    fm_vec_each (&ranked, p)
        doc_row(d, 4,
                (fm_str[]){(*p)->id,
                           fm_str_c(fm_name_of(&fm_hypothesis_status_names, (*p)->status)),
                           fm_str_fmt(d->a, "%.2f", (*p)->likelihood), (*p)->statement});
}

static void one_solution(struct doc *d, const struct fm_solution *s)
{
    doc_text(d, "%.*s, %s, %s: %.*s", FM_STR_ARG(s->id),
             fm_name_of(&fm_solution_kind_names, s->kind),
             fm_name_of(&fm_solution_state_names, s->state), FM_STR_ARG(s->title));
    if (s->applied_at != FM_TIME_NONE)
        doc_item(d, "Applied %.*s by %.*s", FM_STR_ARG(doc_time(d, s->applied_at)),
                 FM_STR_ARG(s->applied_by));
    if (s->verified_at != FM_TIME_NONE)
        doc_item(d, "Verified with %.*s (%.*s), effectiveness %.2f",
                 FM_STR_ARG(s->verification_evidence_id),
                 FM_STR_ARG(doc_or(s->verification_method, "method not stated")), s->effectiveness);
    if (s->reason.len)
        doc_item(d, "Why: %.*s", FM_STR_ARG(s->reason));
    fm_vec_each (&s->steps, x)
        doc_item(d, "%.*s", FM_STR_ARG(*x));
    fm_vec_each (&s->commands, x)
        doc_code(d, *x);
    fm_vec_each (&s->risks, x)
        doc_item(d, "Risk: %.*s", FM_STR_ARG(*x));
    if (s->rollback.len)
        doc_item(d, "Take it back: %.*s", FM_STR_ARG(s->rollback));
}

void doc_solutions(struct doc *d)
{
    if (!d->c->solutions.n)
        doc_unknown(d, "no solution was recorded");
    fm_vec_each (&d->c->solutions, s)
        one_solution(d, s);
}

void doc_evidence(struct doc *d)
{
    enum fm_purpose purposes[FM_PURPOSE_COUNT];
    doc_row(
        d, 4,
        (fm_str[]){FM_STR("Evidence"), FM_STR("Purpose"), FM_STR("Summary"), FM_STR("SHA-256")});
    fm_vec_each (&d->c->evidence, e) {
        (void)fm_evidence_purposes(d->c, e, purposes);
        doc_row(d, 4,
                (fm_str[]){e->id, fm_str_c(fm_name_of(&fm_purpose_names, purposes[0])), e->summary,
                           e->sha256.len ? fm_str_sub(e->sha256, 0, 16) : FM_STR("typed in")});
    }
}

void doc_actions(struct doc *d)
{
    if (!d->c->actions.n) {
        doc_unknown(d,
                    "no action items were recorded (a turn with the change action_item adds them)");
        return;
    }
    doc_row(d, 4, (fm_str[]){FM_STR("Action"), FM_STR("Owner"), FM_STR("Due"), FM_STR("Status")});
    fm_vec_each (&d->c->actions, x)
        doc_row(d, 4,
                (fm_str[]){x->text, doc_or(x->owner, "nobody yet"), doc_or(x->due, "no date yet"),
                           fm_str_c(fm_name_of(&fm_action_status_names, x->status))});
}

void doc_strs(struct doc *d, const char *title, const struct fm_strs *list)
{
    doc_heading(d, 2, title);
    if (!list->n)
        doc_text(d, "Nothing was recorded.");
    fm_vec_each (list, s)
        doc_item(d, "%.*s", FM_STR_ARG(*s));
}
