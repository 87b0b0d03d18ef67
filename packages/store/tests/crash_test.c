/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process is killed at every system call that changes a file (write, fsync, rename, truncate,
 * unlink), in three ways: before the call, after it, and, for a write, in its middle. After each
 * kill the store is opened again: every turn that was acknowledged is there, no turn is half there,
 * and the case verifies. At least 1,000 kill points.
 *
 * The calls are intercepted by symbols of this program, which shared libraries resolve to before
 * libc's.
 */
#include "store_kit.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

enum how { KILL_BEFORE, KILL_AFTER, KILL_TORN, HOW_COUNT };

static bool is_armed;
static long calls, kill_at; /* kill_at 0: only count */
static enum how how;

static void *next(const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);
    if (!p)
        abort();
    return p;
}

static bool is_here(void)
{
    return is_armed && ++calls == kill_at;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    pause();
}

#define INTERCEPT(name, declaration, call, torn)                                                   \
    declaration                                                                                    \
    {                                                                                              \
        static __typeof__(name) *real;                                                             \
        if (!real)                                                                                 \
            *(void **)&real = next(#name);                                                         \
        bool is_point = is_here();                                                                 \
        if (is_point && how == KILL_TORN)                                                          \
            (void)!(torn);                                                                         \
        if (is_point && how != KILL_AFTER)                                                         \
            die();                                                                                 \
        __typeof__(call) result = call;                                                            \
        if (is_point)                                                                              \
            die();                                                                                 \
        return result;                                                                             \
    }

INTERCEPT(write, ssize_t write(int fd, const void *p, size_t n), real(fd, p, n), real(fd, p, n / 2))
INTERCEPT(pwrite, ssize_t pwrite(int fd, const void *p, size_t n, off_t at), real(fd, p, n, at),
          real(fd, p, n / 2, at))
INTERCEPT(pwrite64, ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at),
          real(fd, p, n, at), real(fd, p, n / 2, at))
INTERCEPT(fsync, int fsync(int fd), real(fd), 0)
INTERCEPT(fdatasync, int fdatasync(int fd), real(fd), 0)
INTERCEPT(rename, int rename(const char *from, const char *to), real(from, to), 0)
INTERCEPT(ftruncate, int ftruncate(int fd, off_t n), real(fd, n), 0)
INTERCEPT(ftruncate64, int ftruncate64(int fd, off64_t n), real(fd, n), 0)
INTERCEPT(unlink, int unlink(const char *path), real(path), 0)

#define TURNS 10

/* Tells the parent, uncounted: "c" the case exists, "t" one more turn is durable. */
static void acknowledge(int fd, char what)
{
    is_armed = false;
    if (write(fd, &what, 1) != 1)
        _exit(3);
    is_armed = true;
}

static void put_upload(struct world *w, struct fm_case_turn *t, int i)
{
    struct fm_blob_info info;
    struct fm_upload_item u;
    fm_str text = fm_str_fmt(&w->ctx.arena, "content %d of a log", i);
    if (fm_blobs_put(fm_store_blobs(w->store), &w->ctx, text, &info) != FM_OK)
        _exit(4);
    fm_upload_item_init(&u);
    u.filename = fm_str_fmt(&w->ctx.arena, "f%d.log", i);
    u.sha256 = fm_str_dup(&w->ctx.arena, fm_str_c(info.sha256));
    u.size = info.size;
    u.summary = text;
    fm_vec_push(&w->ctx.arena, &t->input.uploads, u);
}

static void workload(const char *dir, int ack)
{
    struct world w = {0};
    struct fm_store_options o = {.location = dir};
    fm_clock_manual_init(&w.clock, 1762423200LL * FM_SEC);
    fm_ctx_init(&w.ctx, &w.clock.base);
    fm_rng_seed(&w.rng, 5);
    is_armed = true;
    if (fm_store_open(&w.ctx, &o, &w.store) != FM_OK)
        _exit(5);
    w.service = (struct fm_case_service){w.store, {.clock = &w.clock.base, .rng = &w.rng.base}};
    fm_str id = world_case(&w, alice, "crash");
    acknowledge(ack, 'c');
    for (int i = 0; i < TURNS; i++) {
        struct fm_case_answer a;
        struct fm_case_turn t = {.case_id = id,
                                 .input = {.actor = alice, .message = FM_STR("hello")}};
        if (i % 2 == 0)
            put_upload(&w, &t, i);
        if (fm_case_work(&w.service, &w.ctx, &t, &a) != FM_OK)
            _exit(6);
        acknowledge(ack, 't');
    }
    fm_store_free(w.store);
    is_armed = false;
    char count[32];
    int n = snprintf(count, sizeof count, "=%ld", calls);
    _exit(write(ack, count, (size_t)n) == n ? 0 : 7);
}

struct outcome {
    bool has_case;
    int turns;
    long calls;
};

static struct outcome run_child(const char *dir, long at, enum how mode)
{
    int fds[2];
    char said[256];
    size_t n = 0;
    ssize_t k;
    struct outcome r = {0};
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        kill_at = at;
        how = mode;
        workload(dir, fds[1]);
    }
    close(fds[1]);
    while ((k = read(fds[0], said + n, sizeof said - 1 - n)) > 0)
        n += (size_t)k;
    said[n] = '\0';
    close(fds[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        fail_msg("the workload failed with %d at point %ld", WEXITSTATUS(status), at);
    for (size_t i = 0; i < n && said[i] != '='; i++) {
        r.has_case |= said[i] == 'c';
        r.turns += said[i] == 't';
    }
    const char *count = strchr(said, '=');
    r.calls = count ? strtol(count + 1, NULL, 10) : 0;
    return r;
}

static void check_case(struct world *w, const struct outcome *r, fm_str id, long at)
{
    struct fm_case *c;
    struct fm_verify_result v;
    assert_int_equal(fm_store_load(w->store, &w->ctx, id, &c, NULL), FM_OK);
    if (c->current_turn < r->turns || c->current_turn > r->turns + 1)
        fail_msg("point %ld: %d turns were acknowledged, %lld are there", at, r->turns,
                 (long long)c->current_turn);
    assert_int_equal(c->turns.n, c->current_turn);
    assert_int_equal(c->messages.n, c->turns.n);
    assert_int_equal(c->files.n, (c->turns.n + 1) / 2);
    assert_int_equal(fm_store_verify(w->store, &w->ctx, id, &v), FM_OK);
    if (!v.ok)
        fail_msg("point %ld: %s %lld %.*s", at, v.what, (long long)v.seq, FM_STR_ARG(v.reason));
}

static void check_store(const char *dir, const struct outcome *r, long at)
{
    struct world w = {0};
    struct fm_store_options o = {.location = dir};
    struct fm_case_rows rows;
    fm_ctx_init(&w.ctx, &fm_clock_system);
    if (fm_store_open(&w.ctx, &o, &w.store) != FM_OK)
        fail_msg("point %ld: the store does not open again: %s", at, w.ctx.error);
    struct fm_case_filter f = {.include_empty = true, .limit = 10, .before_updated = FM_TIME_NONE};
    assert_int_equal(fm_store_list(w.store, &w.ctx, &f, &rows), FM_OK);
    assert_true(rows.n <= 1);
    if (r->has_case)
        assert_int_equal(rows.n, 1);
    if (rows.n)
        check_case(&w, r, rows.items[0].id, at);
    fm_store_free(w.store);
    fm_ctx_release(&w.ctx);
}

static struct outcome kill_once(long at, enum how mode)
{
    char dir[] = "/tmp/fm-crash-XXXXXX";
    assert_non_null(mkdtemp(dir));
    struct outcome r = run_child(dir, at, mode);
    check_store(dir, &r, at);
    world_remove(dir);
    return r;
}

TEST(no_acknowledged_turn_is_lost_and_none_is_half)
{
    struct outcome whole = kill_once(0, KILL_BEFORE);
    long points = 0;
    assert_int_equal(whole.turns, TURNS);
    assert_true(whole.calls > 0);
    for (int mode = KILL_BEFORE; mode < HOW_COUNT; mode++)
        for (long at = 1; at <= whole.calls; at++, points++)
            kill_once(at, mode);
    print_message("%ld kill points over %ld calls\n", points, whole.calls);
    assert_true(points >= 1000);
}
