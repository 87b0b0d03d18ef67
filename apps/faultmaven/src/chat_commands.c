/* SPDX-License-Identifier: Apache-2.0 */
#include "chat_commands.h"

#define SHOWN_MAX ((size_t)16 << 20)

typedef void (*show_fn)(struct chat *c, const struct fm_case *k, fm_str operand, struct fm_buf *b);

/* ---- views ---- */

static void show_case(struct chat *c, const struct fm_case *k, fm_str operand, struct fm_buf *b)
{
    (void)operand;
    fm_case_view_text(&c->app.ctx->arena, k, fm_now(c->app.ctx->clock), case_style(), b);
}

static void show_evidence(struct chat *c, const struct fm_case *k, fm_str operand, struct fm_buf *b)
{
    (void)c;
    fm_vec_each (&k->evidence, e)
        if (!operand.len || fm_str_starts(e->id, operand))
            fm_buf_addf(b, "%.*s  %s  %.*s\n", FM_STR_ARG(e->id),
                        fm_name_of(&fm_evidence_source_names, e->source), FM_STR_ARG(e->summary));
    if (!k->evidence.n)
        fm_buf_addz(b, "The case has no evidence yet; add some with `faultmaven case add`.\n");
}

static void show_hypotheses(struct chat *c, const struct fm_case *k, fm_str operand,
                            struct fm_buf *b)
{
    struct fm_hypothesis_list list = fm_hypotheses_ranked(&c->app.ctx->arena, k);
    (void)operand;
    fm_vec_each (&list, h)
        fm_buf_addf(b, "%.*s  %.2f  %s  %.*s\n", FM_STR_ARG((*h)->id), (*h)->likelihood,
                    fm_name_of(&fm_hypothesis_status_names, (*h)->status),
                    FM_STR_ARG((*h)->statement));
    if (!list.n)
        fm_buf_addz(b, "There are no hypotheses yet.\n");
}

static void show_solutions(struct chat *c, const struct fm_case *k, fm_str operand,
                           struct fm_buf *b)
{
    (void)c;
    (void)operand;
    fm_vec_each (&k->solutions, s)
        fm_buf_addf(b, "%.*s  %s  %.*s\n", FM_STR_ARG(s->id),
                    fm_name_of(&fm_solution_state_names, s->state), FM_STR_ARG(s->title));
    if (!k->solutions.n)
        fm_buf_addz(b, "There are no solutions yet.\n");
}

static void show_requests(struct chat *c, const struct fm_case *k, fm_str operand, struct fm_buf *b)
{
    (void)c;
    (void)operand;
    fm_vec_each (&k->requests, r)
        fm_buf_addf(b, "%.*s  %s  %.*s%s%.*s\n", FM_STR_ARG(r->id),
                    fm_name_of(&fm_request_status_names, r->status), FM_STR_ARG(r->description),
                    r->commands.n ? "\n    $ " : "",
                    FM_STR_ARG(r->commands.n ? r->commands.items[0] : FM_STR_NULL));
    if (!k->requests.n)
        fm_buf_addz(b, "Nothing was asked for.\n");
}

static void show_timeline(struct chat *c, const struct fm_case *k, fm_str operand, struct fm_buf *b)
{
    struct fm_arena *a = &c->app.ctx->arena;
    struct fm_case_moments list = fm_case_timeline(a, k);
    (void)operand;
    fm_vec_each (&list, m)
        fm_buf_addf(b, "%.*s  %s  %.*s\n", FM_STR_ARG(fm_time_str(a, m->at)), m->kind,
                    FM_STR_ARG(m->text));
}

static void show_next(struct chat *c, const struct fm_case *k, fm_str operand, struct fm_buf *b)
{
    struct fm_strs steps = fm_case_next_steps(&c->app.ctx->arena, k, fm_now(c->app.ctx->clock), 5);
    (void)operand;
    fm_vec_each (&steps, s)
        fm_buf_addf(b, "- %.*s\n", FM_STR_ARG(*s));
    if (!steps.n)
        fm_buf_addz(b, "Nothing is left to do.\n");
}

/* The analyst's answer, whether or not there is a model. */
static void show_analyst(struct chat *c, const struct fm_case *k, fm_str operand, struct fm_buf *b)
{
    struct fm_case_evidence reader;
    struct fm_case_reply reply = {0};
    fm_str text = operand.len ? fm_str_fmt(&c->app.ctx->arena, "why %.*s?", FM_STR_ARG(operand))
                              : FM_STR("What is the cause?");
    struct fm_case_question q = fm_question_read(&c->app.ctx->arena, k, text);
    fm_case_evidence_init(&reader, fm_store_blobs(c->app.store), k);
    if (fm_question_answer(c->app.ctx, k, &q, &reader.base, &reply) != FM_OK)
        fm_ctx_clear_error(c->app.ctx);
    fm_buf_addf(b, "%.*s\n", FM_STR_ARG(reply.text));
}

/* ---- statements ---- */

static void *add(struct chat *c, struct fm_proposal *p, enum fm_change_type type)
{
    return fm_proposal_add(&c->app.ctx->arena, p, type, FM_STR_NULL);
}

static void add_intent(struct chat *c, struct fm_proposal *p, enum fm_intent_kind kind,
                       fm_str reason)
{
    struct fm_intent *b = add(c, p, FM_CHANGE_INTENT);
    b->kind = kind;
    b->reason = reason;
}

/* With a text: that is the problem, and it is confirmed. */
static enum fm_code confirm(struct chat *c, fm_str operand, struct fm_proposal *p)
{
    if (operand.len)
        ((struct fm_statement *)add(c, p, FM_CHANGE_PROPOSE_STATEMENT))->text = operand;
    add_intent(c, p, FM_INTENT_CONFIRM_STATEMENT, FM_STR_NULL);
    return FM_OK;
}

static enum fm_code decline(struct chat *c, fm_str operand, struct fm_proposal *p)
{
    add_intent(c, p, FM_INTENT_DECLINE_STATEMENT, operand);
    return FM_OK;
}

static enum fm_code investigate(struct chat *c, fm_str operand, struct fm_proposal *p)
{
    add_intent(c, p, FM_INTENT_INVESTIGATE, operand);
    return FM_OK;
}

static enum fm_code resolve(struct chat *c, fm_str operand, struct fm_proposal *p)
{
    struct fm_intent *b = add(c, p, FM_CHANGE_INTENT);
    b->kind = FM_INTENT_RESOLVE;
    b->reason = operand;
    if (operand.len)
        b->basis = FM_BASIS_USER_ATTESTED;
    return FM_OK;
}

static enum fm_code not_fixed(struct chat *c, fm_str operand, struct fm_proposal *p)
{
    add_intent(c, p, FM_INTENT_NOT_FIXED, operand);
    return FM_OK;
}

static enum fm_code escalate(struct chat *c, fm_str operand, struct fm_proposal *p)
{
    add_intent(c, p, FM_INTENT_REQUEST_ESCALATION, operand);
    return FM_OK;
}

static enum fm_code unblock(struct chat *c, fm_str operand, struct fm_proposal *p)
{
    add_intent(c, p, FM_INTENT_UNBLOCK, operand);
    return FM_OK;
}

static enum fm_code wait_on(struct chat *c, fm_str operand, struct fm_proposal *p)
{
    if (!operand.len)
        return fm_fail(c->app.ctx, FM_EINVAL, "/wait ON: say what the case waits on");
    ((struct fm_waiting *)add(c, p, FM_CHANGE_WAIT))->on = operand;
    return FM_OK;
}

static enum fm_code apply(struct chat *c, fm_str operand, struct fm_proposal *p)
{
    if (!operand.len)
        return fm_fail(c->app.ctx, FM_EINVAL, "/apply SOLUTION: /solutions lists their ids");
    struct fm_solution_change *b = add(c, p, FM_CHANGE_UPDATE_SOLUTION);
    b->solution_id = operand;
    b->state = FM_SOLUTION_APPLIED;
    return FM_OK;
}

/* ---- the table ---- */

typedef enum fm_code (*state_fn)(struct chat *c, fm_str operand, struct fm_proposal *p);

static const struct chat_command names[] = {
    {"/show", "", "the case: facts, hypotheses, solutions, next steps"},
    {"/evidence", "[ID]", "list the evidence"},
    {"/hypotheses", "", "list the hypotheses, best first"},
    {"/why", "[HYPOTHESIS]", "the analyst's answer: the cause, or why this hypothesis"},
    {"/solutions", "", "list the solutions"},
    {"/requests", "", "list what was asked for"},
    {"/timeline", "", "what happened when"},
    {"/next", "", "what to do next"},
    {"/confirm", "[TEXT]", "confirm the problem statement, or state the problem"},
    {"/decline", "[REASON]", "the statement is wrong"},
    {"/investigate", "", "start the investigation"},
    {"/apply", "SOLUTION", "this solution was applied"},
    {"/not-fixed", "[REASON]", "the fix did not help"},
    {"/resolve", "[REASON]", "the problem is solved; a reason attests it without a verified fix"},
    {"/wait", "ON", "the case waits on something"},
    {"/unblock", "", "what it waited on is here"},
    {"/escalate", "[REASON]", "hand the case over"},
    {"/help", "", "this list"},
    {"/quit", "", "end; Ctrl-D too"},
    {NULL, NULL, NULL},
};
const struct chat_command *const chat_commands = names;

static const struct {
    const char *name;
    show_fn show;
    state_fn state;
} actions[] = {
    {"/show", show_case, NULL},
    {"/evidence", show_evidence, NULL},
    {"/hypotheses", show_hypotheses, NULL},
    {"/why", show_analyst, NULL},
    {"/solutions", show_solutions, NULL},
    {"/requests", show_requests, NULL},
    {"/timeline", show_timeline, NULL},
    {"/next", show_next, NULL},
    {"/confirm", NULL, confirm},
    {"/decline", NULL, decline},
    {"/investigate", NULL, investigate},
    {"/apply", NULL, apply},
    {"/not-fixed", NULL, not_fixed},
    {"/resolve", NULL, resolve},
    {"/wait", NULL, wait_on},
    {"/unblock", NULL, unblock},
    {"/escalate", NULL, escalate},
};

static enum fm_code show_help(struct chat *c)
{
    struct fm_buf b;
    fm_buf_init(&b, SHOWN_MAX);
    for (const struct chat_command *k = names; k->name; k++) {
        fm_str head = fm_str_fmt(&c->app.ctx->arena, "%s %s", k->name, k->operand);
        fm_buf_addf(&b, "%-20.*s %s\n", FM_STR_ARG(head), k->help);
    }
    fm_buf_addz(&b, "Anything else is a question. Ctrl-C stops the answer under way.\n");
    return case_print_buf(&c->app, &b);
}

static enum fm_code show(struct chat *c, show_fn fn, fm_str operand)
{
    struct fm_case *k;
    struct fm_buf b;
    FM_TRY(fm_store_load(c->app.store, c->app.ctx, c->case_id, &k, NULL));
    fm_buf_init(&b, SHOWN_MAX);
    fn(c, k, operand, &b);
    if (fn != show_case) /* whose colours are its own */
        fm_buf_neutralize(&b, 0);
    return case_print_buf(&c->app, &b);
}

static enum fm_code state(struct chat *c, state_fn fn, fm_str operand)
{
    struct fm_proposal p = {0};
    FM_TRY(fn(c, operand, &p));
    return case_run_changes(&c->app, c->case_id, &p, NULL);
}

enum fm_code chat_command(struct chat *c, fm_str line)
{
    fm_str operand = fm_str_trim(line), name = fm_str_cut(&operand, ' ');
    operand = fm_str_dup(&c->app.ctx->arena, fm_str_trim(operand));
    if (fm_str_eqc(name, "/help"))
        return show_help(c);
    c->is_over = fm_str_eqc(name, "/quit");
    if (c->is_over)
        return FM_OK;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (fm_str_eqc(name, actions[i].name))
            return actions[i].show ? show(c, actions[i].show, operand)
                                   : state(c, actions[i].state, operand);
    return fm_fail(c->app.ctx, FM_EINVAL, "%.*s: unknown command; /help lists them",
                   FM_STR_ARG(fm_str_sub(name, 0, 40)));
}
