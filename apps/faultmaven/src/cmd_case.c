/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_case.h"

#include "pager.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *user_name(const struct case_common *common)
{
    const char *names[] = {common->user, getenv("FAULTMAVEN_USER"), getenv("USER"),
                           getenv("LOGNAME")};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i] && names[i][0])
            return names[i];
    const struct passwd *pw = getpwuid(getuid());
    return pw ? pw->pw_name : "user";
}

static const char *data_dir(struct fm_ctx *ctx)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && data[0])
        return fm_str_fmt(&ctx->arena, "%s/faultmaven", data).p;
    return fm_str_fmt(&ctx->arena, "%s/.local/share/faultmaven", home && home[0] ? home : ".").p;
}

static struct fm_store_options store_options(struct fm_ctx *ctx, const struct case_common *common)
{
    const char *env = getenv("FAULTMAVEN_STORE"), *blobs = getenv("FAULTMAVEN_BLOBS");
    struct fm_store_options o = {.location = common->store   ? common->store
                                             : env && env[0] ? env
                                                             : NULL};
    if (!o.location)
        o.location = data_dir(ctx);
    bool is_uri = strstr(o.location, "://") != NULL;
    if (is_uri)
        o.blob_dir =
            blobs && blobs[0] ? blobs : fm_str_fmt(&ctx->arena, "%s/blobs", data_dir(ctx)).p;
    return o;
}

static enum fm_code open_store(struct case_app *app, const struct case_common *common)
{
    app->actor = (struct fm_actor){FM_ACTOR_USER, fm_str_c(user_name(common))};
    if (app->actor.id.len > 255)
        return fm_fail(app->ctx, FM_EINVAL, "--user: at most 255 bytes");
    struct fm_store_options o = store_options(app->ctx, common);
    FM_TRY(fm_store_open(app->ctx, &o, &app->store));
    app->service =
        (struct fm_case_service){app->store, {.clock = &fm_clock_system, .rng = &fm_rng_system}};
    return FM_OK;
}

int case_end(struct case_app *app, enum fm_code code)
{
    fm_store_free(app->store);
    app->store = NULL;
    return code == FM_OK ? 0 : fm_cli_fail(app->cli);
}

static bool is_bundle(const char *name)
{
    struct stat st;
    return (strchr(name, '/') || strchr(name, '.')) && stat(name, &st) == 0 && S_ISREG(st.st_mode);
}

/* A case out of a bundle file is read without any store, also where none could be made. */
static bool names_bundle(struct case_app *app)
{
    bool takes_case = app->cli->cmd->candidates != NULL;
    return takes_case && app->operands.n && is_bundle(app->operands.items[0]);
}

bool case_start(struct case_app *app, struct fm_cli *cli, char **argv, void *values)
{
    *app = (struct case_app){.cli = cli, .ctx = &cli->ctx};
    if (!fm_cli_parse(cli, argv, values, &app->operands, &app->status))
        return false;
    app->common = *(const struct case_common *)values;
    if (names_bundle(app) || open_store(app, values) == FM_OK)
        return true;
    app->status = case_end(app, cli->ctx.code);
    return false;
}

enum fm_code case_need_store(struct case_app *app)
{
    if (app->store)
        return FM_OK;
    return fm_fail(app->ctx, FM_EINVAL,
                   "%s: a bundle file is read only; take the case into a store first (case import)",
                   app->operands.items[0]);
}

enum fm_code case_find_id(struct case_app *app, const char *name, fm_str *id)
{
    FM_TRY(case_need_store(app));
    return fm_store_resolve(app->store, app->ctx, fm_str_c(name), id);
}

enum fm_code case_find(struct case_app *app, const char *name, struct fm_case **c,
                       struct fm_events *events)
{
    struct fm_events all;
    fm_str id;
    if (is_bundle(name))
        return fm_bundle_open(app->ctx, name, c, events ? events : &all);
    FM_TRY(case_find_id(app, name, &id));
    FM_TRY(fm_store_load(app->store, app->ctx, id, c, events));
    return fm_case_may_read(app->ctx, *c, app->actor);
}

enum fm_code case_print(struct case_app *app, fm_str text)
{
    return fm_cli_print(app->cli, text) ? FM_OK : FM_EIO;
}

static enum fm_code print_and_release(struct case_app *app, struct fm_buf *b, bool is_paged)
{
    enum fm_code code = FM_OK;
    if (b->overflow)
        code = fm_fail(app->ctx, FM_ELIMIT, "the output is too large");
    else if (!pager_print(app->cli, fm_buf_str(b), !is_paged))
        code = FM_EIO;
    fm_buf_release(b);
    return code;
}

enum fm_code case_print_buf(struct case_app *app, struct fm_buf *b)
{
    return print_and_release(app, b, false);
}

enum fm_code case_page_buf(struct case_app *app, struct fm_buf *b)
{
    return print_and_release(app, b, !app->common.is_json && !app->common.has_no_pager);
}

struct fm_view_style case_style(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    bool is_plain = (no && no[0]) || (term && strcmp(term, "dumb") == 0);
    return (struct fm_view_style){.has_colour = isatty(STDOUT_FILENO) && !is_plain};
}

static enum fm_code read_all(struct case_app *app, int fd, const char *path, size_t max,
                             fm_str *out)
{
    struct fm_buf b;
    char part[65536];
    ssize_t n;
    fm_buf_init(&b, max);
    while ((n = read(fd, part, sizeof part)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            fm_buf_add(&b, part, (size_t)n);
    enum fm_code code = FM_OK;
    if (n < 0)
        code = fm_fail(app->ctx, FM_EIO, "%s: %s", path, strerror(errno));
    else if (b.overflow)
        code = fm_fail(app->ctx, FM_ELIMIT, "%s: is larger than %zu bytes", path, max);
    else
        *out = fm_str_dup(&app->ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return code;
}

enum fm_code case_read_file(struct case_app *app, const char *path, size_t max, fm_str *out)
{
    if (strcmp(path, "-") == 0)
        return read_all(app, STDIN_FILENO, "standard input", max, out);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fm_fail(app->ctx, errno == ENOENT ? FM_ENOTFOUND : FM_EIO, "%s: %s", path,
                       strerror(errno));
    enum fm_code code = read_all(app, fd, path, max, out);
    close(fd);
    return code;
}

/* ---- turns ---- */

static void put_lines(struct fm_buf *b, const char *mark, fm_str text)
{
    fm_str line;
    while (fm_str_line(&text, &line))
        fm_buf_addf(b, "%s%.*s\n", mark, FM_STR_ARG(line));
}

static void put_event(struct fm_buf *b, const struct fm_event *e)
{
    if (e->type == FM_EVENT_STATUS_CHANGED) {
        const struct fm_status_entry *x = e->body;
        fm_buf_addf(b, "+ status %s\n", fm_name_of(&fm_case_status_names, x->to));
    } else if (e->type == FM_EVENT_SOLUTION_ADDED) {
        const struct fm_solution *x = e->body;
        fm_buf_addf(b, "+ %s %.*s  %.*s\n", fm_name_of(&fm_solution_kind_names, x->kind),
                    FM_STR_ARG(x->id), FM_STR_ARG(x->title));
    } else if (e->type == FM_EVENT_SOLUTION_MOVED) {
        const struct fm_solution_move *x = e->body;
        fm_buf_addf(b, "+ solution %.*s %s\n", FM_STR_ARG(x->id),
                    fm_name_of(&fm_solution_state_names, x->state));
    } else if (e->type == FM_EVENT_PATH_SELECTED) {
        const struct fm_path_selection *x = e->body;
        fm_buf_addf(b, "+ path %s: %.*s\n", fm_name_of(&fm_case_path_names, x->path),
                    FM_STR_ARG(x->rationale));
    }
}

static void put_other_event(struct fm_buf *b, const struct fm_event *e)
{
    if (e->type == FM_EVENT_REQUEST_ADDED) {
        const struct fm_evidence_request *x = e->body;
        fm_buf_addf(b, "+ request %.*s  %.*s\n", FM_STR_ARG(x->id), FM_STR_ARG(x->description));
    } else if (e->type == FM_EVENT_CHANGE_RECORDED) {
        const struct fm_recent_change *x = e->body;
        fm_buf_addf(b, "+ change %.*s  %.*s\n", FM_STR_ARG(x->id), FM_STR_ARG(x->description));
    } else if (e->type == FM_EVENT_WAITING_SET) {
        const struct fm_waiting *x = e->body;
        fm_buf_addf(b, "+ waiting on %.*s\n", FM_STR_ARG(x->on));
    } else if (e->type == FM_EVENT_WAITING_CLEARED) {
        fm_buf_addz(b, "+ no longer waiting\n");
    } else if (e->type == FM_EVENT_VERIFICATION_UPDATED) {
        fm_buf_addz(b, "+ facts of the problem updated\n");
    } else if (e->type == FM_EVENT_ACTION_SET) {
        const struct fm_action_item *x = e->body;
        fm_buf_addf(b, "+ action item %.*s  %.*s\n", FM_STR_ARG(x->id), FM_STR_ARG(x->text));
    } else if (e->type == FM_EVENT_DOCUMENTATION_UPDATED) {
        fm_buf_addz(b, "+ documentation updated\n");
    }
}

/* What became of a hypothesis that is new in this turn, in one line. */
static void put_hypothesis(struct fm_buf *b, const struct fm_case_answer *a,
                           const struct fm_hypothesis *x)
{
    const struct fm_hypothesis *now = fm_case_find(a->c, FM_REF_HYPOTHESIS, x->id);
    bool is_cut = x->statement.len > 200;
    fm_str text = fm_str_sub(x->statement, 0, 200);
    while (is_cut && text.len && !fm_str_is_utf8(text))
        text.len--;
    fm_buf_addf(b, "+ hypothesis %.*s%s%s  %.*s%s\n", FM_STR_ARG(x->id),
                now->status == FM_HYPOTHESIS_ACTIVE ? "" : " ",
                now->status == FM_HYPOTHESIS_ACTIVE
                    ? ""
                    : fm_name_of(&fm_hypothesis_status_names, now->status),
                FM_STR_ARG(text), is_cut ? "\xE2\x80\xA6" : "");
}

static bool is_new_hypothesis(const struct fm_case_answer *a, fm_str id)
{
    fm_vec_each (&a->result.events, e)
        if (e->type == FM_EVENT_HYPOTHESIS_ADDED &&
            fm_str_eq(((const struct fm_hypothesis *)e->body)->id, id))
            return true;
    return false;
}

static void put_findings(struct fm_buf *b, const struct fm_case_answer *a, const struct fm_event *e)
{
    if (e->type == FM_EVENT_HYPOTHESIS_ADDED) {
        put_hypothesis(b, a, e->body);
    } else if (e->type == FM_EVENT_HYPOTHESIS_MOVED) {
        const struct fm_hypothesis_move *x = e->body;
        if (x->status && !is_new_hypothesis(a, x->id))
            fm_buf_addf(b, "+ hypothesis %.*s %s\n", FM_STR_ARG(x->id),
                        fm_name_of(&fm_hypothesis_status_names, x->status));
    } else if (e->type == FM_EVENT_MILESTONE_SET) {
        const struct fm_milestone *x = e->body;
        if (x->status == FM_FACT_REVOKED || x->status == FM_FACT_DISPUTED)
            fm_buf_addf(b, "- milestone %s %s: %.*s\n",
                        fm_name_of(&fm_milestone_name_names, x->name),
                        fm_name_of(&fm_fact_status_names, x->status), FM_STR_ARG(x->reason));
    }
}

static void put_what_happened(struct fm_buf *b, const struct fm_case_answer *a)
{
    fm_vec_each (&a->result.turn->milestones, m)
        fm_buf_addf(b, "+ milestone %s\n", fm_name_of(&fm_milestone_name_names, *m));
    fm_vec_each (&a->result.events, e) {
        put_event(b, e);
        put_findings(b, a, e);
        put_other_event(b, e);
    }
    fm_vec_each (&a->result.evidence_ids, id) {
        const struct fm_evidence_item *e = fm_case_find(a->c, FM_REF_EVIDENCE, *id);
        fm_buf_addf(b, "+ evidence %.*s  %.*s\n", FM_STR_ARG(*id), FM_STR_ARG(e->summary));
    }
    fm_vec_each (&a->result.duplicates, d)
        fm_buf_addf(b, "= %.*s is known already as %.*s\n", FM_STR_ARG(d->filename),
                    FM_STR_ARG(d->evidence_id));
    fm_vec_each (&a->result.turn->rejected, r)
        fm_buf_addf(b, "! not accepted: %.*s: %.*s\n", FM_STR_ARG(r->change),
                    FM_STR_ARG(r->reason));
}

/* A plain answer needs no list of next steps below it. */
static bool has_changed(const struct fm_case_answer *a)
{
    fm_vec_each (&a->result.events, e)
        if (e->type != FM_EVENT_MESSAGE_ADDED && e->type != FM_EVENT_TURN_RECORDED &&
            e->type != FM_EVENT_CONCLUSION_SET && e->type != FM_EVENT_ADVISED)
            return true;
    return false;
}

static void put_answer(struct case_app *app, struct fm_buf *b, const struct fm_case_answer *a,
                       bool has_reply)
{
    struct fm_strs steps = {0};
    if (has_changed(a))
        steps = fm_case_next_steps(&app->ctx->arena, a->c, fm_now(app->ctx->clock), 3);
    put_what_happened(b, a);
    if (has_reply && a->result.reply.len)
        put_lines(b, "", a->result.reply);
    if (steps.n)
        fm_buf_addz(b, "Next:\n");
    fm_vec_each (&steps, s)
        put_lines(b, "  - ", *s);
}

static bool is_all_refused(const struct fm_case_turn *t, const struct fm_case_answer *a)
{
    return !a->is_repeat && t->input.changes && t->input.changes->changes.n &&
           a->result.turn->rejected.n >= t->input.changes->changes.n && !t->input.uploads.n;
}

enum fm_code case_print_answer(struct case_app *app, const struct fm_case_turn *t,
                               const struct fm_case_answer *a, bool has_reply)
{
    struct fm_buf b;
    fm_buf_init(&b, 64 << 20);
    if (app->common.is_json || a->is_repeat)
        fm_buf_addf(&b, "%.*s\n", FM_STR_ARG(a->json));
    else
        put_answer(app, &b, a, has_reply);
    FM_TRY(case_print_buf(app, &b));
    if (!is_all_refused(t, a))
        return FM_OK;
    return fm_fail(app->ctx, FM_EREJECTED, "%.*s",
                   FM_STR_ARG(a->result.turn->rejected.items[0].reason));
}

enum fm_code case_turn_and_print(struct case_app *app, const struct fm_case_turn *t)
{
    struct fm_case_answer a = {0};
    FM_TRY(fm_case_work(&app->service, app->ctx, t, &a));
    return case_print_answer(app, t, &a, true);
}

enum fm_code case_change(struct case_app *app, const char *name, enum fm_change_type type,
                         struct case_edit *out)
{
    *out = (struct case_edit){0};
    FM_TRY(case_find_id(app, name, &out->id));
    out->body = fm_proposal_add(&app->ctx->arena, &out->p, type, FM_STR_NULL);
    return FM_OK;
}

enum fm_code case_run_changes(struct case_app *app, fm_str id, const struct fm_proposal *p,
                              const char *message)
{
    struct fm_case_turn t = {
        .case_id = id, .input = {.actor = app->actor, .message = fm_str_c(message), .changes = p}};
    return case_turn_and_print(app, &t);
}
