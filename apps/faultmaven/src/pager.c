/* SPDX-License-Identifier: Apache-2.0 */
#include "pager.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 16

extern char **environ;

/* The words of the command; none: no pager is wanted. */
static size_t pager_words(struct fm_arena *a, char *out[WORDS_MAX + 1])
{
    const char *names[] = {getenv("FAULTMAVEN_PAGER"), getenv("PAGER"), "less"};
    const char *command = names[0] ? names[0] : names[1] ? names[1] : names[2];
    fm_str rest = fm_str_c(command);
    size_t n = 0;
    while (n < WORDS_MAX && (rest = fm_str_trim(rest)).len) {
        fm_str word = fm_str_cut(&rest, ' ');
        out[n++] = fm_arena_dup(a, word.p, word.len);
    }
    out[n] = NULL;
    return n == 1 && strcmp(out[0], "cat") == 0 ? 0 : n;
}

static size_t screen_rows(void)
{
    struct winsize w;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row ? w.ws_row : 24;
}

static bool is_long(fm_str text)
{
    size_t lines = 0, rows = screen_rows();
    fm_str line;
    while (lines < rows && fm_str_line(&text, &line))
        lines++;
    return lines >= rows;
}

static void write_all(int fd, fm_str text)
{
    while (text.len) {
        ssize_t n = write(fd, text.p, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* the reader has seen enough */
        text = fm_str_skip(text, (size_t)n);
    }
}

/* Our environment; less leaves at once when all fits, passes colours and keeps the screen, unless
 * the user says otherwise. */
static char **child_environment(char *less)
{
    size_t n = 0;
    while (environ[n])
        n++;
    char **env = malloc((n + 2) * sizeof *env);
    if (!env)
        FM_BUG("out of memory");
    memcpy(env, environ, n * sizeof *env);
    env[n] = getenv("LESS") ? NULL : less;
    env[n + 1] = NULL;
    return env;
}

/* Our pipe's writing end is no business of the child. */
static bool spawn(char *const argv[], const int fds[2], pid_t *pid)
{
    char less[] = "LESS=FRX";
    char **env = child_environment(less);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[0], STDIN_FILENO);
    posix_spawn_file_actions_addclose(&actions, fds[0]);
    posix_spawn_file_actions_addclose(&actions, fds[1]);
    int rc = posix_spawnp(pid, argv[0], &actions, NULL, argv, env);
    free(env);
    posix_spawn_file_actions_destroy(&actions);
    return rc == 0;
}

bool pager_run(char *const argv[], fm_str text)
{
    int fds[2];
    pid_t pid;
    if (pipe(fds) != 0)
        return false;
    bool is_started = spawn(argv, fds, &pid);
    close(fds[0]);
    if (is_started) {
        void (*old)(int) = signal(SIGINT, SIG_IGN);
        write_all(fds[1], text);
        close(fds[1]);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        signal(SIGINT, old);
        return true;
    }
    close(fds[1]);
    return false;
}

bool pager_print(struct fm_cli *cli, fm_str text, bool is_off)
{
    char *words[WORDS_MAX + 1];
    if (!is_off && isatty(STDOUT_FILENO) && is_long(text) && pager_words(&cli->ctx.arena, words)) {
        if (pager_run(words, text))
            return true;
    }
    return fm_cli_print(cli, text);
}
