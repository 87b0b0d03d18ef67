/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fm_incident: everything that is known about one incident while it is diagnosed.
 *
 * Intake fills `inputs`. Each processor (core/processing) reads inputs of its type and leaves a
 * typed set (logs, metrics, traces, objects, changes, alerts) for the reasoners, and observations
 * for everybody. Reasoners (core/diagnosis) only read the incident and propose causes. All memory
 * is the context's arena; one thread, except where a processor splits its own work over `pool`.
 */
#ifndef FAULTMAVEN_CORE_INCIDENT_H
#define FAULTMAVEN_CORE_INCIDENT_H

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/map.h"
#include "faultmaven/base/pool.h"
#include "faultmaven/models/diagnosis.h"

struct fm_log_set;       /* core/logs.h */
struct fm_metric_set;    /* core/metrics.h */
struct fm_trace_set;     /* core/traces.h */
struct fm_object_set;    /* core/objects.h */
struct fm_change_set;    /* core/changes.h */
struct fm_signature_set; /* core/signatures.h */
struct fm_alert_set;     /* core/alerts.h */
struct fm_console_set;   /* core/consoles.h */
struct fm_result_store;  /* core/results.h */

/* What the user asked. Strings are "" and times FM_TIME_NONE when not given. */
struct fm_question {
    fm_str text; /* focuses, never changes facts */
    fm_str entity;
    fm_time at; /* when the incident was noticed, or the fault was injected */
    fm_time since, until;
    int32_t zone_offset_s; /* zone of time stamps that carry none */
    unsigned top;          /* causes to report at most */
    size_t memory_bytes;   /* private memory to stay within; 0 for the default */
};

struct fm_incident {
    struct fm_ctx *ctx;   /* borrowed; its arena holds everything below */
    struct fm_pool *pool; /* borrowed; may be NULL */
    struct fm_question ask;
    FM_VEC(struct fm_evidence *) inputs;
    FM_VEC(struct fm_observation *) observations;
    FM_VEC(struct fm_entity) entities; /* index is fm_entity_id */
    struct fm_map entity_index;        /* "kind\0name" -> id + 1 */
    FM_VEC(struct fm_edge) edges;
    struct fm_map edge_index;
    FM_VEC(struct fm_chart *) charts; /* candidates; the best few reach the diagnosis */
    FM_VEC(fm_str) limits;
    struct fm_log_set *logs; /* each NULL when there is no such evidence */
    struct fm_metric_set *metrics;
    struct fm_trace_set *traces;
    struct fm_object_set *objects;
    struct fm_change_set *changes;
    struct fm_alert_set *alerts;
    struct fm_console_set *consoles;
    struct fm_signature_set *signatures; /* borrowed; NULL: the built-in ones */
    struct fm_result_store *results;     /* borrowed; NULL: everything is read */
    fm_time latest_day; /* end of the latest day written out in the evidence: the year of time
                           stamps without one; FM_TIME_NONE when not yet looked for */
    fm_time onset;      /* estimate over all signals, FM_TIME_NONE when unknown; set by
                           fm_incident_find_onset */
};

void fm_incident_init(struct fm_incident *in, struct fm_ctx *ctx, struct fm_pool *pool);

/* The number of an entity, made on first use. An empty name gives FM_ENTITY_NONE. */
fm_entity_id fm_incident_entity(struct fm_incident *in, enum fm_entity_kind kind, fm_str name);

/* An entity of any kind with this name (services and workloads first), or FM_ENTITY_NONE. */
fm_entity_id fm_incident_find_entity(const struct fm_incident *in, fm_str name);

/* Kind UNKNOWN and an empty name for FM_ENTITY_NONE. */
struct fm_entity fm_incident_entity_of(const struct fm_incident *in, fm_entity_id id);

/* Adds weight to the edge, made on first use. Self-edges and FM_ENTITY_NONE are ignored. */
void fm_incident_edge(struct fm_incident *in, fm_entity_id from, fm_entity_id to,
                      enum fm_edge_kind kind, double weight);

/* A new observation with no entity, no times and NAN values, already part of the incident. */
struct fm_observation *fm_incident_observe(struct fm_incident *in, enum fm_observation_kind kind,
                                           enum fm_signal signal);

/* Adds a citation; a span of length 0 (bytes that cannot be quoted) is none. */
void fm_incident_cite(struct fm_incident *in, struct fm_observation *o, fm_span span);

/* A new chart candidate without points. Add at most FM_CHART_POINTS_MAX, in order of time. */
struct fm_chart *fm_incident_chart(struct fm_incident *in, enum fm_signal signal,
                                   fm_entity_id entity, fm_str title, double score);

/* Private memory to stay within: what was asked for, else FM_MEMORY_DEFAULT. Processors take shares
 * of it and say in their input's problems what they had to leave out. */
#define FM_MEMORY_DEFAULT ((size_t)96 << 20)
size_t fm_incident_memory(const struct fm_incident *in);

/* Notes on an input or on the whole run that the user must see. */
void fm_incident_problem(struct fm_incident *in, struct fm_evidence *e, uint64_t line,
                         const char *fmt, ...) FM_PRINTF(4, 5);
void fm_incident_limit(struct fm_incident *in, const char *fmt, ...) FM_PRINTF(2, 3);

/*
 * The service or workload name behind a pod, replica set, container or host name, by Kubernetes'
 * naming rules: "cart-6b9f7d5c4-x2x8p" → "cart" (ReplicaSet hash of the alphabet bcdf…2456789),
 * "cart-6b9f7d5c4" → "cart", "cart-0" → "cart" only when `is_pod` (StatefulSet ordinals),
 * "cart.shop.svc.cluster.local:8080" → "cart". Borrowed from name.
 */
fm_str fm_workload_name(fm_str name, bool is_pod);

/* A span of at most `max` bytes from piece, cut so that it is well-formed UTF-8; length 0 when it
 * is not. */
fm_span fm_quote(const struct fm_evidence *e, fm_str piece, size_t max);
#define FM_QUOTE_MAX 400

#endif
