/* SPDX-License-Identifier: Apache-2.0 */
/* Care of the store: export, import, verify, rebuild, gc, backup. */
#include "cmd_case.h"

struct store_options {
    struct case_common common;
    const char *output;
    int64_t age;
    bool is_dry_run;
};

/* ---- export, import ---- */

const struct fm_opt case_export_opts[] = {
    FM_OPT_STR('o', "output", struct store_options, output, "FILE",
               "the bundle to write (default CASE.fmcase)"),
    CASE_COMMON_OPTS(struct store_options),
    FM_OPT_END,
};

static enum fm_code say(struct case_app *app, fm_str text)
{
    return case_print(app, text);
}

static enum fm_code do_export(struct case_app *app, const struct store_options *o, const char *name)
{
    struct fm_case *c;
    struct fm_buf report;
    fm_str id;
    FM_TRY(case_find_id(app, name, &id));
    FM_TRY(fm_store_load(app->store, app->ctx, id, &c, NULL));
    FM_TRY(fm_case_may_read(app->ctx, c, app->actor));
    const char *path =
        o->output ? o->output : fm_str_fmt(&app->ctx->arena, "%.*s.fmcase", FM_STR_ARG(id)).p;
    fm_buf_init(&report, 64 << 20);
    fm_case_view_text(&app->ctx->arena, c, FM_TIME_NONE, (struct fm_view_style){0}, &report);
    enum fm_code code = fm_bundle_write(app->store, app->ctx, id, fm_buf_str(&report), path);
    fm_buf_release(&report);
    FM_TRY(code);
    struct fm_arena *a = &app->ctx->arena;
    if (!app->common.is_json)
        return say(app, fm_str_fmt(a, "%s: %zu files of evidence, version %lld\n", path, c->files.n,
                                   (long long)c->version));
    struct fm_buf b;
    fm_buf_init(&b, 1 << 16);
    fm_buf_addf(&b, "{\"case_id\":\"%.*s\",\"version\":%lld,\"path\":", FM_STR_ARG(id),
                (long long)c->version);
    fm_json_put_str(&b, fm_str_c(path));
    fm_buf_addz(&b, "}\n");
    return case_print_buf(app, &b);
}

int case_export_run(struct fm_cli *cli, char **argv)
{
    struct store_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_export(&app, &o, app.operands.items[0]));
}

const struct fm_opt case_import_opts[] = {
    CASE_COMMON_OPTS(struct store_options),
    FM_OPT_END,
};

/* Whoever imports a case may work on it: the log says so. */
static enum fm_code join_case(struct case_app *app, fm_str id, struct fm_case **c)
{
    FM_TRY(fm_store_load(app->store, app->ctx, id, c, NULL));
    if (fm_case_role(*c, app->actor.id))
        return FM_OK;
    struct fm_member *m = fm_record_new(&app->ctx->arena, &fm_member_type);
    *m = (struct fm_member){app->actor.id, FM_MEMBER_COLLABORATOR};
    return fm_case_note(
        &app->service, app->ctx, id,
        &(struct fm_plain_event){(struct fm_actor){FM_ACTOR_SYSTEM, FM_STR("import")},
                                 FM_EVENT_MEMBER_SET, m},
        c);
}

static enum fm_code do_import(struct case_app *app, const char *path)
{
    struct fm_bundle_result r;
    struct fm_case *c;
    FM_TRY(fm_bundle_import(app->store, app->ctx, path, &r));
    FM_TRY(join_case(app, r.case_id, &c));
    fm_str text =
        fm_str_fmt(&app->ctx->arena,
                   app->common.is_json
                       ? "{\"case_id\":\"%.*s\",\"version\":%lld,\"was_known\":%s,\"blobs\":%lld}\n"
                       : "%.*s  version %lld, known already: %s, %lld files of evidence\n",
                   FM_STR_ARG(r.case_id), (long long)c->version, r.was_known ? "true" : "false",
                   (long long)r.blobs);
    return say(app, text);
}

int case_import_run(struct fm_cli *cli, char **argv)
{
    struct store_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_import(&app, app.operands.items[0]));
}

/* ---- verify, rebuild ---- */

const struct fm_opt case_verify_opts[] = {
    CASE_COMMON_OPTS(struct store_options),
    FM_OPT_END,
};

static void put_verdict(struct case_app *app, const struct fm_verify_result *r, struct fm_buf *b)
{
    if (!app->common.is_json) {
        if (r->ok)
            fm_buf_addf(b, "ok: %lld events, %lld blobs, %lld rows\n", (long long)r->events,
                        (long long)r->blobs, (long long)r->rows);
        else
            fm_buf_addf(b, "NOT ok: %s %lld %.*s: %.*s\n", r->what, (long long)r->seq,
                        FM_STR_ARG(r->item), FM_STR_ARG(r->reason));
        return;
    }
    fm_buf_addf(b, "{\"ok\":%s,\"first_bad\":", r->ok ? "true" : "false");
    if (r->ok) {
        fm_buf_addz(b, "null");
    } else {
        fm_buf_addf(b, "{\"what\":\"%s\",\"seq\":%lld,\"item\":", r->what, (long long)r->seq);
        fm_json_put_str(b, r->item);
        fm_buf_addz(b, ",\"reason\":");
        fm_json_put_str(b, r->reason);
        fm_buf_addc(b, '}');
    }
    fm_buf_addf(b, ",\"events\":%lld,\"blobs\":%lld,\"rows\":%lld}\n", (long long)r->events,
                (long long)r->blobs, (long long)r->rows);
}

static enum fm_code do_verify(struct case_app *app, const char *name, bool *ok)
{
    struct fm_verify_result r;
    struct fm_buf b;
    fm_str id;
    FM_TRY(case_find_id(app, name, &id));
    FM_TRY(fm_store_verify(app->store, app->ctx, id, &r));
    fm_buf_init(&b, 1 << 16);
    put_verdict(app, &r, &b);
    *ok = r.ok;
    return case_print_buf(app, &b);
}

int case_verify_run(struct fm_cli *cli, char **argv)
{
    struct store_options o = {0};
    struct case_app app;
    bool ok = true;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    int status = case_end(&app, do_verify(&app, app.operands.items[0], &ok));
    return status ? status : ok ? 0 : FM_EXIT_FAILED;
}

const struct fm_opt case_rebuild_opts[] = {
    CASE_COMMON_OPTS(struct store_options),
    FM_OPT_END,
};

static enum fm_code do_rebuild(struct case_app *app, const char *name)
{
    fm_str id;
    FM_TRY(case_find_id(app, name, &id));
    FM_TRY(fm_store_rebuild(app->store, app->ctx, id));
    return say(app, fm_str_fmt(&app->ctx->arena,
                               app->common.is_json ? "{\"case_id\":\"%.*s\"}\n" : "%.*s rebuilt\n",
                               FM_STR_ARG(id)));
}

int case_rebuild_run(struct fm_cli *cli, char **argv)
{
    struct store_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_rebuild(&app, app.operands.items[0]));
}

/* ---- gc, backup ---- */

const struct fm_opt case_gc_opts[] = {
    FM_OPT_FLAG('n', "dry-run", struct store_options, is_dry_run, "only say what would be deleted"),
    FM_OPT_DURATION(0, "age", struct store_options, age, "spare what is younger (default 1h)"),
    CASE_COMMON_OPTS(struct store_options),
    FM_OPT_END,
};

static enum fm_code do_gc(struct case_app *app, const struct store_options *o)
{
    struct fm_gc_result r;
    FM_TRY(fm_store_gc(app->store, app->ctx, o->age, o->is_dry_run, &r));
    return say(app,
               fm_str_fmt(&app->ctx->arena,
                          app->common.is_json
                              ? "{\"dry_run\":%s,\"kept\":%lld,\"deleted\":%lld,\"bytes\":%lld}\n"
                              : "dry run: %s, kept %lld, deleted %lld, %lld bytes\n",
                          o->is_dry_run ? "true" : "false", (long long)r.kept, (long long)r.deleted,
                          (long long)r.bytes));
}

int case_gc_run(struct fm_cli *cli, char **argv)
{
    struct store_options o = {.age = FM_HOUR};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_gc(&app, &o));
}

const struct fm_opt case_backup_opts[] = {
    CASE_COMMON_OPTS(struct store_options),
    FM_OPT_END,
};

int case_backup_run(struct fm_cli *cli, char **argv)
{
    struct store_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, fm_store_backup(app.store, app.ctx, app.operands.items[0]));
}
