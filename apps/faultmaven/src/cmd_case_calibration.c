/* SPDX-License-Identifier: Apache-2.0 */
/* How far stated confidence was right, over the ended cases of the store. */
#include "cmd_case.h"

struct calibration_options {
    struct case_common common;
    bool is_every_user;
};

const struct fm_opt case_calibration_opts[] = {
    FM_OPT_FLAG(0, "every-user", struct calibration_options, is_every_user,
                "cases of every user of this store"),
    CASE_COMMON_OPTS(struct calibration_options),
    FM_OPT_END,
};

/* Each case is folded on memory of its own, so that a large store needs no more than a small one.
 */
static enum fm_code add_case(struct case_app *app, fm_str id, struct fm_calibration *k)
{
    struct fm_ctx ctx;
    struct fm_case *c;
    fm_ctx_init(&ctx, app->ctx->clock);
    enum fm_code code = fm_store_load(app->store, &ctx, id, &c, NULL);
    if (code == FM_OK)
        fm_calibration_add_case(k, c);
    else
        code = fm_fail(app->ctx, code, "%s", ctx.error);
    fm_ctx_release(&ctx);
    return code;
}

static enum fm_code add_status(struct case_app *app, struct fm_case_filter f,
                               struct fm_calibration *k)
{
    struct fm_case_rows rows;
    do {
        FM_TRY(fm_store_list(app->store, app->ctx, &f, &rows));
        fm_vec_each (&rows, r)
            FM_TRY(add_case(app, r->id, k));
        if (rows.n) {
            f.before_updated = rows.items[rows.n - 1].updated_at;
            f.before_id = rows.items[rows.n - 1].id;
        }
    } while ((int64_t)rows.n == f.limit);
    return FM_OK;
}

static enum fm_code do_calibration(struct case_app *app, const struct calibration_options *o)
{
    struct fm_calibration k = {0};
    struct fm_buf b;
    struct fm_case_filter f = {.user = o->is_every_user ? FM_STR_NULL : app->actor.id,
                               .include_empty = true,
                               .limit = 500,
                               .before_updated = FM_TIME_NONE};
    f.status = FM_CASE_RESOLVED;
    FM_TRY(add_status(app, f, &k));
    f.status = FM_CASE_CLOSED;
    FM_TRY(add_status(app, f, &k));
    fm_buf_init(&b, 1 << 20);
    fm_calibration_view(&k, app->common.is_json, &b);
    return case_print_buf(app, &b);
}

int case_calibration_run(struct fm_cli *cli, char **argv)
{
    struct calibration_options o = {0};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_calibration(&app, &o));
}
