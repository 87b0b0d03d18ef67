/* SPDX-License-Identifier: Apache-2.0 */
/* An interactive conversation about a case. Typed commands state intents; nothing is read out of
 * prose. */
#include <editline/readline.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "chat_commands.h"

static const struct fm_opt opts[] = {TALK_OPTS(struct talk_options), FM_OPT_END};

static int run(struct fm_cli *cli, char **argv);

const struct fm_command fm_cmd_chat = {
    .name = "chat",
    .summary = "talk about a case",
    .operands = "CASE",
    .min_operands = 1,
    .max_operands = 1,
    .opts = opts,
    .details =
        "Lines are questions, answered like `faultmaven ask`; lines that begin with a slash "
        "are commands, and /help lists them. What you decide you state by a command: "
        "/confirm, /investigate, /apply, /resolve. On a terminal lines are edited, the arrow "
        "keys recall earlier ones, and Tab completes commands. Ctrl-C stops the answer under "
        "way (nothing of it is stored) or clears the line; Ctrl-D ends.",
    .run = run,
    .candidates = FM_CASE_CANDIDATES};

/* ---- lines ---- */

static char *next_name(const char *text, int state)
{
    static int at; /* readline's own protocol: state 0 begins anew */
    if (state == 0)
        at = 0;
    for (; chat_commands[at].name; at++)
        if (strncmp(chat_commands[at].name, text, strlen(text)) == 0)
            return strdup(chat_commands[at++].name);
    return NULL;
}

static char **complete(const char *text, int start, int end)
{
    (void)end;
    return start == 0 && text[0] == '/' ? rl_completion_matches(text, next_name) : NULL;
}

/* Ctrl-C at the prompt; the line is dropped. */
static volatile sig_atomic_t was_interrupted;

static void on_interrupt(int sig)
{
    (void)sig;
    was_interrupted = 1;
}

static char *read_terminal(void)
{
    struct sigaction sa = {.sa_handler = on_interrupt}, old;
    sigemptyset(&sa.sa_mask);
    was_interrupted = 0;
    sigaction(SIGINT, &sa, &old);
    char *line = readline("> ");
    sigaction(SIGINT, &old, NULL);
    return line;
}

/* Line editing and history on a terminal; plain lines otherwise. */
static char *read_input(void)
{
    static char plain[8192];
    if (isatty(STDIN_FILENO))
        return read_terminal();
    if (!fgets(plain, sizeof plain, stdin))
        return NULL;
    plain[strcspn(plain, "\n")] = '\0';
    return strdup(plain);
}

static enum fm_code do_line(struct chat *c, const char *line)
{
    if (line[0] == '/')
        return chat_command(c, fm_str_c(line));
    return talk_say(&c->t, c->case_id, fm_str_dup(&c->app.ctx->arena, fm_str_c(line)));
}

static void take(struct chat *c, const char *line)
{
    if (line[strspn(line, " \t")] == '\0')
        return;
    if (isatty(STDIN_FILENO))
        add_history(line);
    if (do_line(c, line) != FM_OK)
        fprintf(stderr, "%s\n", c->app.ctx->error);
    fflush(stdout);
    fm_ctx_clear_error(c->app.ctx);
    atomic_store(&c->app.ctx->cancelled, false);
}

static void converse(struct chat *c)
{
    while (!c->is_over) {
        char *line = read_input();
        if (was_interrupted) {
            was_interrupted = 0;
            putchar('\n');
        } else if (!line) {
            return;
        } else {
            take(c, line);
        }
        free(line);
    }
}

static void greet(struct chat *c)
{
    struct fm_case *k;
    if (!isatty(STDIN_FILENO) ||
        fm_store_load(c->app.store, c->app.ctx, c->case_id, &k, NULL) != FM_OK)
        return;
    bool has_model = c->t.llm->ops->context_tokens(c->t.llm, FM_STR("reason")) > 0;
    printf("%.*s: %.*s (%s). %s /help lists the commands.\n", FM_STR_ARG(k->id),
           FM_STR_ARG(k->title), fm_name_of(&fm_case_status_names, k->status),
           has_model ? "A language model answers; its sentences are checked."
                     : "No language model is configured: the analyst answers from the facts.");
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
    if (code == FM_OK) {
        rl_readline_name = "faultmaven";
        rl_attempted_completion_function = complete;
        greet(&c);
        converse(&c);
    }
    talk_close(&c.t);
    return case_end(&c.app, code);
}
