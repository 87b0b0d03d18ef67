/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path, preferences, waiting, degraded mode as suggested, escalation, documentation.
 */
#include "rules.h"

enum fm_code rule_select_path(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_path_selection *b = body;
    const struct fm_path_selection *now = fm_case_path_now(w->c);
    (void)change;
    if (!step_is_user(w))
        return step_reject(w,
                           "the path follows from urgency and time course, or the user picks it");
    if (b->path == FM_CASE_PATH_USER_CHOICE)
        return step_reject(w, "pick mitigation_first or root_cause");
    if (now && now->path == b->path)
        return step_reject(w, "the path is %s already", fm_name_of(&fm_case_path_names, b->path));
    b->is_auto = false;
    b->alternate = b->path == FM_CASE_PATH_ROOT_CAUSE ? FM_CASE_PATH_MITIGATION_FIRST
                                                      : FM_CASE_PATH_ROOT_CAUSE;
    b->temporal = w->c->verification.temporal;
    b->urgency = w->c->verification.urgency;
    b->by = step_by(w);
    b->at = w->now;
    b->turn = step_turn(w);
    if (!b->rationale.len)
        b->rationale = FM_STR("the user's choice");
    return step_emit(w, FM_EVENT_PATH_SELECTED, b);
}

enum fm_code rule_prefer(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    const struct fm_preference *b = body;
    (void)change;
    if (!step_is_user(w))
        return step_reject(w, "only the user sets preferences");
    if (!b->engagement && !b->strategy)
        return step_reject(w, "no preference is given");
    return step_emit(w, FM_EVENT_PREFERENCE_SET, body);
}

enum fm_code rule_wait(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_waiting *b = body;
    (void)change;
    if (b->until != FM_TIME_NONE && b->until < w->now)
        return step_reject(w, "the expected end of the wait has passed");
    b->since = w->now;
    w->has_waited = true;
    return step_emit(w, FM_EVENT_WAITING_SET, b);
}

static bool has_blocked(const struct fm_case *c)
{
    fm_vec_each (&c->requests, r)
        if (r->status == FM_REQUEST_BLOCKED)
            return true;
    return false;
}

static bool is_deadlocked(const struct fm_case *c)
{
    fm_vec_each (&c->hypotheses, h)
        if (h->status != FM_HYPOTHESIS_INCONCLUSIVE)
            return false;
    return c->hypotheses.n > 0;
}

/* A reasoner suggests, the facts decide. */
static enum fm_code check_degraded(struct fm_turn_work *w, enum fm_degraded_type type)
{
    if (type == FM_DEGRADED_NO_PROGRESS && !fm_case_is_stalled(w->c, w->now))
        return step_reject(
            w, "no_progress is counted by the system: %lld turns so far, and the time is not up",
            (long long)w->c->turns_without_progress);
    if (type == FM_DEGRADED_LIMITED_DATA && !has_blocked(w->c))
        return step_reject(w, "limited_data needs a request that is blocked");
    if (type == FM_DEGRADED_EXTERNAL_DEPENDENCY && !w->c->waiting.on.len)
        return step_reject(w, "external_dependency needs something that the case waits on");
    if (type == FM_DEGRADED_HYPOTHESIS_DEADLOCK && !is_deadlocked(w->c))
        return step_reject(w, "hypothesis_deadlock needs every hypothesis to be inconclusive");
    return FM_OK;
}

enum fm_code rule_suggest_degraded(struct fm_turn_work *w, const struct fm_change *change,
                                   void *body)
{
    const struct fm_degraded_hint *b = body;
    (void)change;
    if (fm_case_episode(w->c))
        return step_reject(w, "a degraded episode runs already: %s",
                           fm_name_of(&fm_degraded_type_names, fm_case_episode(w->c)->type));
    FM_TRY(check_degraded(w, b->type));
    struct fm_episode *e = step_body(w, FM_EVENT_DEGRADED_ENTERED);
    e->type = b->type;
    e->reason = b->reason;
    e->attempted = b->attempted;
    e->fallback = b->fallback;
    e->entered_at = w->now;
    e->entered_turn = step_turn(w);
    return step_emit(w, FM_EVENT_DEGRADED_ENTERED, e);
}

/* ---- escalation ---- */

static void add_findings(struct fm_turn_work *w, struct fm_escalation *e)
{
    struct fm_arena *a = &w->ctx->arena;
    const struct fm_root_cause *rc = fm_case_root_cause(w->c);
    if (rc)
        fm_vec_push(a, &e->findings,
                    step_cut(a,
                             fm_str_fmt(a, "root cause (%s): %.*s",
                                        fm_name_of(&fm_fact_status_names, rc->status),
                                        FM_STR_ARG(rc->statement)),
                             500));
    fm_vec_each (&w->c->hypotheses, h) {
        if (e->findings.n >= 40)
            break;
        fm_vec_push(a, &e->findings,
                    step_cut(a,
                             fm_str_fmt(a, "%.*s %s (%.2f): %.*s", FM_STR_ARG(h->id),
                                        fm_name_of(&fm_hypothesis_status_names, h->status),
                                        h->likelihood, FM_STR_ARG(h->statement)),
                             500));
    }
    fm_vec_each (&w->c->solutions, s) {
        if (e->findings.n >= 60)
            break;
        fm_vec_push(a, &e->findings,
                    step_cut(a,
                             fm_str_fmt(a, "%.*s %s: %.*s", FM_STR_ARG(s->id),
                                        fm_name_of(&fm_solution_state_names, s->state),
                                        FM_STR_ARG(s->title)),
                             500));
    }
}

/* The hand-over packet: problem, timeline, what was tried and refuted, open requests. */
static fm_str handover(struct fm_turn_work *w)
{
    const struct fm_case *c = w->c;
    char t[FM_TIME_TEXT_MAX];
    struct fm_buf b;
    fm_buf_init(&b, 16384);
    fm_buf_addf(&b, "Problem: %.*s\n", FM_STR_ARG(c->description));
    if (c->verification.started_at != FM_TIME_NONE)
        fm_buf_addf(&b, "Started: %s\n", fm_time_format(c->verification.started_at, t));
    fm_buf_addf(&b, "Stage: %s, %d %% of milestones\nEvidence: %zu items\n",
                fm_name_of(&fm_case_stage_names, fm_case_stage(c)), fm_case_completion(c),
                c->evidence.n);
    fm_vec_each (&c->requests, r)
        if (r->status == FM_REQUEST_PENDING || r->status == FM_REQUEST_PARTIAL ||
            r->status == FM_REQUEST_BLOCKED)
            fm_buf_addf(&b, "Request %.*s (%s): %.*s\n", FM_STR_ARG(r->id),
                        fm_name_of(&fm_request_status_names, r->status),
                        FM_STR_ARG(r->description));
    fm_str text = step_cut(&w->ctx->arena, fm_buf_str(&b), 5000);
    fm_buf_release(&b);
    return text;
}

enum fm_code step_escalate(struct fm_turn_work *w, const struct fm_intent *in)
{
    struct fm_escalation *e = step_body(w, FM_EVENT_ESCALATED);
    e->id = step_new_id(w, "esc");
    e->type = in->type ? in->type : FM_ESCALATION_USER_REQUEST;
    e->reason = in->reason;
    e->to = in->to;
    e->summary = handover(w);
    add_findings(w, e);
    e->by = step_by(w);
    e->at = w->now;
    FM_TRY(step_emit(w, FM_EVENT_ESCALATED, e));
    struct fm_waiting *wait = step_body(w, FM_EVENT_WAITING_SET);
    wait->on = in->to.len ? in->to : FM_STR("the escalation");
    wait->reason = in->reason;
    wait->since = w->now;
    w->has_waited = true;
    return step_emit(w, FM_EVENT_WAITING_SET, wait);
}

enum fm_code rule_resolve_escalation(struct fm_turn_work *w, const struct fm_change *change,
                                     void *body)
{
    struct fm_item_note *b = body;
    (void)change;
    FM_TRY(step_resolve_one(w, FM_REF_ESCALATION, &b->id));
    const struct fm_escalation *e = fm_case_find(w->c, FM_REF_ESCALATION, b->id);
    if (e->resolved_at != FM_TIME_NONE)
        return step_reject(w, "escalation %.*s is resolved already", FM_STR_ARG(e->id));
    if (!step_is_user(w))
        return step_reject(w, "only the user brings an escalation back");
    FM_TRY(step_emit(w, FM_EVENT_ESCALATION_RESOLVED, b));
    if (!w->c->waiting.on.len)
        return FM_OK;
    struct fm_text_value *t = step_body(w, FM_EVENT_WAITING_CLEARED);
    t->text = FM_STR("the escalation came back");
    return step_emit(w, FM_EVENT_WAITING_CLEARED, t);
}

/* ---- documentation ---- */

enum fm_code rule_document(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    (void)change;
    return step_emit(w, FM_EVENT_DOCUMENTATION_UPDATED, body);
}

static bool is_date(fm_str s)
{
    fm_time t;
    char text[32] = "";
    if (s.len != 10)
        return false;
    memcpy(text, s.p, 10);
    memcpy(text + 10, "T00:00:00Z", 11);
    return fm_time_parse(fm_str_c(text), &t);
}

enum fm_code rule_action_item(struct fm_turn_work *w, const struct fm_change *change, void *body)
{
    struct fm_action_item *b = body;
    FM_TRY(step_may_name(w, change->handle));
    if (b->due.len && !is_date(b->due))
        return step_reject(w, "due \"%.*s\" is no date like 2025-07-01", FM_STR_ARG(b->due));
    const struct fm_action_item *old = fm_case_find(w->c, FM_REF_ACTION, b->id);
    if (b->id.len && !old)
        return step_reject(w, "\"%.*s\" names no action item", FM_STR_ARG(b->id));
    if (old) {
        struct fm_action_item merged = *old;
        fm_record_merge(&fm_action_item_type, b, &merged);
        *b = merged;
    } else {
        b->id = step_new_id(w, "act");
    }
    b->status = b->status ? b->status : FM_ACTION_ITEM_OPEN;
    FM_TRY(step_emit(w, FM_EVENT_ACTION_SET, b));
    return old ? FM_OK : step_name(w, change->handle, b->id);
}
