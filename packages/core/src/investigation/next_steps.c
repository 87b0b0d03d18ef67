/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the person at work can do next, computed from the case.
 */
#include "faultmaven/core/investigation.h"

struct steps {
    struct fm_arena *a;
    const struct fm_case *c;
    struct fm_strs list;
    size_t max;
};

static void add(struct steps *s, fm_str text)
{
    if (s->list.n < s->max)
        fm_vec_push(s->a, &s->list, text);
}

static void consulting_steps(struct steps *s)
{
    const struct fm_consulting *k = &s->c->consulting;
    if (!k->statement.len && !s->c->evidence.n)
        add(s, FM_STR("Add evidence: logs, metrics, command output (case add)"));
    if (!k->statement.len)
        add(s, FM_STR("Say what is wrong, how much and where, so that a problem statement can be "
                      "proposed (case ask, or "
                      "case confirm --statement)"));
    else if (!k->confirmed)
        add(s, fm_str_fmt(s->a,
                          "Confirm the problem statement, or correct it: \"%.*s\" (case confirm)",
                          FM_STR_ARG(k->statement)));
    else if (!k->investigate && !k->declined)
        add(s, FM_STR("Start the investigation (case confirm --investigate)"));
}

static void advice_steps(struct steps *s)
{
    fm_vec_each (&s->c->advice, a)
        if (a->turn == s->c->current_turn)
            add(s, a->text);
}

/* What was applied is verified before anything else is tried. */
static void solution_steps(struct steps *s)
{
    if (fm_case_has(s->c, FM_MILESTONE_SOLUTION_VERIFIED)) {
        add(s, FM_STR("The fix is verified: resolve the case (case close --resolved)"));
        return;
    }
    fm_vec_each (&s->c->solutions, x)
        if (x->state == FM_SOLUTION_APPLIED)
            add(s, fm_str_fmt(s->a,
                              "Add data from after the fix and verify %.*s (case verify-fix %.*s)",
                              FM_STR_ARG(x->id), FM_STR_ARG(x->id)));
    fm_vec_each (&s->c->solutions, x)
        if (x->state == FM_SOLUTION_PROPOSED || x->state == FM_SOLUTION_APPROVED)
            add(s, fm_str_fmt(s->a, "Apply %.*s, \"%.*s\", then report it (case apply %.*s)",
                              FM_STR_ARG(x->id), FM_STR_ARG(x->title), FM_STR_ARG(x->id)));
}

static void request_steps(struct steps *s)
{
    for (enum fm_request_priority p = FM_REQUEST_PRIORITY_CRITICAL; p <= FM_REQUEST_PRIORITY_NICE;
         p++) {
        fm_vec_each (&s->c->requests, r) {
            bool is_open = r->status == FM_REQUEST_PENDING || r->status == FM_REQUEST_PARTIAL;
            if (!is_open || r->priority != p)
                continue;
            fm_str command = r->commands.n ? r->commands.items[0] : FM_STR_NULL;
            add(s,
                fm_str_fmt(s->a, "%.*s: %.*s%s%.*s", FM_STR_ARG(r->id), FM_STR_ARG(r->description),
                           command.len ? " \xE2\x80\x94 run: " : "", FM_STR_ARG(command)));
        }
    }
}

static void stage_step(struct steps *s)
{
    static const char *const by_stage[FM_CASE_STAGE_COUNT] = {
        [FM_CASE_STAGE_SYMPTOM_VERIFICATION] = "Add evidence that shows the symptom",
        [FM_CASE_STAGE_HYPOTHESIS_FORMULATION] =
            "Propose what the cause could be (case propose hypothesis)",
        [FM_CASE_STAGE_HYPOTHESIS_VALIDATION] = "Add evidence that tests the hypotheses",
        [FM_CASE_STAGE_SOLUTION] = "Propose a solution (case solve)",
    };
    enum fm_case_stage stage = fm_case_stage(s->c);
    if (stage && (stage != FM_CASE_STAGE_SOLUTION || !s->c->solutions.n))
        add(s, fm_str_c(by_stage[stage]));
}

/* At most two: the rest of the list is what helps to get on. Fixes to verify have a step anyway. */
static void due_steps(struct steps *s, fm_time now)
{
    struct fm_reminders list = fm_case_reminders(s->a, s->c, now);
    size_t n = 0;
    fm_vec_each (&list, r)
        if (strcmp(r->kind, "unverified_fix") != 0 && n++ < 2)
            add(s, r->text);
}

static void terminal_steps(struct steps *s)
{
    if (!s->c->reports.n)
        add(s, FM_STR("Write the incident report (case report --type incident_report)"));
    add(s, FM_STR("More to do? Open a follow-up case (case follow-up)"));
}

struct fm_strs fm_case_next_steps(struct fm_arena *a, const struct fm_case *c, fm_time now,
                                  size_t max)
{
    struct steps s = {.a = a, .c = c, .max = max};
    due_steps(&s, now);
    if (c->status == FM_CASE_CONSULTING) {
        consulting_steps(&s);
    } else if (c->status == FM_CASE_INVESTIGATING) {
        solution_steps(&s);
        request_steps(&s);
        advice_steps(&s);
        stage_step(&s);
    } else {
        terminal_steps(&s);
    }
    return s.list;
}
