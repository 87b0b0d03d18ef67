/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at a case: show, log, timeline. */
#include "cmd_case.h"

enum view { VIEW_CASE, VIEW_OODA, VIEW_PHASES };

struct show_options {
    struct case_common common;
    int view;
};

static const char *const views[] = {"case", "ooda", "phases", NULL};

const struct fm_opt case_show_opts[] = {
    FM_OPT_CHOICE(0, "view", struct show_options, view, views,
                  "the case, its iterations, or the classic phases"),
    CASE_PAGED_OPTS(struct show_options),
    CASE_COMMON_OPTS(struct show_options),
    FM_OPT_END,
};

static enum fm_code do_show(struct case_app *app, const struct show_options *o, const char *name)
{
    struct fm_case *c;
    struct fm_events events;
    struct fm_buf b;
    enum fm_code code = FM_OK;
    FM_TRY(case_find(app, name, &c, &events));
    fm_buf_init(&b, 256 << 20);
    if (o->view == VIEW_OODA)
        code = fm_case_view_ooda(app->ctx, &events, app->common.is_json, &b);
    else if (o->view == VIEW_PHASES)
        fm_case_view_phases(&app->ctx->arena, c, app->common.is_json, &b);
    else if (app->common.is_json)
        fm_case_view_json(&app->ctx->arena, c, fm_now(app->ctx->clock), &b);
    else
        fm_case_view_text(&app->ctx->arena, c, fm_now(app->ctx->clock), case_style(), &b);
    if (app->common.is_json)
        fm_buf_addc(&b, '\n');
    enum fm_code printed = case_page_buf(app, &b);
    return code == FM_OK ? printed : code;
}

int case_show_run(struct fm_cli *cli, char **argv)
{
    struct show_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_show(&app, &o, app.operands.items[0]));
}

/* ---- log ---- */

struct log_options {
    struct case_common common;
    int64_t since;
};

const struct fm_opt case_log_opts[] = {
    FM_OPT_INT(0, "since", struct log_options, since, "SEQ", 0, 1000000000,
               "only events after SEQ"),
    CASE_PAGED_OPTS(struct log_options),
    CASE_COMMON_OPTS(struct log_options),
    FM_OPT_END,
};

static void event_text(struct case_app *app, const struct fm_event *e, struct fm_buf *b)
{
    struct fm_arena *a = &app->ctx->arena;
    fm_buf_addf(b, "%4lld  %.*s  %-16.*s %-22s %.*s\n", (long long)e->seq,
                FM_STR_ARG(fm_time_str(a, e->at)), FM_STR_ARG(fm_actor_str(a, e->actor)),
                fm_name_of(&fm_event_type_names, e->type), FM_STR_ARG(fm_event_summary(a, e)));
}

static enum fm_code do_log(struct case_app *app, const struct log_options *o, const char *name)
{
    struct fm_case *c;
    struct fm_events events;
    struct fm_buf b;
    FM_TRY(case_find(app, name, &c, &events));
    fm_buf_init(&b, 1UL << 30);
    fm_vec_each (&events, e) {
        if (e->seq <= o->since)
            continue;
        if (!app->common.is_json) {
            event_text(app, e, &b);
            continue;
        }
        fm_event_write(app->ctx, e, &b);
        fm_buf_addc(&b, '\n');
    }
    return case_page_buf(app, &b);
}

int case_log_run(struct fm_cli *cli, char **argv)
{
    struct log_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_log(&app, &o, app.operands.items[0]));
}

/* ---- timeline ---- */

const struct fm_opt case_timeline_opts[] = {
    CASE_PAGED_OPTS(struct log_options),
    CASE_COMMON_OPTS(struct log_options),
    FM_OPT_END,
};

static void moment_json(struct fm_arena *a, const struct fm_case_moment *m, struct fm_buf *b)
{
    fm_buf_addf(b, "{\"at\":\"%.*s\",\"kind\":\"%s\",\"text\":", FM_STR_ARG(fm_time_str(a, m->at)),
                m->kind);
    fm_json_put_str(b, m->text);
    fm_buf_addz(b, ",\"ref\":");
    fm_json_put_str(b, m->ref);
    fm_buf_addc(b, '}');
}

static enum fm_code do_timeline(struct case_app *app, const char *name)
{
    struct fm_case *c;
    struct fm_buf b;
    struct fm_arena *a = &app->ctx->arena;
    FM_TRY(case_find(app, name, &c, NULL));
    struct fm_case_moments list = fm_case_timeline(a, c);
    fm_buf_init(&b, 256 << 20);
    fm_buf_addz(&b, app->common.is_json ? "{\"timeline\":[" : "");
    fm_vec_each (&list, m) {
        if (!app->common.is_json) {
            fm_buf_addf(&b, "%.*s  %-10s %.*s%s%.*s\n", FM_STR_ARG(fm_time_str(a, m->at)), m->kind,
                        FM_STR_ARG(m->text), m->ref.len ? "  " : "", FM_STR_ARG(m->ref));
            continue;
        }
        fm_buf_addz(&b, m == list.items ? "" : ",");
        moment_json(a, m, &b);
    }
    fm_buf_addz(&b, app->common.is_json ? "]}\n" : "");
    return case_page_buf(app, &b);
}

int case_timeline_run(struct fm_cli *cli, char **argv)
{
    struct log_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_timeline(&app, app.operands.items[0]));
}
