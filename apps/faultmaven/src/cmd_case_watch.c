/* SPDX-License-Identifier: Apache-2.0 */
/* watch: adds files to a case as they appear in a folder. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "cmd_case.h"
#include "cmd_case_intake.h"

struct watch_options {
    struct case_common common;
    int64_t settle, stop_after;
    bool no_analysis, is_once;
};

const struct fm_opt case_watch_opts[] = {
    FM_OPT_DURATION(0, "settle", struct watch_options, settle,
                    "wait this long for more files (default 1s)"),
    FM_OPT_DURATION(0, "for", struct watch_options, stop_after,
                    "stop after this time (default: until interrupted)"),
    FM_OPT_FLAG(0, "once", struct watch_options, is_once, "add what is there now and stop"),
    FM_OPT_FLAG(0, "no-analysis", struct watch_options, no_analysis, "only store it"),
    CASE_COMMON_OPTS(struct watch_options),
    FM_OPT_END,
};

static volatile sig_atomic_t is_interrupted;

static void on_signal(int sig)
{
    (void)sig;
    is_interrupted = 1;
}

/* Everything in the folder is offered; the case knows by content what it has already. */
static enum fm_code add_all(struct case_app *app, const struct watch_options *o, fm_str id,
                            const char *dir)
{
    struct case_intake in;
    const char *items[] = {dir};
    struct fm_operands paths = {.items = items, .n = 1};
    enum fm_code code = case_intake_read(&in, app, id, &paths, !o->no_analysis);
    if (code == FM_OK) {
        struct fm_case *c;
        code = fm_store_load(app->store, app->ctx, id, &c, NULL);
        size_t n_new = 0;
        for (size_t i = 0; code == FM_OK && i < in.uploads.n; i++) {
            bool is_known = false;
            fm_vec_each (&c->files, f)
                is_known |= fm_str_eq(f->sha256, in.uploads.items[i].sha256);
            if (!is_known)
                in.uploads.items[n_new++] = in.uploads.items[i];
        }
        in.uploads.n = n_new;
        struct fm_case_turn t = {.case_id = id,
                                 .input = {.actor = app->actor, .uploads = in.uploads},
                                 .reasoner = in.reasoner,
                                 .by = {FM_ACTOR_ANALYST, FM_STR_NULL}};
        if (code == FM_OK && n_new)
            code = case_turn_and_print(app, &t);
    } else if (code == FM_EINVAL) {
        fm_ctx_clear_error(app->ctx); /* an empty folder */
        code = FM_OK;
    }
    case_intake_release(&in);
    return code;
}

/* Waits until something was written and nothing more came for the settle time. False: time to stop.
 */
static bool wait_for_files(int fd, const struct watch_options *o, int64_t deadline_ms)
{
    char events[4096];
    bool has_some = false;
    while (!is_interrupted) {
        int64_t left = deadline_ms < 0 ? -1 : deadline_ms - fm_monotonic(&fm_clock_system) / FM_MS;
        if (deadline_ms >= 0 && left <= 0)
            return has_some;
        int timeout =
            has_some ? (int)(o->settle / FM_MS) : (int)(left < 0 || left > 500 ? 500 : left);
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int n = poll(&p, 1, timeout);
        if (n == 0 && has_some)
            return true;
        if (n > 0 && read(fd, events, sizeof events) > 0)
            has_some = true;
    }
    return false;
}

static enum fm_code watch_folder(struct case_app *app, const struct watch_options *o, fm_str id,
                                 const char *dir)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0 || inotify_add_watch(fd, dir, IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
        enum fm_code code = fm_fail(app->ctx, FM_EIO, "%s: %s", dir, strerror(errno));
        if (fd >= 0)
            close(fd);
        return code;
    }
    int64_t deadline =
        o->stop_after ? (fm_monotonic(&fm_clock_system) + o->stop_after) / FM_MS : -1;
    enum fm_code code = add_all(app, o, id, dir);
    while (code == FM_OK && !o->is_once && wait_for_files(fd, o, deadline))
        code = add_all(app, o, id, dir);
    close(fd);
    return code;
}

static enum fm_code do_watch(struct case_app *app, const struct watch_options *o,
                             const struct fm_operands *operands)
{
    struct sigaction act = {.sa_handler = on_signal};
    fm_str id;
    FM_TRY(case_find_id(app, operands->items[0], &id));
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    return watch_folder(app, o, id, operands->items[1]);
}

int case_watch_run(struct fm_cli *cli, char **argv)
{
    struct watch_options o = {.settle = FM_SEC};
    struct case_app app;
    if (!case_start(&app, cli, argv, &o))
        return app.status;
    return case_end(&app, do_watch(&app, &o, &app.operands));
}
