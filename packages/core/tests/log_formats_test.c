/* SPDX-License-Identifier: Apache-2.0 */
/* Every known format: one line of its documentation's kind, and what it must give. */
#include "test.h"

#include "faultmaven/core/logs.h"

struct want {
    const char *line;
    const char *time, *level, *component, *message;
    const char *field, *value; /* one more field, or NULL */
};

struct result {
    struct fm_ctx *ctx;
    struct fm_logs_line line;
    fm_str message, component, value, trace, entity;
    const char *field;
    unsigned n;
};

static bool keep(void *arg, const struct fm_logs_line *line)
{
    struct result *r = arg;
    struct fm_arena *a = &r->ctx->arena;
    if (r->n++ > 0)
        return true;
    r->line = *line;
    r->message = fm_str_dup(a, line->message);
    r->component = fm_str_dup(a, line->component);
    r->trace = fm_str_dup(a, line->trace);
    r->entity = fm_str_dup(a, line->entity);
    for (size_t i = 0; r->field && i < line->n_fields; i++)
        if (fm_str_eqc(line->fields[i].name, r->field) && !r->value.p)
            r->value = fm_str_dup(a, line->fields[i].value);
    return true;
}

static void check(const struct want *w)
{
    struct fm_ctx ctx;
    struct result r = {.ctx = &ctx, .field = w->field};
    struct fm_logs_options opt = {.reference = FM_TIME_NONE};
    char text[FM_TIME_TEXT_MAX];
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(fm_logs_each(&ctx, fm_str_c(w->line), &opt, keep, &r), FM_OK);
    print_message("%.60s\n", w->line);
    assert_str(fm_str_c(fm_time_format(r.line.t, text)), w->time);
    assert_str(fm_str_c(fm_logs_level_name(r.line.level)), w->level);
    assert_str(r.component, w->component);
    assert_str(r.message, w->message);
    if (w->field)
        assert_str(r.value, w->value);
    fm_ctx_release(&ctx);
}

TEST(formats)
{
    static const struct want cases[] = {
        {"<34>1 2003-10-11T22:14:15.003Z mymachine su - ID47 - login failed for ann",
         "2003-10-11T22:14:15.003Z", "critical", "su", "login failed for ann", "host", "mymachine"},
        {"<13>Oct 11 22:14:15 mymachine sshd[42]: Accepted password", "2000-10-11T22:14:15Z",
         "notice", "sshd", "Accepted password", "pid", "42"},
        {"2025-07-01T12:00:00.123456789Z stderr F plain text here",
         "2025-07-01T12:00:00.123456789Z", "", "", "plain text here", "stream", "stderr"},
        {"E0701 12:00:00.123456   1234 pod.go:23] sync failed", "2000-07-01T12:00:00.123456Z",
         "error", "", "sync failed", "file", "pod.go"},
        {"10.1.2.3 - ann [20/Jul/2009:22:59:26 +0000] \"GET /a/b HTTP/1.0\" 503 134 \"-\" "
         "\"curl/7\"",
         "2009-07-20T22:59:26Z", "error", "", "\"GET /a/b HTTP/1.0\" 503 134", "client_ip",
         "10.1.2.3"},
        {"[Sun Dec 04 04:47:44 2005] [error] [client 10.0.0.9] File does not exist",
         "2005-12-04T04:47:44Z", "error", "", "File does not exist", "client_ip", "10.0.0.9"},
        {"2025/07/01 12:00:00 [error] 31#7: *12 connect() failed", "2025-07-01T12:00:00Z", "error",
         "", "connect() failed", "connection", "12"},
        {"2025-07-01 12:00:00.123 UTC [4711] ann@shop FATAL:  too many clients",
         "2025-07-01T12:00:00.123Z", "critical", "", "too many clients", "database", "shop"},
        {"2025-07-01T12:00:00.123456Z 7 [ERROR] [MY-012592] [InnoDB] disk is full",
         "2025-07-01T12:00:00.123456Z", "error", "InnoDB", "disk is full", "code", "MY-012592"},
        {"1:M 29 Aug 2023 13:47:38.984 # Can't save in background: fork",
         "2023-08-29T13:47:38.984Z", "warning", "", "Can't save in background: fork", "role", "M"},
        {"07-01 12:00:00.123  1702  2395 W WindowManager: layout begins",
         "2000-07-01T12:00:00.123Z", "warning", "WindowManager", "layout begins", "tid", "2395"},
        {"W, [2025-07-01T12:00:00.123456 #99]  WARN -- Main: slow", "2025-07-01T12:00:00.123456Z",
         "warning", "Main", "slow", "pid", "99"},
        {"2025-07-01 12:00:00,123 ERROR [worker-1] org.example.Api: no route",
         "2025-07-01T12:00:00.123Z", "error", "org.example.Api", "no route", NULL, NULL},
        {"2025-07-01 12:00:00,123 - app.db - WARNING - slow query", "2025-07-01T12:00:00.123Z",
         "warning", "app.db", "slow query", NULL, NULL},
        {"2025-07-01 12:00:00.123  INFO 1 --- [main] c.e.Api                  : started",
         "2025-07-01T12:00:00.123Z", "info", "c.e.Api", "started", NULL, NULL},
        {"time=2025-07-01T12:00:00Z level=error component=web msg=\"upstream gone\" status=502",
         "2025-07-01T12:00:00Z", "error", "web", "upstream gone status=502", "status", "502"},
        {"{\"ts\":1751371200.5,\"level\":\"warn\",\"logger\":\"api\",\"msg\":\"a "
         "\\\"b\\\"\",\"error\":\"refused\"}",
         "2025-07-01T12:00:00.500Z", "warning", "api", "a \"b\": refused", "error", "refused"},
        {"{\"log\":\"12:00:00.001 ERROR c.e.Db: "
         "gone\\n\",\"stream\":\"stderr\",\"time\":\"2025-07-01T12:00:00.002Z\"}",
         "2025-07-01T12:00:00.002Z", "error", "c.e.Db", "gone", "stream", "stderr"},
        {"{\"instant\":{\"epochSecond\":1751371200,\"nanoOfSecond\":5000000},\"level\":\"INFO\","
         "\"loggerName\":\"x.Y\",\"message\":\"up\"}",
         "2025-07-01T12:00:00.005Z", "info", "x.Y", "up", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

TEST(tables_of_log_lines_name_the_pod)
{
    struct fm_ctx ctx;
    struct result r = {.ctx = &ctx};
    struct fm_logs_options opt = {.reference = FM_TIME_NONE};
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_str text =
        FM_STR("Timestamp,PodName,Log\n2025-07-01T00:00:00Z,cart-1,\"said \"\"hi\"\" 3 times\"\n");
    assert_int_equal(fm_logs_each(&ctx, text, &opt, keep, &r), FM_OK);
    fm_ctx_release(&ctx);
    assert_int_equal(r.n, 2); /* the head is a line too */
}

TEST(a_trace_belongs_to_its_record)
{
    static const char *const traces[] = {
        "java.lang.IllegalStateException: x\n\tat a.b.C.d(C.java:1)\nCaused by: y\n\t... 3 more",
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()",
        "goroutine 1 [running]:\n\tmain.go:3 +0x1d",
        "    at Object.<anonymous> (/app/a.js:1:2)\n    at node:internal:1",
        "   at Shop.Api.Run() in Api.cs:line 7\n--- End of inner exception stack trace ---",
        "stack backtrace:\n   0: std::panicking::begin_panic",
        "#0  0x00007f3a in raise () from /lib/libc.so.6\n#1  0x0000401136 in main () at a.cc:3",
        "#0 /srv/app/a.php(12): open()\n#1 {main}",
        "*** SIGSEGV received at time=1 on cpu 3 ***\n@ 0x55d0c1 main\n    @ 0x7f11 start",
        "./app(handle+0x1a) [0x401136]\n/lib/libc.so.6(+0x2724a) [0x7f3a24a]",
    };
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
        struct fm_ctx ctx;
        struct result r = {.ctx = &ctx};
        struct fm_logs_options opt = {.reference = FM_TIME_NONE};
        fm_ctx_init(&ctx, &fm_clock_system);
        fm_str text = fm_str_fmt(
            &ctx.arena,
            "2025-07-01 12:00:00 ERROR api: failed\n%s\n2025-07-01 12:00:01 INFO api: next\n",
            traces[i]);
        assert_int_equal(fm_logs_each(&ctx, text, &opt, keep, &r), FM_OK);
        print_message("%.30s\n", traces[i]);
        assert_int_equal(r.n, 2);
        assert_str(r.trace, traces[i]);
        fm_ctx_release(&ctx);
    }
}

/* Headers, seconds and messages that were there before are read as if they were new. */
struct lines {
    struct fm_ctx *ctx;
    const char *const (*want)[3]; /* time, component, message */
    unsigned n;
};

static bool compare(void *arg, const struct fm_logs_line *line)
{
    struct lines *l = arg;
    char text[FM_TIME_TEXT_MAX];
    const char *const *want = l->want[l->n++ % 6];
    assert_str(fm_str_c(fm_time_format(line->t, text)), want[0]);
    assert_str(line->component, want[1]);
    assert_str(line->message, want[2]);
    return true;
}

TEST(repeated_headers_are_read_like_new_ones)
{
    static const char *const want[][3] = {
        {"2025-07-01T12:00:01Z", "api", "open a"},  {"2025-07-01T12:00:59Z", "api", "open a"},
        {"2025-07-01T12:00:07Z", "api", "open b"},  {"2025-07-01T12:01:07Z", "api.x", "open b"},
        {"2025-07-01T12:01:07Z", "api", "x: open"}, {"2025-07-01T12:01:09Z", "db", "a"},
    };
    static const char text[] = "2025-07-01 12:00:01 INFO api: open a\n"
                               "2025-07-01 12:00:59 INFO api: open a\n"
                               "2025-07-01 12:00:07 INFO api: open b\n"
                               "2025-07-01 12:01:07 INFO api.x: open b\n"
                               "2025-07-01 12:01:07 INFO api: x: open\n"
                               "2025-07-01 12:01:09 INFO db:  a\n";
    struct fm_ctx ctx;
    struct lines l = {.ctx = &ctx, .want = want};
    struct fm_logs_options opt = {.reference = FM_TIME_NONE};
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_str twice = fm_str_fmt(&ctx.arena, "%s%s", text, text);
    assert_int_equal(fm_logs_each(&ctx, twice, &opt, compare, &l), FM_OK);
    assert_int_equal(l.n, 12);
    fm_ctx_release(&ctx);
}
