/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `faultmaven eval`: runs `diagnose` on every case of a suite, each in a process of its own (a
 * crash or a runaway case costs that case only), and scores what it prints.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "eval_confusion.h"
#include "eval_files.h"
#include "eval_print.h"
#include "faultmaven/core/evaluation.h"

#define CASE_YAML_MAX ((size_t)1 << 20)

struct options {
    bool is_json, is_verbose;
    int64_t timeout_ns;
    const char *only;
};

static const struct fm_opt opts[] = {
    FM_OPT_FLAG(0, "json", struct options, is_json, "print the summaries and every result as JSON"),
    FM_OPT_FLAG('v', "verbose", struct options, is_verbose, "name what each failed case misses"),
    FM_OPT_DURATION(0, "timeout", struct options, timeout_ns, "per case (default 60s)"),
    FM_OPT_STR(0, "case", struct options, only, "TEXT", "only cases whose folder name holds TEXT"),
    FM_OPT_END,
};

/* One suite while it runs. */
struct suite {
    struct fm_cli *cli;
    const struct options *o;
    fm_str dir;
    struct fm_eval_results results;
};

static struct fm_arena *arena_of(struct suite *s)
{
    return &s->cli->ctx.arena;
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names FM_VEC_OF(const char *);

/* Folders below dir that hold `marker`, sorted. */
static struct names folders_with(struct fm_arena *a, const char *dir, const char *marker)
{
    struct names names = {0};
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.' && is_file(fm_str_fmt(a, "%s/%s/%s", dir, e->d_name, marker).p))
            fm_vec_push(a, &names, fm_str_fmt(a, "%s/%s", dir, e->d_name).p);
    if (d)
        closedir(d);
    if (names.n)
        qsort(names.items, names.n, sizeof *names.items, by_name);
    return names;
}

/* In the child: diagnose with standard output and error in files. */
static void run_child(struct suite *s, const char *const *args, int out_fd, int err_fd)
{
    dup2(out_fd, STDOUT_FILENO);
    dup2(err_fd, STDERR_FILENO);
    char **argv = FM_NEW_ARRAY(arena_of(s), char *, 16);
    for (size_t i = 0; args[i]; i++)
        argv[i] = fm_arena_dup(arena_of(s), args[i], strlen(args[i]));
    s->cli->cmd = &fm_cmd_diagnose;
    snprintf(s->cli->path, sizeof s->cli->path, "faultmaven diagnose");
    s->cli->cmd = &fm_cmd_diagnose;
    _exit(fm_cmd_diagnose.run(s->cli, argv));
}

/* Waits for the child, kills it at the time limit. */
static void wait_child(struct suite *s, pid_t pid, struct fm_eval_run *run)
{
    struct rusage usage;
    int status;
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (fd >= 0 && poll(&p, 1, (int)(s->o->timeout_ns / FM_MS)) == 0) {
        run->is_late = true;
        kill(pid, SIGKILL);
    }
    if (fd >= 0)
        close(fd);
    wait4(pid, &status, 0, &usage);
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    run->peak_mb = (double)usage.ru_maxrss / 1024;
}

static fm_str last_line(fm_str text)
{
    fm_str line, last = FM_STR_NULL;
    while (fm_str_line(&text, &line))
        if (line.len)
            last = line;
    return last;
}

/* Runs the command with captured output; the text is in the arena. */
static enum fm_code run_case(struct suite *s, const char *const *args, struct fm_eval_run *run,
                             fm_str *output)
{
    int out_fd = memfd_create("stdout", MFD_CLOEXEC), err_fd = memfd_create("stderr", MFD_CLOEXEC);
    if (out_fd < 0 || err_fd < 0)
        return fm_fail(&s->cli->ctx, FM_EIO, "cannot make a memory file for the output of a case");
    fm_time start = fm_monotonic(s->cli->ctx.clock);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        run_child(s, args, out_fd, err_fd);
    if (pid < 0)
        return fm_fail(&s->cli->ctx, FM_EIO, "cannot start a process for a case");
    wait_child(s, pid, run);
    run->ms = (double)(fm_monotonic(s->cli->ctx.clock) - start) / FM_MS;
    *output = eval_read_fd(arena_of(s), out_fd);
    run->error = last_line(eval_read_fd(arena_of(s), err_fd));
    close(out_fd);
    close(err_fd);
    return FM_OK;
}

static const char *baseline_of(struct suite *s, const char *dir, const struct fm_eval_case *c)
{
    fm_str path = fm_str_fmt(arena_of(s), "%s/%.*s", dir,
                             FM_STR_ARG(c->baseline.len ? c->baseline : FM_STR("baseline")));
    return c->baseline.len || is_folder(path.p) ? path.p : NULL;
}

static enum fm_code score_case(struct suite *s, const char *dir, const struct fm_eval_case *c)
{
    const char *args[16] = {"diagnose", "--format", "json"};
    const char *folders[3] = {fm_str_fmt(arena_of(s), "%s/evidence", dir).p, baseline_of(s, dir, c),
                              NULL};
    size_t n = 3;
    if (c->at.len) {
        args[n++] = "--at";
        args[n++] = fm_str_dup(arena_of(s), c->at).p;
    }
    if (folders[1]) {
        args[n++] = "--baseline";
        args[n++] = folders[1];
    }
    if (c->question.len) {
        args[n++] = "--question";
        args[n++] = fm_str_dup(arena_of(s), c->question).p;
    }
    args[n] = folders[0];
    struct fm_eval_run run = {0};
    fm_str output;
    FM_TRY(run_case(s, args, &run, &output));
    struct eval_folder files;
    eval_folder_init(&files, folders);
    struct fm_eval_result r;
    enum fm_code code = fm_eval_score(&s->cli->ctx, c, &run, output, &files.base, &r);
    eval_folder_release(&files);
    if (code == FM_OK)
        fm_vec_push(arena_of(s), &s->results, r);
    return code;
}

static enum fm_code run_one(struct suite *s, const char *dir)
{
    struct fm_eval_case c;
    fm_str yaml;
    FM_TRY(eval_read_file(&s->cli->ctx, fm_str_fmt(arena_of(s), "%s/case.yaml", dir).p,
                          CASE_YAML_MAX, &yaml));
    enum fm_code code = fm_eval_case_read(&s->cli->ctx, yaml, &c);
    if (code != FM_OK)
        return fm_fail(&s->cli->ctx, code, "%s: %s", dir, s->cli->ctx.error);
    return score_case(s, dir, &c);
}

static fm_str primary_of(struct suite *s, const char *dir)
{
    struct fm_ctx *ctx = &s->cli->ctx;
    fm_str yaml, problem;
    struct fm_node *docs;
    if (eval_read_file(ctx, fm_str_fmt(arena_of(s), "%s/suite.yaml", dir).p, CASE_YAML_MAX,
                       &yaml) != FM_OK ||
        fm_document_yaml(ctx, yaml, &docs, &problem) != FM_OK) {
        fm_ctx_clear_error(ctx);
        return FM_STR_NULL;
    }
    return fm_node_str(docs->first_child, "primary");
}

static enum fm_code run_suite(struct fm_cli *cli, const struct options *o, const char *dir,
                              struct eval_report *report)
{
    struct suite s = {.cli = cli, .o = o, .dir = fm_str_c(dir)};
    struct names cases = folders_with(&cli->ctx.arena, dir, "case.yaml");
    const char *name = strrchr(dir, '/');
    fm_vec_each (&cases, c) {
        if (o->only && !strstr(*c, o->only))
            continue;
        FM_TRY(run_one(&s, *c));
    }
    if (s.results.n == 0)
        return FM_OK;
    struct eval_suite *row = fm_vec_add(&cli->ctx.arena, &report->suites);
    row->results = s.results;
    fm_eval_summarize(&cli->ctx.arena, fm_str_c(name && name[1] ? name + 1 : dir),
                      primary_of(&s, dir), &s.results, &row->summary);
    return FM_OK;
}

/* dir is a suite, a folder of cases, or a folder of suites. */
static enum fm_code run_folder(struct fm_cli *cli, const struct options *o, const char *arg,
                               struct eval_report *report)
{
    fm_str dir = fm_str_c(arg);
    while (dir.len > 1 && dir.p[dir.len - 1] == '/')
        dir.len--;
    dir = fm_str_dup(&cli->ctx.arena, dir);
    if (!is_folder(dir.p))
        return fm_fail(&cli->ctx, FM_ENOTFOUND, "%s: no such folder", dir.p);
    if (folders_with(&cli->ctx.arena, dir.p, "case.yaml").n)
        return run_suite(cli, o, dir.p, report);
    size_t before = report->suites.n;
    DIR *d = opendir(dir.p);
    struct names below = {0};
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.' &&
            is_folder(fm_str_fmt(&cli->ctx.arena, "%s/%s", dir.p, e->d_name).p))
            fm_vec_push(&cli->ctx.arena, &below,
                        fm_str_fmt(&cli->ctx.arena, "%s/%s", dir.p, e->d_name).p);
    if (d)
        closedir(d);
    if (below.n)
        qsort(below.items, below.n, sizeof *below.items, by_name);
    fm_vec_each (&below, sub)
        FM_TRY(run_suite(cli, o, *sub, report));
    if (report->suites.n == before)
        return fm_fail(&cli->ctx, FM_ENOTFOUND,
                       "%s: holds no case (a folder with case.yaml and evidence/)", dir.p);
    return FM_OK;
}

static int run(struct fm_cli *cli, char **argv)
{
    struct options o = {.timeout_ns = 60 * FM_SEC};
    struct fm_operands dirs;
    struct eval_report report = {0};
    struct fm_buf out;
    int status;
    if (!fm_cli_parse(cli, argv, &o, &dirs, &status))
        return status;
    for (size_t i = 0; i < dirs.n; i++)
        if (run_folder(cli, &o, dirs.items[i], &report) != FM_OK)
            return fm_cli_fail(cli);
    fm_buf_init(&out, (size_t)256 << 20);
    enum fm_code code = o.is_json ? eval_print_json(&cli->ctx, &report, &out)
                                  : eval_print_text(&report, o.is_verbose, &out);
    if (!o.is_json && report.suites.n > 1)
        eval_put_confusion(&cli->ctx.arena, &report, &out);
    status = code == FM_OK && fm_cli_print(cli, fm_buf_str(&out)) ? 0 : fm_cli_fail(cli);
    fm_buf_release(&out);
    return status;
}

const struct fm_command fm_cmd_eval = {
    .name = "eval",
    .summary = "score the diagnosis on cases with known answers",
    .operands = "DIR…",
    .min_operands = 1,
    .max_operands = -1,
    .opts = opts,
    .details = "DIR is a suite (folders with case.yaml and evidence/) or a folder of suites; "
               "docs/evaluation.md has the format.",
    .run = run,
};
