/* SPDX-License-Identifier: Apache-2.0 */
/* Which metric series become charts, and with which points. */
#include "test.h"

#include <math.h>

#include "diagnosis/reasoners.h"
#include "signals_kit.h"

#define FIRST 1767261600LL
#define STEP_S 5

static struct fm_hypotheses h;
static struct fm_diagnosis d;

/* Columns: web_cpu_percent steps at `change` with one spike, cart_cpu_percent steps more, idle_cpu
 * never moves. */
static fm_str table(struct fm_buf *b, int rows, int change)
{
    fm_buf_addz(b, "time,web_cpu_percent,cart_cpu_percent,idle_cpu_percent\n");
    for (int i = 0; i < rows; i++)
        fm_buf_addf(b, "%lld,%.1f,%.1f,%.1f\n", FIRST + STEP_S * i,
                    i == change + 7 ? 97.5 : (i < change ? 20 : 60) + 0.1 * (i % 3),
                    (i < change ? 4 : 60) + 0.1 * (i % 3), 50 + 0.1 * (i % 2));
    return fm_buf_str(b);
}

static void choose(fm_str text, int change)
{
    kit_start();
    kit_add(FM_EVIDENCE_METRICS, "in.csv", text, false);
    assert_int_equal(fm_metrics_processor.run(&kit_in), FM_OK);
    h = (struct fm_hypotheses){.in = &kit_in, .recovered_at = FM_TIME_NONE};
    d = (struct fm_diagnosis){.onset = (FIRST + (int64_t)STEP_S * change) * FM_SEC};
    (void)fm_propose(&h, (struct fm_entity){FM_ENTITY_SERVICE, FM_STR("web")},
                     FM_FAULT_RUNTIME_CPU_SATURATION, .9, NULL);
    fm_choose_charts(&h, &d);
}

TEST(the_series_of_the_cause_comes_first_and_a_quiet_one_is_no_chart)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    choose(table(&b, 60, 30), 30);
    assert_int_equal(d.charts.n, 2);
    assert_str(d.charts.items[0]->title, "web: cpu_percent");
    assert_str(d.charts.items[0]->unit, "%");
    assert_str(d.charts.items[1]->title, "cart: cpu_percent");
    assert_true(d.charts.items[0]->has_usual);
    assert_in_range((uint64_t)d.charts.items[0]->usual, 19, 21);
    assert_true(d.charts.items[0]->signal == FM_SIGNAL_METRIC);
    assert_int_equal(d.charts.items[0]->points.n, 60); /* few enough: every row */
    assert_int_equal(d.charts.items[0]->points.items[30].at, d.onset);
    kit_end();
    fm_buf_release(&b);
}

TEST(a_long_series_keeps_its_spike_in_few_points_around_the_onset)
{
    struct fm_buf b;
    double highest = 0;
    fm_buf_init(&b, 1 << 20);
    choose(table(&b, 4000, 2000), 2000);
    assert_true(d.charts.n > 0);
    const struct fm_chart *c = d.charts.items[0];
    assert_in_range(c->points.n, 100, FM_CHART_POINTS_MAX);
    assert_true(c->points.items[0].at >= d.onset - FM_HOUR);
    assert_true(c->points.items[c->points.n - 1].at < d.onset + FM_HOUR);
    for (size_t i = 0; i < c->points.n; i++) {
        highest = fmax(highest, c->points.items[i].value);
        assert_true(i == 0 || c->points.items[i - 1].at < c->points.items[i].at);
    }
    assert_true(highest == 97.5);
    kit_end();
    fm_buf_release(&b);
}

TEST(the_same_series_give_the_same_points)
{
    struct fm_buf b;
    uint64_t seen[2] = {0, 0};
    fm_buf_init(&b, 1 << 20);
    fm_str text = table(&b, 900, 400);
    for (int round = 0; round < 2; round++) {
        choose(text, 400);
        assert_true(d.charts.n > 0);
        fm_vec_each (&d.charts, c)
            fm_vec_each (&(*c)->points, p)
                seen[round] = seen[round] * 31 + (uint64_t)p->at + (uint64_t)(p->value * 1000);
        kit_end();
    }
    assert_int_equal(seen[0], seen[1]);
    fm_buf_release(&b);
}

TEST(a_pause_is_a_gap_of_the_line)
{
    struct fm_buf b;
    size_t gaps = 0;
    fm_buf_init(&b, 1 << 20);
    fm_buf_addz(&b, "time,web_cpu_percent\n");
    for (int i = 0; i < 40; i++)
        fm_buf_addf(&b, "%lld,%.1f\n", FIRST + STEP_S * (i + (i >= 30 ? 100 : 0)),
                    (i < 20 ? 20 : 60) + 0.1 * (i % 3));
    choose(fm_buf_str(&b), 20);
    assert_int_equal(d.charts.n, 1);
    fm_vec_each (&d.charts.items[0]->points, p)
        gaps += isnan(p->value);
    assert_int_equal(gaps, 1);
    assert_int_equal(d.charts.items[0]->points.n, 41);
    kit_end();
    fm_buf_release(&b);
}
