/* SPDX-License-Identifier: Apache-2.0 */
#include "case_pdf.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_MS 60000
#define STEP_MS 20

static bool find_program(const char *name, char *out, size_t size)
{
    const char *path = getenv("PATH");
    fm_str rest = fm_str_c(path ? path : "/usr/bin"), dir;
    while (rest.len) {
        dir = fm_str_cut(&rest, ':');
        snprintf(out, size, "%.*s/%s", FM_STR_ARG(dir), name);
        if (access(out, X_OK) == 0)
            return true;
    }
    return false;
}

static bool find_browser(char *out, size_t size)
{
    static const char *const names[] = {"chromium", "chromium-browser", "google-chrome",
                                        "google-chrome-stable"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (find_program(names[i], out, size))
            return true;
    return false;
}

static enum fm_code write_file(struct fm_ctx *ctx, const char *path, fm_str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool is_good = fd >= 0;
    while (is_good && text.len) {
        ssize_t n = write(fd, text.p, text.len);
        is_good = n > 0;
        if (is_good)
            text = fm_str_skip(text, (size_t)n);
    }
    if (fd >= 0 && close(fd) != 0)
        is_good = false;
    return is_good ? FM_OK : fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
}

static void run_browser(const char *browser, const char *dir, const char *out)
{
    char profile[300], print[4400], page[300];
    int null = open("/dev/null", O_RDWR);
    snprintf(profile, sizeof profile, "--user-data-dir=%s/profile", dir);
    snprintf(print, sizeof print, "--print-to-pdf=%s", out);
    snprintf(page, sizeof page, "file://%s/report.html", dir);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(126);
    /* a browser refuses its sandbox to the superuser; the page is our own and holds no script */
    const char *sandbox = geteuid() == 0 ? "--no-sandbox" : "--disable-extensions";
    execl(browser, browser, "--headless", "--disable-gpu", "--no-first-run",
          "--disable-background-networking", "--no-pdf-header-footer", sandbox, profile, print,
          page, (char *)NULL);
    _exit(127);
}

static enum fm_code wait_for(struct fm_ctx *ctx, pid_t pid)
{
    int status;
    for (int ms = 0; ms < TIMEOUT_MS; ms += STEP_MS) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0
                       ? FM_OK
                       : fm_fail(ctx, FM_EINTERNAL, "the browser failed to print the report");
        usleep(STEP_MS * 1000);
    }
    kill(-pid, SIGKILL);
    waitpid(pid, &status, 0);
    return fm_fail(ctx, FM_ETIMEOUT, "the browser did not print the report within %d s",
                   TIMEOUT_MS / 1000);
}

static enum fm_code print_page(struct fm_ctx *ctx, const char *browser, const char *dir,
                               const char *out)
{
    pid_t pid = fork();
    if (pid < 0)
        return fm_fail(ctx, FM_EIO, "fork: %s", strerror(errno));
    if (pid == 0) {
        setpgid(0, 0);
        run_browser(browser, dir, out);
    }
    FM_TRY(wait_for(ctx, pid));
    struct stat st;
    return stat(out, &st) == 0 && st.st_size > 0
               ? FM_OK
               : fm_fail(ctx, FM_EINTERNAL, "%s: the browser wrote nothing", out);
}

/* The folder holds only what this program and its browser put there. */
static void remove_folder(const char *dir)
{
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", "--", dir, (char *)NULL);
        _exit(127);
    }
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

enum fm_code fm_case_pdf(struct fm_ctx *ctx, fm_str html, const char *path)
{
    char browser[4096], page[64], absolute[4200];
    char dir[] = "/tmp/fm-report-XXXXXX";
    if (!find_browser(browser, sizeof browser))
        return fm_fail(ctx, FM_EUNSUPPORTED,
                       "PDF needs a headless browser (chromium or google-chrome) in PATH; write "
                       "--format html and print "
                       "that");
    char *cwd = getcwd(NULL, 0);
    snprintf(absolute, sizeof absolute, "%s%s%s",
             path[0] == '/' ? ""
             : cwd          ? cwd
                            : ".",
             path[0] == '/' ? "" : "/", path);
    free(cwd);
    if (!mkdtemp(dir))
        return fm_fail(ctx, FM_EIO, "%s: %s", dir, strerror(errno));
    snprintf(page, sizeof page, "%s/report.html", dir);
    enum fm_code code = write_file(ctx, page, html);
    if (code == FM_OK)
        code = print_page(ctx, browser, dir, absolute);
    remove_folder(dir);
    return code;
}
