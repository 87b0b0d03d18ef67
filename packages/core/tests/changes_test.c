/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "diagnosis/changes/risk.h"
#include "diagnosis/changes/vocabulary.h"
#include "faultmaven/core/alerts.h"
#include "faultmaven/core/changes.h"

static struct fm_ctx ctx;

static double risk_of(const char *path, const char *diff, const char **why)
{
    struct fm_change c = {.kind = FM_CHANGE_COMMIT, .at = FM_TIME_NONE};
    fm_diff_parse(&ctx.arena, fm_str_c(diff), &c.diff, &c.n_left_out);
    fm_vec_push(&ctx.arena, &c.paths, fm_str_c(path));
    fm_vec_each (&c.diff, f)
        f->path = fm_str_c(path);
    struct fm_risk r = fm_change_risk(&ctx.arena, &c);
    if (why)
        *why = r.why;
    return r.value;
}

TEST(risk_follows_what_an_edit_can_do)
{
    static const struct {
        const char *path, *diff;
        double least, most;
    } rows[] = {
        {"docs/a.md", "-x\n+y\n", 0, 0.05},
        {"a.go", "-// old words\n+// new words\n", 0, 0.05},
        {"a.go", "-\tx := f(a)\n+    x := f(a)\n", 0, 0.05},
        {"a.go", "-\tt := 30 * time.Second\n+\tt := 30 * time.Millisecond\n", 0.9, 1},
        {"a.go", "-const max = 50\n+const max = 10\n", 0.85, 0.95},
        {"a.go", "-const max = 50\n+const max = 60\n", 0.2, 0.35},
        {"a.py", "-    if user is None:\n-        return None\n     return user.name\n", 0.6, 1},
        {"a.go",
         "-\tif v < -90 || v > 90 {\n-\t\treturn errRange(v)\n-\t}\n+\treturn checkRange(v, -90, "
         "90)\n",
         0, 0.2},
        {"a.go", "+\tlogger.Info(\"x\", \"y\", z)\n", 0, 0.1},
        {"a.go", "+\tif qty < 0 { return ErrNegative }\n", 0, 0.15},
        {"a.go",
         "-\tctx := r.Context()\n-\treturn fetch(ctx, q)\n+\tc := r.Context()\n+\treturn fetch(c, "
         "q)\n",
         0, 0.2},
        {"conf/app.yaml", "-  timeout: 5s\n+  timeout: 5ms\n", 0.9, 1},
        {"conf/app.yaml", "-  level: info\n+  level: debug\n", 0.6, 0.8},
        {"conf/app.yaml", "-  DB_DSN: x\n", 0.6, 0.8},
        {"deploy/staging/app.yaml", "-  replicas: 3\n+  replicas: 1\n", 0, 0.05},
        {"infra/sg.tf", "-  to_port = 9094\n+  to_port = 9090\n", 0.75, 0.9},
        {"db/migrations/1.sql", "+CREATE INDEX CONCURRENTLY i ON t (a);\n", 0, 0.2},
        {"db/migrations/2.sql", "+ALTER TABLE t DROP COLUMN a;\n", 0.75, 0.9},
        {"go.mod", "-\tgithub.com/x/y v1.2.3\n+\tgithub.com/x/y v1.2.4\n", 0.1, 0.15},
        {"pom.xml", "-    <version>2.9.1</version>\n+    <version>3.0.0</version>\n", 0.45, 0.55},
        {"go.sum", "-x\n+y\n", 0, 0.12},
    };
    fm_ctx_init(&ctx, &fm_clock_system);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *why = NULL;
        double risk = risk_of(rows[i].path, rows[i].diff, &why);
        if (risk < rows[i].least || risk > rows[i].most)
            print_error("%s: %.2f (%s), want %.2f to %.2f\n%s", rows[i].path, risk, why,
                        rows[i].least, rows[i].most, rows[i].diff);
        assert_true(risk >= rows[i].least && risk <= rows[i].most);
    }
    fm_ctx_release(&ctx);
}

TEST(values_are_compared_with_their_units)
{
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_true(fm_value_risk(FM_STR("ttl"), FM_STR("15m"), FM_STR("15s")).value > 0.9);
    assert_true(fm_value_risk(FM_STR("idle"), FM_STR("60s"), FM_STR("1m")).value < 0.5);
    assert_true(fm_value_risk(FM_STR("memory"), FM_STR("512Mi"), FM_STR("768Mi")).value < 0.35);
    assert_true(fm_value_risk(FM_STR("version"), FM_STR("2025.01.02"), FM_STR("2025.01.03")).value <
                0.2);
    assert_true(
        fm_value_risk(FM_STR("text"), FM_STR("\"could not do it\""), FM_STR("\"cannot do it now\""))
            .value < 0.2);
    fm_ctx_release(&ctx);
}

TEST(diffs_of_several_forms_are_read)
{
    static const char git[] =
        "diff --git a/x/a.go b/x/a.go\nindex 1..2 100644\n--- a/x/a.go\n+++ b/x/a.go\n@@ -1,2 +1,2 "
        "@@ func F() {\n-old\n+new\n"
        "diff --git a/y.py b/y.py\n--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-p\n+q\n";
    static const char named[] =
        "@@ pkg/a.go @@ func (c *C) Read(x int) {\n-old\n+new\n@@ pkg/b.yaml @@\n-a: 1\n";
    struct fm_diff_files files = {0};
    unsigned left = 0;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_diff_parse(&ctx.arena, fm_str_c(git), &files, &left);
    assert_int_equal(files.n, 2);
    assert_str(files.items[0].path, "x/a.go");
    assert_str(files.items[0].hunks.items[0].head, "func F() {");
    assert_str(files.items[1].hunks.items[0].added.items[0], "q");
    files = (struct fm_diff_files){0};
    fm_diff_parse(&ctx.arena, fm_str_c(named), &files, &left);
    assert_int_equal(files.n, 2);
    assert_str(files.items[0].path, "pkg/a.go");
    assert_str(files.items[1].path, "pkg/b.yaml");
    fm_ctx_release(&ctx);
}

static void read_text(const char *path, const char *text, struct fm_change_set *out)
{
    static struct fm_incident in;
    static struct fm_evidence e;
    fm_incident_init(&in, &ctx, NULL);
    e = (struct fm_evidence){.path = fm_str_c(path),
                             .bytes = fm_str_c(text),
                             .first = FM_TIME_NONE,
                             .last = FM_TIME_NONE};
    struct fm_evidence *p = &e;
    fm_vec_push(&ctx.arena, &in.inputs, p);
    fm_changes_read(&in, &e, out);
}

TEST(changes_of_every_form_are_read)
{
    static const struct {
        const char *text;
        size_t n;
        enum fm_change_kind kind;
        const char *id;
    } rows[] = {
        {"[{\"sha\":\"abcdef1234\",\"message\":\"m\",\"timestamp\":\"2025-01-02T03:04:05Z\","
         "\"diff\":\"@@ a.go @@\\n-x\\n+y\"}]",
         1, FM_CHANGE_COMMIT, "abcdef1234"},
        {"{\"deploys\":[{\"service\":\"cart\",\"commit_sha\":\"abcdef1234\",\"timestamp\":\"2025-"
         "01-02T03:04:05Z\"}]}",
         1, FM_CHANGE_DEPLOY, "abcdef1234"},
        {"[{\"flag\":\"fast\",\"change\":\"off->on\",\"timestamp\":\"2025-01-02T03:04:05Z\","
         "\"service\":\"cart\"}]",
         1, FM_CHANGE_FLAG, "fast"},
        {"[{\"kind\":\"scaling\",\"service\":\"cart\",\"from\":\"6\",\"to\":\"1\",\"at\":\"2025-01-"
         "02T03:04:05Z\"}]",
         1, FM_CHANGE_SCALE, "cart"},
        {"[{\"kind\":\"config\",\"key\":\"pool\",\"old\":\"50\",\"new\":\"5\",\"at\":\"2025-01-"
         "02T03:04:05Z\"}]",
         1, FM_CHANGE_CONFIG, "pool"},
        {"commit 1a2b3c4d5e6f\nAuthor: A <a@b>\nDate:   Thu Jan 2 03:04:05 2025 +0000\n\n    "
         "tidy\n\ndiff --git a/x.go b/x.go\n--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@\n-a\n+b\n",
         1, FM_CHANGE_COMMIT, "1a2b3c4d5e6f"},
        {"REVISION\tUPDATED\n3\tThu Jan  2 03:04:05 2025\tdeployed\tcart-1.2\n", 1,
         FM_CHANGE_DEPLOY, "3"},
    };
    fm_ctx_init(&ctx, &fm_clock_system);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fm_change_set set = {0};
        read_text("changes.json", rows[i].text, &set);
        assert_int_equal(set.items.n, rows[i].n);
        assert_int_equal(set.items.items[0]->kind, rows[i].kind);
        assert_str(set.items.items[0]->id, rows[i].id);
        assert_int_not_equal(set.items.items[0]->at, FM_TIME_NONE);
    }
    fm_ctx_release(&ctx);
}

TEST(words_are_split_and_stemmed)
{
    struct fm_words words = {0};
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_words_of(&ctx.arena, FM_STR("maxIdleConns HTTPServer pool_acquire validations"), &words);
    assert_int_equal(words.n, 7);
    assert_str(words.items[0], "max");
    assert_str(words.items[1], "idle");
    assert_str(words.items[2], "conn");
    assert_str(words.items[words.n - 1], "valid");
    fm_ctx_release(&ctx);
}

TEST(alerts_of_several_products_are_read)
{
    static const struct {
        const char *text, *name, *entity;
        enum fm_alert_state state;
    } rows[] = {
        {"{\"status\":\"firing\",\"alerts\":[{\"status\":\"firing\",\"labels\":{\"alertname\":"
         "\"HighErrors\",\"service\":\"cart\"},\"startsAt\":\"2025-01-02T03:04:05Z\"}]}",
         "HighErrors", "cart", FM_ALERT_FIRING},
        {"{\"AlarmName\":\"cpu\",\"NewStateValue\":\"ALARM\",\"StateChangeTime\":\"2025-01-02T03:"
         "04:05Z\",\"Trigger\":{\"MetricName\":\"CPUUtilization\"},\"resource\":\"db-1\"}",
         "cpu", "db-1", FM_ALERT_FIRING},
        {"{\"monitors\":[{\"name\":\"latency\",\"overall_state\":\"OK\",\"query\":\"q\"}]}",
         "latency", "", FM_ALERT_OK},
        {"{\"service\":\"cart\",\"metric\":\"errors\",\"threshold\":0.05,\"observed\":0.4,\"fired_"
         "at\":\"2025-01-02T03:04:05Z\",\"monitor\":\"m\"}",
         "m", "cart", FM_ALERT_UNKNOWN},
    };
    fm_ctx_init(&ctx, &fm_clock_system);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fm_incident in;
        struct fm_alert_set set = {0};
        struct fm_evidence e = {.path = FM_STR("alert.json"), .bytes = fm_str_c(rows[i].text)};
        fm_incident_init(&in, &ctx, NULL);
        fm_alerts_read(&in, &e, &set);
        assert_int_equal(set.items.n, 1);
        assert_str(set.items.items[0].name, rows[i].name);
        assert_int_equal(set.items.items[0].state, rows[i].state);
        assert_str(fm_incident_entity_of(&in, set.items.items[0].entity).name, rows[i].entity);
    }
    fm_ctx_release(&ctx);
}
