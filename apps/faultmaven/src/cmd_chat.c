/* SPDX-License-Identifier: Apache-2.0 */
/* An interactive conversation about a case. Typed commands state intents; nothing is read out of
 * prose. */
#include <editline/readline.h>
#include <stdlib.h>
#include <unistd.h>

#include "talk.h"

static const struct fm_opt opts[] = {TALK_OPTS(struct talk_options), FM_OPT_END};

static int run(struct fm_cli *cli, char **argv);

const struct fm_command fm_cmd_chat = {.name = "chat",
                                       .summary = "talk about a case",
                                       .operands = "CASE",
                                       .min_operands = 1,
                                       .max_operands = 1,
                                       .opts = opts,
                                       .details = "Lines are questions; /help lists the commands. "
                                                  "Ctrl-C stops the answer under way, Ctrl-D ends.",
                                       .run = run,
                                       .candidates = FM_CASE_CANDIDATES};

struct chat {
    struct talk t;
    struct case_app app;
    fm_str case_id;
    bool is_over;
};

static void show_evidence(struct chat *c, const struct fm_case *k)
{
    (void)c;
    fm_vec_each (&k->evidence, e)
        printf("%.*s %s  %.*s\n", FM_STR_ARG(e->id),
               fm_name_of(&fm_evidence_source_names, e->source), FM_STR_ARG(e->summary));
}

static void show_hypotheses(struct chat *c, const struct fm_case *k)
{
    struct fm_hypothesis_list list = fm_hypotheses_ranked(&c->app.ctx->arena, k);
    for (size_t i = 0; i < list.n; i++)
        printf("%.*s %-12s %.2f  %.*s\n", FM_STR_ARG(list.items[i]->id),
               fm_name_of(&fm_hypothesis_status_names, list.items[i]->status),
               list.items[i]->likelihood, FM_STR_ARG(list.items[i]->statement));
}

static void show_next(struct chat *c, const struct fm_case *k)
{
    struct fm_strs steps = fm_case_next_steps(&c->app.ctx->arena, k, fm_now(c->app.ctx->clock), 5);
    fm_vec_each (&steps, s)
        printf("- %.*s\n", FM_STR_ARG(*s));
}

static const struct {
    const char *name, *help;
    enum fm_intent_kind intent; /* none: show */
    void (*show)(struct chat *c, const struct fm_case *k);
} commands[] = {
    {"/evidence", "list the evidence", FM_INTENT_NONE, show_evidence},
    {"/hypotheses", "list the hypotheses, best first", FM_INTENT_NONE, show_hypotheses},
    {"/next", "say what to do next", FM_INTENT_NONE, show_next},
    {"/confirm", "confirm the problem statement", FM_INTENT_CONFIRM_STATEMENT, NULL},
    {"/decline", "the statement is wrong", FM_INTENT_DECLINE_STATEMENT, NULL},
    {"/investigate", "start the investigation", FM_INTENT_INVESTIGATE, NULL},
    {"/resolve", "the problem is solved", FM_INTENT_RESOLVE, NULL},
    {"/not-fixed", "the fix did not help", FM_INTENT_NOT_FIXED, NULL},
    {"/escalate", "hand the case over", FM_INTENT_REQUEST_ESCALATION, NULL},
};

static void show_help(void)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        printf("%-14s %s\n", commands[i].name, commands[i].help);
    printf("%-14s %s\n", "/quit", "end");
}

static enum fm_code state_intent(struct chat *c, enum fm_intent_kind kind)
{
    struct fm_proposal p = {0};
    ((struct fm_intent *)fm_proposal_add(&c->app.ctx->arena, &p, FM_CHANGE_INTENT, FM_STR_NULL))
        ->kind = kind;
    return case_run_changes(&c->app, c->case_id, &p, NULL);
}

static enum fm_code do_command(struct chat *c, const char *line)
{
    struct fm_case *k;
    if (strcmp(line, "/help") == 0) {
        show_help();
        return FM_OK;
    }
    if (strcmp(line, "/quit") == 0) {
        c->is_over = true;
        return FM_OK;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(line, commands[i].name) != 0)
            continue;
        if (!commands[i].show)
            return state_intent(c, commands[i].intent);
        FM_TRY(fm_store_load(c->app.store, c->app.ctx, c->case_id, &k, NULL));
        commands[i].show(c, k);
        return FM_OK;
    }
    return fm_fail(c->app.ctx, FM_EINVAL, "%s: unknown command; /help lists them", line);
}

static enum fm_code do_line(struct chat *c, const char *line)
{
    if (line[0] == '/')
        return do_command(c, line);
    return talk_say(&c->t, c->case_id, fm_str_dup(&c->app.ctx->arena, fm_str_c(line)));
}

/* Line editing and history on a terminal; plain lines otherwise. */
static char *read_input(void)
{
    static char plain[8192];
    if (isatty(STDIN_FILENO))
        return readline("> ");
    if (!fgets(plain, sizeof plain, stdin))
        return NULL;
    plain[strcspn(plain, "\n")] = '\0';
    return strdup(plain);
}

static void converse(struct chat *c)
{
    char *line;
    while (!c->is_over && (line = read_input())) {
        if (*line && isatty(STDIN_FILENO))
            add_history(line);
        if (*line && do_line(c, line) != FM_OK)
            fprintf(stderr, "%s\n", c->app.ctx->error);
        free(line);
        fflush(stdout);
        fm_ctx_clear_error(c->app.ctx);
        atomic_store(&c->app.ctx->cancelled, false);
    }
}

static int run(struct fm_cli *cli, char **argv)
{
    struct talk_options o = {0};
    struct chat c = {0};
    if (!case_start(&c.app, cli, argv, &o))
        return c.app.status;
    enum fm_code code = case_find_id(&c.app, c.app.operands.items[0], &c.case_id);
    if (code == FM_OK)
        code = talk_open(&c.t, &c.app, &o);
    if (code == FM_OK)
        converse(&c);
    talk_close(&c.t);
    return case_end(&c.app, code);
}
