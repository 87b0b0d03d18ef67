/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages inside JSON documents: events of cloud consoles, log lists of monitoring products, logs
 * as one string. What has a message and a time is a record; its component is named beside it or
 * further out.
 */
#include "collect.h"
#include "processing/changes/read.h"

#define RECORDS_MAX 20000

struct scanner {
    struct fm_incident *in;
    const struct fm_evidence *e;
    struct fm_facts *out;
    unsigned n;
};

/* A pod of a known workload, whatever stands behind its name: "cart-canary-7c-001" belongs to
 * "cart". */
static fm_entity_id owner_of(const struct fm_incident *in, fm_str pod)
{
    fm_entity_id best = FM_ENTITY_NONE;
    size_t longest = 0;
    for (size_t i = 0; i < in->entities.n; i++) {
        const struct fm_entity *e = &in->entities.items[i];
        bool is_workload = e->kind == FM_ENTITY_SERVICE || e->kind == FM_ENTITY_WORKLOAD;
        bool is_prefix =
            e->name.len < pod.len && pod.p[e->name.len] == '-' && fm_str_starts(pod, e->name);
        if (is_workload && is_prefix && e->name.len > longest) {
            longest = e->name.len;
            best = (fm_entity_id)i;
        }
    }
    return best;
}

static fm_entity_id entity_of(struct fm_incident *in, const struct fm_node *n, fm_entity_id outer)
{
    static const char *const pods[] = {"pod_name", "pod", "kubernetes.pod_name", NULL};
    static const char *const names[] = {"service",
                                        "service_name",
                                        "source_identifier",
                                        "SourceIdentifier",
                                        "db_instance_identifier",
                                        "container",
                                        "container_name",
                                        "app",
                                        "resource",
                                        "component",
                                        "logStreamName",
                                        NULL};
    fm_str pod = fm_node_first_of(n, pods),
           name = pod.len ? fm_workload_name(pod, true) : fm_node_first_of(n, names);
    if (!name.len)
        return outer;
    fm_entity_id known = fm_incident_find_entity(in, name);
    if (known == FM_ENTITY_NONE && pod.len)
        known = owner_of(in, pod);
    return known != FM_ENTITY_NONE
               ? known
               : fm_incident_entity(in, FM_ENTITY_SERVICE, fm_workload_name(name, false));
}

static fm_time time_of(const struct fm_node *n)
{
    static const char *const keys[] = {
        "timestamp", "date",      "Date",          "time",      "at",         "@timestamp",
        "ts",        "last_time", "lastTimestamp", "eventTime", "created_at", NULL};
    return fm_changes_time(fm_node_first_of(n, keys));
}

static enum fm_fact_level level_of(const struct fm_node *n, fm_str message)
{
    fm_str s =
        fm_node_first(n, "level", "severity", "severity_text", "status", "loglevel", "log_level");
    enum fm_fact_level level = FM_FACT_UNKNOWN;
    char bracketed[32];
    if (s.len && s.len < sizeof bracketed - 2) {
        snprintf(bracketed, sizeof bracketed, "[%.*s]", FM_STR_ARG(s));
        level = fm_fact_level_of(fm_str_c(bracketed));
    }
    enum fm_fact_level said = fm_fact_level_of(message);
    return said > level ? said : level;
}

static void add(struct scanner *s, const struct fm_fact *like, fm_str text,
                const struct fm_node *place)
{
    struct fm_fact f = *like;
    ptrdiff_t at = fm_str_find(place->source, text, 0);
    if (s->n++ >= RECORDS_MAX)
        return;
    f.text = text;
    f.span = fm_quote(s->e, at >= 0 ? fm_str_sub(place->source, (size_t)at, text.len) : place->pair,
                      FM_QUOTE_MAX);
    fm_facts_add(s->in, s->out, &f);
}

/* A log in one string: every line is a record. */
static void add_lines(struct scanner *s, const struct fm_fact *like, const struct fm_node *n)
{
    fm_str rest = n->text, line;
    while (fm_str_line(&rest, &line)) {
        struct fm_fact f = *like;
        fm_str first = FM_STR_NULL, copy = line;
        fm_time t = fm_str_word(&copy, &first) ? fm_changes_time(first) : FM_TIME_NONE;
        f.level = fm_fact_level_of(line);
        f.begin = f.end = t != FM_TIME_NONE && first.len >= 10 ? t : like->begin;
        if (fm_str_trim(line).len)
            add(s, &f, fm_str_trim(line), n);
    }
}

static void add_record(struct scanner *s, const struct fm_node *n, fm_entity_id entity)
{
    const struct fm_node *message = NULL;
    static const char *const keys[] = {"message", "Message",     "msg", "log",
                                       "text",    "description", NULL};
    for (size_t i = 0; keys[i] && !message; i++)
        message = fm_node_member(n, fm_str_c(keys[i]));
    fm_time t = time_of(n);
    struct fm_fact f = {.source = FM_FACT_LOG,
                        .is_baseline = s->e->is_baseline,
                        .entity = entity,
                        .evidence = s->e->index,
                        .begin = t,
                        .end = t,
                        .count = 1};
    if (!message || !message->text.len || t == FM_TIME_NONE)
        return;
    f.level = level_of(n, message->text);
    add(s, &f, message->text, message);
}

/* Events of cluster objects have a reasoner of their own, which knows what is stale. */
static bool is_cluster_event(const struct fm_node *n)
{
    return fm_node_member(n, FM_STR("reason")) &&
           (fm_node_member(n, FM_STR("involved_object")) ||
            fm_node_member(n, FM_STR("involvedObject")) || fm_node_member(n, FM_STR("regarding")));
}

static void scan(struct scanner *s, const struct fm_node *n, fm_entity_id outer)
{
    if (n->kind == FM_NODE_MAP) {
        outer = entity_of(s->in, n, outer);
        if (is_cluster_event(n))
            return;
        add_record(s, n, outer);
    }
    fm_node_each (n, child) {
        bool is_log = child->kind == FM_NODE_STRING &&
                      (fm_str_eqc(child->key, "logs") || fm_str_eqc(child->key, "log") ||
                       fm_str_eqc(child->key, "output")) &&
                      fm_str_chr(child->text, '\n', 0) > 0;
        struct fm_fact f = {.source = FM_FACT_LOG,
                            .is_baseline = s->e->is_baseline,
                            .entity = outer,
                            .evidence = s->e->index,
                            .begin = FM_TIME_NONE,
                            .end = FM_TIME_NONE,
                            .count = 1};
        if (is_log)
            add_lines(s, &f, child);
        else if (child->kind == FM_NODE_MAP || child->kind == FM_NODE_LIST)
            scan(s, child, outer);
    }
}

void fm_facts_collect_messages(struct fm_incident *in, const struct fm_evidence *e,
                               const struct fm_node *root, struct fm_facts *out)
{
    struct scanner s = {.in = in, .e = e, .out = out};
    scan(&s, root, FM_ENTITY_NONE);
}
