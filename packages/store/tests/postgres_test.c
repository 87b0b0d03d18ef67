/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract on a real PostgreSQL: its own cluster in a temporary folder, reached by a Unix
 * socket with a free port number, run by an unprivileged user. Skipped, and said so, only where the
 * server programs are not installed.
 */
#include "store_contract.h"

#include <arpa/inet.h>
#include <glob.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char cluster[64];
static char bin[256];
static pid_t server;
static char location[256];

static void become(const struct passwd *pw)
{
    if (pw && (setgid(pw->pw_gid) != 0 || setuid(pw->pw_uid) != 0))
        _exit(126);
    if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
        _exit(126);
}

/* PostgreSQL finds its other programs by the path in argv[0]. */
static pid_t start(const struct passwd *pw, const char *argv[])
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", bin, argv[0]);
    pid_t pid = fork();
    if (pid == 0) {
        become(pw);
        argv[0] = path;
        execv(path, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

static int free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        return 54329;
    close(fd);
    return ntohs(a.sin_port);
}

static bool find_server(void)
{
    glob_t g;
    bool is_found = glob("/usr/lib/postgresql/*/bin", 0, NULL, &g) == 0 && g.gl_pathc > 0;
    if (is_found)
        snprintf(bin, sizeof bin, "%s", g.gl_pathv[g.gl_pathc - 1]);
    globfree(&g);
    return is_found;
}

static void stop_server(void)
{
    if (server > 0) {
        kill(server, SIGINT);
        waitpid(server, NULL, 0);
    }
    if (cluster[0])
        world_remove(cluster);
}

static bool wait_until_ready(void)
{
    for (int i = 0; i < 200; i++) {
        struct fm_ctx ctx;
        struct fm_db *db = NULL;
        fm_ctx_init(&ctx, &fm_clock_system);
        bool is_up = fm_db_open_postgres(&ctx, location, &db) == FM_OK;
        fm_db_free(db);
        fm_ctx_release(&ctx);
        if (is_up)
            return true;
        usleep(100000);
    }
    return false;
}

static bool start_server(void)
{
    char data[96], port[16];
    int status = 1;
    const struct passwd *pw = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (geteuid() == 0 && !pw)
        pw = getpwnam("nobody");
    snprintf(cluster, sizeof cluster, "/tmp/fm-pg-XXXXXX");
    assert_non_null(mkdtemp(cluster));
    if (pw)
        assert_int_equal(chown(cluster, pw->pw_uid, pw->pw_gid), 0);
    atexit(stop_server);
    snprintf(data, sizeof data, "%s/data", cluster);
    const char *init[] = {"initdb", "-D", data,   "-U",        "fm",         "-A",
                          "trust",  "-E", "UTF8", "--no-sync", "--locale=C", NULL};
    waitpid(start(pw, init), &status, 0);
    if (status != 0)
        return false;
    snprintf(port, sizeof port, "%d", free_port());
    const char *run[] = {"postgres", "-D", data, "-k", cluster,     "-h",
                         "",         "-p", port, "-c", "fsync=off", NULL};
    server = start(pw, run);
    snprintf(location, sizeof location, "postgresql:///postgres?host=%s&port=%s&user=fm", cluster,
             port);
    return wait_until_ready();
}

__attribute__((constructor)) static void prepare(void)
{
    if (!find_server()) {
        is_contract_skipped = true;
        fprintf(stderr,
                "PostgreSQL's server programs are not installed: its contract tests are skipped\n");
    } else if (!start_server()) {
        fprintf(stderr, "PostgreSQL does not start in %s\n", cluster);
        exit(1);
    }
    contract_location = location;
}
