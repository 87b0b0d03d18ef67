/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/event.h"
#include "faultmaven/models/proposal.h"

#include "record_fields.h"

static const struct fm_field fm_case_opened_fields[] = {
    STR_REQ(fm_case_opened, case_id, 40),
    STR_REQ(fm_case_opened, owner, 255),
    STR(fm_case_opened, organization, 255),
    STR_REQ(fm_case_opened, title, 200),
};
RECORD(fm_case_opened, "case");

static const struct fm_field fm_item_note_fields[] = {
    STR_REQ(fm_item_note, id, 40),
    STR(fm_item_note, reason, 1000),
};
RECORD(fm_item_note, "item");

static const struct fm_field fm_hypothesis_move_fields[] = {
    REF_REQ(fm_hypothesis_move, id, FM_REF_HYPOTHESIS),
    ENUM(fm_hypothesis_move, status, fm_hypothesis_status),
    UNIT(fm_hypothesis_move, likelihood),
    STR(fm_hypothesis_move, reason, 1000),
};
RECORD(fm_hypothesis_move, "hypothesis move");

static const struct fm_field fm_request_move_fields[] = {
    REF_REQ(fm_request_move, id, FM_REF_REQUEST),
    ENUM(fm_request_move, status, fm_request_status),
    UNIT(fm_request_move, completeness),
    REFS(fm_request_move, evidence_ids, LIST_MAX, FM_REF_EVIDENCE),
    STR(fm_request_move, reason, 200),
    BOOL(fm_request_move, asked),
};
RECORD(fm_request_move, "request move");

static const struct fm_field fm_solution_move_fields[] = {
    REF_REQ(fm_solution_move, id, FM_REF_SOLUTION),
    ENUM_REQ(fm_solution_move, state, fm_solution_state),
    STR(fm_solution_move, reason, 1000),
    STR(fm_solution_move, method, 500),
    REF(fm_solution_move, evidence_id, FM_REF_EVIDENCE),
    UNIT(fm_solution_move, effectiveness),
    TIME(fm_solution_move, at),
};
RECORD(fm_solution_move, "solution move");

static const struct fm_field fm_statement_fields[] = {
    STR(fm_statement, text, 1000),
    ENUM(fm_statement, problem_type, fm_problem_type),
    ENUM(fm_statement, severity_guess, fm_urgency),
    STR(fm_statement, guidance, 2000),
    STRS(fm_statement, suggestions, 8, 500),
    SUBS(fm_statement, cites, LIST_MAX, fm_cite),
};
RECORD(fm_statement, "statement");

static const struct fm_field fm_intent_fields[] = {
    ENUM_REQ(fm_intent, kind, fm_intent_kind),
    ENUM(fm_intent, closure, fm_closure),
    ENUM(fm_intent, basis, fm_resolution_basis),
    ENUM(fm_intent, type, fm_escalation_type),
    STR(fm_intent, to, 200),
    STR(fm_intent, reason, 500),
    SUBS(fm_intent, cites, 8, fm_cite),
};
RECORD(fm_intent, "intent");

static const struct fm_field fm_preference_fields[] = {
    ENUM(fm_preference, engagement, fm_engagement),
    ENUM(fm_preference, strategy, fm_strategy),
};
RECORD(fm_preference, "preference");

static const struct fm_field fm_text_value_fields[] = {STR(fm_text_value, text, 1000)};
RECORD(fm_text_value, "text");

static const struct fm_field fm_answer_fields[] = {
    REF_REQ(fm_answer, request_id, FM_REF_REQUEST),
    UNIT(fm_answer, completeness),
    REFS(fm_answer, evidence_ids, 32, FM_REF_EVIDENCE),
    BOOL(fm_answer, unavailable),
    STR(fm_answer, reason, 1000),
};
RECORD(fm_answer, "answer");

static const struct fm_field fm_hypothesis_change_fields[] = {
    REF_REQ(fm_hypothesis_change, hypothesis_id, FM_REF_HYPOTHESIS),
    ENUM_REQ(fm_hypothesis_change, status, fm_hypothesis_status),
    STR_REQ(fm_hypothesis_change, reason, 1000),
    SUBS(fm_hypothesis_change, cites, LIST_MAX, fm_cite),
};
RECORD(fm_hypothesis_change, "hypothesis change");

static const struct fm_field fm_solution_change_fields[] = {
    REF_REQ(fm_solution_change, solution_id, FM_REF_SOLUTION),
    ENUM_REQ(fm_solution_change, state, fm_solution_state),
    STR(fm_solution_change, reason, 1000),
    STR(fm_solution_change, method, 500),
    REF(fm_solution_change, evidence_id, FM_REF_EVIDENCE),
    UNIT(fm_solution_change, effectiveness),
    TIME(fm_solution_change, at),
    SUBS(fm_solution_change, cites, LIST_MAX, fm_cite),
};
RECORD(fm_solution_change, "solution change");

static const struct fm_field fm_degraded_hint_fields[] = {
    ENUM_REQ(fm_degraded_hint, type, fm_degraded_type),
    STR(fm_degraded_hint, reason, 1000),
    STRS(fm_degraded_hint, attempted, 32, 500),
    STR(fm_degraded_hint, fallback, 1000),
};
RECORD(fm_degraded_hint, "degraded mode");
