/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY_MAX (64 * 1024)
#define WORDS_MAX 32
#define COMMAND_MS 10000

extern char **environ;

static enum fm_code read_fd(struct fm_ctx *ctx, int fd, int wait_ms, fm_str *out)
{
    char *text = fm_arena_alloc(&ctx->arena, KEY_MAX);
    size_t n = 0;
    fm_time end = fm_monotonic(&fm_clock_system) + wait_ms * FM_MS;
    while (n < KEY_MAX) {
        int64_t left = (end - fm_monotonic(&fm_clock_system)) / FM_MS;
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (left <= 0 || poll(&p, 1, (int)left) <= 0)
            return fm_fail(ctx, FM_ETIMEOUT, "gave no key in %d s", wait_ms / 1000);
        ssize_t got = read(fd, text + n, KEY_MAX - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    *out = fm_str_trim(fm_str_n(text, n));
    return out->len ? FM_OK : fm_fail(ctx, FM_ENOTFOUND, "is empty");
}

static enum fm_code read_env(struct fm_ctx *ctx, fm_str name, fm_str *out)
{
    const char *value = getenv(fm_str_dup(&ctx->arena, name).p);
    if (!value || !*value)
        return fm_fail(ctx, FM_ENOTFOUND, "$%.*s is not set", FM_STR_ARG(name));
    *out = fm_str_c(value);
    return FM_OK;
}

static enum fm_code read_file(struct fm_ctx *ctx, fm_str path, fm_str *out)
{
    int fd = open(fm_str_dup(&ctx->arena, path).p, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fm_fail(ctx, FM_ENOTFOUND, "%.*s: %s", FM_STR_ARG(path), strerror(errno));
    enum fm_code code = read_fd(ctx, fd, 1000, out);
    close(fd);
    return code;
}

static enum fm_code spawn(struct fm_ctx *ctx, char *const *argv, int out_fd, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    int err = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return err ? fm_fail(ctx, FM_ENOTFOUND, "%s: %s", argv[0], strerror(err)) : FM_OK;
}

static enum fm_code finish(struct fm_ctx *ctx, pid_t pid, const char *name, enum fm_code code)
{
    int status = 0;
    if (code != FM_OK)
        kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    if (code == FM_OK && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        return fm_fail(ctx, FM_ENOTFOUND, "%s: failed", name);
    return code;
}

/* Words of the command are split at blanks; there is no shell. */
static enum fm_code run_command(struct fm_ctx *ctx, fm_str command, fm_str *out)
{
    char *argv[WORDS_MAX + 1] = {NULL};
    int fds[2];
    pid_t pid;
    size_t n = 0;
    fm_str rest = command, word;
    while (n < WORDS_MAX && fm_str_word(&rest, &word))
        argv[n++] = fm_arena_dup(&ctx->arena, word.p, word.len);
    if (n == 0 || pipe2(fds, O_CLOEXEC) != 0)
        return fm_fail(ctx, FM_ENOTFOUND, "no command");
    enum fm_code code = spawn(ctx, argv, fds[1], &pid);
    close(fds[1]);
    if (code == FM_OK)
        code = finish(ctx, pid, argv[0], read_fd(ctx, fds[0], COMMAND_MS, out));
    close(fds[0]);
    return code;
}

static enum fm_code read_key(void *arg, struct fm_ctx *ctx, const char *kind, fm_str what,
                             fm_str *out)
{
    (void)arg;
    if (strcmp(kind, "env") == 0)
        return read_env(ctx, what, out);
    if (strcmp(kind, "file") == 0)
        return read_file(ctx, what, out);
    return run_command(ctx, what, out);
}

const struct fm_llm_key_source fm_config_keys = {read_key, NULL};
