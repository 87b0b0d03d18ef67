/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence comes in: add. */
#include "cmd_case.h"
#include "cmd_case_intake.h"

struct add_options {
    struct case_common common;
    const char *message, *command, *request, *key;
    bool is_testimony, is_absence, no_analysis;
};

const struct fm_opt case_add_opts[] = {
    FM_OPT_STR('m', "message", struct add_options, message, "TEXT", "say something with it"),
    FM_OPT_STR('c', "command", struct add_options, command, "COMMAND",
               "it is the output of this command"),
    FM_OPT_STR('r', "request", struct add_options, request, "ID", "it answers this request"),
    FM_OPT_FLAG(0, "testimony", struct add_options, is_testimony, "somebody says so: low weight"),
    FM_OPT_FLAG(0, "absence", struct add_options, is_absence, "looked, and nothing was there"),
    FM_OPT_FLAG(0, "no-analysis", struct add_options, no_analysis, "only store it"),
    FM_OPT_STR(0, "key", struct add_options, key, "KEY",
               "idempotency key: a repeat returns the first answer"),
    CASE_COMMON_OPTS(struct add_options),
    FM_OPT_END,
};

static void mark_uploads(struct case_intake *in, const struct add_options *o)
{
    fm_vec_each (&in->uploads, u) {
        u->command = fm_str_c(o->command);
        u->request_id = fm_str_c(o->request);
        u->testimony = o->is_testimony;
        u->absence = o->is_absence;
        if (o->command)
            u->source = FM_EVIDENCE_SOURCE_COMMAND_OUTPUT;
    }
}

static enum fm_code do_add(struct case_app *app, const struct add_options *o,
                           const struct fm_operands *operands)
{
    struct case_intake in;
    fm_str id;
    FM_TRY(case_find_id(app, operands->items[0], &id));
    struct fm_operands paths = {.items = operands->items + 1, .n = operands->n - 1};
    enum fm_code code = case_intake_read(&in, app, id, &paths, !o->no_analysis);
    if (code == FM_OK) {
        mark_uploads(&in, o);
        struct fm_case_turn t = {
            .case_id = id,
            .input = {.actor = app->actor, .message = fm_str_c(o->message), .uploads = in.uploads},
            .key = fm_str_c(o->key),
            .reasoner = in.reasoner,
            .by = {FM_ACTOR_ANALYST, FM_STR_NULL}};
        code = case_turn_and_print(app, &t);
    }
    case_intake_release(&in);
    return code;
}

int case_add_run(struct fm_cli *cli, char **argv)
{
    struct add_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_add(&app, &o, &app.operands));
}
