/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the name of a metric says: role, unit, statistic, kind, scope.
 *
 * Sources: Prometheus naming practice (prometheus.io/docs/practices/naming: base units, _total,
 * _seconds, _bytes, _ratio), the OpenTelemetry semantic conventions for metrics, the metric lists
 * of node_exporter, cAdvisor and CloudWatch, UCUM unit codes.
 */
#ifndef FAULTMAVEN_CORE_METRICS_NAMING_H
#define FAULTMAVEN_CORE_METRICS_NAMING_H

#include "faultmaven/core/metrics.h"
#include "processing/words.h"

struct metric_naming {
    fm_str name;      /* the written name without unit in brackets and without entity prefix */
    fm_str unit;      /* normalised */
    fm_str statistic; /* "" when none */
    double scale;     /* written × scale is in `unit` */
    enum fm_metric_role role;
    enum fm_metric_kind kind;
    bool is_node; /* speaks of the node, not of what the row is about */
};

/* unit_hint is a unit given beside the name ("Percent", "ms", "By"), or "". */
struct metric_naming metric_naming_read(fm_str name, fm_str unit_hint);

/* True when a word of this kind begins a metric's name ("cpu", "latency"): then nothing before it
 * is missing. */
bool metric_word_is_known(const char *word);

/* "p95", "0.95", "95", "Average" … to "p95", "average"; "" when s is no statistic. */
fm_str metric_statistic(fm_str s);

#endif
