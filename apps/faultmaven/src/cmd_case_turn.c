/* SPDX-License-Identifier: Apache-2.0 */
/* Conversation and proposals: ask, turn, confirm. */
#include "cmd_case.h"
#include "cmd_case_intake.h"
#include "talk.h"

#define PROPOSAL_MAX ((size_t)16 << 20)

/* ---- ask: the same as `faultmaven ask` ---- */

const struct fm_opt case_ask_opts[] = {TALK_ASK_OPTS, FM_OPT_END};

int case_ask_run(struct fm_cli *cli, char **argv)
{
    return talk_ask_run(cli, argv);
}

/* ---- turn ---- */

enum speaker { SPEAKER_USER, SPEAKER_MODEL, SPEAKER_ANALYST };

struct turn_options {
    struct case_common common;
    const char *message, *proposal, *key;
    int speaker;
};

static const char *const speakers[] = {"user", "model", "analyst", NULL};

const struct fm_opt case_turn_opts[] = {
    FM_OPT_STR('p', "proposal", struct turn_options, proposal, "FILE",
               "a proposal as JSON; - reads standard input"),
    FM_OPT_STR('m', "message", struct turn_options, message, "TEXT", "what you say in this turn"),
    FM_OPT_CHOICE(
        0, "as", struct turn_options, speaker, speakers,
        "who makes the proposal (default user); a model only relays what the message says"),
    FM_OPT_STR(0, "key", struct turn_options, key, "KEY",
               "idempotency key: a repeat returns the first answer"),
    CASE_COMMON_OPTS(struct turn_options),
    FM_OPT_END,
};

static enum fm_code read_proposal(struct case_app *app, const char *path, struct fm_proposal *out)
{
    fm_str text;
    yyjson_val *v;
    FM_TRY(case_read_file(app, path, PROPOSAL_MAX, &text));
    FM_TRY(fm_json_read(app->ctx, text, &v));
    return fm_proposal_read(app->ctx, v, out);
}

static enum fm_code do_turn(struct case_app *app, const struct turn_options *o, const char *name)
{
    struct fm_proposal p = {0};
    struct fm_case_turn t = {.input = {.actor = app->actor, .message = fm_str_c(o->message)},
                             .key = fm_str_c(o->key)};
    FM_TRY(case_find_id(app, name, &t.case_id));
    if (!o->proposal && !o->message)
        return fm_fail(app->ctx, FM_EINVAL, "give --proposal, --message or both");
    if (o->proposal)
        FM_TRY(read_proposal(app, o->proposal, &p));
    if (o->proposal && o->speaker == SPEAKER_USER) {
        t.input.changes = p.changes.n ? &p : NULL;
    } else if (o->proposal) {
        t.proposal = &p;
        t.by = o->speaker == SPEAKER_MODEL ? (struct fm_actor){FM_ACTOR_MODEL, FM_STR("file")}
                                           : (struct fm_actor){FM_ACTOR_ANALYST, FM_STR_NULL};
    }
    enum fm_code code = case_turn_and_print(app, &t);
    return code == FM_EREJECTED && app->common.is_json ? FM_OK
                                                       : code; /* the answer lists the rejections */
}

int case_turn_run(struct fm_cli *cli, char **argv)
{
    struct turn_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_turn(&app, &o, app.operands.items[0]));
}

/* ---- confirm ---- */

struct confirm_options {
    struct case_common common;
    const char *statement;
    bool is_investigating, is_declining, no_analysis;
};

const struct fm_opt case_confirm_opts[] = {
    FM_OPT_STR('s', "statement", struct confirm_options, statement, "TEXT",
               "the problem in your words, instead"),
    FM_OPT_FLAG('i', "investigate", struct confirm_options, is_investigating,
                "and start the investigation"),
    FM_OPT_FLAG(0, "decline", struct confirm_options, is_declining, "no investigation"),
    FM_OPT_FLAG(0, "no-analysis", struct confirm_options, no_analysis,
                "do not analyse the evidence now"),
    CASE_COMMON_OPTS(struct confirm_options),
    FM_OPT_END,
};

static void add_intent(struct case_app *app, struct fm_proposal *p, enum fm_intent_kind kind)
{
    ((struct fm_intent *)fm_proposal_add(&app->ctx->arena, p, FM_CHANGE_INTENT, FM_STR_NULL))
        ->kind = kind;
}

static void confirm_changes(struct case_app *app, const struct confirm_options *o,
                            const struct fm_case *c, struct fm_proposal *p)
{
    if (o->is_declining) {
        add_intent(app, p, FM_INTENT_DO_NOT_INVESTIGATE);
        return;
    }
    if (o->statement) {
        struct fm_statement *s =
            fm_proposal_add(&app->ctx->arena, p, FM_CHANGE_PROPOSE_STATEMENT, FM_STR_NULL);
        s->text = fm_str_c(o->statement);
    }
    if (!c->consulting.confirmed)
        add_intent(app, p, FM_INTENT_CONFIRM_STATEMENT);
    if (o->is_investigating)
        add_intent(app, p, FM_INTENT_INVESTIGATE);
}

/* Once the investigation starts, what was uploaded before becomes evidence, and is analysed as
 * such. */
static enum fm_code do_confirm(struct case_app *app, const struct confirm_options *o,
                               const char *name)
{
    struct fm_proposal p = {0};
    struct case_intake in = {0};
    struct fm_case *c;
    fm_str id;
    FM_TRY(case_find_id(app, name, &id));
    FM_TRY(fm_store_load(app->store, app->ctx, id, &c, NULL));
    confirm_changes(app, o, c, &p);
    struct fm_case_turn t = {.case_id = id, .input = {.actor = app->actor, .changes = &p}};
    enum fm_code code = FM_OK;
    if (o->is_investigating && !o->no_analysis && c->evidence.n) {
        code = case_intake_read(&in, app, id, NULL, true);
        t.reasoner = in.reasoner;
        t.by = (struct fm_actor){FM_ACTOR_ANALYST, FM_STR_NULL};
    }
    if (code == FM_OK)
        code = case_turn_and_print(app, &t);
    case_intake_release(&in);
    return code;
}

int case_confirm_run(struct fm_cli *cli, char **argv)
{
    struct confirm_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_confirm(&app, &o, app.operands.items[0]));
}
