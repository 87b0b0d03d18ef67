/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The investigation seen as observe, orient, decide, act: computed from the event log, gates
 * nothing.
 */
#include "faultmaven/core/investigation.h"

static unsigned step_of(enum fm_event_type type)
{
    switch ((int)type) {
    case FM_EVENT_EVIDENCE_ADDED:
    case FM_EVENT_EVIDENCE_ACCEPTED:
    case FM_EVENT_CHANGE_RECORDED:
    case FM_EVENT_VERIFICATION_UPDATED:
        return FM_OODA_OBSERVE;
    case FM_EVENT_HYPOTHESIS_ADDED:
    case FM_EVENT_HYPOTHESIS_MOVED:
    case FM_EVENT_LINK_SET:
    case FM_EVENT_MILESTONE_SET:
    case FM_EVENT_ROOT_CAUSE_SET:
    case FM_EVENT_ROOT_CAUSE_DISPUTED:
    case FM_EVENT_LOOPED_BACK:
        return FM_OODA_ORIENT;
    case FM_EVENT_PATH_SELECTED:
    case FM_EVENT_REQUEST_ADDED:
    case FM_EVENT_SOLUTION_ADDED:
    case FM_EVENT_ESCALATED:
        return FM_OODA_DECIDE;
    default:
        return 0;
    }
}

static unsigned step_of_event(const struct fm_event *e)
{
    if (e->type == FM_EVENT_SOLUTION_MOVED) {
        enum fm_solution_state s = ((const struct fm_solution_move *)e->body)->state;
        return s == FM_SOLUTION_APPROVED || s == FM_SOLUTION_REJECTED ? FM_OODA_DECIDE
                                                                      : FM_OODA_ACT;
    }
    if (e->type == FM_EVENT_REQUEST_MOVED)
        return ((const struct fm_request_move *)e->body)->evidence_ids.n ? FM_OODA_OBSERVE : 0;
    return step_of(e->type);
}

static int index_of(unsigned step)
{
    return step == FM_OODA_OBSERVE  ? 0
           : step == FM_OODA_ORIENT ? 1
           : step == FM_OODA_DECIDE ? 2
                                    : 3;
}

static enum fm_intensity intensity_of(const struct fm_iteration *it)
{
    int kinds = 0;
    for (int i = 0; i < 4; i++)
        kinds += it->counts[i] > 0;
    if (kinds == 0)
        return FM_INTENSITY_NONE;
    if (kinds == 4)
        return FM_INTENSITY_FULL;
    return kinds == 3 ? FM_INTENSITY_MEDIUM : FM_INTENSITY_LIGHT;
}

static void note_change(struct fm_arena *a, struct fm_iteration *it, const struct fm_event *e)
{
    fm_str text = FM_STR_NULL;
    if (e->type == FM_EVENT_MILESTONE_SET) {
        const struct fm_milestone *m = e->body;
        text = fm_str_fmt(a, "%s %s", fm_name_of(&fm_milestone_name_names, m->name),
                          fm_name_of(&fm_fact_status_names, m->status));
    } else if (e->type == FM_EVENT_HYPOTHESIS_MOVED) {
        const struct fm_hypothesis_move *m = e->body;
        if (m->status)
            text = fm_str_fmt(a, "%.*s %s", FM_STR_ARG(m->id),
                              fm_name_of(&fm_hypothesis_status_names, m->status));
    } else if (e->type == FM_EVENT_SOLUTION_MOVED) {
        const struct fm_solution_move *m = e->body;
        text = fm_str_fmt(a, "%.*s %s", FM_STR_ARG(m->id),
                          fm_name_of(&fm_solution_state_names, m->state));
    }
    if (text.len && it->changed.n < 32)
        fm_vec_push(a, &it->changed, text);
}

static double best_likelihood(const struct fm_case *c)
{
    const struct fm_hypothesis *h = fm_hypothesis_best(c);
    return h ? h->likelihood : 0.0;
}

struct walk {
    struct fm_case *c;
    struct fm_iteration now;
    double start;
};

static void note(struct fm_arena *a, struct walk *k, const struct fm_event *e)
{
    unsigned step = step_of_event(e);
    if (!step)
        return;
    if (!k->now.steps)
        k->now.begin = e->at;
    k->now.steps |= step;
    k->now.counts[index_of(step)]++;
    note_change(a, &k->now, e);
}

static void end_turn(struct fm_arena *a, struct walk *k, const struct fm_event *e,
                     struct fm_iterations *out)
{
    if (!k->now.first_turn)
        k->now.first_turn = k->c->current_turn;
    if (!(k->now.steps & ~FM_OODA_OBSERVE)) {
        if (!k->now.steps)
            k->now.first_turn = 0;
        return;
    }
    k->now.number = (int64_t)out->n + 1;
    k->now.last_turn = k->c->current_turn;
    k->now.end = e->at;
    k->now.stage = fm_case_stage(k->c);
    k->now.intensity = intensity_of(&k->now);
    k->now.likelihood_change = best_likelihood(k->c) - k->start;
    fm_vec_push(a, out, k->now);
    k->now = (struct fm_iteration){0};
    k->start = best_likelihood(k->c);
}

enum fm_code fm_ooda_iterations(struct fm_ctx *ctx, const struct fm_events *events,
                                struct fm_iterations *out)
{
    struct fm_iterations list = {0};
    struct walk k = {.c = fm_case_new(&ctx->arena)};
    fm_vec_each (events, e) {
        FM_TRY(fm_case_apply(ctx, k.c, e));
        if (k.c->status != FM_CASE_CONSULTING)
            note(&ctx->arena, &k, e);
        if (e->type == FM_EVENT_TURN_RECORDED && k.c->status != FM_CASE_CONSULTING)
            end_turn(&ctx->arena, &k, e, &list);
    }
    *out = list;
    return FM_OK;
}

const char *fm_intensity_name(enum fm_intensity i)
{
    static const char *const names[] = {"none", "light", "medium", "full"};
    return (unsigned)i < 4 ? names[i] : "";
}
