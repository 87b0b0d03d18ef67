/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Solutions have a state each; the milestones of the case follow from them.
 */
#include "rules.h"

static bool has_substance(const struct fm_solution *s)
{
    return s->immediate_action.len || s->longterm_fix.len || s->steps.n || s->commands.n;
}

static enum fm_code check_target(struct fm_turn_work *w, const struct fm_solution *b)
{
    bool is_mitigating = b->kind == FM_SOLUTION_MITIGATION;
    bool has_target = fm_case_root_cause(w->c) || b->hypothesis_id.len || b->root_cause_id.len;
    if (!is_mitigating && !has_target)
        return step_reject(w, "a remediation needs a root cause or a hypothesis that it acts on; a "
                              "quick relief is kind "
                              "mitigation");
    return FM_OK;
}

static enum fm_code check_repeat(struct fm_turn_work *w, const struct fm_solution *b)
{
    int refused = 0;
    fm_vec_each (&w->c->solutions, s) {
        if (!fm_str_ieq(fm_str_trim(s->title), fm_str_trim(b->title)))
            continue;
        bool is_over = s->state == FM_SOLUTION_REJECTED || s->state == FM_SOLUTION_FAILED ||
                       s->state == FM_SOLUTION_ROLLED_BACK;
        if (!is_over)
            return step_reject(w, "this is solution %.*s already", FM_STR_ARG(s->id));
        refused++;
    }
    return refused >= 2 ? step_reject(w, "this was tried or refused twice; propose something else")
                        : FM_OK;
}

enum fm_code rule_add_solution(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_solution *b = body;
    FM_TRY(step_may_name(w, change->handle));
    b->id = b->reason = b->approved_by = b->applied_by = b->verification_evidence_id = FM_STR_NULL;
    FM_TRY(step_resolve(w, &fm_solution_type, b));
    FM_TRY(step_check_cites(w, &b->cites));
    if (!has_substance(b))
        return step_reject(
            w, "a solution needs an immediate_action, a longterm_fix, steps or commands");
    if ((b->verified_at != FM_TIME_NONE) != (b->effectiveness >= 0.0))
        return step_reject(w, "verified_at and effectiveness go together");
    if (!b->kind)
        b->kind = b->longterm_fix.len || fm_case_root_cause(w->c) ? FM_SOLUTION_REMEDIATION
                                                                  : FM_SOLUTION_MITIGATION;
    FM_TRY(check_target(w, b));
    FM_TRY(check_repeat(w, b));
    b->id = step_new_id(w, "sol");
    b->state = FM_SOLUTION_PROPOSED;
    b->type = b->type ? b->type : FM_SOLUTION_OTHER;
    b->proposed_by = step_by(w);
    b->proposed_at = w->now;
    b->approved_at = b->applied_at = b->concluded_at = b->verified_at = FM_TIME_NONE;
    b->applied_turn = 0;
    b->effectiveness = FM_UNIT_NONE;
    FM_TRY(step_emit(w, FM_EVENT_SOLUTION_ADDED, b));
    FM_TRY(step_sync_milestones(w));
    return step_name(w, change->handle, b->id);
}

static bool is_move_allowed(enum fm_solution_state from, enum fm_solution_state to)
{
    switch (to) {
    case FM_SOLUTION_APPROVED:
    case FM_SOLUTION_REJECTED:
        return from == FM_SOLUTION_PROPOSED ||
               (to == FM_SOLUTION_REJECTED && from == FM_SOLUTION_APPROVED);
    case FM_SOLUTION_APPLIED:
        return from == FM_SOLUTION_PROPOSED || from == FM_SOLUTION_APPROVED;
    case FM_SOLUTION_VERIFIED:
        return from == FM_SOLUTION_APPLIED;
    case FM_SOLUTION_FAILED:
    case FM_SOLUTION_ROLLED_BACK:
        return from == FM_SOLUTION_APPLIED || from == FM_SOLUTION_VERIFIED;
    case FM_SOLUTION_STATE_NONE:
    case FM_SOLUTION_PROPOSED:
    case FM_SOLUTION_STATE_COUNT:
        break;
    }
    return false;
}

static bool is_post_fix(const struct fm_evidence_item *e, const struct fm_solution *s)
{
    fm_time at = e->last != FM_TIME_NONE ? e->last : e->collected_at;
    return at > s->applied_at && e->turn >= s->applied_turn;
}

static enum fm_code check_verified(struct fm_turn_work *w, const struct fm_solution *s,
                                   const struct fm_solution_move *b)
{
    const struct fm_evidence_item *e = fm_case_find(w->c, FM_REF_EVIDENCE, b->evidence_id);
    if (b->effectiveness < 0.0)
        return step_reject(
            w, "verified needs an effectiveness from 0 to 1, before compared with after");
    if (!e)
        return step_reject(
            w, "verified needs evidence_id: data from after the fix that shows its effect");
    if (e->testimony)
        return step_reject(
            w, "testimony alone does not verify a fix; add data, or attest when resolving");
    if (!is_post_fix(e, s))
        return step_reject(w, "evidence %.*s is from before the fix was applied",
                           FM_STR_ARG(e->id));
    return FM_OK;
}

static enum fm_code check_move_time(struct fm_turn_work *w, fm_time at)
{
    fm_time started = w->c->verification.started_at;
    if (at == FM_TIME_NONE)
        return FM_OK;
    if (at > w->now)
        return step_reject(w, "the time given lies in the future");
    if (started != FM_TIME_NONE && at < started)
        return step_reject(w, "the time given is before the incident started");
    return FM_OK;
}

static enum fm_code check_move(struct fm_turn_work *w, const struct fm_solution_move *b)
{
    const struct fm_solution *s = fm_case_find(w->c, FM_REF_SOLUTION, b->id);
    bool is_over = b->state == FM_SOLUTION_FAILED || b->state == FM_SOLUTION_ROLLED_BACK ||
                   b->state == FM_SOLUTION_REJECTED;
    if (!is_move_allowed(s->state, b->state))
        return step_reject(w, "solution %.*s is %s; it cannot become %s", FM_STR_ARG(s->id),
                           fm_name_of(&fm_solution_state_names, s->state),
                           fm_name_of(&fm_solution_state_names, b->state));
    if (b->state != FM_SOLUTION_VERIFIED && b->effectiveness >= 0.0)
        return step_reject(w, "only a verified solution has an effectiveness");
    if (is_over && !b->reason.len)
        return step_reject(w, "%s needs a reason", fm_name_of(&fm_solution_state_names, b->state));
    FM_TRY(check_move_time(w, b->at));
    return b->state == FM_SOLUTION_VERIFIED ? check_verified(w, s, b) : FM_OK;
}

static enum fm_code approve_first(struct fm_turn_work *w, const struct fm_solution_move *b)
{
    const struct fm_solution *s = fm_case_find(w->c, FM_REF_SOLUTION, b->id);
    if (b->state != FM_SOLUTION_APPLIED || s->state != FM_SOLUTION_PROPOSED)
        return FM_OK;
    struct fm_solution_move *m = step_body(w, FM_EVENT_SOLUTION_MOVED);
    m->id = b->id;
    m->state = FM_SOLUTION_APPROVED;
    m->reason = FM_STR("applied by the user");
    return step_emit(w, FM_EVENT_SOLUTION_MOVED, m);
}

static enum fm_code advise_after(struct fm_turn_work *w, enum fm_solution_state state)
{
    if (state == FM_SOLUTION_FAILED || state == FM_SOLUTION_ROLLED_BACK)
        return step_advise(w, FM_ADVICE_NEXT_SOLUTION,
                           FM_STR("The fix did not hold; propose the next candidate."));
    if (state == FM_SOLUTION_VERIFIED && fm_case_has(w->c, FM_MILESTONE_SOLUTION_VERIFIED))
        return step_advise(w, FM_ADVICE_PROPOSE_RESOLVE,
                           FM_STR("The fix is verified; ask whether the case is resolved."));
    if (state == FM_SOLUTION_APPLIED && !fm_case_has(w->c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED))
        return step_advise(
            w, FM_ADVICE_CONTINUE_ROOT_CAUSE,
            FM_STR("The impact may be stopped; the root cause is still to be found."));
    return FM_OK;
}

enum fm_code step_move_solution(struct fm_turn_work *w, const struct fm_solution_move *m)
{
    struct fm_solution_move *b = step_body(w, FM_EVENT_SOLUTION_MOVED);
    *b = *m;
    FM_TRY(approve_first(w, b));
    FM_TRY(step_emit(w, FM_EVENT_SOLUTION_MOVED, b));
    FM_TRY(step_sync_milestones(w));
    return advise_after(w, b->state);
}

enum fm_code rule_update_solution(struct fm_turn_work *w, const struct fm_change *change,
                                  void *body)
{
    struct fm_solution_change *b = body;
    (void)change;
    FM_TRY(step_resolve(w, &fm_solution_change_type, b));
    FM_TRY(step_check_cites(w, &b->cites));
    struct fm_solution_move m = {b->solution_id, b->state,         b->reason, b->method,
                                 b->evidence_id, b->effectiveness, b->at};
    bool is_consent = b->state == FM_SOLUTION_APPROVED || b->state == FM_SOLUTION_APPLIED;
    if (is_consent || b->state == FM_SOLUTION_REJECTED)
        FM_TRY(step_check_consent(w, &b->cites));
    FM_TRY(check_move(w, &m));
    return step_move_solution(w, &m);
}

/* ---- milestones that follow from solutions ---- */

static bool is_in_force(const struct fm_solution *s)
{
    return s->state == FM_SOLUTION_APPLIED || s->state == FM_SOLUTION_VERIFIED;
}

static bool follows(const struct fm_case *c, enum fm_milestone_name name)
{
    fm_vec_each (&c->solutions, s) {
        bool is_fix = s->kind == FM_SOLUTION_REMEDIATION;
        if (name == FM_MILESTONE_SOLUTION_PROPOSED && s->state != FM_SOLUTION_REJECTED)
            return true;
        if (name == FM_MILESTONE_SOLUTION_APPLIED && is_fix && is_in_force(s))
            return true;
        if (name == FM_MILESTONE_SOLUTION_VERIFIED && is_fix && s->state == FM_SOLUTION_VERIFIED)
            return true;
        if (name == FM_MILESTONE_MITIGATION_APPLIED && !is_fix && is_in_force(s))
            return true;
    }
    return false;
}

static enum fm_code sync_one(struct fm_turn_work *w, enum fm_milestone_name name)
{
    bool holds = follows(w->c, name);
    if (holds == fm_case_has(w->c, name))
        return FM_OK;
    struct fm_milestone *m = step_body(w, FM_EVENT_MILESTONE_SET);
    m->name = name;
    m->status = holds ? FM_FACT_ASSERTED : FM_FACT_REVOKED;
    m->by = FM_STR("system");
    if (!holds)
        m->reason = FM_STR("no solution is in that state any more");
    if (holds && name == FM_MILESTONE_SOLUTION_VERIFIED)
        fm_vec_each (&w->c->solutions, s)
            if (s->state == FM_SOLUTION_VERIFIED)
                fm_vec_push(&w->ctx->arena, &m->cites,
                            (struct fm_cite){.evidence_id = s->verification_evidence_id});
    return step_emit_system(w, FM_EVENT_MILESTONE_SET, m);
}

enum fm_code step_sync_milestones(struct fm_turn_work *w)
{
    FM_TRY(sync_one(w, FM_MILESTONE_SOLUTION_PROPOSED));
    FM_TRY(sync_one(w, FM_MILESTONE_MITIGATION_APPLIED));
    FM_TRY(sync_one(w, FM_MILESTONE_SOLUTION_APPLIED));
    return sync_one(w, FM_MILESTONE_SOLUTION_VERIFIED);
}
