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
    {"m.csv", "time,mill_cpu,saw_cpu\n1,2,3\n2,3,4\n", FM_EVIDENCE_METRICS, "csv"},
    {"c.diff", "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", FM_EVIDENCE_CHANGES,
     "diff"},
    {"x.yaml", "pool:\n  size: 4\n", FM_EVIDENCE_CONFIG, "yaml"},
    {"notes.md", "# What we saw\nIt was slow.\n", FM_EVIDENCE_PROSE, "markdown"},
    {"app.log", "2025-07-01T12:00:00Z INFO started\n", FM_EVIDENCE_LOG, ""},
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
