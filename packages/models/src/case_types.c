/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/case.h"

#include "record_fields.h"

static const struct fm_field fm_cite_fields[] = {
    REF(fm_cite, evidence_id, FM_REF_EVIDENCE),
    REF(fm_cite, message_id, FM_REF_MESSAGE),
    INT(fm_cite, offset, INT64_MAX),
    INT(fm_cite, length, INT64_MAX),
    INT(fm_cite, line, INT64_MAX),
    STR(fm_cite, quote, 1000),
};
RECORD(fm_cite, "citation");

static const struct fm_field fm_member_fields[] = {
    STR_REQ(fm_member, user, 255),
    ENUM_REQ(fm_member, role, fm_member_role),
};
RECORD(fm_member, "member");

static const struct fm_field fm_message_fields[] = {
    REF_REQ(fm_message, id, FM_REF_MESSAGE),
    INT(fm_message, turn, TURN_MAX),
    ENUM_REQ(fm_message, role, fm_message_role),
    ENUM_REQ(fm_message, kind, fm_message_kind),
    STR(fm_message, author, 255),
    TIME(fm_message, at),
    STR(fm_message, text, TEXT_MAX),
    SUBS(fm_message, cites, LIST_MAX, fm_cite),
};
RECORD(fm_message, "message");

static const struct fm_field fm_case_file_fields[] = {
    REF_REQ(fm_case_file, id, FM_REF_FILE), STR_REQ(fm_case_file, filename, 255),
    INT(fm_case_file, size, INT64_MAX),     STR_REQ(fm_case_file, sha256, 64),
    STR(fm_case_file, data_type, 64),       ENUM(fm_case_file, upload, fm_upload),
    STR(fm_case_file, added_by, 255),       TIME(fm_case_file, added_at),
    INT(fm_case_file, turn, TURN_MAX),
};
RECORD(fm_case_file, "file");

static const struct fm_field fm_evidence_item_fields[] = {
    REF(fm_evidence_item, id, FM_REF_EVIDENCE),
    ENUM(fm_evidence_item, state, fm_evidence_state),
    STR_REQ(fm_evidence_item, summary, 500),
    STR(fm_evidence_item, extract, 51200),
    STR(fm_evidence_item, analysis, 2000),
    STR(fm_evidence_item, command, 500),
    ENUM(fm_evidence_item, source, fm_evidence_source),
    ENUM(fm_evidence_item, form, fm_evidence_form),
    BOOL(fm_evidence_item, testimony),
    BOOL(fm_evidence_item, absence),
    REF(fm_evidence_item, file_id, FM_REF_FILE),
    STR(fm_evidence_item, sha256, 64),
    INT(fm_evidence_item, size, INT64_MAX),
    STR(fm_evidence_item, method, 64),
    TIME(fm_evidence_item, first),
    TIME(fm_evidence_item, last),
    ENUMS(fm_evidence_item, advances, 9, fm_milestone_name),
    REFS(fm_evidence_item, request_ids, 20, FM_REF_REQUEST),
    STR(fm_evidence_item, collected_by, 255),
    TIME(fm_evidence_item, collected_at),
    INT(fm_evidence_item, turn, TURN_MAX),
    STR(fm_evidence_item, withdrawn_reason, 500),
};
RECORD(fm_evidence_item, "evidence");

static const struct fm_field fm_link_fields[] = {
    REF_REQ(fm_link, hypothesis_id, FM_REF_HYPOTHESIS),
    REF_REQ(fm_link, evidence_id, FM_REF_EVIDENCE),
    ENUM_REQ(fm_link, stance, fm_stance),
    UNIT(fm_link, completeness),
    STR(fm_link, reasoning, 1000),
    SUBS(fm_link, cites, LIST_MAX, fm_cite),
    TIME(fm_link, at),
    INT(fm_link, turn, TURN_MAX),
};
RECORD(fm_link, "link");

static const struct fm_field fm_hypothesis_fields[] = {
    REF(fm_hypothesis, id, FM_REF_HYPOTHESIS),
    STR_REQ(fm_hypothesis, statement, 500),
    ENUM_REQ(fm_hypothesis, category, fm_hypothesis_category),
    ENUM(fm_hypothesis, status, fm_hypothesis_status),
    ENUM(fm_hypothesis, mode, fm_generation),
    UNIT(fm_hypothesis, initial_likelihood),
    UNIT(fm_hypothesis, likelihood),
    STR(fm_hypothesis, rationale, 1000),
    STR(fm_hypothesis, fault, 100),
    STR(fm_hypothesis, entity, 200),
    STR(fm_hypothesis, mechanism, 2000),
    SUBS(fm_hypothesis, cites, LIST_MAX, fm_cite),
    INT(fm_hypothesis, turn, TURN_MAX),
    INT(fm_hypothesis, last_progress_turn, TURN_MAX),
    TIME(fm_hypothesis, tested_at),
    TIME(fm_hypothesis, concluded_at),
    STR(fm_hypothesis, status_reason, 1000),
    BOOL(fm_hypothesis, on_timeline),
};
RECORD(fm_hypothesis, "hypothesis");

static const struct fm_field fm_evidence_request_fields[] = {
    REF(fm_evidence_request, id, FM_REF_REQUEST),
    STR(fm_evidence_request, label, 100),
    STR_REQ(fm_evidence_request, description, 500),
    STR(fm_evidence_request, rationale, 1000),
    ENUM(fm_evidence_request, category, fm_request_category),
    ENUM(fm_evidence_request, priority, fm_request_priority),
    ENUM(fm_evidence_request, status, fm_request_status),
    UNIT(fm_evidence_request, completeness),
    STRS(fm_evidence_request, commands, 3, 500),
    STRS(fm_evidence_request, file_locations, 3, 500),
    STRS(fm_evidence_request, ui_locations, 3, 500),
    STRS(fm_evidence_request, alternatives, 3, 500),
    STRS(fm_evidence_request, prerequisites, 2, 500),
    STR(fm_evidence_request, expected_output, 200),
    REF(fm_evidence_request, hypothesis_id, FM_REF_HYPOTHESIS),
    ENUM(fm_evidence_request, milestone, fm_milestone_name),
    REFS(fm_evidence_request, evidence_ids, LIST_MAX, FM_REF_EVIDENCE),
    STR(fm_evidence_request, reason, 200),
    INT(fm_evidence_request, ask_count, 1000),
    INT(fm_evidence_request, created_turn, TURN_MAX),
    INT(fm_evidence_request, updated_turn, TURN_MAX),
};
RECORD(fm_evidence_request, "evidence request");

static const struct fm_field fm_solution_fields[] = {
    REF(fm_solution, id, FM_REF_SOLUTION),
    ENUM(fm_solution, kind, fm_solution_kind),
    ENUM(fm_solution, type, fm_solution_action),
    ENUM(fm_solution, state, fm_solution_state),
    STR_REQ(fm_solution, title, 200),
    STR(fm_solution, immediate_action, 2000),
    STR(fm_solution, longterm_fix, 2000),
    STRS(fm_solution, steps, 32, 1000),
    STRS(fm_solution, commands, 32, 1000),
    STRS(fm_solution, risks, 16, 500),
    STR(fm_solution, rollback, 2000),
    REF(fm_solution, hypothesis_id, FM_REF_HYPOTHESIS),
    REF(fm_solution, root_cause_id, FM_REF_ROOT_CAUSE),
    SUBS(fm_solution, cites, LIST_MAX, fm_cite),
    STR(fm_solution, proposed_by, 255),
    TIME(fm_solution, proposed_at),
    STR(fm_solution, approved_by, 255),
    TIME(fm_solution, approved_at),
    STR(fm_solution, applied_by, 255),
    TIME(fm_solution, applied_at),
    INT(fm_solution, applied_turn, TURN_MAX),
    TIME(fm_solution, concluded_at),
    TIME(fm_solution, verified_at),
    STR(fm_solution, verification_method, 500),
    REF(fm_solution, verification_evidence_id, FM_REF_EVIDENCE),
    UNIT(fm_solution, effectiveness),
    STR(fm_solution, reason, 1000),
};
RECORD(fm_solution, "solution");

static const struct fm_field fm_milestone_fields[] = {
    ENUM_REQ(fm_milestone, name, fm_milestone_name),
    ENUM(fm_milestone, status, fm_fact_status),
    SUBS(fm_milestone, cites, LIST_MAX, fm_cite),
    UNIT(fm_milestone, confidence),
    ENUM(fm_milestone, method, fm_root_cause_method),
    STR(fm_milestone, reason, 1000),
    STR(fm_milestone, by, 255),
    TIME(fm_milestone, at),
    INT(fm_milestone, turn, TURN_MAX),
};
RECORD(fm_milestone, "milestone");

static const struct fm_field fm_recent_change_fields[] = {
    REF(fm_recent_change, id, FM_REF_CHANGE),
    STR_REQ(fm_recent_change, description, 500),
    ENUM(fm_recent_change, kind, fm_recent_change_kind),
    TIME(fm_recent_change, from),
    TIME(fm_recent_change, to),
    STR(fm_recent_change, changed_by, 200),
    ENUM(fm_recent_change, correlation, fm_correlation),
    STR(fm_recent_change, correlation_reason, 500),
    SUBS(fm_recent_change, cites, LIST_MAX, fm_cite),
};
RECORD(fm_recent_change, "change");

static const struct fm_field fm_verification_fields[] = {
    STR(fm_verification, symptom, 2000),
    STRS(fm_verification, indicators, 32, 500),
    STRS(fm_verification, affected_services, 200, 200),
    STR(fm_verification, affected_users, 200),
    STRS(fm_verification, affected_regions, 64, 200),
    ENUM(fm_verification, severity, fm_incident_severity),
    STR(fm_verification, user_impact, 1000),
    TIME(fm_verification, started_at),
    TIME(fm_verification, noticed_at),
    TIME(fm_verification, mitigated_at),
    TIME(fm_verification, resolved_naturally_at),
    ENUM(fm_verification, temporal, fm_temporal),
    ENUM(fm_verification, pattern, fm_onset_pattern),
    ENUM(fm_verification, urgency, fm_urgency),
    STRS(fm_verification, urgency_factors, 16, 200),
    BOOL(fm_verification, no_changes),
};
RECORD(fm_verification, "verification");

static const struct fm_field fm_consulting_fields[] = {
    ENUM(fm_consulting, problem_type, fm_problem_type),
    ENUM(fm_consulting, severity_guess, fm_urgency),
    STR(fm_consulting, guidance, 2000),
    STR(fm_consulting, statement, 1000),
    BOOL(fm_consulting, confirmed),
    TIME(fm_consulting, confirmed_at),
    BOOL(fm_consulting, investigate),
    TIME(fm_consulting, decided_at),
    BOOL(fm_consulting, declined),
    STRS(fm_consulting, suggestions, 8, 500),
};
RECORD(fm_consulting, "consulting");

static const struct fm_field fm_conclusion_fields[] = {
    STR_REQ(fm_conclusion, statement, 1000),
    UNIT(fm_conclusion, confidence),
    STR(fm_conclusion, reasoning, 2000),
    REFS(fm_conclusion, evidence_ids, LIST_MAX, FM_REF_EVIDENCE),
    REF(fm_conclusion, hypothesis_id, FM_REF_HYPOTHESIS),
    STRS(fm_conclusion, caveats, 16, 500),
    STRS(fm_conclusion, alternatives, 8, 500),
    STRS(fm_conclusion, next_evidence, 8, 500),
    BOOL(fm_conclusion, can_proceed),
    TIME(fm_conclusion, at),
    INT(fm_conclusion, turn, TURN_MAX),
};
RECORD(fm_conclusion, "conclusion");

static const struct fm_field fm_root_cause_fields[] = {
    REF(fm_root_cause, id, FM_REF_ROOT_CAUSE),
    STR_REQ(fm_root_cause, statement, 1000),
    STR(fm_root_cause, mechanism, 2000),
    ENUM(fm_root_cause, role, fm_cause_role),
    UNIT(fm_root_cause, confidence),
    ENUM(fm_root_cause, level, fm_confidence_level),
    ENUM(fm_root_cause, method, fm_root_cause_method),
    SUBS(fm_root_cause, cites, LIST_MAX, fm_cite),
    REF(fm_root_cause, hypothesis_id, FM_REF_HYPOTHESIS),
    STRS(fm_root_cause, contributing, 16, 500),
    STR(fm_root_cause, by, 255),
    TIME(fm_root_cause, at),
    INT(fm_root_cause, turn, TURN_MAX),
    ENUM(fm_root_cause, status, fm_fact_status),
    STR(fm_root_cause, reason, 1000),
};
RECORD(fm_root_cause, "root cause");

static const struct fm_field fm_path_selection_fields[] = {
    ENUM_REQ(fm_path_selection, path, fm_case_path),
    BOOL(fm_path_selection, is_auto),
    STR(fm_path_selection, rationale, 500),
    ENUM(fm_path_selection, alternate, fm_case_path),
    ENUM(fm_path_selection, temporal, fm_temporal),
    ENUM(fm_path_selection, urgency, fm_urgency),
    STR(fm_path_selection, by, 255),
    TIME(fm_path_selection, at),
    INT(fm_path_selection, turn, TURN_MAX),
};
RECORD(fm_path_selection, "path");

static const struct fm_field fm_episode_fields[] = {
    ENUM_REQ(fm_episode, type, fm_degraded_type),
    STR(fm_episode, reason, 1000),
    STRS(fm_episode, attempted, 32, 500),
    STR(fm_episode, fallback, 1000),
    ENUM(fm_episode, choice, fm_degraded_choice),
    TIME(fm_episode, entered_at),
    INT(fm_episode, entered_turn, TURN_MAX),
    TIME(fm_episode, exited_at),
    STR(fm_episode, exit_reason, 500),
};
RECORD(fm_episode, "degraded episode");

static const struct fm_field fm_escalation_fields[] = {
    REF(fm_escalation, id, FM_REF_ESCALATION),
    ENUM_REQ(fm_escalation, type, fm_escalation_type),
    STR(fm_escalation, reason, 1000),
    STR(fm_escalation, to, 200),
    STR(fm_escalation, summary, 5000),
    STRS(fm_escalation, findings, LIST_MAX, 500),
    STR(fm_escalation, by, 255),
    TIME(fm_escalation, at),
    STR(fm_escalation, resolution, 2000),
    TIME(fm_escalation, resolved_at),
};
RECORD(fm_escalation, "escalation");

static const struct fm_field fm_waiting_fields[] = {
    STR_REQ(fm_waiting, on, 200),
    STR(fm_waiting, reason, 500),
    TIME(fm_waiting, since),
    TIME(fm_waiting, until),
};
RECORD(fm_waiting, "waiting");

static const struct fm_field fm_loop_back_fields[] = {
    ENUM_REQ(fm_loop_back, kind, fm_loop_back_kind),
    STR_REQ(fm_loop_back, reason, 1000),
    TIME(fm_loop_back, at),
    INT(fm_loop_back, turn, TURN_MAX),
};
RECORD(fm_loop_back, "loop-back");

static const struct fm_field fm_advice_fields[] = {
    ENUM_REQ(fm_advice, kind, fm_advice_kind),
    STR(fm_advice, text, 1000),
    INT(fm_advice, turn, TURN_MAX),
};
RECORD(fm_advice, "advice");

static const struct fm_field fm_status_entry_fields[] = {
    ENUM_REQ(fm_status_entry, from, fm_case_status),
    ENUM_REQ(fm_status_entry, to, fm_case_status),
    STR(fm_status_entry, by, 255),
    STR(fm_status_entry, reason, 500),
    ENUM(fm_status_entry, closure, fm_closure),
    ENUM(fm_status_entry, basis, fm_resolution_basis),
    TIME(fm_status_entry, at),
};
RECORD(fm_status_entry, "status entry");

static const struct fm_field fm_documentation_fields[] = {
    STRS(fm_documentation, lessons_learned, 20, 1000),
    STRS(fm_documentation, went_well, 20, 1000),
    STRS(fm_documentation, could_improve, 20, 1000),
    STRS(fm_documentation, preventive_measures, 20, 1000),
    STRS(fm_documentation, monitoring, 20, 1000),
    STR(fm_documentation, runbook_entry, 5000),
};
RECORD(fm_documentation, "documentation");

static const struct fm_field fm_action_item_fields[] = {
    REF(fm_action_item, id, FM_REF_ACTION),
    STR_REQ(fm_action_item, text, 500),
    STR(fm_action_item, owner, 255),
    STR(fm_action_item, due, 10),
    ENUM(fm_action_item, status, fm_action_status),
};
RECORD(fm_action_item, "action item");

static const struct fm_field fm_report_entry_fields[] = {
    REF_REQ(fm_report_entry, id, FM_REF_REPORT),
    ENUM_REQ(fm_report_entry, type, fm_report_type),
    ENUM_REQ(fm_report_entry, format, fm_report_format),
    INT(fm_report_entry, version, 100),
    STR(fm_report_entry, title, 300),
    STR(fm_report_entry, sha256, 64),
    INT(fm_report_entry, size, INT64_MAX),
    BOOL(fm_report_entry, is_current),
    STR(fm_report_entry, by, 255),
    TIME(fm_report_entry, at),
};
RECORD(fm_report_entry, "report");

static const struct fm_field fm_relation_fields[] = {
    STR_REQ(fm_relation, case_id, 40),
    ENUM_REQ(fm_relation, relation, fm_case_relation),
    STR(fm_relation, title, 200),
};
RECORD(fm_relation, "relation");

static const struct fm_field fm_rejection_fields[] = {
    INT(fm_rejection, index, 100000), STR(fm_rejection, change, 64),
    STR(fm_rejection, handle, 40),    STR(fm_rejection, reason, 1100),
    STR(fm_rejection, payload, 4096),
};
RECORD(fm_rejection, "rejection");

static const struct fm_field fm_tool_use_fields[] = {
    STR(fm_tool_use, name, 64),
    STR(fm_tool_use, arguments, 300),
    STR(fm_tool_use, result, 300),
    INT(fm_tool_use, bytes, INT64_MAX),
    INT(fm_tool_use, elapsed_ms, INT64_MAX),
    BOOL(fm_tool_use, failed),
};
RECORD(fm_tool_use, "tool use");

static const struct fm_field fm_provenance_fields[] = {
    STR(fm_provenance, reasoner, 64),
    STR(fm_provenance, version, 64),
    STR(fm_provenance, model, 128),
    STR(fm_provenance, prompt_hash, 64),
    STR(fm_provenance, reply_hash, 64),
    INT(fm_provenance, tokens_in, INT64_MAX),
    INT(fm_provenance, tokens_out, INT64_MAX),
    INT(fm_provenance, elapsed_ms, INT64_MAX),
    INT(fm_provenance, attempts, 1000),
    SUBS(fm_provenance, tools, 32, fm_tool_use),
};
RECORD(fm_provenance, "provenance");

static const struct fm_field fm_turn_fields[] = {
    INT(fm_turn, number, TURN_MAX),
    STR(fm_turn, by, 255),
    TIME(fm_turn, at),
    ENUM(fm_turn, outcome, fm_turn_outcome),
    BOOL(fm_turn, progress),
    BOOL(fm_turn, waiting),
    ENUMS(fm_turn, milestones, 9, fm_milestone_name),
    REFS(fm_turn, evidence_added, 10000, FM_REF_EVIDENCE),
    REFS(fm_turn, hypotheses_added, 1000, FM_REF_HYPOTHESIS),
    REFS(fm_turn, hypotheses_validated, 1000, FM_REF_HYPOTHESIS),
    REFS(fm_turn, hypotheses_refuted, 1000, FM_REF_HYPOTHESIS),
    REFS(fm_turn, solutions_proposed, 1000, FM_REF_SOLUTION),
    REFS(fm_turn, requests_answered, 1000, FM_REF_REQUEST),
    SUBS(fm_turn, rejected, 1000, fm_rejection),
    STR(fm_turn, user_summary, 200),
    STR(fm_turn, agent_summary, 500),
    STR(fm_turn, error, 1100),
    UNIT(fm_turn, top_likelihood),
    SUB(fm_turn, provenance, fm_provenance),
};
RECORD(fm_turn, "turn");

/* The milestones array is written by the view (core), by name; here the history stands for it. */
static const struct fm_field fm_case_fields[] = {
    STR(fm_case, id, 40),
    INT(fm_case, version, INT64_MAX),
    STR(fm_case, owner, 255),
    STR(fm_case, organization, 255),
    STR(fm_case, title, 200),
    STR(fm_case, description, 2000),
    ENUM(fm_case, status, fm_case_status),
    ENUM(fm_case, closure, fm_closure),
    ENUM(fm_case, basis, fm_resolution_basis),
    TIME(fm_case, created_at),
    TIME(fm_case, updated_at),
    TIME(fm_case, resolved_at),
    TIME(fm_case, closed_at),
    INT(fm_case, current_turn, TURN_MAX),
    INT(fm_case, turns_without_progress, TURN_MAX),
    TIME(fm_case, last_progress_at),
    TIME(fm_case, waited_until),
    ENUM(fm_case, engagement, fm_engagement),
    ENUM(fm_case, strategy, fm_strategy),
    SUB(fm_case, consulting, fm_consulting),
    SUB(fm_case, verification, fm_verification),
    SUB(fm_case, waiting, fm_waiting),
    SUB(fm_case, documentation, fm_documentation),
    SUBS(fm_case, milestone_history, ALL_MAX, fm_milestone),
    SUBS(fm_case, members, ALL_MAX, fm_member),
    SUBS(fm_case, messages, ALL_MAX, fm_message),
    SUBS(fm_case, files, ALL_MAX, fm_case_file),
    SUBS(fm_case, evidence, ALL_MAX, fm_evidence_item),
    SUBS(fm_case, links, ALL_MAX, fm_link),
    SUBS(fm_case, hypotheses, ALL_MAX, fm_hypothesis),
    SUBS(fm_case, requests, ALL_MAX, fm_evidence_request),
    SUBS(fm_case, solutions, ALL_MAX, fm_solution),
    SUBS(fm_case, changes, ALL_MAX, fm_recent_change),
    SUBS(fm_case, conclusions, ALL_MAX, fm_conclusion),
    SUBS(fm_case, root_causes, ALL_MAX, fm_root_cause),
    SUBS(fm_case, paths, ALL_MAX, fm_path_selection),
    SUBS(fm_case, episodes, ALL_MAX, fm_episode),
    SUBS(fm_case, escalations, ALL_MAX, fm_escalation),
    SUBS(fm_case, loop_backs, ALL_MAX, fm_loop_back),
    SUBS(fm_case, advice, ALL_MAX, fm_advice),
    SUBS(fm_case, status_history, ALL_MAX, fm_status_entry),
    SUBS(fm_case, turns, ALL_MAX, fm_turn),
    SUBS(fm_case, reports, ALL_MAX, fm_report_entry),
    SUBS(fm_case, actions, ALL_MAX, fm_action_item),
    SUBS(fm_case, relations, ALL_MAX, fm_relation),
};
RECORD(fm_case, "case");
