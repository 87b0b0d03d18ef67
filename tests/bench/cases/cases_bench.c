/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speed of the case engine and its store; prints one line per measure.
 *
 * usage: cases-bench FAULTMAVEN [FOLDER]      FOLDER (default build/bench/cases) is made anew and
 * removed
 *
 * turns:  two threads append turns (message, reply, evidence, turn record; every commit synced) to
 * one SQLite file fold:   a log of 10,000 events, in memory, best of 7 list:   a page of 50 out of
 * 100,000 cases, first and deep start:  `case list`, whole process, median of 21 size:   10,000
 * cases of 50 events
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faultmaven/store/service.h"

static char folder[200];

static double now_s(void)
{
    return (double)fm_monotonic(&fm_clock_system) / 1e9;
}

static void must(enum fm_code code, const struct fm_ctx *ctx)
{
    if (code == FM_OK)
        return;
    fprintf(stderr, "cases-bench: %s\n", ctx->error);
    exit(1);
}

static struct fm_store *open_store(struct fm_ctx *ctx, const char *name)
{
    struct fm_store *s;
    struct fm_store_options o = {.location = fm_str_fmt(&ctx->arena, "%s/%s", folder, name).p};
    must(fm_store_open(ctx, &o, &s), ctx);
    return s;
}

static const struct fm_engine engine = {.clock = &fm_clock_system, .rng = &fm_rng_system};

/* One case held in memory by its writer, as a server holds a hot one. */
struct writer {
    struct fm_ctx ctx;
    struct fm_store *store;
    struct fm_case *c;
    struct fm_events events;
    struct fm_append append;
    struct fm_ticket ticket;
    int number;
};

static void submit(struct writer *w, int64_t expected)
{
    w->append = (struct fm_append){.c = w->c, .expected = expected, .events = &w->events};
    fm_store_submit(w->store, &w->ctx, &w->append, &w->ticket);
}

static void open_case(struct writer *w)
{
    fm_arena_clear(&w->ctx.arena);
    fm_str user = fm_str_fmt(&w->ctx.arena, "user%d", w->number++ % 500);
    struct fm_open_request req = {.actor = {FM_ACTOR_USER, user},
                                  .title = FM_STR("Checkout fails in one region")};
    must(fm_case_open(&engine, &w->ctx, &req, &w->c, &w->events), &w->ctx);
    submit(w, 0);
}

static void add_evidence(struct fm_arena *a, struct fm_proposal *p)
{
    struct fm_evidence_item *e = fm_proposal_add(a, p, FM_CHANGE_ADD_EVIDENCE, FM_STR("E"));
    e->summary =
        FM_STR("checkout.log: 30 percent of requests end with a timeout of the connection pool");
    e->extract = FM_STR("pool exhausted");
    e->source = FM_EVIDENCE_SOURCE_LOG_FILE;
}

/* Message, evidence, reply, record: four events. */
static void make_turn(struct fm_ctx *ctx, struct fm_case *c, struct fm_turn_result *r)
{
    struct fm_proposal p = {
        .message = FM_STR("Noted. The pool holds ten connections and all of them are busy.")};
    struct fm_turn_input in = {
        .actor = {FM_ACTOR_USER, c->owner},
        .message =
            FM_STR("More of the same: ERROR pool exhausted, 39 requests wait for a connection")};
    struct fm_turn_work *work;
    fm_record_init(&fm_provenance_type, &p.provenance);
    add_evidence(&ctx->arena, &p);
    must(fm_turn_begin(&engine, ctx, c, &in, &work), ctx);
    must(fm_turn_finish(work, &p, (struct fm_actor){FM_ACTOR_MODEL, FM_STR("bench")}, r), ctx);
}

static void submit_turn(struct writer *w)
{
    struct fm_turn_result r;
    make_turn(&w->ctx, w->c, &r);
    w->events = r.events;
    submit(w, r.expected_version);
}

#define IN_FLIGHT 16 /* cases that one thread works on at a time */
#define ROUNDS 252
#define TURNS_PER_CASE 12 /* 1 + 12 * 4 events and some: a case of 50 */

struct thread {
    pthread_t id;
    struct writer writers[IN_FLIGHT];
};

static void for_all(struct thread *t, void (*step)(struct writer *))
{
    for (int i = 0; i < IN_FLIGHT; i++)
        step(&t->writers[i]);
    for (int i = 0; i < IN_FLIGHT; i++)
        must(fm_store_wait(t->writers[i].store, &t->writers[i].ticket), &t->writers[i].ctx);
}

static void *write_turns(void *arg)
{
    struct thread *t = arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (i % TURNS_PER_CASE == 0)
            for_all(t, open_case);
        for_all(t, submit_turn);
    }
    return NULL;
}

static void init_writers(struct thread *t, struct fm_store *s, int first)
{
    for (int i = 0; i < IN_FLIGHT; i++) {
        t->writers[i] = (struct writer){.store = s, .number = first + i};
        fm_ctx_init(&t->writers[i].ctx, &fm_clock_system);
    }
}

static void release_writers(struct thread *t)
{
    for (int i = 0; i < IN_FLIGHT; i++)
        fm_ctx_release(&t->writers[i].ctx);
}

static void bench_turns(void)
{
    static struct thread t[2];
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_store *s = open_store(&ctx, "turns");
    double start = now_s();
    for (int i = 0; i < 2; i++) {
        init_writers(&t[i], s, i * 250);
        if (pthread_create(&t[i].id, NULL, write_turns, &t[i]) != 0)
            exit(1);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(t[i].id, NULL);
    printf("turns appended per second, 2 threads   %10.0f\n",
           2 * ROUNDS * IN_FLIGHT / (now_s() - start));
    for (int i = 0; i < 2; i++)
        release_writers(&t[i]);
    fm_store_free(s);
    fm_ctx_release(&ctx);
}

static void collect(struct fm_ctx *ctx, struct fm_events *all, const struct fm_events *more)
{
    fm_vec_each (more, e)
        fm_vec_push(&ctx->arena, all, *e);
}

static void bench_fold(void)
{
    struct fm_ctx ctx;
    struct fm_case *c;
    struct fm_events all = {0}, events;
    double best = 1e9;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_open_request req = {.actor = {FM_ACTOR_USER, FM_STR("alice")},
                                  .title = FM_STR("long")};
    must(fm_case_open(&engine, &ctx, &req, &c, &events), &ctx);
    collect(&ctx, &all, &events);
    while (all.n < 10000) {
        struct fm_turn_result r;
        make_turn(&ctx, c, &r);
        collect(&ctx, &all, &r.events);
    }
    for (int i = 0; i < 7; i++) {
        struct fm_ctx scratch;
        fm_ctx_init(&scratch, &fm_clock_system);
        double start = now_s();
        must(fm_case_fold(&scratch, &all, &c), &scratch);
        double took = now_s() - start;
        best = took < best ? took : best;
        fm_ctx_release(&scratch);
    }
    printf("fold of %zu events, ms               %10.2f\n", all.n, best * 1e3);
    fm_ctx_release(&ctx);
}

static void fill_cases(struct fm_ctx *ctx, const char *path, int n)
{
    struct fm_db *db;
    must(fm_db_open_sqlite(ctx, path, &db), ctx);
    must(db->ops->begin(db, ctx, true), ctx);
    for (int i = 0; i < n; i++) {
        char id[32];
        snprintf(id, sizeof id, "case_%012x", i);
        struct fm_query q =
            fm_query("INSERT INTO cases (id, version, head, owner, organization, "
                     "title, description, status, closure, stage, severity,"
                     " completion, turns, stalled, created_at, updated_at, urgency) VALUES "
                     "(:id, 1, :head, 'alice', 'alice', 'A case of many',"
                     " '', 'investigating', '', '', '', 0, 3, 0, :at, :at, '')");
        fm_query_str(&q, "id", fm_str_c(id));
        fm_query_blob(&q, "head", FM_STR(""));
        fm_query_int(&q, "at", 1762423200LL * FM_SEC + i * FM_SEC);
        must(fm_db_run(db, ctx, &q, NULL), ctx);
        struct fm_query m = fm_query(
            "INSERT INTO case_members (case_id, user_id, role) VALUES (:id, 'alice', 'owner')");
        fm_query_str(&m, "id", fm_str_c(id));
        must(fm_db_run(db, ctx, &m, NULL), ctx);
    }
    must(db->ops->commit(db, ctx), ctx);
    fm_db_free(db);
}

static double time_page(struct fm_ctx *ctx, struct fm_store *s, fm_time before)
{
    double best = 1e9;
    for (int i = 0; i < 9; i++) {
        struct fm_case_rows rows;
        struct fm_case_filter f = {.user = FM_STR("alice"),
                                   .limit = 50,
                                   .before_updated = before,
                                   .before_id = FM_STR("x")};
        double start = now_s();
        must(fm_store_list(s, ctx, &f, &rows), ctx);
        double took = now_s() - start;
        best = took < best ? took : best;
        if (rows.n != 50)
            exit(1);
    }
    return best * 1e3;
}

static void bench_list(void)
{
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_store *s = open_store(&ctx, "list");
    fill_cases(&ctx, fm_str_fmt(&ctx.arena, "%s/list/faultmaven.db", folder).p, 100000);
    printf("page of 100,000 cases, first, ms       %10.2f\n", time_page(&ctx, s, FM_TIME_NONE));
    printf("page of 100,000 cases, deep, ms        %10.2f\n",
           time_page(&ctx, s, 1762423200LL * FM_SEC + 5000 * FM_SEC));
    fm_store_free(s);
    fm_ctx_release(&ctx);
}

static double start_once(const char *binary, const char *store)
{
    double start = now_s();
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(1);
        execl(binary, binary, "case", "list", "--store", store, "--user", "alice", "--limit", "20",
              (char *)NULL);
        _exit(127);
    }
    int status;
    waitpid(pid, &status, 0);
    if (status != 0)
        exit(1);
    return now_s() - start;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bench_start(const char *binary)
{
    double took[21];
    char store[256];
    snprintf(store, sizeof store, "%s/list", folder);
    for (size_t i = 0; i < 21; i++)
        took[i] = start_once(binary, store);
    qsort(took, 21, sizeof took[0], compare);
    printf("start of 'case list', median, ms       %10.2f\n", took[10] * 1e3);
}

static long long file_size(const char *name)
{
    char path[300];
    struct stat st;
    snprintf(path, sizeof path, "%s/size/%s", folder, name);
    return stat(path, &st) == 0 ? (long long)st.st_size : 0;
}

static void bench_size(void)
{
    static struct thread t;
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_store *s = open_store(&ctx, "size");
    init_writers(&t, s, 0);
    for (int i = 0; i < 10000 / IN_FLIGHT; i++) {
        for_all(&t, open_case);
        while (t.writers[0].c->version < 49)
            for_all(&t, submit_turn);
    }
    printf("10,000 cases of %lld events, MB          %10.0f\n", (long long)t.writers[0].c->version,
           (double)(file_size("faultmaven.db") + file_size("faultmaven.db-wal")) / 1e6);
    release_writers(&t);
    fm_store_free(s);
    fm_ctx_release(&ctx);
}

static void remove_folder(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", "--", folder, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: cases-bench FAULTMAVEN [FOLDER]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(folder, sizeof folder, "%s", argc > 2 ? argv[2] : "build/bench/cases");
    remove_folder();
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_store_free(open_store(&ctx, "turns"));
    fm_ctx_release(&ctx);
    bench_turns();
    bench_fold();
    bench_list();
    bench_start(argv[1]);
    bench_size();
    remove_folder();
    return 0;
}
