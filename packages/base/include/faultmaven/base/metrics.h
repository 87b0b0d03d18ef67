/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's own metrics: counters, gauges and histograms, written in the Prometheus text
 * exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
 *
 * A series is made once, at start, and kept: looking it up takes a lock, using it is one or two
 * atomic operations.
 *
 *     static const char *const labels[] = {"route", "/api/cases", NULL};
 *     struct fm_counter *served = fm_metrics_counter(m, "faultmaven_http_requests_total", "Requests
 * served.", labels); fm_counter_add(served, 1);
 *
 * Labels are pairs of name and value that end with NULL; NULL for none. Asking again for the same
 * name and labels gives the same series. A name that was made as another kind, or that is not a
 * valid metric name, is FM_BUG. At most FM_METRICS_SERIES_MAX series: beyond it every new label set
 * shares one series with the label overflow="true", so that values from outside cannot use up
 * memory.
 */
#ifndef FAULTMAVEN_BASE_METRICS_H
#define FAULTMAVEN_BASE_METRICS_H

#include "faultmaven/base/buf.h"

#define FM_METRICS_SERIES_MAX 10000
#define FM_METRICS_BOUNDS_MAX 32

struct fm_metrics;
struct fm_counter;
struct fm_gauge;
struct fm_histogram;

struct fm_metrics *fm_metrics_new(void);
void fm_metrics_free(struct fm_metrics *m); /* and every series of it */

/* Owned by m; valid until fm_metrics_free. Any thread. */
struct fm_counter *fm_metrics_counter(struct fm_metrics *m, const char *name, const char *help,
                                      const char *const *labels);
struct fm_gauge *fm_metrics_gauge(struct fm_metrics *m, const char *name, const char *help,
                                  const char *const *labels);

/* Upper bounds, ascending, at most FM_METRICS_BOUNDS_MAX, the same for every series of a name; +Inf
 * is added. */
struct fm_bounds {
    const double *items;
    size_t n;
};
struct fm_histogram *fm_metrics_histogram(struct fm_metrics *m, const char *name, const char *help,
                                          const char *const *labels, struct fm_bounds bounds);

/* 1 ms to 60 s, for latencies in seconds. */
extern const struct fm_bounds fm_bounds_seconds;

/* Any thread. */
void fm_counter_add(struct fm_counter *c, uint64_t n);
void fm_gauge_set(struct fm_gauge *g, double v);
void fm_gauge_add(struct fm_gauge *g, double v);
void fm_histogram_observe(struct fm_histogram *h, double v);

uint64_t fm_counter_value(const struct fm_counter *c);
double fm_gauge_value(const struct fm_gauge *g);

/* Appends all series, ordered by name and then by labels. Any thread. */
void fm_metrics_write(struct fm_metrics *m, struct fm_buf *out);

#endif
