/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer of the evidence engine: schema "faultmaven.diagnosis/1"
 * (schemas/diagnosis.schema.json) as structs. All memory is the arena's of the context that made
 * it; strings are borrowed from it or from the evidence.
 */
#ifndef FAULTMAVEN_MODELS_DIAGNOSIS_H
#define FAULTMAVEN_MODELS_DIAGNOSIS_H

#include "faultmaven/base/json.h"
#include "faultmaven/models/observation.h"
#include "faultmaven/models/taxonomy.h"

#define FM_VERDICTS(X)                                                                             \
    X(INCONCLUSIVE, "inconclusive")                                                                \
    X(ROOT_CAUSE_FOUND, "root_cause_found")                                                        \
    X(PROBABLE_CAUSE, "probable_cause")                                                            \
    X(RECOVERED, "recovered")                                                                      \
    X(HEALTHY, "healthy")

enum fm_verdict {
#define FM_VERDICT_ENUM(sym, name) FM_VERDICT_##sym,
    FM_VERDICTS(FM_VERDICT_ENUM)
#undef FM_VERDICT_ENUM
        FM_VERDICT_COUNT
};

#define FM_CONFIDENCES(X)                                                                          \
    X(SPECULATION, "speculation")                                                                  \
    X(PROBABLE, "probable")                                                                        \
    X(CONFIDENT, "confident")                                                                      \
    X(VERIFIED, "verified")

enum fm_confidence {
#define FM_CONFIDENCE_ENUM(sym, name) FM_CONFIDENCE_##sym,
    FM_CONFIDENCES(FM_CONFIDENCE_ENUM)
#undef FM_CONFIDENCE_ENUM
        FM_CONFIDENCE_COUNT
};

#define FM_CHANGE_KINDS(X)                                                                         \
    X(COMMIT, "commit")                                                                            \
    X(DEPLOY, "deploy")                                                                            \
    X(FLAG, "flag")                                                                                \
    X(CONFIG, "config")                                                                            \
    X(SCALE, "scale")

enum fm_change_kind {
#define FM_CHANGE_ENUM(sym, name) FM_CHANGE_##sym,
    FM_CHANGE_KINDS(FM_CHANGE_ENUM)
#undef FM_CHANGE_ENUM
        FM_CHANGE_KIND_COUNT
};

#define FM_ACTION_KINDS(X)                                                                         \
    X(MITIGATION, "mitigation")                                                                    \
    X(REMEDIATION, "remediation")                                                                  \
    X(PREVENTION, "prevention")

enum fm_action_kind {
#define FM_ACTION_ENUM(sym, name) FM_ACTION_##sym,
    FM_ACTION_KINDS(FM_ACTION_ENUM)
#undef FM_ACTION_ENUM
        FM_ACTION_KIND_COUNT
};

const char *fm_verdict_name(enum fm_verdict v);
const char *fm_confidence_name(enum fm_confidence c);
const char *fm_change_kind_name(enum fm_change_kind k);
const char *fm_action_kind_name(enum fm_action_kind k);

/* A statement with the bytes that it rests on. */
struct fm_claim {
    fm_str text;
    fm_span span; /* length 0: no citation, the claim is computed or assumed and shown as such */
};
struct fm_claims FM_VEC_OF(struct fm_claim);

struct fm_change_ref {
    enum fm_change_kind kind;
    fm_str id;
    fm_time at;
};

struct fm_action {
    enum fm_action_kind kind;
    fm_str text;
    fm_str command; /* "" when there is none */
    fm_str risk;
};

/* A named feature of the likelihood, kept so that the number can be explained. */
struct fm_feature {
    const char *name; /* static */
    double value;
};

struct fm_cause {
    fm_str id; /* "h1" … in rank order */
    fm_str statement;
    fm_str mechanism;
    enum fm_fault fault;
    struct fm_entity entity;
    fm_str location;                    /* "" when evidence shows none */
    const struct fm_change_ref *change; /* NULL: none is to blame */
    fm_str signature;                   /* id of the signature or rule that proposed it */
    fm_time onset;                      /* first sign of it; FM_TIME_NONE when unknown */
    double strength;   /* 0..1, as proposed: how completely its conditions are met */
    double likelihood; /* 0..1, calibrated */
    enum fm_confidence confidence;
    struct fm_claims supports;
    struct fm_claims contradicts;
    FM_VEC(fm_str)
    computed; /* numbers in statement/mechanism that are computed, not quoted ("3.4") */
    FM_VEC(struct fm_feature) features;
    FM_VEC(struct fm_action) actions;
    FM_VEC(fm_entity_id) affects; /* entities that suffer from it, nearest first */
    fm_str settle_ask;            /* the question that would settle it; "" when nothing is open */
    fm_str settle_command;
};
struct fm_causes FM_VEC_OF(struct fm_cause *);

struct fm_ruled_out {
    fm_str statement;
    fm_str because;
    fm_span span;
};

/* Two inputs say different things about one field of one object; the value that was used, and the
 * other. */
struct fm_contradiction {
    fm_str object; /* "Deployment shop/cart" */
    fm_str field;  /* "replicas" */
    fm_str used, other;
    fm_str why; /* why the one was used: "the cluster's own state counts more than a manifest" */
    fm_span used_span, other_span;
};

struct fm_timeline_entry {
    fm_time at;
    fm_str text;
    struct fm_entity entity;
    fm_span span;
};

/* One step of the causal chain: the first is the cause, each later one follows from an earlier one.
 */
struct fm_chain_step {
    struct fm_entity entity;
    fm_time at; /* first sign; FM_TIME_NONE when it has no time */
    fm_str text;
    fm_span span;
    bool is_assumed; /* no observed edge or no observed effect supports this link; shown as such */
};

struct fm_point {
    fm_time at;
    double value;
};

/* A series worth looking at: the rate of a log template, a metric. Points are in order of time. */
struct fm_chart {
    fm_str title;
    fm_str unit;
    struct fm_entity entity;
    enum fm_signal signal;
    double score; /* how telling it is; charts are shown best first */
    double usual; /* the median before the change, when has_usual */
    bool has_usual;
    FM_VEC(struct fm_point) points;
};
#define FM_CHART_POINTS_MAX 240

struct fm_missing {
    fm_str what, why, how;
};

struct fm_diagnosis {
    enum fm_verdict verdict;
    fm_str summary;
    fm_time onset, detected, recovered, window_begin, window_end;
    struct fm_causes causes;           /* best first */
    FM_VEC(struct fm_entity) affected; /* first failing first */
    FM_VEC(struct fm_ruled_out) ruled_out;
    FM_VEC(struct fm_contradiction) conflicts;
    FM_VEC(struct fm_timeline_entry) timeline;
    FM_VEC(struct fm_chain_step) chain;
    FM_VEC(struct fm_chart *) charts;
    FM_VEC(struct fm_observation *) observations;
    FM_VEC(struct fm_entity) nodes;
    FM_VEC(struct fm_edge) edges; /* ids are indices into nodes */
    FM_VEC(struct fm_missing) missing;
    FM_VEC(struct fm_evidence *) inputs;
    uint64_t citations, citations_failed;
    FM_VEC(fm_str) limits; /* every bound that was hit, in words */
    int64_t elapsed_ms;    /* 0 when the caller wants reproducible output */
};

/* The JSON form. Citations get path, offset, length, line and quote from the inputs. */
FM_MUST_CHECK enum fm_code fm_diagnosis_to_json(struct fm_ctx *ctx, const struct fm_diagnosis *d,
                                                struct fm_buf *out);

#endif
