/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which service is at fault: signals over metrics, traces and logs-by-span, each a strength in 0…1
 * per service that says "how surely is something wrong here", joined by 1 − Π (1 − weight ·
 * strength). See docs/internals/services.md for the signals and why the weights are fixed.
 *
 * Periods: the reference is the quiet period (--baseline) plus what lies before the onset; the
 * affected period is what lies behind it. A signal without data is 0: not seen is not normal.
 */
#ifndef FAULTMAVEN_CORE_SERVICES_MODEL_H
#define FAULTMAVEN_CORE_SERVICES_MODEL_H

#include "faultmaven/core/hypotheses.h"
#include "faultmaven/core/metrics.h"
#include "faultmaven/core/traces.h"

enum svc_signal {
    SVC_SEQUENCE,
    SVC_GAP,
    SVC_EDGE_METRIC,
    SVC_CPU,
    SVC_SELF,
    SVC_LATENCY,
    SVC_MEMORY,
    SVC_SYMPTOM,
    SVC_SIGNALS
};

/* What a signal found for a service, and where. */
struct svc_finding {
    double strength;
    const struct fm_metric_series *series; /* metric signals */
    const struct fm_metric_series *quiet;  /* its quiet period; may be NULL */
    size_t row;                            /* the telling row of series */
    double before, after;                  /* medians in the series' unit; ms for traces */
    uint32_t span;                         /* telling span; FM_SPAN_NONE */
    uint32_t peer; /* the other end of an edge, index into model items; UINT32_MAX */
    size_t count;  /* spans, rows or traces behind it */
};

/* An order of events inside a span that the affected period lost or gained. */
struct svc_order {
    fm_str first, second; /* keys of the two events; "operation start" for the beginning */
    fm_str operation;
    bool is_lost;         /* second no longer follows first; else it newly does */
    bool is_record;       /* log records; else calls */
    bool is_error;        /* second is an error record or error handler */
    fm_span quote;        /* a record or span that shows it in the affected period */
    fm_span reference;    /* one that shows the normal order */
    bool has_replacement; /* an error that is new takes the place of the lost event */
    bool has_exception;   /* … or it, or the status of the spans, tells of an exception */
    size_t spans, of;     /* affected spans, out of how many with the first event */
    double strength;
};

struct svc {
    fm_entity_id entity;
    fm_str name;
    double score;
    struct svc_finding found[SVC_SIGNALS];
    struct svc_order order; /* of SVC_SEQUENCE */
    double memory_growth;   /* 0…1, see resource.c */
    bool is_alone;          /* the only one of many that left its usual range, and clearly */
};

struct svc_model {
    struct fm_hypotheses *h;
    struct fm_incident *in;
    struct fm_arena *arena;
    fm_time at; /* onset as used by the signals */
    bool has_quiet_traces, has_quiet_metrics;
    struct svc *items;
    size_t n;
    uint32_t *by_entity; /* entity → index into items, UINT32_MAX */
    size_t n_entities;
    struct svc_edge *gap_edges; /* what the spans say about each edge; svc_gaps fills it */
    size_t n_gap_edges;
};

#define SVC_NONE UINT32_MAX

static inline double svc_clip(double x)
{
    return x > 1 ? 1 : x > 0 ? x : 0;
}

/* Index of an entity, or SVC_NONE. */
static inline uint32_t svc_of(const struct svc_model *m, fm_entity_id id)
{
    return id < m->n_entities ? m->by_entity[id] : SVC_NONE;
}

struct svc_values {
    double *v;
    size_t n;
};

/* Values of the reference and of [onset + from, onset + to) without missing ones. */
struct svc_values svc_reference(struct svc_model *m, const struct fm_metric_series *s);
struct svc_values svc_affected(struct svc_model *m, const struct fm_metric_series *s, int64_t from,
                               int64_t to);

/* Keeps the stronger finding. */
void svc_find(struct svc *s, enum svc_signal signal, const struct svc_finding *f);

void svc_sequence(struct svc_model *m);
void svc_gaps(struct svc_model *m);
void svc_edge_metrics(struct svc_model *m);
void svc_resources(struct svc_model *m); /* CPU, memory */
void svc_latency(struct svc_model *m);
void svc_self_time(struct svc_model *m);

/*
 * Slow edges explained by one node: `e` is how surely edge (from, to) is slow, `excess` by how much
 * (any unit). Fills `score` per service with the best of: all inbound edges, inbound and outbound,
 * outbound only (× 0.6); F1 of recall and precision.
 */
struct svc_edge {
    uint32_t from, to; /* into items */
    double surely, excess, before, after;
    uint32_t span;
    const struct fm_metric_series *series;
    size_t row, count;
};
void svc_explain_edges(struct svc_model *m, const struct svc_edge *edges, size_t n,
                       enum svc_signal signal);

#endif
