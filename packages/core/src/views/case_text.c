/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/case_view.h"
#include "faultmaven/core/confidence.h"

struct text {
    struct fm_arena *a;
    const struct fm_case *c;
    struct fm_buf *out;
    fm_time now;
    bool has_colour;
};

enum tone { PLAIN, BOLD, DIM, GREEN, YELLOW, RED, CYAN };

static void put(struct text *t, enum tone tone, fm_str s)
{
    static const char *const codes[] = {"", "1", "2", "32", "33", "31", "36"};
    if (t->has_colour && tone)
        fm_buf_addf(t->out, "\x1b[%sm%.*s\x1b[0m", codes[tone], FM_STR_ARG(s));
    else
        fm_buf_adds(t->out, s);
}

/* Text of other people is data: control characters must not reach a terminal. */
static fm_str plain(struct text *t, fm_str s)
{
    struct fm_buf b;
    fm_buf_init(&b, s.len + 1);
    fm_buf_adds(&b, s);
    fm_buf_neutralize(&b, 0);
    char *p = fm_arena_dup(t->a, fm_buf_str(&b).p ? fm_buf_str(&b).p : "", b.len);
    fm_buf_release(&b);
    for (size_t i = 0; i < s.len; i++)
        if (p[i] == '\n' || p[i] == '\t')
            p[i] = ' ';
    return fm_str_n(p, s.len);
}

static void heading(struct text *t, const char *name, size_t n)
{
    fm_buf_addc(t->out, '\n');
    put(t, BOLD, fm_str_c(name));
    if (n)
        fm_buf_addf(t->out, " (%zu)", n);
    fm_buf_addc(t->out, '\n');
}

static fm_str short_text(struct text *t, fm_str s, size_t max)
{
    s = plain(t, s);
    if (s.len <= max)
        return s;
    size_t n = max;
    while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return fm_str_fmt(t->a, "%.*s\xE2\x80\xA6", (int)n, s.p);
}

static void header(struct text *t)
{
    const struct fm_case *c = t->c;
    enum tone tone = c->status == FM_CASE_RESOLVED        ? GREEN
                     : c->status == FM_CASE_INVESTIGATING ? YELLOW
                                                          : CYAN;
    put(t, BOLD, plain(t, c->title));
    fm_buf_addf(t->out, "\n%.*s  ", FM_STR_ARG(c->id));
    put(t, tone, fm_str_c(fm_name_of(&fm_case_status_names, c->status)));
    if (c->closure)
        fm_buf_addf(t->out, " (%s%s%s)", fm_name_of(&fm_closure_names, c->closure),
                    c->basis ? ", " : "", fm_name_of(&fm_resolution_basis_names, c->basis));
    if (fm_case_stage(c))
        fm_buf_addf(t->out, ", stage %s, %d %%", fm_name_of(&fm_case_stage_names, fm_case_stage(c)),
                    fm_case_completion(c));
    fm_buf_addf(t->out, "\nowner %.*s, version %lld, turn %lld, updated %.*s\n",
                FM_STR_ARG(c->owner), (long long)c->version, (long long)c->current_turn,
                FM_STR_ARG(fm_time_str(t->a, c->updated_at)));
}

static void waiting(struct text *t, const struct fm_waiting *w)
{
    if (!w->on.len)
        return;
    fm_buf_addf(t->out, "  waiting on %.*s since %.*s\n", FM_STR_ARG(plain(t, w->on)),
                FM_STR_ARG(fm_time_str(t->a, w->since)));
    if (w->until != FM_TIME_NONE)
        fm_buf_addf(t->out, "  expected by %.*s\n", FM_STR_ARG(fm_time_str(t->a, w->until)));
}

static void problem(struct text *t)
{
    const struct fm_case *c = t->c;
    const struct fm_consulting *k = &c->consulting;
    fm_str statement = c->description.len ? c->description : k->statement;
    if (!statement.len)
        return;
    heading(t, "Problem", 0);
    fm_buf_addf(t->out, "  %.*s%s\n", FM_STR_ARG(plain(t, statement)),
                k->confirmed ? "" : "  (proposed, not confirmed)");
    const struct fm_verification *v = &c->verification;
    if (v->severity || v->urgency || v->temporal)
        fm_buf_addf(t->out, "  severity %s, urgency %s, %s\n",
                    v->severity ? fm_name_of(&fm_incident_severity_names, v->severity) : "unknown",
                    v->urgency ? fm_name_of(&fm_urgency_names, v->urgency) : "unknown",
                    v->temporal ? fm_name_of(&fm_temporal_names, v->temporal)
                                : "time course unknown");
    if (v->started_at != FM_TIME_NONE)
        fm_buf_addf(t->out, "  started %.*s\n", FM_STR_ARG(fm_time_str(t->a, v->started_at)));
    waiting(t, &c->waiting);
}

static void conclusion(struct text *t)
{
    const struct fm_conclusion *k = fm_case_conclusion(t->c);
    const struct fm_root_cause *r = fm_case_root_cause(t->c);
    bool is_capped;
    if (!k)
        return;
    double shown = fm_confidence_shown(t->c, k->confidence < 0 ? 0.0 : k->confidence, &is_capped);
    heading(t, r ? "Root cause" : "Working conclusion", 0);
    fm_buf_addf(t->out, "  %.*s\n", FM_STR_ARG(plain(t, k->statement)));
    fm_buf_addf(t->out, "  confidence %.2f (%s)%s%s\n", shown,
                fm_name_of(&fm_confidence_level_names, fm_confidence_band(shown)),
                is_capped ? ", limited by a degraded mode" : "",
                r && r->status == FM_FACT_DISPUTED ? ", disputed" : "");
    fm_vec_each (&k->caveats, x)
        fm_buf_addf(t->out, "  caveat: %.*s\n", FM_STR_ARG(plain(t, *x)));
}

static bool is_first_cite(const struct fm_cites *cites, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (fm_str_eq(cites->items[i].evidence_id, cites->items[at].evidence_id))
            return false;
    return cites->items[at].evidence_id.len > 0;
}

static void milestone(struct text *t, enum fm_milestone_name name)
{
    const struct fm_milestone *x = &t->c->milestones[name];
    bool holds = fm_case_has(t->c, name);
    fm_buf_addz(t->out, "  ");
    if (holds)
        put(t, GREEN, FM_STR("[x]"));
    else
        put(t, x->status ? RED : DIM, x->status ? FM_STR("[!]") : FM_STR("[ ]"));
    fm_buf_addf(t->out, " %s", fm_name_of(&fm_milestone_name_names, name));
    if (x->status)
        fm_buf_addf(t->out, "  %s", fm_name_of(&fm_fact_status_names, x->status));
    for (size_t i = 0; i < x->cites.n; i++)
        if (is_first_cite(&x->cites, i))
            fm_buf_addf(t->out, " %.*s", FM_STR_ARG(x->cites.items[i].evidence_id));
    if (x->reason.len && !holds)
        fm_buf_addf(t->out, ": %.*s", FM_STR_ARG(short_text(t, x->reason, 100)));
    fm_buf_addc(t->out, '\n');
}

static void milestones(struct text *t)
{
    if (t->c->status == FM_CASE_CONSULTING)
        return;
    heading(t, "Milestones", 0);
    for (enum fm_milestone_name m = FM_MILESTONE_SYMPTOM_VERIFIED; m < FM_MILESTONE_COUNT; m++)
        if (m != FM_MILESTONE_MITIGATION_APPLIED || t->c->milestones[m].status)
            milestone(t, m);
}

static void hypotheses(struct text *t)
{
    struct fm_hypothesis_list ranked = fm_hypotheses_ranked(t->a, t->c);
    if (!ranked.n)
        return;
    heading(t, "Hypotheses", ranked.n);
    fm_vec_each (&ranked, p) {
        const struct fm_hypothesis *h = *p;
        enum tone tone = h->status == FM_HYPOTHESIS_VALIDATED ? GREEN
                         : h->status == FM_HYPOTHESIS_ACTIVE  ? YELLOW
                                                              : DIM;
        fm_buf_addf(t->out, "  %.*s  %.2f  ", FM_STR_ARG(h->id), h->likelihood);
        put(t, tone, fm_str_fmt(t->a, "%-12s", fm_name_of(&fm_hypothesis_status_names, h->status)));
        fm_buf_addf(t->out, " %s: %.*s\n", fm_name_of(&fm_hypothesis_category_names, h->category),
                    FM_STR_ARG(short_text(t, h->statement, 160)));
    }
}

static void evidence(struct text *t)
{
    enum fm_purpose purposes[FM_PURPOSE_COUNT];
    if (!t->c->evidence.n)
        return;
    heading(t, "Evidence", t->c->evidence.n);
    size_t shown = 0;
    fm_vec_each (&t->c->evidence, e) {
        if (++shown > 40) {
            fm_buf_addf(t->out, "  … and %zu more\n", t->c->evidence.n - 40);
            break;
        }
        (void)fm_evidence_purposes(t->c, e, purposes);
        fm_buf_addf(t->out, "  %.*s  %-19s %.*s%s%s\n", FM_STR_ARG(e->id),
                    e->state == FM_EVIDENCE_ACCEPTED
                        ? fm_name_of(&fm_purpose_names, purposes[0])
                        : fm_name_of(&fm_evidence_state_names, e->state),
                    FM_STR_ARG(short_text(t, e->summary, 120)), e->testimony ? "  [testimony]" : "",
                    e->absence ? "  [absence]" : "");
    }
}

static void requests(struct text *t)
{
    if (!t->c->requests.n)
        return;
    heading(t, "Requests", t->c->requests.n);
    fm_vec_each (&t->c->requests, r)
        fm_buf_addf(t->out, "  %.*s  %-8s %.*s\n", FM_STR_ARG(r->id),
                    fm_name_of(&fm_request_status_names, r->status),
                    FM_STR_ARG(short_text(t, r->description, 140)));
}

static void solutions(struct text *t)
{
    if (!t->c->solutions.n)
        return;
    heading(t, "Solutions", t->c->solutions.n);
    fm_vec_each (&t->c->solutions, s) {
        enum tone tone = s->state == FM_SOLUTION_VERIFIED ? GREEN
                         : s->state == FM_SOLUTION_FAILED ? RED
                                                          : YELLOW;
        fm_buf_addf(t->out, "  %.*s  ", FM_STR_ARG(s->id));
        put(t, tone, fm_str_fmt(t->a, "%-11s", fm_name_of(&fm_solution_state_names, s->state)));
        fm_buf_addf(t->out, " %s: %.*s\n", fm_name_of(&fm_solution_kind_names, s->kind),
                    FM_STR_ARG(short_text(t, s->title, 140)));
        fm_vec_each (&s->commands, x)
            fm_buf_addf(t->out, "      $ %.*s\n", FM_STR_ARG(short_text(t, *x, 160)));
        if (s->reason.len)
            fm_buf_addf(t->out, "      %.*s\n", FM_STR_ARG(short_text(t, s->reason, 160)));
    }
}

static void reminders(struct text *t)
{
    struct fm_reminders list = fm_case_reminders(t->a, t->c, t->now);
    if (list.n)
        heading(t, "Due", list.n);
    fm_vec_each (&list, r) {
        fm_buf_addz(t->out, "  ");
        put(t, YELLOW, short_text(t, r->text, 300));
        fm_buf_addc(t->out, '\n');
    }
}

static void footer(struct text *t)
{
    struct fm_warnings list = fm_case_warnings(t->a, t->c, t->now);
    struct fm_strs steps = fm_case_next_steps(t->a, t->c, t->now, 4);
    fm_vec_each (&list, w) {
        fm_buf_addz(t->out, w == list.items ? "\n" : "");
        put(t, strcmp(w->severity, "error") == 0 ? RED : YELLOW,
            fm_str_fmt(t->a, "%s: %.*s", w->severity, FM_STR_ARG(plain(t, w->text))));
        fm_buf_addc(t->out, '\n');
    }
    if (steps.n)
        heading(t, "Next", 0);
    fm_vec_each (&steps, s)
        fm_buf_addf(t->out, "  - %.*s\n", FM_STR_ARG(short_text(t, *s, 300)));
}

void fm_case_view_text(struct fm_arena *a, const struct fm_case *c, fm_time now,
                       struct fm_view_style style, struct fm_buf *out)
{
    struct text t = {a, c, out, now, style.has_colour};
    header(&t);
    problem(&t);
    conclusion(&t);
    milestones(&t);
    hypotheses(&t);
    evidence(&t);
    requests(&t);
    solutions(&t);
    reminders(&t);
    footer(&t);
}
