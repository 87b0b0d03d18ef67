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

/* Formats that the design lists beside those above: each by a line of its documentation's kind. */
TEST(formats_of_the_design_have_a_line_each)
{
    static const struct want cases[] = {
        {"E20250701 12:00:00.123456  1234 store.cc:23] sync failed", "2025-07-01T12:00:00.123456Z",
         "error", "", "sync failed", "file", "store.cc"},
        {"10.1.2.3 - - [20/Jul/2009:22:59:26 +0200] \"GET /a HTTP/1.0\" 200 134",
         "2009-07-20T20:59:26Z", "", "", "\"GET /a HTTP/1.0\" 200 134", "status", "200"},
        {"ERROR:root:no route to store", "", "error", "root", "no route to store", NULL, NULL},
        {"2025/07/01 12:00:00 main.go:12: no route to store", "2025-07-01T12:00:00Z", "", "",
         "no route to store", "file", "main"},
        {"[2025-07-01 12:00:00,123] ERROR [Broker id=1] Shutting down (kafka.server.KafkaServer)",
         "2025-07-01T12:00:00.123Z", "error", "", "Shutting down (kafka.server.KafkaServer)",
         "thread", "Broker id=1"},
        {"12:00:00.123 [main] WARN  o.e.shop.Api - no route", "2000-01-01T12:00:00.123Z", "warning",
         "o.e.shop.Api", "no route", NULL, NULL},
        {"2025-07-01T12:00:00+0200 web-1 sshd[42]: Accepted password", "2025-07-01T10:00:00Z", "",
         "sshd", "Accepted password", "pid", "42"},
        {"{\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"1751371200123456\",\"PRIORITY\":"
         "\"3\",\"SYSLOG_IDENTIFIER\":\"kubelet\",\"MESSAGE\":\"pod gone\"}",
         "2025-07-01T12:00:00.123456Z", "error", "kubelet", "pod gone", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

/* The record of a block stands at its message; every span is of the input's own bytes. */
struct block_want {
    const char *text;
    size_t len; /* 0: up to the NUL */
    unsigned records;
    const char *time, *level, *component, *message; /* of the last record */
    const char *format;
};

struct blocks {
    unsigned n;
    char time[FM_TIME_TEXT_MAX];
    fm_str message, component, text;
    enum fm_logs_level level;
    struct fm_ctx *ctx;
};

static bool keep_last(void *arg, const struct fm_logs_line *line)
{
    struct blocks *b = arg;
    if (line->message.len == 0)
        return true;
    b->n++;
    fm_time_format(line->t, b->time);
    b->message = fm_str_dup(&b->ctx->arena, line->message);
    b->component = fm_str_dup(&b->ctx->arena, line->component);
    b->level = line->level;
    fm_str at = fm_str_sub(b->text, line->place.offset, line->place.length);
    assert_true(fm_str_has(at, fm_str_sub(line->message, 0, 8)) || line->message.len < 8);
    return true;
}

static void check_blocks(const struct block_want *w)
{
    struct fm_ctx ctx;
    struct fm_logs *logs;
    struct fm_logs_options opt = {.reference = FM_TIME_NONE};
    fm_ctx_init(&ctx, &fm_clock_system);
    struct blocks b = {.ctx = &ctx, .text = w->len ? fm_str_n(w->text, w->len) : fm_str_c(w->text)};
    print_message("%.60s\n", w->text);
    assert_int_equal(fm_logs_each(&ctx, b.text, &opt, keep_last, &b), FM_OK);
    assert_int_equal(b.n, w->records);
    assert_string_equal(b.time, w->time);
    assert_str(fm_str_c(fm_logs_level_name(b.level)), w->level);
    assert_str(b.component, w->component);
    assert_str(b.message, w->message);
    assert_int_equal(fm_logs_read(&ctx, b.text, &opt, &logs), FM_OK);
    assert_int_equal(logs->records, w->records);
    assert_str(logs->format, w->format);
    fm_ctx_release(&ctx);
}

#define JOURNAL                                                                                    \
    "__CURSOR=s=1;i=1\n__REALTIME_TIMESTAMP=1751371200000001\n_BOOT_ID=7\nPRIORITY=6\n"            \
    "MESSAGE=started unit\nSYSLOG_IDENTIFIER=systemd\n_HOSTNAME=web-1\n\n"
#define BINARY                                                                                     \
    "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1751371201000001\nSYSLOG_IDENTIFIER=app\nMESSAGE\n"    \
    "\x18\0\0\0\0\0\0\0first line\n\nMESSAGE=fake\nPRIORITY=3\n\n"

TEST(blocks_are_records)
{
    static const struct block_want cases[] = {
        {JOURNAL, 0, 1, "2025-07-01T12:00:00.000001Z", "info", "systemd", "started unit",
         "journal-export"},
        {JOURNAL BINARY, sizeof JOURNAL BINARY - 1, 2, "2025-07-01T12:00:01.000001Z", "error",
         "app", "first line", "journal-export"},
        {"Log Name:      System\nSource:        Service Control Manager\nDate:          7/1/2025 "
         "11:20:03 AM\nEvent ID:      7031\nTask Category: None\nLevel:         Error\nComputer:   "
         "   WEB1\nDescription:\nThe Print service terminated unexpectedly.\nLevel: none\n\nLog "
         "Name:      System\nSource:        disk\nDate:          7/1/2025 11:21:00 AM\nEvent ID:   "
         "   153\nLevel:         Warning\nDescription:\nThe IO operation was retried.\n",
         0, 2, "2025-07-01T11:21:00Z", "warning", "disk", "The IO operation was retried.",
         "windows-event"},
        {"\n\nTimeCreated  : 7/1/2025 1:02:03 PM\nProviderName : Schannel\nId           : "
         "36887\nMessage      : A fatal alert was received from the\n               remote "
         "endpoint.\n\nTimeCreated  : 7/1/2025 1:02:04 PM\nProviderName : Schannel\nId           : "
         "36888\nMessage      : A fatal alert was generated.\n",
         0, 2, "2025-07-01T13:02:04Z", "", "Schannel", "A fatal alert was generated.",
         "windows-event"},
        {"Event[0]:\n  Log Name: System\n  Source: disk\n  Date: 2025-07-01T11:20:03.123\n  Event "
         "ID: 7\n  Level: Error\n  Computer: WEB1\n  Description: \nThe device has a bad "
         "block.\n\nEvent[1]:\n  Log Name: System\n  Source: disk\n  Date: "
         "2025-07-01T11:20:04.000\n  Level: Error\n  Description: \nThe device has a bad block.\n",
         0, 2, "2025-07-01T11:20:04Z", "error", "disk", "The device has a bad block.",
         "windows-event"},
        {"{\n\t\"MESSAGE\" : \"one\",\n\t\"__REALTIME_TIMESTAMP\" : "
         "\"1751371200000001\"\n}\n{\n\t\"__REALTIME_TIMESTAMP\" : "
         "\"1751371201000001\",\n\t\"PRIORITY\" : \"4\",\n\t\"SYSLOG_IDENTIFIER\" : "
         "\"app\",\n\t\"MESSAGE\" : \"two\"\n}\n",
         0, 2, "2025-07-01T12:00:01.000001Z", "warning", "app", "two", "json-pretty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_blocks(&cases[i]);
}

/* Prose and configuration that look a little like blocks are read line by line. */
TEST(what_only_looks_like_blocks_is_none)
{
    static const char *const texts[] = {"Id : 7\nName : x\n", "{\n  \"message\": \"x\"\n}\n",
                                        "Message: hello\nnothing else\n", "__CURSOR\n", "Event[\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct fm_ctx ctx;
        struct fm_logs *logs;
        struct fm_logs_options opt = {.reference = FM_TIME_NONE};
        fm_ctx_init(&ctx, &fm_clock_system);
        assert_int_equal(fm_logs_read(&ctx, fm_str_c(texts[i]), &opt, &logs), FM_OK);
        print_message("%s\n", texts[i]);
        assert_false(fm_str_eqc(logs->format, "journal-export") ||
                     fm_str_eqc(logs->format, "windows-event") ||
                     fm_str_eqc(logs->format, "json-pretty"));
        fm_ctx_release(&ctx);
    }
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
