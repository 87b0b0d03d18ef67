/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>

#include "faultmaven/core/metrics.h"
#include "signals_kit.h"

static const struct fm_metric_set *read_text(const char *text)
{
    kit_start();
    kit_add(FM_EVIDENCE_METRICS, "in", fm_str_c(text), false);
    assert_int_equal(fm_metrics_processor.run(&kit_in), FM_OK);
    return kit_in.metrics;
}

static fm_str entity_name(fm_entity_id id)
{
    return fm_incident_entity_of(&kit_in, id).name;
}

TEST(exposition_gives_counters_labels_and_cited_values)
{
    const struct fm_metric_set *m =
        read_text("# TYPE http_requests counter\n"
                  "http_requests_total{service=\"web\",path=\"/a\\\"b\"} 10 1767261600\n"
                  "http_requests_total{service=\"web\",path=\"/a\\\"b\"} 16 1767261660\n"
                  "http_requests_total{service=\"web\",path=\"/a\\\"b\"} 4 1767261720\n# EOF\n");
    double rate[3];
    assert_int_equal(m->series.n, 1);
    const struct fm_metric_series *s = m->series.items[0];
    assert_int_equal(s->kind, FM_METRIC_COUNTER);
    assert_int_equal(s->role, FM_ROLE_REQUESTS);
    assert_str(entity_name(s->entity), "web");
    assert_str(fm_series_label(s, "path"), "/a\"b");
    assert_str(fm_series_text(s, 1), "16");
    assert_int_equal(fm_series_span(s, 1).length, 2);
    fm_series_rate(s, rate);
    assert_true(isnan(rate[0]));
    assert_float_equal(rate[1], 0.1, 1e-9);
    assert_float_equal(rate[2], 4.0 / 60, 1e-9); /* a reset counts from 0 */
    kit_end();
}

TEST(api_json_gives_series_in_order_of_time)
{
    const struct fm_metric_set *m =
        read_text("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{"
                  "\"metric\":{\"__name__\":\"process_open_fds\","
                  "\"pod\":\"relay-6b9f7d5c4-x2x8p\"},\"values\":[[1767261660,\"7\"],[1767261600,"
                  "\"5\"],[1767261720,\"NaN\"]]}]}}");
    assert_int_equal(m->series.n, 1);
    const struct fm_metric_series *s = m->series.items[0];
    assert_str(entity_name(s->entity), "relay");
    assert_str(s->instance, "relay-6b9f7d5c4-x2x8p");
    assert_int_equal(s->role, FM_ROLE_DESCRIPTORS);
    assert_float_equal(s->values[0], 5, 0);
    assert_float_equal(s->values[1], 7, 0);
    assert_true(isnan(s->values[2]));
    kit_end();
}

TEST(wide_table_finds_entities_in_column_names)
{
    const struct fm_metric_set *m =
        read_text("time,cart_cpu,cart-db_cpu,cart_lat_90,mail_cpu,mail_lat_90\n"
                  "1767261600,1,2,0.5,3,0.1\n1767261601,1,2,0.5,,0.1\n");
    static const struct {
        const char *entity, *statistic;
        enum fm_metric_role role;
    } want[] = {{"cart", "", FM_ROLE_CPU},
                {"cart-db", "", FM_ROLE_CPU},
                {"cart", "p90", FM_ROLE_LATENCY},
                {"mail", "", FM_ROLE_CPU},
                {"mail", "p90", FM_ROLE_LATENCY}};
    assert_int_equal(m->series.n, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_str(entity_name(m->series.items[i]->entity), want[i].entity);
        assert_str(m->series.items[i]->statistic, want[i].statistic);
        assert_int_equal(m->series.items[i]->role, want[i].role);
    }
    assert_str(fm_series_text(m->series.items[4], 1), "0.1");
    assert_true(isnan(m->series.items[3]->values[1]));
    kit_end();
}

TEST(wide_table_of_edges_names_both_ends)
{
    const struct fm_metric_set *m =
        read_text("time,timestamp,web_cart,web_items,cart_items\n"
                  "2026-01-01 10:00:00.5 +0000 UTC m=+1.2,1767261600,0.1,0.2,0.3\n"
                  "2026-01-01 10:01:00.5 +0000 UTC m=+61.2,1767261660,0.1,0.2,0.3\n");
    assert_int_equal(m->series.n, 3);
    assert_str(entity_name(m->series.items[2]->entity), "cart");
    assert_str(entity_name(m->series.items[2]->peer), "items");
    assert_int_equal(m->series.items[0]->rows->at[0], 1767261600 * FM_SEC + 500 * FM_MS);
    kit_end();
}

TEST(several_header_rows_name_entity_metric_and_statistic)
{
    const struct fm_metric_set *m =
        read_text("component,Web,Web,Store\nmetric,latency,latency,availability\n"
                  "statistic,Average,p99,Average\nunix_timestamp,,,\n"
                  "1767261600.0,0.1,0.9,100\n1767261900.0,0.2,1.9,99\n");
    assert_int_equal(m->series.n, 3);
    assert_str(entity_name(m->series.items[1]->entity), "Web");
    assert_str(m->series.items[1]->statistic, "p99");
    assert_int_equal(m->series.items[2]->role, FM_ROLE_SUCCESS);
    kit_end();
}

TEST(long_table_takes_columns_in_any_order)
{
    const struct fm_metric_set *m = read_text(
        "value,metric,time,service,unit\n"
        "250,latency_p95,2026-01-01T10:00:00Z,web,ms\n350,latency_p95,2026-01-01T10:01:00Z,web,ms\n"
        "3,queue_depth,2026-01-01T10:00:00Z,jobs,\n");
    assert_int_equal(m->series.n, 2);
    assert_float_equal(m->series.items[0]->values[1], 0.35, 1e-12);
    assert_str(m->series.items[0]->unit, "s");
    assert_str(fm_series_text(m->series.items[0], 1), "350");
    assert_int_equal(m->series.items[1]->role, FM_ROLE_QUEUE_DEPTH);
    kit_end();
}

TEST(units_in_column_names_are_normalised)
{
    const struct fm_metric_set *m =
        read_text("Time,PodName,CpuUsage(m),MemoryUsage(Mi),PodServerLatencyP90(ms)\n"
                  "2026-01-01T10:00:00Z,web-0,500,2,40\n2026-01-01T10:01:00Z,web-0,500,2,40\n");
    assert_int_equal(m->series.n, 3);
    assert_float_equal(m->series.items[0]->values[0], 0.5, 1e-12);
    assert_str(m->series.items[0]->unit, "cores");
    assert_float_equal(m->series.items[1]->values[0], 2097152, 0);
    assert_float_equal(m->series.items[2]->values[0], 0.04, 1e-12);
    assert_str(m->series.items[2]->written, "PodServerLatencyP90(ms)");
    assert_str(entity_name(m->series.items[0]->entity), "web");
    kit_end();
}

TEST(otlp_and_cloudwatch_are_read)
{
    const struct fm_metric_set *m = read_text(
        "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"jvm.memory.used\","
        "\"unit\":\"By\",\"sum\":{\"isMonotonic\":false,"
        "\"dataPoints\":[{\"timeUnixNano\":\"1767261600000000000\",\"asInt\":\"5\"}]}}]}],"
        "\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":"
        "\"web\"}}]}}]}");
    assert_int_equal(m->series.n, 1);
    assert_str(entity_name(m->series.items[0]->entity), "web");
    assert_int_equal(m->series.items[0]->role, FM_ROLE_MEMORY);
    kit_end();
    m = read_text(
        "[{\"metric_name\":\"ReplicaLag\",\"dimensions\":[{\"Name\":\"DBInstanceIdentifier\","
        "\"Value\":\"r1\"}],\"unit\":\"Seconds\","
        "\"timestamps\":[\"2026-01-01T10:00:00Z\",\"2026-01-01T10:01:00Z\"],\"values\":[1.5,2]}]");
    assert_int_equal(m->series.n, 1);
    assert_int_equal(m->series.items[0]->role, FM_ROLE_REPLICATION_LAG);
    assert_str(entity_name(m->series.items[0]->entity), "r1");
    assert_str(fm_series_text(m->series.items[0], 0), "1.5");
    kit_end();
}

TEST(a_table_without_times_can_be_a_call_graph)
{
    read_text("Source,Target,Weight\nweb,cart,3\ncart,10.0.0.7,1\n");
    assert_int_equal(kit_in.metrics->series.n, 0);
    assert_int_equal(kit_in.edges.n, 2);
    assert_int_equal(kit_in.edges.items[0].kind, FM_EDGE_CALLS);
    assert_int_equal(kit_in.edges.items[1].kind, FM_EDGE_RUNS_ON);
    assert_int_equal(kit_in.inputs.items[0]->type, FM_EVIDENCE_TOPOLOGY);
    kit_end();
}

TEST(damaged_text_is_noted_and_does_no_harm)
{
    static const char *const bad[] = {"",
                                      "time,a\n",
                                      "{\"data\":[",
                                      "[[[[",
                                      "time,a\nx,y\n",
                                      "a{b=\"c 1\n",
                                      "time;a\n1767261600;inf\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct fm_metric_set *m = read_text(bad[i]);
        fm_vec_each (&m->series, s)
            for (size_t k = 0; k < (*s)->rows->n; k++)
                assert_false(isinf((*s)->values[k]));
        kit_end();
    }
}

/* 40 rows a minute apart: `before` until row 24, then `after`. */
static fm_str step_table(char *buf, size_t size, double before, double after)
{
    size_t n = (size_t)snprintf(buf, size, "time,web_cpu_percent,web_rps\n");
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(buf + n, size - n, "%d,%.3f,%d\n", 1767261600 + 60 * i,
                              (i < 24 ? before : after) + 0.1 * (i % 3), 50 + i % 2);
    return fm_str_n(buf, n);
}

TEST(onset_is_the_first_row_of_a_lasting_change)
{
    char buf[4096];
    size_t row = 0;
    kit_start();
    kit_add(FM_EVIDENCE_METRICS, "in.csv", step_table(buf, sizeof buf, 20, 95), false);
    assert_int_equal(fm_metrics_processor.run(&kit_in), FM_OK);
    fm_time at = fm_series_onset(&kit_ctx.arena, kit_in.metrics->series.items[0], &row);
    assert_int_equal(row, 24);
    assert_int_equal(at, (1767261600LL + 24 * 60) * FM_SEC);
    assert_int_equal(fm_series_onset(&kit_ctx.arena, kit_in.metrics->series.items[1], &row),
                     FM_TIME_NONE);
    kit_end();
}

TEST(a_quiet_table_gives_no_observation)
{
    char buf[4096];
    kit_start();
    kit_add(FM_EVIDENCE_METRICS, "in.csv", step_table(buf, sizeof buf, 20, 20.5), false);
    assert_int_equal(fm_metrics_processor.run(&kit_in), FM_OK);
    assert_int_equal(kit_in.observations.n, 0);
    kit_end();
}

TEST(scores_stand_at_the_beginning_of_an_event)
{
    enum { N = 600, EVENT = 400 };
    fm_time at[N];
    double values[N], scores[N];
    struct fm_metric_rows rows = {.at = at, .n = N};
    struct fm_metric_series s = {.rows = &rows, .values = values, .scale = 1};
    struct fm_metric_events events = {0};
    const struct fm_metric_series *group[] = {&s};
    kit_start();
    for (int i = 0; i < N; i++) {
        at[i] = (1767261600LL + 60 * i) * FM_SEC;
        values[i] = 10 + (i * 7919 % 13) * 0.1 + (i >= EVENT && i < EVENT + 30 ? 40 : 0);
    }
    fm_series_scores(&kit_ctx.arena, &s, scores);
    assert_true(scores[EVENT] > 0.8);
    for (int i = 0; i < EVENT; i++)
        assert_true(scores[i] < 0.5);
    fm_group_events(&kit_ctx.arena, group, 1, &events);
    assert_int_equal(events.n, 1);
    assert_int_equal(events.items[0].begin, at[EVENT]);
    kit_end();
}

TEST(a_flat_series_has_no_events)
{
    enum { N = 300 };
    fm_time at[N];
    double values[N], scores[N];
    struct fm_metric_rows rows = {.at = at, .n = N};
    struct fm_metric_series s = {.rows = &rows, .values = values, .scale = 1};
    kit_start();
    for (int i = 0; i < N; i++) {
        at[i] = (1767261600LL + 60 * i) * FM_SEC;
        values[i] = 7;
    }
    fm_series_scores(&kit_ctx.arena, &s, scores);
    for (int i = 0; i < N; i++)
        assert_true(scores[i] < 0.5);
    kit_end();
}

TEST(many_distinct_entities_stay_linear)
{
    struct fm_buf b;
    fm_buf_init(&b, 16 << 20);
    fm_buf_addz(&b, "time,service,metric,value\n");
    for (int i = 0; i < 100000; i++)
        fm_buf_addf(&b, "1767261600,svc%d,cpu,1\n", i);
    kit_start();
    kit_in.ask.memory_bytes = (size_t)1 << 30;
    kit_add(FM_EVIDENCE_METRICS, "in.csv", fm_buf_str(&b), false);
    assert_int_equal(fm_metrics_processor.run(&kit_in), FM_OK);
    assert_int_equal(kit_in.metrics->series.n, 100000);
    kit_end();
    fm_buf_release(&b);
}

/* 400 series of 2000 rows, one of which steps at row 1200, within 4 MB. */
TEST(series_are_thinned_evenly_within_the_memory_that_is_granted)
{
    struct fm_buf b;
    fm_buf_init(&b, 64 << 20);
    fm_buf_addz(&b, "time,service,metric,value\n");
    for (int i = 0; i < 2000; i++)
        for (int s = 0; s < 400; s++)
            fm_buf_addf(&b, "%d,svc%03d,latency_seconds,%d\n", 1767261600 + i, s,
                        s == 7 && i >= 1200 ? 9 : 1);
    kit_start();
    kit_in.ask.memory_bytes = 16 << 20;
    kit_add(FM_EVIDENCE_METRICS, "in.csv", fm_buf_str(&b), false);
    assert_int_equal(fm_metrics_processor.run(&kit_in), FM_OK);
    assert_int_equal(kit_in.metrics->series.n, 400);
    size_t least = SIZE_MAX, most = 0;
    fm_vec_each (&kit_in.metrics->series, s) {
        least = (*s)->rows->n < least ? (*s)->rows->n : least;
        most = (*s)->rows->n > most ? (*s)->rows->n : most;
        assert_true(fm_series_text(*s, (*s)->rows->n - 1).len == 1);
    }
    assert_true(least >= 64 && most <= 2 * least + 1);
    assert_true(kit_ctx.arena.total_bytes < (14u << 20));
    const struct fm_metric_series *s = kit_in.metrics->series.items[7];
    size_t row = fm_series_at(s, (1767261600LL + 1200) * FM_SEC);
    assert_true(s->values[row] == 9 && s->values[row - 1] == 1);
    const struct fm_evidence *e = kit_in.inputs.items[0];
    assert_int_equal(e->problems.n, 1);
    assert_true(fm_str_has(e->problems.items[0].text, FM_STR("800000 rows were kept")));
    kit_end();
    fm_buf_release(&b);
}

TEST(several_quantiles_are_those_of_the_sorted_array)
{
    enum { N = 1001 };
    static const double q[] = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1};
    static double v[N];
    struct fm_metric_summary m;
    kit_start();
    for (unsigned kind = 0; kind < 4; kind++) {
        uint64_t x = 88172645463325252ull;
        for (int i = 0; i < N; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            v[i] = kind == 0 ? i : kind == 1 ? N - i : kind == 2 ? (double)(x % 7) : 3;
        }
        m = fm_values_summary(&kit_ctx.arena, v, N);
        double sorted[N];
        memcpy(sorted, v, sizeof sorted);
        for (int i = 1; i < N; i++)
            for (int k = i; k > 0 && sorted[k - 1] > sorted[k]; k--) {
                double t = sorted[k];
                sorted[k] = sorted[k - 1];
                sorted[k - 1] = t;
            }
        double got[] = {m.min, m.p10, m.p25, m.median, m.p75, m.p90, m.p95, m.max};
        for (size_t i = 0; i < 8; i++)
            assert_true(fabs(got[i] - sorted[(size_t)(q[i] * (N - 1))]) < 1e-9);
    }
    assert_true(m.mad == 0);
    kit_end();
}

TEST(titles_of_a_dashboards_export_carry_labels)
{
    kit_start();
    kit_add(FM_EVIDENCE_METRICS, "in.csv",
            FM_STR("time,\"lag{service=\"\"cart\"\", topic=\"\"t\"\"}\",lag{service=mail}\n"
                   "1767261600,1,2\n1767261660,1,2\n"),
            false);
    assert_int_equal(fm_metrics_processor.run(&kit_in), FM_OK);
    assert_int_equal(kit_in.metrics->series.n, 2);
    const struct fm_metric_series *s = kit_in.metrics->series.items[1];
    assert_str(s->written, "lag{service=mail}");
    assert_str(fm_series_label(s, "service"), "mail");
    assert_str(fm_incident_entity_of(&kit_in, s->entity).name, "mail");
    kit_end();
}
