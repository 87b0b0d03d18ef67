/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>

#include "faultmaven/base/metrics.h"
#include "faultmaven/base/pool.h"

static const char *const route_a[] = {"route", "/a", NULL};
static const char *const route_b[] = {"route", "/b\"\\\n", "code", "200", NULL};

TEST(exposition_text)
{
    static const double bounds[] = {0.5, 1};
    struct fm_metrics *m = fm_metrics_new();
    struct fm_buf out;
    fm_counter_add(fm_metrics_counter(m, "z_total", "Last.", route_b), 2);
    fm_counter_add(fm_metrics_counter(m, "z_total", "Last.", route_a), 1);
    fm_gauge_set(fm_metrics_gauge(m, "a_bytes", "First\nof all.", NULL), 1.5);
    struct fm_histogram *h =
        fm_metrics_histogram(m, "h_seconds", "Time.", NULL, (struct fm_bounds){bounds, 2});
    fm_histogram_observe(h, 0.5);
    fm_histogram_observe(h, 0.75);
    fm_histogram_observe(h, 9);
    fm_buf_init(&out, 1 << 16);
    fm_metrics_write(m, &out);
    assert_str(fm_buf_str(&out), "# HELP a_bytes First\\nof all.\n"
                                 "# TYPE a_bytes gauge\n"
                                 "a_bytes 1.5\n"
                                 "# HELP h_seconds Time.\n"
                                 "# TYPE h_seconds histogram\n"
                                 "h_seconds_bucket{le=\"0.5\"} 1\n"
                                 "h_seconds_bucket{le=\"1\"} 2\n"
                                 "h_seconds_bucket{le=\"+Inf\"} 3\n"
                                 "h_seconds_sum 10.25\n"
                                 "h_seconds_count 3\n"
                                 "# HELP z_total Last.\n"
                                 "# TYPE z_total counter\n"
                                 "z_total{route=\"/a\"} 1\n"
                                 "z_total{route=\"/b\\\"\\\\\\n\",code=\"200\"} 2\n");
    fm_buf_release(&out);
    fm_metrics_free(m);
}

TEST(the_same_name_and_labels_are_the_same_series)
{
    struct fm_metrics *m = fm_metrics_new();
    assert_ptr_equal(fm_metrics_counter(m, "n_total", "N.", route_a),
                     fm_metrics_counter(m, "n_total", "N.", route_a));
    assert_ptr_not_equal(fm_metrics_counter(m, "n_total", "N.", route_a),
                         fm_metrics_counter(m, "n_total", "N.", NULL));
    fm_metrics_free(m);
}

TEST(gauges_go_both_ways_and_show_what_is_not_finite)
{
    struct fm_metrics *m = fm_metrics_new();
    struct fm_gauge *g = fm_metrics_gauge(m, "g", "G.", NULL);
    struct fm_buf out;
    fm_gauge_add(g, 5);
    fm_gauge_add(g, -7);
    assert_true(fm_gauge_value(g) == -2);
    fm_gauge_set(g, -INFINITY);
    fm_buf_init(&out, 1 << 16);
    fm_metrics_write(m, &out);
    assert_true(fm_str_ends(fm_buf_str(&out), FM_STR("\ng -Inf\n")));
    fm_buf_release(&out);
    fm_metrics_free(m);
}

static void work(void *arg, size_t i)
{
    struct fm_metrics *m = arg;
    fm_counter_add(fm_metrics_counter(m, "n_total", "N.", NULL), 1);
    fm_histogram_observe(fm_metrics_histogram(m, "t_seconds", "T.", NULL, fm_bounds_seconds),
                         (double)(i % 2));
}

TEST(nothing_is_lost_between_threads)
{
    struct fm_metrics *m = fm_metrics_new();
    struct fm_pool *p = fm_pool_new(4, 16);
    struct fm_buf out;
    fm_pool_each(p, 10000, work, m);
    fm_pool_free(p);
    assert_int_equal(fm_counter_value(fm_metrics_counter(m, "n_total", "N.", NULL)), 10000);
    fm_buf_init(&out, 1 << 16);
    fm_metrics_write(m, &out);
    assert_true(
        fm_str_has(fm_buf_str(&out), FM_STR("t_seconds_sum 5000\nt_seconds_count 10000\n")));
    fm_buf_release(&out);
    fm_metrics_free(m);
}

TEST(labels_from_outside_cannot_use_up_memory)
{
    struct fm_metrics *m = fm_metrics_new();
    struct fm_arena a;
    fm_arena_init(&a);
    for (size_t i = 0; i < FM_METRICS_SERIES_MAX + 500; i++) {
        const char *const labels[] = {"user", fm_str_fmt(&a, "%zu", i).p, NULL};
        fm_counter_add(fm_metrics_counter(m, "n_total", "N.", labels), 1);
    }
    static const char *const overflow[] = {"overflow", "true", NULL};
    assert_int_equal(fm_counter_value(fm_metrics_counter(m, "n_total", "N.", overflow)), 500);
    fm_arena_release(&a);
    fm_metrics_free(m);
}
