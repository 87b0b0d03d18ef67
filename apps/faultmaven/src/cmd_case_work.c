/* SPDX-License-Identifier: Apache-2.0 */
/* Typed statements by the person at work: propose, solve, apply, verify-fix, waiting, escalate,
 * close, member. */
#include "cmd_case.h"

#define CHOICE_NAMES_MAX 20

/* ---- propose: hypotheses, links, requests, changes, verification facts ---- */

struct propose_options {
    struct case_common common;
    const char *hypothesis, *category, *request, *command, *change, *link, *stance, *refute,
        *reason, *severity, *urgency, *temporal, *milestone, *evidence, *loop_back, *path;
    fm_time at, started, noticed;
    struct fm_opt_list services;
};

const struct fm_opt case_propose_opts[] = {
    FM_OPT_HEADING("What it could be"),
    FM_OPT_STR(0, "hypothesis", struct propose_options, hypothesis, "TEXT", "a hypothesis"),
    FM_OPT_STR(
        0, "category", struct propose_options, category, "NAME",
        "its category: code, config, environment, network, data, hardware, external, human, other"),
    FM_OPT_STR(0, "link", struct propose_options, link, "HYPOTHESIS",
               "judge --evidence against this hypothesis"),
    FM_OPT_STR(0, "stance", struct propose_options, stance, "NAME",
               "strongly_supports, supports, neutral, contradicts, strongly_contradicts"),
    FM_OPT_STR(0, "refute", struct propose_options, refute, "HYPOTHESIS",
               "it is not this one; needs --reason"),
    FM_OPT_HEADING("What is known"),
    FM_OPT_STR(0, "milestone", struct propose_options, milestone, "NAME",
               "this milestone is reached; needs --evidence"),
    FM_OPT_STR(0, "evidence", struct propose_options, evidence, "ID", "the evidence that shows it"),
    FM_OPT_STR(0, "change", struct propose_options, change, "TEXT",
               "something was changed, at --at"),
    FM_OPT_TIME(0, "at", struct propose_options, at, "when it was changed"),
    FM_OPT_TIME(0, "started", struct propose_options, started, "when the impact started"),
    FM_OPT_TIME(0, "noticed", struct propose_options, noticed, "when it was noticed"),
    FM_OPT_STR(0, "severity", struct propose_options, severity, "NAME",
               "CRITICAL, HIGH, MEDIUM, LOW"),
    FM_OPT_STR(0, "urgency", struct propose_options, urgency, "NAME",
               "critical, high, medium, low"),
    FM_OPT_STR(0, "temporal", struct propose_options, temporal, "NAME",
               "ongoing, historical, intermittent, recurring"),
    FM_OPT_LIST(0, "service", struct propose_options, services, "NAME",
                "a service that is affected; may be repeated"),
    FM_OPT_STR(0, "loop-back", struct propose_options, loop_back, "KIND",
               "scope_changed, timeline_wrong or hypotheses_refuted; needs --reason"),
    FM_OPT_HEADING("What to do"),
    FM_OPT_STR(0, "request", struct propose_options, request, "TEXT", "ask for evidence"),
    FM_OPT_STR(0, "command", struct propose_options, command, "COMMAND",
               "the command that would give it"),
    FM_OPT_STR(0, "path", struct propose_options, path, "NAME", "mitigation_first or root_cause"),
    FM_OPT_STR(0, "reason", struct propose_options, reason, "TEXT", "why"),
    CASE_COMMON_OPTS(struct propose_options),
    FM_OPT_END,
};

static enum fm_code parse_name(struct case_app *app, const struct fm_names *names, const char *text,
                               void *out)
{
    unsigned v = text ? fm_name_parse(names, fm_str_c(text)) : 0;
    if (text && !v)
        return fm_fail(app->ctx, FM_EINVAL, "\"%s\" is no %s", text, names->what);
    if (text)
        memcpy(out, &v, sizeof v);
    return FM_OK;
}

static void *add(struct case_app *app, struct fm_proposal *p, enum fm_change_type type)
{
    return fm_proposal_add(&app->ctx->arena, p, type, FM_STR_NULL);
}

static enum fm_code add_thoughts(struct case_app *app, const struct propose_options *o,
                                 struct fm_proposal *p)
{
    if (o->hypothesis) {
        struct fm_hypothesis *b = add(app, p, FM_CHANGE_ADD_HYPOTHESIS);
        b->statement = fm_str_c(o->hypothesis);
        b->mode = FM_GENERATION_SYSTEMATIC;
        b->category = FM_HYPOTHESIS_OTHER;
        b->rationale = fm_str_c(o->reason);
        FM_TRY(parse_name(app, &fm_hypothesis_category_names, o->category, &b->category));
    }
    if (o->link) {
        struct fm_link *b = add(app, p, FM_CHANGE_LINK);
        b->hypothesis_id = fm_str_c(o->link);
        b->evidence_id = fm_str_c(o->evidence);
        b->reasoning = fm_str_c(o->reason);
        b->stance = FM_STANCE_SUPPORTS;
        FM_TRY(parse_name(app, &fm_stance_names, o->stance, &b->stance));
    }
    if (o->refute) {
        struct fm_hypothesis_change *b = add(app, p, FM_CHANGE_UPDATE_HYPOTHESIS);
        b->hypothesis_id = fm_str_c(o->refute);
        b->status = FM_HYPOTHESIS_REFUTED;
        b->reason = fm_str_c(o->reason);
    }
    return FM_OK;
}

static enum fm_code add_verification(struct case_app *app, const struct propose_options *o,
                                     struct fm_proposal *p)
{
    bool is_any = o->severity || o->urgency || o->temporal || o->services.n ||
                  o->started != FM_TIME_NONE || o->noticed != FM_TIME_NONE;
    if (!is_any)
        return FM_OK;
    struct fm_verification *b = add(app, p, FM_CHANGE_UPDATE_VERIFICATION);
    b->started_at = o->started;
    b->noticed_at = o->noticed;
    fm_vec_each (&o->services, s)
        fm_vec_push(&app->ctx->arena, &b->affected_services, fm_str_c(*s));
    FM_TRY(parse_name(app, &fm_incident_severity_names, o->severity, &b->severity));
    FM_TRY(parse_name(app, &fm_urgency_names, o->urgency, &b->urgency));
    return parse_name(app, &fm_temporal_names, o->temporal, &b->temporal);
}

static enum fm_code add_facts(struct case_app *app, const struct propose_options *o,
                              struct fm_proposal *p)
{
    FM_TRY(add_verification(app, o, p));
    if (o->change) {
        struct fm_recent_change *b = add(app, p, FM_CHANGE_RECORD_CHANGE);
        b->description = fm_str_c(o->change);
        b->from = o->at;
    }
    if (o->milestone) {
        struct fm_milestone *b = add(app, p, FM_CHANGE_SET_MILESTONE);
        FM_TRY(parse_name(app, &fm_milestone_name_names, o->milestone, &b->name));
        if (o->evidence)
            fm_vec_push(&app->ctx->arena, &b->cites,
                        (struct fm_cite){.evidence_id = fm_str_c(o->evidence)});
    }
    if (o->loop_back) {
        struct fm_loop_back *b = add(app, p, FM_CHANGE_LOOP_BACK);
        b->reason = fm_str_c(o->reason);
        FM_TRY(parse_name(app, &fm_loop_back_kind_names, o->loop_back, &b->kind));
    }
    return FM_OK;
}

static enum fm_code add_steps(struct case_app *app, const struct propose_options *o,
                              struct fm_proposal *p)
{
    if (o->request) {
        struct fm_evidence_request *b = add(app, p, FM_CHANGE_REQUEST_EVIDENCE);
        b->description = fm_str_c(o->request);
        b->rationale = fm_str_c(o->reason);
        if (o->command)
            fm_vec_push(&app->ctx->arena, &b->commands, fm_str_c(o->command));
    }
    if (o->path) {
        struct fm_path_selection *b = add(app, p, FM_CHANGE_SELECT_PATH);
        b->rationale = fm_str_c(o->reason);
        FM_TRY(parse_name(app, &fm_case_path_names, o->path, &b->path));
    }
    return FM_OK;
}

static enum fm_code do_propose(struct case_app *app, const struct propose_options *o,
                               const char *name)
{
    struct fm_proposal p = {0};
    fm_str id;
    FM_TRY(case_find_id(app, name, &id));
    FM_TRY(add_thoughts(app, o, &p));
    FM_TRY(add_facts(app, o, &p));
    FM_TRY(add_steps(app, o, &p));
    if (!p.changes.n)
        return fm_fail(app->ctx, FM_EINVAL, "nothing is proposed; see --help for what can be");
    return case_run_changes(app, id, &p, NULL);
}

int case_propose_run(struct fm_cli *cli, char **argv)
{
    struct propose_options o = {
        .at = FM_TIME_NONE, .started = FM_TIME_NONE, .noticed = FM_TIME_NONE};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_propose(&app, &o, app.operands.items[0]));
}

/* ---- solve ---- */

struct solve_options {
    struct case_common common;
    const char *title, *type, *action, *longterm, *hypothesis, *rollback;
    struct fm_opt_list commands, steps, risks;
    bool is_mitigation;
};

const struct fm_opt case_solve_opts[] = {
    FM_OPT_STR('t', "title", struct solve_options, title, "TEXT", "the solution in a few words"),
    FM_OPT_FLAG(0, "mitigation", struct solve_options, is_mitigation,
                "it stops the impact, not the cause"),
    FM_OPT_STR(0, "type", struct solve_options, type, "NAME",
               "rollback, config_change, restart, scaling, code_fix, workaround, infrastructure, "
               "data_fix, other"),
    FM_OPT_STR(0, "action", struct solve_options, action, "TEXT", "what to do at once"),
    FM_OPT_STR(0, "longterm", struct solve_options, longterm, "TEXT", "the lasting fix"),
    FM_OPT_LIST('c', "command", struct solve_options, commands, "COMMAND",
                "a command of it; may be repeated"),
    FM_OPT_LIST(0, "step", struct solve_options, steps, "TEXT", "a step of it; may be repeated"),
    FM_OPT_LIST(0, "risk", struct solve_options, risks, "TEXT", "a risk of it; may be repeated"),
    FM_OPT_STR(0, "rollback", struct solve_options, rollback, "TEXT", "how to take it back"),
    FM_OPT_STR(0, "hypothesis", struct solve_options, hypothesis, "ID",
               "the hypothesis that it acts on"),
    CASE_COMMON_OPTS(struct solve_options),
    FM_OPT_END,
};

static void add_list(struct case_app *app, struct fm_strs *out, const struct fm_opt_list *in)
{
    fm_vec_each (in, s)
        fm_vec_push(&app->ctx->arena, out, fm_str_c(*s));
}

static enum fm_code do_solve(struct case_app *app, const struct solve_options *o, const char *name)
{
    struct case_edit e;
    FM_TRY(case_change(app, name, FM_CHANGE_ADD_SOLUTION, &e));
    struct fm_solution *b = e.body;
    b->title = fm_str_c(o->title);
    b->kind = o->is_mitigation ? FM_SOLUTION_MITIGATION : FM_SOLUTION_KIND_NONE;
    b->immediate_action = fm_str_c(o->action);
    b->longterm_fix = fm_str_c(o->longterm);
    b->rollback = fm_str_c(o->rollback);
    b->hypothesis_id = fm_str_c(o->hypothesis);
    add_list(app, &b->commands, &o->commands);
    add_list(app, &b->steps, &o->steps);
    add_list(app, &b->risks, &o->risks);
    FM_TRY(parse_name(app, &fm_solution_action_names, o->type, &b->type));
    return case_run_changes(app, e.id, &e.p, NULL);
}

int case_solve_run(struct fm_cli *cli, char **argv)
{
    struct solve_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_solve(&app, &o, app.operands.items[0]));
}

/* ---- apply, verify-fix ---- */

struct move_options {
    struct case_common common;
    const char *reason, *method, *evidence;
    fm_time at;
    double effectiveness;
    bool is_approved, is_rejected, is_failed, is_rolled_back;
};

const struct fm_opt case_apply_opts[] = {
    FM_OPT_TIME(0, "at", struct move_options, at, "when it was applied (default now)"),
    FM_OPT_FLAG(0, "approve", struct move_options, is_approved,
                "approve it, without applying it yet"),
    FM_OPT_FLAG(0, "reject", struct move_options, is_rejected, "do not do this; needs --reason"),
    FM_OPT_STR(0, "reason", struct move_options, reason, "TEXT", "why"),
    CASE_COMMON_OPTS(struct move_options),
    FM_OPT_END,
};

const struct fm_opt case_verify_fix_opts[] = {
    FM_OPT_STR('e', "evidence", struct move_options, evidence, "ID",
               "data from after the fix that shows its effect"),
    FM_OPT_REAL(0, "effectiveness", struct move_options, effectiveness, "X", 0, 1,
                "0 no effect … 1 the symptom is gone (default 1)"),
    FM_OPT_STR(0, "method", struct move_options, method, "TEXT", "how it was verified"),
    FM_OPT_FLAG(0, "failed", struct move_options, is_failed, "it did not help; needs --reason"),
    FM_OPT_FLAG(0, "rolled-back", struct move_options, is_rolled_back,
                "it was taken back; needs --reason"),
    FM_OPT_STR(0, "reason", struct move_options, reason, "TEXT", "why"),
    CASE_COMMON_OPTS(struct move_options),
    FM_OPT_END,
};

static enum fm_code do_move(struct case_app *app, const struct move_options *o,
                            const struct fm_operands *operands, enum fm_solution_state state)
{
    struct case_edit e;
    FM_TRY(case_change(app, operands->items[0], FM_CHANGE_UPDATE_SOLUTION, &e));
    struct fm_solution_change *b = e.body;
    b->solution_id = fm_str_c(operands->items[1]);
    b->state = state;
    b->reason = fm_str_c(o->reason);
    b->at = o->at;
    if (state == FM_SOLUTION_VERIFIED) {
        b->method = fm_str_c(o->method);
        b->evidence_id = fm_str_c(o->evidence);
        b->effectiveness = o->effectiveness;
    }
    return case_run_changes(app, e.id, &e.p, NULL);
}

int case_apply_run(struct fm_cli *cli, char **argv)
{
    struct move_options o = {.at = FM_TIME_NONE};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    enum fm_solution_state state = o.is_rejected   ? FM_SOLUTION_REJECTED
                                   : o.is_approved ? FM_SOLUTION_APPROVED
                                                   : FM_SOLUTION_APPLIED;
    return case_end(&app, do_move(&app, &o, &app.operands, state));
}

int case_verify_fix_run(struct fm_cli *cli, char **argv)
{
    struct move_options o = {.at = FM_TIME_NONE, .effectiveness = 1.0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    enum fm_solution_state state = o.is_failed        ? FM_SOLUTION_FAILED
                                   : o.is_rolled_back ? FM_SOLUTION_ROLLED_BACK
                                                      : FM_SOLUTION_VERIFIED;
    return case_end(&app, do_move(&app, &o, &app.operands, state));
}

/* ---- waiting ---- */

struct waiting_options {
    struct case_common common;
    const char *reason;
    fm_time until;
    int64_t duration;
    bool is_done;
};

const struct fm_opt case_waiting_opts[] = {
    FM_OPT_STR('r', "reason", struct waiting_options, reason, "TEXT", "what for"),
    FM_OPT_TIME('u', "until", struct waiting_options, until, "when it is expected"),
    FM_OPT_DURATION(0, "for", struct waiting_options, duration, "how long it is expected to take"),
    FM_OPT_FLAG(0, "done", struct waiting_options, is_done,
                "the wait is over; also ends a degraded mode"),
    CASE_COMMON_OPTS(struct waiting_options),
    FM_OPT_END,
};

static enum fm_code do_waiting(struct case_app *app, const struct waiting_options *o,
                               const struct fm_operands *operands)
{
    struct case_edit e;
    if (!o->is_done && operands->n < 2)
        return fm_fail(app->ctx, FM_EINVAL, "say what the case waits on, or --done");
    FM_TRY(
        case_change(app, operands->items[0], o->is_done ? FM_CHANGE_INTENT : FM_CHANGE_WAIT, &e));
    if (o->is_done) {
        ((struct fm_intent *)e.body)->kind = FM_INTENT_UNBLOCK;
        ((struct fm_intent *)e.body)->reason = fm_str_c(o->reason);
    } else {
        struct fm_waiting *b = e.body;
        b->on = fm_str_c(operands->items[1]);
        b->reason = fm_str_c(o->reason);
        b->until = o->duration ? fm_now(app->ctx->clock) + o->duration : o->until;
    }
    return case_run_changes(app, e.id, &e.p, NULL);
}

int case_waiting_run(struct fm_cli *cli, char **argv)
{
    struct waiting_options o = {.until = FM_TIME_NONE};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_waiting(&app, &o, &app.operands));
}
