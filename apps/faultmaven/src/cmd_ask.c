/* SPDX-License-Identifier: Apache-2.0 */
/* One question about a case; `faultmaven case ask` is the same. */
#include "talk.h"

static const struct fm_opt opts[] = {TALK_ASK_OPTS, FM_OPT_END};

static int run(struct fm_cli *cli, char **argv);

const struct fm_command fm_cmd_ask = {
    .name = "ask",
    .summary = "ask about a case; a language model answers if one is configured",
    .operands = "CASE QUESTION…",
    .min_operands = 2,
    .max_operands = -1,
    .opts = opts,
    .details = "Each sentence of the answer is checked against the evidence that it cites; what "
               "cannot be checked is marked. Changes that the model proposes are judged by the "
               "rules and listed. Without a model, or when none answers, the analyst answers from "
               "the facts of the case.\n\n"
               "Ctrl-C stops the answer; nothing is stored then.\n\n"
               "Exit status: 0 answered, 1 failed, 130 stopped by Ctrl-C.",
    .run = run,
    .candidates = FM_CASE_CANDIDATES};

static fm_str join_words(struct fm_ctx *ctx, const struct fm_operands *w)
{
    fm_str out = fm_str_c(w->items[1]);
    for (size_t i = 2; i < w->n; i++)
        out = fm_str_fmt(&ctx->arena, "%.*s %s", FM_STR_ARG(out), w->items[i]);
    return out;
}

int talk_ask_run(struct fm_cli *cli, char **argv)
{
    struct talk_options o = {0};
    struct case_app app;
    struct talk t = {0};
    fm_str id;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    enum fm_code code = case_find_id(&app, app.operands.items[0], &id);
    if (code == FM_OK)
        code = talk_open(&t, &app, &o);
    if (code == FM_OK)
        code = talk_say(&t, id, join_words(app.ctx, &app.operands));
    talk_close(&t);
    int status = case_end(&app, code);
    return code == FM_ECANCELLED ? TALK_EXIT_STOPPED : status;
}

static int run(struct fm_cli *cli, char **argv)
{
    return talk_ask_run(cli, argv);
}
