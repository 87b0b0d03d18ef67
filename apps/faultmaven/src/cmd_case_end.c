/* SPDX-License-Identifier: Apache-2.0 */
/* People and ends: escalate, member, close. */
#include "cmd_case.h"

/* ---- escalate ---- */

struct escalate_options {
    struct case_common common;
    const char *to, *reason, *back;
    int type;
};

static const char *const escalation_types[] = {"user_request",
                                               "expertise_required",
                                               "permissions_required",
                                               "no_progress",
                                               "critical_severity",
                                               "other",
                                               NULL};

const struct fm_opt case_escalate_opts[] = {
    FM_OPT_STR(0, "to", struct escalate_options, to, "NAME", "person or team"),
    FM_OPT_STR('r', "reason", struct escalate_options, reason, "TEXT", "why, or what came back"),
    FM_OPT_CHOICE(0, "type", struct escalate_options, type, escalation_types, "kind of escalation"),
    FM_OPT_STR(0, "back", struct escalate_options, back, "ID",
               "this escalation came back; needs --reason"),
    CASE_COMMON_OPTS(struct escalate_options),
    FM_OPT_END,
};

static enum fm_code do_escalate(struct case_app *app, const struct escalate_options *o,
                                const char *name)
{
    struct case_edit e;
    FM_TRY(case_change(app, name, o->back ? FM_CHANGE_RESOLVE_ESCALATION : FM_CHANGE_INTENT, &e));
    if (o->back) {
        *(struct fm_item_note *)e.body =
            (struct fm_item_note){fm_str_c(o->back), fm_str_c(o->reason)};
    } else {
        struct fm_intent *b = e.body;
        b->kind = FM_INTENT_REQUEST_ESCALATION;
        b->to = fm_str_c(o->to);
        b->reason = fm_str_c(o->reason);
        b->type = fm_name_parse(&fm_escalation_type_names, fm_str_c(escalation_types[o->type]));
    }
    return case_run_changes(app, e.id, &e.p, NULL);
}

int case_escalate_run(struct fm_cli *cli, char **argv)
{
    struct escalate_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_escalate(&app, &o, app.operands.items[0]));
}

/* ---- member ---- */

struct member_options {
    struct case_common common;
    int role;
};

static const char *const roles[] = {"collaborator", "viewer", "removed", NULL};

const struct fm_opt case_member_opts[] = {
    FM_OPT_CHOICE('r', "role", struct member_options, role, roles,
                  "what they may do (default collaborator)"),
    CASE_COMMON_OPTS(struct member_options),
    FM_OPT_END,
};

static enum fm_code do_member(struct case_app *app, const struct member_options *o,
                              const struct fm_operands *operands)
{
    struct fm_case *c;
    fm_str id;
    FM_TRY(case_find_id(app, operands->items[0], &id));
    struct fm_member *m = fm_record_new(&app->ctx->arena, &fm_member_type);
    *m = (struct fm_member){fm_str_c(operands->items[1]),
                            fm_name_parse(&fm_member_role_names, fm_str_c(roles[o->role]))};
    FM_TRY(fm_case_note(&app->service, app->ctx, id,
                        &(struct fm_plain_event){app->actor, FM_EVENT_MEMBER_SET, m}, &c));
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    fm_buf_addz(&b, app->common.is_json ? "{\"members\":[" : "");
    fm_vec_each (&c->members, x) {
        if (app->common.is_json) {
            fm_buf_addz(&b, x == c->members.items ? "" : ",");
            fm_record_write(&fm_member_type, x, &b);
        } else {
            fm_buf_addf(&b, "%-13s %.*s\n", fm_name_of(&fm_member_role_names, x->role),
                        FM_STR_ARG(x->user));
        }
    }
    fm_buf_addz(&b, app->common.is_json ? "]}\n" : "");
    return case_print_buf(app, &b);
}

int case_member_run(struct fm_cli *cli, char **argv)
{
    struct member_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_member(&app, &o, &app.operands));
}

/* ---- close ---- */

struct close_options {
    struct case_common common;
    const char *reason, *note, *duplicate_of;
    bool is_resolved, is_attested, is_not_fixed;
};

const struct fm_opt case_close_opts[] = {
    FM_OPT_FLAG(0, "resolved", struct close_options, is_resolved,
                "it is fixed; a verified fix stands behind it"),
    FM_OPT_FLAG(0, "attest", struct close_options, is_attested,
                "it is fixed, on your word; needs --note"),
    FM_OPT_FLAG(0, "not-fixed", struct close_options, is_not_fixed,
                "it is not fixed after all; the case goes on"),
    FM_OPT_STR(
        'r', "reason", struct close_options, reason, "NAME",
        "not fixed or never investigated: abandoned, escalated, duplicate, consulting_only, other"),
    FM_OPT_STR(0, "duplicate-of", struct close_options, duplicate_of, "CASE",
               "the case that it repeats"),
    FM_OPT_STR('n', "note", struct close_options, note, "TEXT", "in your words"),
    CASE_COMMON_OPTS(struct close_options),
    FM_OPT_END,
};

static enum fm_code add_duplicate(struct case_app *app, const struct close_options *o,
                                  struct fm_proposal *p)
{
    fm_str other;
    if (!o->duplicate_of)
        return FM_OK;
    FM_TRY(case_find_id(app, o->duplicate_of, &other));
    struct fm_relation *r = fm_proposal_add(&app->ctx->arena, p, FM_CHANGE_RELATE, FM_STR_NULL);
    r->case_id = other;
    r->relation = FM_RELATION_DUPLICATE_OF;
    return FM_OK;
}

static enum fm_code fill_close(struct case_app *app, const struct close_options *o,
                               struct fm_intent *b)
{
    b->reason = fm_str_c(o->note);
    if (o->is_not_fixed) {
        b->kind = FM_INTENT_NOT_FIXED;
    } else if (o->is_resolved || o->is_attested) {
        b->kind = FM_INTENT_RESOLVE;
        b->basis = o->is_attested ? FM_BASIS_USER_ATTESTED : FM_BASIS_EVIDENCE_VERIFIED;
    } else {
        b->kind = FM_INTENT_CLOSE;
        const char *reason = o->reason ? o->reason : o->duplicate_of ? "duplicate" : "";
        b->closure = fm_name_parse(&fm_closure_names, fm_str_c(reason));
        if (!b->closure)
            return fm_fail(app->ctx, FM_EINVAL,
                           "give --resolved, --attest, or --reason abandoned, escalated, "
                           "duplicate, consulting_only or "
                           "other");
    }
    return FM_OK;
}

static enum fm_code do_close(struct case_app *app, const struct close_options *o, const char *name)
{
    struct case_edit e;
    FM_TRY(case_change(app, name, FM_CHANGE_INTENT, &e));
    FM_TRY(fill_close(app, o, e.body));
    FM_TRY(add_duplicate(app, o, &e.p));
    return case_run_changes(app, e.id, &e.p, NULL);
}

int case_close_run(struct fm_cli *cli, char **argv)
{
    struct close_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_close(&app, &o, app.operands.items[0]));
}
