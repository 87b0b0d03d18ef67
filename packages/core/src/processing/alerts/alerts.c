/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/alerts.h"

#include <math.h>

#include "faultmaven/core/document.h"
#include "faultmaven/core/processor.h"
#include "processing/changes/read.h"

struct reader {
    struct fm_incident *in;
    const struct fm_evidence *e;
    struct fm_alert_set *out;
};

/* Labels name a resource in many ways; the most specific workload or instance comes first. */
static fm_str resource_of(const struct fm_node *n)
{
    return fm_node_first(
        n, "service", "service_name", "subject.name", "subject_name", "labels.workload_name",
        "labels.kube_deployment", "labels.deployment", "labels.statefulset",
        "annotations.db_instance_identifier", "labels.db_instance_identifier",
        "labels.dbinstance_identifier", "commonLabels.workload_name",
        "commonLabels.kube_deployment", "commonAnnotations.kube_deployment",
        "commonAnnotations.db_instance_identifier", "commonLabels.db_instance_identifier",
        "labels.app", "labels.service", "labels.pod", "labels.node", "labels.instance",
        "labels.job", "commonLabels.service", "commonLabels.pod", "resource", "host", "entity",
        "component", "node", "incident.service.summary", "service.summary");
}

static enum fm_alert_state state_of(const struct fm_node *n)
{
    static const char *const firing[] = {"firing", "alerting", "alarm",    "triggered", "open",
                                         "alert",  "active",   "critical", "warn",      NULL};
    static const char *const ok[] = {"ok",     "normal",  "resolved", "inactive",
                                     "closed", "no data", "healthy",  NULL};
    fm_str s = fm_node_first(n, "status.state", "status", "state", "NewStateValue", "StateValue",
                             "overall_state", "alert_transition");
    for (const char *const *p = firing; *p; p++)
        if (fm_str_ieq(s, fm_str_c(*p)))
            return FM_ALERT_FIRING;
    for (const char *const *p = ok; *p; p++)
        if (fm_str_ieq(s, fm_str_c(*p)))
            return FM_ALERT_OK;
    return FM_ALERT_UNKNOWN;
}

static double number_of(const struct fm_node *n, const char *const *paths)
{
    double v;
    return fm_str_f64(fm_node_first_of(n, paths), &v) ? v : NAN;
}

/* A threshold watcher's own record: a component, its metric and a time. */
static bool is_symptom(const struct fm_node *n)
{
    return resource_of(n).len && fm_node_first(n, "metric", "metric_name").len &&
           fm_node_first(n, "timestamp", "at", "time", "triggered_at").len;
}

static bool is_alert(const struct fm_node *n)
{
    if (is_symptom(n))
        return true;
    return fm_node_first(n, "alertname", "labels.alertname", "commonLabels.alertname", "AlarmName",
                         "monitor", "alert_name", "rule", "title", "name")
               .len &&
           fm_node_first(n, "fired_at", "startsAt", "activeAt", "StateChangeTime", "state",
                         "status", "overall_state", "severity", "labels.severity", "threshold",
                         "NewStateValue", "status.state", "commonAnnotations.summary")
               .len;
}

static void add_alert(struct reader *r, const struct fm_node *n)
{
    struct fm_alert a = {.entity = FM_ENTITY_NONE, .evidence = r->e->index, .state = state_of(n)};
    if (r->out->items.n >= FM_ALERTS_MAX)
        return;
    a.name =
        fm_node_first(n, "labels.alertname", "commonLabels.alertname", "alertname", "AlarmName",
                      "monitor", "alert_name", "rule", "title", "name", "metric", "metric_name");
    a.summary = fm_node_first(n, "summary", "annotations.summary", "commonAnnotations.summary",
                              "annotations.description", "AlarmDescription", "description",
                              "message", "title");
    a.metric =
        fm_node_first(n, "metric", "Trigger.MetricName", "MetricName", "labels.metric", "query");
    a.severity =
        fm_node_first(n, "severity", "labels.severity", "commonLabels.severity", "priority");
    a.resource = resource_of(n);
    a.entity = fm_incident_entity(r->in, FM_ENTITY_SERVICE, fm_workload_name(a.resource, false));
    a.at = fm_changes_time(fm_node_first(n, "fired_at", "startsAt", "activeAt", "StateChangeTime",
                                         "triggered_at", "created_at", "timestamp", "at"));
    a.threshold =
        number_of(n, (const char *const[]){"threshold", "Trigger.Threshold", "Threshold", NULL});
    a.observed = number_of(n, (const char *const[]){"observed", "value", "current", NULL});
    a.span = fm_quote(r->e, n->source, FM_QUOTE_MAX);
    fm_vec_push(&r->in->ctx->arena, &r->out->items, a);
}

/* A webhook's own title and its list say the same thing; the list is more specific. */
static void read_node(struct reader *r, const struct fm_node *n, unsigned depth)
{
    static const char *const lists[] = {"alerts",    "monitors", "data",  "MetricAlarms",
                                        "incidents", "groups",   "rules", "alert"};
    bool has_list = false;
    for (size_t i = 0; n->kind == FM_NODE_MAP && depth && i < sizeof lists / sizeof *lists; i++) {
        const struct fm_node *list = fm_node_member(n, fm_str_c(lists[i]));
        if (!list || (list->kind != FM_NODE_LIST && list->kind != FM_NODE_MAP))
            continue;
        has_list = true;
        read_node(r, list, depth - 1);
    }
    if (n->kind == FM_NODE_LIST) {
        fm_node_each (n, child)
            if (depth)
                read_node(r, child, depth - 1);
    } else if (!has_list && n->kind == FM_NODE_MAP && is_alert(n)) {
        add_alert(r, n);
    }
}

void fm_alerts_read(struct fm_incident *in, const struct fm_evidence *e, struct fm_alert_set *out)
{
    struct reader r = {in, e, out};
    struct fm_node *root = NULL;
    bool is_truncated = false;
    if (fm_document_json(in->ctx, e->bytes, &root, &is_truncated) != FM_OK) {
        fm_ctx_clear_error(in->ctx);
        return;
    }
    read_node(&r, root, 6);
}

static void observe(struct fm_incident *in, const struct fm_alert *a)
{
    struct fm_observation *o = fm_incident_observe(in, FM_OBSERVATION_ALERT, FM_SIGNAL_ALERT);
    o->entity = a->entity;
    o->begin = o->end = a->at;
    o->count = 1;
    o->score = a->state == FM_ALERT_OK ? 0 : 0.5;
    o->before = a->threshold;
    o->after = a->observed;
    o->subject = a->name;
    o->text = fm_str_fmt(&in->ctx->arena, "alert %.*s", FM_STR_ARG(a->name));
    if (a->span.length)
        fm_incident_cite(in, o, a->span);
}

static enum fm_code run(struct fm_incident *in)
{
    struct fm_alert_set *set = FM_NEW(&in->ctx->arena, struct fm_alert_set);
    fm_vec_each (&in->inputs, it) {
        struct fm_evidence *e = *it;
        if (e->type != FM_EVIDENCE_ALERT || e->is_baseline)
            continue;
        FM_TRY(fm_ctx_check(in->ctx));
        size_t before = set->items.n;
        fm_alerts_read(in, e, set);
        e->records = set->items.n - before;
    }
    fm_vec_each (&set->items, a)
        observe(in, a);
    in->alerts = set;
    return FM_OK;
}

const struct fm_processor fm_alerts_processor = {"alerts", FM_TYPE_BIT(FM_EVIDENCE_ALERT), run};
