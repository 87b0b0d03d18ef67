/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, finding and sharing cases: new, follow-up, list, search, member. */
#include "cmd_case.h"

struct new_options {
    struct case_common common;
    const char *title, *organization, *statement;
    bool is_investigating;
};

const struct fm_opt case_new_opts[] = {
    FM_OPT_STR('t', "title", struct new_options, title, "TITLE", "title (default Case-MMDD-N)"),
    FM_OPT_STR(0, "organization", struct new_options, organization, "NAME",
               "organization (default: the user)"),
    FM_OPT_STR('s', "statement", struct new_options, statement, "TEXT",
               "what is wrong: symptom, measure and scope"),
    FM_OPT_FLAG(0, "investigate", struct new_options, is_investigating,
                "confirm the statement and start the investigation"),
    CASE_COMMON_OPTS(struct new_options),
    FM_OPT_END,
};

static enum fm_code print_new(struct case_app *app, const struct fm_case *c)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    if (app->common.is_json) {
        fm_buf_addz(&b, "{\"case_id\":");
        fm_json_put_str(&b, c->id);
        fm_buf_addf(&b, ",\"version\":%lld,\"status\":\"%s\",\"title\":", (long long)c->version,
                    fm_name_of(&fm_case_status_names, c->status));
        fm_json_put_str(&b, c->title);
        fm_buf_addz(&b, "}\n");
    } else {
        fm_buf_addf(&b, "%.*s  %.*s\n", FM_STR_ARG(c->id), FM_STR_ARG(c->title));
        fm_buf_neutralize(&b, 0);
    }
    return case_print_buf(app, &b);
}

static void add_intent(struct case_app *app, struct fm_proposal *p, enum fm_intent_kind kind)
{
    struct fm_intent *b = fm_proposal_add(&app->ctx->arena, p, FM_CHANGE_INTENT, FM_STR_NULL);
    b->kind = kind;
}

/* The statement comes from the user's own hand, so it is confirmed as soon as they want the
 * investigation. */
static enum fm_code state_problem(struct case_app *app, const struct new_options *o,
                                  struct fm_case **c)
{
    struct fm_proposal p = {0};
    struct fm_case_answer a;
    if (!o->statement)
        return o->is_investigating ? fm_fail(app->ctx, FM_EINVAL, "--investigate needs --statement")
                                   : FM_OK;
    struct fm_statement *s =
        fm_proposal_add(&app->ctx->arena, &p, FM_CHANGE_PROPOSE_STATEMENT, FM_STR_NULL);
    s->text = fm_str_c(o->statement);
    if (o->is_investigating) {
        add_intent(app, &p, FM_INTENT_CONFIRM_STATEMENT);
        add_intent(app, &p, FM_INTENT_INVESTIGATE);
    }
    struct fm_case_turn t = {.case_id = (*c)->id, .input = {.actor = app->actor, .changes = &p}};
    FM_TRY(fm_case_work(&app->service, app->ctx, &t, &a));
    if (a.result.turn->rejected.n)
        return fm_fail(app->ctx, FM_EREJECTED, "%.*s",
                       FM_STR_ARG(a.result.turn->rejected.items[0].reason));
    *c = a.c;
    return FM_OK;
}

static enum fm_code do_new(struct case_app *app, const struct new_options *o)
{
    struct fm_case *c;
    struct fm_open_request req = {.actor = app->actor,
                                  .title = fm_str_c(o->title),
                                  .organization = fm_str_c(o->organization)};
    if (o->is_investigating && !o->statement)
        return fm_fail(app->ctx, FM_EINVAL, "--investigate needs --statement");
    if (o->title && !o->title[0])
        return fm_fail(app->ctx, FM_EINVAL, "title: is blank");
    FM_TRY(fm_case_create(&app->service, app->ctx, &req, &c));
    FM_TRY(state_problem(app, o, &c));
    return print_new(app, c);
}

int case_new_run(struct fm_cli *cli, char **argv)
{
    struct new_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_new(&app, &o));
}

/* ---- follow-up ---- */

const struct fm_opt case_follow_up_opts[] = {
    FM_OPT_STR('t', "title", struct new_options, title, "TITLE",
               "title (default: that of the parent)"),
    CASE_COMMON_OPTS(struct new_options),
    FM_OPT_END,
};

static enum fm_code do_follow_up(struct case_app *app, const struct new_options *o,
                                 const char *name)
{
    struct fm_case *parent, *c, *ignored;
    FM_TRY(case_need_store(app));
    FM_TRY(case_find(app, name, &parent, NULL));
    FM_TRY(fm_case_may_write(app->ctx, parent, app->actor));
    struct fm_open_request req = {
        .actor = app->actor, .title = fm_str_c(o->title), .parent = parent};
    FM_TRY(fm_case_create(&app->service, app->ctx, &req, &c));
    struct fm_relation *r = fm_record_new(&app->ctx->arena, &fm_relation_type);
    *r = (struct fm_relation){c->id, FM_RELATION_FOLLOW_UP, c->title};
    FM_TRY(fm_case_note(&app->service, app->ctx, parent->id,
                        &(struct fm_plain_event){app->actor, FM_EVENT_RELATED, r}, &ignored));
    return print_new(app, c);
}

int case_follow_up_run(struct fm_cli *cli, char **argv)
{
    struct new_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_follow_up(&app, &o, app.operands.items[0]));
}

/* ---- list ---- */

struct list_options {
    struct case_common common;
    int status;
    int64_t limit;
    const char *after;
    bool is_all, is_every_user, is_busy, is_brief;
};

static const char *const status_choices[] = {"any",      "consulting", "investigating",
                                             "resolved", "closed",     NULL};

const struct fm_opt case_list_opts[] = {
    FM_OPT_CHOICE('s', "status", struct list_options, status, status_choices,
                  "only cases in this status"),
    FM_OPT_FLAG('a', "all", struct list_options, is_all, "closed cases too"),
    FM_OPT_FLAG(0, "busy", struct list_options, is_busy, "only cases with at least one turn"),
    FM_OPT_FLAG(0, "every-user", struct list_options, is_every_user,
                "cases of every user of this store"),
    FM_OPT_FLAG('b', "brief", struct list_options, is_brief,
                "only id and title, with a tab between them"),
    FM_OPT_INT('n', "limit", struct list_options, limit, "N", 1, 1000,
               "cases on a page (default 50)"),
    FM_OPT_STR(0, "after", struct list_options, after, "CURSOR",
               "next page: the cursor that a page ends with"),
    CASE_PAGED_OPTS(struct list_options),
    CASE_COMMON_OPTS(struct list_options),
    FM_OPT_END,
};

/* The place of a row in the order: "<updated ns>:<id>". */
static enum fm_code set_cursor(struct case_app *app, const char *after, struct fm_case_filter *f)
{
    f->before_updated = FM_TIME_NONE;
    if (!after)
        return FM_OK;
    fm_str rest = fm_str_c(after);
    if (!fm_str_i64(fm_str_cut(&rest, ':'), &f->before_updated) || !rest.len)
        return fm_fail(app->ctx, FM_EINVAL, "--after %s: is no cursor of an earlier page", after);
    f->before_id = rest;
    return FM_OK;
}

static struct fm_pace pace_of(const struct fm_case_row *r, fm_time now)
{
    enum fm_urgency urgency = (enum fm_urgency)fm_name_parse(&fm_urgency_names, r->urgency);
    struct fm_pace p = fm_pace_at(r->resting_since, urgency, now);
    p.is_overdue |= r->waiting_on.len && p.rest_ns > 0; /* what was waited for did not come */
    return p;
}

static void row_json(struct fm_arena *a, struct fm_buf *b, const struct fm_case_row *r, fm_time now)
{
    static const char *const names[] = {"case_id",        "title",   "owner",
                                        "status",         "stage",   "severity",
                                        "closure_reason", "urgency", "waiting_on"};
    const fm_str values[] = {r->id,       r->title,   r->owner,   r->status,    r->stage,
                             r->severity, r->closure, r->urgency, r->waiting_on};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        fm_buf_addf(b, "%s\"%s\":", i ? "," : "{", names[i]);
        fm_json_put_str(b, values[i]);
    }
    struct fm_pace p = pace_of(r, now);
    fm_buf_addf(
        b,
        ",\"version\":%lld,\"turns\":%lld,\"completion_percentage\":%lld,\"turns_without_"
        "progress\":%lld,"
        "\"rest_s\":%lld,\"is_overdue\":%s,\"created_at\":\"%.*s\",\"updated_at\":\"%.*s\"}",
        (long long)r->version, (long long)r->turns, (long long)r->completion, (long long)r->stalled,
        (long long)(p.rest_ns / FM_SEC), p.is_overdue ? "true" : "false",
        FM_STR_ARG(fm_time_str(a, r->created_at)), FM_STR_ARG(fm_time_str(a, r->updated_at)));
}

/* What a person should look at: a rest that is too long, or what the case waits on. */
static fm_str row_mark(struct fm_arena *a, const struct fm_case_row *r, fm_time now)
{
    struct fm_pace p = pace_of(r, now);
    if (r->waiting_on.len)
        return fm_str_fmt(a, "  [%s %.*s]", p.rest_ns ? "overdue:" : "waiting on",
                          FM_STR_ARG(fm_str_sub(r->waiting_on, 0, 60)));
    if (p.is_overdue)
        return fm_str_fmt(a, "  [no progress for %.*s]", FM_STR_ARG(fm_duration_str(a, p.rest_ns)));
    return r->stalled >= FM_STUCK_TURNS ? FM_STR("  [stuck]") : FM_STR_NULL;
}

static void row_text(struct fm_arena *a, struct fm_buf *b, const struct fm_case_row *r, fm_time now)
{
    fm_str mark = row_mark(a, r, now);
    fm_str updated = fm_str_sub(fm_time_str(a, r->updated_at), 0, 16);
    size_t from = b->len;
    fm_buf_addf(b, "%-17.*s  %-13.*s %3lld%%  %.*s  %-10.*s  %.*s%.*s\n", FM_STR_ARG(r->id),
                FM_STR_ARG(r->status), (long long)r->completion, FM_STR_ARG(updated),
                FM_STR_ARG(r->owner), FM_STR_ARG(r->title), FM_STR_ARG(mark));
    fm_buf_neutralize(b, from);
}

static enum fm_code print_list(struct case_app *app, const struct fm_case_rows *rows, int64_t limit)
{
    struct fm_arena *a = &app->ctx->arena;
    struct fm_buf b;
    fm_time now = fm_now(app->ctx->clock);
    fm_str cursor = FM_STR_NULL;
    if ((int64_t)rows->n == limit)
        cursor = fm_str_fmt(a, "%lld:%.*s", (long long)rows->items[rows->n - 1].updated_at,
                            FM_STR_ARG(rows->items[rows->n - 1].id));
    fm_buf_init(&b, 64 << 20);
    fm_buf_addz(&b, app->common.is_json ? "{\"cases\":[" : rows->n ? "" : "No cases.\n");
    fm_vec_each (rows, r) {
        if (!app->common.is_json) {
            row_text(a, &b, r, now);
            continue;
        }
        fm_buf_addz(&b, r == rows->items ? "" : ",");
        row_json(a, &b, r, now);
    }
    if (app->common.is_json) {
        fm_buf_addz(&b, "],\"next\":");
        if (cursor.len)
            fm_json_put_str(&b, cursor);
        else
            fm_buf_addz(&b, "null");
        fm_buf_addz(&b, "}\n");
    } else if (cursor.len) {
        fm_buf_addf(&b, "more: --after %.*s\n", FM_STR_ARG(cursor));
    }
    return case_page_buf(app, &b);
}

static enum fm_code print_brief(struct case_app *app, const struct fm_case_rows *rows)
{
    struct fm_buf b;
    fm_buf_init(&b, 64 << 20);
    fm_vec_each (rows, r) {
        size_t from = b.len;
        fm_buf_addf(&b, "%.*s", FM_STR_ARG(r->title));
        fm_buf_neutralize(&b, from);
        fm_str title = fm_str_dup(&app->ctx->arena, fm_str_skip(fm_buf_str(&b), from));
        b.len = from;
        fm_buf_addf(&b, "%.*s\t%.*s\n", FM_STR_ARG(r->id), FM_STR_ARG(title));
    }
    return case_page_buf(app, &b);
}

static enum fm_code do_list(struct case_app *app, const struct list_options *o)
{
    struct fm_case_rows rows;
    struct fm_case_filter f = {.user = o->is_every_user ? FM_STR_NULL : app->actor.id,
                               .status = (enum fm_case_status)o->status,
                               .include_closed = o->is_all,
                               .include_empty = !o->is_busy,
                               .limit = o->limit};
    FM_TRY(set_cursor(app, o->after, &f));
    FM_TRY(fm_store_list(app->store, app->ctx, &f, &rows));
    return o->is_brief && !app->common.is_json ? print_brief(app, &rows)
                                               : print_list(app, &rows, o->limit);
}

int case_list_run(struct fm_cli *cli, char **argv)
{
    struct list_options o = {.limit = 50};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_list(&app, &o));
}

/* ---- search ---- */

const struct fm_opt case_search_opts[] = {
    FM_OPT_INT('n', "limit", struct list_options, limit, "N", 1, 1000,
               "hits to print (default 20)"),
    FM_OPT_FLAG(0, "every-user", struct list_options, is_every_user,
                "cases of every user of this store"),
    CASE_PAGED_OPTS(struct list_options),
    CASE_COMMON_OPTS(struct list_options),
    FM_OPT_END,
};

static void hit_json(struct fm_buf *b, const struct fm_search_hit *h)
{
    static const char *const names[] = {"case_id", "title", "kind", "ref", "snippet"};
    const fm_str values[] = {h->case_id, h->title, h->kind, h->ref, h->snippet};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        fm_buf_addf(b, "%s\"%s\":", i ? "," : "{", names[i]);
        fm_json_put_str(b, values[i]);
    }
    fm_buf_addc(b, '}');
}

static fm_str one_line(struct fm_arena *a, fm_str s)
{
    char *p = fm_arena_dup(a, s.p ? s.p : "", s.len);
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
            p[i] = ' ';
    return fm_str_n(p, s.len);
}

static enum fm_code print_hits(struct case_app *app, const struct fm_search_hits *hits)
{
    struct fm_buf b;
    fm_buf_init(&b, 64 << 20);
    fm_buf_addz(&b, app->common.is_json ? "{\"hits\":[" : hits->n ? "" : "Nothing found.\n");
    fm_vec_each (hits, h) {
        if (!app->common.is_json) {
            size_t from = b.len;
            fm_buf_addf(&b, "%.*s  %-10.*s %.*s  %.*s\n", FM_STR_ARG(h->case_id),
                        FM_STR_ARG(h->kind), FM_STR_ARG(h->ref),
                        FM_STR_ARG(one_line(&app->ctx->arena, h->snippet)));
            fm_buf_neutralize(&b, from);
            continue;
        }
        fm_buf_addz(&b, h == hits->items ? "" : ",");
        hit_json(&b, h);
    }
    fm_buf_addz(&b, app->common.is_json ? "]}\n" : "");
    return case_page_buf(app, &b);
}

static enum fm_code do_search(struct case_app *app, const struct list_options *o,
                              const struct fm_operands *words)
{
    struct fm_search_hits hits;
    struct fm_buf q;
    fm_buf_init(&q, 4096);
    for (size_t i = 0; i < words->n; i++)
        fm_buf_addf(&q, "%s%s", i ? " " : "", words->items[i]);
    fm_str query = fm_str_dup(&app->ctx->arena, fm_buf_str(&q));
    fm_buf_release(&q);
    FM_TRY(fm_store_search(
        app->store, app->ctx,
        &(struct fm_search){o->is_every_user ? FM_STR_NULL : app->actor.id, query, o->limit},
        &hits));
    return print_hits(app, &hits);
}

int case_search_run(struct fm_cli *cli, char **argv)
{
    struct list_options o = {.limit = 20};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_search(&app, &o, &app.operands));
}
