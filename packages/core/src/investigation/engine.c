/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a case, access, and the few events that are no turn.
 */
#include "step.h"

enum fm_code fm_case_may_read(struct fm_ctx *ctx, const struct fm_case *c, struct fm_actor actor)
{
    if (actor.kind != FM_ACTOR_USER || fm_case_role(c, actor.id))
        return FM_OK;
    return fm_fail(ctx, FM_EFORBIDDEN, "case %.*s: %.*s is not a member", FM_STR_ARG(c->id),
                   FM_STR_ARG(actor.id));
}

enum fm_code fm_case_may_write(struct fm_ctx *ctx, const struct fm_case *c, struct fm_actor actor)
{
    FM_TRY(fm_case_may_read(ctx, c, actor));
    if (actor.kind != FM_ACTOR_USER || fm_case_role(c, actor.id) != FM_MEMBER_VIEWER)
        return FM_OK;
    return fm_fail(ctx, FM_EFORBIDDEN,
                   "case %.*s: %.*s may only read; the owner can make them a collaborator",
                   FM_STR_ARG(c->id), FM_STR_ARG(actor.id));
}

static fm_str default_title(struct fm_turn_work *w, int64_t opened_today)
{
    int64_t year;
    unsigned month, day;
    int64_t days = w->now / FM_DAY - (w->now % FM_DAY < 0);
    fm_civil_from_days(days, &year, &month, &day);
    return fm_str_fmt(&w->ctx->arena, "Case-%02u%02u-%lld", month, day,
                      (long long)opened_today + 1);
}

/* The 200 characters of a title are counted as bytes of its text. */
static enum fm_code choose_title(struct fm_turn_work *w, const struct fm_open_request *req,
                                 fm_str *out)
{
    fm_str title = fm_str_trim(req->title);
    if (req->title.len && !title.len)
        return fm_fail(w->ctx, FM_EINVAL, "title: is blank");
    if (title.len > 200)
        return fm_fail(w->ctx, FM_EINVAL, "title: has %zu characters, at most 200 are allowed",
                       title.len);
    if (title.len)
        *out = title;
    else if (req->parent)
        *out = step_cut(
            &w->ctx->arena,
            fm_str_fmt(&w->ctx->arena, "Follow-up: %.*s", FM_STR_ARG(req->parent->title)), 200);
    else
        *out = default_title(w, req->opened_today);
    return FM_OK;
}

/* A follow-up starts with its parent's problem as a proposed statement, not confirmed, and with a
 * link to it. */
static enum fm_code seed_from_parent(struct fm_turn_work *w, const struct fm_case *parent)
{
    struct fm_relation *r = step_body(w, FM_EVENT_RELATED);
    *r = (struct fm_relation){parent->id, FM_RELATION_PARENT, parent->title};
    FM_TRY(step_emit(w, FM_EVENT_RELATED, r));
    const struct fm_root_cause *rc = fm_case_root_cause(parent);
    struct fm_statement *s = step_body(w, FM_EVENT_STATEMENT_PROPOSED);
    s->text = step_cut(&w->ctx->arena,
                       parent->description.len ? parent->description : parent->consulting.statement,
                       1000);
    s->problem_type = parent->consulting.problem_type;
    s->severity_guess = parent->consulting.severity_guess;
    if (rc)
        s->guidance = step_cut(&w->ctx->arena,
                               fm_str_fmt(&w->ctx->arena, "Root cause found in %.*s: %.*s",
                                          FM_STR_ARG(parent->id), FM_STR_ARG(rc->statement)),
                               2000);
    return s->text.len || s->guidance.len ? step_emit(w, FM_EVENT_STATEMENT_PROPOSED, s) : FM_OK;
}

static struct fm_turn_work *plain_work(const struct fm_engine *engine, struct fm_ctx *ctx,
                                       struct fm_case *c, struct fm_actor actor)
{
    struct fm_turn_work *w = FM_NEW(&ctx->arena, struct fm_turn_work);
    w->engine = engine;
    w->ctx = ctx;
    w->c = c;
    w->by = actor;
    w->now = fm_now(engine->clock);
    fm_map_init(&w->handles, &ctx->arena);
    fm_record_init(&fm_turn_type, &w->turn);
    return w;
}

enum fm_code fm_case_open(const struct fm_engine *engine, struct fm_ctx *ctx,
                          const struct fm_open_request *req, struct fm_case **c,
                          struct fm_events *events)
{
    if (req->actor.kind != FM_ACTOR_USER || !req->actor.id.len)
        return fm_fail(ctx, FM_EINVAL, "a case needs an owner");
    if (req->open_cases >= FM_OPEN_CASES_MAX)
        return fm_fail(ctx, FM_ELIMIT,
                       "%.*s has %lld open cases, at most %d are allowed; close or resolve some",
                       FM_STR_ARG(req->actor.id), (long long)req->open_cases, FM_OPEN_CASES_MAX);
    if (req->parent && !fm_case_is_terminal(req->parent))
        return fm_fail(ctx, FM_EREJECTED, "case %.*s still runs; a follow-up comes after its end",
                       FM_STR_ARG(req->parent->id));
    struct fm_case *fresh = fm_case_new(&ctx->arena);
    struct fm_turn_work *w = plain_work(engine, ctx, fresh, req->actor);
    struct fm_case_opened *b = step_body(w, FM_EVENT_CASE_OPENED);
    FM_TRY(choose_title(w, req, &b->title));
    b->case_id = step_new_id(w, "case");
    b->owner = req->actor.id;
    b->organization = req->organization.len ? req->organization : req->actor.id;
    FM_TRY(step_emit(w, FM_EVENT_CASE_OPENED, b));
    if (req->parent)
        FM_TRY(seed_from_parent(w, req->parent));
    *c = fresh;
    *events = w->events;
    return FM_OK;
}

#define REPORTS_PER_TYPE_MAX 5

static enum fm_code check_report(struct fm_ctx *ctx, const struct fm_case *c,
                                 const struct fm_report_entry *b)
{
    int n = 0;
    fm_vec_each (&c->reports, r)
        n += r->type == b->type && r->format == b->format;
    if (n >= REPORTS_PER_TYPE_MAX)
        return fm_fail(ctx, FM_EREJECTED,
                       "%s was generated %d times as %s, which is the limit; other types are free",
                       fm_name_of(&fm_report_type_names, b->type), n,
                       fm_name_of(&fm_report_format_names, b->format));
    return FM_OK;
}

enum fm_code fm_case_record(const struct fm_engine *engine, struct fm_ctx *ctx, struct fm_case *c,
                            const struct fm_plain_event *e, struct fm_events *events)
{
    enum fm_event_type type = e->type;
    struct fm_actor actor = e->actor;
    bool is_plain = type == FM_EVENT_MEMBER_SET || type == FM_EVENT_TITLE_CHANGED ||
                    type == FM_EVENT_REPORT_ADDED || type == FM_EVENT_RELATED ||
                    type == FM_EVENT_ACTION_SET;
    FM_TRY(fm_case_may_write(ctx, c, actor));
    if (!is_plain)
        return fm_fail(ctx, FM_EINVAL, "%s happens only in a turn",
                       fm_name_of(&fm_event_type_names, type));
    if (type == FM_EVENT_MEMBER_SET && actor.kind == FM_ACTOR_USER &&
        fm_case_role(c, actor.id) != FM_MEMBER_OWNER)
        return fm_fail(ctx, FM_EFORBIDDEN, "only the owner changes who works on a case");
    if (type == FM_EVENT_REPORT_ADDED)
        FM_TRY(check_report(ctx, c, e->body));
    struct fm_turn_work *w = plain_work(engine, ctx, c, actor);
    FM_TRY(step_emit(w, type, e->body));
    *events = w->events;
    return FM_OK;
}
