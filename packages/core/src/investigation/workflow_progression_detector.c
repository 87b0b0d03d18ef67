/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the case moving? Path selection, inconclusive hypotheses, degraded episodes, and advice when
 * it is not.
 */
#include "step.h"

/* ---- path ---- */

static bool inputs_changed(const struct fm_case *c, enum fm_urgency urgency)
{
    const struct fm_path_selection *p = fm_case_path_now(c);
    return !p || p->temporal != c->verification.temporal || p->urgency != urgency;
}

static enum fm_code emit_path(struct fm_turn_work *w, const struct fm_path_choice *choice,
                              enum fm_urgency urgency)
{
    struct fm_path_selection *b = step_body(w, FM_EVENT_PATH_SELECTED);
    b->path = choice->path;
    b->is_auto = true;
    b->rationale = fm_str_c(choice->why);
    b->alternate = choice->alternate;
    b->temporal = w->c->verification.temporal;
    b->urgency = urgency;
    b->by = FM_STR("system");
    b->at = w->now;
    b->turn = step_turn(w);
    FM_TRY(step_emit_system(w, FM_EVENT_PATH_SELECTED, b));
    return choice->path == FM_CASE_PATH_USER_CHOICE
               ? step_advise(w, FM_ADVICE_CHOOSE_PATH,
                             FM_STR("Mitigate first, or look for the root cause first?"))
               : FM_OK;
}

enum fm_code step_select_path(struct fm_turn_work *w)
{
    if (w->c->status != FM_CASE_INVESTIGATING || !fm_case_has(w->c, FM_MILESTONE_SYMPTOM_VERIFIED))
        return FM_OK;
    const struct fm_path_selection *now = fm_case_path_now(w->c);
    enum fm_urgency urgency = fm_case_urgency(w->c);
    struct fm_path_choice choice = fm_path_choose(w->c->verification.temporal, urgency);
    if (!choice.path)
        return now ? FM_OK
                   : step_advise(w, FM_ADVICE_ASK_URGENCY,
                                 FM_STR("How urgent is it, and does it still go on?"));
    if (!inputs_changed(w->c, urgency) || (now && now->path == choice.path))
        return FM_OK;
    if (now && !now->is_auto)
        return step_advise(w, FM_ADVICE_CHOOSE_PATH,
                           fm_str_fmt(&w->ctx->arena,
                                      "Urgency or time course changed; %s would fit now.",
                                      fm_name_of(&fm_case_path_names, choice.path)));
    return emit_path(w, &choice, urgency);
}

/* ---- hypotheses that cannot be settled ---- */

static bool has_nothing_left(const struct fm_case *c, const struct fm_hypothesis *h)
{
    int n = 0;
    fm_vec_each (&c->requests, r) {
        if (!fm_str_eq(r->hypothesis_id, h->id))
            continue;
        if (r->status == FM_REQUEST_PENDING || r->status == FM_REQUEST_PARTIAL)
            return false;
        n++;
    }
    return n > 0 && h->likelihood >= 0.3 && h->likelihood <= 0.7;
}

static enum fm_code settle_hypotheses(struct fm_turn_work *w)
{
    for (size_t i = 0; i < w->c->hypotheses.n; i++) {
        const struct fm_hypothesis *h = &w->c->hypotheses.items[i];
        if (h->status != FM_HYPOTHESIS_ACTIVE || !has_nothing_left(w->c, h))
            continue;
        w->by = (struct fm_actor){FM_ACTOR_SYSTEM, FM_STR_NULL};
        FM_TRY(step_move_hypothesis(w, h->id, FM_HYPOTHESIS_INCONCLUSIVE, FM_UNIT_NONE,
                                    FM_STR("all that was asked for is answered or cannot be had")));
    }
    return FM_OK;
}

/* ---- degraded mode ---- */

static bool is_deadlocked(const struct fm_case *c)
{
    fm_vec_each (&c->hypotheses, h)
        if (h->status != FM_HYPOTHESIS_INCONCLUSIVE)
            return false;
    return c->hypotheses.n > 0;
}

static int blocked_critical(const struct fm_case *c)
{
    int n = 0;
    fm_vec_each (&c->requests, r)
        n += r->status == FM_REQUEST_BLOCKED && r->priority == FM_REQUEST_PRIORITY_CRITICAL;
    return n;
}

static enum fm_code exit_episode(struct fm_turn_work *w, fm_str why)
{
    struct fm_text_value *b = step_body(w, FM_EVENT_DEGRADED_EXITED);
    b->text = why;
    w->is_exited = true;
    w->exited = fm_case_episode(w->c)->type;
    return step_emit_system(w, FM_EVENT_DEGRADED_EXITED, b);
}

static enum fm_code enter_episode(struct fm_turn_work *w, enum fm_degraded_type type, fm_str reason,
                                  fm_str fallback)
{
    const struct fm_episode *now = fm_case_episode(w->c);
    if ((now && now->type != FM_DEGRADED_NO_PROGRESS) || (now && now->type == type) ||
        (w->is_exited && w->exited == type))
        return FM_OK;
    if (now)
        FM_TRY(exit_episode(w, fm_str_fmt(&w->ctx->arena, "replaced by %s",
                                          fm_name_of(&fm_degraded_type_names, type))));
    struct fm_episode *e = step_body(w, FM_EVENT_DEGRADED_ENTERED);
    e->type = type;
    e->reason = reason;
    e->fallback = fallback;
    e->entered_at = w->now;
    e->entered_turn = step_turn(w);
    fm_vec_each (&w->c->solutions, s)
        if (e->attempted.n < 16)
            fm_vec_push(&w->ctx->arena, &e->attempted, s->title);
    return step_emit_system(w, FM_EVENT_DEGRADED_ENTERED, e);
}

/* The turn in the making counts: it is not recorded yet. */
static int64_t stalled_turns(const struct fm_turn_work *w)
{
    if (w->turn.progress)
        return 0;
    return w->c->turns_without_progress +
           (w->turn.waiting || w->turn.outcome == FM_TURN_FAILED ? 0 : 1);
}

/* A turn that brings nothing after the time is up counts as much as three quick ones. */
static enum fm_code enter_by_clock(struct fm_turn_work *w)
{
    struct fm_pace p = fm_case_pace(w->c, w->now);
    if (!p.is_overdue || w->turn.progress || !stalled_turns(w))
        return FM_OK;
    FM_TRY(step_advise(w, FM_ADVICE_CHANGE_APPROACH,
                       fm_str_fmt(&w->ctx->arena, "There was %.*s.",
                                  FM_STR_ARG(fm_pace_text(&w->ctx->arena, &p)))));
    return enter_episode(w, FM_DEGRADED_NO_PROGRESS, fm_pace_text(&w->ctx->arena, &p),
                         FM_STR("other data, another view, or an escalation"));
}

static enum fm_code update_degraded(struct fm_turn_work *w)
{
    if (w->turn.progress && fm_case_episode(w->c))
        FM_TRY(exit_episode(
            w, fm_str_fmt(&w->ctx->arena, "progress: %.*s", FM_STR_ARG(w->why_progress))));
    if (is_deadlocked(w->c))
        return enter_episode(w, FM_DEGRADED_HYPOTHESIS_DEADLOCK,
                             FM_STR("every hypothesis is inconclusive"),
                             FM_STR("new hypotheses of other categories, or an escalation"));
    if (blocked_critical(w->c) >= 2)
        return enter_episode(w, FM_DEGRADED_LIMITED_DATA, FM_STR("critical evidence cannot be had"),
                             FM_STR("an alternative source, or someone with access"));
    if (stalled_turns(w) >= FM_STUCK_TURNS)
        return enter_episode(
            w, FM_DEGRADED_NO_PROGRESS, FM_STR("three turns without progress"),
            FM_STR("other data, another category of cause, an escalation, or closing"));
    return enter_by_clock(w);
}

/* ---- advice ---- */

static enum fm_code advise_on_anchoring(struct fm_turn_work *w)
{
    enum fm_hypothesis_category k = fm_anchored_category(w->c);
    if (k)
        return step_advise(
            w, FM_ADVICE_ANCHORING,
            fm_str_fmt(&w->ctx->arena,
                       "Four hypotheses of category %s failed; propose another category.",
                       fm_name_of(&fm_hypothesis_category_names, k)));
    if (fm_is_anchored_on_top(w->c))
        return step_advise(
            w, FM_ADVICE_ANCHORING,
            FM_STR(
                "The top hypothesis has not moved for three turns although evidence came; propose "
                "another category."));
    return FM_OK;
}

static bool all_refuted(const struct fm_case *c)
{
    fm_vec_each (&c->hypotheses, h)
        if (h->status != FM_HYPOTHESIS_REFUTED && h->status != FM_HYPOTHESIS_RETIRED)
            return false;
    return c->hypotheses.n > 0;
}

static enum fm_code advise(struct fm_turn_work *w)
{
    FM_TRY(advise_on_anchoring(w));
    if (all_refuted(w->c))
        FM_TRY(step_advise(w, FM_ADVICE_NEED_ALTERNATIVES,
                           FM_STR("Every hypothesis fell; new ones are needed.")));
    const struct fm_episode *e = fm_case_episode(w->c);
    if (e && step_turn(w) - e->entered_turn >= 6)
        FM_TRY(step_advise(w, FM_ADVICE_PROPOSE_ESCALATION,
                           FM_STR("Six turns in a degraded mode; escalate?")));
    if (stalled_turns(w) == FM_STUCK_TURNS - 1 || fm_iteration_budget(w->c).is_exceeded)
        FM_TRY(step_advise(w, FM_ADVICE_CHANGE_APPROACH,
                           FM_STR("Little moved lately: use what is there, ask for something else, "
                                  "or change the view.")));
    return FM_OK;
}

enum fm_code step_progression(struct fm_turn_work *w)
{
    if (w->c->status != FM_CASE_INVESTIGATING)
        return FM_OK;
    FM_TRY(settle_hypotheses(w));
    if (w->why_progress.len)
        w->turn.progress = true;
    FM_TRY(update_degraded(w));
    return advise(w);
}

/* ---- warnings ---- */

static bool has_open_escalation(const struct fm_case *c)
{
    fm_vec_each (&c->escalations, e)
        if (e->resolved_at == FM_TIME_NONE)
            return true;
    return false;
}

static void warn_of_stall(struct fm_arena *a, const struct fm_case *c, fm_time now,
                          struct fm_warnings *out)
{
    struct fm_pace p = fm_case_pace(c, now);
    fm_str text = FM_STR_NULL;
    if (c->turns_without_progress >= FM_STUCK_TURNS)
        text = fm_str_fmt(a, "%lld turns without progress; add other data, escalate or close",
                          (long long)c->turns_without_progress);
    else if (p.is_overdue)
        text = fm_pace_text(a, &p);
    if (text.len)
        fm_vec_push(a, out, ((struct fm_warning){"stuck", "warning", text}));
}

struct fm_warnings fm_case_warnings(struct fm_arena *a, const struct fm_case *c, fm_time now)
{
    struct fm_warnings list = {0};
    const struct fm_episode *e = fm_case_episode(c);
    warn_of_stall(a, c, now, &list);
    if (e)
        fm_vec_push(a, &list,
                    (struct fm_warning){"degraded_mode", "error",
                                        fm_str_fmt(a, "%s: %.*s",
                                                   fm_name_of(&fm_degraded_type_names, e->type),
                                                   FM_STR_ARG(e->reason))});
    if (has_open_escalation(c))
        fm_vec_push(a, &list,
                    (struct fm_warning){"escalation", "info", FM_STR("escalated, not back yet")});
    if (fm_case_is_terminal(c) && !c->reports.n)
        fm_vec_push(
            a, &list,
            (struct fm_warning){"no_documentation", "info", FM_STR("the case has no report yet")});
    return list;
}
