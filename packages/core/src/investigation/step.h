/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn in the making: shared by the rules, the coordinator and the system's own conclusions.
 *
 * A rule checks first and emits last, so that a refused change leaves no trace: `return
 * step_reject(w, "…")` before the first step_emit. Any other error code ends the turn.
 */
#ifndef FM_CORE_INVESTIGATION_STEP_H
#define FM_CORE_INVESTIGATION_STEP_H

#include "faultmaven/core/confidence.h"
#include "faultmaven/core/investigation.h"

struct fm_turn_work {
    const struct fm_engine *engine;
    struct fm_ctx *ctx;
    struct fm_case *c;
    struct fm_turn_input in;
    fm_time now;
    struct fm_actor by; /* who makes the changes that are applied now */
    int64_t first_version;
    struct fm_events events;
    struct fm_map handles; /* handle → id, as a char * */
    struct fm_turn turn;
    struct fm_reasoner_input reasoner_input;
    fm_str message_id;
    fm_str why_progress;     /* the first event that counts as progress */
    bool wants_alternatives; /* hypotheses of this turn are forced alternatives */
    bool is_answer;  /* the analyst only answered from the facts: neither progress nor stall */
    bool has_waited; /* the user reported waiting */
    bool is_exited;  /* an episode ended in this turn */
    enum fm_degraded_type exited;
    double top_before; /* best likelihood before the turn */
    struct fm_turn_result result;
};

#define step_reject(w, ...) fm_fail((w)->ctx, FM_EREJECTED, __VA_ARGS__)

/* A new "not given" record of an event's payload. */
void *step_body(struct fm_turn_work *w, enum fm_event_type type);

/* Appends the event by `by` and applies it. */
FM_MUST_CHECK enum fm_code step_emit(struct fm_turn_work *w, enum fm_event_type type, void *body);

/* The same in the name of the system. */
FM_MUST_CHECK enum fm_code step_emit_system(struct fm_turn_work *w, enum fm_event_type type,
                                            void *body);

FM_MUST_CHECK enum fm_code step_advise(struct fm_turn_work *w, enum fm_advice_kind kind,
                                       fm_str text);

fm_str step_new_id(struct fm_turn_work *w, const char *prefix);
fm_str step_by(struct fm_turn_work *w);
int64_t step_turn(const struct fm_turn_work *w);

/* Makes a handle known; rejects one that is taken. An empty handle is fine. */
FM_MUST_CHECK enum fm_code step_name(struct fm_turn_work *w, fm_str handle, fm_str id);
FM_MUST_CHECK enum fm_code step_may_name(struct fm_turn_work *w, fm_str handle);

/* Handles become ids; rejects references to what the case does not have, and to withdrawn evidence.
 */
FM_MUST_CHECK enum fm_code step_resolve(struct fm_turn_work *w, const struct fm_record_type *t,
                                        void *record);
FM_MUST_CHECK enum fm_code step_resolve_one(struct fm_turn_work *w, enum fm_ref_kind kind,
                                            fm_str *ref);

/* Checks quotes against the cited bytes. */
FM_MUST_CHECK enum fm_code step_check_cites(struct fm_turn_work *w, const struct fm_cites *cites);

/* Cited evidence that is accepted and not testimony; *all counts testimony too. */
int step_count_cited(const struct fm_turn_work *w, const struct fm_cites *cites, int *all);

/* What stands behind a claim can carry at most this confidence. */
double step_bound(const struct fm_turn_work *w, const struct fm_cites *cites);

/* A relayed intent must quote the user's message of this turn; the user's own needs nothing. */
FM_MUST_CHECK enum fm_code step_check_consent(struct fm_turn_work *w, const struct fm_cites *cites);

static inline bool step_is_user(const struct fm_turn_work *w)
{
    return w->by.kind == FM_ACTOR_USER;
}

/* First `max` bytes on a character boundary, with an ellipsis when cut. */
fm_str step_cut(struct fm_arena *a, fm_str text, size_t max);

/* ---- parts of the turn ---- */

FM_MUST_CHECK enum fm_code step_apply_changes(struct fm_turn_work *w,
                                              const struct fm_changes *changes);

/* Status: from consulting to investigating, and the ends. */
FM_MUST_CHECK enum fm_code step_start_investigation(struct fm_turn_work *w, fm_str reason);
FM_MUST_CHECK enum fm_code step_end_case(struct fm_turn_work *w, struct fm_status_entry entry);

/* After links changed: likelihoods and states of hypotheses, and what follows from them. */
FM_MUST_CHECK enum fm_code step_rate_hypotheses(struct fm_turn_work *w);
FM_MUST_CHECK enum fm_code step_move_hypothesis(struct fm_turn_work *w, fm_str id,
                                                enum fm_hypothesis_status status, double likelihood,
                                                fm_str reason);

/* Facts that follow from solutions, and disputes that follow from hypotheses. */
FM_MUST_CHECK enum fm_code step_sync_milestones(struct fm_turn_work *w);
FM_MUST_CHECK enum fm_code step_dispute_causes(struct fm_turn_work *w, fm_str hypothesis_id,
                                               fm_str reason);

/* A solution's move with its conditions already checked. */
FM_MUST_CHECK enum fm_code step_move_solution(struct fm_turn_work *w,
                                              const struct fm_solution_move *m);

/* End of the turn: path, conclusion, degraded mode, advice. */
FM_MUST_CHECK enum fm_code step_select_path(struct fm_turn_work *w);
FM_MUST_CHECK enum fm_code step_conclude(struct fm_turn_work *w);
FM_MUST_CHECK enum fm_code step_progression(struct fm_turn_work *w);

FM_MUST_CHECK enum fm_code step_escalate(struct fm_turn_work *w, const struct fm_intent *in);

#endif
