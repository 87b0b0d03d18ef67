/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/core/logs.h"
#include "faultmaven/core/processor.h"

/* An incident of one log, processed. */
struct fixture {
    struct fm_ctx ctx;
    struct fm_incident in;
    struct fm_evidence evidence[2];
};

static void add_input(struct fixture *f, fm_str text, const char *path, bool is_baseline)
{
    struct fm_evidence *e = &f->evidence[f->in.inputs.n];
    *e = (struct fm_evidence){.index = (uint32_t)f->in.inputs.n,
                              .path = fm_str_c(path),
                              .bytes = text,
                              .type = FM_EVIDENCE_LOG,
                              .is_baseline = is_baseline,
                              .first = FM_TIME_NONE,
                              .last = FM_TIME_NONE};
    fm_vec_push(&f->ctx.arena, &f->in.inputs, e);
}

static void set_up(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    fm_ctx_init(&f->ctx, &fm_clock_system);
    fm_incident_init(&f->in, &f->ctx, NULL);
}

static void run(struct fixture *f)
{
    assert_int_equal(fm_logs_processor.run(&f->in), FM_OK);
}

static const struct fm_observation *find(const struct fixture *f, enum fm_observation_kind kind)
{
    for (size_t i = 0; i < f->in.observations.n; i++)
        if (f->in.observations.items[i]->kind == kind)
            return f->in.observations.items[i];
    return NULL;
}

static fm_str quote(const struct fixture *f, const struct fm_observation *o)
{
    assert_true(o->spans.n > 0);
    fm_span s = o->spans.items[0];
    return fm_str_sub(f->evidence[s.evidence].bytes, s.offset, s.length);
}

/* n lines, one a second from 12:00:00; line i is made by `line`. */
static fm_str make_log(struct fixture *f, unsigned n, void (*line)(struct fm_buf *b, unsigned i))
{
    struct fm_buf b;
    fm_buf_init(&b, 64 << 20);
    for (unsigned i = 0; i < n; i++) {
        fm_buf_addf(&b, "2025-07-01T%02u:%02u:%02uZ ", 12 + i / 3600, i / 60 % 60, i % 60);
        line(&b, i);
        fm_buf_addc(&b, '\n');
    }
    fm_str s = fm_str_dup(&f->ctx.arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

static void one_error(struct fm_buf *b, unsigned i)
{
    if (i == 1700)
        fm_buf_addz(b, "ERROR store: checksum of segment 17 does not match");
    else
        fm_buf_addf(b, "INFO web: request %u served in %u ms", i, 10 + i % 7);
}

TEST(a_single_error_among_many_lines_is_found)
{
    struct fixture f;
    set_up(&f);
    add_input(&f, make_log(&f, 4000, one_error), "shop.log", false);
    run(&f);
    const struct fm_observation *o = find(&f, FM_OBSERVATION_LOG_RARE_SEVERE);
    assert_non_null(o);
    assert_int_equal(o->count, 1);
    assert_true(
        fm_str_has(quote(&f, o), FM_STR("ERROR store: checksum of segment 17 does not match")));
    assert_true(o->score > .8);
    assert_str(fm_incident_entity_of(&f.in, o->entity).name, "shop");
    assert_null(find(&f, FM_OBSERVATION_LOG_BURST));
    assert_null(find(&f, FM_OBSERVATION_VALUE_SHIFT));
    fm_ctx_release(&f.ctx);
}

static void burst(struct fm_buf *b, unsigned i)
{
    if (i % 60 == 0 || (i > 3000 && i % 2 == 0))
        fm_buf_addf(b, "WARN db: query slow, waited %u ms", i > 3000 ? 900 + i % 50 : 20 + i % 5);
    else
        fm_buf_addf(b, "INFO web: request %u served", i);
}

TEST(a_burst_and_a_shift_of_its_number_are_dated)
{
    struct fixture f;
    set_up(&f);
    add_input(&f, make_log(&f, 4000, burst), "shop.log", false);
    run(&f);
    const struct fm_observation *o = find(&f, FM_OBSERVATION_LOG_BURST);
    fm_time at;
    assert_non_null(o);
    assert_true(fm_time_parse(FM_STR("2025-07-01T12:50:00Z"), &at));
    assert_true(o->begin > at - 2 * FM_MINUTE && o->begin < at + 2 * FM_MINUTE);
    assert_true(o->after > 10 * o->before);
    o = find(&f, FM_OBSERVATION_VALUE_SHIFT);
    assert_non_null(o);
    assert_true(o->before < 30 && o->after > 800);
    fm_ctx_release(&f.ctx);
}

static void pool(struct fm_buf *b, unsigned i)
{
    fm_buf_addf(b, "INFO pool: connections %u/100 in use", i < 600 ? 20 + i / 10 : 100);
}

TEST(a_pool_that_is_full_is_saturated)
{
    struct fixture f;
    set_up(&f);
    add_input(&f, make_log(&f, 900, pool), "pool.log", false);
    run(&f);
    const struct fm_observation *o = find(&f, FM_OBSERVATION_VALUE_SATURATED);
    assert_non_null(o);
    assert_true(o->after == 100);
    assert_true(fm_str_has(quote(&f, o), FM_STR("100/100")));
    fm_ctx_release(&f.ctx);
}

static void leak(struct fm_buf *b, unsigned i)
{
    fm_buf_addf(b, "INFO gc: heap used=%u MB pause=%u ms", 100 + i * 2, 3 + i % 3);
}

TEST(memory_that_only_grows_is_growth)
{
    struct fixture f;
    set_up(&f);
    add_input(&f, make_log(&f, 300, leak), "gc.log", false);
    run(&f);
    const struct fm_observation *o = find(&f, FM_OBSERVATION_VALUE_GROWTH);
    assert_non_null(o);
    assert_true(o->before < o->after);
    fm_ctx_release(&f.ctx);
}

static void cron(struct fm_buf *b, unsigned i)
{
    if (i % 300 == 7)
        fm_buf_addz(b, "ERROR job: export failed, process exited with exit code 137");
    else
        fm_buf_addf(b, "INFO job: tick %u", i);
}

TEST(failures_on_a_schedule_and_exit_codes_are_seen)
{
    struct fixture f;
    set_up(&f);
    add_input(&f, make_log(&f, 3600, cron), "job.log", false);
    run(&f);
    const struct fm_observation *o = find(&f, FM_OBSERVATION_LOG_PERIODIC);
    assert_non_null(o);
    assert_true(o->after > 299 && o->after < 301);
    o = find(&f, FM_OBSERVATION_EXIT_CODE);
    assert_non_null(o);
    assert_true(o->after == 137);
    fm_ctx_release(&f.ctx);
}

TEST(the_innermost_cause_of_a_trace_is_cited)
{
    struct fixture f;
    set_up(&f);
    add_input(&f,
              FM_STR("2025-07-01 12:00:00 ERROR [main] c.e.Api - request failed\n"
                     "java.lang.RuntimeException: outer\n"
                     "\tat c.e.Api.call(Api.java:10)\n"
                     "Caused by: java.sql.SQLException: pool is empty\n"
                     "\tat c.e.Pool.get(Pool.java:20)\n"
                     "Caused by: java.net.ConnectException: Connection refused\n"
                     "\tat java.net.Socket.connect(Socket.java:1)\n"
                     "2025-07-01 12:00:01 INFO [main] c.e.Api - next\n"),
              "api.log", false);
    run(&f);
    const struct fm_observation *o = find(&f, FM_OBSERVATION_LOG_ERROR_CHAIN);
    assert_non_null(o);
    assert_str(o->subject, "java.net.ConnectException: Connection refused");
    assert_str(quote(&f, o), "java.net.ConnectException: Connection refused");
    fm_ctx_release(&f.ctx);
}

static void quiet(struct fm_buf *b, unsigned i)
{
    fm_buf_addf(b, i % 10 ? "INFO web: request %u served" : "WARN web: client %u went away", i);
}

static void noisy(struct fm_buf *b, unsigned i)
{
    if (i % 100 == 50)
        fm_buf_addz(b, "ERROR web: upstream cart is not there");
    else
        quiet(b, i);
}

TEST(what_the_baseline_shows_too_scores_low)
{
    struct fixture f;
    set_up(&f);
    add_input(&f, make_log(&f, 1000, quiet), "quiet/web.log", true);
    add_input(&f, make_log(&f, 1000, noisy), "web.log", false);
    run(&f);
    assert_int_equal(f.in.logs->sources.n, 2);
    for (size_t i = 0; i < f.in.observations.n; i++) {
        const struct fm_observation *o = f.in.observations.items[i];
        if (o->kind == FM_OBSERVATION_LOG_ERRORS)
            assert_true(o->score > .5);
        if (fm_str_has(o->subject, FM_STR("went away")))
            assert_true(o->score < .4);
    }
    assert_non_null(find(&f, FM_OBSERVATION_LOG_ERRORS));
    fm_ctx_release(&f.ctx);
}

TEST(a_log_without_years_takes_them_from_other_evidence)
{
    struct fixture f;
    set_up(&f);
    add_input(&f,
              FM_STR("Feb  9 10:25:00 db-4 kernel: bond0: link status definitely down\n"
                     "Feb  9 10:25:07 db-4 kernel: bond0: link status definitely up\n"),
              "db-4-kern.log", false);
    add_input(&f, FM_STR("2026-02-09T10:24:00Z INFO ok\n2026-02-09T10:26:00Z INFO ok\n"), "app.log",
              false);
    run(&f);
    assert_true(f.evidence[0].first > f.evidence[1].first);
    assert_true(f.evidence[0].last < f.evidence[1].last);
    fm_ctx_release(&f.ctx);
}

static fm_str entity_of(const struct fixture *f, size_t i)
{
    return fm_incident_entity_of(&f->in, f->in.logs->sources.items[i].entity).name;
}

TEST(a_log_belongs_to_its_host_or_to_what_its_file_is_named_after)
{
    static const struct {
        const char *path, *text, *entity;
    } rows[] = {
        {"messages", "Feb  9 10:25:00 db-4 sshd[1]: accepted\nFeb  9 10:25:01 db-4 sshd[1]: gone\n",
         "db-4"},
        {"messages", "Feb  9 10:25:00 db-4 sshd[1]: accepted\nFeb  9 10:25:01 db-5 sshd[1]: gone\n",
         ""},
        {"mail-3.log", "Feb  9 10:25:00 mail-3 qmgr[1]: up\nFeb  9 10:25:01 mail-3 qmgr[1]: up\n",
         "mail-3"},
        {"edge-2.syslog", "Feb  9 10:25:00 edge-2 sshd[1]: accepted\n", "edge-2"},
        {"proxy-error.log", "2026/02/09 10:25:00 [error] 1#1: no\n", "proxy"},
        {"pricing-gc.log", "[2026-02-09T10:25:00.000+0000][info][gc] GC(1) Pause 1ms\n", "pricing"},
        {"kafka-1-server.log", "2026-02-09 10:25:00,000 INFO started\n", "kafka"},
        {"api-server.log", "2026-02-09 10:25:00,000 INFO started\n", "api-server"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        set_up(&f);
        add_input(&f, fm_str_c(rows[i].text), rows[i].path, false);
        run(&f);
        assert_str(entity_of(&f, 0), rows[i].entity);
        fm_ctx_release(&f.ctx);
    }
}
