/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signature in memory, and the set with its patterns. Patterns are shared: each text is compiled
 * and matched once.
 */
#ifndef FM_SIGNATURES_SIGNATURE_H
#define FM_SIGNATURES_SIGNATURE_H

#include "faultmaven/core/document.h"
#include "faultmaven/core/signatures.h"

#include "facts.h"
#include "literals.h"
#include "pattern.h"

enum fm_scope { FM_SCOPE_ENTITY, FM_SCOPE_SOURCE, FM_SCOPE_INCIDENT };

/* "used >= 0.9 * limit" over captures; right is a number when right_name is "". */
struct fm_comparison {
    fm_str left, right_name;
    double factor, right;
    enum {
        FM_COMPARE_NONE,
        FM_COMPARE_GE,
        FM_COMPARE_GT,
        FM_COMPARE_LE,
        FM_COMPARE_LT,
        FM_COMPARE_EQ
    } op;
};

/* One alternative of a condition: a pattern over facts of some sources. */
struct fm_sighting {
    uint32_t pattern;
    uint32_t sources; /* mask of 1 << fm_fact_source */
    enum fm_observation_kind observation;
    bool any_observation;
    enum fm_fact_level least; /* UNKNOWN: any level */
    bool any_level;           /* level says nothing about failure here */
    struct fm_comparison where;
};
struct fm_sightings FM_VEC_OF(struct fm_sighting);

struct fm_signature_action {
    enum fm_action_kind kind;
    fm_str text, command, risk;
};

struct fm_example {
    fm_str text;
    bool is_positive;
};

struct fm_signature {
    fm_str id, title, file;
    enum fm_category category;
    enum fm_fault fault;
    double strength;
    struct fm_sightings reason;      /* any */
    struct fm_sightings state;       /* any; empty: the reason itself is a failure */
    struct fm_sightings unless;      /* none in the record that gives the reason */
    struct fm_sightings absent;      /* none in scope */
    struct fm_sightings resolved_by; /* none later than the last reason */
    struct fm_sightings also;        /* each raises the strength a little */
    enum fm_scope scope;
    uint64_t at_least;
    fm_str peer;         /* name of the capture that names the other side */
    bool is_peer_entity; /* blame the other side when it is known */
    bool is_symptom;     /* gives way to a cause on the peer, or to any specific cause of the same
                            entity */
    enum fm_entity_kind entity_kind; /* of a peer; UNKNOWN: as known */
    fm_str statement, mechanism, location, settle_ask, settle_command;
    FM_VEC(struct fm_signature_action) actions;
    FM_VEC(fm_str) references;
    FM_VEC(struct fm_example) examples;
};

struct fm_signature_set {
    struct fm_ctx *ctx; /* borrowed; its arena holds everything */
    FM_VEC(struct fm_signature *) items;
    FM_VEC(struct fm_pattern *) patterns;
    struct fm_map ids, pattern_index;
    struct fm_literals *literals; /* made on first match; NULL after an addition */
    FM_VEC(uint32_t) literal_pattern;
};

/* A pattern's match on one fact. */
struct fm_hit {
    uint32_t fact;
    struct fm_pattern_match match;
};
struct fm_hits FM_VEC_OF(struct fm_hit);

/* Matches all patterns against all facts: hits[pattern], in the order of the facts. */
struct fm_hits *fm_signatures_match(struct fm_signature_set *set, const struct fm_facts *facts);

/* One fulfilled signature: an entity (or source), the hits that fulfil it. */
struct fm_finding {
    const struct fm_signature *signature;
    const struct fm_fact *reason, *state; /* state is NULL when the reason says it */
    const struct fm_hit *hit;             /* the reason's: captures */
    FM_VEC(const struct fm_fact *) also;
    uint64_t count;
    fm_time begin, end;
    double strength;
    bool is_resolved;
    const struct fm_fact *resolution;
};
struct fm_findings FM_VEC_OF(struct fm_finding);

void fm_signatures_find(struct fm_signature_set *set, const struct fm_facts *facts,
                        struct fm_findings *out);

/* Facts from the text of an example; one a line. "== name" changes the source, "@alert …", "@event
 * …", "@field …" and
 * "@<observation kind> …" make facts of those sources. */
void fm_example_facts(struct fm_ctx *ctx, fm_str text, struct fm_facts *out);

#endif
