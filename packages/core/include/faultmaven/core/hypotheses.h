/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypotheses while they are formed: proposed by reasoners, merged by (entity, fault), ranked,
 * explained away.
 *
 * A reasoner is one source of hypotheses (cluster rules, signatures, service ranking, changes, …).
 * reasoners.c holds the one table of them. A proposal needs a state (missing, unequal, over a
 * limit, not active) and a reason (event, log line, object field), each with a citation. `strength`
 * says how completely the conditions are met, on the scale that all reasoners share: ≥ .85 state
 * and reason both seen and specific; ≥ .60 probable; .50 – .59 worth listing; below .50 do not
 * propose.
 */
#ifndef FAULTMAVEN_CORE_HYPOTHESES_H
#define FAULTMAVEN_CORE_HYPOTHESES_H

#include "faultmaven/core/incident.h"

struct fm_hypotheses {
    struct fm_incident *in;
    struct fm_causes causes; /* merged: one per (entity name, fault) */
    FM_VEC(struct fm_ruled_out) ruled_out;
    FM_VEC(struct fm_missing) missing;
    /* Evidence that the current state is good, or was bad and is good again: decides healthy and
     * recovered. */
    struct fm_claims healthy;
    struct fm_claims recovered;
    fm_time recovered_at;
    /* Entities whose rollout had stopped and is complete now: what speaks of a bad change there is
     * history. */
    FM_VEC(fm_str) completed;
    /* Entities whose pods all run and are ready now: what kept them from starting is history. */
    FM_VEC(fm_str) running;
};

struct fm_reasoner_source {
    const char *name;
    enum fm_code (*propose)(struct fm_hypotheses *h);
};

extern const struct fm_reasoner_source fm_kubernetes_reasoner;
extern const struct fm_reasoner_source fm_signatures_reasoner;
extern const struct fm_reasoner_source fm_services_reasoner;
extern const struct fm_reasoner_source fm_databases_reasoner;
extern const struct fm_reasoner_source fm_consoles_reasoner;
extern const struct fm_reasoner_source fm_logs_reasoner;
extern const struct fm_reasoner_source fm_changes_reasoner;
extern const struct fm_reasoner_source fm_quiet_reasoner;

/*
 * Proposes a cause, or returns the one of the same entity name and fault, whose strength becomes
 * the larger of the two (ten events of one failure are one piece of evidence: the maximum, never
 * the sum). `is_new` may be NULL; text is only overwritten by a caller that brings the larger
 * strength.
 */
struct fm_cause *fm_propose(struct fm_hypotheses *h, struct fm_entity entity, enum fm_fault fault,
                            double strength, bool *is_new);

void fm_cause_support(struct fm_hypotheses *h, struct fm_cause *c, fm_span span, const char *fmt,
                      ...) FM_PRINTF(4, 5);
void fm_cause_contradict(struct fm_hypotheses *h, struct fm_cause *c, fm_span span, const char *fmt,
                         ...) FM_PRINTF(4, 5);
/* Adds what to do; the same text once. */
void fm_cause_action(struct fm_hypotheses *h, struct fm_cause *c, struct fm_action action);
void fm_cause_feature(struct fm_hypotheses *h, struct fm_cause *c, const char *name, double value);

/* Formats a number that the program computed and registers it, so that the citation check accepts
 * it in c's text. */
fm_str fm_computed(struct fm_hypotheses *h, struct fm_cause *c, const char *fmt, ...)
    FM_PRINTF(3, 4);

void fm_rule_out(struct fm_hypotheses *h, fm_span span, fm_str because, const char *fmt, ...)
    FM_PRINTF(4, 5);
void fm_missing(struct fm_hypotheses *h, const char *what, const char *why, const char *how);
void fm_state_good(struct fm_hypotheses *h, fm_span span, const char *fmt, ...) FM_PRINTF(3, 4);
void fm_state_recovered(struct fm_hypotheses *h, fm_time at, fm_span span, const char *fmt, ...)
    FM_PRINTF(4, 5);

#endif
