/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/core/intake.h"

static const struct {
    const char *path, *text;
    enum fm_evidence_type type;
    const char *format;
} rows[] = {
    {"a", "", FM_EVIDENCE_EMPTY, ""},
    {"a", " \n\t\n", FM_EVIDENCE_EMPTY, ""},
    {"shot.log", "\x89PNG\r\n\x1a\n....", FM_EVIDENCE_IMAGE, "image"},
    {"core",
     "\x7f"
     "ELF\x02\x01\x01\x03\x04\x05\x06\x07",
     FM_EVIDENCE_BINARY, "binary"},
    {"t.json", "{\"resourceSpans\":[]}", FM_EVIDENCE_TRACES, "otlp-json"},
    {"t.json", "{\"data\":[{\"traceID\":\"1\",\"spans\":[]}]}", FM_EVIDENCE_TRACES, "jaeger-json"},
    {"t.json", "[{\"traceId\":\"1\",\"parentId\":\"2\",\"localEndpoint\":{}}]", FM_EVIDENCE_TRACES,
     "zipkin-json"},
    {"m.json", "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}",
     FM_EVIDENCE_METRICS, "json"},
    {"a.log", "{\"msg\":\"one\"}\n{\"msg\":\"two\"}\n{\"msg\":\"three\"}\n", FM_EVIDENCE_LOG,
     "json-lines"},
    {"o.json", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", FM_EVIDENCE_OBJECTS, "kubernetes-json"},
    {"o", "apiVersion: v1\nkind: Service\n", FM_EVIDENCE_OBJECTS, "kubernetes-yaml"},
    {"m", "# HELP up 1 if up\n# TYPE up gauge\nup 1\n", FM_EVIDENCE_METRICS, "prometheus-text"},
    {"k.txt", "$ kubectl get pods\nNAME  READY\n", FM_EVIDENCE_COMMAND_OUTPUT, "transcript"},
    {"k.txt", "NAME       READY   STATUS\nmill-0     1/1     Running\n", FM_EVIDENCE_COMMAND_OUTPUT,
     "table"},
    {"k.txt", "Name:         mill-0\nNamespace:    saw\n", FM_EVIDENCE_COMMAND_OUTPUT, "table"},
    {"j", "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1751371200000001\nMESSAGE=a\n\n", FM_EVIDENCE_LOG,
     ""},
    {"j.json", "{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":\"a\"}", FM_EVIDENCE_LOG, "json-lines"},
    {"j.json", "{\n\t\"__REALTIME_TIMESTAMP\" : \"1\",\n\t\"MESSAGE\" : \"a\"\n}\n",
     FM_EVIDENCE_LOG, ""},
    {"w.txt", "Log Name:      System\nDate: 7/1/2025 1:02:03 PM\nDescription:\nx\n",
     FM_EVIDENCE_LOG, ""},
    {"e.json", "{\n  \"message\": \"x\",\n  \"time\": \"2025-07-01T12:00:00Z\"\n}\n",
     FM_EVIDENCE_OBJECTS, "json"},
    {"f", "               total        used        free      shared\nMem: 1 2 3 4\n",
     FM_EVIDENCE_COMMAND_OUTPUT, "console"},
    {"t", "top - 14:02:11 up 12 days,  load average: 1.71, 2.55, 2.02\nTasks: 2 total\n",
     FM_EVIDENCE_COMMAND_OUTPUT, "console"},
    {"v", "procs ---memory--- ---cpu---\n r  b   swpd us sy id wa st\n", FM_EVIDENCE_COMMAND_OUTPUT,
     "console"},
    {"i", "Linux 5.10.0 (a) \t07/01/25 \t_x86_64_\t(4 CPU)\n\navg-cpu:  %user %idle\n",
     FM_EVIDENCE_COMMAND_OUTPUT, "console"},
    {"q.txt", " pid | state | query\n-----+-------+-------\n 1 | active | SELECT 1\n",
     FM_EVIDENCE_COMMAND_OUTPUT, "console"},
    {"q.txt", " max_connections \n-----------------\n 100\n", FM_EVIDENCE_COMMAND_OUTPUT,
     "console"},
    {"q.txt", "mysql> show processlist;\n+----+------+\n| Id | User |\n+----+------+\n",
     FM_EVIDENCE_COMMAND_OUTPUT, "console"},
    {"q.txt", "*************************** 1. row ***************************\n Id: 5\n",
     FM_EVIDENCE_COMMAND_OUTPUT, "console"},
    {"q.csv", "pid,state,query\n1,active,SELECT 1\n", FM_EVIDENCE_COMMAND_OUTPUT, "console"},
    {"r", "# Server\nredis_version:7.0.15\n", FM_EVIDENCE_COMMAND_OUTPUT, "console"},
    {"s", "====\n2025-07-01 11:25:02 0x7f1 INNODB MONITOR OUTPUT\n====\n",
     FM_EVIDENCE_COMMAND_OUTPUT, "console"},
    {"notes.md", "Heading\n-------\nWe saw pid | state.\n", FM_EVIDENCE_PROSE, "markdown"},
    {"d.json", "[{\"State\":{\"ExitCode\":1},\"RestartCount\":0}]", FM_EVIDENCE_OBJECTS, "json"},
    {"m.csv", "time,mill_cpu,saw_cpu\n1,2,3\n2,3,4\n", FM_EVIDENCE_METRICS, "csv"},
    {"c.diff", "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", FM_EVIDENCE_CHANGES,
     "diff"},
    {"x.yaml", "pool:\n  size: 4\n", FM_EVIDENCE_CONFIG, "yaml"},
    {"notes.md", "# What we saw\nIt was slow.\n", FM_EVIDENCE_PROSE, "markdown"},
    {"app.log", "2025-07-01T12:00:00Z INFO started\n", FM_EVIDENCE_LOG, ""},
    {"a.log",
     "[2026-06-01 08:00:01,123] INFO Kafka started, id=1 (kafka.Server)\n[2026-06-01 "
     "08:00:02,001] INFO two, three (kafka.Server)\n",
     FM_EVIDENCE_LOG, ""},
    {"a.log",
     "2026-06-01 08:00:01,123 - api - INFO - one\n2026-06-01 08:00:02,001 - api - INFO - "
     "two\n",
     FM_EVIDENCE_LOG, ""},
    {"a.log", "2026-06-01 08:00:01,500 [pool-1] WARN  a.B - 10.0.0.1 -> 10.0.0.2\n",
     FM_EVIDENCE_LOG, ""},
    {"a.log",
     "2026-06-01 08:00:01 ERROR failed\njava.lang.X: y\n\tat a.b(C.java:1)\n\tat "
     "a.c(C.java:2)\nCaused by: java.lang.Z\n\tat d.e(F.java:3)\n",
     FM_EVIDENCE_LOG, ""},
    {"a.log",
     "State changed to LEADER at 2026-06-01 08:00:01\nState changed to FOLLOWER at "
     "2026-06-01 08:10:01\n",
     FM_EVIDENCE_LOG, ""},
    {"a.log",
     "E0601 08:00:01.100000       1 sync.go:44] failed, retrying\nI0601 08:00:01.200000      "
     " 1 sync.go:45] ok, done\n",
     FM_EVIDENCE_LOG, ""},
    {"a.log", "12:00:01.123 INFO  one, two\n12:00:01.124 INFO  three, four\n", FM_EVIDENCE_LOG, ""},
    {"a.log", "10.1.2.3 - - [01/Jun/2026:08:00:00 +0000] \"GET / HTTP/1.1\" 200 1, 2\n",
     FM_EVIDENCE_LOG, ""},
    {"a.log", "order placed, by web\norder packed, by hand\norder sent, by air\n", FM_EVIDENCE_LOG,
     ""},
    {"a.log",
     "{\"level\":\"info\",\"msg\":\"GET /\",\"trace_id\":\"a\",\"span_id\":\"b\","
     "\"parentId\":\"c\",\"duration_ms\":4}\n{\"level\":\"info\",\"msg\":\"GET /\","
     "\"traceId\":\"a\",\"span_id\":\"b\",\"duration_ms\":4}\n",
     FM_EVIDENCE_LOG, "json-lines"},
    {"m.csv", "Time;CPU %;Memory (MiB)\n2026-06-01 08:00:00;1,5;3\n2026-06-01 08:01:00;2,5;4\n",
     FM_EVIDENCE_METRICS, "csv"},
    {"e.csv", "source,target\nfront,cart\ncart,redis\n", FM_EVIDENCE_METRICS, "csv"},
    {"l.csv", "time,level,message\n2026-06-01 08:00:00,error,\"one,\ntwo\"\n", FM_EVIDENCE_LOG,
     "csv"},
    {"calls.txt", "front -> cart\ncart -> redis, stock\n", FM_EVIDENCE_TOPOLOGY, "call-list"},
    {"m.prom", "up{job=\"api\"} 1\nhttp_requests_total{code=\"200\",le=\"}\"} 7 1717228800000\n",
     FM_EVIDENCE_METRICS, "prometheus-text"},
    {"bom.json", "\xEF\xBB\xBF{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", FM_EVIDENCE_OBJECTS,
     "kubernetes-json"},
};

TEST(content_decides_what_an_input_is)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fm_evidence e = {.path = fm_str_c(rows[i].path), .bytes = fm_str_c(rows[i].text)};
        fm_classify(&e);
        if (e.type != rows[i].type)
            print_error("row %zu: %s\n", i, rows[i].text);
        assert_string_equal(fm_evidence_type_name(e.type), fm_evidence_type_name(rows[i].type));
        assert_str(e.format, rows[i].format);
    }
}
