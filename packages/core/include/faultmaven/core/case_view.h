/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of a case: they only read; `now` is for what is due by the clock. JSON for programs
 * (stable, additive), text for people.
 */
#ifndef FAULTMAVEN_CORE_CASE_VIEW_H
#define FAULTMAVEN_CORE_CASE_VIEW_H

#include "faultmaven/core/confidence.h"
#include "faultmaven/core/investigation.h"
#include "faultmaven/core/view.h"

/* One object: status, version, stage, milestones by name, hypotheses (best first, with rank and
 * stances), evidence (with purposes), requests, solutions, conclusion with shown confidence,
 * warnings, next steps, … */
void fm_case_view_json(struct fm_arena *a, const struct fm_case *c, fm_time now,
                       struct fm_buf *out);

/* What `case show` prints. */
void fm_case_view_text(struct fm_arena *a, const struct fm_case *c, fm_time now,
                       struct fm_view_style style, struct fm_buf *out);

/* The OODA and the phases view, as text or JSON. */
FM_MUST_CHECK enum fm_code fm_case_view_ooda(struct fm_ctx *ctx, const struct fm_events *events,
                                             bool is_json, struct fm_buf *out);
void fm_case_view_phases(struct fm_arena *a, const struct fm_case *c, bool is_json,
                         struct fm_buf *out);

/* Stated confidence against what came of it, one line or object per band. */
void fm_calibration_view(const struct fm_calibration *k, bool is_json, struct fm_buf *out);

/* What happened when: incident times, changes, evidence, decisions, by event time. */
struct fm_case_moment {
    fm_time at;
    const char *kind; /* incident, change, hypothesis, solution, status, … */
    fm_str text;
    fm_str ref; /* id of the item; may be empty */
};
struct fm_case_moments FM_VEC_OF(struct fm_case_moment);
struct fm_case_moments fm_case_timeline(struct fm_arena *a, const struct fm_case *c);

/* One line per event for people. */
fm_str fm_event_summary(struct fm_arena *a, const struct fm_event *e);

#endif
