/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "test.h"

#include "faultmaven/core/diagnose.h"
#include "signals_kit.h"

#define ROWS 90

/* What is wrong with the series of a table; all 0 is a quiet period. */
struct wrong {
    double leak;   /* bytes a row */
    double shift;  /* ms, in the last third */
    double errors; /* per cent */
    double cpu;    /* per cent above the usual */
    double spike;  /* ms, in one row */
};

/* Deterministic noise in −1…1. */
static double noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (double)(1u << 23) - 1;
}

static fm_str table(const struct wrong *w, int rows)
{
    struct fm_arena *a = &kit_ctx.arena;
    uint32_t r = 7;
    fm_str t = FM_STR("time,mill_cpu_percent,mill_memory_bytes,mill_latency_p95_ms,"
                      "mill_requests_per_second,mill_error_percent\n");
    for (int i = 0; i < rows; i++)
        t = fm_str_fmt(
            a, "%.*s2026-03-02T09:%02d:%02dZ,%.1f,%.0f,%.1f,%.1f,%.2f\n", FM_STR_ARG(t), i / 2,
            i % 2 * 30, 31 + w->cpu + 2 * noise(&r), 4e8 + 3e6 * noise(&r) + w->leak * i,
            42 + 3 * noise(&r) + (i > rows * 2 / 3 ? w->shift : 0) + (i == 40 ? w->spike : 0),
            220 + 9 * noise(&r), w->errors + 0.04 * fabs(noise(&r)));
    return t;
}

static fm_str spans(int slow_from, int fail_every)
{
    struct fm_arena *a = &kit_ctx.arena;
    uint32_t r = 11;
    fm_str t = FM_STR("TraceId,SpanId,ParentId,ServiceName,OperationName,StartTimeUnixNano,"
                      "Duration,StatusCode\n");
    for (int i = 0; i < 300; i++)
        t = fm_str_fmt(a, "%.*s%032x,%016x,,mill,grind,%lld,%.0f,%s\n", FM_STR_ARG(t), i + 1, i + 1,
                       1772442000000000000LL + i * 1000000000LL,
                       (i >= slow_from ? 9e7 : 3e7) + 2e6 * noise(&r),
                       fail_every && i % fail_every == 0 ? "ERROR" : "OK");
    return t;
}

static enum fm_verdict verdict(fm_str *summary)
{
    struct fm_diagnosis *d = NULL;
    assert_int_equal(fm_diagnose(&kit_in, &d), FM_OK);
    if (summary)
        *summary = d->summary;
    return d->verdict;
}

static enum fm_verdict verdict_of_table(struct wrong w, int rows)
{
    kit_start();
    kit_add(FM_EVIDENCE_METRICS, "metrics.csv", table(&w, rows), false);
    enum fm_verdict v = verdict(NULL);
    kit_end();
    return v;
}

static enum fm_verdict verdict_of_spans(int slow_from, int fail_every)
{
    kit_start();
    kit_add(FM_EVIDENCE_TRACES, "spans.csv", spans(slow_from, fail_every), false);
    enum fm_verdict v = verdict(NULL);
    kit_end();
    return v;
}

TEST(quiet_series_are_healthy_and_named)
{
    kit_start();
    kit_add(FM_EVIDENCE_METRICS, "metrics.csv", table(&(struct wrong){0}, ROWS), false);
    fm_str summary;
    assert_int_equal(verdict(&summary), FM_VERDICT_HEALTHY);
    assert_true(fm_str_has(summary, FM_STR("cpu, memory, latency, requests")));
    kit_end();
}

TEST(too_few_points_are_no_evidence_of_health)
{
    assert_int_equal(verdict_of_table((struct wrong){0}, 12), FM_VERDICT_INCONCLUSIVE);
}

TEST(a_leak_a_shift_a_spike_errors_or_a_full_resource_are_not_healthy)
{
    static const struct wrong wrongs[] = {{.leak = 2e5}, {.leak = -2e5}, {.shift = 7},
                                          {.errors = 3}, {.cpu = 65},    {.spike = 120}};
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++)
        assert_int_not_equal(verdict_of_table(wrongs[i], ROWS), FM_VERDICT_HEALTHY);
}

TEST(quiet_traces_are_healthy)
{
    assert_int_equal(verdict_of_spans(1000, 0), FM_VERDICT_HEALTHY);
}

TEST(slower_or_failing_calls_are_not_healthy)
{
    assert_int_not_equal(verdict_of_spans(200, 0), FM_VERDICT_HEALTHY);
    assert_int_not_equal(verdict_of_spans(1000, 40), FM_VERDICT_HEALTHY);
}

TEST(every_signal_has_to_be_quiet)
{
    static const struct {
        struct wrong series;
        int fail_every;
        bool is_healthy;
    } rows[] = {{{.leak = 0}, 0, true}, {{.leak = 2e5}, 0, false}, {{.leak = 0}, 40, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit_start();
        kit_add(FM_EVIDENCE_METRICS, "metrics.csv", table(&rows[i].series, ROWS), false);
        kit_add(FM_EVIDENCE_TRACES, "spans.csv", spans(1000, rows[i].fail_every), false);
        assert_int_equal(verdict(NULL) == FM_VERDICT_HEALTHY, rows[i].is_healthy);
        kit_end();
    }
}
