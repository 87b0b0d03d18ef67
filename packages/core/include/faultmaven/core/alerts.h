/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts: what monitoring claims. An alert names where somebody noticed something and when; it is
 * never evidence of a cause.
 *
 * Read from JSON: Alertmanager webhooks and API, Prometheus /api/v1/alerts, Grafana, CloudWatch
 * alarms, Datadog monitors and events, PagerDuty incidents, and plain objects with a service, a
 * metric and a time.
 *
 * Written by fm_alerts_processor; read-only afterwards. Memory is the incident's arena.
 */
#ifndef FAULTMAVEN_CORE_ALERTS_H
#define FAULTMAVEN_CORE_ALERTS_H

#include "faultmaven/core/incident.h"

#define FM_ALERTS_MAX 5000

enum fm_alert_state { FM_ALERT_UNKNOWN, FM_ALERT_FIRING, FM_ALERT_OK };

struct fm_alert {
    fm_str name, summary, metric, severity;
    fm_str resource; /* service, database instance, pod or node that it is about, as written; ""
                        when not said */
    fm_entity_id entity;
    enum fm_alert_state state;
    fm_time at;                 /* when it began to fire */
    double threshold, observed; /* NAN when not given */
    uint32_t evidence;
    fm_span span;
};

struct fm_alert_set {
    FM_VEC(struct fm_alert) items;
};

/* What fm_alerts_processor adds for one input; for tests and fuzzing. */
void fm_alerts_read(struct fm_incident *in, const struct fm_evidence *e, struct fm_alert_set *out);

#endif
