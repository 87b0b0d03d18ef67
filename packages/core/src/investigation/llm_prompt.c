/* SPDX-License-Identifier: Apache-2.0 */
/* The case as parts of a prompt. Ids are in every head, so that all of it can be cited. */
#include <stdio.h>

#include "llm_internal.h"

#define PARTS_MAX 24
#define ANSWER_TOKENS 1600
#define TOOL_SHARE 5    /* of the context: one part of it is for results of tools */
#define HISTORY_SHARE 4 /* of the budget: one part of it is for the conversation */

/* What is shortened first when the whole is too long. */
enum { ORDER_HISTORY, ORDER_OBSERVATIONS, ORDER_EVIDENCE, ORDER_HYPOTHESES, ORDER_DIAGNOSIS };

struct parts {
    struct llm_ask *a;
    struct fm_arena *arena;
    const struct fm_case *c;
    fm_str template;
    int64_t budget; /* tokens */
    struct fm_prompt_part items[PARTS_MAX];
    size_t n;
};

int64_t llm_tokens(fm_str text)
{
    return (int64_t)(text.len + 2) / 3;
}

/* Parts that the template has no place for are not made. */
static struct fm_prompt_part *add(struct parts *p, const char *slot, fm_str text)
{
    static struct fm_prompt_part none;
    fm_str mark = fm_str_fmt(p->arena, "{{%s}}", slot);
    if (!fm_str_has(p->template, mark) || p->n == PARTS_MAX)
        return &none;
    p->items[p->n] = (struct fm_prompt_part){.slot = slot, .text = text};
    return &p->items[p->n++];
}

static void add_untrusted(struct parts *p, const char *slot, fm_str text)
{
    if (text.len)
        add(p, slot, text)->is_untrusted = true;
}

static fm_str fixed(struct parts *p, const char *name)
{
    return fm_str_trim(fm_prompts_text(p->a->r->opt.prompts, name));
}

static bool is_cited(const struct fm_case *c, fm_str id)
{
    fm_vec_each (&c->links, l)
        if (fm_str_eq(l->evidence_id, id))
            return true;
    for (size_t i = 0; i < FM_MILESTONE_COUNT; i++)
        fm_vec_each (&c->milestones[i].cites, k)
            if (fm_str_eq(k->evidence_id, id))
                return true;
    return false;
}

static const char *file_of(const struct fm_case *c, const struct fm_evidence_item *e,
                           struct fm_arena *a)
{
    const struct fm_case_file *f = e->file_id.len ? fm_case_find(c, FM_REF_FILE, e->file_id) : NULL;
    return f ? fm_str_fmt(a, " %.*s", FM_STR_ARG(f->filename)).p : "";
}

static void add_evidence(struct parts *p)
{
    const struct fm_case *c = p->c;
    struct fm_prompt_item *items = FM_NEW_ARRAY(p->arena, struct fm_prompt_item, c->evidence.n);
    size_t n = 0;
    fm_vec_each (&c->evidence, e) {
        if (e->state == FM_EVIDENCE_WITHDRAWN)
            continue;
        struct fm_prompt_item *it = &items[n];
        it->head = fm_str_fmt(p->arena, "%.*s %s%s%s", FM_STR_ARG(e->id),
                              fm_name_of(&fm_evidence_source_names, e->source),
                              file_of(c, e, p->arena), e->testimony ? " testimony" : "");
        it->body = e->extract.len ? fm_str_fmt(p->arena, "%.*s\n%.*s", FM_STR_ARG(e->summary),
                                               FM_STR_ARG(e->extract))
                                  : e->summary;
        it->is_cited = is_cited(c, e->id);
        it->rank = (int64_t)n++;
    }
    struct fm_prompt_part *part = add(p, "evidence", FM_STR_NULL);
    part->items = items;
    part->n_items = n;
    part->is_untrusted = true;
    part->order = ORDER_EVIDENCE;
}

/* The newest messages verbatim, older turns as one line each. */
static void add_history(struct parts *p)
{
    size_t budget = (size_t)(p->budget / HISTORY_SHARE);
    struct fm_memory memory = fm_case_conversation(p->arena, p->c, p->a->in->message_id, budget);
    struct fm_prompt_item *items = FM_NEW_ARRAY(p->arena, struct fm_prompt_item, memory.n);
    for (size_t i = 0; i < memory.n; i++)
        items[i] = (struct fm_prompt_item){
            .head = memory.items[i].id, .body = memory.items[i].text, .rank = (int64_t)i};
    struct fm_prompt_part *part = add(p, "history", FM_STR_NULL);
    part->items = items;
    part->n_items = memory.n;
    part->is_untrusted = true;
    part->may_lose_items = true;
    part->order = ORDER_HISTORY;
}

static void add_hypotheses(struct parts *p)
{
    struct fm_hypothesis_list list = fm_hypotheses_ranked(p->arena, p->c);
    struct fm_prompt_item *items = FM_NEW_ARRAY(p->arena, struct fm_prompt_item, list.n);
    for (size_t i = 0; i < list.n; i++) {
        const struct fm_hypothesis *h = list.items[i];
        items[i].head =
            fm_str_fmt(p->arena, "%.*s %s %s %.2f", FM_STR_ARG(h->id),
                       fm_name_of(&fm_hypothesis_status_names, h->status),
                       fm_name_of(&fm_hypothesis_category_names, h->category), h->likelihood);
        items[i].body = h->statement;
        items[i].rank = (int64_t)(list.n - i);
    }
    struct fm_prompt_part *part = add(p, "hypotheses", FM_STR_NULL);
    part->items = items;
    part->n_items = list.n;
    part->is_untrusted = true;
    part->order = ORDER_HYPOTHESES;
}

static void add_requests(struct parts *p)
{
    const struct fm_case *c = p->c;
    struct fm_prompt_item *items = FM_NEW_ARRAY(p->arena, struct fm_prompt_item, c->requests.n);
    size_t n = 0;
    fm_vec_each (&c->requests, q) {
        if (q->status != FM_REQUEST_PENDING && q->status != FM_REQUEST_PARTIAL)
            continue;
        items[n++] = (struct fm_prompt_item){
            .head = fm_str_fmt(p->arena, "%.*s %s asked %lld times", FM_STR_ARG(q->id),
                               fm_name_of(&fm_request_status_names, q->status),
                               (long long)q->ask_count),
            .body = q->label};
    }
    struct fm_prompt_part *part = add(p, "requests", FM_STR_NULL);
    part->items = items;
    part->n_items = n;
    part->is_untrusted = true;
    part->order = ORDER_HYPOTHESES;
}

static void add_milestones(struct fm_buf *b, const struct fm_case *c)
{
    fm_buf_addz(b, "Milestones:");
    for (unsigned i = 1; i < FM_MILESTONE_COUNT; i++)
        if (fm_case_has(c, (enum fm_milestone_name)i))
            fm_buf_addf(b, " %s", fm_name_of(&fm_milestone_name_names, i));
    fm_buf_addc(b, '\n');
}

static void add_verification(struct fm_buf *b, const struct fm_verification *v)
{
    char text[FM_TIME_TEXT_MAX];
    if (v->symptom.len)
        fm_buf_addf(b, "Symptom: %.*s\n", FM_STR_ARG(v->symptom));
    if (v->affected_services.n) {
        fm_buf_addz(b, "Affected:");
        fm_vec_each (&v->affected_services, s)
            fm_buf_addf(b, " %.*s", FM_STR_ARG(*s));
        fm_buf_addc(b, '\n');
    }
    if (v->started_at != FM_TIME_NONE)
        fm_buf_addf(b, "Started: %s\n", fm_time_format(v->started_at, text));
    if (v->temporal || v->urgency)
        fm_buf_addf(b, "Temporal: %s, urgency: %s\n", fm_name_of(&fm_temporal_names, v->temporal),
                    fm_name_of(&fm_urgency_names, v->urgency));
}

static fm_str state_text(struct parts *p)
{
    const struct fm_case *c = p->c;
    const struct fm_conclusion *w = fm_case_conclusion(c);
    const struct fm_root_cause *r = fm_case_root_cause(c);
    struct fm_buf b;
    fm_buf_init(&b, 1 << 18);
    add_milestones(&b, c);
    add_verification(&b, &c->verification);
    fm_vec_each (&c->changes, k)
        fm_buf_addf(&b, "Change %.*s: %.*s\n", FM_STR_ARG(k->id), FM_STR_ARG(k->description));
    if (r)
        fm_buf_addf(&b, "Root cause (%.2f): %.*s\n", r->confidence, FM_STR_ARG(r->statement));
    else if (w)
        fm_buf_addf(&b, "Working conclusion (%.2f): %.*s\n", w->confidence,
                    FM_STR_ARG(w->statement));
    fm_vec_each (&c->solutions, s)
        fm_buf_addf(&b, "Solution %.*s %s: %.*s\n", FM_STR_ARG(s->id),
                    fm_name_of(&fm_solution_state_names, s->state), FM_STR_ARG(s->title));
    fm_str out = fm_str_dup(p->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return out;
}

static void add_rejected(struct parts *p)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 16);
    fm_vec_each (&p->a->in->retry_reasons, s)
        fm_buf_addf(&b, "Refused before: %.*s\n", FM_STR_ARG(*s));
    if (b.len)
        add(p, "rejected", fm_str_dup(p->arena, fm_str_trim(fm_buf_str(&b))));
    fm_buf_release(&b);
}

static void add_stage(struct parts *p)
{
    const struct fm_case *c = p->c;
    const struct fm_path_selection *path = fm_case_path_now(c);
    const struct fm_episode *episode = fm_case_episode(c);
    const char *path_name = path ? fm_name_of(&fm_case_path_names, path->path) : "user_choice";
    const char *stage = fm_name_of(&fm_case_stage_names, fm_case_stage(c));
    add(p, "path", fm_str_c(path_name));
    add(p, "path_advice", fixed(p, fm_str_fmt(p->arena, "path_%s", path_name).p));
    if (*stage)
        add(p, "stage", fixed(p, fm_str_fmt(p->arena, "stage_%s", stage).p));
    if (c->turns_without_progress >= 2) {
        const char *pairs[] = {
            "turns", fm_str_fmt(p->arena, "%lld", (long long)c->turns_without_progress).p, NULL};
        add(p, "stall", fm_prompts_fill(p->a->r->opt.prompts, p->arena, "stall", pairs));
    }
    if (episode) { /* the reason is the program's own text */
        const char *pairs[] = {"degraded_type", fm_name_of(&fm_degraded_type_names, episode->type),
                               "reason", fm_str_dup(p->arena, episode->reason).p, NULL};
        add(p, "degraded", fm_prompts_fill(p->a->r->opt.prompts, p->arena, "degraded", pairs));
    }
}

static void add_tool_list(struct parts *p)
{
    struct fm_llm_reasoner_options *o = &p->a->r->opt;
    struct fm_buf b;
    if (!p->a->n_tools || !o->has_text_tools)
        return;
    fm_buf_init(&b, 1 << 16);
    for (size_t i = 0; i < p->a->n_tools; i++)
        fm_buf_addf(&b, "- %s: %s Arguments: %s\n", p->a->tools[i]->ops->name,
                    p->a->tools[i]->ops->description, p->a->tools[i]->ops->schema);
    fm_str list = fm_str_dup(p->arena, fm_buf_str(&b));
    const char *pairs[] = {"tool_list", list.p, NULL};
    add(p, "tools", fm_prompts_fill(o->prompts, p->arena, "tools_text", pairs));
    fm_buf_release(&b);
}

static const char *template_of(const struct llm_ask *a)
{
    if (a->is_small)
        return "small";
    if (fm_case_is_terminal(a->in->c))
        return "terminal";
    return a->in->c->status == FM_CASE_CONSULTING ? "consulting" : "investigating";
}

static void add_heads(struct parts *p)
{
    const struct fm_case *c = p->c;
    add(p, "turn", fm_str_fmt(p->arena, "%lld", (long long)c->current_turn + 1));
    add(p, "status", fm_str_c(fm_name_of(&fm_case_status_names, c->status)));
    add(p, "questions", fm_str_fmt(p->arena, "%d", fm_case_engagement(c).questions_per_turn));
    add(p, "output", fixed(p, fm_case_is_terminal(c) ? "output_terminal" : "output"));
    add(p, "message_id", p->a->in->message_id);
    add_untrusted(p, "message", p->a->in->message);
    add_untrusted(p, "statement", c->consulting.statement);
    add_untrusted(p, "problem", c->description.len ? c->description : c->title);
    add_untrusted(p, "state", state_text(p));
}

static void add_diagnosis(struct parts *p)
{
    struct llm_items causes = llm_diagnosis_items(p->a), seen = llm_observation_items(p->a);
    struct fm_prompt_part *part = add(p, "diagnosis", FM_STR_NULL);
    part->items = causes.items;
    part->n_items = causes.n;
    part->is_untrusted = true;
    part->order = ORDER_DIAGNOSIS;
    part = add(p, "observations", FM_STR_NULL);
    part->items = seen.items;
    part->n_items = seen.n;
    part->is_untrusted = part->is_one_fence = part->may_lose_items = true;
    part->order = ORDER_OBSERVATIONS;
}

/* What native calls add to the request. */
static int64_t schema_tokens(const struct llm_ask *a)
{
    int64_t n = 0;
    for (size_t i = 0; !a->r->opt.has_text_tools && i < a->n_tools; i++) {
        const struct fm_tool_ops *ops = a->tools[i]->ops;
        n += 20 + (int64_t)(strlen(ops->name) + strlen(ops->description) + strlen(ops->schema)) / 3;
    }
    return n;
}

/* The context less a tenth (the receiver counts otherwise), the answer, the tools and room for what
 * they bring. */
static int64_t budget_of(struct llm_ask *a)
{
    int64_t answer = a->is_small ? 400 : ANSWER_TOKENS;
    int64_t room = a->n_tools && !a->is_small ? a->context / TOOL_SHARE : 0;
    int64_t budget = a->context - a->context / 10 - answer - room - schema_tokens(a);
    a->tool_room = (size_t)room * 3;
    return budget > 512 ? budget : 512;
}

static enum fm_code build(struct llm_ask *a)
{
    const char *name = template_of(a);
    struct parts p = {.a = a,
                      .arena = &a->ctx->arena,
                      .c = a->in->c,
                      .template = fm_prompts_text(a->r->opt.prompts, name),
                      .budget = budget_of(a)};
    add_heads(&p);
    add_diagnosis(&p);
    add_stage(&p);
    add_tool_list(&p);
    add_evidence(&p);
    add_history(&p);
    add_hypotheses(&p);
    add_requests(&p);
    add_rejected(&p);
    struct fm_prompt_request r = {name, p.items, p.n, p.budget, llm_tokens, a->r->opt.rng};
    return fm_prompt_render(a->r->opt.prompts, a->ctx, &r, &a->prompt);
}

/* Where not all fits, the tools go first. */
enum fm_code llm_prompt_build(struct llm_ask *a)
{
    enum fm_code code = build(a);
    if (code != FM_ELIMIT || !a->n_tools)
        return code;
    fm_ctx_clear_error(a->ctx);
    a->n_tools = 0;
    return build(a);
}
