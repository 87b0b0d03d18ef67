/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the subcommands of `faultmaven case` share: options, the open store, input and output.
 */
#ifndef FM_APP_CMD_CASE_H
#define FM_APP_CMD_CASE_H

#include "cli.h"
#include "faultmaven/core/case_view.h"
#include "faultmaven/store/bundle.h"
#include "faultmaven/store/service.h"

/* First member `common` of every options struct. */
struct case_common {
    const char *store;
    const char *user;
    bool is_json, has_no_pager;
};

#define CASE_COMMON_OPTS(strct)                                                                    \
    FM_OPT_STR(0, "store", strct, common.store, "DIR",                                             \
               "the store: a folder or a postgresql:// URI (default $FAULTMAVEN_STORE, else "      \
               "~/.local/share/faultmaven)"),                                                      \
        FM_OPT_STR(0, "user", strct, common.user, "NAME", "work as this user (default $USER)"),    \
        FM_OPT_FLAG('j', "json", strct, common.is_json, "print JSON")

/* Of commands whose output may be long. */
#define CASE_PAGED_OPTS(strct)                                                                     \
    FM_OPT_FLAG(0, "no-pager", strct, common.has_no_pager,                                         \
                "do not page long output on a terminal ($PAGER)")

struct case_app {
    struct fm_cli *cli;
    struct fm_ctx *ctx; /* &cli->ctx */
    struct case_common common;
    struct fm_operands operands;
    int status; /* when case_start says no */
    struct fm_store *store;
    struct fm_case_service service;
    struct fm_actor actor;
};

/* Parses argv by the options of the command that runs into *values, whose first member is a struct
 * case_common, and into app->operands, and opens the store. False: app->status is what run returns.
 * After true, end with case_end. */
bool case_start(struct case_app *app, struct fm_cli *cli, char **argv, void *values);

/* The case that an operand names: an id, the start of one, or a bundle file (read only). events may
 * be NULL. */
FM_MUST_CHECK enum fm_code case_find(struct case_app *app, const char *name, struct fm_case **c,
                                     struct fm_events *events);
FM_MUST_CHECK enum fm_code case_find_id(struct case_app *app, const char *name, fm_str *id);

/* FM_EINVAL when the command works on a bundle file, which is read only. */
FM_MUST_CHECK enum fm_code case_need_store(struct case_app *app);

/* Ends a command: closes the app, prints the error if there is one; the exit status. */
int case_end(struct case_app *app, enum fm_code code);

FM_MUST_CHECK enum fm_code case_print(struct case_app *app, fm_str text);
/* Releases b; case_page_buf pages what is long. */
FM_MUST_CHECK enum fm_code case_page_buf(struct case_app *app, struct fm_buf *b);
FM_MUST_CHECK enum fm_code case_print_buf(struct case_app *app, struct fm_buf *b);

/* Colour for a terminal unless NO_COLOR is set. */
struct fm_view_style case_style(void);

/* Runs a turn and prints its answer: JSON, or reply, rejections and next steps. FM_EREJECTED when
 * the turn held typed changes of the user and all of them were refused. */
FM_MUST_CHECK enum fm_code case_turn_and_print(struct case_app *app, const struct fm_case_turn *t);

/* The second half of it. has_reply false: the reply was shown as it came. */
FM_MUST_CHECK enum fm_code case_print_answer(struct case_app *app, const struct fm_case_turn *t,
                                             const struct fm_case_answer *a, bool has_reply);

/* One typed change of the user, to be run as a turn of its own. */
struct case_edit {
    fm_str id; /* of the case */
    struct fm_proposal p;
    void *body; /* of the change, to be filled in */
};
FM_MUST_CHECK enum fm_code case_change(struct case_app *app, const char *name,
                                       enum fm_change_type type, struct case_edit *out);
FM_MUST_CHECK enum fm_code case_run_changes(struct case_app *app, fm_str id,
                                            const struct fm_proposal *p, const char *message);

/* A whole file, or standard input for "-", up to max bytes. */
FM_MUST_CHECK enum fm_code case_read_file(struct case_app *app, const char *path, size_t max,
                                          fm_str *out);

/* How shell completion lists cases (fm_command.candidates). */
#define FM_CASE_CANDIDATES "case list --brief"

/* The subcommands, for the table in cmd_case_table.c. */
/* clang-format off */
#define CASE_COMMANDS(X) \
    X(new) X(list) X(show) X(log) X(timeline) X(add) X(ask) X(turn) X(confirm) X(propose) \
    X(solve) X(apply) X(verify_fix) X(waiting) X(escalate) X(close) X(follow_up) X(member) \
    X(report) X(watch) X(export) X(import) X(verify) X(rebuild) X(search) X(calibration) X(gc) X(backup)
/* clang-format on */
#define CASE_DECLARE(name)                                                                         \
    extern const struct fm_opt case_##name##_opts[];                                               \
    int case_##name##_run(struct fm_cli *cli, char **argv);
CASE_COMMANDS(CASE_DECLARE)

#endif
