/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock of a case. Turns count how often nothing moved; this says for how long. All of it
 * follows from times of events and the time now, so that a replay with the same clock says the
 * same.
 */
#include "faultmaven/core/investigation.h"

/* How long an investigation may rest. Customary update intervals of incident response: a critical
 * outage is reported on every quarter of an hour, a severe one every hour. */
static const int64_t limits[FM_URGENCY_COUNT] = {
    [FM_URGENCY_NONE] = FM_DAY,    [FM_URGENCY_CRITICAL] = 15 * FM_MINUTE,
    [FM_URGENCY_HIGH] = FM_HOUR,   [FM_URGENCY_MEDIUM] = FM_DAY,
    [FM_URGENCY_LOW] = 7 * FM_DAY, [FM_URGENCY_UNKNOWN] = FM_DAY,
};

#define FIX_SOAK (30 * FM_MINUTE) /* data from after a fix should exist by then */

enum fm_urgency fm_case_urgency(const struct fm_case *c)
{
    const struct fm_verification *v = &c->verification;
    bool is_unknown = !v->urgency || v->urgency == FM_URGENCY_UNKNOWN;
    return is_unknown && v->severity == FM_INCIDENT_CRITICAL && v->temporal ? FM_URGENCY_CRITICAL
                                                                            : v->urgency;
}

int64_t fm_pace_limit(enum fm_urgency urgency)
{
    return limits[urgency];
}

/* From when on rest counts: the last progress, or the end of the last wait if that was later. An
 * open wait stops the clock until the time for which it was announced. */
fm_time fm_case_resting_since(const struct fm_case *c)
{
    fm_time since = c->last_progress_at;
    if (c->status != FM_CASE_INVESTIGATING)
        return FM_TIME_NONE;
    if (c->waiting.on.len)
        return c->waiting.until;
    return c->waited_until != FM_TIME_NONE && c->waited_until > since ? c->waited_until : since;
}

struct fm_pace fm_pace_at(fm_time since, enum fm_urgency urgency, fm_time now)
{
    struct fm_pace p = {.since = since, .limit_ns = fm_pace_limit(urgency)};
    if (since == FM_TIME_NONE || now == FM_TIME_NONE || now <= since)
        return p;
    p.rest_ns = now - since;
    p.is_overdue = p.rest_ns > p.limit_ns;
    return p;
}

struct fm_pace fm_case_pace(const struct fm_case *c, fm_time now)
{
    return fm_pace_at(fm_case_resting_since(c), fm_case_urgency(c), now);
}

fm_str fm_pace_text(struct fm_arena *a, const struct fm_pace *p)
{
    return fm_str_fmt(a, "no progress for %.*s; the limit at this urgency is %.*s",
                      FM_STR_ARG(fm_duration_str(a, p->rest_ns)),
                      FM_STR_ARG(fm_duration_str(a, p->limit_ns)));
}

bool fm_case_is_stalled(const struct fm_case *c, fm_time now)
{
    return fm_case_is_stuck(c) || fm_case_pace(c, now).is_overdue;
}

/* ---- reminders ---- */

struct reminders {
    struct fm_arena *a;
    const struct fm_case *c;
    fm_time now;
    struct fm_reminders list;
};

static fm_str ago(const struct reminders *r, fm_time since)
{
    return fm_duration_str(r->a, r->now - since);
}

static bool is_older(const struct reminders *r, fm_time since, int64_t age)
{
    return since != FM_TIME_NONE && r->now - since > age;
}

static void remind(struct reminders *r, const char *kind, fm_str ref, fm_time since, fm_str text)
{
    fm_vec_push(r->a, &r->list, ((struct fm_reminder){kind, ref, since, text}));
}

static void remind_of_rest(struct reminders *r)
{
    struct fm_pace p = fm_case_pace(r->c, r->now);
    if (p.is_overdue && !r->c->waiting.on.len)
        remind(r, "stalled", FM_STR_NULL, p.since,
               fm_str_fmt(r->a,
                          "%.*s: add other data, change the view, or escalate (case escalate)",
                          FM_STR_ARG(fm_pace_text(r->a, &p))));
}

/* A wait without an end is asked about after four times what rest is allowed. */
static void remind_of_wait(struct reminders *r)
{
    const struct fm_waiting *w = &r->c->waiting;
    if (!w->on.len)
        return;
    if (is_older(r, w->until, 0))
        remind(r, "wait_over", FM_STR_NULL, w->until,
               fm_str_fmt(r->a,
                          "%.*s was expected %.*s ago: ask, or end the wait (case waiting --done)",
                          FM_STR_ARG(w->on), FM_STR_ARG(ago(r, w->until))));
    else if (w->until == FM_TIME_NONE &&
             is_older(r, w->since, 4 * fm_pace_limit(fm_case_urgency(r->c))))
        remind(r, "wait_long", FM_STR_NULL, w->since,
               fm_str_fmt(r->a, "waiting on %.*s for %.*s without an expected time: ask",
                          FM_STR_ARG(w->on), FM_STR_ARG(ago(r, w->since))));
}

static fm_time time_of_turn(const struct fm_case *c, int64_t number)
{
    return number >= 1 && number <= (int64_t)c->turns.n ? c->turns.items[number - 1].at
                                                        : FM_TIME_NONE;
}

/* From when the fix was reported on: it may have been applied long before. */
static void remind_of_fixes(struct reminders *r)
{
    fm_vec_each (&r->c->solutions, s) {
        fm_time told = time_of_turn(r->c, s->applied_turn);
        fm_time since = told > s->applied_at ? told : s->applied_at;
        if (s->state == FM_SOLUTION_APPLIED && is_older(r, since, FIX_SOAK))
            remind(r, "unverified_fix", s->id, since,
                   fm_str_fmt(r->a,
                              "%.*s was reported as applied %.*s ago and nobody verified it (case "
                              "verify-fix)",
                              FM_STR_ARG(s->id), FM_STR_ARG(ago(r, since))));
    }
}

static void remind_of_requests(struct reminders *r)
{
    fm_vec_each (&r->c->requests, q) {
        bool is_open = q->status == FM_REQUEST_PENDING || q->status == FM_REQUEST_PARTIAL;
        fm_time asked = time_of_turn(r->c, q->created_turn);
        if (is_open && q->priority == FM_REQUEST_PRIORITY_CRITICAL &&
            is_older(r, asked, fm_pace_limit(fm_case_urgency(r->c))))
            remind(r, "open_request", q->id, asked,
                   fm_str_fmt(r->a, "%.*s was asked %.*s ago: %.*s", FM_STR_ARG(q->id),
                              FM_STR_ARG(ago(r, asked)), FM_STR_ARG(q->description)));
    }
}

static void remind_of_escalations(struct reminders *r)
{
    fm_vec_each (&r->c->escalations, e)
        if (e->resolved_at == FM_TIME_NONE &&
            is_older(r, e->at, 4 * fm_pace_limit(fm_case_urgency(r->c))))
            remind(r, "open_escalation", e->id, e->at,
                   fm_str_fmt(r->a, "escalated%s%.*s %.*s ago, no answer recorded",
                              e->to.len ? " to " : "", FM_STR_ARG(e->to),
                              FM_STR_ARG(ago(r, e->at))));
}

/* What is left to do after the case, by its date. */
static void remind_of_actions(struct reminders *r)
{
    fm_str today = fm_str_sub(fm_time_str(r->a, r->now), 0, 10);
    fm_vec_each (&r->c->actions, x) {
        bool is_done = x->status == FM_ACTION_ITEM_DONE || x->status == FM_ACTION_ITEM_DROPPED;
        if (!is_done && x->due.len && fm_str_cmp(x->due, today) < 0)
            remind(r, "overdue_action", x->id, FM_TIME_NONE,
                   fm_str_fmt(r->a, "action item of %.*s was due %.*s: %.*s",
                              FM_STR_ARG(x->owner.len ? x->owner : FM_STR("nobody")),
                              FM_STR_ARG(x->due), FM_STR_ARG(x->text)));
    }
}

struct fm_reminders fm_case_reminders(struct fm_arena *a, const struct fm_case *c, fm_time now)
{
    struct reminders r = {.a = a, .c = c, .now = now};
    if (now == FM_TIME_NONE)
        return r.list;
    if (c->status == FM_CASE_INVESTIGATING) {
        remind_of_rest(&r);
        remind_of_wait(&r);
        remind_of_fixes(&r);
        remind_of_requests(&r);
        remind_of_escalations(&r);
    }
    remind_of_actions(&r);
    return r.list;
}
